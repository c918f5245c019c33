"""What the user can set, once for every door: flake8's options, `[tool.untimed]`, and flags.

`SETTINGS` is the one table of them. A setting's value arrives as text (a flag, a flake8 option) or
as what TOML makes of it; its kind says how to read either, and what is allowed.
"""

from __future__ import annotations

import ast
import builtins
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from flake8_untimed.findings import Expression

if TYPE_CHECKING:
    from flake8_untimed.libraries.model import Library


_RULES = os.path.join(os.path.dirname(__file__), "rules")


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


# Kinds of values. Each reads text or a TOML value, relative to a folder, and raises _NotAllowed.


class _NotAllowed(Exception):
    """What is wrong with a value, if more can be said than what is allowed."""


def _strings(value: object) -> list[str]:
    """A list of strings; text is split on commas and white space, as flake8 does."""
    if isinstance(value, str):
        return [item for item in re.split(r"[,\s]+", value) if item]
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return list(value)
    raise _NotAllowed


def _codes(value: object, _: str) -> tuple[str, ...]:
    codes = tuple(_strings(value))
    if any(code != "UNT" for code in codes):
        known = _rules()
        for code in codes:
            # Every code begins with an empty one.
            if not code or not any(rule.startswith(code) for rule in known):
                raise _NotAllowed(
                    f"no rule is called {code or repr(code)}{nearest(code.upper(), known)}"
                )
    return codes


def _selected_codes(value: object, folder: str) -> tuple[str, ...]:
    """Codes, none of which selects nothing: opt-in rules have to be named in full."""
    codes = _codes(value, folder)
    for code in codes:
        if code == "UNT":
            continue
        rules = {rule: file for rule, file in _rules().items() if rule.startswith(code)}
        if code not in rules and all(map(_is_opt_in, rules.values())):
            names = ", ".join(rules)
            raise _NotAllowed(f"{code} is made of opt-in rules only, name them in full: {names}")
    return codes


@cache
def _rules() -> dict[str, str]:
    """The codes of the rules -> the files that are named after them. None is loaded: they stand on
    top of all else."""
    from pkgutil import iter_modules

    files = [module.name for module in iter_modules([_RULES]) if module.name.startswith("unt")]
    return {file.partition("_")[0].upper(): file for file in sorted(files)}


def _is_opt_in(file: str) -> bool:
    """Whether the file of a rule says so."""
    from pkgutil import get_data

    return b"\nOPT_IN = True" in (get_data("flake8_untimed", f"rules/{file}.py") or b"")


def _globs(value: object, folder: str) -> tuple[str, ...]:
    return tuple(_glob(pattern, folder) for pattern in _strings(value))


def _glob(pattern: str, folder: str) -> str:
    """A pattern with a slash is a path from the folder of the configuration; one without is a
    name, wherever it stands."""
    if "/" not in pattern and os.sep not in pattern:
        return pattern
    return os.path.normpath(os.path.join(folder, pattern))


def _per_file_ignores(value: object, folder: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """`tests/*:UNT101,UNT105` and more of them, or a table, or the pairs that `Settings` holds."""
    if isinstance(value, tuple) and all(isinstance(p, tuple) and len(p) == 2 for p in value):
        pairs = [*value]
    else:
        table = value if isinstance(value, Mapping) else _patterns_and_codes(value)
        pairs = [*table.items()]
    globs = _globs([glob for glob, _ in pairs], folder)
    return tuple((glob, _codes(p[1], folder)) for glob, p in zip(globs, pairs, strict=True))


def _patterns_and_codes(value: object) -> dict[str, list[str]]:
    patterns: dict[str, list[str]] = {}
    codes: list[str] | None = None
    for item in _strings(value):
        pattern, colon, code = item.rpartition(":")
        if colon:
            codes = patterns.setdefault(pattern, [])
        if codes is None:
            raise _NotAllowed
        if code:
            codes.append(code)
    return patterns


def _libraries(value: object, _: str) -> tuple[str, ...]:
    names = tuple(_strings(value))
    for name in names:
        _library(name)
    return names


def _class(value: object, _: str) -> str:
    if not isinstance(value, str) or not _is_dotted(value):
        raise _NotAllowed
    if "." not in value:
        raise _NotAllowed("name the module too, from which it is imported")
    return value


def _classes(value: object, folder: str) -> tuple[str, ...]:
    return tuple(_class(name, folder) for name in _strings(value))


def _clients(value: object, folder: str) -> dict[str, str]:
    clients = _table(value)
    for name, like in clients.items():
        _class(name, folder)
        if not isinstance(like, str):
            raise _NotAllowed
        known = _known_libraries()
        paths = {client.path for library in known.values() for client in library.clients}
        if like not in known and like not in paths:
            raise _NotAllowed(f"{like!r} is no library or client{nearest(like, {*known, *paths})}")
    return clients


def _seconds(value: object, _: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise _NotAllowed
    try:
        seconds = float(value)
    except ValueError:
        raise _NotAllowed from None
    if not 0 < seconds < math.inf:
        raise _NotAllowed
    return seconds


_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True} | {
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


def _boolean(value: object, _: str) -> bool:
    if isinstance(value, str):
        value = _BOOLEANS.get(value.strip().lower())
    if not isinstance(value, bool):
        raise _NotAllowed
    return value


def _timeouts(value: object, folder: str) -> dict[str, Expression]:
    timeouts = {}
    for name, timeout in _table(value).items():
        library = _library(name)
        try:
            timeouts[name] = _timeout(library, timeout, folder)
        except _NotAllowed as error:
            raise _NotAllowed(str(error) or f"{timeout!r} is no timeout for {name}") from None
    return timeouts


def _timeout(library: Library, value: object, folder: str) -> Expression:
    """Seconds, (connect, read) seconds, or an expression of dotted names, as this library wants it
    written."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, str):
        value = value.strip()
        expression = _expression(value)
        if expression is not None:
            _check_kind(library, value)
            return expression
        pair = re.fullmatch(r"[(\[]([^,]+),([^,]+)[)\]]", value)
        value = list(pair.groups()) if pair else value
    if isinstance(value, (list, tuple)) and len(value) == 2:
        connect, read = (_number(_seconds(seconds, folder)) for seconds in value)
        return _pair(library, connect, read)
    written = library.writes.of(_number(_seconds(value, folder)))
    return Expression(written.text, written.needs)


def _expression(text: str) -> Expression | None:
    """Source text with dotted names, such as `httpx.Timeout(10, connect=3)`; None for a text
    without any."""
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    needs: dict[str, None] = {}
    nodes: list[ast.AST] = [tree]
    while nodes:
        node = nodes.pop()
        name = ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""
        if "." in name and _is_dotted(name):
            needs[name] = None
        elif isinstance(node, ast.Name) and not hasattr(builtins, node.id):
            raise _NotAllowed(f"{node.id} has to be imported: name its module too")
        else:
            nodes += ast.iter_child_nodes(node)
    return Expression(text, tuple(sorted(needs))) if needs else None


def _check_kind(library: Library, text: str) -> None:
    """Raises _NotAllowed for a timeout object of another library, which this one rejects."""
    made = ast.parse(text, mode="eval").body
    path = ast.unparse(made.func) if isinstance(made, ast.Call) else ""
    known = {kind.path for other in _known_libraries().values() for kind in other.timeout_types}
    own = {*(kind.path for kind in library.timeouts.types), *library.writes.needs}
    if path in known - own:
        raise _NotAllowed(f"{library.name} takes no {path}")


def _pair(library: Library, connect: str, read: str) -> Expression:
    timeouts = library.timeouts
    if set(timeouts.tuples.get(2, ())) == set(timeouts.waits):
        return Expression(f"({connect}, {read})")
    for kind in timeouts.types:
        if kind.default_field and "connect" in kind.fields:
            return Expression(f"{kind.path}({read}, connect={connect})", (kind.path,))
        if {"connect", "read"} <= set(kind.fields):
            return Expression(f"{kind.path}(connect={connect}, read={read})", (kind.path,))
    raise _NotAllowed(f"{library.name} takes no pair that bounds every wait: give one number")


def _table(value: object) -> dict[str, Any]:
    """`a=b, c=d`, or a list of these, or a table."""
    if isinstance(value, Mapping):
        return {name: value[name] for name in _strings([*value])}
    text = value if isinstance(value, str) else " ".join(_strings(value))
    entry = r"([^\s,=]+)\s*=\s*([(\[][^)\]]*[)\]]|[\w.]+\([^()]*\)|[^\s,]+)"
    if re.sub(entry, "", text).strip(" ,\t\r\n"):
        raise _NotAllowed
    return dict(re.findall(entry, text))


def _number(seconds: float) -> str:
    return repr(int(seconds) if seconds == int(seconds) else seconds)


def _is_dotted(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))


def _known_libraries() -> dict[str, Library]:
    from flake8_untimed.libraries import ALL

    return {library.name: library for library in ALL}


def _library(name: str) -> Library:
    known = _known_libraries()
    if name not in known:
        raise _NotAllowed(f"no library is called {name!r}{nearest(name, known)}")
    return known[name]


def nearest(name: str, known: Iterable[str]) -> str:
    """A question that ends a message about a name that nobody knows; empty if none is near."""
    import difflib

    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""


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
        return self.read not in (_seconds, _boolean, _class)


_CODES_ALLOWED = "codes or the beginnings of codes, such as UNT101 or UNT1"

SETTINGS = (
    Setting(
        "select",
        _selected_codes,
        _CODES_ALLOWED,
        "report only these codes (the beginning of a code will do)",
        "CODES",
    ),
    Setting(
        "extend_select",
        _selected_codes,
        _CODES_ALLOWED,
        "report these codes too: this switches opt-in rules on, each named in full (UNT108)",
        "CODES",
        flake8=True,
    ),
    Setting(
        "ignore",
        _codes,
        _CODES_ALLOWED,
        "do not report these codes; of one that is selected as well, the longer beginning decides,"
        " and this if both are alike",
        "CODES",
    ),
    Setting(
        "per_file_ignores",
        _per_file_ignores,
        "patterns and codes, such as tests/*:UNT101,UNT105",
        "do not report these codes in files that match",
        "PATTERN:CODES",
    ),
    Setting(
        "exclude",
        _globs,
        "file or folder patterns",
        "pass over these files and folders instead of the usual ones (.git, .tox, ...)",
        "PATTERNS",
    ),
    Setting(
        "extend_exclude",
        _globs,
        "file or folder patterns",
        "pass over these files and folders too",
        "PATTERNS",
    ),
    Setting(
        "disable_libraries",
        _libraries,
        "names of libraries, such as urllib3",
        "know nothing of these libraries",
        "NAMES",
        flake8=True,
    ),
    Setting(
        "clients",
        _clients,
        "dotted names of classes, each with the library or client it behaves like, such as "
        "myapp.http.ApiSession=requests",
        "further client classes, each with the library or client that it behaves like",
        "CLASS=LIKE",
        flake8=True,
    ),
    Setting(
        "bounded_clients",
        _classes,
        "dotted names of classes, such as myapp.http.ApiSession",
        "client classes that set a timeout of their own",
        "CLASSES",
        flake8=True,
    ),
    Setting(
        "long_default",
        _seconds,
        "a number of seconds above 0",
        "seconds from which a library's own default timeout counts as long (60)",
        "SECONDS",
        flake8=True,
    ),
    Setting(
        "follow_imports",
        _boolean,
        "true or false",
        "whether the project's own other modules are read",
        "true|false",
        flake8=True,
    ),
    Setting(
        "timeouts",
        _timeouts,
        "libraries, each with seconds, a pair (connect, read) or an expression of dotted names, "
        "such as requests=(5,30) httpx=10 aiohttp=myapp.settings.TIMEOUT",
        "the timeout that `untimed fix` writes",
        "LIBRARY=TIMEOUT",
    ),
    Setting(
        "session_class",
        _class,
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
            near = nearest(key.replace("_", "-"), known) or f"; the keys are {', '.join(known)}"
            raise SettingsError(f"{where}unknown key {prefix}{key}{near}")
        read[setting.field] = _read(setting, value, folder, where, f"{prefix}{key}")
    return replace(base or Settings(), **read)


def _read(setting: Setting, value: object, folder: str, where: str = "", name: str = "") -> Any:
    """A value as `Settings` holds it. `name`: how the user calls the setting. Raises SettingsError."""
    try:
        return setting.read(value, folder)
    except _NotAllowed as error:
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
