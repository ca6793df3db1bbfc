"""What stands between the network and the dashboard: names, origins, paths, headers.

An ASGI application around another.  It is outermost, so that its headers are on every answer, also
on errors, and so that what it refuses costs next to nothing and starts no session.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

HEALTH = "/healthz"
# All that a page needs of Streamlit's own endpoints; metrics, the agent API, uploads are not there.
STREAMLIT_NEEDED = ("/_stcore/health", "/_stcore/host-config", "/_stcore/stream")
SIGN_IN = ("/auth/", "/oauth2callback")  # nobody signs in to this dashboard
READING = ("GET", "HEAD")


def policy(page: str) -> str:
    """The Content-Security-Policy for Streamlit's page, whose inline scripts are named by hash.

    Each widening of 'self' was found by measuring: docs/dashboard.md tells what broke without it.
    """
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    hashes = "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    # No frame-ancestors on purpose: campaigners and newspapers embed the dashboard in their pages.
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self'{hashes} blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


class Guard:
    """An application that passes on what is meant for the dashboard and refuses the rest.

    `hosts` are the names under which it may be asked (`Host`, without port).  A request that comes
    from another site's page (`Origin`) is refused.  In `public`, nothing can be sent but over the
    page's own socket.
    """

    def __init__(self, app: Asgi, hosts: list[str], public: bool, policy: str) -> None:
        self.app = app
        self.hosts = frozenset(host.lower().rstrip(".") for host in hosts)
        self.public = public
        self.headers = [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),  # a link carries assumptions
            (
                b"permissions-policy",
                b"camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
            ),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, refuse it or pass it on with headers added to the answer."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = {name for name, _ in self.headers}
                theirs = [
                    pair for pair in message.get("headers", ()) if pair[0].lower() not in ours
                ]
                message = {**message, "headers": [*theirs, *self.headers]}
            await send(message)

        code, text = self.verdict(scope)
        if code == 0:
            if scope["type"] == "http":  # Streamlit would ask a web service for its own address
                kept = [pair for pair in scope["headers"] if pair[0] != b"origin"]
                scope = {**scope, "headers": kept}
            await self.app(scope, receive, sending)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # before it opened: 403
        else:
            start = {
                "type": "http.response.start",
                "status": code,
                "headers": [
                    (b"content-type", b"text/plain; charset=utf-8"),
                    (b"content-length", str(len(text)).encode()),
                    (b"cache-control", b"no-store"),
                ],
            }
            await sending(start)
            body = b"" if scope["method"] == "HEAD" else text
            await send({"type": "http.response.body", "body": body})

    def verdict(self, scope: Scope) -> tuple[int, bytes]:
        """The status and text to answer with, or 0 to pass the request on."""
        path = scope["path"]
        web = scope["type"] == "http"
        if web and path == HEALTH and scope["method"] in READING:
            return 200, b"ok"  # under any name: those who watch a container ask by its address
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or not self.knows(hosts[0]):
            return 400, b"unknown host"
        for name, value in scope["headers"]:
            if name == b"origin" and not same_site(value.decode("latin-1"), hosts[0]):
                return 403, b"other sites may not call this one"
        if path.startswith("/_stcore") and self.public and path not in STREAMLIT_NEEDED:
            return 404, b"not found"
        if path.startswith(SIGN_IN):
            return 404, b"not found"
        if web and self.public and scope["method"] not in READING:
            return 405, b"only reading"
        return 0, b""

    def knows(self, host: str) -> bool:
        """Whether a Host header has one of the server's names, with or without a port."""
        found = re.fullmatch(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?", host.lower())
        return found is not None and found[1].strip("[]").rstrip(".") in self.hosts


def same_site(origin: str, host: str) -> bool:
    """Whether an Origin header names the site that is asked: a proxy must pass Host on as it is."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()
