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
    try:
        _prepare_streams()
        status = _run(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`head`) has seen enough. Python flushes once more when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND
    except OSError as error:
        # The output cannot be written: files that are read have messages of their own.
        print(f"untimed: {error}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except UsageError as error:
        print(f"untimed: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("untimed: interrupted", file=sys.stderr)
        return INTERRUPTED
    return status


def _prepare_streams() -> None:
    # A stream that was closed before we started is None.
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r+"))  # noqa: SIM115
    # Names of files may hold bytes that are no text.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _run(argv: Sequence[str]) -> int:
    from importlib import import_module

    from flake8_untimed.cli.arguments import parse

    arguments = parse(argv)
    status: int = import_module(f"flake8_untimed.cli.{arguments.command}").run(arguments)
    return status
