"""Intervals of every sort, for the tables they are written into."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import strategies as st

from waywarden.terms.records import Direction, TrafficInterval

# Names that a city file would refuse, too: a table must be right whatever stands in it.
NAMES = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ["", "a,b", 'a"b', "a\nb", "a\r\nb", "\r", " a ", "\u2028", "=1+1", "Grüße", "東京", "\x00", "\ufeff"]
)
SPEEDS = st.none() | st.floats(0, 200)


@st.composite
def _interval(draw: st.DrawFn) -> TrafficInterval:
    of_gate = draw(st.booleans())
    duration_s = draw(st.integers(1, 2**31 - 1))
    return TrafficInterval(
        camera_id=draw(NAMES),
        gate_id=draw(NAMES) if of_gate else None,
        direction=draw(st.sampled_from(Direction)) if of_gate else None,
        movement_id=None if of_gate else draw(NAMES),
        vehicle_class=draw(NAMES),
        start=draw(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))),  # noqa: DTZ001
        duration_s=duration_s,
        observed_s=draw(st.floats(0, duration_s)),
        count=draw(st.integers(0, 2**63 - 1)),
        mean_speed_mps=draw(SPEEDS),
        v85_mps=draw(SPEEDS),
        method="motion 1",
    )


@pytest.fixture(scope="session")
def some_intervals() -> st.SearchStrategy[list[TrafficInterval]]:
    """Return a strategy for lists of intervals; empty names are kept apart from missing ones where a table can."""
    return st.lists(_interval(), max_size=30)
