"""A file of known findings: a legacy code base fails only on new ones.

A finding is known by its file, code and source text (see `fingerprint`), so moving lines about
does not make it new; the same call once more in the same file does.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable

from flake8_untimed.cli import UsageError
from flake8_untimed.reporters import Reported

VERSION = 1

_Key = tuple[str, str, str]  # path, code, fingerprint


def write(path: str, findings: Iterable[Reported]) -> None:
    """Sorted and one finding a line, so that changes read well in review."""
    import json

    counts = Counter(_key(reported, path) for reported in findings)
    entries = [
        json.dumps({"path": file, "code": code, "fingerprint": print_, "count": count})
        for (file, code, print_), count in sorted(counts.items())
    ]
    inner = "".join(f"\n{entry}," for entry in entries)[:-1]
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(f'{{"version": {VERSION}, "findings": [{inner}\n]}}\n')
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None


def unknown(path: str, findings: Iterable[Reported]) -> list[Reported]:
    """Those findings that the file does not hold."""
    known = _read(path)
    new = []
    for reported in findings:
        key = _key(reported, path)
        if known[key] > 0:
            known[key] -= 1
        else:
            new.append(reported)
    return new


def _read(path: str) -> Counter[_Key]:
    import json

    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        if document["version"] != VERSION:
            raise UsageError(f"{path}: is a baseline of another version; write it anew")
        return Counter(
            {
                (str(entry["path"]), str(entry["code"]), str(entry["fingerprint"])): int(
                    entry["count"]
                )
                for entry in document["findings"]
            }
        )
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(f"{path}: is no baseline (write one with --write-baseline)") from None


def _key(reported: Reported, path: str) -> _Key:
    """Paths are relative to the folder of the baseline, wherever the command is run."""
    folder = os.path.dirname(os.path.abspath(path))
    file = os.path.relpath(os.path.abspath(reported.path), folder).replace(os.sep, "/")
    return file, reported.finding.code, reported.fingerprint
