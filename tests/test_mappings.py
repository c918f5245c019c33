"""What a function does with its `**kw`, by the look of it."""

from __future__ import annotations

import ast

import pytest

from flake8_untimed.inference.mappings import uses_of_mapping
from flake8_untimed.inference.scopes import Module, Scope


def function(*body: str) -> Scope:
    text = "def f(u, **kw):\n" + "".join(f"    {line}\n" for line in body)
    module = Module(ast.parse(text), "a.py", text).scope
    statement = module.node.body[0]  # type: ignore[union-attr,index]
    return module.child(statement, statement)  # type: ignore[arg-type]


def calls(*body: str, may_return: bool = False) -> list[str] | None:
    """The calls that are given the mapping, each with its place; None: more is done with it."""
    uses = uses_of_mapping(function(*body), "kw", "timeout", may_return)
    if uses is None:
        return None
    return sorted(f"{ast.unparse(c.node.func)} {c.place}" for c in uses.calls)


@pytest.mark.parametrize(
    "line",
    [
        "get(u, **kw)",
        "get(u, **{**kw, 'a': 1})",
        "get(u, **dict(kw, a=1))",
        "get(u, **(kw or {}))",
        "get(u, **(kw if u else {}))",
        "get(u, **(kw | {'a': 1}))",
        "get(u, **{k: v for k, v in kw.items() if v is not None})",
        "copy = kw.copy(); copy.pop('a'); get(u, **copy)",
        "options: dict = kw; get(u, **options)",
        "options = {}; options |= kw; get(u, **options)",
        "get(u, **(options := kw))",
        "return lambda: get(u, **kw)",
        "get(u, **kw); other = lambda kw: sorted(kw)",
    ],
)
def test_handed_on(line: str) -> None:
    assert calls(line) == ["get None"]


def test_given_as_it_is() -> None:
    assert calls("get(u, kw)", "get(params=kw)") == ["get 1", "get params"]
    assert calls("partial(get, **kw)") == ["partial None"]


@pytest.mark.parametrize(
    "line",
    [
        "log.debug('%s', kw)",
        "log.debug('%s', list, extra=kw)",
        "log.debug('%s', kw.keys())",
        "text = '%s %s' % (u, kw)",
        "text = f'{kw} {kw[\"timeout\"]}'",
        "text = u.format(**kw)",
        "kw.setdefault('timeout', 5)",
        "kw['timeout'] = kw.get('timeout') or 5",
        "kw.get('a') + kw['b'] + kw.pop(u)",
        "kw.update(a=1); kw.clear()",
        "del kw['timeout']",
        "found = 'timeout' in kw and 'a' not in kw",
        "if kw.get('timeout') is None or not kw.get('timeout'): pass",
        "get(u, timeout=kw.pop('timeout', None))",
        "get(u, timeout=kw['timeout'] if u else None)",
    ],
)
def test_harmless(line: str) -> None:
    assert calls(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "for name in kw: pass",
        "for name, value in kw.items(): pass",
        "list(k for k in kw.items())",
        "x = {k: v for k, v in kw.items() if k in u}",
        "x = {v: k for k, v in kw.items()}",
        "x = {k: v for k in u if kw.items()}",
        "x = {k: v for k, v in u if kw.items()}",
        "assert not kw",
        "if kw: raise TypeError",
        "x = kw == {}",
        "x = kw, u",
        "x, y = kw",
        "self.kw = kw",
        "x = {'a': kw}",
        "x = kw.get",
        "kw()",
        "kw.copy",
        "f(*kw)",
        "return kw",
        "time.sleep(kw['timeout'])",
        "kw['timeout'] = kw['timeout'] * 2",
        "x = kw['timeout'] > 5",
        "self.x = kw['timeout']",
        "class A(B, **kw): pass",
    ],
)
def test_more(line: str) -> None:
    assert calls(line) is None


def test_helpers_may_give_it_back() -> None:
    assert calls("return kw", may_return=True) == []


def test_names_of_the_timeout() -> None:
    uses = uses_of_mapping(function("seconds = kw.pop('timeout', 5)"), "kw", "timeout")
    assert uses is not None
    assert uses.values == {"seconds"}
