"""An OpenStreetMap extract (.osm.pbf): its ways for motor vehicles as streets.

Source: the OpenStreetMap wiki, "PBF Format" (OSM's own fileformat.proto and osmformat.proto): blobs of at most 32 MiB
deflated by zlib; in them strings, nodes (mostly dense: numbers as differences) and ways.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.exchange.networks.attributes import of_each_piece, oneway_of
from waywarden.exchange.networks.lane_words import lanes_of
from waywarden.exchange.networks.protobuf import Message, fields, message, numbers, signed
from waywarden.terms.streets import Oneway, Street

DRIVEN = frozenset(
    ["motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link",
     "tertiary", "tertiary_link", "unclassified", "residential", "living_street", "service", "road"]
)  # fmt: skip
"""Values of ``highway`` that are driven; tracks, paths and what is under construction are not."""
NOT_STREETS = frozenset(["parking_aisle", "driveway", "drive-through", "emergency_access"])
"""Values of ``service`` that are nobody's street."""
KNOWN = {"OsmSchema-V0.6", "DenseNodes"}
_MOST_BYTES = 1 << 25
_NANO = 1e-9
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class OsmWay:
    """A way: its number, its nodes' numbers, and its tags."""

    number: int
    nodes: Whole
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Nodes:
    number: Whole
    lon_lat: npt.NDArray[np.float64]


def from_osm_pbf(raw: bytes) -> list[Street]:
    """Read the streets, a way each, ``way/N``; ValueError says what was wanted."""
    ways: list[OsmWay] = []
    nodes: list[_Nodes] = []
    try:
        for block in _blocks(raw):
            _read_block(block, ways, nodes)
    except (zlib.error, struct.error, IndexError, KeyError) as fault:
        raise ValueError(f"it is no whole .osm.pbf ({fault}): fetch the extract again") from fault
    if not ways:
        raise ValueError("there is no street in it (no way with a highway that is driven)")
    every = _Nodes(np.concatenate([each.number for each in nodes]), np.concatenate([each.lon_lat for each in nodes]))
    order = np.argsort(every.number, kind="stable")
    known = _Nodes(every.number[order], every.lon_lat[order])
    return [street for way in ways for street in _street(way, known)]


def _blocks(raw: bytes) -> Iterator[Message]:
    """Yield each block of data, unpacked."""
    at = 0
    while at < len(raw):
        (size,) = struct.unpack_from(">I", raw, at)
        head = message(raw[at + 4 : at + 4 + size])
        at += 4 + size
        length = int(head[3][0])
        if at + length > len(raw):
            raise struct.error("cut short")
        content = _unpacked(message(raw[at : at + length]))
        at += length
        if head[1][0] == b"OSMHeader":
            _check_header(message(content))
        elif head[1][0] == b"OSMData":
            yield message(content)


def _unpacked(blob: Message) -> bytes:
    if 1 in blob:
        return bytes(blob[1][0])
    if 3 not in blob:
        raise ValueError("it is packed in another way than zlib: save it as .osm.pbf with zlib")
    return zlib.decompressobj().decompress(blob[3][0], _MOST_BYTES)


def _check_header(header: Message) -> None:
    strange = {bytes(each).decode() for each in header.get(4, [])} - KNOWN
    if strange:
        raise ValueError(f"it needs {', '.join(sorted(strange))}, which is not known here: save it without")


def _read_block(block: Message, ways: list[OsmWay], nodes: list[_Nodes]) -> None:
    strings = [bytes(each) for number, each in fields(block[1][0]) if number == 1]
    step = block.get(17, [100])[0] * _NANO
    lat_from, lon_from = signed_offset(block, 19) * _NANO, signed_offset(block, 20) * _NANO
    for group in block.get(2, []):
        for number, content in fields(group):
            if number == 2:
                dense = message(content)
                found, lat, lon = (np.cumsum(signed(numbers(dense[key][0]))) for key in (1, 8, 9))
                nodes.append(_Nodes(found, np.column_stack([lon_from + step * lon, lat_from + step * lat])))
            elif number == 1:
                one = message(content)
                found, lat, lon = (signed(np.array(one[key], np.uint64)) for key in (1, 8, 9))
                nodes.append(_Nodes(found, np.column_stack([lon_from + step * lon, lat_from + step * lat])))
            elif number == 3:
                ways.extend(_way(message(content), strings))


def signed_offset(block: Message, key: int) -> int:
    """Return an int64 of a block: protobuf writes a negative one as its complement."""
    value = int(block.get(key, [0])[0])
    return value - (1 << 64) if value >> 63 else value


def _way(way: Message, strings: list[bytes]) -> Iterator[OsmWay]:
    if 2 not in way or 8 not in way:
        return
    keys, values = numbers(way[2][0]), numbers(way[3][0])
    tags = {strings[key].decode(): strings[value].decode() for key, value in zip(keys, values, strict=True)}
    area = tags.get("area") == "yes"
    if tags.get("highway") in DRIVEN and tags.get("service") not in NOT_STREETS and not area:
        yield OsmWay(int(way[1][0]), np.cumsum(signed(numbers(way[8][0]))), tags)


def _street(way: OsmWay, known: _Nodes) -> Iterator[Street]:
    """Yield the way as a street; nodes that the extract cut off are left out."""
    place = np.searchsorted(known.number, way.nodes).clip(max=len(known.number) - 1)
    line = known.lon_lat[place[known.number[place] == way.nodes]]
    if len(line) >= 2:
        points = tuple((float(lon), float(lat)) for lon, lat in np.round(line, 7))
        oneway, tags = _oneway(way.tags), way.tags
        lanes = lanes_of(oneway, *(tags.get(key) for key in ("lanes", "lanes:forward", "lanes:backward")))
        yield Street(
            f"way/{way.number}", points, tags.get("name", ""), tags["highway"], oneway, of_each_piece(lanes, points)
        )


def _oneway(tags: dict[str, str]) -> Oneway:
    """Return the way it may be driven: motorways and roundabouts are one-way unless they say otherwise."""
    said = tags.get("oneway")
    if said is None and (tags["highway"] == "motorway" or tags.get("junction") in {"roundabout", "circular"}):
        return Oneway.ALONG
    try:
        return oneway_of(said)
    except ValueError:
        return Oneway.BOTH
