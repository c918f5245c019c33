"""curl_cffi 0.16.3. Signatures checked by tests/test_libraries.py; behaviour measured on CPython
3.12 against local servers. A number bounds the whole request; of a pair the first bounds
connecting and the sum of both the whole."""

from __future__ import annotations

from dataclasses import replace

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

# None and 0 verify.
VERIFY = Switch("verify", ("False",))
BODY = Body(
    text=("data", "content"),
    json="json",
    beside=("files", "multipart"),
    sent_as="as application/octet-stream",
    same_bytes=False,
)

_REQUEST = (
    "method", "url", "params", "data", "content", "json", "headers", "cookies", "files", "auth",
    "timeout", "allow_redirects", "max_redirects", "proxies", "proxy", "proxy_auth", "verify",
    "referer", "accept_encoding", "content_callback", "impersonate", "ja3", "akamai", "perk",
    "extra_fp", "default_headers", "default_encoding", "quote", "http_version", "interface",
    "doh_url", "cert", "stream", "max_recv_speed", "multipart", "discard_cookies",
)  # fmt: skip
_FUNCTION = ("thread", "curl_options", "debug")
_SESSION = (
    "headers", "cookies", "auth", "proxies", "proxy", "proxy_auth", "base_url", "params",
    "verify", "timeout", "trust_env", "allow_redirects", "max_redirects", "retry",
    "impersonate", "ja3", "akamai", "perk", "extra_fp", "default_headers", "default_encoding",
    "curl_options", "curl_infos", "http_version", "debug", "interface", "doh_url", "cert",
    "response_class", "discard_cookies", "raise_for_status", "cache",
)  # fmt: skip
_ASYNC_WEBSOCKET = (
    "url", "autoclose", "params", "headers", "cookies", "auth", "timeout", "allow_redirects",
    "max_redirects", "proxies", "proxy", "proxy_auth", "verify", "referer", "accept_encoding",
    "impersonate", "ja3", "akamai", "perk", "extra_fp", "default_headers", "quote",
    "http_version", "interface", "doh_url", "cert", "max_recv_speed", "recv_queue_size",
    "send_queue_size", "max_send_batch_size", "coalesce_frames", "ws_retry", "recv_time_slice",
    "send_time_slice", "max_message_size", "drain_on_error", "block_on_recv_queue_full",
    "curl_options",
)  # fmt: skip
_VERBS = ("get", "options", "head", "post", "put", "patch", "delete", "trace", "query")


def _sender(
    name: str,
    *parameters: str,
    more: tuple[str, ...] = (),
    delegates: str | None = None,
    stream: str = "stream",
) -> Sender:
    return Sender(
        name,
        parameters,
        (*(k for k in _REQUEST if k not in (*parameters, "method")), *more),
        switches=(VERIFY,),
        body=BODY,
        stream=stream,
        delegates=delegates,
    )


def _session(
    name: str, parameters: tuple[str, ...], keywords: tuple[str, ...], websocket: Sender
) -> Client:
    asynchronous = name == "AsyncSession"
    senders = (
        *(_sender(verb, "url", delegates="request") for verb in _VERBS),
        _sender("request", *_REQUEST),
        _sender("stream", "method", "url", delegates="request", stream="*"),
        websocket,
    )
    return Client(
        Constructor(
            f"curl_cffi.{name}",
            parameters,
            (*keywords, *_SESSION),
            timeout="timeout",
            switches=(VERIFY,),
        ),
        senders={s.name: replace(s, asynchronous=asynchronous) for s in senders},
        settable=("timeout",),
        switches=(VERIFY,),
        asynchronous=asynchronous,
    )


LIBRARY = Library(
    name="curl_cffi",
    packages=("curl_cffi",),
    timeouts=Timeouts(
        waits=("connect", "read"),
        omitted=30.0,
        none="unbounded",
        zero="unbounded",
        negative="invalid",
        true="bounded",
        false="unbounded",
        # Not looked at: it waits as if there were none.
        string="unbounded",
        tuples={2: ("connect", "read")},
        tuple_none="invalid",
    ),
    writes=Written("30"),
    functions={
        **{f"curl_cffi.{verb}": _sender(verb, "url", more=_FUNCTION) for verb in _VERBS},
        "curl_cffi.request": _sender("request", "method", "url", *_FUNCTION),
    },
    clients=(
        _session(
            "Session",
            ("curl", "thread", "use_thread_local_curl"),
            (),
            Sender(
                "ws_connect",
                ("url", "on_message", "on_error", "on_open", "on_close"),
                tuple(k for k in _REQUEST if k not in ("method", "url", "stream")),
                switches=(VERIFY,),
            ),
        ),
        _session(
            "AsyncSession",
            (),
            ("loop", "async_curl", "max_clients"),
            Sender("ws_connect", _ASYNC_WEBSOCKET, switches=(VERIFY,)),
        ),
    ),
    aliases={"curl_cffi.requests": "curl_cffi", "curl_cffi.requests.session": "curl_cffi"},
    default_named="curl_cffi's default of 30 s",
    one_shot=True,
    responses=Responses(
        body=("json", "text", "content", "iter_content", "iter_lines", "aiter_content", "acontent"),
        neutral=("headers", "url", "encoding", "charset", "cookies", "elapsed", "close", "aclose"),
        checked_by=("raise_for_status", "response_class"),
        raises="raise_for_status",
        lines=("iter_lines", "aiter_lines"),
    ),
    timeout_errors=("curl_cffi.exceptions.Timeout",),
    wider_errors=("curl_cffi.exceptions.RequestException", "builtins.OSError"),
)  # fmt: skip
