"""A street network from its file: GeoJSON, GeoPackage, or an extract of OpenStreetMap."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from waywarden.exchange.networks.attributes import streets_of
from waywarden.exchange.networks.geojson_streets import from_geojson
from waywarden.exchange.networks.osm_pbf import from_osm_pbf
from waywarden.exchange.networks.wkb import lines_of
from waywarden.geo.streets.joining import joined
from waywarden.geo.streets.network import Network, network
from waywarden.terms.errors import SourceError
from waywarden.terms.places import LonLat
from waywarden.terms.streets import Street

GEOJSON = (".geojson", ".json")
WGS_84 = (4326, 4979)


def read_network(path: Path) -> Network:
    """Return the network in the file ``path``; SourceError, one sentence, where it holds none."""
    try:
        return network(_streets(path))
    except ValueError as fault:
        raise SourceError(f"{path}: {fault}") from fault
    except OSError as fault:
        raise SourceError(f"{path} cannot be read ({fault.strerror}): give the path of a street network") from fault


def _streets(path: Path) -> list[Street]:
    name = path.name.lower()
    if name.endswith(".osm.pbf"):
        return joined(from_osm_pbf(path.read_bytes()))
    if name.endswith(".gpkg"):
        path.stat()
        return _geopackage(path)
    if name.endswith(GEOJSON):
        return from_geojson(path.read_bytes())
    raise ValueError("a street network is a .geojson, .gpkg or .osm.pbf file")


def _geopackage(path: Path) -> list[Street]:
    """Read the one layer of lines (OGC 12-128r19, 2.1.5 ``gpkg_geometry_columns``)."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)) as file:
            file.row_factory = sqlite3.Row
            layers = file.execute("SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns").fetchall()
            found = [(layer["table_name"], list(streets_of(_features(file, layer)))) for layer in layers]
    except sqlite3.Error as fault:
        raise ValueError(f"it is no GeoPackage ({fault})") from fault
    with_lines = [(name, streets) for name, streets in found if streets]
    if len(with_lines) != 1:
        names = ", ".join(name for name, _ in with_lines) or "none"
        raise ValueError(f"a GeoPackage with one layer of lines was wanted, it has {names}: save the streets alone")
    return with_lines[0][1]


def _features(
    file: sqlite3.Connection, layer: sqlite3.Row
) -> Iterator[tuple[Mapping[str, Any], Sequence[Sequence[LonLat]]]]:
    table = str(layer["table_name"]).replace('"', '""')
    for row in file.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - a name cannot be a parameter; it is quoted
        lines = lines_of(row[layer["column_name"]] or b"GP\0\x10")
        if lines and layer["srs_id"] not in WGS_84:
            raise ValueError(f"its layer {table} is in EPSG:{layer['srs_id']}: save it in WGS 84 (EPSG:4326)")
        yield {key: row[key] for key in row.keys() if key != layer["column_name"]}, lines  # noqa: SIM118 - a Row is no dict
