"""`untimed fix --session-class`: where one place serves many calls, that place is fixed."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from test_cli_check import untimed

CLASS = ("--session-class", "myapp.web.TimeoutSession")

BEFORE = '''
    """An API."""

    import requests

    session = requests.Session()


    def orders(url, pool):
        pool.submit(session.get, url)
        session.get(url, timeout=None)
        return session.get(url)


    def status(url):
        with requests.session() as own:
            own.head(url)
        return requests.get(url)
'''
AFTER = '''
    """An API."""

    import requests
    from myapp.web import TimeoutSession

    session = TimeoutSession()


    def orders(url, pool):
        pool.submit(session.get, url)
        session.get(url, timeout=None)
        return session.get(url)


    def status(url):
        with TimeoutSession() as own:
            own.head(url)
        return requests.get(url, timeout=(5, 30))
'''


def text(source: str) -> str:
    return dedent(source).lstrip("\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "myapp").mkdir()
    (tmp_path / "myapp" / "__init__.py").touch()
    # Where the class comes from is out of sight.
    (tmp_path / "myapp" / "web.py").write_text("from corp.http import TimeoutSession\n")
    return tmp_path


def fixed(project: Path, source: str, flags: tuple[str, ...] = CLASS) -> str:
    path = project / "myapp" / "api.py"
    path.write_text(text(source))
    result = untimed(project, "fix", *flags)
    assert result.returncode in (0, 1), result.stderr
    first = path.read_text()
    untimed(project, "fix", *flags)
    assert path.read_text() == first, "a second run changes nothing"
    return first


def write_class(project: Path) -> None:
    (project / "myapp" / "web.py").unlink()
    result = untimed(project, "fix", *CLASS, "--write-session-class", "myapp/web.py")
    assert result.returncode == 0


def test_a_class_out_of_sight_is_believed(project: Path) -> None:
    assert fixed(project, BEFORE) == text(AFTER)
    assert untimed(project, "check", *CLASS).returncode == 0


def test_the_class_that_we_write_bounds_by_our_own_judgement(project: Path) -> None:
    write_class(project)
    assert fixed(project, BEFORE) == text(AFTER)
    # Nothing is taken on trust: without the setting the class is read like any other.
    assert untimed(project, "check").stdout == ""


def test_the_report_counts_the_calls(project: Path) -> None:
    (project / "myapp" / "api.py").write_text(text(BEFORE))
    result = untimed(project, "fix", *CLASS)
    assert result.stderr == (
        "5 findings fixed in 1 file\n  UNT101: 4 in 1 file\n  UNT102: 1 in 1 file\n"
    )


def test_a_class_that_sets_no_timeout_is_not_used(project: Path) -> None:
    (project / "myapp" / "web.py").write_text(
        "import requests\n\n\nclass TimeoutSession(requests.Session):\n    timeout = 5\n"
    )
    source = "import requests\n\ns = requests.Session()\ns.get('u')\n"
    assert fixed(project, source) == source
    result = untimed(project, "fix", *CLASS)
    assert "api.py:4:1: UNT101 left: UNT101 would still be reported:" in result.stdout


def test_a_class_that_is_not_there_is_an_error(project: Path) -> None:
    (project / "myapp" / "web.py").write_text("import requests\n")
    path = project / "myapp" / "api.py"
    path.write_text("import requests\n\ns = requests.Session()\ns.get('u')\n")
    before = path.read_text()
    result = untimed(project, "fix", *CLASS)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("untimed: myapp.web has no TimeoutSession")
    assert path.read_text() == before


def test_a_module_that_is_not_there_is_an_error(project: Path) -> None:
    (project / "myapp" / "web.py").unlink()
    path = project / "myapp" / "api.py"
    path.write_text(text(BEFORE))
    result = untimed(project, "fix", *CLASS)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("untimed: there is no module myapp.web, which --session-class")
    assert path.read_text() == text(BEFORE)


def test_it_is_not_imported_in_a_circle(project: Path) -> None:
    path = project / "myapp" / "web.py"
    path.write_text("from myapp import api\n" + path.read_text())
    source = "import requests\n\ns = requests.Session()\ns.get('u')\n"
    assert fixed(project, source) == source
    result = untimed(project, "fix", *CLASS)
    assert "myapp.web leads back to this file: the import would be circular" in result.stdout


def test_a_module_out_of_sight_is_said(project: Path) -> None:
    path = project / "myapp" / "api.py"
    path.write_text(text(BEFORE))
    result = untimed(project, "fix", "--session-class", "corp.http.TimeoutSession")
    assert result.returncode == 0
    assert result.stderr.startswith("untimed: corp.http is no module of this project, and ")
    assert "from corp.http import TimeoutSession" in path.read_text()
    assert "no module" not in untimed(project, "fix", *CLASS).stderr


def test_a_class_that_is_written_to_another_place_is_said(project: Path) -> None:
    result = untimed(project, "fix", *CLASS, "--write-session-class", "myapp/other.py")
    wrote, warning = result.stderr.splitlines()
    assert (result.returncode, wrote) == (0, "wrote myapp/other.py")
    assert warning.startswith("untimed: myapp/other.py is not where myapp.web is imported from")
    (project / "myapp" / "web.py").unlink()
    result = untimed(project / "myapp", "fix", *CLASS, "--write-session-class", "web.py")
    assert result.stderr == "wrote web.py\n"


def test_a_class_without_a_module_is_an_error(project: Path) -> None:
    path = project / "myapp" / "api.py"
    path.write_text(text(BEFORE))
    for command in ("check", "fix"):
        result = untimed(project, command, "--session-class", "TimeoutSession")
        assert (result.returncode, result.stdout) == (2, "")
        assert "'TimeoutSession' for --session-class: name the module too" in result.stderr
    assert path.read_text() == text(BEFORE)


def test_its_own_module_does_not_import_it(project: Path) -> None:
    write_class(project)
    path = project / "myapp" / "web.py"
    path.write_text(path.read_text() + "\n\nplain = requests.Session()\nplain.get('u')\n")
    assert untimed(project, "fix", *CLASS).returncode == 0
    assert path.read_text().endswith(
        "\n\nplain = requests.Session()\nplain.get('u', timeout=(5, 30))\n"
    )


def test_the_other_findings_of_the_session_stay(project: Path) -> None:
    source = """
        from requests import Session

        session = Session()
        session.verify = False
        session.get("u", verify=False)
    """
    flags = ("--session-class", "corp.http.TimeoutSession")
    result = fixed(project, source, flags)
    assert result.startswith("from corp.http import TimeoutSession\n\nsession = TimeoutSession()\n")
    left = untimed(project, "check", *flags).stdout
    assert "api.py:4:1: UNT302" in left
    assert "api.py:5:1: UNT301" in left


@pytest.mark.parametrize(
    "source",
    [
        # The session of a caller.
        "import requests\n\n\ndef f(s: requests.Session):\n    return s.get('u')\n",
        # Somebody else's session, or ours.
        "import requests\n\n\ndef f(s=None):\n    s = s or requests.Session()\n    return s.get('u')\n",
        # A class that a subclass may replace.
        (
            "import requests\n\n\nclass A:\n    kind = requests.Session\n\n    def __init__(self):\n"
            "        self.s = self.kind()\n\n    def get(self):\n        return self.s.get('u')\n"
        ),
        # A session of another class.
        (
            "from requests_toolbelt.sessions import BaseUrlSession\n\ns = BaseUrlSession('u')\n"
            "s.get('u')\n"
        ),
        "import requests\n\n\nclass Own(requests.Session):\n    pass\n\n\nOwn().get('u')\n",
    ],
)
def test_what_is_not_surely_a_plain_session_made_here(project: Path, source: str) -> None:
    assert fixed(project, source) == source.replace(".get('u')", ".get('u', timeout=(5, 30))")


def test_every_session_that_a_call_may_use(project: Path) -> None:
    source = "import requests\n\ns = requests.Session() if x else requests.Session()\ns.get('u')\n"
    assert "s = TimeoutSession() if x else TimeoutSession()\n" in fixed(project, source)


def test_a_session_of_another_module(project: Path) -> None:
    write_class(project)
    (project / "myapp" / "base.py").write_text("import requests\n\nsession = requests.Session()\n")
    source = "from myapp.base import session\n\nsession.get('u')\n"
    assert fixed(project, source) == source.replace("'u'", "'u', timeout=(5, 30)")
