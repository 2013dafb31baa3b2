"""Run the server: a port of this machine, a token, and an end without a fuss."""

from __future__ import annotations

import ipaddress
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn

from ..errors import Message, reason_of, usage_error
from ..report.i18n import Language
from ..results.experiment import Settings
from .files import Base
from .guard import guarded, names_of
from .routes import Site, application

TOKEN_BYTES = 16
SECONDS_TO_END = 2
"""Time that answers under way have when the server ends."""
BACKLOG = 128


@dataclass(frozen=True)
class Listener:
    """A socket that listens, and the address of the page there."""

    socket: socket.socket
    address: str
    token: str
    host: str


def is_loopback(host: str) -> bool:
    """Return whether a host is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def listen(host: str, port: int) -> Listener:
    """Listen on a port, or on any free one if it is 0.

    Raises ``ScenarioError`` if the port is in use, or can't be had.
    """
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError):
        usage_error("--host", Message("there is no host {host}", host=host), "as in 127.0.0.1")
    found = socket.socket(family, kind, protocol)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # On Windows another program could share it.
            found.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(where)
        found.listen(BACKLOG)
    except OSError as error:
        found.close()
        what = Message("can't listen on port {port}: {reason}", port=port, reason=reason_of(error))
        usage_error("--port", what, "name another port, or --port 0 for any free one")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    shown = f"[{host}]" if ":" in host else host
    return Listener(found, f"http://{shown}:{found.getsockname()[1]}/{token}/", token, host)


def serve(
    listener: Listener,
    base: Base,
    settings: Settings,
    lang: Language,
    begun: Callable[[], None] = lambda: None,
) -> None:
    """Serve until the program is interrupted, after ``begun`` is called."""
    site = Site(base, settings, lang)
    config = uvicorn.Config(
        guarded(application(site), listener.token, names_of(listener.host)),
        lifespan="on",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=SECONDS_TO_END,
    )
    begun()
    uvicorn.Server(config).run([listener.socket])


def open_page(address: str) -> None:
    """Open the page in the browser of the user, if there is one."""
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
