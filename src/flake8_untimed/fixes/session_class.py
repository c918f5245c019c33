"""A session class for a project to write down: every request through it has a timeout."""

from __future__ import annotations

import ast
import keyword

from flake8_untimed.findings import Expression
from flake8_untimed.fixes.errors import Refused
from flake8_untimed.fixes.imports import imported
from flake8_untimed.fixes.writing import create

TIMEOUT = Expression("(5, 30)")

# requests' own verbs go through `request`, which hands `timeout=None` on to `send` explicitly. So
# a default in `request` alone would leave `send(prepared)` waiting, and `setdefault` in `send`
# would do nothing at all.
_TEMPLATE = '''\
"""Requests that do not wait for ever."""

from __future__ import annotations

from typing import Any

import requests
{imports}

class {name}(requests.Session):
    """A `requests.Session` whose requests have a timeout unless they name another.

    `default_timeout` is in seconds: (to connect, between two bytes of the response), or one
    number for both. Set it on a subclass or on an instance to change it. `timeout=None` means the
    default too: a request without any limit cannot be made by accident.
    """

    default_timeout: Any = {timeout}

    def request(self, method: str, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        if len(args) < 7:  # the seventh, if there, is a timeout given by position
            kwargs.setdefault("timeout", self.default_timeout)
        return super().request(method, url, *args, **kwargs)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        # Prepared requests come here directly, and an explicit None comes through.
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self.default_timeout
        return super().send(request, **kwargs)
'''


def session_class(dotted: str, timeout: Expression = TIMEOUT) -> str:
    """The text of a module that defines the class `dotted` (`myapp.http.TimeoutSession`).

    Raises Refused if `dotted` is not a module and a class, or `timeout` cannot be imported.
    """
    module, _, name = dotted.rpartition(".")
    if not module or not all(_is_identifier(part) for part in dotted.split(".")):
        raise Refused(
            f"{dotted!r} is not the dotted name of a class, like myapp.http.TimeoutSession"
        )
    imports, text = "", timeout.text
    for need in timeout.needs:
        package, _, attribute = imported(need).rpartition(".")
        if need.startswith(f"{module}."):
            raise Refused(f"{need} would have to be defined in {module}, which is being written")
        imports += f"\nfrom {package} import {attribute}\n" if package else f"\nimport {need}\n"
        text = text.replace(f"{package}.{attribute}", attribute) if package else text
    content = _TEMPLATE.format(imports=imports, name=name, timeout=text)
    try:
        ast.parse(content)
    except SyntaxError:
        raise Refused(f"`{timeout.text}` cannot be written as a timeout") from None
    return content


def write_session_class(dotted: str, path: str, timeout: Expression = TIMEOUT) -> None:
    """Write that module to a new file. Raises Refused, WriteError (also if the file exists)."""
    create(path, session_class(dotted, timeout).encode())


def _is_identifier(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)
