"""GeoJSON (RFC 7946): its LineString and MultiLineString features as streets, in WGS 84 as it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from waywarden.exchange.networks.attributes import streets_of
from waywarden.terms.places import LonLat
from waywarden.terms.streets import Street

_LINES = {"LineString": 0, "MultiLineString": 1}


def from_geojson(raw: bytes) -> list[Street]:
    """Read the streets; features that are no lines are passed over. ValueError says what was wanted."""
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError) as fault:
        raise ValueError(f"it is no whole GeoJSON ({fault})") from fault
    if not isinstance(given, dict) or given.get("type") != "FeatureCollection":
        raise ValueError("GeoJSON with a FeatureCollection was wanted")
    try:
        streets = list(streets_of(_features(given["features"])))
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"a feature is not as RFC 7946 has it ({fault!r})") from fault
    if not streets:
        raise ValueError("there is no street in it: features that are a LineString were wanted")
    return streets


def _features(features: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], list[list[LonLat]]]]:
    for feature in features:
        shape = feature["geometry"] or {}
        if shape.get("type") in _LINES:
            lines = shape["coordinates"] if _LINES[shape["type"]] else [shape["coordinates"]]
            # RFC 7946 lets an id stand beside the properties.
            beside = {"id": feature["id"]} if "id" in feature else {}
            yield (
                beside | (feature["properties"] or {}),
                [[(float(x), float(y)) for x, y, *_ in line] for line in lines],
            )
