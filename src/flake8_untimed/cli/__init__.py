"""The command `untimed`. Modules are imported when a command needs them: `untimed --version` must
not wait for the analysis to load."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

CLEAN, FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130
"""Exit status: nothing found, something found, could not do what was asked, Ctrl-C."""


class UsageError(Exception):
    """What was asked cannot be done; the message says why."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    from flake8_untimed.cli.arguments import parse

    # Names of files may hold bytes that are no text.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    arguments = parse(sys.argv[1:] if argv is None else argv)
    try:
        status = _run(arguments.command, arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`head`) has seen enough. Python flushes once more when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND
    except UsageError as error:
        print(f"untimed: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("untimed: interrupted", file=sys.stderr)
        return INTERRUPTED
    return status


def _run(command: str, arguments: object) -> int:
    from importlib import import_module

    status: int = import_module(f"flake8_untimed.cli.{command}").run(arguments)
    return status
