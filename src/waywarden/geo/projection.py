"""Any coordinate system to metres that can be measured in."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from waywarden.geo.homography import Homography, Points, fit_homography
from waywarden.terms.errors import CalibrationError
from waywarden.terms.places import Calibration

LOCAL_METRES = "metres"


def to_local_metres(crs_name: str, xy: Points) -> Points:
    """Return (n, 2) metres east and north of the points' own middle.

    Distances are true there: the plane is an azimuthal equidistant one about the middle, so that neither the scale
    factor of UTM nor the degrees of longitude distort a speed.

    Parameters
    ----------
    crs_name : str
        ``metres`` (returned as they are), or anything PROJ knows, such as ``EPSG:4326`` (lon, lat) or ``EPSG:32632``.
    xy : (n, 2) float64
        x (east, longitude) first, whatever the order the authority gives.
    """
    if crs_name == LOCAL_METRES:
        return np.asarray(xy, np.float64)
    try:
        crs = CRS.from_user_input(crs_name)
    except CRSError as error:
        raise CalibrationError(f"crs wants 'metres' or a code such as 'EPSG:4326', got {crs_name!r}") from error
    lon, lat = Transformer.from_crs(crs, 4326, always_xy=True).transform(xy[:, 0], xy[:, 1])
    if not (np.all(np.isfinite(lon)) and np.all(np.abs(lat) <= 90)):
        raise CalibrationError(f"the calibration points lie outside {crs_name}: check the code and the order x, y")
    return local_plane(float(np.mean(lon)), float(np.mean(lat)))(np.column_stack([lon, lat]))


def local_plane(lon_deg: float, lat_deg: float) -> Callable[[Points], Points]:
    """Return the way from (n, 2) longitude and latitude (WGS 84) to (n, 2) metres east and north of a place."""
    here = CRS.from_proj4(f"+proj=aeqd +lat_0={lat_deg} +lon_0={lon_deg} +datum=WGS84 +units=m")
    onto = Transformer.from_crs(4326, here, always_xy=True)

    def to_metres(lon_lat: Points) -> Points:
        east, north = onto.transform(lon_lat[:, 0], lon_lat[:, 1])
        return np.column_stack([east, north])

    return to_metres


def calibrate(calibration: Calibration) -> Homography:
    """Return the homography of a camera from its surveyed points; CalibrationError says what is wrong with them."""
    picture_px = np.array([point.px for point in calibration.points], np.float64).reshape(-1, 2)
    ground = np.array([point.ground for point in calibration.points], np.float64).reshape(-1, 2)
    if len(ground) == 0:
        raise CalibrationError("a calibration wants at least 4 points, got none: add [[camera.calibration.point]]")
    return fit_homography(picture_px, to_local_metres(calibration.crs, ground))
