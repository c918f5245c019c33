"""urllib.request of CPython 3.10 to 3.13. Signatures checked by tests/test_libraries.py; behaviour
measured on CPython 3.12 against local servers. One timeout counts for each socket operation."""

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

TIMEOUTS = Timeouts(
    waits=("connect", "read"),
    omitted=None,
    # Even where socket.setdefaulttimeout() was called.
    none="unbounded",
    zero="invalid",
    negative="invalid",
    true="bounded",
    false="invalid",
    whole_body=True,
    defaults=("socket._GLOBAL_DEFAULT_TIMEOUT",),
)

CONTEXT = Switch("context", (), context=True)

BODY = Body(
    text=("data",),
    json=None,
    sent_as="as application/x-www-form-urlencoded",
    request="url",
)

# It puts itself in the place of `socket`.
MOCKS = tuple(
    f"httpretty.{name}"
    for name in (
        "activate", "enabled", "enable", "httprettified", "httprettized", "HTTPretty.enable",
    )
)  # fmt: skip

REPEATED = {"read": 1, "read1": None, "readline": None}
# Those of http.client, of which no more is said.
RESPONSES = Responses(body=(), neutral=(), repeated=REPEATED)

_OPENER = Client(
    Constructor("urllib.request.OpenerDirector"),
    senders={
        "open": Sender(
            "open",
            ("fullurl", "data", "timeout"),
            url="fullurl",
            body=Body(
                text=("data",),
                json=None,
                sent_as="as application/x-www-form-urlencoded",
                request="fullurl",
            ),
            headers=None,
        )
    },
    # `opener.timeout = 5` is nothing that anybody reads.
    idle=("timeout",),
)

# No client, but what is set on it does as little: `open` puts its own timeout there.
_REQUEST = Client(
    Constructor(
        "urllib.request.Request",
        ("url", "data", "headers", "origin_req_host", "unverifiable", "method"),
    ),
    senders={},
    idle=("timeout",),
)

# Deprecated since Python 3.3; they can wait for ever and take no timeout at all.
_OLD_OPENER = Client(
    Constructor("urllib.request.URLopener", ("proxies",)),
    senders={
        "open": Sender("open", ("fullurl", "data"), url="fullurl", timeout=None, headers=None),
        "retrieve": Sender(
            "retrieve", ("url", "filename", "reporthook", "data"), timeout=None, headers=None
        ),
    },
)
_FANCY_OPENER = Client(
    Constructor("urllib.request.FancyURLopener"),
    senders={},
    bases=("urllib.request.URLopener",),
)

LIBRARY = Library(
    name="urllib.request",
    packages=("urllib.request",),
    timeouts=TIMEOUTS,
    writes=Written("30"),
    mocks=MOCKS,
    functions={
        "urllib.request.urlopen": Sender(
            "urlopen",
            ("url", "data", "timeout"),
            # The three that stand before `context` went with Python 3.13.
            ("cafile", "capath", "cadefault", "context"),
            switches=(CONTEXT,),
            body=BODY,
            headers=None,
        ),
        "urllib.request.urlretrieve": Sender(
            "urlretrieve",
            ("url", "filename", "reporthook", "data"),
            timeout=None,
            headers=None,
            delegates="urllib.request.urlopen",
        ),
    },
    clients=(_OPENER, _REQUEST, _OLD_OPENER, _FANCY_OPENER),
    factories={"urllib.request.build_opener": "urllib.request.OpenerDirector"},
    carriers=(
        Constructor(
            "urllib.request.HTTPSHandler",
            ("debuglevel", "context", "check_hostname"),
            switches=(
                CONTEXT,
                Switch("check_hostname", ("False",), only="the check of the host name"),
            ),
        ),
    ),
    formerly=("urllib2",),
    aliases={
        "six.moves.urllib.request": "urllib.request",
        "future.moves.urllib.request": "urllib.request",
        "future.backports.urllib.request": "urllib.request",
    },
    socket_default=True,
    responses=RESPONSES,
    timeout_errors=("builtins.TimeoutError", "socket.timeout"),
    wider_errors=("builtins.OSError", "builtins.IOError", "socket.error"),
    # It wraps what goes wrong on the way to the server, not the wait for its answer.
    unreached_errors=("urllib.error.URLError", "urllib.request.URLError"),
)
