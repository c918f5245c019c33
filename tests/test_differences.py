"""The judge of `corpus_fix.py` lets pass what a fix may do, and nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

from differences import Comparison, Text, Unexplained, wrong_with

GET = ((1, 1, 1, 7), "timeout added")


def judged(old: str, new: str, *effects: tuple[tuple[int, int, int, int], str]) -> list[str]:
    return list(wrong_with(Text(old), Text(new), effects))


RIGHT = [
    ("get(u)", "get(u, timeout=(5, 30))", GET),
    ("get(u)  # é\r\n", "get(u, timeout=5)  # é\r\n", GET),
    ("get(\nu,  # why\n)", "get(\nu,  # why\n  timeout=5,\n)", ((1, 1, 3, 2), "timeout added")),
    ("g(x for x in y)", "g((x for x in y), timeout=5)", ((1, 1, 1, 16), "timeout added")),
    ("S(timeout=5)", "S(timeout=ClientTimeout(total=5))", ((1, 1, 1, 13), "timeout wrapped")),
    ("p(u, data=dumps([1]))", "p(u, json=[1])", ((1, 1, 1, 22), "json")),
    ("p(u, dumps([1]).encode())", "p(u, json=[1])", ((1, 1, 1, 26), "json")),
    (
        "p(data=dumps(x), headers={'Content-Type': 'application/json'})",
        "p(json=x)",
        ((1, 1, 1, 63), "json"),
    ),
    (
        "p(data=dumps(x), headers={'a': 'b', 'content-type': 'application/json'})",
        "p(json=x, headers={'a': 'b'})",
        ((1, 1, 1, 73), "json"),
    ),
    (
        "from json import dumps, loads\n\nloads(p(data=dumps(x)))\n",
        "from json import loads\n\nloads(p(json=x))\n",
        ((3, 7, 3, 23), "json"),
    ),
    (
        "import a\nS()\n",
        "import a\nfrom a import T\nS(timeout=T(1))\n",
        ((2, 1, 2, 4), "timeout added"),
    ),
]


@pytest.mark.parametrize(("old", "new", "effect"), RIGHT)
def test_what_a_fix_may_do(
    old: str, new: str, effect: tuple[tuple[int, int, int, int], str]
) -> None:
    assert judged(old, new, effect) == []
    assert judged(old, old, effect), "found and not done"
    assert judged(old, new), "done without a finding"


WRONG = [
    ("get(u)", "get(v, timeout=5)"),
    ("get(u)", "get(u, tmeout=5)"),
    ("get(u)\nx = 1", "get(u, timeout=5)\nx =  1"),
    ("get(u)  # why", "get(u, timeout=5)"),
    ("get(u)", "get(u, timeout=5)  # new"),
    ("get(u)\r\nx", "get(u, timeout=5)\nx"),
    ("x = 'a'; get(u)", 'x = "a"; get(u, timeout=5)'),
    ("get(u)", "import os\nget(u, timeout=5)"),
    ("import os\nget(u)", "get(u, timeout=5)"),
    ("get(u)", "get(u, timeout=5)\n\n\npass"),
    ("get(u)", "(get)(u, timeout=5)"),
    ("get(timeout=6)", "get(timeout=ClientTimeout(total=5))"),
    ("p(data=dumps(x))", "p(json=y)"),
    ("p(data=dumps({'a': 1}))", "p(json={'a':1})"),
    ("p(data=dumps(x, indent=1))", "p(json=x)"),
    ("p(data=x)", "p(json=x)"),
    ("p(data=dumps(x), headers={'a': 'b'})", "p(json=x)"),
    ("p(data=dumps(x), headers={'Content-Type': 'text/plain'})", "p(json=x)"),
    ("import json\np(data=json.dumps(x))\njson", "p(json=x)\njson"),
]


@pytest.mark.parametrize(("old", "new"), WRONG)
def test_what_it_may_not(old: str, new: str) -> None:
    with pytest.raises(Unexplained):
        Comparison(Text(old), Text(new))
