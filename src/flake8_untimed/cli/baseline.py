"""A file of known findings: a legacy code base fails only on new ones.

A finding is known by its file, code and source text (see `fingerprint`), so moving lines about
does not make it new; the same call once more in the same file does.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from typing import Any

from flake8_untimed.cli import UsageError
from flake8_untimed.cli.files import STDIN
from flake8_untimed.reporters import Reported

VERSION = 1

_Key = tuple[str, str, str]  # path, code, fingerprint


class _NoBaseline(UsageError):
    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: is no baseline (write one with --write-baseline)")


def check_place(path: str) -> None:
    """Raises UsageError where a baseline would take the place of a file that is none."""
    if path == STDIN:
        raise UsageError("--write-baseline: name a file, it cannot be standard output")
    if os.path.isfile(path) and os.path.getsize(path):
        try:
            _load(path)
        except _NoBaseline:
            raise UsageError(f"{path}: is no baseline, and is not written over") from None


def write(path: str, findings: Iterable[Reported]) -> None:
    """Sorted and one finding a line, so that changes read well in review."""
    import json

    from flake8_untimed import fixes

    counts = Counter(_key(reported, path) for reported in findings)
    entries = [
        json.dumps({"path": file, "code": code, "fingerprint": print_, "count": count})
        for (file, code, print_), count in sorted(counts.items())
    ]
    inner = "".join(f"\n{entry}," for entry in entries)[:-1]
    content = f'{{"version": {VERSION}, "findings": [{inner}\n]}}\n'.encode()
    try:
        if os.path.isfile(path):
            with open(path, "rb") as file:
                before = file.read()
            fixes.write(path, before, content)
        else:
            fixes.create(path, content)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    except fixes.WriteError as error:
        raise UsageError(str(error)) from None


def unknown(known: Counter[_Key], path: str, findings: Iterable[Reported]) -> list[Reported]:
    """Those findings that are not in the file at `path`, which holds the known ones."""
    known = known.copy()
    new = []
    for reported in findings:
        key = _key(reported, path)
        if known[key] > 0:
            known[key] -= 1
        else:
            new.append(reported)
    return new


def read(path: str) -> Counter[_Key]:
    """The findings that a file holds. Raises UsageError where it is no baseline."""
    version, entries = _load(path)
    if version != VERSION:
        raise UsageError(f"{path}: is a baseline of another version; write it anew")
    try:
        return Counter(
            {
                (str(entry["path"]), str(entry["code"]), str(entry["fingerprint"])): int(
                    entry["count"]
                )
                for entry in entries
            }
        )
    except (ValueError, KeyError, TypeError):
        raise _NoBaseline(path) from None


def _load(path: str) -> tuple[Any, list[Any]]:
    """The version and the entries of a baseline. Raises UsageError where it is none."""
    import json

    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        return document["version"], [*document["findings"]]
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _NoBaseline(path) from None


def _key(reported: Reported, path: str) -> _Key:
    """Paths are relative to the folder of the baseline, wherever the command is run."""
    folder = os.path.dirname(os.path.abspath(path))
    file = os.path.relpath(os.path.abspath(reported.path), folder).replace(os.sep, "/")
    return file, reported.finding.code, reported.fingerprint
