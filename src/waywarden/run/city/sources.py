"""What ``camera.source`` may be: a path, or the address of a live camera; and how it is shown, without its password.

An address that cannot be taken is refused here, where its line is known: taken for a path it would be printed whole,
and ``watch`` would ask for it again and again.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

SCHEMES = ("rtsp", "rtsps", "http", "https")

_ADDRESS = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+):/(/?)(.*?)\s*", re.DOTALL)
_LOGIN = re.compile(r":[^/]*@")
_END_OF_HOST = re.compile(r"[/?#]")
_IN_PASSWORDS = "in a password write / ? # @ as %2F %3F %23 %40"


def read_source(text: str) -> str:
    """Return a path as it is, and an address with its scheme in lower case.

    Raises
    ------
    ValueError
        With a hint that holds nothing of ``text``: an address of another scheme, without a host, with a port that is
        none, or one in which it is unclear where the password ends.

    Examples
    --------
    >>> read_source("RTSP://10.0.0.7/live"), read_source("clips/one.mp4")
    ('rtsp://10.0.0.7/live', 'clips/one.mp4')
    """
    address = _ADDRESS.fullmatch(text)
    if address is None:
        if _LOGIN.search(text):
            raise ValueError(f"; {_beginnings()}, and a path holds no user and password")
        return text
    scheme, slash, rest = address[1].lower(), address[2], address[3]
    if scheme not in SCHEMES or not slash:
        raise ValueError(f"; {_beginnings()}")
    host = _END_OF_HOST.split(rest, maxsplit=1)[0]
    if ":" in host and "@" not in host and "@" in rest:
        raise ValueError(f"; {_IN_PASSWORDS}, and so @ in a path: else it is unclear which part is the host")
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        named, port = parts.hostname, parts.port
    except ValueError:
        named, port = "", 0
    if not named or port == 0:
        raise ValueError(f"; it wants a host, and a port from 1 to 65535 if any; {_IN_PASSWORDS}")
    return f"{scheme}://{rest}"


def blotted(text: str) -> str:
    """Return ``text`` as it may be shown: of an address, or what looks like a login, no more than the scheme.

    Examples
    --------
    >>> blotted("rtmp://admin:secret@10.0.0.7/live"), blotted("admin:secret@10.0.0.7"), blotted("clip.mp4")
    ('rtmp://…', '…', 'clip.mp4')
    """
    address = _ADDRESS.fullmatch(text)
    if address is not None:
        return f"{address[1]}://…"
    return "…" if re.search(r":.*@", text, re.DOTALL) else text


def _beginnings() -> str:
    return f"an address begins with {', '.join(f'{scheme}://' for scheme in SCHEMES)}"
