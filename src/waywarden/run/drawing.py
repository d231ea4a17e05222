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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import tomlkit

from waywarden.terms.errors import ConfigError
from waywarden.terms.places import Calibration, CalibrationPoint, Camera, City, Gate, Movement, PointPx
from waywarden.web.drawing import Drawing

MIN_POINTS = 4
LON_LAT_CRS = "EPSG:4326"
CALIBRATION = "camera.calibration"
POINT = f"{CALIBRATION}.point"
Row = dict[str, Any]
_HEADER = re.compile(r"^([ \t]*)\[\[?[ \t]*([A-Za-z_][\w.-]*)[ \t]*\]\]?[ \t]*(#.*)?\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A header with the comment directly above it and all that follows; ``name`` is '' before the first header."""

    name: str
    text: str


def drawing_for(
    path: Path,
    read_city: Callable[[Path], City],
    still: Callable[[Camera], bytes],
    picture_px: Callable[[Camera], tuple[int, int]],
) -> Drawing:
    """Return what the drawing page works with: a new token, the camera as ``path`` has it, its still, and the save.

    ``read_city`` reads the configuration anew each time; ``still`` gives the JPEG without road users, ``picture_px``
    the width and height of the camera's own pictures, in whose pixels gates are. Both are asked once a camera.
    """
    stills: dict[str, bytes] = {}
    sizes_px: dict[str, tuple[int, int]] = {}

    def current(camera_id: str) -> Camera:
        for camera in read_city(path).cameras:
            if camera.id == camera_id:
                return camera
        raise ConfigError(f"{path.name} has no camera '{camera_id}': open the drawing page of one that it has")

    def still_of(camera_id: str) -> bytes:
        if camera_id not in stills:
            stills[camera_id] = still(current(camera_id))
        return stills[camera_id]

    def size_px(camera_id: str) -> tuple[int, int]:
        if camera_id not in sizes_px:
            sizes_px[camera_id] = picture_px(current(camera_id))
        return sizes_px[camera_id]

    def save(
        camera_id: str, gates: tuple[Gate, ...], movements: tuple[Movement, ...], calibration: Calibration | None
    ) -> None:
        save_gates(path, camera_id, gates, movements, calibration, check=read_city)

    return Drawing(secrets.token_urlsafe(24), still_of, current, save, size_px)


def save_gates(
    path: Path,
    camera_id: str,
    gates: Sequence[Gate],
    movements: Sequence[Movement],
    calibration: Calibration | None,
    *,
    check: Callable[[Path], object] | None = None,
) -> None:
    """Put the gates, movements and calibration of one camera into the file at ``path``, in one atomic replace.

    ``check`` reads the new file before it takes the old one's place, and raises ConfigError if it is not right.
    ConfigError, and an untouched file, also where the names do not fit together or the file's layout is too unusual.
    """
    refuse_impossible(gates, movements, calibration)
    try:
        before = path.read_bytes().decode()
        after = with_gates(before, camera_id, gates, movements, calibration)
        if after != before:
            _replace(path.resolve(), after.encode(), check)
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
    pieces = list(_cut(text))
    first, last = _span(pieces, camera_id)
    newline = "\r\n" if "\r\n" in text else "\n"
    own = _with_rows(pieces[first:last], "camera.gate", [_gate_row(gate) for gate in gates], newline)
    own = _with_rows(own, "camera.movement", [_movement_row(movement) for movement in movements], newline)
    own = _with_calibration(own, calibration, newline)
    result = "".join(piece.text for piece in (*pieces[:first], *own, *pieces[last:]))
    _verify(text, result, camera_id, {"gate": gates, "movement": movements, "calibration": calibration})
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


def _point_row(point: CalibrationPoint, key: str = "ground") -> Row:
    return {"px": _pixels(point.px), key: [round(value, 9) for value in point.ground]}


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
        now = _table(piece)
        row = left.pop(_id(now), None)
        if row is None:
            kept[-1] = _with_remains(kept[-1], piece)
        else:
            kept.append(_changed(piece, row if "id" in now else _without_default_id(row)))
            place = len(kept)
    indent = _indent(own, name)
    added = [_Piece(name, _written(f"[[{name}]]", row, indent, newline)) for row in left.values()]
    return _inserted(kept, place, added, newline)


def _id(row: Row) -> str:
    """Return a row's id; a movement may leave it out, and is then called from-to."""
    return str(row.get("id", f"{row.get('from')}-{row.get('to')}"))


def _without_default_id(row: Row) -> Row:
    bare = {key: value for key, value in row.items() if key != "id"}
    return bare if _id(bare) == row["id"] else row


def _with_calibration(own: Sequence[_Piece], wanted: Calibration | None, newline: str) -> list[_Piece]:
    """Return ``own`` with that calibration: its points are ``[[camera.calibration.point]]`` tables, in order."""
    heads = [piece for piece in own if piece.name == CALIBRATION]
    rest = [piece for piece in own if not piece.name.startswith(CALIBRATION)]
    if wanted is None:
        return rest if len(rest) < len(own) else list(own)
    head_row, indent = {"crs": wanted.crs}, _indent(own, CALIBRATION)
    if not heads:
        pieces = [_Piece(CALIBRATION, _written(f"[{CALIBRATION}]", head_row, indent, newline))]
        pieces += [_new_point(point, indent, newline) for point in wanted.points]
        return _inserted(rest, len(rest), pieces, newline)
    place = next(at for at, piece in enumerate(own) if piece.name.startswith(CALIBRATION))
    head = _changed(heads[0], {**head_row, **{k: v for k, v in _table(heads[0]).items() if k == "point"}})
    points = _with_points([piece for piece in own if piece.name == POINT], wanted, _indent(own, POINT), newline)
    return [*rest[:place], head, *points, *rest[place:]]


def _with_points(before: Sequence[_Piece], wanted: Calibration, indent: str, newline: str) -> list[_Piece]:
    """Line up old points with new ones, so that those that stayed keep their comments."""
    old = [_ground_row(_table(piece)) for piece in before]
    new = [_point_row(point) for point in wanted.points]
    result: list[_Piece] = []
    for _, i1, i2, j1, j2 in SequenceMatcher(
        None, [repr(row) for row in old], [repr(row) for row in new]
    ).get_opcodes():
        for at in range(j1, j2):
            piece = before[i1 + at - j1] if i1 + at - j1 < i2 else None
            if piece is None:
                result.append(_new_point(wanted.points[at], indent, newline))
            else:
                key = "lonlat" if "lonlat" in _table(piece) and wanted.crs == LON_LAT_CRS else "ground"
                result.append(_changed(piece, _point_row(wanted.points[at], key)))
    return result


def _ground_row(row: Row) -> Row:
    return {"px": row.get("px"), "ground": row.get("ground", row.get("lonlat"))}


def _new_point(point: CalibrationPoint, indent: str, newline: str) -> _Piece:
    return _Piece(POINT, _written(f"[[{POINT}]]", _point_row(point), indent, newline))


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


def _with_remains(above: _Piece, dropped: _Piece) -> _Piece:
    """Return ``above`` with what stays of the table below it: its last comments, and a blank line if none is there."""
    lines = dropped.text.splitlines(keepends=True)
    end = len(lines)
    while end > 0 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    rest = "".join(lines[end:])
    blank = not above.text.splitlines()[-1].strip()
    return above if blank and not rest.strip() else replace(above, text=above.text + rest)


def _changed(piece: _Piece, row: Row) -> _Piece:
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
            found[key] = value
    return replace(piece, text=tomlkit.dumps(document))


def _indent(pieces: Sequence[_Piece], name: str) -> str:
    """Return how far tables of that name are indented, or else any table below the camera's, or else two spaces."""
    for wanted in (name, "camera."):
        for piece in pieces:
            header = _HEADER.search(piece.text) if piece.name.startswith(wanted) else None
            if header:
                return header[1]
    return "  "


def _written(header: str, row: Row, indent: str, newline: str) -> str:
    lines = [header, *(f"{key} = {tomlkit.item(value).as_string()}" for key, value in row.items())]
    return newline + "".join(f"{indent}{line}{newline}" for line in lines)


def _verify(before: str, after: str, camera_id: str, wanted: Row) -> None:
    """Read ``after`` and hold it against what was wanted, and all else in it against ``before``."""
    try:
        expected, got = tomllib.loads(before), tomllib.loads(after)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"the gates would not fit into the file as it is laid out ({error}): mend it first"
        ) from error
    found = _taken_out(got, camera_id)
    _taken_out(expected, camera_id)
    calibration: Calibration | None = wanted["calibration"]
    right = (
        expected == got
        and _by_id(found["gate"]) == _by_id([_gate_row(gate) for gate in wanted["gate"]])
        and _by_id(found["movement"]) == _by_id([_movement_row(movement) for movement in wanted["movement"]])
        and (found["crs"], found["point"])
        == ((None, []) if calibration is None else (calibration.crs, [_point_row(one) for one in calibration.points]))
    )
    if not right:
        raise ConfigError("the file is laid out too unusually to write gates into: use [[camera]] and [[camera.gate]]")


def _by_id(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=_id)


def _taken_out(document: Row, camera_id: str) -> Row:
    """Take the gates, movements and calibration of one camera out of ``document`` (it is changed) and return them."""
    camera = next(camera for camera in document["camera"] if camera.get("id") == camera_id)
    calibration = camera.pop("calibration", {})
    movements = [{**one, "id": _id(one)} for one in camera.pop("movement", [])]
    return {
        "gate": camera.pop("gate", []),
        "movement": movements,
        "crs": calibration.get("crs"),
        "point": [_ground_row(point) for point in calibration.get("point", [])],
    }


def _replace(target: Path, content: bytes, check: Callable[[Path], object] | None) -> None:
    """Write beside the file, look at it, then rename: a reader sees the old file or the new one, never half of one."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem}.", suffix=target.suffix)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if check is not None:
            _checked(Path(name), target, check)
        Path(name).chmod(target.stat().st_mode & 0o777)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _checked(candidate: Path, target: Path, check: Callable[[Path], object]) -> None:
    try:
        check(candidate)
    except ConfigError as error:
        raise ConfigError(str(error).replace(candidate.name, target.name)) from error
