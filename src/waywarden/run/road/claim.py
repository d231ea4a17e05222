"""``waywarden ledger pack|check-pack``: everything that is known of a place, as one file that verifies itself."""

from __future__ import annotations

import io
import sys
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from waywarden.exchange.printed.blocks import Heading, Words
from waywarden.exchange.printed.pdf import pdf_of
from waywarden.exchange.road.claim_pack import (
    Known,
    entries_in,
    faults_of_pack,
    head_of_pack,
    left_out,
    pack,
    said,
    title_of,
)
from waywarden.pavement.ledger.chain import EMPTY
from waywarden.pavement.same.names import names_after, now_called
from waywarden.run.export import check_out, write_bytes
from waywarden.run.printing.letters import letters
from waywarden.run.road.ledger import read_entries
from waywarden.run.road.names import kept_changes, read_sightings
from waywarden.run.road.policy_file import read_policy
from waywarden.store.drives import StoredDrives, StretchFilter, open_drives
from waywarden.store.ledger import open_ledger
from waywarden.store.pictures import open_kept_pictures
from waywarden.terms.distress import DistressSighting, KeptChange, Way
from waywarden.terms.errors import ConfigError, LedgerError
from waywarden.terms.inspections import Inspection
from waywarden.terms.ledger import LedgerEntry

WHEN = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the zip: the pack says itself when it was made."""
PROOF = (
    "This print shows what a claim pack says, and proves nothing by itself. The pack is a .zip file whose head is "
    "{head}. 'waywarden ledger check-pack FILE.zip --head {head}' finds any change to it; its page.html says the same "
    "as this print."
)
LARGEST_BYTES = 256_000_000
"""No part of a pack is larger; what says it is would fill memory."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a pack is wanted of: a defect by name, or a street and a chainage.

    ``sightings`` is a file of them; without it those that drives left in the store are taken.
    """

    defect: str | None
    street: str | None
    chainage_m: float | None
    within_m: float
    until: datetime
    sightings: Path | None
    policies: Sequence[Path]
    with_chain: bool


def until_of(text: str) -> datetime:
    """Return the end of a day (UTC), or the instant, that ``text`` says; ConfigError if it says neither."""
    try:
        if len(text) == len("2026-03-02"):
            return datetime.combine(date.fromisoformat(text) + timedelta(days=1), datetime.min.time(), UTC)
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--at wants a day, or a time such as 2026-03-02T08:00:00Z, got {text!r}") from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def make_pack(store_file: Path, asked: Asked, out: str, pdf: str | None = None) -> str:
    """Write the pack to ``out`` and return its head; WaywardenError if nothing is known of the place.

    ``pdf`` is where its pages go as a PDF besides, with the head printed on each: it cannot be in what the head is of.
    """
    check_out(out, [".zip"])
    if pdf is not None:
        check_out(pdf, [".pdf"])
    files = pack(_known(store_file, asked))
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(zipfile.ZipInfo(name, WHEN), content, zipfile.ZIP_DEFLATED)
    head = head_of_pack(files)
    if pdf is not None:
        blocks = [*said(files), Heading(2, "Whether this is true"), Words(PROOF.format(head=head))]
        write_bytes([pdf_of(title_of(files), blocks, letters(), f"Claim pack {head}")], pdf, sys.stdout.buffer)
    write_bytes([raw.getvalue()], out, sys.stdout.buffer)
    return head


def check_pack(path: Path, head: str | None, store_file: Path | None) -> str:
    """Return the head of a pack that is whole; LedgerError with the first fault and how many there are.

    With ``store_file`` its entries have to be the ledger's as well.
    """
    files = _unzipped(path)
    found = list(faults_of_pack(files, head))
    if not found and store_file is not None:
        ledger = {each.number: each for each in read_entries(store_file)}
        strange = (one for one in entries_in(files) if ledger.get(one.number) != one)
        found = [f"entry {one.number} is not in {store_file}" for one in strange]
        found += left_out(files, ledger.values())
    if found:
        more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
        raise LedgerError(f"{path}: {found[0]}{more}; do not rely on it")
    return head_of_pack(files)


def _unzipped(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as zipped:
            if sum(each.file_size for each in zipped.infolist()) > LARGEST_BYTES:
                raise LedgerError(f"{path} is larger than a claim pack can be: do not rely on it")
            return {name: zipped.read(name) for name in zipped.namelist()}
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        raise LedgerError(f"{path} is no zip file, or a damaged one ({error}): do not rely on it") from error


def _known(store_file: Path, asked: Asked) -> Known:
    changes = kept_changes(store_file)
    of = names_after(each.change for each in changes)
    with closing(open_drives(store_file, read_only=True)) as drives:
        sightings = _sightings(asked, drives, of)
        defects, place = _defects(asked, changes, sightings)
        seen = [each for each in sightings if of.get(each.sighting_id) in defects]
        inspections = _inspections(asked, drives, seen)
    texts = {read_policy(path).version: path.read_bytes() for path in asked.policies}
    ledger = open_ledger(store_file, read_only=True)
    try:
        mine = sorted((one for name in defects for one in ledger.entries(name)), key=lambda one: one.number)
        chain: list[LedgerEntry] = list(ledger.entries(first=mine[0].number)) if asked.with_chain and mine else []
        head, in_force = ledger.head() or EMPTY, ledger.policy_at(asked.until)
    finally:
        ledger.close()
    if not mine and not seen:
        raise ConfigError(f"nothing is known of {place}: 'waywarden ledger states' lists the defects there are")
    touched = [each for each in changes if any({move.from_id, move.to_id} & set(defects) for move in each.change.moves)]
    with closing(open_kept_pictures(store_file, read_only=True)) as store:
        pictures = store.about({*defects, *(sighting for sighting, name in of.items() if name in defects)})
    return Known(
        place, defects, asked.until, datetime.now(UTC), head, in_force, texts, mine, touched, seen, chain,
        inspections, pictures,
    )  # fmt: skip


def _sightings(asked: Asked, drives: StoredDrives, of: Mapping[str, str]) -> list[DistressSighting]:
    """Return the sightings to look among: of the file that was given, or of the store's, on the streets in question."""
    if asked.sightings is not None:
        return read_sightings(asked.sightings)
    if asked.street is not None:
        return [each for way in Way for each in drives.sightings(asked.street, way)]
    return drives.sightings_by_id(sighting for sighting, name in of.items() if name == asked.defect)


def _inspections(asked: Asked, drives: StoredDrives, seen: Sequence[DistressSighting]) -> list[Inspection]:
    """Return when the place was looked at, in order of time: where its sightings are, or where it was asked for."""
    wanted = defaultdict(list)
    for each in seen:
        wanted[each.street_id, each.way].append(each.chainage_m)
    if asked.street is not None and asked.chainage_m is not None:
        for way in Way:
            wanted[asked.street, way] += [asked.chainage_m - asked.within_m, asked.chainage_m + asked.within_m]
    asking = (StretchFilter(street, way, min(at_m), max(at_m)) for (street, way), at_m in wanted.items())
    return sorted((one for each in asking for one in drives.inspections(each)), key=lambda one: (one.at, one.pass_id))


def _defects(
    asked: Asked, kept: Sequence[KeptChange], sightings: Sequence[DistressSighting]
) -> tuple[tuple[str, ...], str]:
    """Return the names of the place's defects, also those that they had, and the place in words."""
    changes = [each.change for each in kept]
    if asked.defect is not None:
        names, place = {asked.defect}, f"Defect {asked.defect}"
    elif asked.street is None or asked.chainage_m is None:
        raise ConfigError("a pack wants --defect; or --street and --chainage-m, to find defects by")
    else:
        of = names_after(changes)
        names = {of[one.sighting_id] for one in sightings if _near(one, asked) and one.sighting_id in of}
        place = f"{asked.street}, {asked.chainage_m:g} m and {asked.within_m:g} m either way"
    now = {now_called(name, changes) for name in names}
    used = {move.from_id for change in changes for move in change.moves if move.from_id is not None}
    return tuple(sorted(names | now | {name for name in used if now_called(name, changes) in now})), place


def _near(one: DistressSighting, asked: Asked) -> bool:
    wanted = asked.chainage_m or 0.0
    return one.street_id == asked.street and abs(one.chainage_m - wanted) <= asked.within_m
