"""Cameras as GeoJSON: the shape of RFC 7946, and no address of a camera."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from waywarden.exchange.geojson import cameras_geojson, to_geojson
from waywarden.terms.places import Camera, Gate, Movement

GATES = (Gate("south", (0, 180), (352, 180), "Süd"), Gate("north", (0, 20), (352, 20)))


def test_golden() -> None:
    camera = Camera(
        "c-1",
        "Hyde Park",
        ("rtsp://user:secret@10.0.0.9/1",),
        position=(-0.15163, 51.5018),
        gates=GATES,
        movements=(Movement("south-north", "south", "north", "straight on"),),
    )
    assert cameras_geojson([camera]) == {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": "c-1",
                "geometry": {"type": "Point", "coordinates": [-0.15163, 51.5018]},
                "properties": {
                    "name": "Hyde Park",
                    "gates": [{"id": "south", "name": "Süd"}, {"id": "north", "name": ""}],
                    "movements": [{"id": "south-north", "from": "south", "to": "north", "name": "straight on"}],
                },
            }
        ],
    }


cameras = st.builds(
    Camera,
    id=st.text(max_size=5),
    name=st.text(st.characters(codec="utf-8"), max_size=9),
    sources=st.just(("rtsp://user:secret@10.0.0.9/1",)),
    position=st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
    gates=st.sampled_from([(), GATES]),
)


@given(some=st.lists(cameras, max_size=4))
def test_positions_come_through_and_addresses_do_not(some: list[Camera]) -> None:
    raw = to_geojson(some)
    assert b"secret" not in raw
    features = json.loads(raw)["features"]
    assert len(features) == len(some)
    for feature, camera in zip(features, some, strict=True):
        geometry = feature["geometry"]
        assert (None if geometry is None else tuple(geometry["coordinates"])) == camera.position
        assert feature["properties"]["name"] == camera.name
