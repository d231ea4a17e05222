"""The back channel: what this server asks of the provider itself, and how little it takes for an answer.

Of the whole program this and ``weights pull`` alone call out; this calls the addresses of the one provider that
``waywarden serve --sign-in`` was told of. No redirect is followed and no proxy of the environment is used.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTP_PORT, HTTPS_PORT, HTTPConnection, HTTPException, HTTPSConnection
from threading import BoundedSemaphore, Timer
from typing import Any
from urllib.parse import urlencode, urlsplit

from waywarden.web.problems import RefusedError

PATIENCE_S = 5.0
"""So long for a connection and for each piece of an answer."""
LONGEST_S = 10.0
"""So long for an answer as a whole."""
MOST_BYTES = 65_536
AT_ONCE, WAIT_S = 4, 1.0
"""So many are asked at a time, and so long others wait: one that hangs must not take the threads by which all write."""
_REDIRECTS = range(300, 400)


class ProviderError(RefusedError):
    """The provider did not do its part: 502."""

    def __init__(self, host: str, what: str, then: str = "try again later, or sign in with a password") -> None:
        super().__init__(HTTPStatus.BAD_GATEWAY, f"{host} {what}: {then}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: a status, and a JSON object."""

    status: int
    body: Mapping[str, Any]


class BackChannel:
    """Asks one provider; may be used from many threads at once.

    Parameters
    ----------
    host : str
        The provider's name, for sentences.
    trust : ssl.SSLContext, optional
        Whose certificates are believed; those that the machine believes if not given.
    longest_s : float
        So long for an answer as a whole.
    """

    def __init__(self, host: str, trust: ssl.SSLContext | None = None, longest_s: float = LONGEST_S) -> None:
        self._host, self._longest_s = host, longest_s
        self._trust = trust or ssl.create_default_context()
        self._at_once = BoundedSemaphore(AT_ONCE)

    def ask(
        self, address: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """GET ``address``, or POST ``form`` to it; ProviderError in one sentence where no JSON object comes back."""
        if not self._at_once.acquire(timeout=WAIT_S):
            raise ProviderError(self._host, "keeps others waiting, too")
        began = time.monotonic()
        try:
            status, body = self._asked(address, form, headers or {})
            if time.monotonic() - began >= self._longest_s:
                raise TimeoutError
        except (OSError, HTTPException, ValueError) as error:
            took_s = time.monotonic() - began
            why = f"did not answer within {self._longest_s:g} s" if took_s >= self._longest_s else _why(error)
            raise ProviderError(self._host, why) from error
        finally:
            self._at_once.release()
        return Answer(status, self._read(status, body))

    def _asked(self, address: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        parts = urlsplit(address)
        connection = self._connection(parts.scheme, parts.hostname or "", parts.port)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        said = {"Accept": "application/json", "Connection": "close", **headers}
        if form is not None:
            said["Content-Type"] = "application/x-www-form-urlencoded"
        connection.connect()
        cut = Timer(self._longest_s, _cut, [connection.sock])
        cut.daemon = True
        cut.start()
        try:
            connection.request("GET" if form is None else "POST", target, urlencode(form) if form else None, said)
            answer = connection.getresponse()
            return answer.status, answer.read(MOST_BYTES + 1)
        finally:
            cut.cancel()
            connection.close()

    def _connection(self, scheme: str, host: str, port: int | None) -> HTTPConnection:
        # The port is always told: without it an address such as ::1 would be taken apart for one.
        if scheme == "https":
            return HTTPSConnection(host, port or HTTPS_PORT, timeout=PATIENCE_S, context=self._trust)
        return HTTPConnection(host, port or HTTP_PORT, timeout=PATIENCE_S)

    def _read(self, status: int, body: bytes) -> Mapping[str, Any]:
        if status in _REDIRECTS:
            raise ProviderError(self._host, f"answered {status}, a redirect, which is not followed")
        if len(body) > MOST_BYTES:
            raise ProviderError(self._host, f"answered with more than {MOST_BYTES} bytes")
        found = json_object(body)
        if found is None:
            raise ProviderError(self._host, f"answered {status} with something that is no JSON object")
        return found


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"shows a certificate that this machine does not trust ({error.verify_message})"
    if isinstance(error, TimeoutError):
        return f"did not answer within {PATIENCE_S:g} s"
    if isinstance(error, OSError) and not isinstance(error, HTTPException):
        return f"cannot be reached ({error.strerror or type(error).__name__})"
    return "broke off, or answered in something that is no HTTP"


def json_object(text: bytes) -> Mapping[str, Any] | None:
    """Return the JSON object that ``text`` spells; None if it spells none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def shown(value: object) -> str:
    """Return what a provider said so that it fits into a sentence: short, and on one line."""
    return "".join(each if each.isprintable() else "?" for each in str(value)[:60])


def _cut(connected: socket.socket) -> None:
    """End a conversation that takes too long, though each piece of it comes in time."""
    with contextlib.suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
