"""`untimed why`: what it says of a call, a construction, and of what is not ours."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from fixture_runner import Case, cases
from flake8_untimed.analysis import Workspace, why
from flake8_untimed.cli import main
from flake8_untimed.explanation import explain
from flake8_untimed.findings import Expression
from flake8_untimed.rules import RULES
from flake8_untimed.settings import Settings
from flake8_untimed.source import Source, SourceError

LEGACY = Path("fixtures/legacy_app/shop")


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch: pytest.MonkeyPatch, fixtures: Path) -> None:
    monkeypatch.chdir(fixtures.parent)


def told(path: Path | str, line: int, settings: Settings | None = None) -> list[str]:
    return list(why(Source.read(str(path)), line, settings or Settings()))


def of(code: str, line: int = 0, settings: Settings | None = None) -> str:
    """What is said of a line of some code; the last line if none is named."""
    text = textwrap.dedent(code).strip() + "\n"
    line = line or text.count("\n")
    return "\n".join(why(Source.from_text(text, "app.py"), line, settings or Settings()))


def rows(lines: list[str], label: str) -> list[str]:
    """The texts that stand behind one label."""
    found, current = [], ""
    for line in lines[1:]:
        if not line.startswith("  "):
            break
        head, text = line[2:14].strip(), line[14:]
        current = head.removesuffix(":") or current
        if current == label:
            found.append(text)
    return found


def test_a_timeout_that_may_be_anything() -> None:
    told = of("""
        import aiohttp

        async def send(*, session: "aiohttp.ClientSession | None", timeout: int, options: dict):
            if session is None:
                session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout))
            async with session.get("u", **options) as response:
                return await response.text()

        async def go(session: aiohttp.ClientSession, timeout: int):
            return await send(session=session, timeout=timeout, options={"data": b""})
    """)
    assert "timeout=timeout\n" in told


# Through the modules of a project ------------------------------------------------------------


WHOLE = """
fixtures/legacy_app/shop/orders.py:13:16: self.session.get(self.url)
  sends:      a request of requests
  client:     a requests.Session, made at fixtures/legacy_app/shop/base.py:11
  reached by: fixtures/legacy_app/shop/base.py:2: import requests
              fixtures/legacy_app/shop/base.py:11: self.session = session or requests.Session()
  given:      url=self.url
  wait:       for ever: nothing limits it
              the call gives no timeout=
              a client of requests holds no default timeout
              requests has no default timeout of its own
              nothing around the call bounds it
  reported:   UNT101 self.session.get() has no timeout: it waits for ever on a silent server; pass timeout=(connect, read)
  fix:        add timeout=(5, 30) (`untimed fix` writes it)
  opt-in:     UNT401 self.session.get() has its body used (.json) whatever the status: an error page is taken for the answer; call raise_for_status() or look at the status first
              not reported: it has to be asked for (--extend-select UNT401)
"""


def test_a_call_through_a_base_class_in_another_module() -> None:
    """The whole of it: this is what users read."""
    assert "\n".join(told(LEGACY / "orders.py", 13)) == WHOLE.strip()


def test_the_steps_are_told_oldest_first() -> None:
    assert rows(told(LEGACY / "jobs.py", 40), "reached by") == [
        "fixtures/legacy_app/shop/http.py:5: import requests",
        "fixtures/legacy_app/shop/http.py:16: made = requests.Session()",
        "fixtures/legacy_app/shop/jobs.py:39: session = shared_session()",
    ]


def test_a_timeout_switched_off_in_another_module() -> None:
    lines = told(LEGACY / "orders.py", 24)
    assert ("timeout=HTTP_TIMEOUT, which is None (fixtures/legacy_app/shop/settings.py:6)") in rows(
        lines, "given"
    )
    assert rows(lines, "wait") == ["for ever: the call switches the timeout off (None)"]
    assert rows(lines, "fix") == [
        (
            "timeout=(5, 30) in the place of timeout=HTTP_TIMEOUT (`untimed fix --unsafe` writes it:"
            " `session.timeout = 10` does nothing, but tells that another time is meant there)"
        )
    ]


def test_a_wrapper_in_another_module() -> None:
    lines = told(LEGACY / "jobs.py", 31)
    assert rows(lines, "sends") == ["a request of requests, through fetch()"]
    assert rows(lines, "hands on") == [
        "fixtures/legacy_app/shop/http.py:37: return shared_session().get(path, **kwargs)"
    ]
    assert rows(lines, "wait")[:2] == [
        "for ever: nothing limits it",
        "the call gives fetch() no timeout to pass on",
    ]


def test_a_subclass_that_sets_a_timeout() -> None:
    lines = told(LEGACY / "orders.py", 31)
    second = lines[lines.index("") + 1 :]
    assert rows(second, "wait") == [
        "bounded by the class TimeoutSession (fixtures/legacy_app/shop/http.py:28), which sets one"
    ]
    assert rows(second, "silent") == ["about timeouts: the wait is bounded"]
    assert not rows(second, "reported")


def test_what_is_judged_at_the_construction() -> None:
    lines = told(LEGACY / "payments.py", 14)
    assert rows(lines, "wait") == [
        "limited to 5 s, by httpx's own default only",
        "the client sets none (made at fixtures/legacy_app/shop/payments.py:11)",
    ]
    silent = "about timeouts: the client's construction is judged instead, at"
    assert rows(lines, "silent") == [f"{silent} fixtures/legacy_app/shop/payments.py:11: UNT105"]


def test_what_is_judged_at_a_construction_in_another_module(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "made.py").write_text("import httpx\n\nclient = httpx.Client()\n")
    use = tmp_path / "use.py"
    # At the very place at which the other module makes its client, there is another one here.
    use.write_text(
        "import httpx\nfrom made import client\nsecond = httpx.Client()\nclient.get('')\n"
    )
    made = tmp_path / "made.py"
    lines = told(use, 4)
    assert rows(lines, "client") == [f"an httpx.Client, made at {made}:3"]
    assert rows(lines, "silent") == [
        f"about timeouts: the client's construction is judged instead, at {made}:3 (ask there)"
    ]


SESSIONS = """
import requests
from requests.adapters import HTTPAdapter

class Waiting(HTTPAdapter):
    def send(self, request, timeout=None, **kwargs):
        return super().send(request, timeout=5 if timeout is None else timeout, **kwargs)

class Idle(HTTPAdapter):
    def send(self, request, **kwargs):
        kwargs.setdefault("timeout", 5)
        return super().send(request, **kwargs)

class Own(requests.Session):
    pass

def waiting(url):
    session = requests.Session()
    session.mount("https://", Waiting())
    session.mount("http://", Waiting())
    session.get(url)

def idle(url):
    session = requests.Session()
    session.mount("https://", Idle())
    session.get(url)

def own(url):
    session = Own()
    session.get(url)
"""


def test_an_adapter_that_sets_a_timeout_is_named() -> None:
    text = of(SESSIONS, line=20).splitlines()
    mounted = 'session.mount("https://", Waiting())'
    assert rows(text, "wait") == [f"bounded by what is put in its way at app.py:18: {mounted}"]


def test_what_sets_no_timeout_though_it_looks_so_is_named() -> None:
    mounted = 'session.mount("https://", Idle())'
    told_of_adapter = rows(of(SESSIONS, line=25).splitlines(), "wait")
    assert f"what is put in its way sets none, app.py:24: {mounted}" in told_of_adapter
    assert "the class Own sets none (app.py:13)" in rows(of(SESSIONS, line=29).splitlines(), "wait")


AUTHLIB = """
from authlib.integrations.requests_client import OAuth1Session, OAuth2Session
session = OAuth2Session("id", "secret")
session.get(url)
other = OAuth1Session("id", "secret")
"""


def test_a_client_that_could_hold_a_timeout_and_holds_none() -> None:
    """Calls through it are reported each, as with requests; but it is not of those that hold none."""
    assert rows(of(AUTHLIB, line=2).splitlines(), "timeout") == [
        "none is set: each call needs its own, or default_timeout= here would be for all"
    ]
    assert rows(of(AUTHLIB, line=4).splitlines(), "timeout") == [
        "such a client holds none: each call of authlib.requests_client needs its own"
    ]
    assert rows(of(AUTHLIB, line=3).splitlines(), "wait") == [
        "for ever: nothing limits it",
        "the call gives no timeout=",
        "its client is given no default_timeout= (made at app.py:2)",
        "authlib.requests_client has no default timeout of its own",
        "nothing around the call bounds it",
    ]


WRAPPER = """
import requests
def fetch(url, **kwargs):
    return requests.get(url, **kwargs)
fetch("https://shop.test", timeout=5)
fetch("https://shop.test", **OPTIONS)
"""


def test_a_wrapper_that_is_given_a_timeout() -> None:
    lines = of(WRAPPER, line=4).splitlines()
    assert rows(lines, "not ours") == [
        "fetch() is a function of this project (app.py:2); what it sends is judged there"
    ]
    assert rows(lines, "hands on") == ["app.py:3: return requests.get(url, **kwargs)"]
    assert rows(lines, "wait") == ["bounded, by what is given here or there"]
    assert not rows(of(WRAPPER, line=5).splitlines(), "wait"), "it is not known"


LATE_WRAPPER = """
import requests
def fetch(url, limit_timeout=None):
    log.debug("asking", timeout=limit_timeout)
    return requests.get(url, timeout=limit_timeout)
fetch("https://shop.test")
"""


NOTING_WRAPPER = """
import requests
def note(url, **kwargs):
    print(url, kwargs)
def fetch(url, **kwargs):
    note(url, **kwargs)
    return requests.get(url, **kwargs)
fetch("https://shop.test")
"""


def test_what_a_wrapper_does_beside_does_not_count() -> None:
    lines = of(NOTING_WRAPPER, line=7).splitlines()
    assert rows(lines, "hands on") == ["app.py:6: return requests.get(url, **kwargs)"]


def test_what_a_wrapper_hands_on_to_a_sender() -> None:
    lines = of(LATE_WRAPPER, line=5).splitlines()
    assert rows(lines, "hands on") == ["app.py:4: return requests.get(url, timeout=limit_timeout)"]
    assert "pass limit_timeout=" in rows(lines, "reported")[0]


GIVEN = """
import aiohttp
async def probe(session: aiohttp.ClientSession):
    await session.get("https://shop.test")
async def main():
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
        await probe(session)
"""


def test_a_client_that_is_given_nearby() -> None:
    (said,) = rows(of(GIVEN, line=3).splitlines(), "silent")
    assert said.endswith("it is given nothing but clients that are made in this project")


def test_what_is_passed_on_through_a_wrapper() -> None:
    lines = of(
        """
        import requests
        def get(url, **kwargs):
            kwargs.setdefault("timeout", 5)
            return requests.get(url, **kwargs)
        get("https://example.com", verify=False)
        """
    ).splitlines()
    assert rows(lines, "sends") == ["a request of requests, through get()"]
    assert "verify=False" in rows(lines, "given")
    assert rows(lines, "wait") == ["bounded, by what is given here or there"]
    assert rows(lines, "reported")[0].startswith(
        "UNT301 get() switches certificate verification off"
    )


def test_a_timeout_that_is_none_at_times_is_no_bound() -> None:
    code = """
        import os, httpx
        LIMIT = 5 if os.environ.get("LIMIT") else {0}
        httpx.get("https://example.com", timeout=httpx.Timeout(LIMIT))
        """
    assert rows(of(code.format("None")).splitlines(), "wait")[0] == "not known"
    assert rows(of(code.format("3")).splitlines(), "wait")[0].startswith("bounded by")


def test_alternatives_are_told_once_each() -> None:
    said = of(
        """
        import requests
        first, second = requests.Session(), requests.Session()
        def own(url): print(url)
        def go(flag, url):
            send = first.get if flag > 1 else second.get if flag else own
            return send(url)
        """
    )
    assert said.count("it may be requests.Session.get(), which sends a request") == 1
    assert "own() is a function of this project" in said


def test_a_construction() -> None:
    lines = told(LEGACY / "payments.py", 11)
    assert rows(lines, "makes") == ["a client: httpx.Client (httpx)"]
    assert rows(lines, "timeout") == ["none is set: httpx's own default of 5 s applies"]
    assert rows(lines, "used by") == ["the calls of this file on lines 14 and 17"]
    assert rows(lines, "fix") == ["add timeout=5.0 (`untimed fix` writes it)"]


def test_a_handed_over_sender() -> None:
    lines = told(LEGACY / "jobs.py", 22)
    assert rows(lines, "sends") == ["a request of requests, handed over here to be called later"]
    assert rows(lines, "reached by") == ["fixtures/legacy_app/shop/jobs.py:7: import requests"]
    assert rows(lines, "fix") == ["add timeout=(5, 30) (`untimed fix` writes it)"]


def test_a_bound_around() -> None:
    assert rows(told(LEGACY / "stock.py", 36), "wait") == [
        "bounded by asyncio.timeout(5) around it (line 35)"
    ]


def test_a_bound_around_a_comprehension() -> None:
    code = """
        import asyncio
        import aiohttp

        async def go(session: aiohttp.ClientSession, urls):
            async with asyncio.timeout(5):
                first = [await session.get(u) for u in urls]
            more = await asyncio.wait_for(asyncio.gather(*[session.get(u) for u in urls]), 5)
    """
    assert "bounded by asyncio.timeout(5) around it (line 5)" in of(code, 6)
    assert "bounded by asyncio.wait_for() around it (line 7)" in of(code, 7)


def test_a_client_out_of_sight() -> None:
    lines = told(LEGACY / "stock.py", 29)
    assert rows(lines, "client") == ["an aiohttp.ClientSession, made out of sight"]
    assert rows(lines, "wait")[1] == "unless its client, made out of sight, was given another one"
    assert rows(lines, "reported")[0].startswith("UNT111 ")


def test_an_attribute_that_is_set() -> None:
    lines = told(LEGACY / "http.py", 11)
    assert rows(lines, "sets") == ["timeout of a requests.Session"]
    assert rows(lines, "reported")[0].startswith("UNT107 ")


# Why nothing is reported ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            """
            import requests
            def f(url, **options):
                requests.get(url, **options)
            """,
            "**options may hold a timeout",
        ),
        (
            """
            import requests
            def f(url, wait):
                requests.get(url, timeout=wait)
            """,
            "its timeout is the parameter wait of f()",
        ),
        (
            """
            import httpx
            def f(client: httpx.Client, url):
                client.get(url)
            """,
            "its client was made out of sight, and may have a timeout of its own",
        ),
        (
            """
            import requests
            from elsewhere import WAIT
            requests.get("https://shop.test", timeout=WAIT)
            """,
            "what its timeout is cannot be told, or it is not always the same",
        ),
    ],
)
def test_doubts(code: str, reason: str) -> None:
    lines = of(code).splitlines()
    assert rows(lines, "wait") == ["not known", reason]
    assert rows(lines, "silent") == ["about timeouts: what is not known is not reported"]
    assert not rows(lines, "reported")


CALL = """
import requests
requests.get("https://shop.test"){}
"""


@pytest.mark.parametrize(
    ("comment", "settings", "reason"),
    [
        ("  # noqa: UNT101", Settings(), "not reported: a noqa comment silences it"),
        ("", Settings(ignore=("UNT101",)), "not reported: your settings leave UNT101 out"),
    ],
)
def test_what_is_kept_back(comment: str, settings: Settings, reason: str) -> None:
    lines = of(CALL.format(comment), settings=settings).splitlines()
    kept = rows(lines, "kept back")
    assert kept[0].startswith("UNT101 ")
    assert kept[1:] == [reason]
    assert not rows(lines, "reported")
    assert not rows(lines, "silent"), "it would be reported if it were not kept back"


def test_what_per_file_ignores_keep_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tests").mkdir()
    for folder in (".", "tests"):
        (tmp_path / folder / "a.py").write_text(CALL.format(""))
    (tmp_path / "pyproject.toml").write_text(
        '[tool.untimed]\nper-file-ignores = { "tests/*" = ["UNT2", "UNT10"] }\n'
    )
    assert main(["why", "tests/a.py:3"]) == 0
    kept = rows(capsys.readouterr().out.splitlines(), "kept back")
    assert kept[1:] == ["not reported: per-file-ignores leaves UNT101 out of this file"]
    assert main(["why", "a.py:3"]) == 0
    assert rows(capsys.readouterr().out.splitlines(), "reported")[0].startswith("UNT101 ")


def test_what_no_search_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(CALL.format(""))
    for name, last in (("a.py", "  fix: "), ("b.py", "b.py is checked only if it is named: ")):
        assert main(["why", f"{name}:3", "--extend-exclude", "b.py"]) == 0
        assert capsys.readouterr().out.splitlines()[-1].startswith(last)


def test_opt_in_rules_say_how_to_switch_them_on() -> None:
    code = """
    import requests
    def f(url, timeout=None):
        requests.get(url, timeout=timeout)
    """
    lines = of(code).splitlines()
    assert rows(lines, "opt-in")[1:] == [
        "not reported: it has to be asked for (--extend-select UNT108)"
    ]
    assert rows(lines, "silent") == ["about timeouts: what is not known is not reported"]
    lines = of(code, settings=Settings(extend_select=("UNT108",))).splitlines()
    assert rows(lines, "reported")[0].startswith("UNT108 ")


# What the codemod would write ----------------------------------------------------------------


def test_the_timeout_of_the_settings_is_what_would_be_written() -> None:
    settings = Settings(timeouts={"requests": Expression("settings.WAIT", ("settings.WAIT",))})
    lines = of(CALL.format(""), settings=settings).splitlines()
    assert rows(lines, "fix") == ["add timeout=settings.WAIT (`untimed fix` writes it)"]


def test_edits_in_words() -> None:
    text = of(
        """
        import json, requests
        session = requests.Session()
        session.verify = False
        """
    )
    assert "fix:        remove the statement session.verify = False (`untimed fix --unsafe`" in text
    text = of(
        """
        import json, requests
        x = {"a": 1}
        requests.post("https://shop.test", data=json.dumps(x), timeout=5, verify=False)
        """
    )
    assert "json=x in the place of data=json.dumps(x) (`untimed fix` writes it)" in text
    assert "remove verify=False (`untimed fix --unsafe` writes it)" in text
    text = of(
        """
        import requests
        requests.get(
            "https://shop.test",
            timeout=None,
        )
        """,
        4,
    )
    assert text.startswith("app.py:2:1: requests.get( ")
    assert "timeout=(5, 30) in the place of timeout=None" in text


# Lines without a call of ours ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "def f(session):\n    session.get('https://shop.test')",
            "session is a parameter of f(), and nothing says what it is: an annotation would (session",
        ),
        ("import os\nos.getcwd()", "os.getcwd sends no request, as far as is known"),
        ("def g(): pass\ng()", "g() is a function of this project (app.py:1)"),
        ("class C: pass\nC()", "C is a class of this project (app.py:1), and no client"),
        (
            "import mock, requests\n@mock.patch('requests.get')\ndef test(get):\n    requests.get(1)",
            "something else stands in its place here, as tests have it",
        ),
        ("nobody(3)", "nothing in sight tells what nobody is"),
        (
            "import requests\nsession = requests.Session()\nsession.close()",
            "session is a requests.Session, and its close() sends no request",
        ),
        (
            "from shop_http import api\napi.get(1)",
            "shop_http.api.get comes from shop_http, which is not known as a library for HTTP",
        ),
        (
            "def f(app):\n    app.session.get(1)",
            "nothing in sight tells what app.session is",
        ),
    ],
)
def test_what_is_not_known(code: str, said: str) -> None:
    lines = of(code).splitlines()
    assert len(lines) == 2, lines
    assert rows(lines, "not ours")[0].startswith(said)


def test_what_a_parameter_is_said_to_be() -> None:
    """An annotation is proposed where it would help, and for the parameter itself."""
    code = "class A:\n    def __init__(self, c): self.s = c\n    def f(self): self.s.get(1)"
    (said,) = rows(of(code, 3).splitlines(), "not ours")
    assert said.startswith("self.s is the parameter c of __init__(), and nothing says what it is:")
    assert said.endswith(": an annotation would (c: requests.Session)")
    (said,) = rows(of("def f(task):\n    task.model_dump()", 2).splitlines(), "not ours")
    assert said == "task is a parameter of f(), and nothing says what it is"
    code = "from corp.http import Api\ndef f(api: Api): api.get(1)\ndef g(x: object): x.get(1)"
    (said,) = rows(of(code, 2).splitlines(), "not ours")
    assert said == (
        "api is a parameter of f(), which is said to be Api: that is not known as a client"
    )
    (said,) = rows(of(code, 3).splitlines(), "not ours")
    assert said.startswith("x is a parameter of g(), and nothing says what it is:")


def test_a_line_without_a_call() -> None:
    assert of("import requests\n\nx = 3") == "app.py:3: there is no call on this line"


def test_only_the_calls_of_a_line_inside_something_long() -> None:
    code = """
    import requests
    print(
        requests.get("https://shop.test", timeout=5),
        3,
    )
    """
    assert of(code, 3).startswith("app.py:3:5: requests.get(")
    assert "print" not in of(code, 3)
    assert "not ours:   builtins.print" in of(code, 2)


def test_a_file_that_does_not_parse() -> None:
    with pytest.raises(SourceError):
        of("import requests; (")


# Everywhere ----------------------------------------------------------------------------------


def test_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", f"{LEGACY}/orders.py:13", "--isolated"]) == 0
    assert capsys.readouterr().out.splitlines() == told(LEGACY / "orders.py", 13)


@pytest.mark.parametrize(
    "line",
    [
        "session" + ".mount(1)" * 900,
        "session.get(" + "1 + " * 900 + "1)",
        "session.get(url, timeout=" + "x." * 900 + "y, **(" + "{} | " * 900 + "{}))",
    ],
    ids=("chained", "summed", "both"),
)
def test_deep_nesting(line: str, watchdog: None) -> None:
    """No rule falls over it, opt-in ones included, nor does the explanation."""
    code = f"import requests\nsession = requests.Session()\n{line}\n"
    try:
        Source.from_text(code, "app.py").parse()
    except SourceError:
        pytest.skip("this Python cannot parse it")
    settings = Settings(extend_select=tuple(rule.code for rule in RULES))
    source = Source.from_text(code, "app.py")
    assert list(why(source, 3, settings))
    Workspace(settings).check(source)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_every_finding_is_explained(case: Case, watchdog: None) -> None:
    """On each line that has findings, `why` names each of them; on the others it ends well."""
    workspace = Workspace()
    try:
        source = Source.read(str(case.path))
        findings = workspace.check(source)
    except SourceError:
        return
    lines = {finding.span.line for finding in findings}
    quiet = [n for n in range(1, len(source.lines) + 1) if n not in lines]
    with workspace.facts(source) as facts:
        for line in sorted(lines)[:12]:
            text = "\n".join(explain(facts, line))
            for finding in findings:
                if finding.span.line == line:
                    assert f"{finding.code} {finding.message}" in text
        for line in quiet[:: max(1, len(quiet) // 4)]:
            assert list(explain(facts, line))


def test_what_a_class_says_of_all_its_objects() -> None:
    code = """
        import httpx

        class Api(httpx.Client):
            def __init__(self):
                super().__init__(timeout=None)

            def items(self):
                return self.get("/items")

        api = Api()
    """
    said = of(code, 5)
    assert "for each object of Api, a subclass of this project" in said
    assert "UNT102 super().__init__() switches the timeout off" in said
    assert "judged instead, at app.py:5: UNT102" in of(code, 8)
    said = of(code, 10)
    assert "what its class says, at app.py:5 (ask there)" in said
    assert "nothing: what a class says of all its objects is judged there" in said


def test_more_than_can_be_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    code = """
        import asyncio
        import aiohttp

        async def use(session):
            async with asyncio.timeout(5):
                await session.get("a")

        async def main():
            session = aiohttp.ClientSession()
            await use(session)
    """
    assert "every call through it in sight is bounded otherwise" in of(code, 9)
    monkeypatch.setattr("flake8_untimed.inference.evaluate.BUDGET", 15)
    assert "it is given to more than can be followed" in of(code, 9)


def test_a_client_that_is_only_given_away() -> None:
    code = """
        import httpx
        from openai import OpenAI

        client = httpx.Client()
        model = OpenAI(http_client=client)
    """
    assert "nothing: it is only given to another package" in of(code, 4)
    assert "UNT105" in of(code + "\n        client.get(url)", 4)
