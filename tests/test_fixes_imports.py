"""How a name that a fix needs is spelled and imported, and which imports go."""

from __future__ import annotations

import ast

import pytest

from flake8_untimed.findings import Edit, Expression, ReplaceExpression
from flake8_untimed.source import Source
from test_fixes_text import check, fixed, set_timeout, turning

AIOHTTP = set_timeout("aiohttp.ClientTimeout(total=30)", "aiohttp.ClientTimeout")
SETTING = set_timeout("myapp.settings.HTTP_TIMEOUT", "myapp.settings.HTTP_TIMEOUT")

# Of each pair the last line is the call; `T` stands for `timeout=ClientTimeout(total=30)`.
AIOHTTP_CASES = [
    ("import aiohttp\nget(u)", "import aiohttp\nget(u, timeout=aiohttp.ClientTimeout(total=30))"),
    ("import aiohttp as aio\nget()", "import aiohttp as aio\nget(timeout=aio.ClientTimeout(total=30))"),
    ("import aiohttp.web\nget()", "import aiohttp.web\nget(timeout=aiohttp.ClientTimeout(total=30))"),
    ("from aiohttp import ClientTimeout\nget()", "from aiohttp import ClientTimeout\nget(T)"),
    (
        "from aiohttp import ClientTimeout as CT\nget()",
        "from aiohttp import ClientTimeout as CT\nget(timeout=CT(total=30))",
    ),
    ("from aiohttp import ClientSession\nget()", "from aiohttp import ClientSession, ClientTimeout\nget(T)"),
    ("from aiohttp import web, ClientSession\nget()", "from aiohttp import web, ClientSession, ClientTimeout\nget(T)"),
    ("from aiohttp import BasicAuth, web\nget()", "from aiohttp import BasicAuth, ClientTimeout, web\nget(T)"),
    (
        "from aiohttp import (\n    ClientSession,  # the client\n    web,\n)\nget()",
        "from aiohttp import (\n    ClientSession,  # the client\n    ClientTimeout,\n    web,\n)\nget(T)",
    ),
    (
        "from aiohttp import (ClientSession\n)  # it\nget()",
        "from aiohttp import (ClientSession, ClientTimeout\n)  # it\nget(T)",
    ),
    (
        "from aiohttp import BasicAuth, \\\n    ClientSession\nget()",
        "from aiohttp import BasicAuth, \\\n    ClientSession, \\\n    ClientTimeout\nget(T)",
    ),
    (
        "from aiohttp import ClientSession; import os\nget()",
        "from aiohttp import ClientSession, ClientTimeout; import os\nget(T)",
    ),
    # Names that are taken.
    (
        "from aiohttp import ClientSession\nClientTimeout = 1\nget()",
        "from aiohttp import ClientSession, ClientTimeout as ClientTimeout_2\nClientTimeout = 1\nget(timeout=ClientTimeout_2(total=30))",
    ),
    (
        "import aiohttp\ndef f(aiohttp):\n    get()",
        "import aiohttp\nfrom aiohttp import ClientTimeout\ndef f(aiohttp):\n    get(T)",
    ),
    (
        "from x import *\nClientTimeout\nget()",
        "from x import *\nimport aiohttp\nClientTimeout\nget(timeout=aiohttp.ClientTimeout(total=30))",
    ),
    # Imports that do not reach the call.
    (
        "import typing\nif typing.TYPE_CHECKING:\n    import aiohttp\ndef f(s: 'aiohttp.X'):\n    get()",
        "import typing\nif typing.TYPE_CHECKING:\n    import aiohttp\ndef f(s: 'aiohttp.X'):\n    from aiohttp import ClientTimeout\n\n    get(T)",
    ),
    (
        "import os\ndef g():\n    import aiohttp\ndef f():\n    'Doc.'\n    with a:\n        get(get())\n    get()",
        "import os\ndef g():\n    import aiohttp\ndef f():\n    'Doc.'\n    from aiohttp import ClientTimeout\n\n    with a:\n        get(get(T), timeout=ClientTimeout(total=30))\n    get(T)",
    ),
    (
        "try:\n    import aiohttp\nexcept ImportError:\n    aiohttp = None\ndef f():\n    if a: pass\n    else:\n        # Here.\n        return get()\n",
        "try:\n    import aiohttp\nexcept ImportError:\n    aiohttp = None\ndef f():\n    if a: pass\n    else:\n        from aiohttp import ClientTimeout\n\n        # Here.\n        return get(T)\n",
    ),
    # Imports on the way to the call do.
    (
        "def f():\n    import aiohttp\n    if a:\n        get()",
        "def f():\n    import aiohttp\n    if a:\n        get(timeout=aiohttp.ClientTimeout(total=30))",
    ),
    (
        "try:\n    import aiohttp\nexcept ImportError:\n    aiohttp = None\ndef f(): aiohttp.get()",
        "try:\n    import aiohttp\nexcept ImportError:\n    aiohttp = None\ndef f(): aiohttp.get(timeout=aiohttp.ClientTimeout(total=30))",
    ),
    (
        "try:\n    from aiohttp import get\nexcept ImportError:\n    get = None\ndef f(): get()",
        "try:\n    from aiohttp import ClientTimeout, get\nexcept ImportError:\n    get = None\ndef f(): get(T)",
    ),
    (
        "def f():\n    from aiohttp import ClientSession\n    get()",
        "def f():\n    from aiohttp import ClientSession, ClientTimeout\n    get(T)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), AIOHTTP_CASES)
def test_aiohttp(before: str, after: str) -> None:
    after = after.replace("(T)", "(timeout=ClientTimeout(total=30))")
    check(fixed(before, AIOHTTP), after)


NEW = [
    ("get()\n", "from myapp.settings import HTTP_TIMEOUT\n\nget(T)\n"),
    ("'''Doc.'''\nget()\n", "'''Doc.'''\n\nfrom myapp.settings import HTTP_TIMEOUT\n\nget(T)\n"),
    ("'''Doc.'''\n\nget()\n", "'''Doc.'''\n\nfrom myapp.settings import HTTP_TIMEOUT\n\nget(T)\n"),
    (
        "#!/usr/bin/python\n# licence\nget()\n",
        "#!/usr/bin/python\n# licence\nfrom myapp.settings import HTTP_TIMEOUT\n\nget(T)\n",
    ),
    (
        "from __future__ import annotations\n\nget()\n",
        "from __future__ import annotations\n\nfrom myapp.settings import HTTP_TIMEOUT\n\nget(T)\n",
    ),
    (
        "import os\n\nimport requests\n\nget()\n",
        "import os\n\nimport requests\nfrom myapp.settings import HTTP_TIMEOUT\n\nget(T)\n",
    ),
    (
        "import os\n\nfrom myapp import a\nfrom myapp.views import b\n\nimport z\n\nget()\n",
        "import os\n\nfrom myapp import a\nfrom myapp.settings import HTTP_TIMEOUT\nfrom myapp.views import b\n\nimport z\n\nget(T)\n",
    ),
    (
        "import sys\nsys.path.insert(0, '.')\nimport os\nget()\n",
        "import sys\nsys.path.insert(0, '.')\nimport os\nfrom myapp.settings import HTTP_TIMEOUT\nget(T)\n",
    ),
    (
        "import os; x = '''\n'''\nget()\n",
        "import os; x = '''\n'''\nfrom myapp.settings import HTTP_TIMEOUT\nget(T)\n",
    ),
    ("import os\r\nget()\r\n", "import os\r\nfrom myapp.settings import HTTP_TIMEOUT\r\nget(T)\r\n"),
    ("from myapp import settings\nget()", "from myapp import settings\nget(timeout=settings.HTTP_TIMEOUT)"),
    ("from .settings import A\nget()", "from .settings import A, HTTP_TIMEOUT\nget(T)"),
    ("from . import settings\nget()", "from . import settings\nget(timeout=settings.HTTP_TIMEOUT)"),
    (
        "import myapp\nget()",
        "import myapp\nfrom myapp.settings import HTTP_TIMEOUT\nget(T)",
    ),
    ("import myapp.settings\nget()", "import myapp.settings\nget(timeout=myapp.settings.HTTP_TIMEOUT)"),
    (
        "get(); get()\n",
        "from myapp.settings import HTTP_TIMEOUT\n\nget(T); get(T)\n",
    ),
    (
        "HTTP_TIMEOUT = 1\nget(); get()\n",
        "import myapp.settings\n\nHTTP_TIMEOUT = 1\nget(timeout=myapp.settings.HTTP_TIMEOUT); get(timeout=myapp.settings.HTTP_TIMEOUT)\n",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), NEW)
def test_the_users_own(before: str, after: str) -> None:
    after = after.replace("(T)", "(timeout=HTTP_TIMEOUT)")
    check(fixed(before, SETTING, path="src/myapp/web.py"), after)


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("conf.T", "from conf import T\n\nget(timeout=T)"),
        # Of what is out of sight, the way it is written tells what is a module.
        ("django.conf.settings.T", "from django.conf import settings\n\nget(timeout=settings.T)"),
        ("corp.limits.usual", "from corp import limits\n\nget(timeout=limits.usual)"),
        ("corp.limits.Usual", "from corp.limits import Usual\n\nget(timeout=Usual)"),
        ("corp.limits.Usual.T", "from corp.limits import Usual\n\nget(timeout=Usual.T)"),
        ("corp.limits.USUAL.t", "from corp import limits\n\nget(timeout=limits.USUAL.t)"),
        # In the project, its files do.
        ("myapp.settings.a.b", "from myapp.settings import a\n\nget(timeout=a.b)"),
        ("myapp.Config.T", "from myapp import Config\n\nget(timeout=Config.T)"),
        ("myapp.config.t", "from myapp import config\n\nget(timeout=config.t)"),
    ],
)
def test_where_a_module_ends(name: str, after: str) -> None:
    check(fixed("get()\n", set_timeout(name, name)), f"{after}\n")


@pytest.mark.parametrize(
    ("imported", "written"),
    [
        ("from django.conf import settings", "settings.T"),
        ("from django import conf", "conf.settings.T"),
        ("from django.conf.settings import T", "T"),
        ("import django.conf", "django.conf.settings.T"),
    ],
)
def test_where_it_is_imported_already(imported: str, written: str) -> None:
    edits = set_timeout("django.conf.settings.T", "django.conf.settings.T")
    check(fixed(f"{imported}\n\nget()\n", edits), f"{imported}\n\nget(timeout={written})\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "import os\n\nimport yarl\n\nfrom myapp import models\nfrom .a import b\n\nget()\n",
            "import os\n\nimport yarl\nfrom aiohttp import ClientTimeout\n\nfrom myapp import models\nfrom .a import b\n\nget(T)\n",
        ),
        (
            "import os\n\nfrom myapp import models\n\nget()\n",
            "import os\n\nfrom aiohttp import ClientTimeout\n\nfrom myapp import models\n\nget(T)\n",
        ),
        (
            "import os\n\n# ours\nfrom .a import b\nfrom .c import d\n\nget()\n",
            "import os\n\nfrom aiohttp import ClientTimeout\n\n# ours\nfrom .a import b\nfrom .c import d\n\nget(T)\n",
        ),
        (
            "import os\nfrom .a import b\n\nget()\n",
            "import os\nfrom aiohttp import ClientTimeout\nfrom .a import b\n\nget(T)\n",
        ),
    ],
)  # fmt: skip
def test_packages_of_others_stand_together(before: str, after: str) -> None:
    after = after.replace("(T)", "(timeout=ClientTimeout(total=30))")
    check(fixed(before, AIOHTTP, path="src/myapp/web.py"), after)


def test_the_module_that_defines_it_does_not_import_itself() -> None:
    check(
        fixed("HTTP_TIMEOUT = 1\nget()", SETTING, path="src/myapp/settings.py"),
        "HTTP_TIMEOUT = 1\nget(timeout=HTTP_TIMEOUT)",
    )
    outcome = fixed("get()", SETTING, path="src/myapp/settings.py")
    assert "is not defined in this file" in outcome.left[0].reason


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    get()\nHTTP_TIMEOUT = 1\nf()\n",
        "try:\n    HTTP_TIMEOUT = a\nexcept KeyError:\n    HTTP_TIMEOUT = 1\nget()\n",
    ],
)
def test_its_own_name_is_there_in_time(text: str) -> None:
    after = text.replace("get()", "get(timeout=HTTP_TIMEOUT)")
    check(fixed(text, SETTING, path="src/myapp/settings.py"), after)


@pytest.mark.parametrize(
    "text",
    [
        "a = get()\nHTTP_TIMEOUT = 1\n",
        "HTTP_TIMEOUT = get()\n",
        "def f(a=get()): ...\nHTTP_TIMEOUT = 1\n",
        "def f():\n    get()\nf()\nHTTP_TIMEOUT = 1\n",
    ],
)
def test_its_own_name_is_not_there_yet(text: str) -> None:
    outcome = fixed(text, SETTING, path="src/myapp/settings.py")
    assert outcome.source.text == text
    reason = "HTTP_TIMEOUT is defined only behind the code that would use it"
    assert outcome.left[0].reason == reason


def test_its_own_name_is_one_of_the_module() -> None:
    text = "def f():\n    HTTP_TIMEOUT = 1\ndef g():\n    get()\n"
    outcome = fixed(text, SETTING, path="src/myapp/settings.py")
    assert "is not defined in this file" in outcome.left[0].reason


IN_TIME = [
    ("def f(): get()\nimport aiohttp\nf()\n", "def f(): get(timeout=aiohttp.T)\nimport aiohttp\nf()\n"),
    (
        "from aiohttp import a\ndef f(): get()\nf()\nimport aiohttp\n",
        "from aiohttp import T, a\ndef f(): get(timeout=T)\nf()\nimport aiohttp\n",
    ),
    ("import os\nif a:\n    get()\nimport z\n", "import os\nfrom aiohttp import T\nif a:\n    get(timeout=T)\nimport z\n"),
    # On one line with the first imports, or with what stands before them.
    ("import os; get()\n", "from aiohttp import T\nimport os; get(timeout=T)\n"),
    ("'''Doc.'''; a = 1\nget()\n", "'''Doc.'''; a = 1\nfrom aiohttp import T\nget(timeout=T)\n"),
    (
        "from __future__ import annotations; a = 1\nget()\n",
        "from __future__ import annotations; a = 1\nfrom aiohttp import T\nget(timeout=T)\n",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), IN_TIME)
def test_an_import_is_carried_out_before_it_is_needed(before: str, after: str) -> None:
    check(fixed(before, set_timeout("aiohttp.T", "aiohttp.T")), after)


def test_no_line_before_the_code() -> None:
    outcome = fixed("'''Doc.'''; get()\n", AIOHTTP)
    reason = "no line is free for the import before the code on the first line"
    assert outcome.left[0].reason == reason


@pytest.mark.parametrize(
    "use",
    [
        "get()\n",
        "class C:\n    x = get()\n",
        "def f(a=get()): ...\n",
        "def f(): get()\n",
        "def f():\n    if a:\n        pass\n    elif get():\n        pass\n",
    ],
)
def test_an_optional_package_is_not_made_necessary(use: str) -> None:
    text = "try:\n    import aiohttp\nexcept ImportError:\n    aiohttp = None\n" + use
    outcome = fixed(text, AIOHTTP)
    assert outcome.source.text == text
    assert outcome.left[0].reason == "aiohttp is imported only where it may be missing"


CALL = "get(data=json.dumps(x))\n"
DONE = "get(json=x)\n"
UNUSED = [
    ("import json\nimport os\n" + CALL, "import os\n" + DONE),
    ("import json, os\n" + CALL, "import os\n" + DONE),
    ("import os, json\n" + CALL, "import os\n" + DONE),
    ("import os\nimport json\n\n\n" + CALL, "import os\n\n\n" + DONE),
    ("'''Doc.'''\n\nimport json\n\nimport os\n" + CALL, "'''Doc.'''\n\nimport os\n" + DONE),
    ("import json\n\n" + CALL, DONE),
    ("import json; import os\n" + CALL, "import os\n" + DONE),
    ("from a import (\n    b,\n    json,  # it\n)\n" + CALL, "from a import (\n    b,\n)\n" + DONE),
    ("def f():\n    import json\n    " + CALL, "def f():\n    " + DONE),
    ("import json\n" + CALL + CALL, DONE + DONE),
    ("import json\na = 'application/json'\n" + CALL, "a = 'application/json'\n" + DONE),
]
USED = [
    "import json\njson.loads\n",
    "import json  # noqa: F401\n",
    "import json as json\n",
    "import json\n__all__ = ['json']\n",
    "import json\nx: 'json.X'\n",
    "import json\nx: 'json'\n",
    "import json\ndef f(a: 'list[json]'): ...\n",
    "import json\ndef f():\n    '''\n    >>> json.dumps(1)\n    '''\n",
    "try:\n    import json\nexcept ImportError:\n    import simplejson as json\n",
    "if a:\n    import json\n",
    "import json\njson = 1\n",
    "import json\nglobals()\n",
]
REWRITE = turning("data", "json", "x")


@pytest.mark.parametrize(("before", "after"), UNUSED)
def test_unused_imports_go(before: str, after: str) -> None:
    check(fixed(before, lambda s, c: [REWRITE(s, c)], once=True), after)


@pytest.mark.parametrize("head", USED)
def test_other_imports_stay(head: str) -> None:
    check(fixed(head + CALL, lambda s, c: [REWRITE(s, c)], once=True), head + DONE)


def test_imports_of_a_package_stay() -> None:
    before, after = "import json\n" + CALL, "import json\n" + DONE
    outcome = fixed(before, lambda s, c: [REWRITE(s, c)], once=True, path="a/__init__.py")
    check(outcome, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import requests\ns = requests.get()\n", "from my.http import S\ns = S()\n"),
        ("from requests import get\ns = get()\n", "from my.http import S\ns = S()\n"),
        ("from requests import get, put\ns = get()\n", "from my.http import S\nfrom requests import put\ns = S()\n"),
        ("from my.http import A\nimport requests\ns = requests.get()\n", "from my.http import A, S\ns = S()\n"),
        ("from my.http import get\ns = get()\n", "from my.http import S\ns = S()\n"),
    ],
)  # fmt: skip
def test_an_import_takes_the_place_of_another(before: str, after: str) -> None:
    def edits(source: Source, call: ast.Call) -> list[Edit]:
        return [ReplaceExpression(source.span(call.func), Expression("my.http.S", ("my.http.S",)))]

    check(fixed(before, edits, once=True), after)
