"""What a call passes, and which parameter takes it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from flake8_untimed.inference.values import Alternatives, Context, Function


class Argument(NamedTuple):
    """One argument. `values` is given when they are known already, else `node` tells them."""

    node: ast.expr | None
    context: Context | None
    keyword: str | None = None
    """The keyword at the call itself, or None."""
    position: int | None = None
    """The position at the call itself, or None. Neither: it came from a `**mapping`, a partial or
    a caller."""
    values: Alternatives | None = None

    @property
    def key(self) -> object:
        """Two arguments with the same key are the same expression in the same place, or the same
        values."""
        frame = self.context.frame if self.context is not None else None
        values = None if self.values is None else tuple(value.key() for value in self.values)
        return self.node, frame, values

    @property
    def is_written(self) -> bool:
        """Whether it stands at the call itself, where an edit can reach it."""
        return self.keyword is not None or self.position is not None


@dataclass(eq=False, repr=False)
class Passed:
    """Everything that a call passes, before anybody asks to whom."""

    positional: list[Argument] = field(default_factory=list)
    keywords: dict[str, Argument] = field(default_factory=dict)
    open_positional: bool = False
    """`*args` of unknown length stands among the positional ones (at their end, by now)."""
    open_keywords: bool = False
    """`**kwargs` that may hold anything."""
    splats: tuple[ast.expr, ...] = ()
    """The `**mapping` expressions at the call itself that are open."""
    missing: frozenset[object] = frozenset()
    """Keywords that these surely lack."""

    @property
    def key(self) -> object:
        """What is passed, to tell whether it is the same."""
        return (
            tuple(argument.key for argument in self.positional),
            tuple((name, argument.key) for name, argument in self.keywords.items()),
            self.open_positional,
            self.open_keywords,
            self.missing,
        )

    @property
    def arguments(self) -> list[Argument]:
        """All arguments in sight, however they are passed."""
        return [*self.positional, *self.keywords.values()]

    def shifted(self, count: int) -> Passed:
        """Without the first positional arguments, which were taken by somebody between."""
        return replace(self, positional=self.positional[count:])

    def behind(self, first: Argument) -> Passed:
        """These arguments, with one more before them."""
        return replace(self, positional=[first, *self.positional])

    def after(self, earlier: Passed) -> Passed:
        """These arguments behind those that a partial already holds."""
        return Passed(
            [
                *(a._replace(position=None, keyword=None) for a in earlier.positional),
                *self.positional,
            ],
            {
                **{k: a._replace(position=None, keyword=None) for k, a in earlier.keywords.items()},
                **self.keywords,
            },
            self.open_positional or earlier.open_positional,
            self.open_keywords or earlier.open_keywords,
            self.splats,
            frozenset() if earlier.open_keywords else self.missing,
        )


@dataclass(eq=False, repr=False)
class BoundArguments:
    """Arguments by the parameter that takes them."""

    named: dict[str, Argument]
    extra: dict[str, Argument]
    """Keywords that no named parameter takes."""
    rest: list[Argument]
    """Positional arguments that no named parameter takes."""
    open_positional: bool
    open_keywords: bool
    missing: frozenset[object] = frozenset()

    def may_hold(self, name: str, positional: bool) -> bool:
        """Whether an argument that is not in sight may be given for a parameter."""
        return (self.open_keywords and name not in self.missing) or (
            positional and self.open_positional
        )


def bind(
    passed: Passed, positional: Iterable[str], keywords: Iterable[str] | None = None
) -> BoundArguments:
    """Bind arguments to parameters: `positional` in order, then keyword-only ones (None: any)."""
    names = tuple(positional)
    named: dict[str, Argument] = dict(zip(names, passed.positional))
    rest = passed.positional[len(names) :]
    extra: dict[str, Argument] = {}
    known = None if keywords is None else {*names, *keywords}
    for name, argument in passed.keywords.items():
        if known is None or name in known:
            named.setdefault(name, argument)
        else:
            extra[name] = argument
    return BoundArguments(
        named, extra, rest, passed.open_positional, passed.open_keywords, passed.missing
    )


def parameter_names(arguments: ast.arguments) -> list[str]:
    """The names of positional parameters, in order."""
    return [a.arg for a in (*arguments.posonlyargs, *arguments.args)]


def positional_names(function: Function) -> list[str]:
    """The positional parameters of a function that its caller gives: not the receiver."""
    return parameter_names(function.scope.arguments)[function.receiver is not None :]


def taken_by(function: Function, passed: Passed) -> dict[str, Argument]:
    """What a function takes of what it is passed, by the names of its parameters."""
    return bind(passed, positional_names(function)).named


def keyword_names(arguments: ast.arguments) -> list[str]:
    """The names of parameters that can be given by keyword: `**kwargs` beside them lack these."""
    return [a.arg for a in (*arguments.args, *arguments.kwonlyargs)]


def defaults(arguments: ast.arguments) -> Mapping[str, ast.expr]:
    """The default expression of each parameter that has one."""
    positional = parameter_names(arguments)
    found = dict(zip(reversed(positional), reversed(arguments.defaults)))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        if default is not None:
            found[argument.arg] = default
    return found
