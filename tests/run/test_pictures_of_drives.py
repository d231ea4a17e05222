"""Damage on the pictures of a drive: each hole once, at its place; from a folder of photos to the ledger."""

from __future__ import annotations

import io
import json
import math
import re
import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from run.command_line import ask
from sight.test_given import tiff, with_exif
from waywarden.run.road.ledger import read_entries
from waywarden.run.road.pictures.keeping import pictures_of
from waywarden.run.road.surface.look import HEADER, Mounting, placed
from waywarden.run.road.surface.on_drives import LONGEST_M, _seen, around, judged
from waywarden.store.pictures import open_kept_pictures
from waywarden.store.port import IntervalFilter
from waywarden.store.sqlite import open_store
from waywarden.terms.distress import DistressKind
from waywarden.terms.errors import StoreError
from waywarden.terms.pictures import PictureOf
from waywarden.terms.transient import DAMAGES, TILE_PX, Damage, SurfaceLook
from waywarden.testing.road.__main__ import as_jpeg
from waywarden.testing.road.__main__ import main as draw
from waywarden.testing.road.as_driven import EAST_M, LAT_DEG, LON_DEG

AT = datetime(2026, 6, 1, tzinfo=UTC)
MOUNTING = Mounting(height_m=2.0, tilt_deg=20.0, wide_deg=60.0)
WIDTH, HEIGHT = 800, 500


def look(bottoms_px: list[float], cracked: list[tuple[int, int]] | None = None) -> SurfaceLook:
    """Return a look at potholes in the middle of the picture whose lower edges are there."""
    boxes = np.array([(380, bottom - 10, 420, bottom) for bottom in bottoms_px], np.float32).reshape(-1, 4)
    tiles = np.zeros((-(-HEIGHT // TILE_PX), -(-WIDTH // TILE_PX), 2), np.float32)
    for row, column in cracked or []:
        tiles[row, column, 0] = 1.0
    n = len(boxes)
    pothole = np.full(n, DAMAGES.index(Damage.POTHOLE), np.int8)
    one = np.ones(n, np.float32)
    return SurfaceLook(AT, WIDTH, HEIGHT, tiles, boxes, one, pothole, one * 300)


@given(st.floats(2.0, 8.0), st.floats(12.0, 60.0))
def test_a_hole_that_many_pictures_show_is_seen_once_at_its_place(step_m: float, hole_m: float) -> None:
    pinhole = MOUNTING.camera((WIDTH, HEIGHT)).pinhole
    seen = []
    for at_m in np.arange(0, 80, step_m):
        _, bottom = pinhole.to_picture(np.array([[0.0, hole_m - at_m]]))[0]
        here = look([float(bottom)]) if hole_m > at_m and bottom <= HEIGHT else look([])
        seen += [at_m + one.ahead_m for one in _seen(here, 0.0, step_m, MOUNTING)]
    assert seen == [pytest.approx(hole_m, abs=0.01)]


def test_cracks_are_grouped_and_named_by_how_they_lie() -> None:
    line = [(6, 3), (7, 3)]
    block = [(6, 8), (6, 9), (7, 8), (7, 9)]
    kinds = {one.kind for one in _seen(look([], line + block), 0.0, 20.0, MOUNTING)}
    assert kinds == {DistressKind.LONGITUDINAL_TRANSVERSE_CRACKING, DistressKind.ALLIGATOR_CRACKING}


def test_a_picture_without_a_time_says_nothing() -> None:
    assert list(_seen(look([480.0]), math.nan, math.nan, MOUNTING)) == []


@given(st.floats(0.5, 3.0), st.floats(-60.0, 60.0), st.floats(0.1, 60.0))
def test_no_more_road_is_judged_than_was_passed_and_than_can_be_placed(
    height_m: float, tilt_deg: float, reach_m: float
) -> None:
    mounting = Mounting(height_m, tilt_deg, 60.0)
    from_m, to_m = judged(look([]), reach_m, mounting)
    assert 0 <= to_m - from_m <= min(reach_m, LONGEST_M) + 1e-9
    place = placed(look([]), (WIDTH / 2, float(HEIGHT)), mounting)
    assert (place is None) == (mounting.certain_m((WIDTH, HEIGHT)) == (0.0, 0.0))
    assert place is None or place.ahead_m == pytest.approx(from_m)


@pytest.mark.parametrize("words", [("--height-m", 0), ("--height-m", -1), ("--height-m", 2, "--tilt-deg", 90)])
def test_a_camera_that_sees_no_road_is_refused_in_one_line(driven: Path, words: tuple[object, ...]) -> None:
    said = ask("road", "look", driven / "0/images", *words)
    assert (said.code, len(said.lines), said.out) == (2, 1, "")
    assert "looks along it" in said.lines[0]


def test_a_camera_that_looks_at_the_sky_has_seen_nothing_of_the_road(driven: Path, tmp_path: Path) -> None:
    store = tmp_path / "records.sqlite"
    said = ask(
        "survey", driven / "0/images", "--network", driven / "streets.geojson", "--city", driven / "city.toml",
        "--store", store, "--height-m", 2, "--tilt-deg", -60,
    )  # fmt: skip
    assert said.code == 0
    row = ask("road", "seen", "--street", "main", "--chainage", 90, "--store", store).out.splitlines()[1].split(",")
    assert row[10:12] == ["0", "none"]  # of nothing that was seen, nothing was found


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a city, its one street, and two drives along it as photos with GPS in them."""
    folder = tmp_path_factory.mktemp("driven")
    street = [[LON_DEG - 50 / EAST_M, LAT_DEG], [LON_DEG + 500 / EAST_M, LAT_DEG]]
    told = {"street_id": "main", "name": "Main street", "street_class": "local"}
    feature = {"type": "Feature", "properties": told, "geometry": {"type": "LineString", "coordinates": street}}
    network = {"type": "FeatureCollection", "features": [feature]}
    (folder / "streets.geojson").write_text(json.dumps(network), "utf-8")
    (folder / "city.toml").write_text(
        '[city]\nname = "Made-up"\ntime_zone = "Europe/Helsinki"\n\n[[camera]]\nid = "none"\nsource = "none.mp4"\n',
        "utf-8",
    )
    for number, day in enumerate(("2026-03-02T11:00:00+00:00", "2026-04-02T11:00:00+00:00")):
        draw(["--seed", "5", "--metres", "60", "--straight", "--driven", day, "--out", str(folder / str(number))])
    return folder


def surveyed(driven: Path, store: Path, *more: object) -> tuple[int, str, list[str]]:
    camera = json.loads((driven / "0/truth.json").read_text("utf-8"))["camera"]
    wide_deg = 2 * math.degrees(math.atan(camera["width_px"] / 2 / camera["focal_px"]))
    said = ask(
        "survey", driven / "0/images", driven / "1/images", "--network", driven / "streets.geojson",
        "--city", driven / "city.toml", "--store", store,
        "--height-m", camera["height_m"], "--tilt-deg", camera["tilt_deg"], "--wide-deg", wide_deg, *more,
    )  # fmt: skip
    return said.code, said.out, said.lines


def test_photos_of_two_drives_become_inspections_and_facts_and_the_same_again(driven: Path, tmp_path: Path) -> None:
    store = tmp_path / "records.sqlite"
    code, out, lines = surveyed(driven, store)
    assert code == 0, lines
    rows = [row.split(",") for row in out.splitlines()[1:]]
    assert [row[2] for row in rows] == ["1", "1"]
    assert all(int(row[5]) > 0 for row in rows)  # the road is a bad one
    seen = ask("road", "seen", "--street", "main", "--chainage", 90, "--store", store)
    assert "surface-2" in seen.out
    verified = ask("ledger", "verify", "--store", store)
    with closing(open_kept_pictures(store)) as pictures:
        assert pictures.sums() == {}  # nobody asked for any
    assert surveyed(driven, store)[0] == 0
    assert ask("ledger", "verify", "--store", store).out == verified.out  # nothing is written twice
    assert {path.name for path in tmp_path.iterdir()} <= {"records.sqlite", "records.sqlite-wal", "records.sqlite-shm"}


def covered(driven: Path, folder: Path, pictures: range) -> Path:
    """Return a copy of the first drive with a covered lens on some pictures; their times and places stay."""
    shutil.copytree(driven / "0/images", folder)
    for each in (sorted(folder.iterdir())[number] for number in pictures):
        raw = each.read_bytes()
        black = as_jpeg(np.zeros((HEIGHT, WIDTH, 3), np.uint8))
        each.write_bytes(raw[: 4 + int.from_bytes(raw[4:6], "big")] + black[2:])
    return folder


def test_pictures_of_a_covered_lens_are_no_look_at_a_road(driven: Path, tmp_path: Path) -> None:
    words = ("--network", driven / "streets.geojson", "--city", driven / "city.toml", "--height-m", 2.5)
    camera = ("--tilt-deg", 22, "--wide-deg", 52, "--store", tmp_path / "s.sqlite")
    most = covered(driven, tmp_path / "most", range(2, 12))
    said = ask("survey", most, *words, *camera)
    assert said.code == 3
    assert f"10 of 12 pictures show no road, the first is {sorted(most.iterdir())[2].name}" in said.lines[-1]
    seen = ("road", "seen", "--street", "main", "--chainage", 90, "--store", tmp_path / "s.sqlite")
    assert ask(*seen).out.count("\n") == 1  # nobody looked
    assert ask("road", "look", most).code == 3
    some = covered(driven, tmp_path / "some", range(2, 7))
    said = ask("survey", some, *words, *camera)
    assert said.code == 0
    assert any("5 of 12 pictures show no road" in line for line in said.lines)
    row = ask(*seen).out.splitlines()[1].split(",")
    assert 0.2 < float(row[10]) < 0.7
    assert ask("survey", driven / "0/images", *words, *camera).code == 0
    assert float(ask(*seen).out.splitlines()[1].split(",")[10]) > 0.9


def test_pictures_are_kept_only_when_they_are_asked_for_and_the_ledger_names_them(driven: Path, tmp_path: Path) -> None:
    store = tmp_path / "records.sqlite"
    code, _, lines = surveyed(driven, store, "--keep-pictures")
    assert code == 0, lines
    told = [re.match(r"images: (\d+) pictures kept", line) for line in lines]
    counts = [int(each[1]) for each in told if each]
    assert len(counts) == 2
    with closing(open_kept_pictures(store)) as pictures:
        sums = pictures.sums()
        assert len(sums) == sum(counts) > 0
        kept = pictures.about(sums)
    entries = read_entries(store)
    seen = {told["sighting_id"]: told.get("picture") for told in (json.loads(one.fact.told) for one in entries)}
    assert {name: picture for name, picture in seen.items() if picture} == sums
    assert all(one.jpeg[:2] == b"\xff\xd8" and b"Exif" not in one.jpeg and one.of is PictureOf.DEFECT for one in kept)
    defects = {one.fact.defect_id for one in entries}
    found = [one for defect in defects for one in pictures_of(store, defect)]
    assert sorted(one.number for one in found) == sorted(one.number for one in kept)


def test_pictures_are_kept_of_drives_that_have_some(driven: Path, tmp_path: Path) -> None:
    words = ("--network", driven / "streets.geojson", "--city", driven / "city.toml", "--store", tmp_path / "s.sqlite")
    said = ask("survey", driven / "0/images", *words, "--keep-pictures")
    assert (said.code, len(said.lines)) == (2, 1)
    assert "give --height-m too" in said.lines[0]


@given(st.tuples(st.floats(0, 799), st.floats(0, 499), st.floats(1, 800), st.floats(1, 500)), st.floats(-10.0, 40.0))
def test_the_part_that_is_kept_holds_the_damage_and_little_sky(
    place: tuple[float, float, float, float], tilt_deg: float
) -> None:
    left, top, wide, high = place
    box = (left, top, min(left + wide, WIDTH), min(top + high, HEIGHT))
    mounting = Mounting(2.0, tilt_deg, 60.0)
    part = around(box, look([]), mounting)
    horizon = mounting.camera((WIDTH, HEIGHT)).pinhole.horizon_px
    assert 0 <= part[0] <= box[0] + 1e-6
    assert 0 <= part[1] <= box[1] + 1e-6
    assert box[2] - 1e-6 <= part[2] <= WIDTH
    assert box[3] - 1e-6 <= part[3] <= HEIGHT
    assert part[1] >= min(horizon, box[1])


def test_damage_comes_from_one_place(driven: Path, tmp_path: Path) -> None:
    code, _, lines = surveyed(driven, tmp_path / "records.sqlite", "--sightings", tmp_path / "seen.csv")
    assert (code, len(lines)) == (2, 1)
    assert "leave one out" in lines[0]


def test_look_prints_what_it_sees_and_where_on_the_road(driven: Path) -> None:
    said = ask("road", "look", driven / "0/images", "--height-m", 2.5, "--tilt-deg", 22, "--wide-deg", 52)
    assert said.code == 0
    header, *rows = said.out.splitlines()
    assert header == HEADER
    assert rows
    for row in rows:
        cells = row.split(",")
        assert cells[1] in {damage.name.lower() for damage in Damage}
        assert 0 < float(cells[2]) <= 1
        assert cells[8] == "" or float(cells[9]) <= 0.15 * float(cells[8]) + 0.2
    assert "," * 4 in ask("road", "look", driven / "0/images").out  # no place where nobody says how the camera sits


def plain(path: Path, grey: int = 110) -> Path:
    rng = np.random.default_rng(7)
    road = np.clip(rng.normal(grey, 4, (300, 400, 1)), 0, 255).astype(np.uint8)
    path.write_bytes(as_jpeg(np.repeat(road, 3, axis=2)))
    return path


def test_a_repair_has_its_pictures_redacted_and_named_in_the_ledger(tmp_path: Path) -> None:
    store = tmp_path / "records.sqlite"
    before, after = plain(tmp_path / "before.jpg"), plain(tmp_path / "after.jpg", 60)
    assert ask("ledger", "write", "d-1", "confirmed", "--store", store).code == 0
    words = ("--material", "hot mix", "--observed", "2026-03-02", "--store", store)
    said = ask("ledger", "repaired", "d-1", "--before", before, "--after", after, *words)
    assert said.code == 0, said.lines
    (_, entry) = read_entries(store)
    told = json.loads(entry.fact.told)
    kept = pictures_of(store, "d-1")
    assert {one.of.value: one.sha256 for one in kept} == {name: told[name] for name in ("before", "after")}
    assert told["material"] == "hot mix"
    assert all(one.at == datetime(2026, 3, 2, tzinfo=UTC) for one in kept)


def test_a_picture_that_lies_on_its_side_is_turned_before_anybody_is_looked_for(tmp_path: Path) -> None:
    store, lying = tmp_path / "records.sqlite", tmp_path / "lying.jpg"
    lying.write_bytes(with_exif(plain(tmp_path / "plain.jpg").read_bytes(), "jpeg", tiff(6)))
    assert ask("ledger", "write", "d-1", "confirmed", "--store", store).code == 0
    assert ask("ledger", "repaired", "d-1", "--after", lying, "--store", store).code == 0
    (kept,) = pictures_of(store, "d-1")
    with av.open(io.BytesIO(kept.jpeg)) as shown:
        (picture,) = shown.decode(video=0)
    assert (picture.width, picture.height) == (300, 400)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(lying.read_bytes()[:-2000])
    said = ask("ledger", "repaired", "d-1", "--after", broken, "--store", store)
    assert (said.code, len(said.lines)) == (3, 1)
    assert "broken.jpg: the jpeg picture breaks off" in said.lines[0]


def test_a_picture_past_its_time_is_in_no_file_though_a_server_has_the_store_open(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    store = folder / "records.sqlite"
    for name in ("d-2", "d-20"):
        assert ask("ledger", "write", name, "confirmed", "--store", store).code == 0
    with closing(open_store(store, read_only=True)) as server:  # as long as one has it, the journal stays
        assert list(server.intervals(IntervalFilter())) == []
        for number, day in enumerate((2, 20)):
            taken = plain(tmp_path / f"{day}.jpg", 60 + 50 * number)
            words = ("--observed", f"2026-03-{day:02}", "--store", store)
            assert ask("ledger", "repaired", f"d-{day}", "--after", taken, *words).code == 0
        (first,), (second,) = pictures_of(store, "d-2"), pictures_of(store, "d-20")
        with closing(open_store(store)) as records:
            at = datetime(2026, 3, 10, tzinfo=UTC)
            records.prune(intervals_before=at, health_before=at, inspections_before=at, pictures_before=at)
        files = b"".join(each.read_bytes() for each in folder.iterdir())
    assert first.jpeg[400:800] not in files
    assert second.jpeg[400:800] in files


def test_an_entry_and_its_pictures_are_written_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, taken = tmp_path / "records.sqlite", plain(tmp_path / "after.jpg")
    assert ask("ledger", "write", "d-1", "confirmed", "--store", store).code == 0

    def full(*_: object) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr("waywarden.store.ledger.add", full)
    assert ask("ledger", "repaired", "d-1", "--after", taken, "--store", store).code != 0
    assert len(read_entries(store)) == 1
    monkeypatch.undo()
    assert ask("ledger", "repaired", "d-1", "--after", taken, "--store", store).code == 0
    assert (len(read_entries(store)), len(pictures_of(store, "d-1"))) == (2, 1)


def test_a_picture_that_may_not_be_kept_writes_nothing(shared: Path, tmp_path: Path) -> None:
    store, busy = tmp_path / "records.sqlite", tmp_path / "busy.jpg"
    with av.open(str(sorted((shared / "data" / "tfl").glob("*.mp4"))[2])) as film:
        busy.write_bytes(as_jpeg(next(film.decode(video=0)).to_ndarray(format="rgb24")))
    assert ask("ledger", "write", "d-1", "confirmed", "--store", store).code == 0
    for name, code, words in ((busy, 3, "is not kept"), (tmp_path / "film.mp4", 3, "no picture that can be kept")):
        said = ask("ledger", "repaired", "d-1", "--after", name, "--store", store)
        assert (said.code, len(said.lines)) == (code, 1)
        assert words in said.lines[0]
    assert len(read_entries(store)) == 1
    assert pictures_of(store, "d-1") == []
