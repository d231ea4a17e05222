"""As much of protocol buffers as reading needs: keys and contents of a message, and packed numbers.

Source: the encoding page of protobuf.dev: base 128 numbers, wire types 0 (a number), 1 and 5 (8 and 4 bytes) and 2
(a length and so many bytes); zigzag for signed numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Message = Mapping[int, Sequence[Any]]
"""Field number to what came under it, in order: whole numbers or bytes."""


def fields(raw: bytes) -> Iterator[tuple[int, Any]]:
    """Yield each field's number and content; IndexError or struct.error where it ends too early."""
    at = 0
    while at < len(raw):
        key, at = _number(raw, at)
        kind = key & 7
        if kind == 0:
            value, at = _number(raw, at)
            yield key >> 3, value
            continue
        if kind == 2:
            size, at = _number(raw, at)
        elif kind in {1, 5}:
            size = 8 if kind == 1 else 4
        else:
            raise struct.error(f"no wire type {kind}")
        if at + size > len(raw):
            raise struct.error("a field ends too early")
        yield key >> 3, raw[at : at + size]
        at += size


def message(raw: bytes) -> Message:
    """Return all fields of a message."""
    found: dict[int, list[Any]] = {}
    for number, content in fields(raw):
        found.setdefault(number, []).append(content)
    return found


def _number(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise struct.error("a number is too long")


def numbers(raw: bytes) -> npt.NDArray[np.uint64]:
    """Return the packed numbers (n,)."""
    given = np.frombuffer(raw, np.uint8)
    ends = np.flatnonzero(given < 0x80)
    if len(given) and (not len(ends) or ends[-1] != len(given) - 1):
        raise struct.error("a number ends too early")
    starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64)
    lengths = ends - starts + 1
    place = np.arange(len(given)) - np.repeat(starts, lengths)
    bits = (given & 0x7F).astype(np.uint64) << (7 * place).astype(np.uint64)
    return np.add.reduceat(bits, starts) if len(ends) else np.empty(0, np.uint64)


def signed(zigzag: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return what zigzag numbers mean: 0, -1, 1, -2 and so on."""
    half = (zigzag >> np.uint64(1)).astype(np.int64)
    return np.asarray(half ^ -(zigzag & np.uint64(1)).astype(np.int64), np.int64)
