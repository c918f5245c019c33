"""flake8's door: its options in, findings out. flake8 does the selecting, the noqa comments and
the per-file ignores."""

from __future__ import annotations

import argparse
import gc
import logging
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flake8_untimed import __version__
from flake8_untimed.settings import SETTINGS, Settings, SettingsError, from_values
from flake8_untimed.source import Source

if TYPE_CHECKING:
    import ast

    from flake8.options.manager import (  # type: ignore[import-untyped,unused-ignore]
        OptionManager,
    )

    from flake8_untimed.findings import Finding

# Below flake8's own logger: silent, unless flake8 is called with -v.
LOG = logging.getLogger("flake8.untimed")

_PREFIX = "untimed-"
FILES_BETWEEN = 32
"""After so many files what is kept is frozen."""
COLLECT_AFTER = 20_000
"""New objects between two looks for garbage, at least. Python's 700 are a fraction of one file's
tree: most looks find nothing. It holds for the whole process, and makes flake8 itself faster too."""


class _State:
    """What lives as long as one set of flake8's options: one run in one process."""

    def __init__(self, settings: Settings) -> None:
        from flake8_untimed.analysis import Workspace

        self.settings = settings
        self._workspace = Workspace(settings)
        self._files = 0
        # Frozen with itself inside, it is never taken apart: that would only take time at the end.
        self._itself = self
        first, second, third = gc.get_threshold()
        if 0 < first < COLLECT_AFTER:
            gc.set_threshold(COLLECT_AFTER, second, third)

    def check(self, source: Source, tree: ast.Module) -> list[Finding]:
        # Garbage collection would look again and again through what is kept to the end of the run,
        # and cost more than the analysis. What is frozen it leaves alone; of what flake8 itself
        # holds at that moment only cycles stay in memory, some megabytes over 1,000 files.
        if self._files % FILES_BETWEEN == 0:
            gc.freeze()
        self._files += 1
        enabled = gc.isenabled()
        gc.disable()
        project = self._workspace.project
        trimmed = project.trimmed
        try:
            return self._workspace.check(source, tree)
        finally:
            if project.trimmed != trimmed:
                # Modules refer to themselves: frozen, they would never be freed.
                gc.unfreeze()
            if enabled:
                gc.enable()


class Plugin:
    """flake8 makes one for each file, and reports what `run` yields."""

    name = "flake8-untimed"
    version = __version__

    def __init__(
        self, tree: ast.Module, lines: list[str], filename: str, options: argparse.Namespace
    ) -> None:
        self._tree = tree
        self._source = Source.from_text("".join(lines), filename)
        self._options = options

    @staticmethod
    def add_options(manager: OptionManager) -> None:
        for setting in SETTINGS:
            if setting.flake8:
                manager.add_option(
                    f"--{_PREFIX}{setting.key}",
                    metavar=setting.metavar,
                    parse_from_config=True,
                    help=f"{setting.help[0].upper()}{setting.help[1:]}.",
                )

    @staticmethod
    def parse_options(options: argparse.Namespace) -> None:
        """A bad value ends the run here, before any file is read."""
        from flake8.exceptions import (  # type: ignore[import-untyped,unused-ignore]
            ExecutionError,
        )

        try:
            options.untimed = _state(options)
        except SettingsError as error:
            raise ExecutionError(f"flake8-untimed: {error}") from None

    def run(self) -> Iterator[tuple[int, int, str, type[Any]]]:
        """(line, 0-based column, text, type): flake8 itself adds 1 to the column."""
        try:
            findings = self._options.untimed.check(self._source, self._tree)
        except Exception:
            # An exception here would end flake8's run over all files.
            LOG.warning("flake8-untimed failed on %s", self._source.path, exc_info=True)
            return
        for finding in findings:
            span = finding.span
            yield span.line, span.column - 1, f"{finding.code} {finding.message}", type(self)


def _state(options: argparse.Namespace) -> _State:
    values = {
        setting.key: value
        for setting in SETTINGS
        if setting.flake8
        and (value := getattr(options, f"untimed_{setting.field}", None)) is not None
    }
    return _State(from_values(values, os.getcwd(), prefix=_PREFIX))
