"""Inputs too large to store: whatever comes, the analysis ends, raises nothing, and says nothing of
what is not a call. Each runs in a process of its own, since the parser's stack is at stake."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
    line = source.count("\n")
    found = analyse(source)
    # The session of "summed sessions" is one, once `requests` is imported below.
    assert found in ([f"UNT101:{line}:1"], [], ["UNT101:2:1", f"UNT101:{line}:1"])
