"""Telling systemd how it goes (``sd_notify(3)``): ready, alive, stopping. Without systemd nothing is told."""

from __future__ import annotations

import contextlib
import os
import socket


def tell_systemd(state: str) -> None:
    """Send ``state``, for instance ``READY=1``, to the socket that ``NOTIFY_SOCKET`` names; nothing without one."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as telling:
        telling.connect("\0" + address[1:] if address.startswith("@") else address)
        telling.send(state.encode())
