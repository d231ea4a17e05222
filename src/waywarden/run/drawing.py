"""What the drawing page draws, written into city.toml without losing anything else that is in it.

The file is cut at its headers. Only the pieces of one camera's gates, movements and calibration are touched, and of
those only the values that changed; every other byte stays. Before the file is replaced, the result is read again and
held against what was wanted: a file that is laid out in a way this module does not know is refused, never damaged.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Array

from waywarden.terms.errors import ConfigError
from waywarden.terms.places import Calibration, Camera, City, Gate, Movement, PointPx
from waywarden.web.drawing import Drawing

MIN_POINTS = 4
Row = dict[str, Any]
_HEADER = re.compile(r"^([ \t]*)\[\[?[ \t]*([A-Za-z_][\w.-]*)[ \t]*\]\]?[ \t]*(#.*)?$")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A header with the comment directly above it and all that follows; ``name`` is '' before the first header."""

    name: str
    text: str


def drawing_for(path: Path, read_city: Callable[[Path], City], still: Callable[[Camera], bytes]) -> Drawing:
    """Return what the drawing page works with: a new token, the camera as ``path`` has it, its still, and the save.

    ``read_city`` reads the configuration anew each time; ``still`` gives the JPEG without road users.
    """
    stills: dict[str, bytes] = {}

    def current(camera_id: str) -> Camera:
        for camera in read_city(path).cameras:
            if camera.id == camera_id:
                return camera
        raise ConfigError(f"{path.name} has no camera '{camera_id}': open the drawing page of one that it has")

    def still_of(camera_id: str) -> bytes:
        if camera_id not in stills:
            stills[camera_id] = still(current(camera_id))
        return stills[camera_id]

    def save(
        camera_id: str, gates: tuple[Gate, ...], movements: tuple[Movement, ...], calibration: Calibration | None
    ) -> None:
        refuse_outside(gates, calibration, jpeg_size_px(still_of(camera_id)))
        save_gates(path, camera_id, gates, movements, calibration)

    return Drawing(secrets.token_urlsafe(24), still_of, current, save)


def save_gates(
    path: Path,
    camera_id: str,
    gates: Sequence[Gate],
    movements: Sequence[Movement],
    calibration: Calibration | None,
) -> None:
    """Put the gates, movements and calibration of one camera into the file at ``path``, in one atomic replace.

    ConfigError, and an untouched file, where the names do not fit together or the file is laid out too unusually.
    """
    refuse_impossible(gates, movements, calibration)
    try:
        before = path.read_bytes().decode()
        after = with_gates(before, camera_id, gates, movements, calibration)
        if after != before:
            _replace(path, after.encode())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} could not be read or written ({error}): see to its rights and the disk") from error


def with_gates(
    text: str,
    camera_id: str,
    gates: Sequence[Gate],
    movements: Sequence[Movement],
    calibration: Calibration | None,
) -> str:
    """Return the text of a city.toml with one camera's gates, movements and calibration as given."""
    rows = {
        "gate": [_gate_row(gate) for gate in gates],
        "movement": [_movement_row(movement) for movement in movements],
    }
    points = None if calibration is None else _calibration_row(calibration)
    pieces = list(_cut(text))
    first, last = _span(pieces, camera_id)
    newline = "\r\n" if "\r\n" in text else "\n"
    own = pieces[first:last]
    for kind, wanted in rows.items():
        own = _with_rows(own, f"camera.{kind}", wanted, newline)
    own = _with_calibration(own, points, newline)
    result = "".join(piece.text for piece in (*pieces[:first], *own, *pieces[last:]))
    _verify(text, result, camera_id, {**rows, "calibration": points})
    return result


def refuse_impossible(gates: Sequence[Gate], movements: Sequence[Movement], calibration: Calibration | None) -> None:
    """Raise ConfigError where names are missing, doubled or unknown, a gate has no length, or points are too few."""
    names = [gate.id for gate in gates]
    for kind, ids in (("gate", names), ("movement", [movement.id for movement in movements])):
        doubled = next((name for name in ids if ids.count(name) > 1), None)
        if "" in ids:
            raise ConfigError(f"a {kind} has no id: give each {kind} a short name")
        if doubled is not None:
            raise ConfigError(f"two of the {kind}s are called '{doubled}': give each its own id")
    for gate in gates:
        if gate.from_px == gate.to_px:
            raise ConfigError(f"gate '{gate.id}' has no length: draw it from one side of the street to the other")
    for movement in movements:
        for name in (movement.from_gate, movement.to_gate):
            if name not in names:
                raise ConfigError(f"movement '{movement.id}' names the gate '{name}', which is not drawn")
    if calibration is not None and len(calibration.points) < MIN_POINTS:
        raise ConfigError(f"calibration needs at least {MIN_POINTS} points, got {len(calibration.points)}")


def refuse_outside(gates: Sequence[Gate], calibration: Calibration | None, size_px: tuple[int, int]) -> None:
    """Raise ConfigError where something lies outside the picture of ``size_px`` (width, height)."""
    width, height = size_px
    points = [(f"gate '{gate.id}'", point) for gate in gates for point in (gate.from_px, gate.to_px)]
    if calibration is not None:
        points += [("a calibration point", point.px) for point in calibration.points]
    for what, (x, y) in points:
        if not (0 <= x <= width and 0 <= y <= height):
            raise ConfigError(f"{what} is outside the picture: ({x:g}, {y:g}) is not within {width} x {height} pixels")


def jpeg_size_px(jpeg: bytes) -> tuple[int, int]:
    """Return (width, height) from a JPEG's frame header (ITU-T T.81, B.2.2); ConfigError if there is none."""
    at = 2
    while at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return int.from_bytes(jpeg[at + 7 : at + 9]), int.from_bytes(jpeg[at + 5 : at + 7])
        at += 2 + length
    raise ConfigError("the camera's still is not a JPEG: see 'waywarden cameras check'")


def _number(value: float) -> int | float:
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def _pixels(point: PointPx) -> list[int | float]:
    return [_number(round(value, 1)) for value in point]


def _gate_row(gate: Gate) -> Row:
    row: Row = {"id": gate.id, "name": gate.name, "from_px": _pixels(gate.from_px), "to_px": _pixels(gate.to_px)}
    return {key: value for key, value in row.items() if value != ""}


def _movement_row(movement: Movement) -> Row:
    row = {"id": movement.id, "name": movement.name, "from": movement.from_gate, "to": movement.to_gate}
    return {key: value for key, value in row.items() if value}


def _calibration_row(calibration: Calibration) -> Row:
    points = [
        {"px": _pixels(point.px), "ground": [round(value, 9) for value in point.ground]} for point in calibration.points
    ]
    return {"crs": calibration.crs, "points": points}


def _cut(text: str) -> Iterator[_Piece]:
    """Cut ``text`` before each header, with the comment lines directly above it; joined, the pieces are ``text``."""
    name, lines = "", list[str]()
    for line in text.splitlines(keepends=True):
        header = _HEADER.match(line.rstrip("\r\n"))
        if header:
            above = len(lines)
            while above > 0 and lines[above - 1].lstrip().startswith("#"):
                above -= 1
            yield _Piece(name, "".join(lines[:above]))
            name, lines = header[2], lines[above:]
        lines.append(line)
    yield _Piece(name, "".join(lines))


def _span(pieces: Sequence[_Piece], camera_id: str) -> tuple[int, int]:
    for first, piece in enumerate(pieces):
        if piece.name == "camera" and _table(piece).get("id") == camera_id:
            last = first + 1
            while last < len(pieces) and pieces[last].name.startswith("camera."):
                last += 1
            return first, last
    raise ConfigError(f"the file has no [[camera]] block with id = '{camera_id}': add one, then draw its gates")


def _table(piece: _Piece) -> Row:
    """Return the table under the piece's header as plain values."""
    try:
        found: Any = tomllib.loads(piece.text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the file could not be read near [{piece.name}]: {error}") from error
    for key in piece.name.split("."):
        found = found[key]
        found = found[-1] if isinstance(found, list) else found
    return dict(found)


def _with_rows(own: Sequence[_Piece], name: str, wanted: Sequence[Row], newline: str) -> list[_Piece]:
    """Return ``own`` with exactly the tables of ``wanted`` under ``name``: kept in place, changed, dropped, added."""
    left = {row["id"]: row for row in wanted}
    kept: list[_Piece] = []
    place = 1
    for piece in own:
        if piece.name != name:
            kept.append(piece)
            place = len(kept) if piece.name in {"camera", "camera.gate"} else place
            continue
        row = left.pop(str(_table(piece).get("id")), None)
        if row is None:
            kept[-1] = replace(kept[-1], text=kept[-1].text + _remains(piece.text, kept[-1].text))
        else:
            kept.append(_changed(piece, row, newline))
        place = len(kept)
    pattern = next((piece.text for piece in own if piece.name == name), "  [[x]]")
    added = [_Piece(name, _written(f"[[{name}]]", row, _indent(pattern), newline)) for row in left.values()]
    return _inserted(kept, place, added, newline)


def _with_calibration(own: Sequence[_Piece], wanted: Row | None, newline: str) -> list[_Piece]:
    name = "camera.calibration"
    mine = [piece for piece in own if piece.name == name]
    kept = [piece for piece in own if not piece.name.startswith(name)]
    if wanted is None:
        return kept if mine else list(own)
    if mine:
        return [_changed(piece, wanted, newline) if piece.name == name else piece for piece in own]
    indent = _indent(next((piece.text for piece in own if piece.name.startswith("camera.")), "  [[x]]"))
    added = _Piece(name, _written(f"[{name}]", wanted, indent, newline))
    return _inserted(list(own), len(own), [added], newline)


def _inserted(kept: list[_Piece], place: int, added: Sequence[_Piece], newline: str) -> list[_Piece]:
    """Put ``added`` behind ``kept[:place]``, before the blank lines that end it, so that these stay where they were."""
    if not added:
        return kept
    before = kept[place - 1]
    body = before.text.rstrip()
    blank = before.text[len(body) :]
    if newline in blank:
        body, blank = body + newline, blank.split(newline, 1)[1]
    else:
        body += newline
    end = replace(added[-1], text=added[-1].text + blank)
    return [*kept[: place - 1], replace(before, text=body), *added[:-1], end, *kept[place:]]


def _remains(text: str, above: str) -> str:
    """Return what stays of a dropped table: the comments below its last value, and a blank line if none is above."""
    lines = text.splitlines(keepends=True)
    end = len(lines)
    while end > 0 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    rest = "".join(lines[end:])
    return rest if rest.strip() or above.splitlines()[-1].strip() else ""


def _changed(piece: _Piece, row: Row, newline: str) -> _Piece:
    """Return the piece with the values of ``row``; what is equal already is not touched, nor is any comment."""
    now = _table(piece)
    if now == row:
        return piece
    document = tomlkit.parse(piece.text)
    found: Any = document
    for key in piece.name.split("."):
        found = found[key]
        found = found[-1] if isinstance(found, list) else found
    for key in [key for key in now if key not in row]:
        del found[key]
    for key, value in row.items():
        if key not in now or now[key] != value:
            found[key] = _points(value, _indent(piece.text), newline) if key == "points" else value
    return replace(piece, text=tomlkit.dumps(document))


def _points(points: Sequence[Mapping[str, Any]], indent: str, newline: str) -> Array:
    lines = [f"{indent}  {{ px = {point['px']}, ground = {point['ground']} }},{newline}" for point in points]
    parsed = tomlkit.parse(f"points = [{newline}{''.join(lines)}{indent}]{newline}")["points"]
    if not isinstance(parsed, Array):
        raise ConfigError("the calibration points could not be written")
    return parsed


def _indent(text: str) -> str:
    for line in text.splitlines():
        header = _HEADER.match(line)
        if header:
            return header[1]
    return ""


def _written(header: str, row: Row, indent: str, newline: str) -> str:
    items = {key: _points(value, indent, newline) if key == "points" else value for key, value in row.items()}
    lines = [header, *(f"{key} = {tomlkit.item(value).as_string()}" for key, value in items.items())]
    return newline + "".join(f"{indent}{line}{newline}" for line in lines)


def _verify(before: str, after: str, camera_id: str, wanted: Row) -> None:
    """Read ``after`` and hold it against ``before`` with the camera's three keys replaced."""
    try:
        expected, got = tomllib.loads(before), tomllib.loads(after)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"the gates would not fit into the file as it is laid out ({error}): mend it first"
        ) from error
    for camera in expected["camera"]:
        if camera.get("id") == camera_id:
            for key, value in wanted.items():
                camera.pop(key, None)
                if value:
                    camera[key] = value
    if expected != got:
        raise ConfigError("the file is laid out too unusually to write gates into: use [[camera]] and [[camera.gate]]")


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file, then rename: a reader sees the old file or the new one, never half of one."""
    target = path.resolve()
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(target.stat().st_mode & 0o777)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
