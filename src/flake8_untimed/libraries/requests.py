"""requests 2.34.2. Signatures checked by tests/test_libraries.py; behaviour measured on CPython
3.12 against local servers."""

from __future__ import annotations

from flake8_untimed.libraries.model import (
    Body,
    Client,
    Constructor,
    Library,
    Responses,
    Sender,
    Switch,
    Timeouts,
    Written,
)
from flake8_untimed.libraries.urllib3 import RESPONSES as URLLIB3_RESPONSES
from flake8_untimed.libraries.urllib3 import TIMEOUT as URLLIB3_TIMEOUT
from flake8_untimed.libraries.urllib_request import MOCKS

TIMEOUTS = Timeouts(
    # Sending the body is governed by the connect value, so two phases cover everything.
    waits=("connect", "read"),
    omitted=None,
    none="unbounded",
    zero="invalid",
    negative="invalid",
    true="invalid",
    false="invalid",
    tuples={2: ("connect", "read")},
    types=(URLLIB3_TIMEOUT,),
    whole_body=True,
    made_by=("requests.adapters.TimeoutSauce", "requests.sessions.HTTPAdapter"),
)

OFF = ("False", "0", "''", "[]", "b''", "ssl.CERT_NONE")
VERIFY = Switch("verify", OFF)
BODY = Body(
    text=("data",),
    json="json",
    beside=("files",),
    files=("files",),
    shown_to=("auth", "hooks"),
)

_KEYWORDS = (
    "headers", "cookies", "files", "auth", "timeout", "allow_redirects", "proxies", "hooks",
    "stream", "verify", "cert",
)  # fmt: skip


def verb(name: str, *parameters: str, delegates: str | None = None) -> Sender:
    """A sender of one HTTP method; `parameters`: the positional ones behind the URL."""
    rest = tuple(k for k in ("params", "data", "json") if k not in parameters)
    return Sender(
        name,
        ("url", *parameters),
        (*rest, *_KEYWORDS),
        switches=(VERIFY,),
        body=BODY,
        stream="stream",
        delegates=delegates,
    )


VERBS = {
    "get": ("params",),
    "options": (),
    "head": (),
    "post": ("data", "json"),
    "put": ("data",),
    "patch": ("data",),
    "delete": (),
}

REQUEST = Sender(
    "request",
    (
        "method", "url", "params", "data", "headers", "cookies", "files", "auth", "timeout",
        "allow_redirects", "proxies", "hooks", "stream", "verify", "cert", "json",
    ),
    switches=(VERIFY,),
    body=BODY,
    stream="stream",
    delegates="send",
    passes=("timeout", "verify", "cert", "stream", "proxies", "allow_redirects"),
)  # fmt: skip

SEND = Sender(
    "send",
    ("request",),
    ("timeout", "allow_redirects", "proxies", "stream", "verify", "cert"),
    switches=(VERIFY,),
    headers=None,
    stream="stream",
    never_omitted=True,
    delegates="requests.adapters.HTTPAdapter.send",
    passes=("timeout", "verify", "cert", "stream", "proxies"),
)

SESSION = Client(
    Constructor("requests.Session"),
    senders={
        **{name: verb(name, *p, delegates="request") for name, p in VERBS.items()},
        "request": REQUEST,
        "send": SEND,
    },
    idle=("timeout",),
    switches=(Switch("verify", (*OFF, "None")),),
    mappings={"merge_environment_settings": ("proxies", "stream", "verify", "cert")},
)

# Its retries do not bound a wait; a subclass whose `send` sets a timeout does. The Session hands
# `send` every keyword explicitly, `timeout=None` included.
ADAPTER = Constructor(
    "requests.adapters.HTTPAdapter",
    ("pool_connections", "pool_maxsize", "max_retries", "pool_block"),
    senders={
        "send": Sender(
            "send",
            ("request", "stream", "timeout", "verify", "cert", "proxies"),
            switches=(VERIFY,),
            headers=None,
            stream="stream",
            never_omitted=True,
        )
    },
    pools=("urllib3",),
    # The `cert_reqs` of `verify=` is written over that of the pool, and over the mode of its context,
    # which gets the name checked again. `assert_hostname` stays as it is.
    verifies=("cert_reqs", "ssl_context"),
    pool_makers=("init_poolmanager", "proxy_manager_for"),
    verified_by=("send", "cert_verify", "build_connection_pool_key_attributes"),
)

RESPONSES = Responses(
    body=("json", "text", "content", "iter_content", "iter_lines", "raw"),
    neutral=("headers", "url", "encoding", "apparent_encoding", "close", "cookies", "elapsed"),
    checked_by=("hooks",),
    raises="raise_for_status",
    lines=("iter_lines",),
    sized={"iter_content": ("chunk_size", 1), **URLLIB3_RESPONSES.sized},
    repeated=URLLIB3_RESPONSES.repeated,
    raw="raw",
)

_UNREACHED = ("requests.ConnectionError", "requests.exceptions.ConnectionError")

LIBRARY = Library(
    name="requests",
    packages=("requests",),
    vendored=True,
    timeouts=TIMEOUTS,
    writes=Written("(5, 30)"),
    mocks=(
        *MOCKS,
        "requests_mock",
        "requests_mock.Mocker",
        "requests_mock.mock",
        "requests_mock.mocker.Mocker",
        "requests_mock.contrib.fixture.Fixture",
        "responses.activate",
        "responses.RequestsMock",
        "responses.mock",
        "responses.start",
    ),
    functions={
        **{
            f"requests.{name}": verb(name, *p, delegates="requests.api.request")
            for name, p in VERBS.items()
        },
        "requests.request": Sender(
            "request",
            ("method", "url"),
            ("params", "data", "json", *_KEYWORDS),
            switches=(VERIFY,),
            body=BODY,
            stream="stream",
            delegates="requests.Session.request",
        ),
    },
    clients=(SESSION,),
    factories={"requests.session": "requests.Session"},
    carriers=(ADAPTER,),
    aliases={
        "requests.api": "requests",
        "requests.sessions": "requests",
        "requests.sessions.HTTPAdapter": "requests.adapters.HTTPAdapter",
        "requests.adapters.Retry": "urllib3.Retry",
    },
    one_shot=True,
    responses=RESPONSES,
    timeout_errors=tuple(
        f"{package}.{name}"
        for package in ("requests", "requests.exceptions")
        for name in ("Timeout", "ReadTimeout", "ConnectTimeout")
    ),
    wider_errors=(
        "requests.RequestException",
        "requests.exceptions.RequestException",
        "builtins.OSError",
    ),
    unreached_errors=_UNREACHED,
    late_errors=_UNREACHED,
    credentials=("requests.auth.HTTPBasicAuth", "requests.auth.HTTPDigestAuth"),
)
