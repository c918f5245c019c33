"""What is done only if somebody wants it so: under a test of which nobody in sight knows how it comes
out, `if not verify_ssl: session.verify = False`. A guard that leaves before means the same:
`if verify_ssl: return`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_untimed.calls import Facts, Setting
from flake8_untimed.inference import conditions
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.syntax import (
    LEAVES,
    TRIES,
    WITHS,
    dotted,
    ends,
    in_a_row,
    within,
    written_names,
)
from flake8_untimed.inference.values import Context, Instance

_ABOUT_TRUST = re.compile(
    r"verif|insecur|unsafe|trust|self_?sign"
    r"|(?:ignore|no|skip|disable|allow|bypass|without|check|validate)\w*(?:ssl|tls|cert)"
    r"|(?:ssl|tls|cert)\w*(?:ignore|disable|off|check|validat)",
    re.IGNORECASE,
)
"""Names that speak of the verification of certificates; a certificate may be there or not without
that (`if self.cert is None:`)."""

ALL_OF_A_BRANCH = "it is all that its branch does, which would have to go too"


def is_set_at_choice(facts: Facts, setting: Setting) -> bool:
    """Whether an attribute of a client is only set in some cases, whoever decides that. Not so where
    it is made in the same branch, or where the test asks for the client itself."""
    return any(
        not written_names(test) <= {"__name__"}
        and not _speaks_of(test, setting.target.value)
        and not _is_made_inside(facts, setting, branch)
        for test, branch in _open_tests(facts, setting.context)
    )


def is_asked_for(facts: Facts, context: Context) -> bool:
    """Whether a statement stands under a test that asks for just that: `if insecure:`."""
    return any(_is_about_trust(test) for test, _ in _open_tests(facts, context))


def is_all_of_a_branch(context: Context) -> bool:
    """Whether a statement is all that one branch of an `if` or a `try` does."""
    place = context.scope.places.get(context.at) if context.at is not None else None
    if place is None or len(place.body) > 1:
        return False
    return isinstance(place.parent, (ast.If, *TRIES))


def _open_tests(facts: Facts, context: Context) -> Iterator[tuple[ast.expr, list[ast.stmt]]]:
    """The tests in a function that decide whether a statement is reached, and do not surely lead to
    it, each with the statements for which it does so."""
    scope: Scope = context.scope.of_statement
    for place in scope.chain(context.at):
        found = [(place.parent, place.block == "body", place.body)]
        found += [
            (before, not ends(before.body, LEAVES), place.body[number:])
            for number, whole in enumerate(place.body[: place.position], 1)
            for before in in_a_row(whole)
            # Many leave early for other reasons.
            if isinstance(before, ast.If)
            and ends(before.body, LEAVES) is not ends(before.orelse, LEAVES)
            and _is_about_trust(before.test)
        ]
        for statement, leads_here, branch in found:
            if isinstance(statement, ast.If):
                where = Context(scope, statement, context.frame)
                outcome = conditions.outcome(facts.evaluator, statement.test, where)
                if outcome is not leads_here:
                    yield statement.test, branch


def _is_about_trust(test: ast.expr) -> bool:
    return any(map(_ABOUT_TRUST.search, written_names(test)))


def _speaks_of(test: ast.expr, client: ast.expr) -> bool:
    name = dotted(client)
    return name is not None and any(
        isinstance(part, (ast.Name, ast.Attribute)) and dotted(part) == name
        for part in within(test)
    )


def _is_made_inside(facts: Facts, setting: Setting, branch: list[ast.stmt]) -> bool:
    """Whether a client is made, or given its name, in a branch."""
    inside = {part for statement in branch for part in within(statement)}
    for value in facts.evaluate(setting.target.value, setting.context):
        if isinstance(value, Instance) and value.site is not None and value.site.node in inside:
            return True
    name = dotted(setting.target.value)
    return any(
        dotted(target) == name
        for part in inside
        if isinstance(part, (ast.Assign, ast.AnnAssign, *WITHS))
        for target in _targets(part)
    )


def _targets(statement: ast.stmt) -> list[ast.expr]:
    if isinstance(statement, ast.Assign):
        return statement.targets
    if isinstance(statement, ast.AnnAssign):
        return [statement.target]
    items = statement.items if isinstance(statement, WITHS) else []
    return [item.optional_vars for item in items if item.optional_vars is not None]
