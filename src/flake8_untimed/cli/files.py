"""One file at a time: read, analysed, and judged against the comments and patterns that silence."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Sequence
from typing import NamedTuple

from flake8_untimed.analysis import Workspace
from flake8_untimed.cli.globs import Patterns
from flake8_untimed.findings import Finding
from flake8_untimed.reporters import Replacement, Reported
from flake8_untimed.settings import Settings
from flake8_untimed.source import Source, SourceError, read_bytes

STDIN = "-"


class FileResult(NamedTuple):
    findings: Sequence[Reported] = ()
    error: str | None = None
    """Why the file could not be checked."""


class Checker:
    """Checks files, one after the other; made once in every process."""

    def __init__(self, settings: Settings, *, with_fixes: bool = False) -> None:
        self._workspace = Workspace(settings)
        self._ignores = [
            (Patterns([pattern]), codes) for pattern, codes in settings.per_file_ignores
        ]
        self._with_fixes = with_fixes

    def check(self, path: str, name: str | None = None) -> FileResult:
        """`name`: what standard input is called."""
        try:
            source = self.source(path, name)
            if source is None:
                return FileResult()
            findings = self.findings(source)
            return FileResult([self._reported(source, finding) for finding in findings])
        except SourceError as error:
            return FileResult(error=error.reason)

    def source(self, path: str, name: str | None = None) -> Source | None:
        """The file, or None if nothing can be found in it. Raises SourceError."""
        data = sys.stdin.buffer.read() if path == STDIN else read_bytes(path)
        name = name or path
        if not self._workspace.matters(data, name):
            return None
        return Source.from_bytes(data, name)

    def findings(self, source: Source) -> list[Finding]:
        """What is to be reported. Raises SourceError."""
        try:
            found = self._workspace.check(source)
        except SourceError:
            raise
        except Exception as error:
            # A mistake of ours must not keep the other files from being checked.
            reason = f"the analysis failed: {type(error).__name__}: {error}"
            raise SourceError(source.path, reason) from error
        if not found:
            return found
        ignored = self._ignored(source.path)
        return [
            finding
            for finding in found
            if not (ignored and finding.code.startswith(ignored))
            and not source.silences(finding.code, finding.span.line)
        ]

    def _ignored(self, path: str) -> tuple[str, ...]:
        absolute = os.path.abspath(path)
        return tuple(
            code for patterns, codes in self._ignores if patterns.match(absolute) for code in codes
        )

    def _reported(self, source: Source, finding: Finding) -> Reported:
        line = source.lines[finding.span.line - 1].rstrip("\r\n")
        return Reported(
            source.path,
            finding,
            line,
            fingerprint(source, finding),
            self._replacement(source, finding) if self._with_fixes else None,
        )

    def _replacement(self, source: Source, finding: Finding) -> Replacement | None:
        return None


def fingerprint(source: Source, finding: Finding) -> str:
    """What a finding is known by though its line has moved or been laid out anew: its code and
    its source text without white space."""
    text = re.sub(r"\s+", "", source.segment(finding.span)).replace(",)", ")")
    digest = hashlib.sha256(f"{finding.code}\n{text}".encode(errors="surrogatepass"))
    return digest.hexdigest()[:16]
