"""The ledger of road damage: what happened to each defect, entry by entry, for good.

On whose word is a role's and, where it was written through the API, an account's: a post of the office, not somebody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from waywarden.terms.distress import DistressKind, Role, Severity, check_account


class Fact(StrEnum):
    """What an entry says happened to a defect."""

    SEEN = "seen"
    SEEN_SOUND = "seen_sound"
    MEASURED = "measured"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    ORDERED = "ordered"
    MADE_SAFE = "made_safe"
    REPAIRED_TEMPORARILY = "repaired_temporarily"
    REPAIRED = "repaired"
    VERIFIED = "verified"
    REOPENED = "reopened"
    CLOSED = "closed"


class State(StrEnum):
    """What is the matter with a defect, by all that happened to it. ``closed`` is none: paper mends no road."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    ORDERED = "ordered"
    MADE_SAFE = "made_safe"
    REPAIRED_TEMPORARILY = "repaired_temporarily"
    REPAIRED = "repaired"
    VERIFIED = "verified"
    REOPENED = "reopened"
    REJECTED = "rejected"


class Triage(StrEnum):
    """What a person who looks at a sighting says it is. The last is for what needs no work at all."""

    POTHOLE = "pothole"
    PAVEMENT_FAILURE = "pavement_failure"
    UTILITY_CUT = "utility_cut"
    OTHER = "other"
    NOT_AN_ISSUE = "not_an_issue"

    @property
    def fact(self) -> Fact:
        """What it comes to."""
        return Fact.REJECTED if self is Triage.NOT_AN_ISSUE else Fact.CONFIRMED


TOLD: dict[str, tuple[type, ...]] = {
    "pass_id": (str,),
    "sighting_id": (str,),
    "valid": (bool,),
    "depth_mm": (int, float),
    "width_mm": (int, float),
    "extent_m2": (int, float),
    "severity": (str,),
    "order_id": (str,),
    "material": (str,),
    "triage": (str,),
    "kind": (str,),
    "source": (str,),
    "picture": (str,),
    "before": (str,),
    "after": (str,),
}
"""What an entry may tell beside its fact, and as what. There is no room for free text: it would come to hold names."""
MEASURES = ("depth_mm", "width_mm", "extent_m2")
"""What tells a size."""
PICTURES = ("picture", "before", "after")
"""What tells a kept picture, by the SHA-256 of its bytes: of a sighting, and of a repair's place."""
SUM = re.compile(r"[0-9a-f]{64}")
SOURCE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
"""What the name of a survey's source may be: a word, such as ``van-2-front``."""


def spelt(told: Mapping[str, object]) -> str:
    """Return what is told as JSON in its one spelling: hashes are made of it. ValueError where a number is none."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), allow_nan=False)


def refuse_odd(fact: LedgerFact) -> None:
    """Raise ValueError where a measure or a severity that is told is none.

    Not a part of ``LedgerFact``: entries from before this was asked for stay as they are, and still verify.
    """
    told = json.loads(fact.told)
    for name in MEASURES:
        if name in told and not 0 < told[name] < float("inf"):
            raise ValueError(f"{name} is a number over 0, got {told[name]}")
    if told.get("severity", Severity.LOW) not in set(Severity):
        raise ValueError(f"severity is one of {', '.join(Severity)}, got {json.dumps(told['severity'])}")


@dataclass(frozen=True, slots=True)
class LedgerFact:
    """What is to be written down, before it has a place in the ledger.

    ``observed_at`` is when it was so, ``recorded_at`` when it was written down. ``weights`` and ``policy`` are the
    versions of the weights that saw it and of the policy in force, empty where there were none. ``told`` is a JSON
    object of what else is known, with the keys of ``TOLD``. ``account`` is the work name under which it was written,
    empty where that was the program or the command line.
    """

    defect_id: str
    fact: Fact
    observed_at: datetime
    recorded_at: datetime
    role: Role
    weights: str = ""
    policy: str = ""
    told: str = "{}"
    account: str = ""

    def __post_init__(self) -> None:
        """Refuse times without a zone, facts from the future and what is not to be told (ValueError)."""
        if self.observed_at.tzinfo is None or self.recorded_at.tzinfo is None:
            raise ValueError("observed_at and recorded_at must be aware datetimes (UTC)")
        if self.observed_at > self.recorded_at:
            raise ValueError(f"observed {self.observed_at} is after recorded {self.recorded_at}: check the clock")
        if not self.defect_id:
            raise ValueError("a fact is about a defect: give its name")
        check_account(self.account)
        _check_words(self.fact, _checked(self.told))


def _checked(text: str) -> dict[str, Any]:
    told = json.loads(text)
    if not isinstance(told, dict):
        raise ValueError(f"what is told is a JSON object, got {text}")  # noqa: TRY004 - said to a person, as the rest
    for key, value in told.items():
        if key not in TOLD:
            raise ValueError(f"an entry tells {', '.join(TOLD)}; it has no {key}")
        # JSON's true is an int to Python.
        if not isinstance(value, TOLD[key]) or (isinstance(value, bool) and bool not in TOLD[key]):
            raise ValueError(f"{key} is {' or '.join(each.__name__ for each in TOLD[key])}, got {json.dumps(value)}")
    return told


def _check_words(fact: Fact, told: dict[str, Any]) -> None:
    """Refuse a verdict, a kind or a source that is none, and a verdict that says another thing than the fact."""
    if "kind" in told:
        DistressKind(told["kind"])
    if not SOURCE.fullmatch(told.get("source", "none")):
        raise ValueError(f"source is a word of small letters and figures, as in van-2-front, got {told['source']!r}")
    for name in PICTURES:
        if name in told and not SUM.fullmatch(told[name]):
            raise ValueError(f"{name} is the SHA-256 of a kept picture, 64 hexadecimal digits, got {told[name]!r}")
    if "triage" in told and Triage(told["triage"]).fact is not fact:
        raise ValueError(f"what is {told['triage']} is {Triage(told['triage']).fact}, not {fact}")


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A fact at its place in the ledger: ``number`` counts from 0, and the two hashes chain it to the one before."""

    number: int
    fact: LedgerFact
    previous_hash: str
    entry_hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a ledger ends: how many entries it has, and the hash of the last.

    Kept somewhere else, it shows later that the end was not cut off and the whole not written anew.
    """

    entries: int
    entry_hash: str
