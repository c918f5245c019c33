"""Findings to verified text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from flake8_untimed.findings import Finding
from flake8_untimed.fixes.errors import LibcstMissing, Refused
from flake8_untimed.fixes.expected import change_tree, compare
from flake8_untimed.fixes.module import Module, Place, place
from flake8_untimed.fixes.neighbours import ALONE, Neighbours
from flake8_untimed.fixes.plan import Conflict, Plan, places
from flake8_untimed.source import Source, SourceError

if TYPE_CHECKING:
    from flake8_untimed.fixes.carry import Region

Analyze = Callable[[Source], Iterable[Finding]]
"""Gives the findings of a text, under the same settings as those that are to be fixed."""

UNSAFE = "the fix is unsafe: --unsafe applies it"
_ROUNDS = 10


class Left(NamedTuple):
    """A finding that is still there, and why."""

    finding: Finding
    """As it is in the new text."""
    reason: str
    given: Finding
    """As it was in the old text."""


@dataclass(frozen=True)
class Outcome:
    """What became of the findings of one file; each is in exactly one of the three."""

    source: Source
    """The new text; the very object that was given if nothing changed."""
    applied: tuple[Finding, ...]
    """Findings whose own fix was carried out, as they were given."""
    resolved: tuple[Finding, ...]
    """Findings that went with another's fix, as they were given."""
    left: tuple[Left, ...]
    """Findings that remain."""
    regions: tuple[Region, ...] = ()
    """What stands in the place of what after the first round."""

    @property
    def changed(self) -> bool:
        return bool(self.applied)

    def encoded(self, before: bytes) -> bytes:
        """The bytes to write in the place of `before`, from which the old text was read.

        Raises Refused if the encoding does not give bytes back as they were.
        """
        try:
            decoded = Source.from_bytes(before, self.source.path)
            if decoded.encode(decoded.text) != before:
                raise Refused(f"{decoded.encoding} does not give the file's bytes back unchanged")
            return self.source.encode(self.source.text)
        except SourceError as error:
            raise Refused(error.reason) from None


@dataclass(eq=False)
class _Tracked:
    """A finding as it was given, and as it is in the text so far."""

    given: Finding
    now: Finding
    reason: str | None = None
    """Why it is not to be fixed."""
    is_waiting: bool = False
    """Whether that was another fix's text."""


class _StillReported(Refused):
    """Findings that the analysis still gives for the text in which they were fixed."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(
            f"{findings[0].code} would still be reported: what is written does not reach the request"
        )
        self.findings = findings


class _Attempt(NamedTuple):
    """A text that stood the test."""

    source: Source
    fixed: list[Finding]
    remaining: list[tuple[Finding, Finding]]
    """Findings of the old text that are still there, and as they are now."""
    refused: list[tuple[Finding, Refused]]
    regions: list[Region]


def fix_source(
    source: Source,
    findings: Sequence[Finding],
    *,
    unsafe: bool = False,
    analyze: Analyze,
    neighbours: Neighbours = ALONE,
) -> Outcome:
    """Carry out the fixes of `findings`, which are all that `analyze` gives for `source`;
    `neighbours` tells what the modules around it have to do with its imports.

    Each new text is compiled and analysed again: it must mean the old one plus exactly the edits,
    without the findings that were fixed, and with no new ones. A fix that does not stand the test
    is left out, and the others are tried without it. Raises LibcstMissing.
    """
    tracked = [_Tracked(f, f, _why_not(f, unsafe)) for f in sorted(findings, key=_order)]
    applied: list[Finding] = []
    resolved: list[Finding] = []
    regions: list[Region] | None = None
    for _ in range(_ROUNDS):
        attempt = _round(source, tracked, analyze, neighbours)
        if attempt is None:
            break
        source = attempt.source
        regions = attempt.regions if regions is None else regions
        later = {id(old): new for old, new in attempt.remaining}
        fixed = {id(finding) for finding in attempt.fixed}
        remaining = []
        for one in tracked:
            if id(one.now) in fixed:
                applied.append(one.given)
            elif id(one.now) in later:
                one.now = later[id(one.now)]
                remaining.append(one)
            else:
                resolved.append(one.given)
        tracked = remaining
        waiting = [one for one in tracked if one.is_waiting]
        if not waiting:
            break
        for one in waiting:
            one.is_waiting, one.reason = False, _why_not(one.now, unsafe)
    left = [
        Left(
            one.now,
            # A reason of the rule's own may name a line: the one where it is now.
            _why_not(one.now, unsafe) or one.reason or "not fixed in so many rounds",
            one.given,
        )
        for one in tracked
    ]
    return Outcome(
        source,
        tuple(sorted(applied, key=_order)),
        tuple(sorted(resolved, key=_order)),
        tuple(sorted(left, key=lambda one: _order(one.finding))),
        tuple(regions or ()),
    )


def fixed_alone(
    source: Source, outcome: Outcome, neighbours: Neighbours = ALONE
) -> Iterator[tuple[Finding, Source]]:
    """The old text with the fix of one finding alone, for each that writes nothing by itself but what
    it wrote with the others, and was tested with them."""
    from flake8_untimed.fixes import carry

    findings = [*outcome.applied, *outcome.resolved]
    tested = set(outcome.regions)
    module = Module(source, places(source, findings))
    for finding in findings:
        try:
            plan = Plan(module, [finding], neighbours) if finding.fix is not None else None
            regions = carry.carry_out(module, plan.changes) if plan is not None else []
        except (Refused, RecursionError):
            continue
        if regions and tested.issuperset(regions):
            yield finding, Source(carry.apply(source.text, regions), source.path)


def _why_not(finding: Finding, unsafe: bool) -> str | None:
    if finding.fix is None:
        return finding.why_not or "there is no fix for it"
    if finding.fix.safe or unsafe:
        return None
    return UNSAFE if finding.fix.doubt is None else f"{UNSAFE} ({finding.fix.doubt})"


def _order(finding: Finding) -> tuple[int, int, str, str]:
    return finding.sort_key


def _round(
    source: Source, tracked: list[_Tracked], analyze: Analyze, neighbours: Neighbours
) -> _Attempt | None:
    """One new text with as many of the fixes as stand the test together, or None. Reasons are
    written down where a fix is refused."""
    wanted = [one.now for one in tracked if one.reason is None]
    if not wanted:
        return None
    best: _Attempt | None = None
    by_finding = {id(one.now): one for one in tracked}
    everything = [one.now for one in tracked]

    def refuse(finding: Finding, reason: Refused) -> None:
        one = by_finding[id(finding)]
        one.reason, one.is_waiting = str(reason), isinstance(reason, Conflict)

    def settle(sure: list[Finding], more: list[Finding]) -> list[Finding]:
        """`sure` and as many of `more` as stand the test with them; `best` is their text."""
        nonlocal best
        try:
            best = _attempt(source, everything, [*sure, *more], analyze, neighbours)
        except _StillReported as reason:
            for finding in reason.findings:
                refuse(finding, reason)
            gone = {id(finding) for finding in reason.findings}
            sure = [finding for finding in sure if id(finding) not in gone]
            rest = [finding for finding in more if id(finding) not in gone]
            return settle(sure, rest) if rest else sure
        except Refused as reason:
            if len(more) == 1:
                refuse(more[0], reason)
                return sure
            half = len(more) // 2
            return settle(settle(sure, more[:half]), more[half:])
        return [*sure, *more]

    settle([], wanted)
    if best is None:
        return None
    for finding, reason in best.refused:
        refuse(finding, reason)
    return best if best.fixed else None


def _attempt(
    source: Source,
    everything: list[Finding],
    wanted: list[Finding],
    analyze: Analyze,
    neighbours: Neighbours,
) -> _Attempt:
    """The text with the fixes of `wanted`, tested. Raises Refused."""
    try:
        from flake8_untimed.fixes import carry

        module = Module(source, places(source, everything))
        plan = Plan(module, wanted, neighbours)
        if not plan.accepted:
            return _Attempt(source, [], [(f, f) for f in everything], plan.refused, [])
        changes = plan.changes
        regions = carry.carry_out(module, changes)
        text = carry.apply(source.text, regions)
        source.encode(text)
        new = Source(text, source.path, encoding=source.encoding, bom=source.bom)
        change_tree(module, changes)
        moved = compare(module.tree, new.parse(), places(source, everything))
        _check_compiles(source, new)
        remaining = _check_findings(
            source, everything, plan.accepted, list(analyze(new)), new, moved
        )
    except (Refused, LibcstMissing):
        raise
    except SourceError as error:
        raise Refused(f"the result cannot be used: {error.reason}") from None
    except RecursionError:
        raise Refused("the file is nested too deeply to be edited") from None
    return _Attempt(new, plan.accepted, remaining, plan.refused, regions)


def _check_compiles(source: Source, new: Source) -> None:
    """Raises SourceError where the new text does not compile, unless the old one did not either."""
    try:
        new.check_compiles()
    except SourceError:
        try:
            source.check_compiles()
        except SourceError:
            return
        raise


def _check_findings(
    source: Source,
    old: list[Finding],
    fixed: list[Finding],
    found: list[Finding],
    new: Source,
    moved: dict[Place, Place],
) -> list[tuple[Finding, Finding]]:
    """Hold the findings of the new text against those that may be there.

    Returns the old findings that remain, each with what it is now. Raises Refused.
    """
    done = {id(finding) for finding in fixed}
    expected: dict[tuple[str, object], list[Finding]] = {}
    for finding in old:
        # Where the finding's text was itself rewritten (moved into a new argument), its place is
        # not known, and the message must do.
        where: object = moved.get(place(source, finding.span), finding.message)
        expected.setdefault((finding.code, where), []).append(finding)
    remaining = []
    still = []
    for finding in sorted(found, key=_order):
        candidates = expected.get((finding.code, place(new, finding.span))) or expected.get(
            (finding.code, finding.message)
        )
        if not candidates:
            where = f"{finding.span.line}:{finding.span.column}"
            raise Refused(f"a new finding would appear: {finding.code} at {where}")
        before = candidates.pop(0)
        if id(before) in done:
            still.append(before)
        remaining.append((before, finding))
    if still:
        raise _StillReported(still)
    return remaining


__all__ = ["UNSAFE", "Analyze", "Left", "Outcome", "fix_source", "fixed_alone"]
