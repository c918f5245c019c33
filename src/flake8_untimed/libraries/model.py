"""The words in which an HTTP library is described. Data only: no code here or in the library files
decides anything; `bounds.py` and the rules read it.

All times are seconds. `None` as a number of seconds means: waits for ever.
Sources of the facts: measured, see the head of each library's file.

Compared and hashed by identity: there is one object for each fact, and none is ever changed. They
are not `frozen` and have no `repr`, since every start of the tool would wait for `dataclass` to
write the code for these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["bounded", "unbounded", "default", "invalid", "unknown"]
"""What a value does: limits the wait, lifts every limit, means the same as saying nothing,
is rejected or fails at once, or cannot be told."""


@dataclass(eq=False, repr=False)
class TimeoutType:
    """A class whose instances are timeouts: `httpx.Timeout`, `aiohttp.ClientTimeout`, ...

    `fields` maps each parameter to the waits that it bounds. A field that is left out is
    unbounded, unless the parameter named in `default_field` was given: that one then speaks for
    every field left out. `completed_by`: which field to add for a wait that nothing limits. `total`:
    the field for a plain number, where the library takes none in the place of an object.
    `complete`: without the default field all others must be given, else the constructor raises.
    `shape`: whether the default field also takes the tuples of the library. `zero` and `negative`
    speak of a number given for a field, in whatever field it stands.
    """

    path: str
    parameters: tuple[str, ...]
    """Positional parameters in order."""
    fields: Mapping[str, tuple[str, ...]]
    keywords: tuple[str, ...] = ()
    """Keyword-only parameters."""
    default_field: str | None = None
    completed_by: Mapping[str, str] = field(default_factory=dict)
    total: str | None = None
    complete: bool = False
    shape: bool = False
    zero: Verdict = "bounded"
    negative: Verdict = "invalid"


@dataclass(eq=False, repr=False)
class Timeouts:
    """What one `timeout` parameter makes of each kind of value."""

    waits: tuple[str, ...]
    """The phases of a call that a complete timeout bounds, in the words of our messages."""
    omitted: float | None
    """The library's own default in seconds; None where it waits for ever."""
    none: Verdict
    zero: Verdict
    negative: Verdict
    true: Verdict
    false: Verdict
    string: Verdict = "invalid"
    number: Verdict = "bounded"
    infinite: Verdict = "invalid"
    tuples: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Length of a tuple -> the wait that each place bounds. Other lengths are invalid. An empty
    mapping: no tuple is accepted."""
    tuple_none: Verdict = "unbounded"
    """None at one place of a tuple."""
    types: tuple[TimeoutType, ...] = ()
    """Timeout classes that are accepted. Any other object is unknown."""
    defaults: tuple[str, ...] = ()
    """Dotted names of objects that mean the same as saying nothing: `httpx.USE_CLIENT_DEFAULT`."""
    also_in: str = ""
    """Another parameter, a mapping whose entry `timeout` counts as well: httpx's `extensions`."""
    whole_body: bool = False
    """Whether a body that is in memory has to be sent as a whole within the time to connect, or the
    only one: sockets count so (`sendall`), where a library leaves it to them. A file object is sent
    in blocks, each with that time. Or all is within one time: aiohttp's `total`."""
    made_by: tuple[str, ...] = ()
    """The dotted names that the library looks up to make the timeout of each request, or what sends
    it: a class of the project's that is put there may set a timeout."""


@dataclass(eq=False, repr=False)
class Switch:
    """A parameter or attribute that can turn certificate verification off."""

    name: str
    off: tuple[str, ...]
    """The values that do, as Python literals or dotted names: `False`, `0`, `''`,
    `ssl.CERT_NONE`."""
    context: bool = False
    """It also takes an `ssl.SSLContext`, which may verify nothing."""
    overridden_by: tuple[str, ...] = ()
    """Arguments beside it that take its place: a `transport` verifies in its own way, and so does
    `assert_fingerprint`."""
    only: str = ""
    """What it turns off, where that is not everything: `the check of the host name`."""


@dataclass(eq=False, repr=False)
class Body:
    """How a sender takes a request body."""

    text: tuple[str, ...]
    """Parameters that take the body as text or bytes: `data`, `content`, `body`."""
    json: str | None
    """The parameter that takes the object and encodes it itself, if there is one."""
    json_is_new: bool = False
    """Whether releases that are still in use have no such parameter."""
    beside: tuple[str, ...] = ()
    """Other body parameters that must be absent before `json` may be used (`files`, ...)."""
    files: tuple[str, ...] = ()
    """Of those, parameters that take files, which are put together to one body in memory."""
    sent_as: str = "without a Content-Type"
    """What the server is told about a str body, in the words of our message."""
    same_bytes: bool = True
    """Whether `json=x` sends the very bytes of `json.dumps(x)`; if not, JSON of equal value."""
    encodes_later: bool = False
    """Whether the object is encoded after the sender has returned: by another thread, say."""
    shown_to: tuple[str, ...] = ()
    """Arguments, of the client too, and its attributes that are given what is sent: they may set its
    headers, or read its `body` (of requests: text where text was given, bytes where `json` was)."""
    encoders: tuple[str, ...] = ()
    """Arguments of the client's constructor that encode what `json` is given in their own way."""
    request: str | None = None
    """A parameter that may be a whole request with headers of its own (`urlopen(Request(...),
    data=...)`): unless it is plainly a str, nothing can be said of the Content-Type."""


@dataclass(eq=False, repr=False)
class Sender:
    """A callable that sends a request."""

    name: str
    parameters: tuple[str, ...]
    """Positional parameters in order, without `self`."""
    keywords: tuple[str, ...] = ()
    """Keyword-only parameters, those taken through `**kwargs` included."""
    url: str = "url"
    """The parameter that takes the address."""
    timeout: str | None = "timeout"
    """The parameter that bounds the wait; None: the sender takes none."""
    timeouts: Timeouts | None = None
    """What that parameter makes of its values; None: the library's `timeouts`. Given too for a
    sender without a timeout parameter, for what happens then."""
    switches: tuple[Switch, ...] = ()
    body: Body | None = None
    headers: str | None = "headers"
    stream: str | None = None
    """The parameter that leaves the body unread (`stream=True`), or `*` when the sender always
    does."""
    asynchronous: bool = False
    late_body: bool = False
    """Returns when the headers are there: the body is read later."""
    lazy: bool = False
    """Returns something that sends nothing until another call (grequests, build_request)."""
    released_by: Mapping[str, str | None] = field(default_factory=dict)
    """Of a lazy sender: functions that send what it returned -> their parameter that bounds the
    wait for all of it, if they have one: `grequests.map` -> `gtimeout`."""
    delegates: str | None = None
    """The method of the same client through which the request goes on, if a subclass can override
    it: requests' `get` goes through `request`, that through `send`. Of a function, and of what leaves
    the client: the dotted name of what comes next, if a patch can take its place."""
    passes: tuple[str, ...] = ()
    """Parameters handed on explicitly when it delegates, given or not: requests' `request` passes
    `timeout=None` on to `send`."""
    prepared: str | None = None
    """The parameter that takes a request made before, which keeps the timeout it was made with."""
    never_omitted: bool = False
    """Its caller, the library itself, always gives it a timeout, None included: a default for a
    missing one never applies."""
    client_default: bool = True
    """Whether the client's own default timeout applies (niquests' `send` ignores it)."""


@dataclass(eq=False, repr=False)
class Constructor:
    """A class or function whose arguments matter: a client's class, a connector, a transport."""

    path: str
    parameters: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    timeout: str | None = None
    """The parameter that sets the client's default timeout; None: it has none that works."""
    timeouts: Timeouts | None = None
    """What that parameter makes of its values; None: the library's `timeouts`."""
    idle_timeouts: tuple[str, ...] = ()
    """Parameters that look like a request timeout and do nothing of the kind."""
    partial_timeouts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other parameters that set a part of the client's default, in seconds -> the waits that they
    bound; what they do not name keeps the library's default: aiohttp's old `read_timeout`."""
    switches: tuple[Switch, ...] = ()
    senders: Mapping[str, Sender] = field(default_factory=dict)
    """Of a carrier: the methods that requests pass through, which a subclass can override:
    `HTTPAdapter.send`."""
    pools: tuple[str, ...] = ()
    """Of a carrier: libraries whose clients it keeps and gives a timeout with every request, so
    that their own default never counts."""
    verifies: tuple[str, ...] = ()
    """Of a carrier: switches of these clients that mean nothing, since it says with every request
    what to verify."""
    pool_makers: tuple[str, ...] = ()
    """Of a carrier: the methods of which that is so, ..."""
    verified_by: tuple[str, ...] = ()
    """... unless a subclass has one of these methods in its own way."""
    transports: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Parameters that say what the requests go through -> the classes with which that is the
    network. With any other (a transport of one's own), the timeout may mean nothing."""
    queues: Mapping[str, int] = field(default_factory=dict)
    """Of a carrier: parameters that say how many requests are on their way at once -> fewer than so
    many are few. The others wait for their turn, and the timeout counts that."""
    in_memory: tuple[str, ...] = ()
    """Classes that are given in their place and never reach the network: `httpx.MockTransport`."""


OutOfSight = Literal["doubt", "silent"]
"""What to make of a call without a timeout on a client that can hold a default and was built out of
sight: without one it would wait for long (doubt: UNT111), or not (silent)."""


@dataclass(eq=False, repr=False)
class Client:
    """A class whose methods are senders."""

    constructor: Constructor
    senders: Mapping[str, Sender]
    """By method name. Those of `bases` are inherited."""
    bases: tuple[str, ...] = ()
    """Paths of other clients, of any library, that this one inherits from: their senders, and
    what is said below of attributes. The constructor is its own."""
    out_of_sight: OutOfSight = "silent"
    settable: tuple[str, ...] = ()
    """Attributes that set the default timeout of a living client."""
    idle: tuple[str, ...] = ()
    """Attributes that look as if they did, and do nothing."""
    switches: tuple[Switch, ...] = ()
    """Attributes that turn verification off on a living client."""
    parts: Mapping[str, str | None] = field(default_factory=dict)
    """Methods that return a client which has this one's default -> the parameter, a mapping, that
    may set another for it, if there is one: `PoolManager.connection_from_host`."""
    asynchronous: bool = False
    connecting: tuple[str, ...] = ()
    """Methods that reach the network. A subclass with its own, that does not call these, is not
    judged: it may write to memory, or know a limit."""
    wires: tuple[str, ...] = ()
    """Attributes that get the client's timeout when it connects, and only then: its `sock`."""
    mappings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Methods that return a dict, mostly for `**`, -> its keys: `merge_environment_settings`."""
    takes_session: str | None = None
    """A constructor parameter that takes another client whose default then counts."""

    @property
    def path(self) -> str:
        return self.constructor.path

    @property
    def may_hold_default(self) -> bool:
        """Whether it can be given a default timeout at all."""
        return self.constructor.timeout is not None or bool(self.settable)


@dataclass(eq=False, repr=False)
class Responses:
    """What the attributes of a response tell of the code that reads them. Any attribute that is
    not named here may tell of the status."""

    body: tuple[str, ...]
    """They use the body, whatever the status: `json`, `text`."""
    neutral: tuple[str, ...]
    """They speak neither of the body nor of the status: `headers`, `url`."""
    checked_by: tuple[str, ...] = ()
    """Parameters of senders and clients, and attributes of clients, through which the status may
    be looked at for every response: `raise_for_status`, `hooks`."""
    raises: str = ""
    """The method that raises where the status tells of an error; empty: there is none."""
    pieces: tuple[str, ...] = ()
    """The body as a stream, of a library whose timeout ends in the middle of it: aiohttp's
    `content`."""
    lines: tuple[str, ...] = ()
    """The body line by line, as it comes: so are events told, with any silence in between."""
    sized: Mapping[str, tuple[str, int | None]] = field(default_factory=dict)
    """Methods that yield the body in pieces -> the parameter that says of which size, and what that
    is by default. Of one byte, or of no size: as it comes."""
    repeated: Mapping[str, int | None] = field(default_factory=dict)
    """Methods that read one piece, and again and again the body as it comes -> if it is of this size;
    None: of any."""
    raw: str = ""
    """The attribute of which that is done, too: `raw`. It is iterated line by line."""


@dataclass(eq=False, repr=False)
class Written:
    """The timeout that the codemod writes when the user names none."""

    text: str
    needs: tuple[str, ...] = ()
    """Dotted names in the text that must be imported."""

    def of(self, seconds: str) -> Written:
        """One number of seconds, written so that the library takes it: in the object that it wants
        (aiohttp), if it wants one."""
        if not self.needs:
            return Written(seconds)
        return Written(re.sub(r"\d+(\.\d+)?", seconds, self.text, count=1), self.needs)


@dataclass(eq=False, repr=False)
class Library:
    """One HTTP client package."""

    name: str
    """The name for people, and in settings: `requests`, `urllib.request`."""
    packages: tuple[str, ...]
    """Import packages whose name in a file's text makes the file worth a look; dotted where only
    a submodule is meant (`urllib.request`)."""
    timeouts: Timeouts
    writes: Written
    functions: Mapping[str, Sender] = field(default_factory=dict)
    """Module-level senders by canonical dotted path."""
    clients: tuple[Client, ...] = ()
    factories: Mapping[str, str] = field(default_factory=dict)
    """Path of a function -> path of the client class that it returns."""
    carriers: tuple[Constructor, ...] = ()
    """Connectors, transports, adapters: not clients, but they can turn verification off."""
    contexts: tuple[Constructor, ...] = ()
    """Functions of the library that make an SSL context."""
    formerly: tuple[str, ...] = ()
    """Packages of Python 2 that took the same arguments: a fallback to one is nothing else."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other import paths -> canonical ones. A prefix counts: `requests.api` -> `requests`."""
    default_named: str = ""
    """How messages speak of the library's own default: `aiohttp's default of 300 s`."""
    vendored: bool = False
    """Whether copies live inside other packages (`pip._vendor.requests`)."""
    mentions: tuple[str, ...] = ()
    """Further words that make a file worth a look: `http_client`, of six."""
    timeout_types: tuple[TimeoutType, ...] = ()
    """Timeout classes of this library (also listed where they are accepted)."""
    socket_default: bool = False
    """Whether `socket.setdefaulttimeout()` bounds its calls."""
    one_shot: bool = False
    """Whether each call of `functions` opens a connection of its own, which a client would keep."""
    mocks: tuple[str, ...] = ()
    """What tests put in its place, so that it sends nothing: dotted paths of decorators, context
    managers and what is called to start it (`responses.activate`); without a dot, the names of
    fixtures (`requests_mock`)."""
    responses: Responses | None = None
    """None: nothing is said of the use of its responses."""
    timeout_errors: tuple[str, ...] = ()
    """Exceptions that mean that a timeout has passed, and nothing else."""
    wider_errors: tuple[str, ...] = ()
    """Their bases, which mean other failures, too; beside `Exception`."""
    unreached_errors: tuple[str, ...] = ()
    """What comes where a server cannot be reached, and not for a timeout in its answer."""
    late_errors: tuple[str, ...] = ()
    """What a timeout in the middle of a body comes as, where that is none of those."""
    credentials: tuple[str, ...] = ()
    """Classes that are made of a name and a password: `requests.auth.HTTPBasicAuth`."""
    unverified: tuple[str, ...] = ()
    """Warnings that certificates are not verified, and the wider ones that include them."""
    silencers: tuple[Constructor, ...] = ()
    """Functions that silence them: all, or those of a `category`."""
    retries: tuple[Constructor, ...] = ()
    """Classes that say what is retried, and how often."""

    def timeouts_of(self, taker: Sender | Constructor) -> Timeouts:
        """What the timeout parameter of a sender or class makes of its values."""
        return taker.timeouts or self.timeouts
