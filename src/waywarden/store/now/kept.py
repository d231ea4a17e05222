"""The tables of now, written: each defect and each street segment by itself, and how far they have followed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from waywarden.store.faults import spoken
from waywarden.store.now.rows import defect_of, defect_row, segment_of, segment_row
from waywarden.store.opening import for_writing, open_engine
from waywarden.store.schema import defect_now, distress_sighting, ledger_entry, name_change, now_made, segment_now
from waywarden.terms.road.now import DefectNow, Made, SegmentNow

_NAMES_AT_ONCE = 500


def open_now(path: Path, *, busy_s: float = 20.0) -> KeptNow:
    """Open the tables of now in the store's file ``path``; StoreError as ``store.sqlite.open_store``."""
    return KeptNow(path, open_engine(path, read_only=False, busy_s=busy_s))


class KeptNow:
    """The tables of now in one SQLite file, for whoever keeps them up to date. Made by ``open_now``."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self._path = path
        self._engine = engine
        self._writing = for_writing(engine)

    def made(self) -> Made:
        """Return how far the tables have followed."""
        with spoken(self._path, "read"), self._engine.connect() as connection:
            row = connection.execute(select(now_made)).first()
        return Made() if row is None else Made(row.entries, row.changes, row.network)

    def there(self) -> tuple[int, int]:
        """Return how many entries the ledger has, and how many changes of names there are."""
        newest = (select(func.max(table.c.number)) for table in (ledger_entry, name_change))
        with spoken(self._path, "read"), self._engine.connect() as connection:
            entries, changes = (connection.scalar(each) for each in newest)
        return (-1 if entries is None else entries) + 1, (-1 if changes is None else changes) + 1

    def touched(self, first: int, until: int) -> list[str]:
        """Return the defects that entries ``first`` to ``until`` (not itself) are about, in order of their names."""
        columns = ledger_entry.c
        asking = select(columns.defect_id).distinct().where(columns.number >= first, columns.number < until)
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return sorted(connection.scalars(asking))

    def defects(self, names: Iterable[str]) -> dict[str, DefectNow]:
        """Return those of the named defects that there are."""
        wanted, found = sorted(set(names)), dict[str, DefectNow]()
        with spoken(self._path, "read"), self._engine.connect() as connection:
            for first in range(0, len(wanted), _NAMES_AT_ONCE):
                some = wanted[first : first + _NAMES_AT_ONCE]
                rows = connection.execute(select(defect_now).where(defect_now.c.defect_id.in_(some)))
                found |= {row.defect_id: defect_of(row) for row in rows}
        return found

    def on_streets(self, street_ids: Iterable[str]) -> list[DefectNow]:
        """Return the defects of some streets, but for those that were merged into others."""
        columns, found = defect_now.c, []
        with spoken(self._path, "read"), self._engine.connect() as connection:
            for street_id in sorted(set(street_ids)):
                asking = select(defect_now).where(columns.street_id == street_id, columns.merged_into == "")
                found += [defect_of(row) for row in connection.execute(asking)]
        return found

    def segments(self, street_ids: Iterable[str]) -> list[SegmentNow]:
        """Return the segments of some streets, in order along each."""
        found: list[SegmentNow] = []
        with spoken(self._path, "read"), self._engine.connect() as connection:
            for street_id in sorted(set(street_ids)):
                asking = select(segment_now).where(segment_now.c.street_id == street_id).order_by(segment_now.c.from_m)
                found += [segment_of(row) for row in connection.execute(asking)]
        return found

    def lines_seen(self) -> list[tuple[str, str]]:
        """Return every street and way of which there is a sighting."""
        columns = distress_sighting.c
        with spoken(self._path, "read"), self._engine.connect() as connection:
            rows = connection.execute(select(columns.street_id, columns.way).distinct())
            return [(row.street_id, row.way) for row in rows]

    def renew_streets(self, segments: Sequence[SegmentNow], network: str) -> None:
        """Take the segments of an edition of the network in place of those there were."""
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            connection.execute(delete(segment_now))
            if segments:
                connection.execute(insert(segment_now), [segment_row(each) for each in segments])
            before = connection.execute(select(now_made)).first()
            _note(connection, Made(before.entries if before else 0, before.changes if before else 0, network))

    def renew(self, defects: Sequence[DefectNow], segments: Sequence[SegmentNow], made: Made) -> None:
        """Write how some defects and street segments stand, and how far that follows, in one transaction."""
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            for table, rows in (
                (defect_now, [defect_row(each) for each in defects]),
                (segment_now, [segment_row(each) for each in segments]),
            ):
                if rows:
                    connection.execute(insert(table).prefix_with("OR REPLACE"), rows)
            _note(connection, made)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def _note(connection: Connection, made: Made) -> None:
    row = {"number": 0, "entries": made.entries, "changes": made.changes, "network": made.network}
    adding = upsert(now_made).values(row)
    connection.execute(adding.on_conflict_do_update(index_elements=["number"], set_=row))
