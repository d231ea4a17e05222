"""Cameras as GeoJSON (RFC 7946), for maps.

What a camera's sources are is left out on purpose: an address may hold a password.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from waywarden.terms.places import Camera


def cameras_geojson(cameras: Iterable[Camera]) -> dict[str, Any]:
    """Return a FeatureCollection (section 3.3), one Point per camera, longitude before latitude (section 3.1.1).

    A camera without a position has a null geometry (section 3.2, "unlocated").
    """
    return {"type": "FeatureCollection", "features": [_feature(camera) for camera in cameras]}


def to_geojson(cameras: Iterable[Camera]) -> bytes:
    """Return ``cameras_geojson`` as UTF-8 (section 11.1 wants no other encoding)."""
    return json.dumps(cameras_geojson(cameras), ensure_ascii=False, allow_nan=False).encode()


def _feature(camera: Camera) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": list(camera.position)} if camera.position else None
    return {
        "type": "Feature",
        "id": camera.id,
        "geometry": geometry,
        "properties": {
            "name": camera.name,
            "gates": [{"id": gate.id, "name": gate.name} for gate in camera.gates],
            "movements": [
                {"id": movement.id, "from": movement.from_gate, "to": movement.to_gate, "name": movement.name}
                for movement in camera.movements
            ],
        },
    }
