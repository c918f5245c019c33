"""Every way to get at what another module has, with every way to use it: what is found does not
depend on how it was imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_untimed.analysis import Workspace
from flake8_untimed.source import Source

HTTP = """\
import requests

session = requests.Session()
table = {"a": session}

def make():
    return requests.Session()

def fetch(url, **options):
    return session.get(url, **options)

class Boat(requests.Session):
    pass

class Harbour:
    shared = session

    def __init__(self):
        self.session = requests.Session()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        pass

    @classmethod
    def new(cls):
        return cls()
"""
NAMES = "session, table, make, fetch, Boat, Harbour"
MODULES = {
    "__init__": "",
    "http": HTTP,
    "hub": f"from .http import {NAMES}\n",
    "all_of_it": "from .hub import *\n",
    "names/__init__": f"from ..http import {NAMES}\n",
}
FOR_TYPES = """\
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from . import http
"""
FORMS = {
    "from module": (f"from shop.http import {NAMES}", ""),
    "from relative": (f"from .http import {NAMES}", ""),
    "module of package": ("from shop import http", "http."),
    "relative module": ("from . import http", "http."),
    "module as": ("from . import http as web", "web."),
    "dotted": ("import shop.http", "shop.http."),
    "dotted as": ("import shop.http as web", "web."),
    "star": ("from .http import *", ""),
    "handed on": (f"from .hub import {NAMES}", ""),
    "module that hands on": ("from . import hub", "hub."),
    "dotted module that hands on": ("import shop.hub", "shop.hub."),
    "star of what hands on": ("from .hub import *", ""),
    "star of a star": ("from .all_of_it import *", ""),
    "module with a star": ("from . import all_of_it", "all_of_it."),
    "package": ("from . import names", "names."),
    "for types": (FOR_TYPES, "http."),
}
USES = """\
def f(url): {}session.get(url)

def f(url): {}make().get(url)

def f(url): {}Boat().get(url)

def f(url): {}fetch(url)

def f(url): {}table["a"].get(url)

def f(url): {}Harbour().session.get(url)

def f(url): {}Harbour.new().session.get(url)

def f(url): {}Harbour.shared.get(url)

def f(url):
    with {}Harbour() as port: port.session.get(url)

make_one = {}make
def f(url): make_one().get(url)

def f(url, session={}session): session.get(url)

def f(url, port: {}Harbour): port.session.get(url)

def f(url, port: "{}Harbour"): port.session.get(url)

def f(url, port: "{}Harbour | None"): port.session.get(url)

def f(url, port: list[{}Harbour]): port[0].session.get(url)

def f(url, client: {}Boat): client.get(url)

def get() -> {}Harbour: return unknown()
def f(url): get().session.get(url)

def f(url, port):
    if isinstance(port, {}Harbour): port.session.get(url)

class Pier:
    def __init__(self, port: {}Harbour): self.port = port
    def f(self, url): self.port.session.get(url)

class Pier:
    def __init__(self): self.http = {}make()
    def f(self, url): self.http.get(url)

class Pier:
    port = {}Harbour()
    def f(self, url): self.port.session.get(url)

class Pier({}Harbour):
    def f(self, url): self.session.get(url)

class Pier({}Boat):
    def f(self, url): self.get(url)

def f(url): run({}session.get, url)
def run(call, url): call(url)
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project") / "shop"
    (folder / "names").mkdir(parents=True)
    (folder.parent / "pyproject.toml").touch()
    for name, text in MODULES.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


def found(shop: Path, text: str) -> int:
    """How often a request without a timeout is found in a module of the project."""
    path = shop / "use.py"
    path.write_text(text, encoding="utf-8")
    findings = Workspace().check(Source.from_text(text, str(path)))
    return sum(finding.code == "UNT101" for finding in findings)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_found_does_not_depend_on_the_import(shop: Path, form: str) -> None:
    statement, before = FORMS[form]
    uses = [use.replace("{}", before) for use in USES.split("\n\n")]
    assert [use for use in uses if found(shop, f"{statement}\n{use}") != 1] == []


@pytest.mark.parametrize("form", FORMS)
def test_what_has_a_timeout_is_silent(shop: Path, form: str) -> None:
    statement, before = FORMS[form]
    uses = [
        use.replace("{}", before).replace("(url)", "(url, timeout=5)") for use in USES.split("\n\n")
    ]
    assert [use for use in uses if found(shop, f"{statement}\n{use}")] == []
