"""`untimed why PATH:LINE`: what is believed of the calls on a line, and by which steps."""

from __future__ import annotations

import argparse

from flake8_untimed.cli import CLEAN, UsageError
from flake8_untimed.cli.configuration import settings_for
from flake8_untimed.cli.discovery import is_searched
from flake8_untimed.cli.globs import PerFileIgnores
from flake8_untimed.reporters.text import visible
from flake8_untimed.source import Source, SourceError

_PASSED_OVER = "an exclude, a .gitignore, its name or a symbolic link keeps it from being found"


def run(arguments: argparse.Namespace) -> int:
    path, line = _place(arguments.place)
    settings = settings_for(arguments, [path])
    from flake8_untimed.analysis import why

    try:
        source = Source.read(path)
        if line > len(source.lines):
            raise UsageError(f"{path} has only {len(source.lines)} lines")
        source.parse()
        ignored = PerFileIgnores(settings.per_file_ignores).codes(path)
        for text in why(source, line, settings, ignored):
            print(visible(text))
        if not is_searched(path, settings):
            print(f"\n{visible(path)} is checked only if it is named: {_PASSED_OVER}")
    except SourceError as error:
        raise UsageError(str(error)) from None
    return CLEAN


def _place(text: str) -> tuple[str, int]:
    """`app.py:12`; a column behind it (`app.py:12:5`, as `untimed check` prints) is passed over."""
    parts = text.split(":")
    while len(parts) > 2 and (parts[-1] == "" or parts[-2].isdecimal()):
        parts.pop()
    if len(parts) < 2 or not parts[-1].isdecimal() or int(parts[-1]) < 1:
        raise UsageError(f"{text!r} is no place in a file; write PATH:LINE, such as app.py:12")
    return ":".join(parts[:-1]), int(parts[-1])
