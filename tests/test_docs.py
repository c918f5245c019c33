"""README.md and CHANGELOG.md say what is so.

`python tests/test_docs.py` writes README's tables anew.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_untimed import settings
from flake8_untimed.libraries import catalogue
from flake8_untimed.rules import RULES

CHECKOUT = Path(__file__).resolve().parent.parent
README = CHECKOUT / "README.md"


def blocks(language: str) -> list[str]:
    """The texts of README in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README.read_text(), re.DOTALL | re.MULTILINE)


def table(*rows: tuple[str, ...]) -> str:
    head, *rest = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, f"|{'---|' * len(rows[0])}", *rest]) + "\n"


def rules_table() -> str:
    rows = [
        (rule.code, rule.name, rule.summary + (" *Opt-in.*" if rule.opt_in else ""))
        for rule in RULES
    ]
    return table(("code", "name", "what it finds"), *rows)


def settings_table() -> str:
    rows = [
        (
            f"`{setting.key}`",
            setting.help,
            setting.allowed,
            f"`untimed-{setting.key}`" if setting.flake8 else "",
        )
        for setting in settings.SETTINGS
    ]
    return table(("key", "meaning", "value", "in flake8"), *rows)


def libraries_table() -> str:
    rows = [(f"`{lib.name}`", f"`{lib.writes.text}`") for lib in catalogue(frozenset()).libraries]
    return table(("library", "timeout"), *sorted(rows, key=lambda row: row[0].strip("`")))


TABLES = {"rules": rules_table, "settings": settings_table, "libraries": libraries_table}


def section(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {name}: .*? -->\n\n)(.*?)(\n<!-- end -->\n)", re.DOTALL)


@pytest.mark.parametrize("name", TABLES)
def test_tables(name: str) -> None:
    found = section(name).search(README.read_text())
    assert found
    assert found[2] == TABLES[name](), "python tests/test_docs.py writes it anew"


def test_the_example_is_found(tmp_path: Path) -> None:
    """README's first example, as files, gives what README prints."""
    example = [block for block in blocks("python") if block.startswith("# shop/")]
    assert len(example) == 3
    (tmp_path / "shop").mkdir()
    for block in example:
        name = block.partition("\n")[0].removeprefix("# ")
        (tmp_path / name).write_text(block)
    result = subprocess.run(
        [sys.executable, "-m", "flake8", "--isolated", "--select=UNT", "shop"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout == blocks("text")[0]


def test_the_python_example(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = [block for block in blocks("python") if "analyze" in block]
    exec(compile(example, str(README), "exec"), {})
    assert re.fullmatch(
        r"2 1 UNT101 requests\.get\(\) has no timeout: .*\n", capsys.readouterr()[0]
    )


def test_the_settings_example(tmp_path: Path) -> None:
    (example,) = blocks("toml")
    path = tmp_path / "pyproject.toml"
    path.write_text(example)
    read = settings.from_pyproject(str(path))
    assert read.timeouts["requests"].text == "(3, 30)"
    assert read.clients == {"myapp.http.ApiSession": "requests"}


def commands() -> list[str]:
    """README's lines for the command `untimed`, without comments."""
    lines = "".join(blocks("sh")).splitlines()
    return [line.partition("#")[0].split("<")[0] for line in lines if line.startswith("untimed")]


@pytest.mark.parametrize("command", commands())
def test_the_options_exist(command: str) -> None:
    from flake8_untimed.cli.arguments import parse

    assert parse(command.split()[1:])


def test_the_hooks_exist() -> None:
    named = {name for block in blocks("yaml") for name in re.findall(r"- id: (\S+)", block)}
    ours = set(re.findall(r"- id: (\S+)", (CHECKOUT / ".pre-commit-hooks.yaml").read_text()))
    assert named - {"flake8"} == ours


def test_the_two_commands() -> None:
    """`.ci/run` takes the second of them from here."""
    first, second = [line for line in "".join(blocks("sh")).splitlines() if "python3 -m" in line]
    for command in (first, second):
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install -e ")
    assert first.endswith(".venv/bin/flake8 --isolated --select=UNT fixtures/legacy_app")
    assert "&& .venv/bin/pytest" in second


def test_the_changelog_begins_with_what_is_not_released() -> None:
    heads = re.findall(r"^## (.*)$", (CHECKOUT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert heads[0] == "[Unreleased]"


def write_tables() -> None:
    text = README.read_text()
    for name, make in TABLES.items():
        text = section(name).sub(lambda found, make=make: found[1] + make() + found[3], text)
    README.write_text(text)


if __name__ == "__main__":
    write_tables()
