"""What `fix` writes for timeouts, library by library, and the words of its findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_untimed import fixes
from flake8_untimed.analysis import Workspace, analyze
from flake8_untimed.findings import Finding
from flake8_untimed.settings import Settings, from_values
from flake8_untimed.source import Source

DOTTED = "mysettings.T"


def fix(text: str, settings: Settings | None = None) -> tuple[str, list[str]]:
    """The new text, unsafe fixes included, and why what is left was left."""
    settings = settings or Settings()

    def found(source: Source) -> list[Finding]:
        return analyze(source.text, settings=settings)

    source = Source.from_text(text, "<test>")
    outcome = fixes.fix_source(source, found(source), unsafe=True, analyze=found)
    return outcome.source.text, [left.reason for left in outcome.left]


def writing(library: str, value: object) -> Settings:
    return from_values({"timeouts": {library: value}}, "/")


@pytest.mark.parametrize(
    ("library", "value", "before", "after"),
    [
        ("requests", 7, "requests.get(u)", "requests.get(u, timeout=7)"),
        ("requests", [3, 9.5], "requests.get(u)", "requests.get(u, timeout=(3, 9.5))"),
        ("requests", DOTTED, "requests.get(u)", "requests.get(u, timeout=T)"),
        ("httpx", 7, "httpx.get(u, timeout=None)", "httpx.get(u, timeout=7)"),
        (
            "httpx",
            [3, 9],
            "httpx.get(u, timeout=None)",
            "httpx.get(u, timeout=httpx.Timeout(9, connect=3))",
        ),
        ("httpx", DOTTED, "httpx.Client(timeout=None)", "httpx.Client(timeout=T)"),
        (
            "aiohttp",
            7,
            "aiohttp.ClientSession()",
            "aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=7))",
        ),
        ("aiohttp", DOTTED, "aiohttp.ClientSession()", "aiohttp.ClientSession(timeout=T)"),
        ("urllib3", 7, "urllib3.PoolManager()", "urllib3.PoolManager(timeout=7)"),
        ("urllib3", DOTTED, "urllib3.PoolManager()", "urllib3.PoolManager(timeout=T)"),
        ("urllib.request", 7, "urllib.request.urlopen(u)", "urllib.request.urlopen(u, timeout=7)"),
        (
            "urllib.request",
            DOTTED,
            "urllib.request.urlopen(u)",
            "urllib.request.urlopen(u, timeout=T)",
        ),
    ],
)
def test_the_users_timeout(library: str, value: object, before: str, after: str) -> None:
    settings = writing(library, value)
    new, left = fix(f"import {library}\n\n{before}\n", settings)
    imported = "from mysettings import T\n" if value == DOTTED else ""
    assert (new, left) == (f"import {library}\n{imported}\n{after}\n", [])
    assert fix(new, settings)[0] == new


def test_the_import_that_is_there_grows() -> None:
    text = "from aiohttp import ClientSession\n\nsession = ClientSession()\n"
    assert fix(text, writing("aiohttp", 7)) == (
        (
            "from aiohttp import ClientSession, ClientTimeout\n\n"
            "session = ClientSession(timeout=ClientTimeout(total=7))\n"
        ),
        [],
    )


COMPLETED = "import aiohttp\nimport requests\nimport urllib3\n\n"
NOT_KNOWN = "which value the missing phase should have is not known"


@pytest.mark.parametrize(
    ("library", "value", "before", "after"),
    [
        ("requests", [3, 9], "requests.get(u, timeout=(5, None))", "timeout=(5, 9))"),
        ("requests", [3, 9], "requests.get(u, timeout=(None, 5))", "timeout=(3, 5))"),
        ("requests", 7, "requests.get(u, timeout=(5, None))", "timeout=(5, 7))"),
        (
            "aiohttp",
            7,
            "aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(connect=5))",
            "ClientTimeout(connect=5, total=7))",
        ),
        (
            "aiohttp",
            "aiohttp.ClientTimeout(total=60, connect=4)",
            "aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(connect=5))",
            "ClientTimeout(connect=5, total=60))",
        ),
        (
            "aiohttp",
            "aiohttp.ClientTimeout(total=60, connect=4)",
            "aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_read=90))",
            "ClientTimeout(total=None, sock_read=90, connect=4))",
        ),
        (
            "aiohttp",
            "aiohttp.ClientTimeout(60)",
            "aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(None, 5))",
            "ClientTimeout(60, 5))",
        ),
        (
            "urllib3",
            7,
            "urllib3.PoolManager(timeout=urllib3.Timeout(connect=5))",
            "urllib3.Timeout(connect=5, read=7))",
        ),
    ],
)
def test_the_missing_half(library: str, value: object, before: str, after: str) -> None:
    new, left = fix(f"{COMPLETED}{before}\n", writing(library, value))
    assert left == []
    assert new.endswith(after + "\n")


@pytest.mark.parametrize(
    ("library", "call"),
    [
        ("requests", "requests.get(u, timeout=(5, None))"),
        ("aiohttp", "aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(connect=5))"),
        ("urllib3", "urllib3.PoolManager(timeout=urllib3.Timeout(connect=5))"),
    ],
)
def test_a_half_behind_a_name_is_not_guessed(library: str, call: str) -> None:
    text = f"{COMPLETED}{call}\n"
    assert fix(text, writing(library, DOTTED)) == (text, [NOT_KNOWN])


def test_a_half_with_a_star_is_left() -> None:
    text = f"{COMPLETED}aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(*[None], connect=5))\n"
    assert fix(text) == (text, [NOT_KNOWN])


COUNTED = """import requests


def fetch(url, timeout=None):
    print(max(60, timeout or 0))
    return requests.get(url, timeout=timeout)


fetch("u")
"""


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ((3, 9), "9"),
        (7.5, "7.5"),
        ("urllib3.Timeout(total=60, connect=4)", "60"),
        ("urllib3.Timeout(8.0)", "8"),
        ("urllib3.Timeout(connect=4, read=5 * 6)", "5 * 6"),
    ],
)
def test_one_number_of_the_users_timeout(value: object, number: str) -> None:
    settings = writing("requests", list(value) if isinstance(value, tuple) else value)
    assert fix(COUNTED, settings) == (
        COUNTED.replace('fetch("u")', f'fetch("u", timeout={number})'),
        [],
    )


@pytest.mark.parametrize("value", [DOTTED, "myapp.settings.make()"])
def test_a_name_may_be_more_than_a_number(value: str) -> None:
    why_not = f"one number of seconds is wanted here, and {value} may be more"
    assert fix(COUNTED, writing("requests", value)) == (COUNTED, [why_not])


def test_a_subclass_without_a_constructor_takes_the_timeout() -> None:
    text = "import aiohttp\n\n\nclass Own(aiohttp.ClientSession):\n    pass\n\n\nOwn()\n"
    new = text.replace("Own()", "Own(timeout=aiohttp.ClientTimeout(total=30))")
    assert fix(text) == (new, [])


@pytest.mark.parametrize(
    "text",
    [
        "class Own(aiohttp.ClientSession):\n    def __init__(self, **o): super().__init__(**o)\n",
        "@decorated\nclass Own(aiohttp.ClientSession):\n    pass\n",
        "class Own(aiohttp.ClientSession, metaclass=Odd):\n    pass\n",
    ],
)
def test_a_subclass_that_may_take_none(text: str) -> None:
    text = f"import aiohttp\n\n\n{text}\n\nOwn()\n"
    assert fix(text)[0] == text


def test_a_subclass_that_calls_its_base_gives_it_the_timeout() -> None:
    cls = "class Own(aiohttp.ClientSession):\n    def __init__(self):\n        super().__init__()\n"
    text = f"import aiohttp\n\n\n{cls}\n\nOwn()\n"
    new = text.replace("__init__()", "__init__(timeout=aiohttp.ClientTimeout(total=30))")
    assert fix(text) == (new, [])


def messages(text: str) -> list[str]:
    return [finding.message for finding in analyze(text)]


def test_messages_name_what_to_pass() -> None:
    text = "from authlib.integrations.requests_client import OAuth2Session\n\n"
    (message,) = messages(text + "OAuth2Session('id').get('u')\n")
    assert message.endswith("pass timeout=(connect, read), or default_timeout= to the session")
    (message,) = messages(text + "OAuth2Session('id', default_timeout=None).get('u')\n")
    assert message.endswith("pass default_timeout=(5, 30)")
    assert fix(text + "s = OAuth2Session('id', default_timeout=None)\ns.get('u')\n") == (
        text + "s = OAuth2Session('id', default_timeout=(5, 30))\ns.get('u')\n",
        [],
    )


def test_messages_name_the_default_as_the_library_is_known() -> None:
    text = "from authlib.integrations.httpx_client import OAuth2Client\n\nOAuth2Client('id')\n"
    (message,) = messages(text)
    assert "only httpx's default of 5 s limits calls that name none" in message


@pytest.mark.parametrize(
    ("parameter", "safe"),
    [("d: dict", True), ("d: dict = None", False), ("d: dict | None", False), ("d", False)],
)
def test_a_declared_body_is_surely_something(parameter: str, safe: bool) -> None:
    text = f"import json\nimport requests\n\n\ndef f({parameter}):\n"
    (found,) = analyze(text + "    requests.post('u', data=json.dumps(d), timeout=5)\n")
    assert found.fix is not None
    assert found.fix.safe is safe


NIQUESTS = "import niquests\n\nsession = niquests.Session()\n"
OWN_DEFAULTS = "its calls have defaults of their own, which one timeout of the client would change"


@pytest.mark.parametrize(
    ("calls", "left"),
    [
        ("session.get('u')\n", []),
        ("session.get('u')\nsession.post('u', data=b'')\n", [OWN_DEFAULTS]),
        ("session.post('u', data=b'')\n", [OWN_DEFAULTS]),
        ("", [OWN_DEFAULTS]),
    ],
)
def test_the_same_seconds_for_all_calls(calls: str, left: list[str]) -> None:
    text = NIQUESTS + calls
    new = text if left else text.replace("Session()", "Session(timeout=30.0)")
    assert fix(text) == (new, left)


PLACED = """import httpx
import requests


class Api:
    fetcher = staticmethod(requests.get)
    client_class = httpx.Client

    def load(self):
        self.fetcher("u")
        with self.client_class() as client:
            client.get("u")


class Tested(Api):
    {} = print
"""


@pytest.mark.parametrize(
    ("attribute", "fixed"),
    [
        ("other", {"fetcher", "client_class"}),
        ("fetcher", {"client_class"}),
        ("client_class", {"fetcher"}),
    ],
)
def test_what_a_subclass_puts_there(tmp_path: Path, attribute: str, fixed: set[str]) -> None:
    path = tmp_path / "api.py"
    path.write_text(PLACED.format(attribute))
    findings = Workspace(Settings()).check(Source.from_bytes(path.read_bytes(), str(path)))
    lines = path.read_text().splitlines()
    every = {name: f for f in findings for name in ("fetcher", "client_class")
             if f"self.{name}(" in lines[f.span.line - 1]}  # fmt: skip
    assert len(findings) == len(every) == 2
    assert {name for name, finding in every.items() if finding.fix} == fixed


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ('httpx.get(u, params={"timeout": s}, timeout=None)', "asked to keep silent"),
        ('httpx.stream("GET", u, timeout=None)', "read piece by piece"),
        ("requests.post(u, timeout=(5, None), stream=True)", "read piece by piece"),
        ('httpx.Client(timeout=httpx.Timeout(9, read=None)).stream("GET", u)', "piece by piece"),
        ("requests.get(u, timeout=None)  # nosec B113", "another linter"),
        ("requests.get(u, verify=False, timeout=5)  # noqa: S501", "another linter"),
        ("requests.get(u, verify=False, timeout=5)  # noqa: S113", None),
        ("httpx.get(u, timeout=None)", None),
        ("requests.post(u, timeout=(5, None))", None),
    ],
)
def test_why_what_is_written_may_be_meant(code: str, why: str | None) -> None:
    (finding,) = analyze(f"import httpx\nimport requests\n{code}\n", settings=Settings())
    assert finding.fix is not None
    assert not finding.fix.safe
    doubt = finding.fix.doubt
    assert doubt is None if why is None else why in (doubt or "")
