"""What can keep an edit from being carried out."""

from __future__ import annotations


class Refused(Exception):
    """An edit that is not carried out; the message is the reason, for a person to read."""


class LibcstMissing(Exception):
    """There is something to fix, and libcst is not installed."""

    def __init__(
        self, message: str = "fixing needs libcst: pip install 'flake8-untimed[codemod]'"
    ) -> None:
        super().__init__(message)  # an argument, so that it survives pickling


class WriteError(Exception):
    """A file that was not replaced; it is what it was before. The message says why."""
