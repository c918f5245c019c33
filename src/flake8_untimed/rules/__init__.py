"""The rules: one file each, found by pkgutil. A rule's docstring is its documentation.

A rule's module is called `unt101_missing_timeout.py`: its code and its name. It has a function
`check(facts)` that yields findings, and may set `OPT_IN = True`; `WORDS`: texts that make it look at
a file that sends no requests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from flake8_untimed.calls import Facts
    from flake8_untimed.findings import Finding


class Rule(NamedTuple):
    """One rule, as its file says."""

    code: str
    name: str
    """For people: `missing-timeout`."""
    opt_in: bool
    documentation: str
    summary: str
    """The first line of the documentation."""
    words: frozenset[str]
    check: Callable[[Facts], Iterable[Finding]]


def _load(module_name: str) -> Rule:
    module = import_module(f"{__name__}.{module_name}")
    code, _, name = module_name.partition("_")
    documentation = (module.__doc__ or "").strip()
    return Rule(
        code.upper(),
        name.replace("_", "-"),
        getattr(module, "OPT_IN", False),
        documentation,
        documentation.partition("\n")[0],
        getattr(module, "WORDS", frozenset()),
        module.check,
    )


RULES = tuple(
    _load(m.name) for m in sorted(iter_modules(__path__), key=lambda m: m.name)
    if m.name.startswith("unt")
)  # fmt: skip
