"""JSON bodies: what is advised, and why there is no fix, which no fixture tells."""

from __future__ import annotations

import pytest

from flake8_untimed.analysis import analyze
from flake8_untimed.findings import Finding

IMPORTS = "import hmac\nimport json\n\nimport requests\n\n"


def only(text: str) -> Finding:
    (found,) = analyze(IMPORTS + text)
    return found


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("json.dumps([1]) if x else json.dumps([2])", "is not just the result of dumps()"),
        ("(body := json.dumps([1]))", "is not just the result of dumps()"),
        ("json.dumps([1]).encode('utf-16')", "is not just the result of dumps()"),
        ("json.dumps([1], default=str)", "dumps has default="),
        ("json.dumps(None)", "json=None would send no body"),
        ("json.dumps([float('-inf')])", "json= may refuse NaN and Infinity"),
        ("json.dumps([1]), json=None", "json= stands beside it"),
        ("json.dumps([1]), files=x", "files= stands beside it"),
    ],
)
def test_why_there_is_no_fix(body: str, reason: str) -> None:
    found = only(f"requests.post(u, data={body}, timeout=5)\n")
    assert found.code == "UNT201"
    assert reason in (found.why_not or "")


@pytest.mark.parametrize(
    ("before", "call", "advice"),
    [
        ("", "data=json.dumps([1])", "pass json="),
        ("", "data=json.dumps([1], indent=2)", "give the Content-Type"),
        ("", "data=json.dumps([1]), files=x", "give the Content-Type"),
        ("body = json.dumps([1])\n", "data=body", "pass json="),
        (
            "body = json.dumps([1])\nsig = hmac.new(key, body.encode(), 'md5')\n",
            "data=body",
            "give the Content-Type",
        ),
    ],
)
def test_what_is_advised(before: str, call: str, advice: str) -> None:
    assert only(f"{before}requests.post(u, {call}, timeout=5)\n").message.endswith(advice)


@pytest.mark.parametrize(
    ("called", "is_signing"),
    [
        ("hmac.new(key, body)", True),
        ("self.signer.sign(body)", True),
        ("getSignature(f'{now}{body}')", True),
        ("hashlib.sha256(body.encode())", True),
        ("md5(body)", True),
        ("checksum_of(text=body)", True),
        ("share(body)", False),
        ("design.assign(body)", False),
        ("signal.send(body)", False),
        ("sign_in(user)", False),
        ("print(body)", False),
    ],
)
def test_what_signs(called: str, is_signing: bool) -> None:
    call = "requests.post(u, data=body, timeout=5)"
    found = only(f"def f(items):\n    body = json.dumps(items)\n    {called}\n    {call}\n")
    assert (found.why_not == "the JSON text is signed or hashed (line 8)") is is_signing
