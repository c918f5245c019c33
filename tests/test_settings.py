"""The table of settings, and how a value is read and refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from flake8_untimed.findings import Expression
from flake8_untimed.rules import RULES
from flake8_untimed.settings import (
    SETTINGS,
    Settings,
    SettingsError,
    find_pyproject,
    from_pyproject,
    from_values,
)
from flake8_untimed.settings.kinds import is_opt_in, known_rules


def test_the_table_has_every_field() -> None:
    assert [setting.field for setting in SETTINGS] == [f.name for f in dataclasses.fields(Settings)]


@pytest.mark.parametrize(
    ("key", "value", "field", "expected"),
    [
        ("select", "UNT1,UNT201", "select", ("UNT1", "UNT201")),
        ("select", ["UNT1"], "select", ("UNT1",)),
        ("extend-select", "UNT101", "extend_select", ("UNT101",)),
        ("extend_select", ["UNT101"], "extend_select", ("UNT101",)),
        ("ignore", "UNT101 UNT2\nUNT3", "ignore", ("UNT101", "UNT2", "UNT3")),
        ("ignore", "", "ignore", ()),
        ("exclude", ["venv"], "exclude", ("venv",)),
        ("exclude", ["a/b", "c/", "/d"], "exclude", ("/base/a/b", "/base/c", "/d")),
        ("extend-exclude", "gen_*.py", "extend_exclude", ("gen_*.py",)),
        (
            "per-file-ignores",
            "tests/*:UNT101,UNT105 x.py: UNT2",
            "per_file_ignores",
            (("/base/tests/*", ("UNT101", "UNT105")), ("x.py", ("UNT2",))),
        ),
        (
            "per-file-ignores",
            {"tests/*": ["UNT101"], "x.py": "UNT2"},
            "per_file_ignores",
            (("/base/tests/*", ("UNT101",)), ("x.py", ("UNT2",))),
        ),
        ("per-file-ignores", ["x.py:UNT2"], "per_file_ignores", (("x.py", ("UNT2",)),)),
        ("disable-libraries", "httpx, aiohttp", "disable_libraries", ("httpx", "aiohttp")),
        ("clients", "a.B=requests", "clients", {"a.B": "requests"}),
        ("clients", {"a.B": "requests.Session"}, "clients", {"a.B": "requests.Session"}),
        ("clients", ["a.B=httpx"], "clients", {"a.B": "httpx"}),
        ("clients", "a.B = httpx, c.D=aiohttp", "clients", {"a.B": "httpx", "c.D": "aiohttp"}),
        ("bounded-clients", "a.B, c.D", "bounded_clients", ("a.B", "c.D")),
        ("long-default", "30", "long_default", 30.0),
        ("long-default", 0.5, "long_default", 0.5),
        ("follow-imports", "False", "follow_imports", False),
        ("follow-imports", True, "follow_imports", True),
        ("session-class", "a.b.C", "session_class", "a.b.C"),
    ],
)
def test_reading(key: str, value: object, field: str, expected: object) -> None:
    assert getattr(from_values({key: value}, "/base"), field) == expected


AIOHTTP = ("aiohttp.ClientTimeout",)


@pytest.mark.parametrize(
    ("library", "value", "expected"),
    [
        ("requests", 5, Expression("5")),
        ("requests", "7.5", Expression("7.5")),
        ("requests", [5, 30], Expression("(5, 30)")),
        ("requests", "(3.05,27)", Expression("(3.05, 27)")),
        ("requests", "a.settings.T", Expression("a.settings.T", ("a.settings.T",))),
        ("requests", "a.b.get()", Expression("a.b.get()", ("a.b.get",))),
        ("requests", "(a.b.C, a.b.R)", Expression("(a.b.C, a.b.R)", ("a.b.C", "a.b.R"))),
        (
            "httpx",
            "httpx.Timeout(10, connect=int(a.b))",
            Expression("httpx.Timeout(10, connect=int(a.b))", ("a.b", "httpx.Timeout")),
        ),
        ("httpx", 10, Expression("10")),
        ("httpx", [5, 30], Expression("httpx.Timeout(30, connect=5)", ("httpx.Timeout",))),
        ("aiohttp", 60, Expression("aiohttp.ClientTimeout(total=60)", AIOHTTP)),
        (
            "urllib3",
            "(5,30)",
            Expression("urllib3.Timeout(connect=5, read=30)", ("urllib3.Timeout",)),
        ),
        (
            "requests",
            "urllib3.Timeout(5)",
            Expression("urllib3.Timeout(5)", ("urllib3.Timeout",)),
        ),
        ("urllib.request", "9", Expression("9")),
    ],
)
def test_timeouts_to_write(library: str, value: object, expected: Expression) -> None:
    assert from_values({"timeouts": {library: value}}, "/").timeouts == {library: expected}
    if isinstance(value, str) and "int(" not in value:  # text takes no parentheses in others
        assert from_values({"timeouts": f"{library}={value}"}, "/").timeouts == {library: expected}


def test_several_timeouts_in_one_text() -> None:
    timeouts = from_values({"timeouts": "requests=(1, 2), httpx=3 aiohttp=m.T"}, "/").timeouts
    assert [(name, value.text) for name, value in timeouts.items()] == [
        ("requests", "(1, 2)"),
        ("httpx", "3"),
        ("aiohttp", "m.T"),
    ]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"selct": "UNT1"}, "unknown key selct; did you mean select?"),
        ({"qqqqqq": "UNT1"}, "unknown key qqqqqq; the keys are select, "),
        ({"select": "UNT1001"}, "bad value 'UNT1001' for select: .*did you mean UNT101?"),
        (
            {"select": "UNT9"},
            "no rule is called UNT9; did you mean UNT109\\? Allowed: codes or the beginnings",
        ),
        ({"ignore": "unt101"}, "no rule is called unt101; did you mean UNT101?"),
        # An empty code would be the beginning of all.
        ({"ignore": ["UNT101", ""]}, "no rule is called ''"),
        ({"per-file-ignores": {"a": [""]}}, "no rule is called ''"),
        ({"select": 5}, "bad value 5 for select: allowed: codes"),
        ({"select": ["UNT101", 5]}, "bad value .* for select: allowed: codes"),
        ({"ignore": "E501"}, "bad value 'E501' for ignore: no rule is called E501"),
        ({"per-file-ignores": "UNT101"}, "allowed: patterns and codes"),
        ({"per-file-ignores": ["UNT101"]}, "allowed: patterns and codes"),
        ({"per-file-ignores": {5: "UNT1"}}, "allowed: patterns and codes"),
        ({"per-file-ignores": {"a": "E501"}}, "no rule is called E501"),
        (
            {"disable-libraries": "request"},
            "no library is called 'request'; did you mean requests?",
        ),
        ({"clients": ["a.B=requests", 5]}, "allowed: dotted names of classes"),
        ({"clients": "a.B"}, "allowed: dotted names of classes"),
        ({"clients": {"a.B": "reqests"}}, "no library or client; did you mean requests?"),
        ({"clients": {"a-b": "requests"}}, "allowed: dotted names of classes"),
        ({"clients": {"a.B": 3}}, "allowed: dotted names of classes"),
        ({"bounded-clients": "a..B"}, "allowed: dotted names"),
        ({"bounded-clients": "B"}, "name the module too"),
        ({"clients": {"B": "requests"}}, "name the module too"),
        ({"long-default": "soon"}, "bad value 'soon' for long-default: allowed: a number"),
        ({"long-default": "nan"}, "allowed: a number of seconds above 0"),
        ({"long-default": -1}, "allowed: a number of seconds above 0"),
        ({"long-default": True}, "allowed: a number of seconds above 0"),
        ({"follow-imports": "maybe"}, "bad value 'maybe' for follow-imports: allowed: true or"),
        ({"follow-imports": 3}, "allowed: true or false"),
        ({"session-class": "a b"}, "allowed: the dotted name of a class"),
        ({"timeouts": {"reqests": 5}}, "did you mean requests?"),
        ({"timeouts": {"requests": 0}}, r"0 is no timeout for requests. Allowed: libraries"),
        (
            {"timeouts": {"requests": [1, 2, 3]}},
            r"\[1, 2, 3\] is no timeout for requests. Allowed: libraries",
        ),
        (
            {"timeouts": {"requests": [1, "x"]}},
            r"\[1, 'x'\] is no timeout for requests. Allowed: libraries",
        ),
        ({"timeouts": {"aiohttp": [1, 2]}}, "aiohttp takes no pair that bounds every wait"),
        ({"timeouts": "requests"}, "allowed: libraries, each with seconds"),
        ({"timeouts": {"requests": "httpx.Timeout(5)"}}, "requests takes no httpx.Timeout"),
        ({"timeouts": {"requests": "TIMEOUT"}}, "TIMEOUT has to be imported: name its module too"),
        ({"timeouts": {"requests": "a.get(x)"}}, "x has to be imported"),
        ({"timeouts": {"requests": "int(5)"}}, "is no timeout for requests. Allowed"),
    ],
)
def test_refusing(values: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        from_values(values, "/base")


def test_from_python() -> None:
    """`Settings` reads and checks what it is given; what it holds, it takes again."""
    settings = Settings(
        select=["UNT1"],  # type: ignore[arg-type]
        ignore="UNT105",  # type: ignore[arg-type]
        per_file_ignores=(("x.py", ("UNT2",)), ("x.py", ("UNT105",))),
        exclude=("a/b",),
        timeouts={"requests": (1, 2), "aiohttp": 5},
    )
    assert settings.select == ("UNT1",)
    assert settings.ignore == ("UNT105",)
    assert settings.per_file_ignores == (("x.py", ("UNT2",)), ("x.py", ("UNT105",)))
    assert settings.exclude == (str(Path("a/b").absolute()),)
    assert settings.timeouts["requests"] == Expression("(1, 2)")
    assert settings.timeouts["aiohttp"].text == "aiohttp.ClientTimeout(total=5)"
    assert dataclasses.replace(settings) == settings


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ignore": ("XYZ",)}, r"bad value \('XYZ',\) for ignore: no rule is called XYZ"),
        ({"extend_select": ("UNT4",)}, "name them in full: UNT401"),
        ({"disable_libraries": ("reqests",)}, "did you mean requests?"),
        ({"clients": {"a.B": "reqests"}}, "did you mean requests?"),
        ({"timeouts": {"nope": 5}}, "no library is called 'nope'"),
        ({"select": None}, "bad value None for select: allowed"),
        ({"per_file_ignores": (("a", "b", "c"),)}, "for per_file_ignores: allowed"),
    ],
)
def test_from_python_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Settings(**given)


def test_opt_in_rules_are_named_in_full() -> None:
    for codes in ("UNT1", "UNT110", "UNT", "UNT401"):
        assert from_values({"extend-select": codes}, "/").extend_select == (codes,)
    with pytest.raises(SettingsError, match=r"UNT4 is made of opt-in rules only, .*: UNT401, "):
        from_values({"extend-select": "UNT4"}, "/")
    assert from_values({"ignore": "UNT4"}, "/").ignore == ("UNT4",)


def test_what_the_files_of_the_rules_say_unread() -> None:
    said = {code: is_opt_in(file) for code, file in known_rules().items()}
    assert said == {rule.code: rule.opt_in for rule in RULES}


def test_the_message_names_the_file_and_the_key(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text("[tool.untimed]\nlong-defalt = 3\n")
    with pytest.raises(SettingsError) as caught:
        from_pyproject(str(path))
    assert str(caught.value) == (
        f"{path}: unknown key tool.untimed.long-defalt; did you mean long-default?"
    )


def test_pyproject(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(
        "[tool.other]\nx = 1\n[tool.untimed]\nselect = ['UNT1']\nlong-default = 10\n"
        "per-file-ignores = { 'tests/*' = ['UNT101'] }\n"
        "[tool.untimed.timeouts]\nrequests = [1, 2]\n'urllib.request' = 4\n"
    )
    settings = from_pyproject(str(path))
    assert settings.select == ("UNT1",)
    assert settings.long_default == 10.0
    assert settings.per_file_ignores == ((f"{tmp_path}/tests/*", ("UNT101",)),)
    assert settings.timeouts["urllib.request"] == Expression("4")


@pytest.mark.parametrize(
    "text", ["tool.untimed = 3\n", "[tool\nuntimed", "untimed = ", "\xe9 untimed"]
)
def test_a_pyproject_that_is_broken(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(
        SettingsError, match=r"pyproject\.toml: (is no valid TOML|tool.untimed must)"
    ):
        from_pyproject(str(path))


def test_a_pyproject_without_our_table(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text("# untimed\ntool = 3\n")
    assert from_pyproject(str(path)) == Settings()
    with pytest.raises(SettingsError, match="cannot be read"):
        from_pyproject(str(tmp_path / "none.toml"))


def test_the_nearest_pyproject_that_speaks_of_us(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    assert find_pyproject(str(inner)) is None
    (tmp_path / "pyproject.toml").write_text("[tool.untimed]\n")
    (inner / "pyproject.toml").write_text("[tool.black]\n")
    assert find_pyproject(str(inner)) == str(tmp_path / "pyproject.toml")
    (inner / "pyproject.toml").write_text("[tool.untimed]\n")
    assert find_pyproject(str(inner)) == str(inner / "pyproject.toml")
    # To be named, as in a list of dependencies, is no table; but what is broken must be seen.
    (inner / "pyproject.toml").write_text("[project]\ndependencies = ['flake8-untimed']\n")
    assert find_pyproject(str(inner)) == str(tmp_path / "pyproject.toml")
    (inner / "pyproject.toml").write_text("[tool.untimed]\nselect = [\n")
    assert find_pyproject(str(inner)) == str(inner / "pyproject.toml")
    # The root of a repository ends the search.
    (tmp_path / "a" / ".git").mkdir()
    (inner / "pyproject.toml").unlink()
    assert find_pyproject(str(inner)) is None


def test_which_codes_are_reported() -> None:
    settings = Settings(select=("UNT1",), ignore=("UNT10",), extend_select=("UNT101", "UNT110"))
    assert settings.reports("UNT101")
    assert not settings.reports("UNT102")
    assert not settings.reports("UNT201")
    assert settings.reports("UNT111")
    assert settings.reports("UNT110", opt_in=True)
    assert not settings.reports("UNT111", opt_in=True)
