"""city.toml: a right one is read, and whatever is wrong in it is named with its line."""

from __future__ import annotations

import dataclasses
import random
import re
import string
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.run.city.city_keys import CITY_KEYS, CLASS_SCHEMES
from waywarden.run.city.config import read_city
from waywarden.run.city.picture import check_gates
from waywarden.run.city.sources import SCHEMES
from waywarden.run.city.toml_lines import key_lines
from waywarden.run.sealing.inside import ports_of
from waywarden.sight.sources.stream import LIVE_SCHEMES, is_live
from waywarden.terms.errors import ConfigError
from waywarden.terms.kinds import KINDS
from waywarden.terms.places import Calibration, CalibrationPoint, Camera, City, Gate, Movement, Zone

GOOD = """\
[city]
name = "London sample"
time_zone = "Europe/London"

[[camera]]
id = "tfl-06514"
name = "Grosvenor Pl / Hyde Park Corner"
source = "clip.mp4"               # relative to the file, or rtsp://…
start = 2019-06-28T13:03:07Z      # for recordings
position = [-0.15163, 51.5018]    # lon, lat
  [[camera.gate]]
  id = "south"
  from_px = [0, 180]
  to_px = [352, 180]
  [[camera.gate]]
  id = "north"
  name = "Nordtor"
  from_px = [0, 20.5]
  to_px = [352, 20]
  [[camera.movement]]
  from = "south"
  to = "north"
  [camera.calibration]
  crs = "EPSG:4326"
  [[camera.calibration.point]]
  px = [0, 0]
  lonlat = [-0.1516, 51.5018]
  [[camera.calibration.point]]
  px = [352, 0]
  ground = [-0.1514, 51.5018]
  [[camera.calibration.point]]
  px = [352, 288]
  lonlat = [-0.1514, 51.5016]
  [[camera.calibration.point]]
  px = [0, 288]
  lonlat = [-0.1516, 51.5016]
  [[camera.zone]]
  id = "trees"
  polygon_px = [[0, 0], [10, 0], [0, 10]]

[classes]
van = "car"
"""

GOOD_CITY = City(
    name="London sample",
    time_zone="Europe/London",
    cameras=(
        Camera(
            id="tfl-06514",
            name="Grosvenor Pl / Hyde Park Corner",
            sources=("clip.mp4",),
            start=datetime(2019, 6, 28, 13, 3, 7, tzinfo=UTC),
            position=(-0.15163, 51.5018),
            gates=(Gate("south", (0, 180), (352, 180)), Gate("north", (0, 20.5), (352, 20), "Nordtor")),
            movements=(Movement("south-north", "south", "north"),),
            calibration=Calibration(
                "EPSG:4326",
                (
                    CalibrationPoint((0, 0), (-0.1516, 51.5018)),
                    CalibrationPoint((352, 0), (-0.1514, 51.5018)),
                    CalibrationPoint((352, 288), (-0.1514, 51.5016)),
                    CalibrationPoint((0, 288), (-0.1516, 51.5016)),
                ),
            ),
            zones=(Zone("trees", ((0, 0), (10, 0), (0, 10))),),
        ),
    ),
    class_scheme={**{kind.value: kind.value for kind in KINDS}, "van": "car"},
    keep_intervals_days=3650,
    keep_health_days=90,
)


def read(folder: Path, text: str) -> City:
    path = folder / "city.toml"
    path.write_text(text, encoding="utf-8")
    return read_city(path)


def refused(folder: Path, text: str) -> str:
    """Return the sentence with which ``text`` is refused, without the folder."""
    with pytest.raises(ConfigError) as caught:
        read(folder, text)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence.removeprefix(f"{folder}/")


def test_a_right_city_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD) == GOOD_CITY


def test_the_least_city(tmp_path: Path) -> None:
    text = '[city]\nname = "X"\ntime_zone = "UTC"\n[[camera]]\nid = "a"\nsource = ["one.mp4", "two.mp4"]\n'
    (camera,) = read(tmp_path, text).cameras
    assert camera == Camera("a", "a", ("one.mp4", "two.mp4"))
    assert read(tmp_path, text).class_scheme == CLASS_SCHEMES["kinds"]


def test_inline_tables_are_the_same(tmp_path: Path) -> None:
    text = (
        'city = {name = "X", time_zone = "Etc/UTC", classes = "coarse"}\n'
        'camera = [{id = "a", source = "s", gate = [{id = "g", from_px = [1, 2], to_px = [3, 4]}]}]\n'
        'classes.bus = "bus"\n'
    )
    city = read(tmp_path, text)
    assert city.cameras == (Camera("a", "a", ("s",), gates=(Gate("g", (1, 2), (3, 4)),)),)
    assert city.class_scheme == {**CLASS_SCHEMES["coarse"], "bus": "bus"}


def test_a_start_with_an_offset_becomes_utc(tmp_path: Path) -> None:
    (camera,) = read(tmp_path, GOOD.replace("13:03:07Z", "14:03:07.25+01:00")).cameras
    assert camera.start == datetime(2019, 6, 28, 13, 3, 7, 250_000, tzinfo=UTC)
    assert camera.start.tzinfo is UTC


WRONG = [
    # what is written, what instead, the line, what is said
    ('name = "London', 'namee = "London', 2, r'unknown key "namee" in \[city\]; did you mean "name"'),
    ("  from_px = [0, 180]", "  form_px = [0, 180]", 13, r'"form_px" in \[\[camera.gate\]\]; did you mean "from_px"'),
    ("[[camera.zone]]", "[[camera.zones]]", 37, r'unknown key "zones" in \[\[camera\]\]; did you mean "zone"'),
    ("[classes]", "[class]", 41, 'unknown key "class" at the top; did you mean "classes"'),
    ("van =", "lorry =", 42, r'unknown key "lorry" in \[classes\]; there are: pedestrian, bicycle'),
    ("van =", "vna =", 42, 'did you mean "van"'),
    ('name = "London sample"\n', "", 1, r'"name" is missing in \[city\]'),
    ('source = "clip.mp4" ', "# ", 5, r'"source" is missing in \[\[camera\]\]: add a path'),
    ('  crs = "EPSG:4326"\n', "", 23, r'"crs" is missing in \[camera.calibration\]: add "EPSG:4326"'),
    ('name = "London sample"', "name = 12", 2, "city.name must be a text that is not empty, got 12"),
    ('name = "London sample"', 'name = " "', 2, "city.name must be a text"),
    ("[[camera]]", "[camera]", 5, r"camera must be one or more tables \[\[camera\]\], got a table"),
    ('"clip.mp4"', "[]", 8, "camera.source must be a path or an address"),
    ('"clip.mp4"', "true", 8, "camera.source must be .*got true"),
    ('"clip.mp4"', '["a", "b\\n"]', 8, "control character"),
    ('"clip.mp4"', '"a\\u0000b"', 8, "control character"),
    ('id = "tfl-06514"', 'id = "tfl 06514"', 6, "camera.id must be letters, digits"),
    ('id = "tfl-06514"', 'id = "=cmd"', 6, "camera.id must be letters, digits"),
    ('id = "tfl-06514"', f'id = "{"x" * 65}"', 6, "camera.id must be letters, digits"),
    ('id = "north"', 'id = "south"', 16, 'gate "south" is there already, on line 12'),
    ("[classes]", '[[camera]]\nid = "tfl-06514"\nsource = "s"\n[classes]', 42, "there already, on line 6"),
    ('from = "south"', 'from = "soth"', 21, 'unknown gate "soth"; did you mean "south"'),
    ('to = "north"', 'to = "xyz"', 22, 'unknown gate "xyz"; there are: south, north'),
    ("[0, 180]", "[352, 180]", 14, 'gate "south" begins and ends at'),
    ("[0, 180]", "[0, 180, 3]", 13, r"camera.gate.from_px must be \[x, y\] in pixels .*got \[0, 180, 3\]"),
    ("[0, 180]", "[0, inf]", 13, "camera.gate.from_px must be"),
    ("[0, 180]", "[0, true]", 13, "camera.gate.from_px must be"),
    ("[0, 180]", f"[0, 1{'0' * 400}]", 13, "camera.gate.from_px must be"),
    ("[-0.15163, 51.5018]", "[-0.15163, 151.5]", 10, "camera.position must be .*latitude within ±90"),
    ("[-0.15163, 51.5018]", "[40.7, -174.0]", 10, r"longitude comes first: write \[-174, 40.7\]"),
    ("[-0.15163, 51.5018]", "[51.5018, -0.15163]", 10, r"longitude comes first: write \[-0.15163, 51.5018\]"),
    ("ground = [-0.1514, 51.5018]", "ground = [51.5018, -0.1514]", 30, "longitude comes first"),
    ("ground = [-0.1514, 51.5018]", "ground = [-0.1514, 5.5e6]", 30, "with EPSG:4326 a point must be"),
    ("ground = [-0.1514, 51.5018]", "", 28, 'either "ground" or "lonlat", got none'),
    ("ground = [-0.1514, 51.5018]", "ground = [0, 5]\nlonlat = [0, 5]", 28, "got ground and lonlat"),
    ("Europe/London", "Europe/Londn", 3, 'did you mean "Europe/London"'),
    ("Europe/London", "london", 3, 'did you mean "Europe/London"'),
    ("Europe/London", "new york", 3, 'did you mean "America/New_York"'),
    ("Europe/London", "../../etc/passwd", 3, "city.time_zone must be a zone such as"),
    ("Europe/London", "/etc/localtime", 3, "city.time_zone must be a zone such as"),
    ("Europe/London", "Europe", 3, "city.time_zone must be a zone such as"),
    ("2019-06-28T13:03:07Z", "2019-06-28T13:03:07", 9, "add Z, or an offset"),
    ("2019-06-28T13:03:07Z", "2019-06-28", 9, "add Z, or an offset"),
    ("2019-06-28T13:03:07Z", '"2019-06-28T13:03:07Z"', 9, "a time stands without quotes"),
    ("2019-06-28T13:03:07Z", "0001-01-01T00:00:00+10:00", 9, "camera.start must be a time"),
    ("[city]", '[city]\nclasses = "coars"', 2, 'city.classes must be "kinds" or "coarse".*did you mean "coarse"'),
    ("[city]", "[city]\nkeep_intervals_days = 0", 2, "a whole number of days from 1"),
    ("[city]", "[city]\nkeep_health_days = -3", 2, "a whole number of days from 1"),
    ("[city]", "[city]\nkeep_health_days = 1.5", 2, "a whole number of days from 1"),
    ("[city]", "[city]\nkeep_health_days = true", 2, "a whole number of days from 1.*got true"),
    ("[city]", "[city]\nkeep_health_days = 9999999999", 2, "to 36500"),
    ("[[camera]]", "[road]\nkeep_pictures_days = 2191\n\n[[camera]]", 6, "from 1 to 2190, got 2191"),
    ("[[camera]]", "[road]\nkeep_picture_days = 3\n\n[[camera]]", 6, "keep_pictures_days"),
    ('"EPSG:4326"', '"epsg:4326"', 24, 'write "EPSG:4326"'),
    ('"EPSG:4326"', '"WGS84"', 24, 'camera.calibration.crs must be "EPSG:4326"'),
    ('"EPSG:4326"', '"EPSG:27700"', 27, '"lonlat" goes with crs = "EPSG:4326", here it is "EPSG:27700"'),
    (
        "  [[camera.calibration.point]]\n  px = [0, 0]\n  lonlat = [-0.1516, 51.5018]\n",
        "",
        23,
        "4 points or more, got 3",
    ),
    ("[[0, 0], [10, 0], [0, 10]]", "[[0, 0], [10, 0]]", 39, "three or more different corners"),
    ("[[0, 0], [10, 0], [0, 10]]", "[[0, 0], [10, 0], [0, 0]]", 39, "three or more different corners"),
    ('id = "trees"', 'id = "trees"\nuse = "ignor"', 39, 'camera.zone.use must be "ignore".*did you mean "ignore"'),
    ('van = "car"', 'van = "all"', 42, "the sum over the classes"),
    ('van = "car"', 'van = ""', 42, "classes.van must be letters"),
    ('"clip.mp4"', "clip.mp4", 8, "this is not TOML: invalid value"),
    ("[classes]", "[city]", 41, "this is not TOML: cannot declare city twice"),
    ('van = "car"', 'van = "car', 42, "this is not TOML"),
    ('van = "car"', 'van = "car"\nvan = "car"', 43, "this is not TOML: cannot overwrite"),
]


@pytest.mark.parametrize(("written", "instead", "line", "said"), WRONG, ids=[said for *_, said in WRONG])
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, written: str, instead: str, line: int, said: str) -> None:
    assert written in GOOD
    sentence = refused(tmp_path, GOOD.replace(written, instead, 1))
    assert sentence.startswith(f"city.toml:{line}: ")
    assert re.search(said, sentence), sentence


def test_a_movement_where_there_is_no_gate(tmp_path: Path) -> None:
    text = '[city]\nname = "X"\ntime_zone = "UTC"\n[[camera]]\nid = "a"\nsource = "s"\n'
    assert "this camera has no gates" in refused(tmp_path, text + '[[camera.movement]]\nfrom = "a"\nto = "b"\n')


def test_no_camera_at_all(tmp_path: Path) -> None:
    assert '"camera" is missing at the top: add one or more tables [[camera]]' in refused(
        tmp_path, '[city]\nname = "X"\ntime_zone = "UTC"\n'
    )


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_city(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="Is a directory"):
        read_city(tmp_path)
    (tmp_path / "latin.toml").write_bytes('name = "Köln"'.encode("latin-1"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_city(tmp_path / "latin.toml")
    for depth in (*range(200, 520, 10), 100_000):
        (tmp_path / "deep.toml").write_text("[city]\nname = " + "[" * depth + "]" * depth)
        with pytest.raises(ConfigError):
            read_city(tmp_path / "deep.toml")
    (tmp_path / "long.toml").write_text("a = " + "1" * 10_000)
    with pytest.raises(ConfigError):
        read_city(tmp_path / "long.toml")


@pytest.mark.parametrize("utc_like", ["UTC", "Etc/GMT+5"])
def test_a_zone_that_is_no_place_says_nothing_of_the_position(tmp_path: Path, utc_like: str) -> None:
    text = GOOD.replace("Europe/London", utc_like).replace("[-0.15163, 51.5018]", "[51.5018, -0.15163]")
    assert read(tmp_path, text).cameras[0].position == (51.5018, -0.15163)


@pytest.mark.parametrize(
    ("zone", "lon", "lat"),
    [
        ("Asia/Shanghai", 75.99, 39.47),  # Kashgar, two hours from its clock
        ("America/New_York", -74.0, 40.7),
        ("America/Sao_Paulo", -46.6, -23.5),
        ("Australia/Sydney", 151.2, -33.9),
        ("Pacific/Kiritimati", -157.4, 1.9),  # beyond the date line
        ("Atlantic/Reykjavik", -24.0, 65.6),
        ("Europe/Madrid", -8.7, 42.2),
        ("Africa/Nairobi", 36.8, -1.3),
    ],
)
def test_real_places_are_where_their_clocks_are(tmp_path: Path, zone: str, lon: float, lat: float) -> None:
    text = f'[city]\nname = "X"\ntime_zone = "{zone}"\n[[camera]]\nid = "a"\nsource = "s"\nposition = [{lon}, {lat}]\n'
    assert read(tmp_path, text).cameras[0].position == (lon, lat)


def test_gates_must_end_in_the_picture() -> None:
    camera = Camera("c", "c", ("s",), gates=(Gate("in", (0, 0), (352, 288)), Gate("out", (0, 180), (640, 180.5))))
    check_gates(camera, 640, 480)
    with pytest.raises(ConfigError, match=r'gate "out" has to_px = \[640, 180.5\] outside .*352 x 288 pixels'):
        check_gates(camera, 352, 288)
    with pytest.raises(ConfigError, match=r"from_px = \[-1, 0\]"):
        check_gates(dataclasses.replace(camera, gates=(Gate("g", (-1, 0), (5, 5)),)), 352, 288)


def test_every_key_is_explained() -> None:
    for name, key in CITY_KEYS.items():
        assert key.doc.endswith("."), name
        assert key.wanted, name
        assert name.rpartition(".")[0] in ("", *CITY_KEYS), name
    for scheme in CLASS_SCHEMES.values():
        assert list(scheme) == [kind.value for kind in KINDS]


# --- any city survives being written and read ---------------------------------------------------------------------

ADDRESSES = [
    # as it is written, what is said
    (
        "rtmp://admin:geheim@127.0.0.1/live",
        '"rtmp://….*; an address begins with rtsp://, rtsps://, http://, https://',
    ),
    ("rtsp:/admin:geheim@127.0.0.1/live", "an address begins with rtsp://"),
    ("rstp://admin:geheim@127.0.0.1/live", "an address begins with rtsp://"),
    ("udp://admin:geheim@127.0.0.1:5000", "an address begins with rtsp://"),
    ("srt://127.0.0.1:5000?passphrase=geheim", '"srt://….*; an address begins with rtsp://'),
    (" rtmp://admin:geheim@127.0.0.1/live", "an address begins with rtsp://"),
    ("admin:geheim@127.0.0.1/live", "an address begins with rtsp://"),
    ("rtsp//admin:geheim@127.0.0.1/live", "an address begins with rtsp://"),
    ("rtsp://admin:ge/heim@127.0.0.1/live", "in a password write / \\? # @ as %2F %3F %23 %40"),
    ("rtsp://admin:12/geheim@127.0.0.1/live", "in a password write / \\? # @ as %2F %3F %23 %40"),
    ("rtsp://admin:ge?heim@127.0.0.1/live", "in a password write / \\? # @ as %2F %3F %23 %40"),
    ("rtsp://admin:ge#heim@127.0.0.1/live", "in a password write / \\? # @ as %2F %3F %23 %40"),
    ("rtsp://admin:geheim@127.0.0.1:70000/live", "a port from 1 to 65535"),
    ("rtsp://admin:geheim@127.0.0.1:0/live", "a port from 1 to 65535"),
    ("http://admin:geheim@127.0.0.1:8o/live", "a port from 1 to 65535"),
    ("rtsp://admin:geheim@[::1", "wants a host"),
    ("rtsp://admin:geheim@/live", "wants a host"),
]


@pytest.mark.parametrize(("source", "said"), ADDRESSES, ids=[row[0] for row in ADDRESSES])
@pytest.mark.parametrize("form", ['"{}"', '["{}", "b"]', '["{}", 5]'], ids=["one", "of two", "beside a number"])
def test_an_address_that_cannot_be_watched_is_refused_and_its_password_not_shown(
    tmp_path: Path, source: str, said: str, form: str
) -> None:
    with pytest.raises(ConfigError, match=rf"city.toml:8: camera.source must be .*{said}") as caught:
        read(tmp_path, GOOD.replace('"clip.mp4"', form.format(source)))
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("value", ['["rtsp://admin:geheim@127.0.0.1/live", 5]', '{ "a" = "rtsp://admin:geheim@h" }'])
def test_a_password_beside_what_is_wrong_is_not_shown(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match=r"city.toml:8: camera.source must be") as caught:
        read(tmp_path, GOOD.replace('"clip.mp4"', value))
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "read_as"),
    [
        ("RTSP://admin:geheim@10.0.0.7/Live", "rtsp://admin:geheim@10.0.0.7/Live"),
        ("rtsp://10.0.0.7", "rtsp://10.0.0.7"),
        ("rtsp://admin:ge%2Fheim@10.0.0.7:554/a?b=c@d#e", "rtsp://admin:ge%2Fheim@10.0.0.7:554/a?b=c@d#e"),
        ("rtsp://admin:p@ss@10.0.0.7/live", "rtsp://admin:p@ss@10.0.0.7/live"),
        ("https://[fd00::7]:8443/mjpg", "https://[fd00::7]:8443/mjpg"),
        ("http://cam/stream@2", "http://cam/stream@2"),
        ("2019-06-28T13:03:07.mp4", "2019-06-28T13:03:07.mp4"),
        ("at 13:03/cam@2.mp4", "at 13:03/cam@2.mp4"),
        ("/clips/one@home.mp4", "/clips/one@home.mp4"),
    ],
)
def test_a_path_or_an_address_is_taken(tmp_path: Path, source: str, read_as: str) -> None:
    (camera,) = read(tmp_path, GOOD.replace("clip.mp4", source)).cameras
    assert camera.sources == (read_as,)


def test_what_is_taken_for_an_address_is_what_can_be_watched() -> None:
    assert set(SCHEMES) == LIVE_SCHEMES
    assert all(is_live(f"{scheme}://x") and ports_of(Camera("a", "a", (f"{scheme}://x",))) for scheme in SCHEMES)


ids = st.text(string.ascii_letters + string.digits, min_size=1, max_size=4)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=9).filter(str.strip)


def is_path(text: str) -> bool:
    return ":" not in text


numbers = st.floats(-1e4, 1e4) | st.integers(-10_000, 10_000).map(float)
points = st.tuples(numbers, numbers)
lon_lats = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@st.composite
def calibrations(draw: st.DrawFn) -> Calibration:
    crs = draw(st.sampled_from(["EPSG:4326", "EPSG:27700", "metres"]))
    ground = lon_lats if crs == "EPSG:4326" else points
    return Calibration(crs, tuple(draw(st.lists(st.builds(CalibrationPoint, points, ground), min_size=4, max_size=5))))


@st.composite
def cameras(draw: st.DrawFn, camera_id: str) -> Camera:
    ends = st.tuples(points, points).filter(lambda pair: pair[0] != pair[1])
    gates = tuple(Gate(gate_id, *draw(ends), draw(texts)) for gate_id in draw(st.lists(ids, max_size=3, unique=True)))
    turns = st.tuples(st.sampled_from(gates), st.sampled_from(gates)) if gates else st.nothing()
    movements = tuple(
        Movement(movement_id, *(gate.id for gate in draw(turns)), draw(texts))
        for movement_id in (draw(st.lists(ids, max_size=3, unique=True)) if gates else [])
    )
    corners = st.lists(points, min_size=3, max_size=5, unique=True).map(tuple)
    return Camera(
        id=camera_id,
        name=draw(texts),
        sources=tuple(draw(st.lists(texts.filter(is_path), min_size=1, max_size=3))),
        start=draw(st.none() | st.datetimes(datetime(1900, 1, 1), timezones=st.just(UTC))),  # noqa: DTZ001
        position=draw(st.none() | lon_lats),
        gates=gates,
        movements=movements,
        calibration=draw(st.none() | calibrations()),
        zones=tuple(Zone(zone_id, draw(corners)) for zone_id in draw(st.lists(ids, max_size=2, unique=True))),
    )


@st.composite
def cities(draw: st.DrawFn) -> City:
    camera_ids = draw(st.lists(ids, min_size=1, max_size=3, unique=True))
    own = draw(st.dictionaries(st.sampled_from([kind.value for kind in KINDS]), ids.filter(lambda name: name != "all")))
    return City(
        name=draw(texts),
        time_zone=draw(st.sampled_from(["UTC", "Etc/GMT-3"])),
        cameras=tuple(draw(cameras(camera_id)) for camera_id in camera_ids),
        class_scheme={**CLASS_SCHEMES["coarse"], **own},
        keep_intervals_days=draw(st.integers(1, 36_500)),
        keep_health_days=draw(st.integers(1, 36_500)),
    )


def written(city: City) -> str:
    """Return ``city`` as TOML, with every key given."""
    return tomlkit.dumps(
        {
            "city": {
                "name": city.name,
                "time_zone": city.time_zone,
                "classes": "kinds",
                "keep_intervals_days": city.keep_intervals_days,
                "keep_health_days": city.keep_health_days,
            },
            "classes": dict(city.class_scheme),
            "camera": [camera_table(camera) for camera in city.cameras],
        }
    )


def camera_table(camera: Camera) -> dict[str, object]:
    table: dict[str, object] = {
        "id": camera.id,
        "name": camera.name,
        "source": camera.sources[0] if len(camera.sources) == 1 else list(camera.sources),
        "gate": [dataclasses.asdict(gate) for gate in camera.gates],
        "movement": [
            {"id": one.id, "from": one.from_gate, "to": one.to_gate, "name": one.name} for one in camera.movements
        ],
        "zone": [dataclasses.asdict(zone) for zone in camera.zones],
    }
    if camera.start:
        table["start"] = camera.start
    if camera.position:
        table["position"] = list(camera.position)
    if camera.calibration:
        table["calibration"] = {
            "crs": camera.calibration.crs,
            "point": [{"px": list(one.px), "ground": list(one.ground)} for one in camera.calibration.points],
        }
    return {key: value for key, value in table.items() if value != []}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("city")


@given(city=cities())
@settings(max_examples=80, deadline=None)
def test_any_city_survives_being_written_and_read(folder: Path, city: City) -> None:
    assert read(folder, written(city)) == city


# --- whatever is in the file, nothing but ConfigError comes out ----------------------------------------------------

LEAVES = (
    st.none().map(lambda _: 0)
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(st.characters(codec="utf-8"), max_size=6)
    | st.sampled_from(["UTC", "Europe/London", "kinds", "EPSG:4326", "metres", "ignore", "a", "south"])
    | st.sampled_from([date(2019, 6, 28), time(1, 2), datetime(2019, 6, 28, 1, 2), datetime.max])  # noqa: DTZ001,DTZ901
    | st.datetimes(timezones=st.just(UTC))
)
KEYS = st.sampled_from(sorted({name.rpartition(".")[2] for name in CITY_KEYS})) | st.text(
    st.characters(codec="utf-8", exclude_characters="\x00"), max_size=3
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


def survives(folder: Path, text: str) -> None:
    path = folder / "fuzz.toml"
    path.write_text(text, encoding="utf-8")
    try:
        read_city(path)
    except ConfigError as refusal:
        assert "\n" not in str(refusal)  # noqa: PT017 - what is checked is the sentence, if there is one


@given(extra=st.dictionaries(KEYS, VALUES, max_size=3), into=st.integers(0, 9), seed=st.integers(0, 2**32))
@settings(max_examples=300, deadline=None)
def test_random_tables(folder: Path, extra: dict[str, object], into: int, seed: int) -> None:
    tree = tomllib.loads(GOOD) if into else {}
    places = [tree, *tables_in(tree)]
    random.Random(seed).choice(places).update(extra)
    try:
        text = tomlkit.dumps(tree)
        tomllib.loads(text)
    except Exception:  # noqa: BLE001 - not every random tree can be written as TOML
        return
    survives(folder, text)


def tables_in(value: object) -> list[dict[str, object]]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for one in inner for found in ([one] if isinstance(one, dict) else []) + tables_in(one)]


@given(at=st.integers(0, len(GOOD) - 1), cut=st.integers(0, 30), put=st.text(st.characters(codec="utf-8"), max_size=4))
@settings(max_examples=300, deadline=None)
def test_random_edits(folder: Path, at: int, cut: int, put: str) -> None:
    survives(folder, GOOD[:at] + put + GOOD[at + cut :])


@given(value=VALUES, name=st.sampled_from([name for name in CITY_KEYS if "." in name]))
@settings(max_examples=200, deadline=None)
def test_any_value_at_any_key_is_read_or_refused(folder: Path, value: object, name: str) -> None:
    tree = tomllib.loads(GOOD)
    place: Callable | dict = tree
    *way, last = name.split(".")
    for step in way:
        place = place.setdefault(step, {})
        place = place[0] if isinstance(place, list) else place
    place[last] = value
    try:
        text = tomlkit.dumps(tree)
        tomllib.loads(text)
    except Exception:  # noqa: BLE001 - not every random tree can be written as TOML
        return
    survives(folder, text)


# --- lines ---------------------------------------------------------------------------------------------------------

ODD = '''\
# a comment with = and [brackets] and "quotes
top = 1
"quoted \\u0041 key" = """
not = "a key"
[nor.a.table]
""""
\'lit"eral\' = \'\'\'
no = 1 # \'\'\'
a.b . c = [ # a comment, with ] and }
  1, "]",
  { x = 1, y = [ "}",
    2 ] },
]
[ t . "u.v" ]
when = 2019-06-28 13:03:07Z # "
none = []
[[many]]
[[many.inner]]
k = 1
[[many.inner]]
k = {}
[[many]]
[many.one]
k = \'#\'
'''


def test_lines_of_an_odd_document() -> None:
    tomllib.loads(ODD)
    lines = key_lines(ODD)
    assert lines["top",] == 2
    assert lines["quoted A key",] == 3
    assert lines['lit"eral',] == 7
    assert lines["a", "b", "c"] == lines["a",] == 9
    assert lines["a", "b", "c", 1] == 10
    assert lines["a", "b", "c", 2, "y"] == 11
    assert lines["a", "b", "c", 2, "y", 1] == 12
    assert lines["t", "u.v"] == 14
    assert lines["t", "u.v", "when"] == 15
    assert lines["many", 0] == 17
    assert lines["many", 0, "inner", 1, "k"] == 21
    assert lines["many", 1, "one", "k"] == 24
    assert not any(set(where) & {"not", "nor", "no"} for where in lines)


def ways(value: object, way: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return {way}.union(*(ways(one, (*way, key)) for key, one in value.items()))
    if isinstance(value, list):
        return {way}.union(*(ways(one, (*way, number)) for number, one in enumerate(value)))
    return {way}


@given(tree=st.dictionaries(KEYS, VALUES, max_size=5))
@settings(max_examples=300, deadline=None)
def test_every_key_of_a_random_document_has_a_line(tree: dict[str, object]) -> None:
    try:
        text = tomlkit.dumps(tree)
        found = tomllib.loads(text)
    except Exception:  # noqa: BLE001 - not every random tree can be written as TOML
        return
    lines = key_lines(text)
    assert set(lines) | {()} == ways(found)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())
