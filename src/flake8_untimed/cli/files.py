"""One file at a time: read, analysed, and judged against the comments and patterns that silence."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from flake8_untimed.analysis import Workspace
from flake8_untimed.cli.globs import PerFileIgnores
from flake8_untimed.findings import Finding
from flake8_untimed.reporters import Replacement, Reported
from flake8_untimed.settings import Settings
from flake8_untimed.source import Source, SourceError, read_bytes

if TYPE_CHECKING:
    from flake8_untimed.fixes import Analyze, Outcome

STDIN = "-"


class FileResult(NamedTuple):
    findings: Sequence[Reported] = ()
    error: str | None = None
    """Why the file could not be checked, or nothing be said of fixes."""


class Checker:
    """Checks files, one after the other; made once in every process."""

    def __init__(self, settings: Settings, *, with_fixes: bool = False) -> None:
        self._workspace = Workspace(settings)
        self._ignores = PerFileIgnores(settings.per_file_ignores)
        self._with_fixes = with_fixes

    def check(self, path: str, name: str | None = None) -> FileResult:
        """`name`: what standard input is called."""
        try:
            source = self.source(read(path), name or path)
            if source is None:
                return FileResult()
            findings = self.findings(source)
        except SourceError as error:
            return FileResult(error=error.reason)
        try:
            written = self._written(source, findings) if self._with_fixes else {}
            failed = None
        except SourceError as error:  # of the fixes alone
            written, failed = {}, error.reason
        return FileResult([self._reported(source, f, written.get(f)) for f in findings], failed)

    def source(self, data: bytes, name: str) -> Source | None:
        """The text of a file, or None if nothing can be found in it. Raises SourceError, also for
        a file that names a library, does nothing with it, and cannot be parsed; and for one with
        null bytes: it is no Python, and in UTF-16 no name could be seen."""
        if self._workspace.matters(data, name):
            return Source.from_bytes(data, name)
        if b"\0" in data or self._workspace.names_library(name):
            Source.from_bytes(data, name).parse()
        return None

    def findings(self, source: Source) -> list[Finding]:
        """What is to be reported. Raises SourceError."""
        try:
            found = self._workspace.check(source)
        except SourceError:
            raise
        except Exception as error:
            raise _failed("the analysis", source, error) from error
        if not found:
            return found
        ignored = self._ignores.codes(source.path)
        return [
            finding
            for finding in found
            if not (ignored and finding.code.startswith(ignored))
            and not source.silences(finding.code, finding.span.line)
        ]

    def _reported(
        self, source: Source, finding: Finding, replacement: Replacement | None
    ) -> Reported:
        line = source.lines[finding.span.line - 1].rstrip("\r\n")
        return Reported(source.path, finding, line, fingerprint(source, finding), replacement)

    def _written(
        self, source: Source, findings: Sequence[Finding]
    ) -> dict[Finding, Replacement | None]:
        """What the fixes that stand the test write, each by itself; none without libcst."""
        from flake8_untimed import fixes

        if not any(finding.fix for finding in findings):
            return {}
        try:
            outcome = self.fixed(source, findings, unsafe=True)
        except fixes.LibcstMissing:
            return {}
        fixable = {*outcome.applied, *outcome.resolved}
        written: dict[Finding, Replacement | None] = {}
        # The fixes of one rule are seldom in each other's way: one run tells what each of them writes.
        for code in {finding.code for finding in fixable}:
            same = {finding for finding in fixable if finding.code == code}
            together = self._fixed_only(source, findings, same)
            neighbours = self._workspace.neighbours(source.path)
            for finding, new in fixes.fixed_alone(source, together, neighbours):
                written[finding] = changed_lines(source.lines, new.lines)
        for finding in fixable.difference(written):
            alone = self._fixed_only(source, findings, {finding})
            written[finding] = changed_lines(source.lines, alone.source.lines)
        return written

    def _fixed_only(
        self, source: Source, findings: Sequence[Finding], wanted: set[Finding]
    ) -> Outcome:
        """What the fixes of some of the findings make of a file. The analysis has had its say about all
        together."""
        others = [
            finding if finding in wanted else finding._replace(fix=None, why_not="not asked for")
            for finding in findings
        ]
        return self.fixed(source, others, unsafe=True, analyze=lambda _: [])

    def fixed(
        self,
        source: Source,
        findings: Sequence[Finding],
        *,
        unsafe: bool,
        analyze: Analyze | None = None,
    ) -> Outcome:
        """What becomes of a file and its findings. Raises LibcstMissing and SourceError."""
        from flake8_untimed.fixes import LibcstMissing, fix_source

        try:
            return fix_source(
                source,
                findings,
                unsafe=unsafe,
                analyze=analyze or self.findings,
                neighbours=self._workspace.neighbours(source.path),
            )
        except LibcstMissing:
            raise
        except Exception as error:
            raise _failed("the fixes", source, error) from error


def _failed(what: str, source: Source, error: Exception) -> SourceError:
    """A mistake of ours, which must not keep the other files from being checked."""
    return SourceError(source.path, f"{what} failed: {type(error).__name__}: {error}")


def read(path: str) -> bytes:
    """A file, or standard input. Raises SourceError."""
    return sys.stdin.buffer.read() if path == STDIN else read_bytes(path)


def changed_lines(before: Sequence[str], after: Sequence[str]) -> Replacement | None:
    """The lines from the first that differs to the last, or None if none does."""
    if before == after:
        return None
    shorter = min(len(before), len(after))
    first = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    rest = shorter - first
    same = next((n for n in range(rest) if before[-1 - n] != after[-1 - n]), rest)
    text = "".join(after[first : len(after) - same])
    return Replacement(first + 1, len(before) - same + 1, text)


def fingerprint(source: Source, finding: Finding) -> str:
    """What a finding is known by though its line has moved or been laid out anew: its code and
    its source text without white space."""
    import hashlib

    text = re.sub(r"\s+", "", source.segment(finding.span)).replace(",)", ")")
    digest = hashlib.sha256(f"{finding.code}\n{text}".encode(errors="surrogatepass"))
    return digest.hexdigest()[:16]
