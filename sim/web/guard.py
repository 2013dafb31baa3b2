"""Which requests are let in: to this machine's name, with the token, small, and reading only.

A page elsewhere on the web can make a browser send requests to this machine, also under a name of
its own that it lets point here (DNS rebinding). The token and the ``Host`` header keep both out.
"""

from __future__ import annotations

import hmac
import ipaddress
import socket
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..report.i18n import translate

LONGEST_ADDRESS = 1_500
"""Longest path and query [bytes]."""
METHODS = ("GET", "HEAD")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of every answer: nothing is loaded from elsewhere, kept, or shown inside other pages."""


def names_of(host: str) -> frozenset[str]:
    """Return the names under which a server on a host may be addressed, besides IP addresses."""
    return frozenset({"localhost", host.lower(), socket.gethostname().lower()})


def is_known(host: str, names: Iterable[str]) -> bool:
    """Return whether a ``Host`` header is one of some names, or an IP address.

    An address in figures can't be made to point elsewhere, as a name can.
    """
    name = host.strip().lower()
    if name.startswith("["):
        name, closed, port = name[1:].partition("]")
        port = port.removeprefix(":") if closed else "?"
    else:
        name, _, port = name.partition(":")
    if port and not (port.isascii() and port.isdigit()):
        return False
    if name in names:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def guarded(inner: ASGIApp, token: str, names: frozenset[str]) -> ASGIApp:
    """Return an application that hands only good requests on, without the token in their path."""
    secret = token.encode()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await inner(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        first, slash, rest = scope["path"].removeprefix("/").partition("/")
        refusal = _refusal(scope, names)
        if refusal is None and not hmac.compare_digest(first.encode("utf-8", "replace"), secret):
            refusal = _both("serve_no_token", 403)
        if refusal is None and not slash:
            refusal = RedirectResponse(f"/{token}/")
        if refusal is not None:
            await refusal(scope, receive, _with_headers(send))
            return
        await inner({**scope, "path": f"/{rest}", "raw_path": b""}, receive, _with_headers(send))

    return application


def _refusal(scope: Scope, names: frozenset[str]) -> Response | None:
    """Return why a request is refused, whatever its token; None if it is not."""
    headers = Headers(scope=scope)
    if not is_known(headers.get("host", ""), names):
        return _both("serve_wrong_host", 403)
    if scope["method"] not in METHODS:
        return PlainTextResponse("", 405, {"Allow": ", ".join(METHODS)})
    if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
        return PlainTextResponse("", 413)
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_ADDRESS:
        return PlainTextResponse("", 414)
    return None


def _both(key: str, status: int) -> Response:
    """Return a text in both languages: before a visitor is let in, no language is known."""
    return PlainTextResponse(f"{translate(key, 'nl')}\n\n{translate(key, 'en')}\n", status)


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
