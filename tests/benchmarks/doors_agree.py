"""The plugin and the command give the same findings over one folder.

    python tests/benchmarks/doors_agree.py FOLDER [OPTION ...]

OPTIONs go to both. Prints how many findings each has and every difference; ends with status 1 if there is one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

_LINE = re.compile(r"(?P<path>.*?):(?P<line>\d+):(?P<column>\d+): (?P<code>UNT\d+) (?P<message>.*)")
_UNDECODED = re.compile(r"^untimed: (.*): cannot be decoded", re.MULTILINE)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A command of this environment, which must have done its work."""
    result = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True)
    if result.returncode not in (0, 1, 2) or "Traceback" in result.stderr:
        raise SystemExit(f"{command[0]} ended with {result.returncode}:\n{result.stderr}")
    return result


def findings(output: str) -> set[tuple[str, ...]]:
    """(path, line, column, code, message) of every finding in it."""
    matches = map(_LINE.fullmatch, output.splitlines())
    return {
        (os.path.normpath(match["path"]), *match.group("line", "column", "code", "message"))
        for match in matches
        if match
    }


def main() -> int:
    folder, options = sys.argv[1], sys.argv[2:]
    by_plugin = run("flake8", "--isolated", "--select", "UNT", "-j2", *options, folder)
    by_command = run("flake8_untimed", "check", "--isolated", "-q", "--jobs", "2", *options, folder)
    # flake8 takes what it cannot decode for latin-1; the command says that it cannot be decoded.
    undecoded = set(map(os.path.normpath, _UNDECODED.findall(by_command.stderr)))
    plugin = {finding for finding in findings(by_plugin.stdout) if finding[0] not in undecoded}
    command = findings(by_command.stdout)
    print(f"plugin: {len(plugin)} findings; command: {len(command)} findings")
    for finding in sorted(plugin ^ command):
        door = "plugin " if finding in plugin else "command"
        print(f"only the {door}: {':'.join(finding[:3])}: {' '.join(finding[3:])}")
    return 1 if plugin != command else 0


if __name__ == "__main__":
    sys.exit(main())
