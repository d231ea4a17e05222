"""What a claim pack holds of a place besides its ledger: inspections, and pictures by their sums, embedded in its page.

A picture is a file of the pack; ``pictures.json`` lists each with its SHA-256, and the ledger's own entries name some
of these sums. What an entry names and the pack has not was past its retention when the pack was made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from waywarden.exchange.printed.blocks import Block, Figure, Heading, Words, rows_of
from waywarden.terms.inspections import Inspection
from waywarden.terms.ledger import PICTURES as NAMED_BY
from waywarden.terms.pictures import KeptPicture

INSPECTIONS, PICTURES = "inspections.json", "pictures.json"
SIDES = ("before", "after")
INSPECTION_HEAD = (
    "street",
    "way",
    "from, m",
    "to, m",
    "at",
    "pass",
    "network",
    "speed, m/s",
    "light",
    "wet",
    "seen share",
    "found",
    "method",
    "known then",
)


def inspection_row(one: Inspection, until: datetime) -> dict[str, Any]:
    """Return an inspection as the pack has it; ``known_then`` is whether it was before ``until``."""
    return {
        "street": one.street_id, "way": one.way.value, "from_m": one.from_m, "to_m": one.to_m,
        "at": instant(one.at), "pass": one.pass_id, "network": one.network, "mean_speed_mps": one.mean_speed_mps,
        "light": one.light.value, "wet": one.wet, "seen_share": one.seen_share,
        "found": None if one.found is None else {kind.value: count for kind, count in one.found},
        "method": one.method, "known_then": one.at < until,
        "lanes": [[each.from_m, each.to_m, each.lane] for each in one.lanes],
    }  # fmt: skip


def picture_files(pictures: Sequence[KeptPicture]) -> dict[str, bytes]:
    """Return each picture as a file of the pack."""
    return {_file(each): each.jpeg for each in pictures}


def picture_row(one: KeptPicture) -> dict[str, Any]:
    """Return what the pack says of a picture."""
    return {
        "number": one.number, "of": one.of.value, "about": one.about_id, "at": instant(one.at), "sha256": one.sha256,
        "file": _file(one),
    }  # fmt: skip


def faults_of_pictures(files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield which pictures are not those that are listed, or that the ledger's entries name, a sentence each."""
    entries = [(each["defect"], json.loads(each["told"])) for each in json.loads(files["entries.json"])]
    named = {told["sighting_id"]: told["picture"] for _, told in entries if {"sighting_id", "picture"} <= set(told)}
    of_repairs = {(name, side, told[side]) for name, told in entries for side in SIDES if side in told}
    told_of = {(name, side) for name, side, _ in of_repairs}
    for each in json.loads(files[PICTURES]):
        mine = each["about"], each["of"]
        if mine in told_of and (*mine, each["sha256"]) not in of_repairs:
            yield f"{each['file']} is not a picture that the ledger names of {each['about']} {each['of']} its repair"
        if hashlib.sha256(files[each["file"]]).hexdigest() != each["sha256"]:
            yield f"{each['file']} is not the picture that {PICTURES} lists"
        if each["of"] == "defect" and named.get(each["about"], each["sha256"]) != each["sha256"]:
            yield f"{each['file']} is not the picture that the ledger names of the sighting {each['about']}"


def shown(files: Mapping[str, bytes]) -> list[Block]:
    """Return inspections and pictures as a part of the page, made of the other files alone."""
    looks, pictures = json.loads(files[INSPECTIONS]), json.loads(files[PICTURES])
    # A pack from before there were lanes has none to show.
    head = (*INSPECTION_HEAD, "lane, from the kerb") if any("lanes" in each for each in looks) else INSPECTION_HEAD
    found = rows_of(head, [_cells(each) for each in looks]) if looks else Words("None is stored.")
    body: list[Block] = [Heading(2, "Inspections"), found, Heading(2, "Pictures")]
    body += [_figure(each, files[each["file"]]) for each in pictures]
    entries = [json.loads(each["told"]) for each in json.loads(files["entries.json"])]
    named = {told[name] for told in entries for name in NAMED_BY if name in told}
    gone = sorted(named - {each["sha256"] for each in pictures})
    body += [] if pictures else [Words("None is kept.")]
    body += [Words(f"Past their retention: {', '.join(gone)}")] if gone else []
    return body


def instant(at: datetime) -> str:
    """Return a time as every file of the pack has it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _figure(each: Mapping[str, Any], jpeg: bytes) -> Figure:
    return Figure(jpeg, f"{each['of']} {each['about']}, {each['at']}, SHA-256 {each['sha256']}")


def _cells(each: Mapping[str, Any]) -> list[str]:
    found = each["found"]
    told = {
        **each,
        "found": "not looked for" if found is None else " ".join(f"{kind} {n}" for kind, n in found.items()) or "none",
        "wet": {None: "", True: "yes", False: "no"}[each["wet"]],
        "known_then": "yes" if each["known_then"] else "no",
    }
    if "lanes" in each:
        told["lanes"] = ", ".join(f"{lane} ({low:g} to {high:g} m)" for low, high, lane in each["lanes"]) or "not known"
    return [str(value) for value in told.values()]


def _file(one: KeptPicture) -> str:
    return f"pictures/{one.number}.jpg"
