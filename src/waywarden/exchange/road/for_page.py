"""Plans, programmes and policies as the road's page draws them (JSON)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from waywarden.exchange.road.orders import Day, clock_of
from waywarden.pavement.orders.jobs import Visit
from waywarden.pavement.orders.plan import Plan
from waywarden.pavement.policy.backlog import Waiting
from waywarden.pavement.policy.policy import Policy
from waywarden.pavement.programme.programme import Programme
from waywarden.pavement.programme.reasons import Line, lines_of

MOST_WAITING = 2000
"""Of the backlog: a page lists no more, the most overdue of them."""


def plan_json(plan: Plan, day: Day, yard: tuple[float, float]) -> bytes:
    """Return the crews' routes from the ``yard``: each crew's stops in order, and what no crew has time for."""
    crews = [
        {
            "crew": crew,
            "back": clock_of(day, back),
            "stops": [
                {"number": number, "order": name, "arrive": clock_of(day, stop.arrive_minutes),
                 "leave": clock_of(day, stop.leave_minutes), **_visit(stop.visit)}
                for number, (stop, name) in enumerate(zip(stops, names, strict=True), 1)
            ],
        }
        for crew, (stops, names, back) in enumerate(zip(plan.crews, day.order_ids, plan.back_minutes, strict=True), 1)
    ]  # fmt: skip
    told = {
        "day": f"{day.begins:%Y-%m-%d}", "begins": f"{day.begins:%H:%M}", "yard": list(yard), "crews": crews,
        "left": [_visit(visit) for visit in plan.left],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False).encode()


def programmes_json(made: Sequence[Programme], first_year: int) -> bytes:
    """Return programmes of the same sections under several budgets (one figure a year), the smallest first."""
    first = made[0]
    told = {
        "version": first.rules.version,
        "first_year": first_year,
        "years": len(first.budgets),
        "sections": [
            {"section": each.section_id, "street": each.street, "ward": each.ward, "area_m2": each.area_m2,
             "condition": each.condition}
            for each in first.network.sections
        ],
        "budgets": [
            {"budget": each.budgets[0], "gap": round(each.gap, 5), "stopped": each.stopped, "ways": _ways(each),
             "choices": [_choice(line, first_year) for line in lines_of(each)]}
            for each in made
        ],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False).encode()


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


def _ways(made: Programme) -> list[dict[str, object]]:
    return [
        {"name": each.name, "cost": round(each.cost, 2), "benefit": round(each.benefit, 2),
         "condition": [round(float(value), 2) for value in each.condition],
         "poor_share": round(each.poor_share, 4), "floors_missed": each.floors_missed}
        for each in made.outcomes
    ]  # fmt: skip


def _choice(line: Line, first_year: int) -> dict[str, object]:
    return {
        "section": line.section.section_id,
        "year": None if line.year is None else line.year + first_year - 1,
        "treatment": line.treatment.name if line.treatment else "",
        "cost": round(line.cost, 2),
        "condition_end": round(line.condition_end, 1),
        "reason": line.reason,
    }


def _visit(visit: Visit) -> dict[str, object]:
    first = visit.jobs[0]
    return {
        "street": first.street, "chainage_m": first.chainage_m, "position": [first.longitude, first.latitude],
        "minutes": round(visit.minutes, 1), "priority": visit.priority,
        "defects": [job.defect_id for job in visit.jobs],
    }  # fmt: skip
