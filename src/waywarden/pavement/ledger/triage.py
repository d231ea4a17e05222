"""How often what was seen was there: persons' verdicts by the kind that was seen, and by what it was seen with."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from waywarden.terms.figures.shares import of_share
from waywarden.terms.ledger import Fact, LedgerFact, Triage
from waywarden.terms.road.now import Judged

ALL = "all"
NOT_TOLD = "not told"


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
        """Where the precision lies in 95 of 100 cases."""
        return of_share(self.real, self.judged)


def precisions(facts: Iterable[LedgerFact]) -> list[Precision]:
    """Return the precision of each kind, over all sources and for each; kinds that nobody judged are left out.

    A defect is judged by the last verdict on it, and is of the kind and source that the last sighting before told.
    """
    by_name: defaultdict[str, list[LedgerFact]] = defaultdict(list)
    for fact in facts:
        by_name[fact.defect_id].append(fact)
    groups: defaultdict[tuple[str, str], list[Judged]] = defaultdict(list)
    for mine in by_name.values():
        judged = judged_of(mine)
        if judged is not None:
            for where in (ALL, judged.source):
                groups[judged.kind, where].append(judged)
    order = sorted(groups.items(), key=lambda one: (one[0][0], one[0][1] != ALL, one[0][1]))
    return [_precision(kind, source, verdicts) for (kind, source), verdicts in order]


def judged_of(facts: Sequence[LedgerFact]) -> Judged | None:
    """Return the last verdict on one defect, by all its facts in order; None where nobody judged it."""
    last = max((i for i, each in enumerate(facts) if each.fact in {Fact.CONFIRMED, Fact.REJECTED}), default=None)
    if last is None:
        return None
    kind, source = NOT_TOLD, NOT_TOLD
    for each in facts[:last]:
        if each.fact is Fact.SEEN:
            told = json.loads(each.told)
            kind, source = told.get("kind", kind), told.get("source", source)
    verdict = json.loads(facts[last].told).get("triage")
    return Judged(kind, source, facts[last].fact is Fact.CONFIRMED, None if verdict is None else Triage(verdict))


def _precision(kind: str, source: str, verdicts: Sequence[Judged]) -> Precision:
    counted = Counter(each.triage for each in verdicts if each.triage is not None)
    real = sum(each.real for each in verdicts)
    return Precision(kind, source, len(verdicts), real, {each: counted[each] for each in Triage})
