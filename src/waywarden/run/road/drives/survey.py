"""``waywarden survey``: drives in, inspections and sightings out, and what was seen into the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from waywarden.geo.streets.network import Network
from waywarden.run.road.drives.driven import driven
from waywarden.run.road.drives.inspecting import NOTHING_SAID, Left, Said, id_of, left_by
from waywarden.run.road.drives.looking import Look
from waywarden.run.road.drives.reading import read_drive, spelt
from waywarden.run.road.drives.taking_in import Line, Stored, write_down
from waywarden.run.road.now.following import bring_up_to_date, keep_streets
from waywarden.run.road.pictures.keeping import Kept
from waywarden.store.drives import StoredDrives
from waywarden.store.ledger import open_ledger
from waywarden.store.names import open_names
from waywarden.store.pictures import open_kept_pictures
from waywarden.terms.errors import SourceError, WaywardenError
from waywarden.terms.ledger import LedgerEntry


@dataclass(frozen=True, slots=True, eq=False)
class SurveyJob:
    """What a survey needs: the streets, who looks for damage, where it is kept, and how cameras keep their time.

    ``keep`` takes pictures of what was seen, where they are to be kept. ``said`` is what the drives say of their lane.
    """

    streets: Network
    look: Look
    store: StoredDrives
    store_file: Path
    zone: tzinfo
    began: datetime | None = None
    keep: Callable[[Path, Left], Kept] | None = None
    said: Said = NOTHING_SAID


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What came of one drive: what it left, how many metres of street it was surely and not surely on, or trouble.

    ``told`` is what its look has to say besides.
    """

    path: Path
    left: Left | None
    decided_m: float = 0.0
    undecided_m: float = 0.0
    trouble: WaywardenError | None = None
    kept: Kept | None = None
    told: str = ""


def survey(job: SurveyJob, paths: Iterable[Path]) -> Iterator[Surveyed]:
    """Yield what came of each drive, stored as it comes; a bad one does not stop the others."""
    for path in paths:
        try:
            yield _one(job, path)
        except WaywardenError as trouble:
            yield Surveyed(path, None, trouble=trouble)


def _one(job: SurveyJob, path: Path) -> Surveyed:
    drive = read_drive(path, job.began, job.zone)
    _refuse_future(path, float(drive.positions.at_s[-1]))
    parts = driven(job.streets, drive.positions)
    before = job.store.sightings_of(id_of(drive.positions))
    looked = job.look(drive)
    left = left_by(drive, job.streets, parts, looked, before, job.said)
    kept = None if job.keep is None else job.keep(path, left)
    job.store.append_drive(left.drive_id, left.inspections, left.sightings)
    if kept is not None:
        with closing(open_kept_pictures(job.store_file)) as pictures:
            pictures.append_drive(left.drive_id, kept.pictures)
    lengths = [(each.stretch.decided, each.stretch.high_m - each.stretch.low_m) for each in parts]
    surely = sum(length_m for decided, length_m in lengths if decided)
    unsure = sum(length_m for _, length_m in lengths) - surely
    return Surveyed(path, left, surely, unsure, kept=kept, told="" if looked is None else looked.told)


def _refuse_future(path: Path, last_s: float) -> None:
    if last_s > datetime.now(UTC).timestamp():
        raise SourceError(f"{path}: it ends in the future ({spelt(last_s)}): set the clock of its receiver or camera")


def into_ledger(job: SurveyJob, surveyed: Sequence[Surveyed]) -> Sequence[LedgerEntry]:
    """Write down what was seen on the streets of ``surveyed``, and is not in the ledger yet; return the new entries.

    Done once, after all drives: a survey that was interrupted and is run again comes to the same names.
    """
    looked: set[Line] = {
        (each.street_id, each.way) for one in surveyed if one.left is not None for each in one.left.inspections
    }
    with closing(open_kept_pictures(job.store_file)) as pictures:
        told = {sighting: {"picture": sha256} for sighting, sha256 in pictures.sums().items()}
    with closing(open_ledger(job.store_file)) as ledger, closing(open_names(job.store_file)) as names:
        stored = Stored(job.store, names, ledger, told)
        entries = write_down(stored, looked, job.streets.version, datetime.now(UTC))
    other_edition = keep_streets(job.store_file, job.streets)
    bring_up_to_date(job.store_file, None if other_edition else looked)
    return entries
