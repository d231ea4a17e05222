"""How often what was seen was there: persons' verdicts by the kind that was seen, and by what it was seen with."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from waywarden.terms.ledger import Fact, LedgerFact, Triage

ALL = "all"
NOT_TOLD = "not told"
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Precision:
    """Of ``judged`` defects that were seen as ``kind`` with ``source``, so many were ``real``.

    ``verdicts`` counts what persons called them. Who confirmed or rejected without a verdict is counted, but not there.
    """

    kind: str
    source: str
    judged: int
    real: int
    verdicts: Mapping[Triage, int]

    @property
    def share(self) -> float:
        """The precision."""
        return self.real / self.judged

    @property
    def interval(self) -> tuple[float, float]:
        """Where the precision lies in 95 of 100 cases (Wilson, 1927): few verdicts say little."""
        n, p, z = self.judged, self.share, _Z
        middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max((middle - half) / (1 + z * z / n), 0.0), min((middle + half) / (1 + z * z / n), 1.0)


def precisions(facts: Iterable[LedgerFact]) -> list[Precision]:
    """Return the precision of each kind, over all sources and for each; kinds that nobody judged are left out.

    A defect is judged by the last verdict on it, and is of the kind and source that the last sighting before told.
    """
    by_name: defaultdict[str, list[LedgerFact]] = defaultdict(list)
    for fact in facts:
        by_name[fact.defect_id].append(fact)
    groups: defaultdict[tuple[str, str], list[tuple[Fact, Triage | None]]] = defaultdict(list)
    for mine in by_name.values():
        judged = _judged(mine)
        if judged is not None:
            kind, source, fact_of, verdict = judged
            for where in (ALL, source):
                groups[kind, where].append((fact_of, verdict))
    order = sorted(groups.items(), key=lambda one: (one[0][0], one[0][1] != ALL, one[0][1]))
    return [_precision(kind, source, verdicts) for (kind, source), verdicts in order]


def _judged(facts: Sequence[LedgerFact]) -> tuple[str, str, Fact, Triage | None] | None:
    """Return kind, source, fact and verdict of one defect, None where nobody judged it."""
    last = max((i for i, each in enumerate(facts) if each.fact in {Fact.CONFIRMED, Fact.REJECTED}), default=None)
    if last is None:
        return None
    kind, source = NOT_TOLD, NOT_TOLD
    for each in facts[:last]:
        if each.fact is Fact.SEEN:
            told = json.loads(each.told)
            kind, source = told.get("kind", kind), told.get("source", source)
    verdict = json.loads(facts[last].told).get("triage")
    return kind, source, facts[last].fact, None if verdict is None else Triage(verdict)


def _precision(kind: str, source: str, verdicts: Sequence[tuple[Fact, Triage | None]]) -> Precision:
    counted = Counter(verdict for _, verdict in verdicts if verdict is not None)
    real = sum(fact is Fact.CONFIRMED for fact, _ in verdicts)
    return Precision(kind, source, len(verdicts), real, {each: counted[each] for each in Triage})
