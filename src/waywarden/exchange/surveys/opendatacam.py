"""OpenDataCam's counter data (``GET /recording/:id/counter``, versions 2 and 3, by its apidoc), as a survey. Read only.

Every crossing is in it with a time, an area and a class; here they become counts of whole quarters of an hour, and
nothing else of them is kept. An area is compared with the gate that has its name, both ways: which way is which is
said by the picture there, and by the gate's ends here. OpenDataCam 2 nests its history in lists, 3 does not.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from waywarden.terms.kinds import ALL_CLASSES, Kind
from waywarden.traffic.measures.compare import Surveyed
from waywarden.traffic.measures.peak import QUARTER
from waywarden.traffic.measures.turning import QUARTER_S, quarter_of

_KINDS: Mapping[str, str] = {"person": Kind.PEDESTRIAN.value, "motorbike": Kind.MOTORCYCLE.value}


def from_opendatacam(text: str) -> list[Surveyed]:
    """Return the counts of each area, class and whole quarter of every recording; ValueError says what is missing."""
    try:
        recordings = json.loads(text)
        found = [one for recording in _listed(recordings) for one in _surveyed(recording, _crossings(recording))]
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"it is no counter data of OpenDataCam: {fault} is missing or of another sort") from fault
    if not found:
        raise ValueError("it holds no whole quarter of an hour of an area: recordings must be longer")
    return found


def _surveyed(recording: Mapping[str, Any], counts: Counter[tuple[str, str, datetime]]) -> Iterator[Surveyed]:
    """Yield every quarter that lies in the recording, also those in which nothing crossed."""
    begin, end = (datetime.fromisoformat(recording[name]).astimezone(UTC) for name in ("dateStart", "dateEnd"))
    classes = sorted({name for _, name, _ in counts})
    for area, about in recording["areas"].items():
        start = quarter_of(begin + QUARTER - timedelta(microseconds=1))
        while start + QUARTER <= end:
            by_class = {name: counts[area, name, start] for name in classes}
            for name, count in {ALL_CLASSES: sum(by_class.values()), **by_class}.items():
                yield Surveyed(about["name"], None, None, name, start, QUARTER_S, count)
            start += QUARTER


def _crossings(recording: Mapping[str, Any]) -> Counter[tuple[str, str, datetime]]:
    counts: Counter[tuple[str, str, datetime]] = Counter()
    for item in recording["counterHistory"]:
        for one in _listed(item):
            start = quarter_of(datetime.fromisoformat(one["timestamp"]).astimezone(UTC))
            counts[one["area"], _KINDS.get(one["name"], one["name"]), start] += 1
    return counts


def _listed(item: Any) -> list[Any]:
    return item if isinstance(item, list) else [item]
