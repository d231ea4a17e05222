"""OpenTrafficCam's sections and flows (.otflow of OTAnalytics) as gates and movements. Read only.

Source: OTAnalytics' ``domain.section`` and ``domain.flow``: JSON of ``sections``, each with ``id``, ``name``, ``type``
and ``coordinates`` (``x``, ``y`` in pixels of the picture), and ``flows``, each with ``start`` and ``end``, the ids of
two sections. A section of more than two points is taken from its first to its last; an area is no line and has no
crossing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from waywarden.exchange.surveys.members import misshapen, number
from waywarden.terms.places import Gate, Movement


def from_otflow(text: str) -> tuple[list[Gate], list[Movement]]:
    """Return the gates of a file, called as its sections are, and the movements of its flows.

    Raises
    ------
    ValueError
        If it is no such file, holds no line, or a flow is between sections that are not lines of it.
    """
    try:
        whole = json.loads(text)
        lines = [section for section in whole["sections"] if section.get("type", "line") == "line"]
        gates = {str(section["id"]): _gate(section) for section in lines}
        flows = [(str(flow["start"]), str(flow["end"]), flow) for flow in whole.get("flows", [])]
    except (KeyError, TypeError, AttributeError) as fault:
        raise misshapen("it is no .otflow", fault) from fault
    if not gates:
        raise ValueError("there is no line among its sections")
    return list(gates.values()), [_movement(gates, begin, end, flow) for begin, end, flow in flows]


def _gate(section: Mapping[str, Any]) -> Gate:
    name = str(section.get("name") or section["id"])
    try:
        points = [(number(point, "x"), number(point, "y")) for point in section["coordinates"]]
    except ValueError as fault:
        raise ValueError(f'section "{name}": {fault}') from fault
    if len(points) < 2 or points[0] == points[-1]:
        raise ValueError(f'section "{name}" wants two different ends in pixels')
    return Gate(name, points[0], points[-1])


def _movement(gates: Mapping[str, Gate], begin: str, end: str, flow: Mapping[str, Any]) -> Movement:
    if begin not in gates or end not in gates:
        raise ValueError(f"a flow leads from section {begin} to {end}, and the file has lines {', '.join(gates)} alone")
    one, other = gates[begin].id, gates[end].id
    return Movement(str(flow.get("name") or f"{one}-{other}"), one, other)
