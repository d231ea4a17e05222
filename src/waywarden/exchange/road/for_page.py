"""Plans and programmes as the road's page draws them (JSON)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from waywarden.exchange.road.orders import Day, clock_of
from waywarden.pavement.orders.jobs import Visit
from waywarden.pavement.orders.plan import Plan
from waywarden.pavement.programme.programme import Programme
from waywarden.pavement.programme.reasons import Line, lines_of


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
