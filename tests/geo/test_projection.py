"""Any coordinate system to metres; the truth is PROJ's own geodesic on the ellipsoid."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from waywarden.geo.projection import calibrate, to_local_metres
from waywarden.terms.errors import CalibrationError
from waywarden.terms.places import Calibration, CalibrationPoint

GEOD = Geod(ellps="WGS84")


def _distances(xy_m):
    return [float(np.hypot(*(a - b))) for i, a in enumerate(xy_m) for b in xy_m[:i]]


def _true_distances(lonlat):
    return [GEOD.inv(*a, *b)[2] for i, a in enumerate(lonlat) for b in lonlat[:i]]


@given(
    st.floats(-179, 179),
    st.floats(-70, 70),
    st.lists(st.tuples(st.floats(-1e-3, 1e-3), st.floats(-1e-3, 1e-3)), min_size=2, max_size=6),
)
@settings(max_examples=30, deadline=None)
def test_degrees_become_true_metres_anywhere(lon, lat, around):
    lonlat = np.array([(lon + dx, lat + dy) for dx, dy in around])
    assert _distances(to_local_metres("EPSG:4326", lonlat)) == pytest.approx(_true_distances(lonlat), abs=1e-3)


@pytest.mark.parametrize("crs", ["EPSG:32632", "EPSG:32633", "EPSG:3857", "EPSG:25833"])
def test_no_projection_stretches_a_distance(crs):
    lonlat = np.array([(13.7300, 51.0500), (13.7303, 51.0500), (13.7301, 51.0503), (13.7297, 51.0498)])
    xy = np.column_stack(Transformer.from_crs(4326, crs, always_xy=True).transform(*lonlat.T))
    assert _distances(to_local_metres(crs, xy)) == pytest.approx(_true_distances(lonlat), abs=5e-3)


def test_web_mercator_would_have_been_wrong_by_more_than_half():
    """So that the test above can fail: the plain coordinates are far off at this latitude."""
    lonlat = np.array([(13.73, 51.05), (13.7303, 51.05)])
    xy = np.column_stack(Transformer.from_crs(4326, 3857, always_xy=True).transform(*lonlat.T))
    assert _distances(xy)[0] > 1.5 * _true_distances(lonlat)[0]


def test_east_is_x_and_north_is_y():
    lonlat = np.array([(13.0, 51.0), (13.001, 51.0), (13.0, 51.001)])
    m = to_local_metres("EPSG:4326", lonlat)
    assert m[1, 0] > m[0, 0]
    assert m[2, 1] > m[0, 1]


def test_local_metres_stay_as_they_are():
    xy = np.array([(1.0, 2.0), (3.5, -4.0)])
    assert to_local_metres("metres", xy) == pytest.approx(xy)


def test_points_surveyed_far_out_of_their_zone_are_still_true(shared):
    """Dresden lies in UTM zone 33, its points were given in zone 32: 5 degrees east of that zone's middle."""
    points = json.loads((shared / "data/dresden/Testvideo_FR20.otrfpts").read_text())
    xy = np.array([(p["lon_utm"], p["lat_utm"]) for p in points.values()])
    lonlat = np.column_stack(Transformer.from_crs(32632, 4326, always_xy=True).transform(*xy.T))
    assert 13 < lonlat[0, 0] < 15
    assert 50 < lonlat[0, 1] < 52
    assert _distances(to_local_metres("EPSG:32632", xy)) == pytest.approx(_true_distances(lonlat), abs=2e-3)
    assert _distances(xy) != pytest.approx(_true_distances(lonlat), rel=5e-4)
    px = [(p["x_px"], p["y_px"]) for p in points.values()]
    fitted = calibrate(Calibration("EPSG:32632", tuple(map(CalibrationPoint, px, map(tuple, xy.tolist())))))
    assert fitted.residual_m.max() < 0.3


@pytest.mark.parametrize("crs", ["EPSG:999999", "somewhere", ""])
def test_an_unknown_system_is_one_sentence(crs):
    with pytest.raises(CalibrationError, match="crs wants 'metres' or a code") as refused:
        to_local_metres(crs, np.zeros((4, 2)))
    assert "\n" not in str(refused.value)


def test_points_that_are_nowhere_are_one_sentence():
    with pytest.raises(CalibrationError, match="lie outside EPSG:4326"):
        to_local_metres("EPSG:4326", np.array([(51.05, 113.7), (51.05, 113.8)]))


def test_no_points_at_all_are_one_sentence():
    with pytest.raises(CalibrationError, match="got none"):
        calibrate(Calibration("metres", ()))
