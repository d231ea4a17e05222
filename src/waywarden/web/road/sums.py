"""Sums that a manager reads: the backlog and its clock, and how often what was seen was there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from waywarden.store.now.wanted import DefectFilter, NowStore, Verdicts
from waywarden.terms.figures.shares import of_share
from waywarden.terms.ledger import Triage
from waywarden.web.answers import rfc3339
from waywarden.web.road.published import DEFECT, as_told

KNOWN_DAYS = (1, 7, 28, 90, 365)
"""Borders of the buckets by how long something has been known."""
ALL = "all"


def backlog_json(now: NowStore, at: datetime) -> dict[str, object]:
    """Return how much waits at ``at``, by state, kind and how long it has been known, and the longest known."""
    rows = now.backlog(at, KNOWN_DAYS)
    states: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    buckets: Counter[int] = Counter()
    for row in rows:
        states[row.state] += sum(row.counts)
        kinds[row.kind or "unknown"] += sum(row.counts)
        buckets.update(dict(enumerate(row.counts)))
    oldest = now.defects(DefectFilter(waiting=True), limit=1)
    borders = [0, *KNOWN_DAYS, None]
    return {
        "at": rfc3339(at),
        "count": states.total(),
        "known_since": rfc3339(min(row.oldest_at for row in rows)) if rows else None,
        "oldest": as_told(DEFECT, oldest[0]) if oldest else None,
        "by_state": dict(sorted(states.items())),
        "by_kind": dict(sorted(kinds.items())),
        "known_for": [
            {"from_days": borders[n], "to_days": borders[n + 1], "count": buckets[n]}
            for n in range(len(KNOWN_DAYS) + 1)
        ],
    }


def precision_json(rows: Iterable[Verdicts]) -> list[dict[str, object]]:
    """Return the precision of each kind, over all sources and for each, with its 95 % interval."""
    groups: defaultdict[tuple[str, str], list[Verdicts]] = defaultdict(list)
    for row in rows:
        for source in (ALL, row.source):
            groups[row.kind, source].append(row)
    order = sorted(groups, key=lambda one: (one[0], one[1] != ALL, one[1]))
    return [_precision(kind, source, groups[kind, source]) for kind, source in order]


def _precision(kind: str, source: str, rows: list[Verdicts]) -> dict[str, object]:
    judged, real = sum(row.judged for row in rows), sum(row.real for row in rows)
    low, high = of_share(real, judged)
    verdicts = {str(each): sum(row.judged for row in rows if row.verdict == each) for each in Triage}
    return {
        "kind": kind, "source": source, "judged": judged, "real": real, "precision": round(real / judged, 4),
        "low": round(low, 4), "high": round(high, 4), "verdicts": verdicts,
    }  # fmt: skip
