"""Starts the dashboard: Streamlit as an ASGI application, in one process, behind our guard.

The same server runs on the user's own machine and on the web.  `streamlit run` would need another
set of flags, takes another port when its port is in use, and has no place for the guard; one way to
serve means that what is tested for the web is also what runs at home.
"""

from __future__ import annotations

import ctypes
import gc
import os
import socket
import sys
import threading
import time
import webbrowser
from pathlib import Path

from fundsim.app import settings
from fundsim.app.guard import Guard, policy
from fundsim.batch.lookup import source_of
from fundsim.scenario.errors import NO_ACCESS, FundsimError

MOST_SENT = 2**20  # bytes of one message from a page; widgets need a few hundred
ARENAS = -8  # M_ARENA_MAX of malloc.h: heaps for threads


class UnavailableError(FundsimError):
    """A port or address cannot be listened on.  The message says what to do."""

    exit_code = NO_ACCESS


def page() -> Path:
    """The script of the dashboard: in the installed package, else in the checkout."""
    packaged = Path(__file__).parents[1] / "_data" / "dashboard.py"
    return packaged if packaged.is_file() else Path(__file__).parents[2] / "dashboard.py"


def serve(
    public: bool,
    port: int,
    address: str,
    names: list[str],
    script: Path | None = None,
    store: str = "",
) -> None:
    """Serve the dashboard until it is stopped.

    `names` are the public names of the server; localhost and the address are always known.  On the
    user's own machine the browser is opened.  `store` is the address of computed outcomes, if one is used.  Raises `UnavailableError` where it cannot listen.
    """
    listening = listen(address, port)
    source_of(store, write=not public)  # a bad address is better told now than to the first visitor
    os.environ[settings.VARIABLE] = "1" if public else "0"
    os.environ[settings.STORE] = store
    hosts = list(dict.fromkeys([*names, address, "localhost", "127.0.0.1", "::1"]))
    try:
        run(
            public,
            hosts,
            settings.options(public, port, address, hosts),
            listening,
            script or page(),
        )
    except KeyboardInterrupt:
        pass  # Ctrl-C is how it ends
    finally:
        listening.close()


def listen(address: str, port: int) -> socket.socket:
    """A socket that listens; raises `UnavailableError` if the port is in use or not ours to take."""
    found = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    try:
        if os.name != "nt":  # there it would let two servers share a port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((address, port))
        found.listen(256)
    except OSError as error:
        found.close()
        raise UnavailableError(
            f"cannot listen on {address} port {port}: {error.strerror or error}; "
            "choose another with --port or --address"
        ) from None
    return found


def run(
    public: bool,
    hosts: list[str],
    options: dict[str, object],
    listening: socket.socket,
    script: Path,
) -> None:
    """Run the server on a socket that listens, until a signal ends it."""
    import streamlit
    import uvicorn
    from streamlit.runtime.caching.global_cache_budget import (
        reconfigure_global_cache_budget_from_config,
    )
    from streamlit.web.bootstrap import load_config_options

    from fundsim.app.server_connections import IDLE, MOST_CONNECTIONS, Connection

    load_config_options(options)  # as `streamlit run` and `App.run` do
    reconfigure_global_cache_budget_from_config()
    index = Path(streamlit.__file__).parent / "static" / "index.html"
    guard = Guard(streamlit.App(script), hosts, public, policy(index.read_text(encoding="utf-8")))
    config = uvicorn.Config(
        guard,
        access_log=False,  # a request line holds the visitor's assumptions
        log_level="warning",  # at "info" the socket's request line is written too
        server_header=False,
        proxy_headers=False,
        http=Connection,
        ws="websockets-sansio",
        ws_max_size=MOST_SENT,
        ws_ping_interval=20,  # proxies cut a silent socket after 60 s
        ws_ping_timeout=20,
        limit_concurrency=MOST_CONNECTIONS if public else None,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=3,
    )
    address, port = listening.getsockname()[:2]
    place = f"http://{f'[{address}]' if ':' in address else address}:{port}"
    print(
        f"The dashboard is at {place}; it answers to {', '.join(hosts)}. Ctrl-C ends it.",
        flush=True,
    )
    threading.Thread(target=tidy, daemon=True).start()
    if script == page():
        threading.Thread(target=warm, daemon=True).start()
    if not public and (sys.platform != "linux" or has_screen()):
        threading.Thread(target=webbrowser.open, args=(place,), daemon=True).start()
    uvicorn.Server(config).run(sockets=[listening])


def warm() -> None:
    """Once the server runs, import and compute what its first visitor would wait for.

    What is there then stays: without looking through it for garbage again and again, a page of many
    visitors at once costs half.
    """
    from streamlit import runtime

    while not runtime.exists():  # the caches of pages belong to it
        time.sleep(0.01)
    from fundsim.app.main import prepare

    prepare()
    gc.collect()
    gc.freeze()


def tidy() -> None:
    """Give memory back every few seconds, where the C library would keep what many threads once needed.

    A page runs in a thread of its own, glibc keeps a heap for many of them, and arrays of a block are
    large: after fifty visitors at once the process would stay at several times what it uses.
    """
    if sys.platform != "linux" or not hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        return  # another C library
    library.mallopt(ARENAS, 2)
    while True:
        time.sleep(10)
        library.malloc_trim(0)


def has_screen() -> bool:
    """Whether a Linux machine has a screen on which a browser can open."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
