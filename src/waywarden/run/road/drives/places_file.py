"""Places on a network, from a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from waywarden.geo.streets.update import PlaceOnStreet
from waywarden.terms.distress import Way
from waywarden.terms.errors import SourceError

Read = TypeVar("Read")
PLACE_COLUMNS = ("street", "way", "chainage_m")


def read_places(path: Path) -> list[PlaceOnStreet]:
    """Return the places in the CSV file ``path``; SourceError where a line is none."""
    return list(read_rows(path, PLACE_COLUMNS, _place))


def _place(row: Mapping[str, str]) -> PlaceOnStreet:
    return PlaceOnStreet(row["street"], Way(row["way"]), float(row["chainage_m"]))


def read_rows(path: Path, wanted: Sequence[str], read: Callable[[Mapping[str, str]], Read]) -> Iterator[Read]:
    """Yield what ``read`` makes of each row of a CSV file that has the columns ``wanted``.

    SourceError names the line where ``read`` raises ValueError or TypeError.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = [name for name in wanted if name not in (rows.fieldnames or ())]
            if missing:
                raise SourceError(f"{path} wants the columns {','.join(wanted)}; {missing[0]} is missing")
            try:
                for row in rows:
                    yield read(row)
            except (ValueError, TypeError, csv.Error) as fault:
                raise SourceError(f"{path}, line {rows.line_num}: {fault}") from fault
    except OSError as fault:
        raise SourceError(f"{path} cannot be read ({fault.strerror}): give the path of a CSV file") from fault
