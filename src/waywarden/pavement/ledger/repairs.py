"""What the ledger says of repairs: verified or reopened by later passes, repaired twice, claimed but never seen."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from waywarden.terms.ledger import Fact, LedgerFact

REPAIRS = frozenset({Fact.REPAIRED, Fact.REPAIRED_TEMPORARILY})


def verdict(facts: Sequence[LedgerFact], sound_passes: int) -> Fact | None:
    """Return what passes after its last repair say of one defect: ``verified``, ``reopened``, or None, nothing new.

    A pass counts where it was valid (``told`` holds ``"valid": true`` and its ``pass_id``) and saw the place after
    the repair was done. One that sees the damage reopens it, from then on for good; so many different ones that see
    the place sound verify it. A temporary repair is never verified: it waits for the lasting one.

    Parameters
    ----------
    facts : sequence of LedgerFact
        Of one defect, in the order of the ledger.
    sound_passes : int
        How many valid passes have to see the place sound.
    """
    done = max((i for i, each in enumerate(facts) if each.fact in REPAIRS), default=None)
    if done is None:
        return None
    repair, later = facts[done], facts[done + 1 :]
    if any(each.fact is Fact.REOPENED for each in later):
        return None
    valid = [each for each in facts if each.observed_at > repair.observed_at and _pass_of(each) is not None]
    if any(each.fact is Fact.SEEN for each in valid):
        return Fact.REOPENED
    sound = {_pass_of(each) for each in valid if each.fact is Fact.SEEN_SOUND}
    lasting = repair.fact is Fact.REPAIRED and all(each.fact is not Fact.VERIFIED for each in later)
    return Fact.VERIFIED if lasting and len(sound) >= sound_passes else None


def _pass_of(fact: LedgerFact) -> str | None:
    """Return the valid pass that the fact is from, None where there is none."""
    told = json.loads(fact.told)
    found = told.get("pass_id") if told.get("valid") is True else None
    return str(found) if found else None


@dataclass(frozen=True, slots=True)
class RepairedTwice:
    """Two repairs of one defect, one after the other."""

    defect_id: str
    first_at: datetime
    second_at: datetime


def repaired_twice(
    facts: Iterable[LedgerFact], *, months: int = 12, called: Mapping[str, str] | None = None
) -> list[RepairedTwice]:
    """Return the defects that were repaired, to last or not, and repaired again within so many months.

    Parameters
    ----------
    facts : iterable of LedgerFact
    months : int
        The same day of the month counts as within; a month that lacks the day ends with its last.
    called : mapping, optional
        Names that defects once had to those that they have now.
    """
    done: defaultdict[str, list[datetime]] = defaultdict(list)
    for each in facts:
        if each.fact in REPAIRS:
            done[(called or {}).get(each.defect_id, each.defect_id)].append(each.observed_at)
    pairs = [(name, one, two) for name, at in done.items() for one, two in pairwise(sorted(at))]
    return [RepairedTwice(*pair) for pair in sorted(pairs) if pair[2] <= months_later(pair[1], months)]


def claimed_not_seen(facts: Iterable[LedgerFact], *, called: Mapping[str, str] | None = None) -> list[str]:
    """Return the defects whose last repair no valid pass has seen sound, in order of their names.

    ``called`` maps names that defects once had to those that they have now.
    """
    by_name: defaultdict[str, list[LedgerFact]] = defaultdict(list)
    for each in facts:
        by_name[(called or {}).get(each.defect_id, each.defect_id)].append(each)
    return sorted(name for name, mine in by_name.items() if _claimed_only(mine))


def _claimed_only(facts: Sequence[LedgerFact]) -> bool:
    repairs = [each.observed_at for each in facts if each.fact in REPAIRS]
    seen = (each for each in facts if each.fact is Fact.SEEN_SOUND and _pass_of(each) is not None)
    return bool(repairs) and not any(each.observed_at > max(repairs) for each in seen)


def months_later(at: datetime, months: int) -> datetime:
    """Return the same day and time ``months`` later, or the last day of that month.

    Examples
    --------
    >>> months_later(datetime(2024, 2, 29), 12)
    datetime.datetime(2025, 2, 28, 0, 0)
    """
    years, month = divmod(at.month - 1 + months, 12)
    first = at.replace(year=at.year + years, month=month + 1, day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(at.day, last.day))
