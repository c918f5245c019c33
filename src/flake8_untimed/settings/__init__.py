"""What the user can set, once for every door: flake8's options, `[tool.untimed]`, and flags.

`SETTINGS` is the one table of them. A setting's value arrives as text (a flag, a flake8 option) or
as what TOML makes of it; its kind (`kinds`) says how to read either, and what is allowed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from flake8_untimed.settings import kinds


@dataclass(frozen=True)
class Settings:
    """Frozen, picklable. Every field has the default that a newcomer gets, and takes what
    pyproject.toml may say: it is read, and checked, as that is. Raises SettingsError."""

    select: tuple[str, ...] = ("UNT",)
    """Code prefixes to report."""
    extend_select: tuple[str, ...] = ()
    """More of them; opt-in rules are named here (or in `select`) in full: `UNT108`."""
    ignore: tuple[str, ...] = ()
    """Code prefixes not to report; the longer match wins, as in flake8 and Ruff."""
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(glob, code prefixes). Globs are absolute, or names without a slash."""
    exclude: tuple[str, ...] | None = None
    """Globs of files and folders to pass over; None: the usual ones."""
    extend_exclude: tuple[str, ...] = ()
    """More of them."""
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
    timeouts: Mapping[str, Any] = field(default_factory=dict)
    """Library name -> the timeout that the codemod writes, held as an `Expression`. Missing: the
    library's own."""
    session_class: str | None = None
    """Dotted name of the class that `fix` puts in the place of `requests.Session`."""

    def __post_init__(self) -> None:
        for setting in SETTINGS:
            value = getattr(self, setting.field)
            if value != getattr(Settings, setting.field, {}):  # tables have no default there
                object.__setattr__(self, setting.field, _read(setting, value, os.getcwd()))

    def reports(self, code: str, *, opt_in: bool = False) -> bool:
        """Whether findings of the rule `code` are wanted at all: the longer prefix decides, and of
        two alike the one that ignores, as in flake8 and Ruff."""

        def longest(prefixes: tuple[str, ...]) -> int:
            return max((len(p) for p in prefixes if code.startswith(p)), default=-1)

        chosen = longest(self.select + self.extend_select)
        if opt_in and chosen < len(code):
            return False
        return chosen > longest(self.ignore)


class SettingsError(Exception):
    """A key that does not exist or a value that is not allowed; the message is for the user."""


class Setting(NamedTuple):
    """One row of the table. Its name is the field of `Settings`, with dashes for the user."""

    field: str
    read: Callable[[object, str], Any]
    allowed: str
    help: str
    metavar: str
    flake8: bool = False
    """Whether it is a flake8 option too: where flake8 has its own, it is not."""

    @property
    def key(self) -> str:
        return self.field.replace("_", "-")

    @property
    def many(self) -> bool:
        """Whether a flag may be given several times, which adds up."""
        return self.read not in (kinds.as_seconds, kinds.as_boolean, kinds.as_class)


_CODES_ALLOWED = "codes or the beginnings of codes, such as UNT101 or UNT1"

SETTINGS = (
    Setting(
        "select",
        kinds.as_selected_codes,
        _CODES_ALLOWED,
        "report only these codes (the beginning of a code will do)",
        "CODES",
    ),
    Setting(
        "extend_select",
        kinds.as_selected_codes,
        _CODES_ALLOWED,
        "report these codes too: this switches opt-in rules on, each named in full (UNT108)",
        "CODES",
        flake8=True,
    ),
    Setting(
        "ignore",
        kinds.as_codes,
        _CODES_ALLOWED,
        "do not report these codes; of one that is selected as well, the longer beginning decides,"
        " and this if both are alike",
        "CODES",
    ),
    Setting(
        "per_file_ignores",
        kinds.as_per_file_ignores,
        "patterns and codes, such as tests/*:UNT101,UNT105",
        "do not report these codes in files that match",
        "PATTERN:CODES",
    ),
    Setting(
        "exclude",
        kinds.as_globs,
        "file or folder patterns",
        "pass over these files and folders instead of the usual ones (.git, .tox, ...)",
        "PATTERNS",
    ),
    Setting(
        "extend_exclude",
        kinds.as_globs,
        "file or folder patterns",
        "pass over these files and folders too",
        "PATTERNS",
    ),
    Setting(
        "disable_libraries",
        kinds.as_libraries,
        "names of libraries, such as urllib3",
        "know nothing of these libraries",
        "NAMES",
        flake8=True,
    ),
    Setting(
        "clients",
        kinds.as_clients,
        "dotted names of classes, each with the library or client it behaves like, such as "
        "myapp.http.ApiSession=requests",
        "further client classes, each with the library or client that it behaves like",
        "CLASS=LIKE",
        flake8=True,
    ),
    Setting(
        "bounded_clients",
        kinds.as_classes,
        "dotted names of classes, such as myapp.http.ApiSession",
        "client classes that set a timeout of their own",
        "CLASSES",
        flake8=True,
    ),
    Setting(
        "long_default",
        kinds.as_seconds,
        "a number of seconds above 0",
        "seconds from which a library's own default timeout counts as long (60)",
        "SECONDS",
        flake8=True,
    ),
    Setting(
        "follow_imports",
        kinds.as_boolean,
        "true or false",
        "whether the project's own other modules are read",
        "true|false",
        flake8=True,
    ),
    Setting(
        "timeouts",
        kinds.as_timeouts,
        "libraries, each with seconds, a pair (connect, read) or an expression of dotted names, "
        "such as requests=(5,30) httpx=10 aiohttp=myapp.settings.TIMEOUT",
        "the timeout that `untimed fix` writes",
        "LIBRARY=TIMEOUT",
    ),
    Setting(
        "session_class",
        kinds.as_class,
        "the dotted name of a class, such as myapp.http.TimeoutSession",
        "the class that `untimed fix` writes in the place of requests.Session",
        "CLASS",
    ),
)


def from_values(
    values: Mapping[str, object],
    folder: str,
    *,
    base: Settings | None = None,
    where: str = "",
    prefix: str = "",
) -> Settings:
    """Settings from keys and raw values. `folder`: what patterns are relative to; `where`: the
    file that they stand in, for messages; `prefix`: what stands before a key there.

    Raises SettingsError.
    """
    known = {setting.key: setting for setting in SETTINGS}
    read: dict[str, Any] = {}
    for key, value in values.items():
        setting = known.get(key.replace("_", "-"))
        if setting is None:
            near = (
                kinds.nearest(key.replace("_", "-"), known) or f"; the keys are {', '.join(known)}"
            )
            raise SettingsError(f"{where}unknown key {prefix}{key}{near}")
        read[setting.field] = _read(setting, value, folder, where, f"{prefix}{key}")
    return replace(base or Settings(), **read)


def _read(setting: Setting, value: object, folder: str, where: str = "", name: str = "") -> Any:
    """A value as `Settings` holds it. `name`: how the user calls the setting. Raises SettingsError."""
    try:
        return setting.read(value, folder)
    except kinds.NotAllowed as error:
        detail = str(error).removesuffix("?")
        end = "? " if detail != str(error) else ". " if detail else ""
        raise SettingsError(
            f"{where}bad value {value!r} for {name or setting.field}: "
            f"{detail}{end}{'A' if end else 'a'}llowed: {setting.allowed}"
        ) from None


# pyproject.toml


def find_pyproject(folder: str) -> str | None:
    """The nearest pyproject.toml with a table of ours, from a folder upwards; a project's root (a
    folder with .git) ends the search. One that is no valid TOML and speaks of us counts."""
    while True:
        candidate = os.path.join(folder, "pyproject.toml")
        try:
            with open(candidate, "rb") as file:
                content = file.read()
            if b"untimed" in content and _tool_table(candidate, content) is not None:
                return candidate
        except OSError:
            pass
        except SettingsError:
            return candidate
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return None
        folder = parent


def from_pyproject(path: str) -> Settings:
    """The settings of `[tool.untimed]`. Raises SettingsError."""
    path = os.path.abspath(path)
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    table = _tool_table(path, content) or {}
    return from_values(table, os.path.dirname(path), where=f"{path}: ", prefix="tool.untimed.")


def _tool_table(path: str, content: bytes) -> dict[str, object] | None:
    """`[tool.untimed]`, or None if there is none. Raises SettingsError."""
    import sys

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"{path}: is no valid TOML: {error}") from None
    table = document.get("tool")
    table = table.get("untimed") if isinstance(table, dict) else None
    if table is not None and not isinstance(table, dict):
        raise SettingsError(f"{path}: tool.untimed must be a table")
    return table
