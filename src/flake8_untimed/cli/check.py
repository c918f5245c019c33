"""`untimed check`: report, and touch nothing."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from functools import partial

from flake8_untimed import reporters
from flake8_untimed.cli import CLEAN, FAILED, FOUND, UsageError, baseline
from flake8_untimed.cli.configuration import settings_for
from flake8_untimed.cli.discovery import Discovered, discover
from flake8_untimed.cli.files import STDIN, Checker, FileResult
from flake8_untimed.cli.progress import progress
from flake8_untimed.cli.workers import map_files
from flake8_untimed.reporters import Report
from flake8_untimed.reporters.text import visible
from flake8_untimed.rules import RULES
from flake8_untimed.settings import Settings

NO_FILES = "no Python files found"


def run(arguments: argparse.Namespace) -> int:
    paths = arguments.paths or ["."]
    name = stdin_name(arguments)
    settings = settings_for(arguments, [name if path == STDIN else path for path in paths])
    if arguments.write_baseline:
        baseline.check_place(arguments.write_baseline)
    known = baseline.read(arguments.baseline) if arguments.baseline else None
    found = files_for(paths, settings)
    report = _check(found, settings, arguments)
    total = len(report.findings)
    if arguments.write_baseline:
        baseline.write(arguments.write_baseline, report.findings)
        report.findings.clear()
    elif known is not None:
        report.findings = baseline.unknown(known, arguments.baseline, report.findings)
    reporters.write(report, arguments.output_format, sys.stdout)
    sys.stdout.flush()
    show_errors(report.errors)
    if arguments.statistics:
        _show_statistics(report)
    if not arguments.quiet:
        print(_summary(report, arguments, total - len(report.findings)), file=sys.stderr)
    if found.missing:
        return FAILED
    if arguments.exit_zero:
        return CLEAN
    return FAILED if report.errors else FOUND if report.findings else CLEAN


def stdin_name(arguments: argparse.Namespace) -> str:
    name: str = arguments.stdin_filename or "stdin"
    return name


def files_for(paths: list[str], settings: Settings) -> Discovered:
    """Raises UsageError where standard input is mixed with files."""
    if STDIN not in paths:
        return discover(paths, settings)
    if len(paths) > 1:
        raise UsageError("standard input (-) cannot be checked together with other paths")
    found = Discovered()
    found.files.append(STDIN)
    return found


def _check(found: Discovered, settings: Settings, arguments: argparse.Namespace) -> Report:
    report = Report(errors=[*found.missing, *found.unreadable], rules=RULES)
    with_fixes = arguments.output_format == "sarif"
    make_work = partial(_Work, settings, stdin_name(arguments), with_fixes)
    results = map_files(make_work, found.files, arguments.jobs)
    for path, result in zip(
        found.files, progress(results, len(found.files), quiet=arguments.quiet), strict=True
    ):
        report.checked += result.error is None
        report.findings += result.findings
        if result.error is not None:
            shown = stdin_name(arguments) if path == STDIN else path
            report.errors.append((shown, result.error))
    return report


class _Work:
    """What a process does with each file."""

    def __init__(self, settings: Settings, name: str, with_fixes: bool) -> None:
        self._checker = Checker(settings, with_fixes=with_fixes)
        self._name = name

    def __call__(self, path: str) -> FileResult:
        return self._checker.check(path, self._name if path == STDIN else None)


def show_errors(errors: list[tuple[str, str]]) -> None:
    for path, reason in errors:
        print(f"untimed: {visible(path)}: {visible(reason)}", file=sys.stderr)


def _show_statistics(report: Report) -> None:
    names = {rule.code: rule.name for rule in RULES}
    counts = Counter(reported.finding.code for reported in report.findings)
    width = len(str(max(counts.values(), default=0)))
    for code, count in sorted(counts.items()):
        print(f"{count:>{width}} {code} {names[code]}", file=sys.stderr)


def _summary(report: Report, arguments: argparse.Namespace, held: int) -> str:
    """`held`: how many findings the baseline holds, and are not in the report."""
    files = counted(report.checked, "file")
    if arguments.write_baseline:
        file = visible(arguments.write_baseline)
        found = f"{counted(held, 'finding')} in {files} written to {file}"
    elif arguments.baseline:
        new = counted(len(report.findings), "new finding")
        found = f"{new} in {files}, {held} known to {visible(arguments.baseline)}"
    elif report.checked or report.errors:
        found = f"{counted(len(report.findings), 'finding')} in {files}"
    else:
        found = NO_FILES
    fixable = Counter(reported.applicability for reported in report.findings)
    parts = [found]
    if fixable["safe"]:
        parts.append(f"{fixable['safe']} can be fixed by `untimed fix`")
    if fixable["unsafe"]:
        verb = "" if fixable["safe"] else "can be fixed "
        parts.append(f"{fixable['unsafe']} {verb}by `untimed fix --unsafe`")
    if report.errors:
        parts.append(f"{counted(len(report.errors), 'path')} could not be checked")
    return ", ".join(parts)


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`, `no files`."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
