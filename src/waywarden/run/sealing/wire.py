"""The only things that may cross from the sealed process: thirteen kinds of message, each too small to carry a picture.

A message is a head, JSON, and numbers::

    magic  kind   JSON bytes  number bytes  CRC-32 of all before and after it
    2s     B      H           I             I       (little-endian)

Nothing is pickled. ``encode`` takes exactly the types of ``Message``, and answers TypeError to all others, a ``Frame``
above all; ``decode`` trusts nobody: what does not look exactly like one of them is a SealError. A message holds at most
``MOST_BOXES`` boxes and texts of ``LONGEST_TEXT`` characters. ``RedactedJpeg`` and ``Silhouette`` are the exceptions,
and the reader says whether it awaits one. That bounds what a faulty object detector can let slip; it is no proof
against a hostile one, which could write pixels as coordinates.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, BinaryIO

import numpy as np

from waywarden.run.sealing.seal import Seal
from waywarden.sight.ports import SourceFacts
from waywarden.terms import errors
from waywarden.terms.errors import SealError, WaywardenError
from waywarden.terms.pictures import MOST_JPEG_BYTES, NotKept, RedactedJpeg, WhyNot
from waywarden.terms.records import CameraHealth, HealthState
from waywarden.terms.redaction_key import REDACTION_KEY
from waywarden.terms.transient import (
    MOST_CELLS,
    MOST_TILES,
    Detections,
    FullLook,
    Silhouette,
    SurfaceLook,
    Unlooked,
    tile_px,
)

MOST_BOXES = 1000
LONGEST_TEXT = 300
_MOST_JSON_BYTES = 8192

_MAGIC = b"Ww"
_HEAD = struct.Struct("<2sBHI")
_CHECK = struct.Struct("<I")
_HEAD_BYTES = _HEAD.size + _CHECK.size
_BOX_BYTES = 4 * 4 + 4 + 1
MOST_DAMAGES = 200
_DAMAGE_BYTES = 4 * 4 + 4 + 1 + 4


@dataclass(frozen=True, slots=True)
class Failure:
    """The sealed process cannot go on: the name of a ``WaywardenError`` and its sentence."""

    error: str
    text: str

    def as_error(self) -> WaywardenError:
        """Return the error to raise on this side; SealError where the name is none of ours."""
        known = getattr(errors, self.error, SealError)
        ours = isinstance(known, type) and issubclass(known, WaywardenError)
        return known(self.text) if ours else SealError(self.text)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job without a stream of detections has come, 0 to 1."""

    done: float


@dataclass(frozen=True, slots=True)
class End:
    """The job is done; nothing follows."""


Looked = Detections | FullLook | Unlooked | SurfaceLook | Silhouette
Message = Looked | CameraHealth | SourceFacts | RedactedJpeg | NotKept | Seal | Failure | Progress | End
_Packed = tuple[Mapping[str, Any], bytes]


def clipped(text: str) -> str:
    r"""Return ``text`` as one line of printable characters that may cross: at most ``LONGEST_TEXT``.

    Examples
    --------
    >>> clipped("no such\nfile")
    'no such file'
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= LONGEST_TEXT else line[: LONGEST_TEXT - 1] + "…"


def encode(item: Message) -> bytes:
    """Return the bytes of one message.

    Raises
    ------
    TypeError
        If ``item`` is of any other type, a subclass included.
    ValueError
        If it holds more than may cross: too many boxes, too long a text, a number that is not finite.
    """
    for kind, (cls, pack, _) in _KINDS.items():
        if type(item) is cls:
            facts, numbers = pack(item)
            text = json.dumps(facts, allow_nan=False, separators=(",", ":")).encode()
            head = _HEAD.pack(_MAGIC, kind, len(text), len(numbers))
            return head + _CHECK.pack(zlib.crc32(head + text + numbers)) + text + numbers
    raise TypeError(
        f"a {type(item).__name__} does not leave the sealed process: only what run.sealing.wire names may cross"
    )


def decode(message: bytes, awaited: type | None = None) -> Message:
    """Return what one whole message says; SealError if it is none. ``awaited``: a RedactedJpeg, or silhouettes."""
    kind, text_bytes, number_bytes = _read_head(message[:_HEAD_BYTES], awaited)
    body = message[_HEAD_BYTES:]
    (check,) = _CHECK.unpack(message[_HEAD.size : _HEAD_BYTES])
    if len(body) != text_bytes + number_bytes or zlib.crc32(message[: _HEAD.size] + body) != check:
        raise SealError("a message from the sealed process is damaged: run the job again")
    try:
        return _KINDS[kind][2](json.loads(body[:text_bytes]), body[text_bytes:])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise SealError(f"the sealed process sent what may not cross ({clipped(str(error))}): run again") from error


def receive(stream: BinaryIO, awaited: type | None = None) -> Message | None:
    """Read one message from ``stream``; None at its end. SealError if it stops in the middle, or is no message."""
    head = stream.read(_HEAD_BYTES)
    if not head:
        return None
    _, text_bytes, number_bytes = _read_head(head, awaited)
    return decode(head + stream.read(text_bytes + number_bytes), awaited)


def _read_head(head: bytes, awaited: type | None) -> tuple[int, int, int]:
    """Return kind, JSON bytes and number bytes, before anything longer is read."""
    if len(head) != _HEAD_BYTES:
        raise SealError("the sealed process stopped in the middle of a message: run the job again")
    magic, kind, text_bytes, number_bytes = _HEAD.unpack(head[: _HEAD.size])
    if magic != _MAGIC or kind not in _KINDS or _KINDS[kind][0] in {RedactedJpeg, Silhouette} - {awaited}:
        raise SealError("the sealed process sent something that may not cross: its object detector may not be used")
    most = _MOST_NUMBERS.get(_KINDS[kind][0], 0)
    if number_bytes > most or text_bytes > _MOST_JSON_BYTES:
        raise SealError(f"the sealed process sent {text_bytes + number_bytes} bytes where at most {most} may cross")
    return kind, text_bytes, number_bytes


def _pack_detections(item: Detections) -> _Packed:
    if len(item) > MOST_BOXES:
        raise ValueError(f"at most {MOST_BOXES} boxes cross at once, got {len(item)}: raise the detector's threshold")
    if not (np.isfinite(item.xyxy_px).all() and np.isfinite(item.score).all()):
        raise ValueError("boxes and scores that cross are finite numbers")
    facts = {"camera_id": _short(item.camera_id), "at": _instant(item.at), "watched_s": float(item.watched_s)}
    numbers = item.xyxy_px.astype("<f4").tobytes() + item.score.astype("<f4").tobytes() + item.kind.tobytes()
    return facts, numbers


def _unpack_detections(facts: Mapping[str, Any], numbers: bytes) -> Detections:
    _only(facts, camera_id=str, at=str, watched_s=float)
    n, rest = divmod(len(numbers), _BOX_BYTES)
    if rest:
        raise ValueError("half a box")
    return Detections(
        facts["camera_id"],
        _moment(facts["at"]),
        facts["watched_s"],
        np.frombuffer(numbers, "<f4", 4 * n).reshape(n, 4).astype(np.float32),
        np.frombuffer(numbers, "<f4", n, 16 * n).astype(np.float32),
        np.frombuffer(numbers, np.int8, n, 20 * n).copy(),
    )


def _pack_full_look(item: FullLook) -> _Packed:
    return _pack_detections(item.seen)


def _unpack_full_look(facts: Mapping[str, Any], numbers: bytes) -> FullLook:
    return FullLook(_unpack_detections(facts, numbers))


def _pack_look(item: SurfaceLook) -> _Packed:
    if len(item.xyxy_px) > MOST_DAMAGES:
        raise ValueError(f"at most {MOST_DAMAGES} damages cross at once, got {len(item.xyxy_px)}")
    tiles, boxes = np.rint(item.tiles * 255).astype(np.uint8), (item.xyxy_px, item.score, item.extent_px)
    if not all(np.isfinite(array).all() for array in boxes):
        raise ValueError("boxes, scores and extents that cross are finite numbers")
    numbers = b"".join(array.astype("<f4").tobytes() for array in boxes) + item.damage.tobytes() + tiles.tobytes()
    facts = {"at": _instant(item.at), "width": int(item.width), "height": int(item.height)}
    return facts | {"damages": len(item.xyxy_px), "road": round(float(item.road), 2)}, numbers


def _unpack_look(facts: Mapping[str, Any], numbers: bytes) -> SurfaceLook:
    _only(facts, at=str, width=int, height=int, damages=int, road=float)
    n, side = facts["damages"], tile_px(facts["width"], facts["height"])
    rows, columns = -(-facts["height"] // side), -(-facts["width"] // side)
    if len(numbers) != n * _DAMAGE_BYTES + rows * columns * 2:
        raise ValueError("half a look")
    boxes, scores, extents = np.split(np.frombuffer(numbers, "<f4", 6 * n).astype(np.float32), [4 * n, 5 * n])
    tiles = np.frombuffer(numbers, np.uint8, rows * columns * 2, n * _DAMAGE_BYTES).reshape(rows, columns, 2)
    return SurfaceLook(
        _moment(facts["at"]), facts["width"], facts["height"], (tiles / 255).astype(np.float32), boxes.reshape(n, 4),
        scores, np.frombuffer(numbers, np.int8, n, 24 * n).copy(), extents, facts["road"],
    )  # fmt: skip


def _pack_silhouette(item: Silhouette) -> _Packed:
    rows, columns = item.cells.shape
    return {"at": _instant(item.at), "rows": rows, "columns": columns}, np.packbits(item.cells).tobytes()


def _unpack_silhouette(facts: Mapping[str, Any], numbers: bytes) -> Silhouette:
    _only(facts, at=str, rows=int, columns=int)
    n = facts["rows"] * facts["columns"]
    if not 0 < n <= MOST_CELLS or len(numbers) != -(-n // 8):
        raise ValueError("half a silhouette")
    lit = np.unpackbits(np.frombuffer(numbers, np.uint8), count=n).astype(np.bool_)
    return Silhouette(_moment(facts["at"]), lit.reshape(facts["rows"], facts["columns"]))


def _pack_unlooked(item: Unlooked) -> _Packed:
    return {"camera_id": _short(item.camera_id), "at": _instant(item.at), "watched_s": float(item.watched_s)}, b""


def _unpack_unlooked(facts: Mapping[str, Any], _: bytes) -> Unlooked:
    _only(facts, camera_id=str, at=str, watched_s=float)
    return Unlooked(facts["camera_id"], _moment(facts["at"]), facts["watched_s"])


def _pack_health(item: CameraHealth) -> _Packed:
    state = HealthState(item.state).value
    reason = _short(item.reason)
    return {"camera_id": _short(item.camera_id), "at": _instant(item.at), "state": state, "reason": reason}, b""


def _unpack_health(facts: Mapping[str, Any], _: bytes) -> CameraHealth:
    _only(facts, camera_id=str, at=str, state=str, reason=str)
    at, state = _moment(facts["at"]), HealthState(facts["state"])
    return CameraHealth(facts["camera_id"], at, state, facts["reason"])


def _pack_facts(item: SourceFacts) -> _Packed:
    return {
        "width": int(item.width),
        "height": int(item.height),
        "rate_hz": float(item.rate_hz),
        "codec": _short(item.codec),
        "duration_s": None if item.duration_s is None else float(item.duration_s),
        "start": None if item.start is None else _instant(item.start),
    }, b""


def _unpack_facts(facts: Mapping[str, Any], _: bytes) -> SourceFacts:
    maybe = (float, type(None)), (str, type(None))
    _only(facts, width=int, height=int, rate_hz=float, codec=str, duration_s=maybe[0], start=maybe[1])
    start = None if facts["start"] is None else _moment(facts["start"])
    return SourceFacts(**{**facts, "start": start})


def _pack_jpeg(item: RedactedJpeg) -> _Packed:
    return {"width": item.width, "height": item.height}, item.jpeg


def _unpack_jpeg(facts: Mapping[str, Any], numbers: bytes) -> RedactedJpeg:
    _only(facts, width=int, height=int)
    return RedactedJpeg(bytes(numbers), facts["width"], facts["height"], key=REDACTION_KEY)


def _pack_not_kept(item: NotKept) -> _Packed:
    return {"why": WhyNot(item.why).value}, b""


def _unpack_not_kept(facts: Mapping[str, Any], _: bytes) -> NotKept:
    _only(facts, why=str)
    return NotKept(WhyNot(facts["why"]))


def _pack_seal(item: Seal) -> _Packed:
    abi = item.landlock_abi
    return {"abi": abi, "rlimits": item.rlimits, "call_filter": item.call_filter, "ports": list(item.ports)}, b""


def _unpack_seal(facts: Mapping[str, Any], _: bytes) -> Seal:
    _only(facts, abi=(int, type(None)), rlimits=bool, call_filter=bool, ports=list)
    return Seal(facts["abi"], facts["rlimits"], facts["call_filter"], tuple(int(port) for port in facts["ports"][:64]))


def _pack_failure(item: Failure) -> _Packed:
    return {"error": _short(item.error), "text": _short(item.text)}, b""


def _unpack_failure(facts: Mapping[str, Any], _: bytes) -> Failure:
    _only(facts, error=str, text=str)
    return Failure(**facts)


def _pack_progress(item: Progress) -> _Packed:
    return {"done": float(item.done)}, b""


def _unpack_progress(facts: Mapping[str, Any], _: bytes) -> Progress:
    _only(facts, done=float)
    return Progress(**facts)


def _pack_end(_: End) -> _Packed:
    return {}, b""


def _unpack_end(facts: Mapping[str, Any], _: bytes) -> End:
    _only(facts)
    return End()


_Entry = tuple[type[Any], Callable[[Any], _Packed], Callable[[Mapping[str, Any], bytes], Message]]
_KINDS: Mapping[int, _Entry] = MappingProxyType(
    {
        1: (Detections, _pack_detections, _unpack_detections),
        2: (CameraHealth, _pack_health, _unpack_health),
        3: (SourceFacts, _pack_facts, _unpack_facts),
        4: (RedactedJpeg, _pack_jpeg, _unpack_jpeg),
        5: (Seal, _pack_seal, _unpack_seal),
        6: (Failure, _pack_failure, _unpack_failure),
        7: (Progress, _pack_progress, _unpack_progress),
        8: (End, _pack_end, _unpack_end),
        9: (Unlooked, _pack_unlooked, _unpack_unlooked),
        10: (SurfaceLook, _pack_look, _unpack_look),
        11: (NotKept, _pack_not_kept, _unpack_not_kept),
        12: (FullLook, _pack_full_look, _unpack_full_look),
        13: (Silhouette, _pack_silhouette, _unpack_silhouette),
    }
)
_MOST_NUMBERS: Mapping[type[Any], int] = MappingProxyType(
    {
        Detections: MOST_BOXES * _BOX_BYTES,
        FullLook: MOST_BOXES * _BOX_BYTES,
        SurfaceLook: MOST_DAMAGES * _DAMAGE_BYTES + MOST_TILES * 2,
        RedactedJpeg: MOST_JPEG_BYTES,
        Silhouette: MOST_CELLS // 8,
    }
)


def _short(text: str) -> str:
    if type(text) is not str or len(text) > LONGEST_TEXT:
        raise ValueError(f"a text that crosses is a str of at most {LONGEST_TEXT} characters")
    return text


def _instant(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("a time that crosses is an aware datetime (UTC)")
    return at.astimezone(UTC).isoformat()


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at


def _only(facts: Mapping[str, Any], **kinds: type | Sequence[type]) -> None:
    """Raise ValueError unless ``facts`` has exactly these keys, of these types, and no text is too long."""
    if type(facts) is not dict or facts.keys() != kinds.keys():
        raise ValueError("unknown content")
    for key, value in facts.items():
        allowed = kinds[key]
        if type(value) not in (allowed if isinstance(allowed, tuple) else (allowed,)):
            raise ValueError(f"{key} is a {type(value).__name__}")
        if type(value) is str:
            _short(value)
