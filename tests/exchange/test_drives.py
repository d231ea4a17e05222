"""Positions of drives, against what others say of the same files."""

from __future__ import annotations

import io
import json
import math
import re
import struct
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waywarden.exchange.drives.exif import from_exif
from waywarden.exchange.drives.gpmf import CODED_AS, from_gpmf
from waywarden.exchange.drives.gpx import from_gpx
from waywarden.exchange.drives.mp4 import Sample, samples
from waywarden.exchange.drives.rows import from_rows
from waywarden.geo.drives.motion import headings_deg, length_m, speeds_mps

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HEADER = "time,lat,lon,speed_mps\n"
POINT = '<trkpt lat="{}" lon="{}"><time>2026-06-01T12:00:{:02d}Z</time></trkpt>'


@pytest.fixture
def gps(shared: Path) -> Path:
    return shared / "data" / "road" / "gps_samples"


def read_of(raw: bytes):
    return lambda at, size: raw[at : at + size]


def gpx_of(*points: str) -> bytes:
    inside = "".join(points)
    return f'<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{inside}</trkseg></trk></gpx>'.encode()


def test_a_gpx_file_drives_as_fast_as_its_name_says(gps: Path) -> None:
    got = from_gpx((gps / "sf_30km_h.gpx").read_bytes())
    assert len(got) == 49
    assert np.median(speeds_mps(got)) == pytest.approx(30 / 3.6, rel=0.01)
    assert got.at_s[0] == datetime(2025, 3, 14, 7, tzinfo=UTC).timestamp()


def test_a_video_is_read_as_a_demuxer_reads_it(gps: Path) -> None:
    import av

    path = gps / "max-heromode.mp4"
    raw = path.read_bytes()
    with av.open(str(path)) as opened:
        stream = next(each for each in opened.streams if "MET" in each.metadata.get("handler_name", ""))
        wanted = [(float(each.pts * each.time_base), bytes(each)) for each in opened.demux(stream) if each.size]
    got = samples(read_of(raw), len(raw), CODED_AS)
    assert [each.payload for each in got] == [payload for _, payload in wanted]
    assert [each.at_s for each in got] == pytest.approx([at_s for at_s, _ in wanted])


def test_a_video_tells_where_and_when_it_began(gps: Path) -> None:
    raw = (gps / "max-heromode.mp4").read_bytes()
    filmed = from_gpmf(samples(read_of(raw), len(raw), CODED_AS))
    # Its creation_time, 15:45:32, is of the camera's own clock in California (UTC-8), which nobody had set well.
    assert filmed.began_s == pytest.approx(datetime(2019, 11, 18, 23, 45, 15, tzinfo=UTC).timestamp(), abs=1.0)
    assert filmed.clock_spread_s < 0.5
    positions = filmed.positions
    assert abs(positions.lat_deg - 33.1268).max() < 0.001
    assert abs(positions.lon_deg + 117.3273).max() < 0.001


@pytest.mark.parametrize(
    ("name", "first", "at", "seconds"),
    [
        # The first GPSU, GPS5 and GPSP of each file, read off a hexadecimal dump.
        (
            "hero7.raw",
            (0x193CF72B / 1e7, (0xFAC87502 - (1 << 32)) / 1e7),
            datetime(2019, 1, 3, 16, 33, 34, 94000, UTC),
            17,
        ),
        (
            "Fusion.raw",
            (0x13BEB8FB / 1e7, (0xBA1140EE - (1 << 32)) / 1e7),
            datetime(2018, 3, 23, 17, 25, 37, 375000, UTC),
            1,
        ),
    ],
)
def test_sensors_are_read(gps: Path, name: str, first: tuple[float, float], at: datetime, seconds: int) -> None:
    got = from_gpmf([Sample(0.0, 1.0, (gps / name).read_bytes())]).positions
    assert got.at_s[0] == pytest.approx(at.timestamp(), abs=0.0005)
    assert got.at_s[-1] - got.at_s[0] == pytest.approx(seconds, abs=0.2)
    assert (got.lat_deg[0], got.lon_deg[0]) == pytest.approx(first, abs=1e-7)


def test_each_sample_of_a_later_camera_has_its_own_time(gps: Path) -> None:
    got = from_gpmf([Sample(0.0, 1.0, (gps / "hero11.raw").read_bytes())]).positions
    assert np.diff(got.at_s) == pytest.approx(0.1, abs=0.011)
    # The first payload's GPSU (of its GPS5, the older stream beside it) says the same, but for how long GPS5 lags.
    assert got.at_s[0] == pytest.approx(datetime(2022, 9, 20, 13, 29, 38, 299000, UTC).timestamp(), abs=2.0)


def test_pictures_tell_their_place(gps: Path) -> None:
    for path in sorted((gps / "lund").iterdir()):
        raw = path.read_bytes()
        got = from_exif(raw)
        # The program that took them also wrote the place into the description, which is never read.
        told = json.loads(re.search(rb'\{"MAP.*?\}\0', raw)[0][:-1])
        assert got.lat_deg == pytest.approx(float(told["MAPLatitude"]), abs=3e-6)
        assert got.lon_deg == pytest.approx(float(told["MAPLongitude"]), abs=3e-6)
        assert math.isnan(got.at_s)


def _jpeg(gps_tags: bytes, count: int, exif: bytes = b"") -> bytes:
    tiff = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 2)
    at = 8 + 2 + 24 + 4
    tiff += struct.pack("<HHII", 0x8825, 4, 1, at) + struct.pack("<HHII", 0x8769, 4, 1, at + len(gps_tags) + 2)
    tiff += b"\0" * 4 + struct.pack("<H", count) + gps_tags + exif
    body = b"Exif\0\0" + tiff
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(body) + 2) + body + b"\xff\xda"


def test_a_camera_without_a_zone_keeps_the_city_s() -> None:
    taken = b"2026:06:01 14:00:00\0"
    exif = struct.pack("<H", 1) + struct.pack("<HHII", 0x9003, 2, len(taken), 38 + 2 + 2 + 12 + 4) + b"\0" * 4 + taken
    head = _jpeg(b"", 0, exif)
    assert math.isnan(from_exif(head).at_s)
    assert from_exif(head, ZoneInfo("Europe/Stockholm")).at_s == NOON.timestamp()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (gpx_of(), "no GPS: there is no track point"),
        (gpx_of(POINT.format(1, 2, 0)), "two positions or more, got 1"),
        (gpx_of('<trkpt lat="1" lon="2"/>'), "no <time>"),
        (gpx_of(POINT.format(1, 2, 0).replace("Z", "")), "no zone"),
        (gpx_of(POINT.format(1, 2, 0), POINT.format(1, 2, 9))[:-30], "no whole GPX file"),
        (gpx_of(POINT.format(0, 0, 0), POINT.format(0, 0, 9)), "got 0, and 2 without one"),
        (b"<kml/>", "got <kml>"),
    ],
)
def test_broken_gpx_is_told_in_a_sentence(raw: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as told:
        from_gpx(raw)
    assert "\n" not in str(told.value)


def test_rows_of_a_phone_count_from_the_beginning() -> None:
    raw = (
        b'"Time (s)","Latitude (\xc2\xb0)","Longitude (\xc2\xb0)","Velocity (m/s)"\n0.5,47.1,17.5,-1\n1.5,47.2,17.5,3\n'
    )
    with pytest.raises(ValueError, match="--began"):
        from_rows(raw)
    got = from_rows(raw, NOON)
    assert got.at_s[0] == NOON.timestamp() + 0.5
    assert math.isnan(got.speed_mps[0])
    assert got.speed_mps[1] == 3


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("lat,lon\n1,2\n", "no column time"),
        (HEADER + "2026-06-01T12:00:00Z,1,2,3\n2026-06-01T12:00:01Z,1", "cut short"),
        (HEADER + "2026-06-01T12:00:00,1,2,3\n", "line 2: the time 2026-06-01T12:00:00 has no zone"),
        (HEADER + "2026-06-01T12:00:00Z,north,2,3\n2026-06-01T12:00:00Z,1,2,3\n", "line 2"),
        (HEADER, "no GPS"),
        ("", "empty"),
    ],
)
def test_broken_rows_are_told_in_a_sentence(raw: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        from_rows(raw.encode())


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(-80, 80), st.floats(-179, 179)), min_size=2, max_size=20))
def test_rows_come_back_in_order(rows: list[tuple[int, float, float]]) -> None:
    lines = [f"{NOON.timestamp() + at},{lat!r},{lon!r},1" for at, lat, lon in rows]
    first = {at: (lat, lon) for at, lat, lon in reversed(rows) if (lat, lon) != (0.0, 0.0)}
    if len(first) < 2:
        return
    got = from_rows((HEADER + "\n".join(lines)).encode())
    assert list(got.at_s - NOON.timestamp()) == sorted(first)
    assert [(lat, lon) for _, (lat, lon) in sorted(first.items())] == list(zip(got.lat_deg, got.lon_deg, strict=True))


def test_a_video_cut_short_is_told(gps: Path) -> None:
    raw = (gps / "max-heromode.mp4").read_bytes()
    index = raw.index(b"moov") - 4
    with pytest.raises(ValueError, match="cut short"):
        samples(read_of(raw[: len(raw) // 2]), len(raw) // 2, CODED_AS)
    with pytest.raises(ValueError, match="no GPS: there is no track"):
        samples(read_of(raw.replace(b"gpmd", b"gpxx")), len(raw), CODED_AS)
    with pytest.raises(ValueError, match="no MP4"):
        samples(read_of(b"RIFF" * 9), 36, CODED_AS)
    holes = raw[: index + 400] + bytes(len(raw) - index - 400)
    with pytest.raises(ValueError, match=r"damaged|cut short|no GPS"):
        samples(read_of(holes), len(raw), CODED_AS)


@given(st.data())
def test_damaged_sensors_end_in_a_sentence(data: st.DataObject) -> None:
    """Whatever a file holds: positions, or a ValueError; never anything else."""
    body = bytearray(_stream())
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        got = from_gpmf([Sample(0.0, 1.0, bytes(body))])
    except ValueError:
        return
    assert len(got.positions) >= 2


def _item(key: bytes, kind: bytes, size: int, content: bytes) -> bytes:
    padded = content + bytes(-len(content) % 4)
    return struct.pack(">4scBH", key, kind, size, len(content) // size) + padded


def _stream() -> bytes:
    rows = b"".join(struct.pack(">5i", 10 + i, 20 + i, 0, 5, 5) for i in range(4))
    inside = io.BytesIO()
    inside.write(_item(b"GPSF", b"L", 4, struct.pack(">I", 3)))
    inside.write(_item(b"GPSU", b"U", 16, b"260601120000.000"))
    inside.write(_item(b"SCAL", b"l", 4, struct.pack(">5i", 1, 1, 1, 1, 1)))
    inside.write(_item(b"GPS5", b"l", 20, rows))
    return _item(b"DEVC", b"\0", 1, _item(b"STRM", b"\0", 1, inside.getvalue()))


def test_a_receiver_without_a_fix_has_no_positions() -> None:
    assert from_gpmf([Sample(0.0, 1.0, _stream())]).positions.lat_deg[0] == 10
    lost = _stream().replace(struct.pack(">I", 3), struct.pack(">I", 0), 1)
    with pytest.raises(ValueError, match=r"no GPS.*and 4 without one"):
        from_gpmf([Sample(0.0, 1.0, lost)])


def test_headings_are_clockwise_from_north() -> None:
    north = [f"{NOON.timestamp() + i},{60 + i * 1e-4},25" for i in range(5)]
    east = [f"{NOON.timestamp() + i},60,{25 + i * 2e-4}" for i in range(5)]
    for rows, wanted in ((north, 0.0), (east, 90.0)):
        got = from_rows(("time,lat,lon\n" + "\n".join(rows)).encode())
        off = (headings_deg(got) - wanted + 180.0) % 360.0 - 180.0
        assert abs(off).max() < 0.01
        assert length_m(got) == pytest.approx(4 * 11.14, rel=0.01)
