from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.run.drawing import drawing_for, save_gates, with_gates
from waywarden.terms.errors import ConfigError
from waywarden.terms.places import Calibration, CalibrationPoint, Camera, City, Gate, Movement

FILE = """\
# What we count, and why.   (do not lose this)
[city]
name = "London sample"   # as on the signs
time_zone = 'Europe/London'
keep_health_days = 0x5A

[classes]
van = "car"

# The first one, by the arch.
[[camera]]
id = "a"
name = "Gate [[camera.gate]] St"
source = "clip.mp4"               # relative to the file
start = 2019-06-28T13:03:07Z      # for recordings
position = [
  -0.15163,
  51.5018,
]    # lon, lat

  # the south gate
  [[camera.gate]]
  id = "south"
  from_px = [  0, 180 ]   # the kerb by the tree
  to_px = [352, 180]
  # moved in May

  # the north one
  [[camera.gate]]
  id = "north"
  from_px = [0, 80]
  to_px = [352.0, 80]

  [[camera.movement]]   # no id: it is south-north
  from = "south"
  to = "north"

  [camera.calibration]
  crs = "EPSG:4326"   # lon, lat

    [[camera.calibration.point]]
    px = [10, 20]   # manhole
    lonlat = [-0.1516, 51.5019]

    [[camera.calibration.point]]
    px = [300, 20]
    lonlat = [-0.1515, 51.5019]

    [[camera.calibration.point]]
    px = [300, 200]
    lonlat = [-0.1515, 51.5018]

    [[camera.calibration.point]]
    px = [10, 200]   # lamp
    lonlat = [-0.1516, 51.5018]

  [[camera.zone]]
  id = "trees"
  polygon_px = [
    [0, 0],
    [9, 0],
    [9, 9]
  ]

# The second, without anything.
[[camera]]
id = "b"
source = "rtsp://user:pw@10.0.0.7/x"

# The third.
[[ camera ]]
id = "c"
source = ["1.mp4", "2.mp4"]
  [[camera.gate]]
  id = "road"
  from_px = [0, 1]
  to_px = [2, 3]
# the end
"""
FOUR = tuple(
    CalibrationPoint(px, ground)
    for px, ground in [
        ((10.0, 20.0), (-0.1516, 51.5019)),
        ((300.0, 20.0), (-0.1515, 51.5019)),
        ((300.0, 200.0), (-0.1515, 51.5018)),
        ((10.0, 200.0), (-0.1516, 51.5018)),
    ]
)
AS_IT_IS = (
    (Gate("south", (0, 180), (352, 180)), Gate("north", (0, 80), (352, 80))),
    (Movement("south-north", "south", "north"),),
    Calibration("EPSG:4326", FOUR),
)
Drawn = tuple[tuple[Gate, ...], tuple[Movement, ...], Calibration | None]

ids = st.text("abcdefgh-_.19", min_size=1, max_size=8).filter(lambda name: name[0].isalnum()) | st.sampled_from(
    ["south", "north", "road"]
)
names = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12).map(str.strip)
coordinates = st.integers(0, 3520).map(lambda n: n / 10)
points = st.tuples(coordinates, coordinates)


@st.composite
def drawings(draw: st.DrawFn) -> Drawn:
    found = draw(st.lists(ids, unique=True, max_size=4))
    gates = tuple(
        Gate(name, *draw(st.tuples(points, points).filter(lambda ends: ends[0] != ends[1])), draw(names))
        for name in found
    )
    turns = draw(st.lists(ids, unique=True, max_size=3)) if found else []
    movements = tuple(
        Movement(name, draw(st.sampled_from(found)), draw(st.sampled_from(found)), draw(names)) for name in turns
    )
    grounds = st.tuples(st.floats(-180, 180), st.floats(-90, 90)).map(lambda at: (round(at[0], 9), round(at[1], 9)))
    surveyed = st.builds(CalibrationPoint, points, grounds) | st.sampled_from(FOUR)
    some = st.lists(surveyed, min_size=4, max_size=6).map(tuple)
    calibration = draw(st.none() | st.builds(Calibration, st.sampled_from(["EPSG:4326", "metres"]), some))
    return gates, movements, calibration


def read(text: str, camera_id: str) -> Drawn:
    """Read a file the way ``run.city.config`` does, without any of this project's code."""
    camera: dict[str, Any] = next(one for one in tomllib.loads(text)["camera"] if one["id"] == camera_id)
    gates = tuple(
        Gate(one["id"], tuple(one["from_px"]), tuple(one["to_px"]), one.get("name", ""))
        for one in camera.get("gate", [])
    )
    movements = tuple(
        Movement(one.get("id", f"{one['from']}-{one['to']}"), one["from"], one["to"], one.get("name", ""))
        for one in camera.get("movement", [])
    )
    if "calibration" not in camera:
        return gates, movements, None
    surveyed = tuple(
        CalibrationPoint(tuple(one["px"]), tuple(one.get("ground", one.get("lonlat"))))
        for one in camera["calibration"]["point"]
    )
    return gates, movements, Calibration(camera["calibration"]["crs"], surveyed)


def by_id(drawn: Drawn) -> tuple[object, ...]:
    gates, movements, calibration = drawn
    return {gate.id: gate for gate in gates}, {move.id: move for move in movements}, calibration


def block(text: str, camera_id: str) -> tuple[str, str]:
    """Return what stands before and after a camera's tables of gates, movements and calibration."""
    starts = {"a": "# The first one", "b": "# The second", "c": "# The third"}
    ends = {"a": "# The second", "b": "# The third", "c": "\x00"}
    before, after = text.partition(starts[camera_id])[0], text.partition(ends[camera_id])[2]
    return before, after


@given(st.sampled_from(["a", "b", "c"]), drawings())
def test_what_is_drawn_is_read_back_and_all_else_stays_as_it_was(camera_id: str, drawn: Drawn) -> None:
    after = with_gates(FILE, camera_id, *drawn)
    assert by_id(read(after, camera_id)) == by_id(drawn)
    assert block(after, camera_id) == block(FILE, camera_id)
    others = [one for one in ("a", "b", "c") if one != camera_id]
    assert [read(after, one) for one in others] == [read(FILE, one) for one in others]


@given(st.sampled_from(["a", "b", "c"]), drawings(), drawings())
def test_drawing_twice_is_as_drawing_the_second_alone(camera_id: str, first: Drawn, second: Drawn) -> None:
    after = with_gates(with_gates(FILE, camera_id, *first), camera_id, *second)
    assert by_id(read(after, camera_id)) == by_id(second)
    assert with_gates(after, camera_id, *second) == after
    assert block(after, camera_id) == block(FILE, camera_id)


@given(drawings())
def test_no_comment_that_is_not_about_a_dropped_table_is_lost(drawn: Drawn) -> None:
    after = with_gates(FILE, "a", *drawn)
    for line in ("by the arch", "# relative to the file", "# for recordings", "# lon, lat", "# moved in May"):
        assert line in after
    assert "[[camera.zone]]" in after
    assert '"Gate [[camera.gate]] St"' in after


def test_saving_what_is_there_changes_no_byte() -> None:
    assert with_gates(FILE, "a", *AS_IT_IS) == FILE
    assert with_gates(FILE, "b", (), (), None) == FILE


def test_a_moved_end_changes_one_value_and_no_comment() -> None:
    gates = (Gate("south", (0, 180), (352, 190.5)), AS_IT_IS[0][1])
    after = with_gates(FILE, "a", gates, *AS_IT_IS[1:])
    changed = [(a, b) for a, b in zip(FILE.splitlines(), after.splitlines(), strict=True) if a != b]
    assert changed == [("  to_px = [352, 180]", "  to_px = [352, 190.5]")]


def test_a_calibration_point_dropped_and_one_added_leave_the_others_comments() -> None:
    fresh = CalibrationPoint((5.0, 6.0), (-0.15, 51.0))
    after = with_gates(FILE, "a", *AS_IT_IS[:2], Calibration("EPSG:4326", (FOUR[0], *FOUR[2:], fresh)))
    assert "# manhole" in after
    assert "# lamp" in after
    assert read(after, "a")[2] == Calibration("EPSG:4326", (FOUR[0], *FOUR[2:], fresh))


def test_other_ends_of_line_stay(tmp_path: Path) -> None:
    path = tmp_path / "city.toml"
    path.write_bytes(FILE.replace("\n", "\r\n").encode())
    save_gates(path, "b", *AS_IT_IS)
    raw = path.read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert by_id(read(raw.decode(), "b")) == by_id(AS_IT_IS)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"gates": (Gate("", (0, 0), (1, 1)),)}, "a gate has no id"),
        ({"gates": (Gate("x", (0, 0), (1, 1)), Gate("x", (0, 0), (2, 1)))}, "two of the gates are called 'x'"),
        ({"gates": (Gate("x", (1, 1), (1, 1)),)}, "gate 'x' has no length"),
        ({"movements": (Movement("m", "south", "west"),)}, "names the gate 'west', which is not drawn"),
        ({"calibration": Calibration("metres", FOUR[:3])}, "at least 4 points, got 3"),
    ],
)
def test_what_cannot_be_is_refused_and_the_file_stays(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    path = tmp_path / "city.toml"
    path.write_text(FILE)
    wanted = {"gates": AS_IT_IS[0], "movements": (), "calibration": None, **change}
    with pytest.raises(ConfigError, match=said):
        save_gates(path, "a", **wanted)
    assert path.read_text() == FILE
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "text",
    [
        'camera = [{ id = "a", source = "x" }]\n',
        '[[camera]]\nid = "a"\nsource = "x"\ngate = [{ id = "g", from_px = [0, 0], to_px = [1, 1] }]\n',
        '[["camera"]]\nid = "a"\nsource = "x"\n',
        '[[camera]]\nid = "a"\nsource = """\n[[camera]]\n"""\n',
        "[[camera]\n",
        "",
    ],
)
def test_an_unusual_layout_is_refused_and_never_damaged(tmp_path: Path, text: str) -> None:
    path = tmp_path / "city.toml"
    path.write_text(text)
    with pytest.raises(ConfigError):
        save_gates(path, "a", *AS_IT_IS)
    assert path.read_text() == text


def test_a_new_file_that_the_reader_refuses_never_takes_the_old_ones_place(tmp_path: Path) -> None:
    path = tmp_path / "city.toml"
    path.write_text(FILE)
    path.chmod(0o640)

    def refuse(candidate: Path) -> None:
        raise ConfigError(f"{candidate.name}: line 3: no")

    with pytest.raises(ConfigError, match=r"^city\.toml: line 3: no$"):
        save_gates(path, "b", *AS_IT_IS, check=refuse)
    assert path.read_text() == FILE
    save_gates(path, "b", *AS_IT_IS)
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_text(FILE)
    link = tmp_path / "city.toml"
    link.symlink_to("real.toml")
    save_gates(link, "b", *AS_IT_IS)
    assert link.is_symlink()
    assert by_id(read((tmp_path / "real.toml").read_text(), "b")) == by_id(AS_IT_IS)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="could not be read or written"):
        save_gates(tmp_path / "none.toml", "a", *AS_IT_IS)


@settings(max_examples=20)
@given(drawings())
def test_the_drawing_of_a_run_saves_and_reads_anew(tmp_path_factory: pytest.TempPathFactory, drawn: Drawn) -> None:
    path = tmp_path_factory.mktemp("city") / "city.toml"
    path.write_text(FILE)
    asked: list[str] = []
    sized: list[str] = []

    def still(camera: Camera) -> bytes:
        asked.append(camera.id)
        return b"jpeg"

    def picture_px(camera: Camera) -> tuple[int, int]:
        sized.append(camera.id)
        return 1280, 720

    def read_city(where: Path) -> City:
        gates, movements, calibration = read(where.read_text(), "b")
        return City("x", "UTC", (Camera("b", "B", (), None, None, gates, movements, calibration),), {})

    drawing = drawing_for(path, read_city, still, picture_px)
    drawing.save("b", *drawn)
    assert drawing.current("b").gates == drawn[0]
    assert (drawing.still("b"), drawing.still("b"), asked) == (b"jpeg", b"jpeg", ["b"])
    assert (drawing.picture_px("b"), drawing.picture_px("b"), sized) == ((1280, 720), (1280, 720), ["b"])
    assert drawing.token != drawing_for(path, read_city, still, picture_px).token
    with pytest.raises(ConfigError, match="no camera 'x'"):
        drawing.current("x")
