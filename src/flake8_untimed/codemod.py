"""For those who drive their codemods by libcst's own command:

    python -m libcst.tool codemod --no-format -x flake8_untimed.codemod.Fix FILE...

(Without `--no-format` libcst hands every changed file to black.) It does what `untimed fix` does to
a file, without reading the project's configuration, and leaves the writing (newlines, encoding) to
libcst.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext, SkipFile

from flake8_untimed.cli.files import Checker
from flake8_untimed.settings import SettingsError, from_values
from flake8_untimed.source import Source


class Fix(CodemodCommand):
    """The one command: all safe fixes, with `--unsafe` the others too."""

    DESCRIPTION = "Give HTTP calls their timeout and mend what else flake8-untimed finds."

    def __init__(
        self, context: CodemodContext, unsafe: bool = False, select: str = "UNT", **_: Any
    ) -> None:
        super().__init__(context)
        self.unsafe = unsafe
        try:
            self.settings = from_values({"select": select}, "", prefix="--")
        except SettingsError as error:
            sys.exit(f"{error}")

    @staticmethod
    def add_args(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--unsafe", action="store_true", help="apply unsafe fixes too")
        parser.add_argument(
            "--select", default="UNT", metavar="CODES", help="prefixes of the rules to fix"
        )

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        path = self.context.filename or "<unknown>"
        source = Source.from_text(tree.code, path)
        checker = Checker(self.settings)
        outcome = checker.fixed(source, checker.findings(source), unsafe=self.unsafe)
        for finding, reason, _ in outcome.left:
            place = f"{finding.span.line}:{finding.span.column}"
            self.warn(f"{place}: {finding.code} left: {reason}")
        if outcome.source is source:
            raise SkipFile("nothing to fix")
        return cst.parse_module(outcome.source.text, config=tree.config_for_parsing)
