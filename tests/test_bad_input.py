"""Inputs too large to store: whatever comes, the analysis ends, raises nothing, and says nothing of
what is not a call. Each runs in a process of its own, since the parser's stack is at stake. And files
with more and more findings: what is done for them grows with their number, not with its square."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flake8_untimed.analysis import analyze
from flake8_untimed.cli.files import Checker, FileResult
from flake8_untimed.settings import Settings

SECONDS = 120
"""Far more than any of them takes; a run that reaches it hangs."""

CALL = "\nimport requests\nrequests.get(url)\n"

SOURCES = {
    "chained calls": '"a" + x' + ".b()" * 20_000,
    "chained attributes": "x" + ".b" * 20_000,
    "summed terms": "x = " + " + ".join(["1"] * 20_000),
    "summed sessions": "s = " + " or ".join(["requests.Session()"] * 5_000) + "\ns.get(url)",
    "nested parentheses": "x = " + "(" * 5_000 + "1" + ")" * 5_000,
    "nested lists": "x = " + "[" * 5_000 + "]" * 5_000,
    "nested calls": "x = " + "f(" * 5_000 + ")" * 5_000,
    "nested ifs": "".join(" " * n + "if x:\n" for n in range(5_000)) + " " * 5_000 + "pass",
    "nested functions": "".join(" " * n + "def f():\n" for n in range(90)) + " " * 90 + "pass",
    "nested conditions": "x = " + "1 if a else " * 5_000 + "2",
    "nested lambdas": "x = " + "lambda: " * 5_000 + "1",
    "minus signs": "x = " + "-" * 20_000 + "1",
    "elif": "if a: pass\n" + "elif a: pass\n" * 5_000,
    "chain of names": "a0 = 1\n"
    + "".join(f"a{n + 1} = a{n}\n" for n in range(5_000))
    + "a5000.get(u)",
    "chain of sessions": "import requests\na0 = requests.Session()\n"
    + "".join(f"a{n + 1} = a{n}\n" for n in range(5_000))
    + "a5000.get(u, timeout=5)",
    "chain of functions": "def f0(): return 1\n"
    + "".join(f"def f{n + 1}(): return f{n}()\n" for n in range(3_000))
    + "f3000().get(u)",
    "chain of wrappers": "import requests\ndef f0(u, **k): return requests.get(u, **k)\n"
    + "".join(f"def f{n + 1}(u, **k): return f{n}(u, **k)\n" for n in range(1_000))
    + "f1000(u, timeout=5)",
    "two ways a step": "import requests\na0 = requests\n"
    + "".join(f"a{n + 1} = a{n} if c else a{n}\n" for n in range(200))
    + "a200.get(u, timeout=5)",
    "two calls a step": "def f0(): return 1\n"
    + "".join(f"def f{n + 1}(): return f{n}() or f{n}()\n" for n in range(200))
    + "f200().get(u)",
    "chain of classes": "class A0: pass\n"
    + "".join(f"class A{n + 1}(A{n}): pass\n" for n in range(3_000))
    + "A3000().session.get(u)",
    "many calls": "import requests\n" + "requests.get(url, timeout=5)\n" * 5_000,
    "many rebindings": "import requests\n"
    + "s = requests.Session()\ns.get(u, timeout=5)\n" * 2_000,
    "one long line": "import requests; " + "requests.get(u, timeout=5); " * 2_000,
    "long text": "x = '" + "a" * 2_000_000 + "'",
    "null bytes": "x = 1\n\0",
    "lone surrogate": "x = '\ud800'",
}

UNREAD = frozenset(
    ("chained calls", "chained attributes", "summed terms", "nested parentheses", "nested lists",
     "nested calls", "nested ifs", "nested conditions", "nested lambdas", "minus signs", "elif",
     "null bytes", "lone surrogate")
)  # fmt: skip
"""Those that one Python or another cannot read."""

RUN = """
import sys
from flake8_untimed.analysis import analyze
from flake8_untimed.source import SourceError
source = sys.stdin.buffer.read().decode("utf-8", "surrogatepass")
try:
    findings = analyze(source, path="x.py")
except SourceError:  # Python cannot read it either
    findings = []
print(*(f"{f.code}:{f.span.line}:{f.span.column}" for f in findings))
"""


def analyse(source: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=source.encode("utf-8", "surrogatepass"),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    return done.stdout.decode().split()


@pytest.mark.parametrize("name", SOURCES)
def test_alone(name: str) -> None:
    assert analyse(SOURCES[name]) == []


@pytest.mark.parametrize("name", SOURCES)
def test_beside_a_call(name: str) -> None:
    """The rest of the file is still looked at, unless Python itself cannot read the file."""
    source = SOURCES[name] + CALL
    expected = [f"UNT101:{source.count(chr(10))}:1"]
    if name == "summed sessions":
        # Its session is one, once `requests` is imported below.
        expected.insert(0, "UNT101:2:1")
    found = analyse(source)
    assert found == expected or (name in UNREAD and found == [])


AIOHTTP = """\
import aiohttp
class C:
    def __init__(self, s: aiohttp.ClientSession):
        self.s = s
"""
HTTPX = """\
import asyncio, httpx
async def f():
    c = httpx.AsyncClient(timeout=None)
"""
SESSION = "import requests\ndef g(s): s.headers\ns = requests.Session()\n"
PARTIAL = "import requests\nfrom functools import partial\ndef f(p): p()\n"

GROWING = {
    "calls": ("import requests\n", "requests.get('u{}')\n", ""),
    "calls in a function": ("import requests\ndef f():\n", "    requests.get('u{}')\n", ""),
    "calls by one name": (
        f"{AIOHTTP}    async def m(self):\n",
        "        r = await self.s.get('u{}')\n        t = await r.text()\n",
        "",
    ),
    "methods": (AIOHTTP, "    async def m{}(self):\n        await self.s.get('u')\n", ""),
    "gathered": (f"{HTTPX}    await asyncio.gather(\n", "        c.get('u{}'),\n", "    )\n"),
    "awaited": (f"{HTTPX}    x = [\n", "        await c.get('u{}'),\n", "    ]\n"),
    "one session": (SESSION, "s.get('u{}')\ng(s)\n", ""),
    "partials": (PARTIAL, "p{} = partial(requests.get, 'u')\np{}()\n", ""),
    "partials given on": (PARTIAL, "f(partial(requests.get, 'u{}'))\n", ""),
    "grown lists": (
        "import requests\nx = []\n",
        "x.append('{}')\n" * 3 + "requests.get('u{}', data=x)\n",
        "",
    ),
    "released": ("import grequests\n", "grequests.map([grequests.get('u{}')])\n", ""),
    "headers": (
        "import json, requests\ns = requests.Session()\n",
        "s.headers['X{}'] = '1'\ns.post('u{}', data=json.dumps([]), timeout=5)\n",
        "",
    ),
    "in a loop": ("import requests\nwhile x:\n", "    requests.get('u{}', timeout=5)\n", ""),
    "in a comprehension": (
        "import requests\nx = [a for a in y if [\n",
        "    requests.get('u{}', timeout=5),\n",
        "]]\n",
    ),
    "tried": (
        "import requests\nfor x in y:\n",
        "    try:\n        requests.post('u{}')\n    except requests.Timeout:\n        pass\n",
        "",
    ),
    "called by all": ("import requests\n", "def f{}(u):\n    requests.post(u)\n    f0(u)\n", ""),
    "decorated": (
        "import requests\ndef d(f):\n  def w(u):\n",
        "    f(u)\n    @d\n    def g{}(v):\n      requests.post(v)\n",
        "  return w\n",
    ),
    "mounted": (
        (
            "import requests\nfrom requests.adapters import HTTPAdapter\ndef f(u, **k):\n"
            "    s = requests.Session()\n"
        ),
        "    s.mount('https://{}', HTTPAdapter(max_retries=1))\n    s.get(u, **k)\n",
        "",
    ),
    "attributes": (
        "import requests\nclass C:\n",
        "    def m{}(self):\n        self.s{} = requests.Session()\n        self.s{}.get('u')\n",
        "",
    ),
    "stores": (
        "import requests\nclass C:\n    def __init__(self):\n",
        "        self.s = requests.Session()\n",
        "    def m(self):\n        self.s.get('u')\n",
    ),
    "given sessions": (
        "import requests\ndef f(session):\n    session.get('u')\ns = requests.Session()\n",
        "f(s)\n",
        "",
    ),
    "takers": (
        "import requests\ns = requests.Session()\n",
        "def f{}(session):\n    session.get('u')\nf{}(s)\n",
        "",
    ),
    "guarded bindings": (
        "import requests\ndef f(a):\n    s = requests\n",
        "    if a > {}:\n        s = requests\n    s.get('u')\n",
        "",
    ),
    "bindings in a loop": (
        "import requests\ndef f(a):\n  while a:\n",
        "    s = requests\n    s.get('u')\n",
        "",
    ),
    "assignments inside": (
        "import requests\ndef f():\n",
        "    x{} = (s := requests.Session()) and s.get('u')\n",
        "",
    ),
    "heirs": (
        "import requests\n",
        "class A{}:\n    s = None\n    def m(self): self.s.get('u')\nclass B{}(A{}): s = requests\n",
        "",
    ),
    "JSON": ("import json, requests\n", "requests.post('u{}', data=json.dumps([]))\n", ""),
}
"""Files of which a line, or a few, is repeated: its beginning, that, and its end."""


def events_of(path: Path, name: str, number: int) -> tuple[int, FileResult]:
    """How many functions are called while a file is checked, and each of its findings fixed."""
    first, each, last = GROWING[name]
    path.write_text(first + "".join(each.replace("{}", str(n)) for n in range(number)) + last)
    events = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal events
        events += event == "call"

    checker = Checker(
        Settings(extend_select=("UNT109", "UNT404", "UNT405", "UNT406")), with_fixes=True
    )
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        result = checker.check(str(path))
    finally:
        sys.setprofile(before)
    return events, result


@pytest.mark.parametrize("name", GROWING)
def test_growth(name: str, tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    events_of(path, name, 2)  # what is done once in a process
    few, _ = events_of(path, name, 50)
    many, result = events_of(path, name, 150)
    assert result.error is None
    assert len(result.findings) in (1, 150, 300, 450)  # the client is to blame, or each call
    assert many < 4 * few, f"{many / few:.1f} times as much for 3 times as many"


PATIENT = """
def f{}(url):
    query = {"timeout": 60}
    requests.get(url, params=query)
"""


def test_all_alike() -> None:
    """What is said of a line does not depend on how much was asked before it."""
    source = "import requests\n" + "".join(PATIENT.replace("{}", str(n)) for n in range(1_200))
    fixes = [finding.fix for finding in analyze(source)]
    assert len(fixes) == 1_200
    assert not any(fix is None or fix.safe for fix in fixes)
