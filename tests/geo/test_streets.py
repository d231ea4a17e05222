"""The street network, matching to it, and a new edition of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from waywarden.exchange.networks.osm_pbf import from_osm_pbf
from waywarden.geo.streets.joining import joined
from waywarden.geo.streets.matching import DECIDED, UNDECIDED, Fixes, match
from waywarden.geo.streets.network import Network, length_m, network, spot
from waywarden.geo.streets.stretches import stretches
from waywarden.geo.streets.update import PlaceOnStreet, mapped
from waywarden.terms.distress import Way
from waywarden.terms.errors import ConfigError
from waywarden.terms.streets import Oneway, Street
from waywarden.testing.drives.on_streets import made_up_drive

LAT, LON = 60.0, 25.0
NORTH, EAST = 1 / 111_412, 1 / 55_800
"""Degrees of a metre there, to a thousandth."""


def at(x: float, y: float) -> tuple[float, float]:
    return LON + x * EAST, LAT + y * NORTH


def street(name: str, *points: tuple[float, float], oneway: Oneway = Oneway.BOTH) -> Street:
    return Street(name, tuple(at(x, y) for x, y in points), name, "local", oneway)


CROSS = (street("ew", (-300, 0), (0, 0), (300, 0)), street("ns", (0, -300), (0, 0), (0, 300)))


def fixes(streets: Network, *points: tuple[float, float], heading_deg: float = np.nan, sigma_m: float = 3.0) -> Fixes:
    xy = streets.to_metres(np.array([at(x, y) for x, y in points]))
    n = len(points)
    return Fixes(xy, np.arange(n, dtype=float), np.full(n, heading_deg), np.full(n, sigma_m))


@pytest.fixture(scope="module")
def helsinki(shared: Path) -> Network:
    return network(from_osm_pbf((shared / "data" / "networks" / "Helsinki.osm.pbf").read_bytes()))


def test_an_extract_is_read_as_osmium_reads_it(shared: Path) -> None:
    """Ways, points and the sum of longitudes were counted with pyosmium 4.3.2 by the same choice of ways."""
    for name, ways, points, longitudes in (
        ("test.osm.pbf", 173, 956, 25766.0785786), ("Helsinki.osm.pbf", 921, 3020, 75334.5458803)
    ):  # fmt: skip
        got = from_osm_pbf((shared / "data" / "networks" / name).read_bytes())
        line = [lon for each in got for lon, _ in each.line]
        assert (len(got), len(line)) == (ways, points)
        assert sum(line) == pytest.approx(longitudes, abs=1e-5)


def test_streets_are_cut_where_they_meet() -> None:
    got = network(CROSS)
    assert len(got.segments) == 4
    assert sorted(len(each) for each in got.leaving) == [1, 1, 1, 1, 4]
    assert network(CROSS[::-1]).version == got.version
    assert network([CROSS[0], replace(CROSS[1], oneway=Oneway.ALONG)]).version != got.version


def test_a_bridge_is_no_junction() -> None:
    over = street("bridge", (0, -300), (0, 300))
    assert len(network([CROSS[0], over]).segments) == 2


@given(st.lists(st.tuples(st.floats(-900, 900), st.floats(-900, 900)), min_size=2, max_size=6, unique=True))
def test_chainage_is_the_way_on_the_ellipsoid(points: list[tuple[float, float]]) -> None:
    line = [at(x, y) for x, y in points]
    if len({(round(lon, 6), round(lat, 6)) for lon, lat in line}) < len(line):
        return
    got = network([Street("s", tuple(line))])
    lon, lat = zip(*((round(lon, 7), round(lat, 7)) for lon, lat in line), strict=True)
    assert length_m(got.streets[0]) == pytest.approx(Geod(ellps="WGS84").line_length(lon, lat), abs=1e-6)
    assert spot(got.streets[0], length_m(got.streets[0])).lon_lat == pytest.approx(line[-1], abs=1e-7)
    half = spot(got.streets[0], length_m(got.streets[0]) / 2)
    on = network([Street("s", (*line[:1], tuple(half.lon_lat)))]) if len(line) == 2 else None
    assert on is None or length_m(on.streets[0]) == pytest.approx(length_m(got.streets[0]) / 2, abs=0.3)


def test_what_is_no_network_is_told() -> None:
    for streets, said in (((), "a street at least"), ((CROSS[0], CROSS[0]), "two streets"),
                          ((Street("dot", ((25, 60), (25, 60))),), "no length")):  # fmt: skip
        with pytest.raises(ValueError, match=said):
            network(streets)
    with pytest.raises(ValueError, match="longitude and latitude"):
        Street("utm", ((385000.0, 6671000.0), (385100.0, 6671000.0)))


def test_ways_of_a_street_are_joined() -> None:
    parts = [
        Street("way/9", (at(0, 0), at(100, 0)), "High Street", "local"),
        Street("way/10", (at(200, 0), at(100, 0)), "High Street", "local"),
        Street("way/11", (at(200, 0), at(300, 0)), "High Street", "local"),
        Street("way/1", (at(300, 0), at(400, 0)), "High Street", "local", Oneway.ALONG),
        Street("way/2", (at(400, 0), at(500, 0)), "", "local"),
    ]
    got = {each.street_id: each for each in joined(parts)}
    assert sorted(got) == ["way/1", "way/2", "way/9"]
    assert got["way/9"].line == tuple(at(x, 0) for x in (0, 100, 200, 300))
    one, two = (replace(CROSS[0], street_id=f"way/{n}", oneway=Oneway.ALONG) for n in (3, 4))
    onwards = replace(two, line=(one.line[-1], at(500, 0)))
    against = replace(two, line=(at(500, 0), one.line[-1]))
    assert [len(joined([one, each])) for each in (onwards, against)] == [1, 2]
    assert joined([onwards, one])[0].line[0] == one.line[0]


def test_joining_loses_no_metre(shared: Path) -> None:
    ways = from_osm_pbf((shared / "data" / "networks" / "test.osm.pbf").read_bytes())
    before, after = (network(each) for each in (ways, joined(ways)))
    lengths = [sum(one.length_m for one in each.segments) for each in (before, after)]
    assert lengths[0] == pytest.approx(lengths[1])
    assert len(after.streets) < len(before.streets)


@pytest.mark.parametrize("heading_deg", [90.0, 270.0])
def test_the_way_is_told_by_the_heading(heading_deg: float) -> None:
    streets = network(CROSS)
    xs = np.arange(-200, 200, 10) * (1 if heading_deg < 180 else -1)
    got = match(streets, fixes(streets, *((x, -2) for x in xs), heading_deg=heading_deg))
    (one,) = stretches(streets, np.arange(len(xs), dtype=float), got)
    assert (one.street_id, one.way) == ("ew", Way.ALONG if heading_deg < 180 else Way.AGAINST)
    assert (one.low_m, one.high_m) == pytest.approx((100, 490) if heading_deg < 180 else (110, 500), abs=1.0)
    assert got.offset_m == pytest.approx(2 if heading_deg < 180 else -2, abs=0.2)
    assert one.decided


@pytest.mark.parametrize("step_m", [0.5, 2.0, 5.0, 7.0])
@pytest.mark.parametrize("heading_deg", [90.0, 270.0])
def test_a_fix_is_put_where_it_is_however_near_the_one_before_it(step_m: float, heading_deg: float) -> None:
    streets = network(CROSS)
    xs = np.arange(-100, 100, step_m) * (1 if heading_deg < 180 else -1)
    got = match(streets, fixes(streets, *((x, -2) for x in xs), heading_deg=heading_deg))
    assert got.chainage_m == pytest.approx(xs + 300, abs=0.5)
    assert {streets.segments[each].street for each in got.segment} == {streets.number_of["ew"]}


def test_carriageways_are_told_apart_by_their_direction() -> None:
    pair = (street("east", (-300, -4), (300, -4), oneway=Oneway.ALONG),
            street("west", (300, 4), (-300, 4), oneway=Oneway.ALONG))  # fmt: skip
    streets = network(pair)
    xs = np.arange(-200.0, 200.0, 10.0)
    # Right in the middle between the two.
    for sign, name in ((1, "east"), (-1, "west")):
        got = match(streets, fixes(streets, *((sign * x, 0.0) for x in xs), heading_deg=180 - 90 * sign))
        assert {streets.segments[each].street for each in got.segment} == {streets.number_of[name]}
        assert got.confidence.min() >= DECIDED


def test_what_cannot_be_told_apart_is_left_undecided() -> None:
    pair = (street("main", (-300, -3), (300, -3)), street("service", (-300, 3), (300, 3)))
    streets = network(pair)
    xs = np.arange(-200.0, 200.0, 10.0)
    at_s = np.arange(len(xs), dtype=float)
    got = match(streets, fixes(streets, *((x, 0.0) for x in xs), heading_deg=90.0))
    assert not any(each.decided for each in stretches(streets, at_s, got))
    clear = match(streets, fixes(streets, *((x, -6.0) for x in xs), heading_deg=90.0))
    (one,) = stretches(streets, at_s, clear)
    assert (one.street_id, one.decided) == ("main", True)


def test_far_from_every_street_there_is_none() -> None:
    streets = network(CROSS)
    got = match(streets, fixes(streets, (200, 200), (210, 200), (220, 200)))
    assert list(got.segment) == [UNDECIDED] * 3
    assert stretches(streets, np.arange(3.0), got) == []


@pytest.mark.parametrize(("sigma_m", "least", "beyond"), [(3.0, 0.80, 0.97), (6.0, 0.72, 0.93)])
def test_drives_over_real_streets_are_put_where_they_were(
    helsinki: Network, sigma_m: float, least: float, beyond: float
) -> None:
    """The floors stand well under what bench/map_matching.py prints, and far over the nearest segment."""
    right, free = [], []
    for seed in (501, 502, 503):
        drive = made_up_drive(helsinki, seed, sigma_m, 200)
        moved = np.gradient(drive.said_m, axis=0)
        heading = np.degrees(np.arctan2(moved[:, 0], moved[:, 1]))
        heading[np.hypot(moved[:, 0], moved[:, 1]) < 1.5] = np.nan
        got = match(helsinki, Fixes(drive.said_m, drive.at_s, heading, np.full(len(heading), sigma_m)))
        right.append((got.segment == drive.segment) & (got.along == drive.along))
        ends = np.array([(each.from_m, each.to_m) for each in helsinki.segments])[drive.segment]
        free.append(np.abs(ends - drive.chainage_m[:, None]).min(axis=1) > 10)
    here, away = np.concatenate(right), np.concatenate(free)
    assert here.mean() > least
    assert here[away].mean() > beyond


@given(st.integers(0, 10_000), st.floats(0, 3.0))
@settings(max_examples=20)
def test_shifting_everything_changes_nothing(seed: int, noise_m: float) -> None:
    """A drive along a street, wherever the street lies in its network."""
    rng = np.random.default_rng(seed)
    xs = np.arange(-200.0, 200.0, 10.0)
    points = [(x + rng.normal(0, noise_m), rng.normal(0, noise_m)) for x in xs]
    alone = network(CROSS)
    more = network([*CROSS, street("far", (5000, 5000), (6000, 5000))])
    one, two = (match(each, fixes(each, *points, heading_deg=90.0)) for each in (alone, more))
    assert one.chainage_m == pytest.approx(two.chainage_m, abs=0.01)
    assert one.confidence == pytest.approx(two.confidence, abs=1e-3)


def test_an_edition_maps_to_itself(helsinki: Network) -> None:
    places = [
        PlaceOnStreet(each.street_id, Way.ALONG, round(share * length_m(each), 2))
        for each in helsinki.streets[::40]
        for share in (0.1, 0.55)
    ]
    for got in mapped(helsinki, helsinki, places):
        assert got.new is not None
        assert (got.new.street_id, got.new.way) == (got.old.street_id, got.old.way)
        assert got.new.chainage_m == pytest.approx(got.old.chainage_m, abs=0.05)


def test_a_new_edition_is_followed_and_what_is_gone_is_told() -> None:
    old = network([*CROSS, street("gone", (-300, 100), (300, 100))])
    turned = Street("ew", CROSS[0].line[::-1], "ew", "local")
    renamed = replace(CROSS[1], street_id="new-id")
    new = network([turned, renamed, street("other", (2000, 2000), (2100, 2000))])
    places = [PlaceOnStreet("ew", Way.ALONG, 100.0), PlaceOnStreet("ns", Way.AGAINST, 250.0),
              PlaceOnStreet("gone", Way.ALONG, 50.0)]  # fmt: skip
    flipped, same, gone = mapped(old, new, places)
    assert flipped.new is not None
    assert (flipped.new.street_id, flipped.new.way) == ("ew", Way.AGAINST)
    assert flipped.new.chainage_m == pytest.approx(length_m(turned) - 100.0, abs=0.1)
    assert same.new is not None
    assert (same.new.street_id, same.new.way) == ("new-id", Way.AGAINST)
    assert gone.new is None
    assert "no street within 8 m" in gone.why_not
    with pytest.raises(ConfigError, match="there is no 9999"):
        list(mapped(old, new, [PlaceOnStreet("ew", Way.ALONG, 9999.0)]))
