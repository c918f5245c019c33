"""`# noqa` comments for findings that are to stay, so that a legacy code base can start clean."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from flake8_untimed.findings import Finding
from flake8_untimed.fixes.engine import Left, Outcome
from flake8_untimed.fixes.errors import Refused
from flake8_untimed.fixes.expected import compare
from flake8_untimed.source import Source, SourceError

_NOQA = re.compile(r"# noqa:\s?(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)", re.IGNORECASE)
_NO_COMMENT_HERE = "no comment can stand on its line"


def add(source: Source, findings: Sequence[Finding]) -> Outcome:
    """Put `# noqa: CODE` on the first line of every finding (where a string or a backslash joins
    that to others: on their last), or into the comment that is there.

    Nothing but comments changes: the tree of the new text is held against the old one's. In the
    outcome, `applied` are the findings that are silenced now.
    """
    by_line: dict[int, list[Finding]] = defaultdict(list)
    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        by_line[_line_for(source, finding.span.line)].append(finding)
    applied: list[Finding] = []
    left: list[Left] = []
    lines = list(source.lines)
    for number in by_line:
        lines[number - 1] = _commented(lines[number - 1], [f.code for f in by_line[number]])
    together = _tested(source, "".join(lines))
    if together is not None:
        silenced = [f for f in findings if together.silences(f.code, f.span.line)]
        if len(silenced) == len(findings):
            return Outcome(together, tuple(silenced), (), ())
    # Some line takes no comment: find out which.
    lines = list(source.lines)
    for number, of_line in by_line.items():
        old = lines[number - 1]
        lines[number - 1] = _commented(old, [finding.code for finding in of_line])
        tested = _tested(source, "".join(lines))
        if tested is not None and all(tested.silences(f.code, f.span.line) for f in of_line):
            applied += of_line
        else:
            lines[number - 1] = old
            left += [Left(finding, _NO_COMMENT_HERE, finding) for finding in of_line]
    if not applied:
        return Outcome(source, (), (), tuple(left))
    new = Source("".join(lines), source.path, encoding=source.encoding, bom=source.bom)
    return Outcome(new, tuple(applied), (), tuple(left))


def _line_for(source: Source, line: int) -> int:
    """The line whose comment speaks for a finding."""
    joined = source.joined_to(line)
    return next((n for n in joined if _NOQA.search(source.lines[n - 1])), joined[-1])


def _commented(line: str, codes: Sequence[str]) -> str:
    """The line with the codes in its noqa comment."""
    text = line.rstrip("\r\n")
    newline = line[len(text) :]
    match = _NOQA.search(text)
    if match is None:
        return f"{text.rstrip()}  # noqa: {','.join(dict.fromkeys(codes))}{newline}"
    known = re.split(r"[,\s]+", match["codes"])
    new = [code for code in dict.fromkeys(codes) if code not in known]
    separator = ", " if ", " in match["codes"] else ","
    return (
        text[: match.end()]
        + "".join(separator + code for code in new)
        + text[match.end() :]
        + newline
    )


def _tested(source: Source, text: str) -> Source | None:
    """The new source if its tree is the old one's."""
    new = Source(text, source.path, encoding=source.encoding, bom=source.bom)
    try:
        compare(source.parse(), new.parse(), set())
    except (Refused, SourceError):
        return None
    return new
