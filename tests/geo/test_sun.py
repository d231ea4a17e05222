"""The sun's height, against almanacs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from waywarden.geo.drives.sun import light, sun_height_deg
from waywarden.terms.inspections import Light


@pytest.mark.parametrize(
    ("at", "lon", "lat", "height"),
    [
        # NREL's Solar Position Algorithm (Reda & Andreas 2004, appendix A.5): zenith 50.11 degrees, seen from 1,830 m.
        (datetime(2003, 10, 17, 19, 30, 30, tzinfo=UTC), -105.1786, 39.742476, 39.88),
        # Overhead at noon on the tropic at the solstice; and the equinox at the equator.
        (datetime(2026, 6, 21, 12, 2, tzinfo=UTC), 0.0, 23.436, 90.0),
        (datetime(2026, 3, 20, 12, 7, tzinfo=UTC), 0.0, 0.0, 90.0),
    ],
)
def test_the_sun_stands_where_almanacs_have_it(at: datetime, lon: float, lat: float, height: float) -> None:
    assert sun_height_deg(at, lon, lat) == pytest.approx(height, abs=0.3)


def test_a_day_has_its_lights() -> None:
    midnight = datetime(2026, 3, 20, 22, 20, tzinfo=UTC)
    seen = [light(midnight + timedelta(minutes=10 * step), 25.0, 60.0) for step in range(144)]
    assert [seen[i] for i in range(144) if not i or seen[i] is not seen[i - 1]] == [
        Light.NIGHT, Light.DUSK, Light.DAY, Light.DUSK, Light.NIGHT
    ]  # fmt: skip
    # At the equinox the sun is up for half of the day; 12 degrees on either side take 96 minutes each at 60 degrees.
    assert seen.count(Light.DUSK) == pytest.approx(2 * 96 / 10, abs=2)
