"""OpenDataCam's counter data (``GET /recording/:id/counter``, versions 2 and 3, by its apidoc), as a survey. Read only.

Every crossing is in it with a time, an area and a class; here they become counts of whole quarters of an hour, and
nothing else of them is kept. An area is compared with the gate that has its name: both ways together, and, where each
crossing says its ``countingDirection``, each way. ``leftright_topbottom`` is told by our gate's line: downwards over
one that lies in the picture, to the right over one that stands. OpenDataCam 2 nests its history in lists, 3 does not.

Its counting lines can be gates too (``areas_as_gates``). ``location`` is in pixels of the browser that drew them;
``computed`` has the same line in pixels of the video, y upwards negative: y = -(a x + b) from ``xMin`` to ``xMax``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from waywarden.exchange.surveys.members import misshapen, number
from waywarden.terms.kinds import ALL_CLASSES, Kind
from waywarden.terms.places import Gate
from waywarden.terms.records import Direction
from waywarden.traffic.measures.compare import Surveyed
from waywarden.traffic.measures.peak import QUARTER
from waywarden.traffic.measures.turning import QUARTER_S, quarter_of

_WAY, _DOWN_OR_RIGHT, _UP_OR_LEFT = "countingDirection", "leftright_topbottom", "rightleft_bottomtop"
_KINDS: Mapping[str, str] = {"person": Kind.PEDESTRIAN.value, "motorbike": Kind.MOTORCYCLE.value}


def from_opendatacam(text: str, gates: Iterable[Gate] = ()) -> list[Surveyed]:
    """Return the counts of each area, class and whole quarter of every recording; ValueError says what is missing.

    Areas that are among ``gates`` by name are counted each way as well, if every crossing says which.
    """
    try:
        recordings = json.loads(text)
        found = [one for recording in _listed(recordings) for one in _surveyed(recording, gates)]
    except (KeyError, TypeError, AttributeError) as fault:
        raise misshapen("it is no counter data of OpenDataCam", fault) from fault
    if not found:
        raise ValueError("it holds no whole quarter of an hour of an area: recordings must be longer")
    return found


def areas_as_gates(text: str) -> list[Gate]:
    """Return the counting lines of counter data, or of ``GET /counter/areas``, as gates in pixels of the video.

    ``forward`` is what OpenDataCam calls ``leftright_topbottom``. ValueError says what is missing.
    """
    try:
        recordings = _listed(json.loads(text))
        whole = recordings[-1] if recordings else {}
        areas = whole.get("areas") or whole.get("countingAreas") or whole
        gates = [_gate(area) for area in areas.values()]
    except (KeyError, TypeError, AttributeError) as fault:
        raise misshapen("it has no areas of OpenDataCam", fault) from fault
    if not gates:
        raise ValueError("it has no area: draw a line there")
    return gates


def _gate(area: Mapping[str, Any]) -> Gate:
    line, bounds = area["computed"], area["computed"]["xBounds"]
    left, right = number(bounds, "xMin"), number(bounds, "xMax")
    ends = [(x, -(number(line, "a") * x + number(line, "b"))) for x in (left, right)]
    gate = Gate(str(area["name"]), ends[0], ends[1])
    return gate if _down_or_right(gate) is Direction.FORWARD else Gate(gate.id, gate.to_px, gate.from_px)


def _down_or_right(gate: Gate) -> Direction:
    """Return which direction of ``gate`` OpenDataCam calls ``leftright_topbottom``."""
    dx, dy = gate.to_px[0] - gate.from_px[0], gate.to_px[1] - gate.from_px[1]
    forward = dx > 0 if abs(dx) >= abs(dy) else dy < 0
    return Direction.FORWARD if forward else Direction.BACKWARD


def _surveyed(recording: Mapping[str, Any], gates: Iterable[Gate]) -> Iterator[Surveyed]:
    """Yield every quarter that lies in the recording, also those in which nothing crossed."""
    crossings = [one for item in recording["counterHistory"] for one in _listed(item)]
    ways = {gate.id: _down_or_right(gate) for gate in gates} if all(_WAY in one for one in crossings) else {}
    for area, about in recording["areas"].items():
        here = [one for one in crossings if one["area"] == area]
        yield from _quarters(recording, about["name"], None, here, crossings)
        down_or_right = ways.get(about["name"])
        for direction in Direction if down_or_right else ():
            said = _DOWN_OR_RIGHT if direction is down_or_right else _UP_OR_LEFT
            yield from _quarters(recording, about["name"], direction, [x for x in here if x[_WAY] == said], crossings)


def _quarters(
    recording: Mapping[str, Any],
    name: str,
    direction: Direction | None,
    here: Sequence[Mapping[str, Any]],
    everywhere: Sequence[Mapping[str, Any]],
) -> Iterator[Surveyed]:
    begin, end = (datetime.fromisoformat(recording[each]).astimezone(UTC) for each in ("dateStart", "dateEnd"))
    counts = Counter(
        (_class_of(one), quarter_of(datetime.fromisoformat(one["timestamp"]).astimezone(UTC))) for one in here
    )
    classes = sorted({_class_of(one) for one in everywhere})
    start = quarter_of(begin + QUARTER - timedelta(microseconds=1))
    while start + QUARTER <= end:
        by_class = {each: counts[each, start] for each in classes}
        for each, count in {ALL_CLASSES: sum(by_class.values()), **by_class}.items():
            yield Surveyed(name, direction, None, each, start, QUARTER_S, count)
        start += QUARTER


def _class_of(one: Mapping[str, Any]) -> str:
    return _KINDS.get(one["name"], one["name"])


def _listed(item: Any) -> list[Any]:
    return item if isinstance(item, list) else [item]
