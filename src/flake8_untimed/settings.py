"""What the user can set, once for every door: flake8's options, `[tool.untimed]`, and flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flake8_untimed.findings import Expression


@dataclass(frozen=True)
class Settings:
    """Frozen, picklable. Every field has the default that a newcomer gets."""

    select: tuple[str, ...] = ("UNT",)
    """Code prefixes to report."""
    extend_select: tuple[str, ...] = ()
    """More of them; opt-in rules are named here (or in `select`) in full: `UNT108`."""
    ignore: tuple[str, ...] = ()
    """Code prefixes not to report; the longer match wins, as in flake8 and Ruff."""
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(glob, code prefixes)."""
    exclude: tuple[str, ...] = ()
    extend_exclude: tuple[str, ...] = ()
    disable_libraries: tuple[str, ...] = ()
    """Names of libraries to know nothing of: `urllib3`."""
    clients: Mapping[str, str] = field(default_factory=dict)
    """Dotted name of a client class we know nothing of -> the name of the library (then its main
    client: `requests` -> `requests.Session`) or the path of the client that it behaves like."""
    bounded_clients: tuple[str, ...] = ()
    """Dotted names of client classes that set a timeout of their own."""
    long_default: float = 60.0
    """Seconds from which a library's default counts as long (UNT104 rather than UNT105)."""
    follow_imports: bool = True
    """Whether the project's own other modules are read."""
    timeouts: Mapping[str, Expression] = field(default_factory=dict)
    """Library name -> the timeout that the codemod writes. Missing: the library's own."""
    session_class: str | None = None
    """Dotted name of the class that `fix` puts in the place of `requests.Session`."""

    def reports(self, code: str, *, opt_in: bool = False) -> bool:
        """Whether findings of the rule `code` are wanted at all."""

        def longest(prefixes: tuple[str, ...]) -> int:
            return max((len(p) for p in prefixes if code.startswith(p)), default=-1)

        chosen = longest(self.select + self.extend_select)
        if opt_in and chosen < len(code):
            return False
        return chosen >= 0 and chosen >= longest(self.ignore)
