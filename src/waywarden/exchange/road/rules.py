"""The policy and what it asks for, as the road's page draws them (JSON)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from waywarden.pavement.policy.backlog import Waiting
from waywarden.pavement.policy.policy import Policy

MOST_WAITING = 2000
"""Of the backlog: a page lists no more, the most overdue of them."""


def policy_json(policy: Policy, waiting: Sequence[Waiting], at: datetime) -> bytes:
    """Return the rules, and what they ask for of each defect that was waiting at ``at``, as ``backlog`` sorts them."""
    working = policy.working
    reached = Counter(each.level for each in waiting)
    told = {
        "version": policy.version,
        "at": _instant(at),
        "working": {
            "time_zone": working.time_zone.key, "opens": f"{working.opens:%H:%M}", "closes": f"{working.closes:%H:%M}",
            "weekdays": sorted(working.weekdays), "holidays": [day.isoformat() for day in sorted(working.holidays)],
        },
        "hierarchy": dict(policy.hierarchy),
        "severity": {each.value: weight for each, weight in policy.severity.items()},
        "traffic": [{"vehicles_per_day": least, "weight": weight} for least, weight in sorted(policy.traffic.items())],
        "sound_passes": policy.sound_passes,
        "levels": [
            {"name": each.name, "least_risk": each.least_risk, "hours": each.hours, "clock": each.clock,
             "cost": each.cost, "depth_mm": each.depth_mm, "width_mm": each.width_mm, "kinds": sorted(each.kinds),
             "waiting": reached.pop(each.name, 0)}
            for each in policy.levels
        ],
        "others": dict(reached),
        "more": max(0, len(waiting) - MOST_WAITING),
        "waiting": [
            {"defect": each.defect_id, "state": each.state, "known_since": _instant(each.known_since),
             "level": each.level, "due": each.due_at and _instant(each.due_at),
             "answered": each.answered_at and _instant(each.answered_at), "needs_measuring": each.needs_measuring}
            for each in waiting[:MOST_WAITING]
        ],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False).encode()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
