"""Places on a network, from a CSV file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from waywarden.geo.streets.update import PlaceOnStreet
from waywarden.run.road.keys import read_rows
from waywarden.terms.distress import Way
from waywarden.terms.errors import SourceError

PLACE_COLUMNS = ("street", "way", "chainage_m")


def read_places(path: Path) -> list[PlaceOnStreet]:
    """Return the places in the CSV file ``path``; SourceError where a line is none."""
    return read_rows(path, PLACE_COLUMNS, _place, SourceError)


def _place(row: Mapping[str, str]) -> PlaceOnStreet:
    return PlaceOnStreet(row["street"], Way(row["way"]), float(row["chainage_m"]))
