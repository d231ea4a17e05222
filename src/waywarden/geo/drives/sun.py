"""By what light a street was seen: how high the sun stood.

Source: the Astronomical Almanac, section C, "Low precision formulas for the Sun": good to a hundredth of a degree from
1950 to 2050.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from waywarden.terms.inspections import Light

DAY_FROM_DEG, NIGHT_UNTIL_DEG = 6.0, -6.0
"""Civil twilight ends at -6 degrees; as far over the horizon shadows are no longer than ten times what casts them."""


def sun_height_deg(at: datetime, lon_deg: float, lat_deg: float) -> float:
    """Return the height of the sun's middle over the horizon, without the air's refraction."""
    days = (at - datetime(2000, 1, 1, 12, tzinfo=UTC)).total_seconds() / 86400.0
    mean, anomaly = np.radians(280.460 + 0.9856474 * days), np.radians(357.528 + 0.9856003 * days)
    longitude = mean + np.radians(1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    tilt = np.radians(23.439 - 0.0000004 * days)
    ascension = np.arctan2(np.cos(tilt) * np.sin(longitude), np.cos(longitude))
    declination = np.arcsin(np.sin(tilt) * np.sin(longitude))
    # Greenwich mean sidereal time (the same section), and the hour angle from it.
    hour = np.radians(280.46062 + 360.98564737 * days + lon_deg) - ascension
    lat = np.radians(lat_deg)
    height = np.arcsin(np.sin(lat) * np.sin(declination) + np.cos(lat) * np.cos(declination) * np.cos(hour))
    return float(np.degrees(height))


def light(at: datetime, lon_deg: float, lat_deg: float) -> Light:
    """Return by what light a place was seen."""
    height_deg = sun_height_deg(at, lon_deg, lat_deg)
    if height_deg > DAY_FROM_DEG:
        return Light.DAY
    return Light.DUSK if height_deg > NIGHT_UNTIL_DEG else Light.NIGHT
