"""What a message asks to be written: that is what the function takes."""

from __future__ import annotations

import pytest

from flake8_untimed.analysis import analyze

SEND = "import requests\ndef send(url, read_timeout=None):\n    return requests.get(url, timeout=read_timeout)\n"


@pytest.mark.parametrize(
    ("wrapper", "advice"),
    [
        ("def ask(url, timeout=None): requests.get(url, timeout=timeout)", "pass timeout=seconds"),
        ("def ask(url, **kw): requests.get(url, **kw)", "pass timeout=seconds"),
        ("def ask(url, read_timeout=None): send(url, read_timeout)", "pass read_timeout=seconds"),
        (
            "def ask(url, read_timeout=None, **kw): send(url, read_timeout=read_timeout, **kw)",
            "pass read_timeout=seconds",
        ),
        (
            "def ask(url, read_timeout=None, **kw):\n    kw['read_timeout'] = read_timeout\n    send(url, **kw)",
            "pass read_timeout=seconds",
        ),
        (
            "def ask(url, **kw): requests.get(url, timeout=kw.get('read_timeout'))",
            "pass read_timeout=seconds",
        ),
        (
            "def ask(url, **kw): requests.get(url, timeout=kw.get('timeout') or kw.get('read_timeout'))",
            "pass timeout=seconds",
        ),
        (
            "def ask(url, **kw):\n    kw['read_timeout'] = kw.get('read_timeout')\n    send(url, **kw)",
            "pass read_timeout=seconds",
        ),
        # One of two is not enough.
        (
            "def ask(url, **kw): requests.get(url, timeout=(kw.get('timeout_a'), kw.get('timeout_b')))",
            "set one in ask()",
        ),
        # It is for something else.
        ("def ask(url, lock_timeout=1, **kw): requests.get(url, **kw)", "pass timeout=seconds"),
        ("def ask(url, wait=None): requests.get(url, timeout=wait)", "set one in ask()"),
        (
            "def ask(url, timeout_ms=None): requests.get(url, timeout=timeout_ms)",
            "pass timeout_ms=...",
        ),
    ],
)
def test_of_wrappers(wrapper: str, advice: str) -> None:
    findings = analyze(f"{SEND}{wrapper}\nask('https://example.com')\n")
    (message,) = [f.message for f in findings if "ask()" in f.message]
    assert message.endswith(f"; {advice}")
