"""Kinds of values. Each reads text or a TOML value, relative to a folder, and raises NotAllowed."""

from __future__ import annotations

import ast
import builtins
import math
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from flake8_untimed.findings import Expression

if TYPE_CHECKING:
    from flake8_untimed.libraries.model import Library


_RULES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "rules")


class NotAllowed(Exception):
    """What is wrong with a value, if more can be said than what is allowed."""


def _strings(value: object) -> list[str]:
    """A list of strings; text is split on commas and white space, as flake8 does."""
    if isinstance(value, str):
        return [item for item in re.split(r"[,\s]+", value) if item]
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return list(value)
    raise NotAllowed


def as_codes(value: object, _: str) -> tuple[str, ...]:
    codes = tuple(_strings(value))
    if any(code != "UNT" for code in codes):
        known = known_rules()
        for code in codes:
            # Every code begins with an empty one.
            if not code or not any(rule.startswith(code) for rule in known):
                raise NotAllowed(
                    f"no rule is called {code or repr(code)}{nearest(code.upper(), known)}"
                )
    return codes


def as_selected_codes(value: object, folder: str) -> tuple[str, ...]:
    """Codes, none of which selects nothing: opt-in rules have to be named in full."""
    codes = as_codes(value, folder)
    for code in codes:
        if code == "UNT":
            continue
        rules = {rule: file for rule, file in known_rules().items() if rule.startswith(code)}
        if code not in rules and all(map(is_opt_in, rules.values())):
            names = ", ".join(rules)
            raise NotAllowed(f"{code} is made of opt-in rules only, name them in full: {names}")
    return codes


@cache
def known_rules() -> dict[str, str]:
    """The codes of the rules -> the files that are named after them. None is loaded: they stand on
    top of all else."""
    from pkgutil import iter_modules

    files = [module.name for module in iter_modules([_RULES]) if module.name.startswith("unt")]
    return {file.partition("_")[0].upper(): file for file in sorted(files)}


def is_opt_in(file: str) -> bool:
    """Whether the file of a rule says so."""
    from pkgutil import get_data

    return b"\nOPT_IN = True" in (get_data("flake8_untimed", f"rules/{file}.py") or b"")


def as_globs(value: object, folder: str) -> tuple[str, ...]:
    return tuple(_glob(pattern, folder) for pattern in _strings(value))


def _glob(pattern: str, folder: str) -> str:
    """A pattern with a slash is a path from the folder of the configuration; one without is a
    name, wherever it stands."""
    if "/" not in pattern and os.sep not in pattern:
        return pattern
    return os.path.normpath(os.path.join(folder, pattern))


def as_per_file_ignores(value: object, folder: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """`tests/*:UNT101,UNT105` and more of them, or a table, or the pairs that `Settings` holds."""
    if isinstance(value, tuple) and all(isinstance(p, tuple) and len(p) == 2 for p in value):
        pairs = [*value]
    else:
        table = value if isinstance(value, Mapping) else _patterns_and_codes(value)
        pairs = [*table.items()]
    globs = as_globs([glob for glob, _ in pairs], folder)
    return tuple((glob, as_codes(p[1], folder)) for glob, p in zip(globs, pairs, strict=True))


def _patterns_and_codes(value: object) -> dict[str, list[str]]:
    patterns: dict[str, list[str]] = {}
    codes: list[str] | None = None
    for item in _strings(value):
        pattern, colon, code = item.rpartition(":")
        if colon:
            codes = patterns.setdefault(pattern, [])
        if codes is None:
            raise NotAllowed
        if code:
            codes.append(code)
    return patterns


def as_libraries(value: object, _: str) -> tuple[str, ...]:
    names = tuple(_strings(value))
    for name in names:
        _library(name)
    return names


def as_class(value: object, _: str) -> str:
    if not isinstance(value, str) or not _is_dotted(value):
        raise NotAllowed
    if "." not in value:
        raise NotAllowed("name the module too, from which it is imported")
    return value


def as_classes(value: object, folder: str) -> tuple[str, ...]:
    return tuple(as_class(name, folder) for name in _strings(value))


def as_clients(value: object, folder: str) -> dict[str, str]:
    clients = _table(value)
    for name, like in clients.items():
        as_class(name, folder)
        if not isinstance(like, str):
            raise NotAllowed
        known = _known_libraries()
        paths = {client.path for library in known.values() for client in library.clients}
        if like not in known and like not in paths:
            raise NotAllowed(f"{like!r} is no library or client{nearest(like, {*known, *paths})}")
    return clients


def as_seconds(value: object, _: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise NotAllowed
    try:
        seconds = float(value)
    except ValueError:
        raise NotAllowed from None
    if not 0 < seconds < math.inf:
        raise NotAllowed
    return seconds


_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True} | {
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


def as_boolean(value: object, _: str) -> bool:
    if isinstance(value, str):
        value = _BOOLEANS.get(value.strip().lower())
    if not isinstance(value, bool):
        raise NotAllowed
    return value


def as_timeouts(value: object, folder: str) -> dict[str, Expression]:
    timeouts = {}
    for name, timeout in _table(value).items():
        library = _library(name)
        try:
            timeouts[name] = _timeout(library, timeout, folder)
        except NotAllowed as error:
            raise NotAllowed(str(error) or f"{timeout!r} is no timeout for {name}") from None
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
        connect, read = (_number(as_seconds(seconds, folder)) for seconds in value)
        return _pair(library, connect, read)
    written = library.writes.of(_number(as_seconds(value, folder)))
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
            raise NotAllowed(f"{node.id} has to be imported: name its module too")
        else:
            nodes += ast.iter_child_nodes(node)
    return Expression(text, tuple(sorted(needs))) if needs else None


def _check_kind(library: Library, text: str) -> None:
    """Raises NotAllowed for a timeout object of another library, which this one rejects."""
    made = ast.parse(text, mode="eval").body
    path = ast.unparse(made.func) if isinstance(made, ast.Call) else ""
    known = {kind.path for other in _known_libraries().values() for kind in other.timeout_types}
    own = {*(kind.path for kind in library.timeouts.types), *library.writes.needs}
    if path in known - own:
        raise NotAllowed(f"{library.name} takes no {path}")


def _pair(library: Library, connect: str, read: str) -> Expression:
    timeouts = library.timeouts
    if set(timeouts.tuples.get(2, ())) == set(timeouts.waits):
        return Expression(f"({connect}, {read})")
    for kind in timeouts.types:
        if kind.default_field and "connect" in kind.fields:
            return Expression(f"{kind.path}({read}, connect={connect})", (kind.path,))
        if {"connect", "read"} <= set(kind.fields):
            return Expression(f"{kind.path}(connect={connect}, read={read})", (kind.path,))
    raise NotAllowed(f"{library.name} takes no pair that bounds every wait: give one number")


def _table(value: object) -> dict[str, Any]:
    """`a=b, c=d`, or a list of these, or a table."""
    if isinstance(value, Mapping):
        return {name: value[name] for name in _strings([*value])}
    text = value if isinstance(value, str) else " ".join(_strings(value))
    entry = r"([^\s,=]+)\s*=\s*([(\[][^)\]]*[)\]]|[\w.]+\([^()]*\)|[^\s,]+)"
    if re.sub(entry, "", text).strip(" ,\t\r\n"):
        raise NotAllowed
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
        raise NotAllowed(f"no library is called {name!r}{nearest(name, known)}")
    return known[name]


def nearest(name: str, known: Iterable[str]) -> str:
    """A question that ends a message about a name that nobody knows; empty if none is near."""
    import difflib

    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""
