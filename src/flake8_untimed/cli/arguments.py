"""The command line: what can be asked, and how `--help` explains it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn, TypeAlias

from flake8_untimed import __version__
from flake8_untimed.reporters import FORMATS
from flake8_untimed.settings import SETTINGS, Setting
from flake8_untimed.settings.kinds import nearest

_STATUS = "Exit status: 0 nothing found, 1 something found, 2 a file or the request failed."

_PATHS = "files and folders; the current folder if none is given, standard input if it is `-`"

_SETTINGS = (
    "Each is also a key of [tool.untimed] in pyproject.toml; a flag takes the place of that key. "
    "Several values are set apart by commas, or the flag is given several times."
)


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, where argparse would print its usage first."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; `{self.prog} --help` tells what is allowed\n")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Exits with status 2 and a message where the arguments make no sense."""
    parser = _Parser(
        prog="untimed",
        description="Finds HTTP calls in Python that can hang or talk to the wrong server.",
        epilog="`untimed COMMAND --help` explains a command; start with `untimed check`.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"untimed {__version__}")
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", title="commands", required=True
    )
    _add_check(commands)
    _add_fix(commands)
    _add_explain(commands)
    _add_why(commands)
    if not argv:
        parser.print_help(sys.stderr)
        parser.exit(2)
    arguments, rest = parser.parse_known_args(argv)
    if rest:
        _take_rest(commands.choices[arguments.command], arguments, rest)
    return arguments


def _take_rest(
    parser: argparse.ArgumentParser, arguments: argparse.Namespace, rest: list[str]
) -> None:
    """What argparse leaves over: paths that stand behind a flag that stands behind a path, and
    what nobody knows."""
    end = rest.index("--") if "--" in rest else len(rest)
    for text in rest[:end]:
        if text.startswith("-") and text != "-":
            flag = text.partition("=")[0]
            flags = [name for action in parser._actions for name in action.option_strings]
            parser.error(f"unknown flag {flag}{nearest(flag, flags)}")
    paths = rest[:end] + rest[end + 1 :]
    if paths and not hasattr(arguments, "paths"):
        parser.error(f"{paths[0]!r} is one argument too many")
    if paths:
        arguments.paths = [*arguments.paths, *paths]


_Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"


def _command(
    commands: _Commands, name: str, summary: str, more: str = ""
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}. {more}".strip(),
        epilog=_STATUS if name in ("check", "fix") else None,
        allow_abbrev=False,
    )


def _add_check(commands: _Commands) -> None:
    parser = _command(commands, "check", "report what is found, as path:line:column: CODE message")
    _add_files(parser)
    parser.add_argument(
        "--output-format",
        choices=FORMATS,
        default="text",
        help="text (the default), json, sarif (code scanning) or github (annotations)",
    )
    parser.add_argument(
        "--exit-zero",
        action="store_true",
        help="end with 0 even if something was found or some file could not be checked; a path that "
        "does not exist still gives 2",
    )
    parser.add_argument(
        "--statistics", action="store_true", help="count the findings by code, on standard error"
    )
    baseline = parser.add_mutually_exclusive_group()
    baseline.add_argument(
        "--baseline", metavar="FILE", help="report only findings that this file does not hold"
    )
    baseline.add_argument(
        "--write-baseline",
        metavar="FILE",
        help="put all findings into this file, for --baseline, and report none",
    )
    _add_settings(parser)


def _add_fix(commands: _Commands) -> None:
    parser = _command(
        commands,
        "fix",
        "rewrite what has a safe fix, in place",
        "Every file is parsed and checked again before it is written. Needs libcst: "
        "pip install 'flake8-untimed[codemod]'.",
    )
    _add_files(parser)
    parser.add_argument(
        "--diff", action="store_true", help="write nothing; print the changes as a patch"
    )
    parser.add_argument(
        "--unsafe",
        action="store_true",
        help="carry out unsafe fixes too: they can change what the program does",
    )
    parser.add_argument(
        "--add-noqa",
        action="store_true",
        help="fix nothing; add a `# noqa` comment to the line of every finding",
    )
    parser.add_argument(
        "--write-session-class",
        metavar="PATH",
        help="write a new module with the class that --session-class names, a requests.Session "
        "that has a default timeout, and exit",
    )
    _add_settings(parser)


def _add_explain(commands: _Commands) -> None:
    parser = _command(commands, "explain", "print the documentation of a rule, or list all rules")
    parser.add_argument("code", nargs="?", metavar="CODE", help="a code, such as UNT101")


def _add_why(commands: _Commands) -> None:
    parser = _command(
        commands,
        "why",
        "say what is believed of the calls on a line, and by which steps",
    )
    parser.add_argument("place", metavar="PATH:LINE", help="a line of a file, such as app.py:12")
    _add_settings(parser)


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help=_PATHS)
    parser.add_argument(
        "--stdin-filename",
        metavar="PATH",
        help="what standard input is called: in the output, and for imports and patterns",
    )
    parser.add_argument(
        "--jobs",
        type=_jobs,
        metavar="N",
        help="processes at most, if not one for each processor; every hundred files take one",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="no summary and no progress")


def _add_settings(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("settings", _SETTINGS)
    for setting in SETTINGS:
        group.add_argument(
            f"--{setting.key}",
            dest=f"setting_{setting.field}",
            action="append" if setting.many else "store",
            metavar=setting.metavar,
            help=_help(setting),
        )
    group.add_argument("--config", metavar="FILE", help="read this pyproject.toml and no other")
    group.add_argument("--isolated", action="store_true", help="read no pyproject.toml")


def _help(setting: Setting) -> str:
    example = "" if setting.metavar == "CODES" else setting.allowed.partition(", such as ")[2]
    return f"{setting.help}, such as {example}" if example else setting.help


def _jobs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return int(text)
