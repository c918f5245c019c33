"""The plugin and the command give the same findings over one folder.

    python tests/benchmarks/doors_agree.py FOLDER

Prints how many findings each has and every difference; ends with status 1 if there is one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

_LINE = re.compile(r"(?P<path>.*?):(?P<line>\d+):(?P<column>\d+): (?P<code>UNT\d+) (?P<message>.*)")


def findings(*command: str) -> set[tuple[str, ...]]:
    """(path, line, column, code, message) of every finding that a command prints."""
    result = subprocess.run(
        [sys.executable, "-m", *command], stdout=subprocess.PIPE, check=False, text=True
    )
    if result.returncode not in (0, 1, 2):
        raise SystemExit(f"{command[0]} ended with {result.returncode}")
    matches = map(_LINE.fullmatch, result.stdout.splitlines())
    return {
        (os.path.normpath(match["path"]), *match.group("line", "column", "code", "message"))
        for match in matches
        if match
    }


def main() -> int:
    folder = sys.argv[1]
    plugin = findings("flake8", "--isolated", "--select", "UNT", "-j2", folder)
    command = findings("flake8_untimed", "check", "--isolated", "--quiet", "--jobs", "2", folder)
    print(f"plugin: {len(plugin)} findings; command: {len(command)} findings")
    for finding in sorted(plugin ^ command):
        door = "plugin " if finding in plugin else "command"
        print(f"only the {door}: {':'.join(finding[:3])}: {' '.join(finding[3:])}")
    return 1 if plugin != command else 0


if __name__ == "__main__":
    sys.exit(main())
