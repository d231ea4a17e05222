"""A TCP proxy before an RTSP server that plants faults: cuts, stalls, garbage, and time that runs faster."""

from __future__ import annotations

import random
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

RTP_CHANNEL = 0
MOST_TICKS = 1 << 32


class FaultProxy:
    """Carries what a client and the server at ``upstream`` (a port of this machine) say to each other.

    ``stalled``: what the server says is held back. ``garbage_bytes``: so many of the next bytes of media are replaced
    by chance. ``away``: whoever calls is turned away. ``faster``: the times of the pictures (RFC 3550, timestamps of
    RTP packets, as RFC 2326 interleaves them) run so many times as fast.
    """

    def __init__(self, upstream: int, faster: int = 1) -> None:
        self.upstream, self.faster = upstream, faster
        self.stalled = self.away = False
        self.garbage_bytes = 0
        self.calls = 0
        self._chance = random.Random(7)
        self._first_ticks: int | None = None
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every connection off."""
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def close(self) -> None:
        self.away = True
        self.cut()
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                self.calls += 1
                try:
                    server = socket.create_connection(("127.0.0.1", self.upstream)) if not self.away else None
                except OSError:
                    server = None
                if server is None:
                    client.close()
                    continue
                self._open += [client, server]
                threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
                threading.Thread(target=self._play, args=(server, client), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := client.recv(65536):
                server.sendall(said)

    def _play(self, server: socket.socket, client: socket.socket) -> None:
        """Carry answers as they are and media as the faults want it."""
        stop = threading.Event()
        with suppress(OSError), server.makefile("rb") as heard:
            while head := heard.read(1):
                while self.stalled:
                    stop.wait(0.02)
                client.sendall(self._packet(head, heard) if head == b"$" else head + heard.readline())
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)

    def _packet(self, head: bytes, heard) -> bytes:
        framed = head + heard.read(3)
        _, channel, length = struct.unpack(">cBH", framed)
        packet = bytearray(heard.read(length))
        if channel == RTP_CHANNEL and self.faster > 1:
            (ticks,) = struct.unpack_from(">I", packet, 4)
            self._first_ticks = ticks if self._first_ticks is None else self._first_ticks
            faster = (self._first_ticks + (ticks - self._first_ticks) * self.faster) % MOST_TICKS
            struct.pack_into(">I", packet, 4, faster)
        wrong = min(self.garbage_bytes, length)
        self.garbage_bytes -= wrong
        return self._chance.randbytes(4 + wrong) + packet[wrong:] if wrong else framed + packet


@contextmanager
def before(port: int, faster: int = 1) -> Iterator[FaultProxy]:
    """Put a proxy before the server at ``port``."""
    proxy = FaultProxy(port, faster)
    try:
        yield proxy
    finally:
        proxy.close()
