"""The job that serves the map page and the API until it is told to stop."""

from __future__ import annotations

import contextlib
import errno
import gc
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn

from waywarden.store.port import RecordStore
from waywarden.terms.errors import ServeError
from waywarden.terms.places import City
from waywarden.web.accounts.beside import NOTHING, Beside
from waywarden.web.app import create_app
from waywarden.web.drawing import Drawing
from waywarden.web.local.admitting import LOOPBACK
from waywarden.web.local.pages import LocalPage, local_routes
from waywarden.web.parts.checks import with_checks

SHUTDOWN_S = 3


def serve(
    city: City,
    store: RecordStore,
    *,
    address: tuple[str, int] = ("127.0.0.1", 8040),
    local: LocalPage | None = None,
    ready: Callable[[str], None] | None = None,
    beside: Beside = NOTHING,
) -> None:
    """Serve ``city`` over ``store`` until SIGINT or SIGTERM.

    Parameters
    ----------
    address : (host, port)
        Port 0 takes any free one.
    local : Drawing or Checking, optional
        With it the drawing or the check page is served too, and then the host must be this machine's loopback address.
    ready : callable, optional
        Called once with the site's address, when it can be opened.
    beside : Beside
        What else is served, such as signing in and writing, and the figures of a running ``watch``.

    Raises
    ------
    ServeError
        The port is in use or not ours to take, or the host is not this machine's.
    """
    host, port = address
    if local is not None and host not in LOOPBACK:
        page = "drawing" if isinstance(local, Drawing) else "check"
        raise ServeError(f"the {page} page is for this machine alone: serve it on 127.0.0.1, not on {host}")
    listening = listen(host, port)
    config = uvicorn.Config(
        create_app(city, store, local_routes(local), with_checks(beside, city, store)),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    if ready is not None:
        ready(site_address(host, listening.getsockname()[1]))
    settle()
    with listening, _stopped_by_signals():
        uvicorn.Server(config).run(sockets=[listening])


def settle() -> None:
    """Leave out of the collection of garbage what is there before the first request, and stays.

    Looking through all of it took longer than most answers do, at whichever of them it came.
    """
    gc.collect()
    gc.freeze()


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Let SIGINT and SIGTERM end the block and no more: uvicorn raises them anew once it has stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def or_free(host: str, port: int) -> tuple[str, int]:
    """Return the address, with port 0 (any free one) where the wanted one cannot be had."""
    try:
        listen(host, port).close()
    except ServeError:
        return host, 0
    return host, port


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, before anything else starts; ServeError in one sentence if it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise ServeError(_why(error, host, port)) from error


def site_address(host: str, port: int) -> str:
    """Return the address to open in a browser.

    Examples
    --------
    >>> site_address("127.0.0.1", 8040), site_address("::1", 8040)
    ('http://127.0.0.1:8040/', 'http://[::1]:8040/')
    """
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - compared, not bound
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/"


def _why(error: Exception, host: str, port: int) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return f"port {port} on {host} is in use: stop what uses it, or choose another with --port"
    if number == errno.EACCES:
        return f"port {port} on {host} is not ours to take: choose one above 1023 with --port"
    if isinstance(error, OverflowError):
        return f"there is no port {port}: choose one from 1024 to 65535 with --port"
    return f"cannot serve on {host}: this machine has no such address; use 127.0.0.1, or 0.0.0.0 for all of them"
