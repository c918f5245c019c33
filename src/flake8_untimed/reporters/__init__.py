"""What was found, as lines for a person or a machine. One module a format; `write` finds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, TextIO

from flake8_untimed.findings import Finding, Span

if TYPE_CHECKING:
    from flake8_untimed.rules import Rule

FORMATS = ("text", "json", "sarif", "github")


class Replacement(NamedTuple):
    """Text in the place of whole lines: from the start of `line` to the start of `end_line`."""

    line: int
    end_line: int
    text: str


class Reported(NamedTuple):
    """A finding, with what a reader who has no access to the file needs."""

    path: str
    finding: Finding
    line: str
    """The source line that it is reported on, without its end."""
    fingerprint: str
    """The same for the same code, wherever it has moved to in the file."""
    fix: Replacement | None = None
    """What its fix would write; only made for formats that show it."""

    @property
    def span(self) -> Span:
        return self.finding.span

    @property
    def applicability(self) -> str | None:
        """`safe`, `unsafe`, or None where there is no fix."""
        if self.finding.fix is None:
            return None
        return "safe" if self.finding.fix.safe else "unsafe"


@dataclass
class Report:
    """Everything that one run of `untimed check` has to say, in the order of the files."""

    findings: list[Reported] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    """(path, reason) of what could not be checked."""
    checked: int = 0
    """Files."""
    rules: Sequence[Rule] = ()
    """All that there are, for formats that describe them."""


def write(report: Report, output_format: str, out: TextIO) -> None:
    """Write a report in one of `FORMATS`."""
    import_module(f"flake8_untimed.reporters.{output_format}").write(report, out)
