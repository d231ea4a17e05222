"""A claim pack: everything that is known of a place in the road, as files that say when any of them was changed.

``MANIFEST.json`` holds the SHA-256 of every other file; the SHA-256 of the manifest is the pack's head. Whoever notes
the head elsewhere can show later that the pack is the one that was made. Entries of the ledger carry their own hashes,
and ``chain.json``, where it is, has every entry from the place's first to the ledger's head: the chain can be followed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waywarden.exchange.printed.blocks import Block, Heading, Words, html_of, rows_of
from waywarden.exchange.road.claim_place import (
    INSPECTIONS,
    PICTURES,
    faults_of_pictures,
    inspection_row,
    picture_files,
    picture_row,
    shown,
)
from waywarden.exchange.road.claim_place import instant as _instant
from waywarden.exchange.road.page import page
from waywarden.pavement.ledger.chain import hash_of
from waywarden.pavement.same.chain import hash_of_change
from waywarden.terms.distress import Change, DistressSighting, KeptChange, Move, NameChange, Role
from waywarden.terms.inspections import Inspection
from waywarden.terms.ledger import Fact, Head, LedgerEntry, LedgerFact
from waywarden.terms.pictures import KeptPicture

FORM = "waywarden claim pack 1"
MANIFEST, PAGE = "MANIFEST.json", "page.html"
ABOUT, ENTRIES, NAMES, SIGHTINGS, CHAIN = "about.json", "entries.json", "names.json", "sightings.json", "chain.json"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a place.

    ``place`` is it in words, ``defects`` its names, also those that it had. ``until``: what was recorded later was not
    known then, and is marked so. ``in_force`` is the version of the policy then, empty if the ledger names none;
    ``policies`` are texts by their versions. ``chain`` is empty, or every entry from the first of ``entries`` on.
    """

    place: str
    defects: tuple[str, ...]
    until: datetime
    made_at: datetime
    head: Head
    in_force: str
    policies: Mapping[str, bytes]
    entries: Sequence[LedgerEntry]
    names: Sequence[KeptChange]
    sightings: Sequence[DistressSighting]
    chain: Sequence[LedgerEntry] = ()
    inspections: Sequence[Inspection] = ()
    pictures: Sequence[KeptPicture] = ()


def pack(known: Known) -> dict[str, bytes]:
    """Return the files of the pack, the manifest first."""
    versions = sorted(({each.fact.policy for each in known.entries} | {known.in_force}) - {""})
    about = {
        "form": FORM,
        "place": known.place,
        "defects": list(known.defects),
        "until": _instant(known.until),
        "made_at": _instant(known.made_at),
        "ledger": {"entries": known.head.entries, "entry_hash": known.head.entry_hash},
        "policy_in_force": known.in_force,
        "policies": {version: _policy_file(known, version) for version in versions},
    }
    files = {
        ABOUT: _json(about),
        ENTRIES: _json([_entry(each, known.until) for each in known.entries]),
        NAMES: _json([_change(each, known.until) for each in known.names]),
        SIGHTINGS: _json([_sighting(each) for each in known.sightings]),
        INSPECTIONS: _json([inspection_row(each, known.until) for each in known.inspections]),
        PICTURES: _json([picture_row(each) for each in known.pictures]),
        **picture_files(known.pictures),
    }
    files |= {f"policy/{number}.toml": text for number, (_, text) in enumerate(sorted(known.policies.items()))}
    if known.chain:
        files[CHAIN] = _json([_entry(each, known.until) for each in known.chain])
    files[PAGE] = rendered(files)
    sums = {name: hashlib.sha256(raw).hexdigest() for name, raw in sorted(files.items())}
    return {MANIFEST: _json({"form": FORM, "sha256": sums}), **files}


def head_of_pack(files: Mapping[str, bytes]) -> str:
    """Return the pack's head, the SHA-256 (hexadecimal) of its manifest."""
    return hashlib.sha256(files[MANIFEST]).hexdigest()


def faults_of_pack(files: Mapping[str, bytes], head: str | None = None) -> Iterator[str]:
    """Yield what is wrong with a pack, a sentence each; nothing if it is whole.

    Parameters
    ----------
    files : mapping of name to bytes
    head : str, optional
        The head that was noted when the pack was made.
    """
    try:
        yield from _of_manifest(files, head)
        entries = entries_in(files)
        yield from _of_entries(entries, json.loads(files[ABOUT])["ledger"])
        yield from _of_names(json.loads(files[NAMES]))
        if PICTURES in files:
            yield from faults_of_pictures(files)
        if CHAIN in files:
            chain, about = _read_entries(files[CHAIN]), json.loads(files[ABOUT])
            yield from _of_chain(entries, chain, about["ledger"])
            yield from left_out(files, chain)
        if rendered(files) != files[PAGE]:
            yield f"{PAGE} does not say what the other files say"
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        yield f"it is no claim pack, or a part of it is missing ({error!r})"


def entries_in(files: Mapping[str, bytes]) -> list[LedgerEntry]:
    """Return the ledger's entries in a pack; ValueError, KeyError or TypeError where they are none."""
    return _read_entries(files[ENTRIES])


def left_out(files: Mapping[str, bytes], ledger: Iterable[LedgerEntry]) -> Iterator[str]:
    """Yield what of ``ledger`` is of the pack's defects, is not beyond its head, and is not in it, a sentence each."""
    about, there = json.loads(files[ABOUT]), {each.number for each in entries_in(files)}
    for each in ledger:
        before = each.number < about["ledger"]["entries"]
        if before and each.fact.defect_id in about["defects"] and each.number not in there:
            yield f"entry {each.number} was left out"


def _of_manifest(files: Mapping[str, bytes], head: str | None) -> Iterator[str]:
    if head is not None and head_of_pack(files) != head:
        yield "it is not the pack whose head was noted"
    sums = json.loads(files[MANIFEST])["sha256"]
    for name, wanted in sums.items():
        if name not in files:
            yield f"{name} is missing"
        elif hashlib.sha256(files[name]).hexdigest() != wanted:
            yield f"{name} was changed"
    for name in sorted(set(files) - set(sums) - {MANIFEST}):
        yield f"{name} was put in"


def _of_entries(entries: Sequence[LedgerEntry], ledger: Mapping[str, Any]) -> Iterator[str]:
    for before, entry in zip([None, *entries], entries, strict=False):
        if entry.entry_hash != hash_of(entry.number, entry.fact, entry.previous_hash):
            yield f"entry {entry.number} does not say what its hash was made of"
        if before is not None and before.number >= entry.number:
            yield f"entry {entry.number} stands behind entry {before.number}"
        if before is not None and before.number + 1 == entry.number and before.entry_hash != entry.previous_hash:
            yield f"entry {entry.number} does not follow entry {before.number}"
        if entry.number >= ledger["entries"]:
            yield f"entry {entry.number} is beyond the head of the ledger"
        if entry.number == ledger["entries"] - 1 and entry.entry_hash != ledger["entry_hash"]:
            yield f"entry {entry.number} is not the head of the ledger that it should be"


def _of_names(changes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for each in changes:
        moves = tuple(Move(*move) for move in each["moves"])
        word = (Role(each["role"]), each["undoes"], each.get("account", ""))
        change = NameChange(each["number"], Change(each["change"]), moves, *word)
        if hash_of_change(change, datetime.fromisoformat(each["recorded_at"]), each["previous_hash"]) != each["hash"]:
            yield f"change of names {each['number']} does not say what its hash was made of"


def _of_chain(entries: Sequence[LedgerEntry], chain: Sequence[LedgerEntry], ledger: Mapping[str, Any]) -> Iterator[str]:
    for number, entry in enumerate(chain, start=chain[0].number):
        if entry.number != number or entry.entry_hash != hash_of(number, entry.fact, entry.previous_hash):
            yield f"the chain is broken at entry {number}"
            return
        if number > chain[0].number and entry.previous_hash != chain[number - chain[0].number - 1].entry_hash:
            yield f"the chain is broken before entry {number}"
            return
    if (chain[-1].number + 1, chain[-1].entry_hash) != (ledger["entries"], ledger["entry_hash"]):
        yield "the chain does not end at the head of the ledger"
    if any(each not in chain for each in entries):
        yield "an entry of the place is not in the chain"


def rendered(files: Mapping[str, bytes]) -> bytes:
    """Return the page to be printed, made of the other files alone."""
    return page(title_of(files), html_of(said(files))).encode()


def title_of(files: Mapping[str, bytes]) -> str:
    """Return what a pack's pages are called."""
    return f"Claim pack: {json.loads(files[ABOUT])['place']}"


def said(files: Mapping[str, bytes]) -> list[Block]:
    """Return what a pack's pages say, made of its files of JSON and its pictures."""
    about, entries = json.loads(files[ABOUT]), json.loads(files[ENTRIES])
    names, sightings = json.loads(files[NAMES]), json.loads(files[SIGHTINGS])
    body: list[Block] = [Heading(1, about["place"]), rows_of(("", ""), _about_rows(about), apart=True)]
    for title, known in (("Known by then", True), ("Recorded later", False)):
        rows = [_entry_row(each) for each in entries if each["known_then"] is known]
        body += [Heading(2, title), rows_of(ENTRY_HEAD, rows) if rows else Words("Nothing.")]
    if sightings:
        head = SIGHTING_HEAD[: len(sightings[0])]  # packs made before sightings had scores say nothing of them
        body += [Heading(2, "Sightings"), rows_of(head, [_sighting_row(each) for each in sightings])]
    if INSPECTIONS in files:  # packs made before they went in have none
        body += shown(files)
    if names:
        rows = [
            [str(each["number"]), each["change"], _word(each), each["recorded_at"], str(len(each["moves"]))]
            for each in names
        ]
        head = ("number", "change", "word of", "recorded", "sightings")
        body += [Heading(2, "Changes of its name"), rows_of(head, rows)]
    return body


ENTRY_HEAD = (
    "number",
    "defect",
    "what happened",
    "observed",
    "recorded",
    "word of",
    "policy",
    "weights",
    "told",
    "hash",
)
SIGHTING_HEAD = (
    "sighting",
    "pass",
    "street",
    "way",
    "chainage, m",
    "at",
    "kind",
    "extent, m2",
    "score",
    "jolt, m/s2",
    "lane, from the kerb",
)


def _about_rows(about: Mapping[str, Any]) -> list[list[str]]:
    texts = [f"{version}: {name or 'its text was not given'}" for version, name in about["policies"].items()]
    return [
        ["defects", ", ".join(about["defects"])],
        ["known by", about["until"]],
        ["made at", about["made_at"]],
        ["policy then in force", about["policy_in_force"] or "the ledger names none"],
        ["policies", "; ".join(texts) or "none"],
        ["head of the ledger", f"{about['ledger']['entries']}:{about['ledger']['entry_hash']}"],
    ]


def _entry_row(each: Mapping[str, Any]) -> list[str]:
    told = ", ".join(f"{key} {value}" for key, value in json.loads(each["told"]).items())
    keys = ("number", "defect", "fact", "observed_at", "recorded_at")
    said = [*(str(each[key]) for key in keys), _word(each), each["policy"], each["weights"]]
    return [*said, told, each["hash"][:16]]


def _word(each: Mapping[str, Any]) -> str:
    """Return on whose word: the role and, where it was written through the API, the account."""
    return f"{each['role']} ({each['account']})" if "account" in each else str(each["role"])


def _by(account: str) -> dict[str, str]:
    """Return the account where there is one: packs from before there were accounts keep their hashes."""
    return {"account": account} if account else {}


def _sighting_row(each: Mapping[str, Any]) -> list[str]:
    return ["" if value is None else str(value) for value in each.values()]


def _entry(entry: LedgerEntry, until: datetime) -> dict[str, Any]:
    fact = entry.fact
    return {
        "number": entry.number, "defect": fact.defect_id, "fact": fact.fact.value,
        "observed_at": _instant(fact.observed_at), "recorded_at": _instant(fact.recorded_at), "role": fact.role.value,
        "weights": fact.weights, "policy": fact.policy, "told": fact.told, "previous_hash": entry.previous_hash,
        "hash": entry.entry_hash, "known_then": fact.recorded_at < until,
        **_by(fact.account),
    }  # fmt: skip


def _read_entries(raw: bytes) -> list[LedgerEntry]:
    found = []
    for each in json.loads(raw):
        observed, recorded = (datetime.fromisoformat(each[name]) for name in ("observed_at", "recorded_at"))
        fact = LedgerFact(
            each["defect"], Fact(each["fact"]), observed, recorded, Role(each["role"]), each["weights"],
            each["policy"], each["told"], each.get("account", ""),
        )  # fmt: skip
        found.append(LedgerEntry(each["number"], fact, each["previous_hash"], each["hash"]))
    return found


def _change(kept: KeptChange, until: datetime) -> dict[str, Any]:
    change = kept.change
    return {
        "number": change.number, "change": change.change.value, "role": change.role.value, "undoes": change.undoes,
        "moves": [[move.sighting_id, move.from_id, move.to_id] for move in change.moves],
        "recorded_at": _instant(kept.recorded_at), "previous_hash": kept.previous_hash, "hash": kept.change_hash,
        "known_then": kept.recorded_at < until, **_by(change.account),
    }  # fmt: skip


def _sighting(each: DistressSighting) -> dict[str, Any]:
    return {
        "sighting": each.sighting_id, "pass": each.pass_id, "street": each.street_id, "way": each.way.value,
        "chainage_m": each.chainage_m, "at": _instant(each.at), "kind": each.kind and each.kind.value,
        "extent_m2": each.extent_m2, "score": each.score, "jolt_mps2": each.jolt_mps2, "lane": each.lane,
    }  # fmt: skip


def _policy_file(known: Known, version: str) -> str | None:
    order = sorted(known.policies)
    return f"policy/{order.index(version)}.toml" if version in known.policies else None


def _json(what: Any) -> bytes:
    return (json.dumps(what, indent=1, ensure_ascii=False) + "\n").encode()
