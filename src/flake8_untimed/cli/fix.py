"""`untimed fix`: rewrite what can be rewritten, and say what was left and why.

All files are worked out before the first is written: what is believed of one file can rest on
another, and must not depend on which of them came first.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import PurePath
from typing import NamedTuple

from flake8_untimed import fixes
from flake8_untimed.analysis import Workspace
from flake8_untimed.cli import CLEAN, FAILED, FOUND, UsageError
from flake8_untimed.cli.check import NO_FILES, counted, files_for, show_errors, stdin_name
from flake8_untimed.cli.configuration import settings_for
from flake8_untimed.cli.files import STDIN, Checker, read
from flake8_untimed.cli.progress import progress
from flake8_untimed.cli.workers import map_files
from flake8_untimed.findings import Finding
from flake8_untimed.reporters.text import visible
from flake8_untimed.settings import Settings
from flake8_untimed.source import Source, SourceError

_PLACE = re.compile(r" \(line \d+\)$")
"""Of a reason: what would keep it from being counted with its like."""


class Fixed(NamedTuple):
    """What became of one file."""

    path: str
    before: bytes = b""
    after: bytes | None = None
    """None: nothing changes."""
    applied: Sequence[str] = ()
    """Codes, one for each finding that is fixed."""
    left: Sequence[fixes.Left] = ()
    error: str | None = None
    libcst_missing: str | None = None


def run(arguments: argparse.Namespace) -> int:
    paths = arguments.paths or ["."]
    name = stdin_name(arguments)
    settings = settings_for(arguments, [name if path == STDIN else path for path in paths])
    if arguments.write_session_class:
        return _write_session_class(arguments.write_session_class, settings)
    found = files_for(paths, settings)
    _check_session_class(settings, name if paths == [STDIN] else next(iter(found.files), ""))
    make_work = partial(_Work, settings, name, arguments.unsafe, arguments.add_noqa)
    results = map_files(make_work, found.files, arguments.jobs)
    fixed = []
    for result in progress(results, len(found.files), quiet=arguments.quiet):
        if result is None:
            continue
        if result.libcst_missing:
            raise UsageError(result.libcst_missing)
        fixed.append(result)
    errors = [*found.missing, *found.unreadable]
    done = _deliver(fixed, arguments, errors)
    if not arguments.quiet:
        if found.files or errors:
            _report(done, arguments)
        else:
            print(NO_FILES, file=sys.stderr)
    show_errors(errors)
    if errors:
        return FAILED
    would_change = arguments.diff and any(one.after is not None for one in done)
    return FOUND if would_change or any(one.left for one in done) else CLEAN


class _Work:
    """What a process does with each file; it writes nothing."""

    def __init__(self, settings: Settings, name: str, unsafe: bool, add_noqa: bool) -> None:
        self._checker = Checker(settings)
        self._name = name
        self._unsafe = unsafe
        self._add_noqa = add_noqa

    def __call__(self, path: str) -> Fixed | None:
        """None where nothing was found."""
        name = self._name if path == STDIN else path
        try:
            before = read(path)
            source = self._checker.source(before, name)
            findings = self._checker.findings(source) if source else []
            if source is None or (not findings and path != STDIN):
                return Fixed(name, before) if path == STDIN else None
            outcome = self._outcome(source, findings)
            after = outcome.encoded(before) if outcome.changed else None
        except SourceError as error:
            return Fixed(name, error=error.reason)
        except fixes.LibcstMissing as error:
            return Fixed(name, libcst_missing=str(error))
        except fixes.Refused as reason:
            return Fixed(name, error=str(reason))
        applied = [finding.code for finding in (*outcome.applied, *outcome.resolved)]
        return Fixed(name, before, after, applied, outcome.left)

    def _outcome(self, source: Source, findings: Sequence[Finding]) -> fixes.Outcome:
        if self._add_noqa:
            return fixes.add_noqa(source, findings)
        return self._checker.fixed(source, findings, unsafe=self._unsafe)


def _deliver(
    fixed: Iterable[Fixed], arguments: argparse.Namespace, errors: list[tuple[str, str]]
) -> list[Fixed]:
    """Write the changes, or print them. What could not be done joins the errors."""
    done = []
    for one in fixed:
        if one.error is not None:
            errors.append((one.path, one.error))
            continue
        try:
            _deliver_one(one, arguments)
        except fixes.WriteError as error:
            errors.append((one.path, str(error).removeprefix(f"{one.path}: ")))
            continue
        done.append(one)
    return done


def _deliver_one(one: Fixed, arguments: argparse.Namespace) -> None:
    if arguments.diff:
        if one.after is not None:
            name = _from_here(one.path)
            _print_bytes(fixes.diff(name, one.before, one.after, color=_colour()))
    elif arguments.paths == [STDIN]:
        _print_bytes(one.before if one.after is None else one.after)
    elif one.after is not None:
        fixes.write(one.path, one.before, one.after)


def _from_here(path: str) -> str:
    """As `git apply` in the current folder wants it: no `./sub`, no absolute path."""
    try:
        return os.path.relpath(path)
    except ValueError:  # on another drive
        return path


def _print_bytes(data: bytes) -> None:
    """As they are: a patch has the encoding and the ends of lines of its files."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _report(done: Sequence[Fixed], arguments: argparse.Namespace) -> None:
    """What a reviewer needs. Standard output is for what was left, unless it holds a patch or the
    new text already."""
    taken = arguments.diff or arguments.paths == [STDIN]
    out = sys.stderr if taken else sys.stdout
    for one in done:
        for finding, reason, given in one.left:
            if arguments.diff:  # the reader has the old text
                finding, reason = given, given.why_not or reason
            span = finding.span
            place = f"{visible(one.path)}:{span.line}:{span.column}"
            print(f"{place}: {finding.code} left: {visible(reason)}", file=out)
    out.flush()
    print(_summary(done, arguments), file=sys.stderr)


def _summary(done: Sequence[Fixed], arguments: argparse.Namespace) -> str:
    changed = [one for one in done if one.after is not None]
    applied = Counter(code for one in done for code in one.applied)
    verb = "silenced" if arguments.add_noqa else "fixed"
    if arguments.diff:
        verb = f"would be {verb}"
    total = sum(applied.values())
    lines = [f"{counted(total, 'finding')} {verb} in {counted(len(changed), 'file')}"]
    for code, count in sorted(applied.items()):
        files = sum(code in one.applied for one in done)
        lines.append(f"  {code}: {count} in {counted(files, 'file')}")
    reasons = Counter(
        (left.finding.code, _PLACE.sub("", left.reason)) for one in done for left in one.left
    )
    if reasons:
        files = sum(bool(one.left) for one in done)
        line = f"{counted(sum(reasons.values()), 'finding')} left in {counted(files, 'file')}"
        around = any(one.left and other is not one for one in done for other in changed)
        if around and not arguments.add_noqa:  # What is fixed in one file can settle another's.
            line += " (each file by itself: a fresh check may find fewer)"
        lines.append(line)
        lines += [
            f"  {code}: {count}, {visible(reason)}"
            for (code, reason), count in sorted(reasons.items())
        ]
    return "\n".join(lines)


def _check_session_class(settings: Settings, path: str) -> None:
    """Raises UsageError where the project, as seen from the file `path`, should define the class
    and does not. Says so where the class would be another's: what is installed is not looked at."""
    if settings.session_class is None or not path:
        return
    module, _, name = settings.session_class.rpartition(".")
    workspace = Workspace(settings)
    find, importer = workspace.project.layout.find, workspace.project.path_of(path)
    if find(importer, module.partition(".")[0]) is None:
        _warn(
            f"{module} is no module of this project, and what is installed is not looked at; "
            f"{name} is imported from it all the same"
        )
        return
    if find(importer, module) is None:
        lacks = f"there is no module {module}"
    elif workspace.lacks_session_class(path):
        lacks = f"{module} has no {name}"
    else:
        return
    raise UsageError(
        f"{lacks}, which --session-class names: --write-session-class writes such a class"
        " to a new file"
    )


def _write_session_class(path: str, settings: Settings) -> int:
    if settings.session_class is None:
        raise UsageError("--write-session-class needs the name of the class: --session-class")
    module = settings.session_class.rpartition(".")[0]
    timeout = settings.timeouts.get("requests")
    try:
        fixes.write_session_class(
            settings.session_class, path, *(() if timeout is None else (timeout,))
        )
    except (fixes.Refused, fixes.WriteError) as error:
        raise UsageError(str(error)) from None
    print(f"wrote {visible(path)}", file=sys.stderr)
    if not _is_place_of(module, path):
        _warn(f"{visible(path)} is not where {module} is imported from, as --session-class has it")
    return CLEAN


def _is_place_of(module: str, path: str) -> bool:
    """Whether a file, by its name and its folders', can be a module."""
    file = PurePath(os.path.abspath(path))
    parts = (file.parent if file.stem == "__init__" else file.with_suffix("")).parts
    names = tuple(module.split("."))
    return parts[-len(names) :] == names


def _warn(text: str) -> None:
    print(f"untimed: {text}", file=sys.stderr)
