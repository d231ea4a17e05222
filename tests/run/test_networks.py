"""Street networks from files, as a stranger uses the command line."""

from __future__ import annotations

import csv
import json
import sqlite3
import struct
from pathlib import Path

import pytest

from run.command_line import ask

LINE = [[24.94, 60.17], [24.95, 60.17], [24.96, 60.171]]


def feature(street_id: object, line: list, **more: object) -> dict:
    return {
        "type": "Feature",
        "properties": {"street_id": street_id, **more},
        "geometry": {"type": "LineString", "coordinates": line},
    }


def geojson(path: Path, *features: dict) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def blob(lines: list[list[list[float]]], *, big: bool = False, height: bool = False) -> bytes:
    """Return a GeoPackage geometry: a line, or several; with an envelope, or heights."""
    order, mark = (">", b"\0") if big else ("<", b"\1")
    base = 1000 if height else 0

    def one(line: list[list[float]]) -> bytes:
        numbers = [each for x, y in line for each in ((x, y, 7.0) if height else (x, y))]
        return mark + struct.pack(f"{order}II{len(numbers)}d", base + 2, len(line), *numbers)

    inside = one(lines[0]) if len(lines) == 1 else (
        mark + struct.pack(order + "II", base + 5, len(lines)) + b"".join(map(one, lines))
    )  # fmt: skip
    return b"GP\0" + bytes([0x02]) + struct.pack("<i4d", 4326, 24.0, 25.0, 60.0, 61.0) + inside


def geopackage(path: Path, rows: list[tuple], srs: int = 4326) -> Path:
    file = sqlite3.connect(path)
    file.execute("CREATE TABLE gpkg_geometry_columns (table_name, column_name, srs_id)")
    file.execute("INSERT INTO gpkg_geometry_columns VALUES ('the streets', 'geom', ?)", [srs])
    file.execute('CREATE TABLE "the streets" (fid INTEGER, nimi TEXT, oneway TEXT, geom BLOB)')
    file.executemany('INSERT INTO "the streets" VALUES (?, ?, ?, ?)', rows)
    file.commit()
    file.close()
    return path


def about(path: Path) -> dict[str, str]:
    said = ask("road", "network", path)
    assert said.code == 0, said.lines
    (row,) = csv.DictReader(said.out.splitlines())
    return row


def test_a_city_s_own_streets_in_two_formats_are_the_same(tmp_path: Path) -> None:
    second = [[24.96, 60.171], [24.97, 60.172]]
    one = geojson(tmp_path / "a.geojson", feature(1, LINE, nimi="A", oneway="F"), feature(2, second))
    for number, (big, height) in enumerate(((False, False), (True, False), (False, True))):
        two = geopackage(
            tmp_path / f"{number}.gpkg",
            [(1, "A", "F", blob([LINE], big=big, height=height)), (2, None, None, blob([second])), (3, "-", "", None)],
        )
        assert about(one) == about(two)
    assert about(one)["streets"] == "2"
    assert float(about(one)["length_km"]) == pytest.approx(1.69, abs=0.06)


def test_a_street_of_several_lines_is_several(tmp_path: Path) -> None:
    many = geopackage(tmp_path / "m.gpkg", [(1, "A", "", blob([LINE, [[25.0, 60.0], [25.1, 60.0]]]))])
    assert about(many)["streets"] == "2"


def test_an_extract_is_joined_into_streets(shared: Path) -> None:
    got = about(shared / "data" / "networks" / "Helsinki.osm.pbf")
    assert int(got["streets"]) < 921 < 2 * int(got["segments"])


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("a.geojson", b"{", "no whole GeoJSON"),
        ("a.geojson", b'{"type": "Feature"}', "FeatureCollection"),
        ("a.geojson", json.dumps({"type": "FeatureCollection", "features": []}).encode(), "no street in it"),
        ("a.json", json.dumps({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": LINE}}]}).encode(),
         "no id"),
        ("a.geojson", json.dumps({"type": "FeatureCollection", "features": [
            feature(1, [[385000.0, 6671000.0], [385001.0, 6671000.0]])]}).encode(), "longitude and latitude"),
        ("a.geojson", json.dumps({"type": "FeatureCollection", "features": [
            feature(1, LINE, oneway="perhaps")]}).encode(), "oneway is one of"),
        ("a.geojson", json.dumps({"type": "FeatureCollection", "features": [
            feature(1, LINE), feature(1, LINE)]}).encode(), "two streets have the id 1"),
        ("a.gpkg", b"no database at all", "no GeoPackage"),
        ("a.osm.pbf", b"\0\0\0\x0d" + b"x" * 40, "no whole .osm.pbf"),
        ("a.shp", b"", "is a .geojson, .gpkg or .osm.pbf"),
    ],
)  # fmt: skip
def test_what_is_no_network_is_told_in_a_line(tmp_path: Path, name: str, raw: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(raw)
    told = ask("road", "network", tmp_path / name)
    assert (told.code, told.out) == (3, "")
    assert said in " ".join(" ".join(told.lines).split())


def test_a_geopackage_in_another_system_is_refused(tmp_path: Path) -> None:
    told = ask("road", "network", geopackage(tmp_path / "x.gpkg", [(1, "A", "", blob([LINE]))], srs=3067))
    assert "EPSG:3067" in " ".join(told.lines)


def test_an_extract_cut_short_is_told(shared: Path, tmp_path: Path) -> None:
    raw = (shared / "data" / "networks" / "test.osm.pbf").read_bytes()
    for length in (len(raw) - 1, len(raw) // 2, 100, 3):
        (tmp_path / "cut.osm.pbf").write_bytes(raw[:length])
        told = ask("road", "network", tmp_path / "cut.osm.pbf")
        assert told.code == 3
        assert "fetch the extract again" in " ".join(" ".join(told.lines).split())


def test_places_go_to_a_new_edition(tmp_path: Path) -> None:
    old = geojson(tmp_path / "old.geojson", feature("a", LINE), feature("b", [[24.9, 60.1], [24.91, 60.1]]))
    new = geojson(tmp_path / "new.geojson", feature("a", LINE[::-1]))
    places = tmp_path / "places.csv"
    places.write_text("street,way,chainage_m\na,along,10\nb,against,20\n")
    said = ask("road", "network", new, "--old", old, "--places", places)
    here, gone = csv.DictReader(said.out.splitlines())
    assert (here["new_street"], here["new_way"], here["why_not"]) == ("a", "against", "")
    assert float(here["new_chainage_m"]) == pytest.approx(1000 * float(about(new)["length_km"]) - 10, abs=60)
    assert gone["why_not"].startswith("no street within")
    assert ask("road", "network", new, "--old", old).code == 2
    places.write_text("street,way,chainage_m\na,sideways,10\n")
    assert "line 2" in " ".join(ask("road", "network", new, "--old", old, "--places", places).lines)


def test_a_drive_is_put_on_its_streets(tmp_path: Path) -> None:
    network = geojson(tmp_path / "n.geojson", feature("a", LINE, oneway="yes"))
    drive = tmp_path / "d.csv"
    rows = [f"{1780315200 + i},60.17,{24.94 + i * 1.5e-4:.6f}" for i in range(60)]
    drive.write_text("time,lat,lon\n" + "\n".join(rows))
    said = ask("road", "match", drive, "--network", network)
    (row,) = csv.DictReader(said.out.splitlines())
    assert (row["street"], row["way"], row["decided"]) == ("a", "along", "yes")
    assert float(row["to_m"]) == pytest.approx(59 * 1.5e-4 * 55_600, rel=0.01)
