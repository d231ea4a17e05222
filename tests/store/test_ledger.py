"""The ledger in its file: only added to, all or nothing, and whatever is done to the file is found."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from waywarden.pavement.ledger.chain import EMPTY, chained, faults, head_of
from waywarden.store.ledger import open_ledger
from waywarden.store.sqlite import open_store
from waywarden.terms.distress import Role
from waywarden.terms.errors import StoreError
from waywarden.terms.ledger import Fact, LedgerEntry, LedgerFact

START = datetime(2026, 3, 2, 8, 0, 0, 1, tzinfo=UTC)
FACTS = [
    LedgerFact(f"d{n % 2}", Fact.SEEN, START, START + timedelta(hours=n), Role.ESTIMATE, "w", "p", '{"valid":true}')
    for n in range(6)
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "records.sqlite"
    ledger = open_ledger(path)
    for fact in FACTS:
        ledger.append(lambda head, fact=fact: chained([fact], head or EMPTY))
    ledger.close()
    return path


def entries(path: Path, defect_id: str | None = None) -> list[LedgerEntry]:
    ledger = open_ledger(path, read_only=True)
    try:
        return list(ledger.entries(defect_id))
    finally:
        ledger.close()


def force(path: Path, *statements: str) -> None:
    """Do to the file what no program of ours does: someone took the triggers off."""
    connection = sqlite3.connect(path)
    connection.executescript(
        ";".join(["DROP TRIGGER ledger_entry_no_update", "DROP TRIGGER ledger_entry_no_delete", *statements])
    )
    connection.close()


def test_what_was_added_comes_back(path: Path) -> None:
    assert entries(path) == chained(FACTS)
    assert [each.number for each in entries(path, "d1")] == [1, 3, 5]


def test_records_and_ledger_share_a_file(path: Path) -> None:
    open_store(path).close()
    assert list(faults(entries(path), head_of(chained(FACTS)))) == []


@pytest.mark.parametrize("statement", ["UPDATE ledger_entry SET role = 'manager'", "DELETE FROM ledger_entry"])
def test_the_file_itself_refuses_to_change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        connection.execute(statement)
    connection.close()


SWAP = ("UPDATE ledger_entry SET number = 99 WHERE number = 2", "UPDATE ledger_entry SET number = 2 WHERE number = 3",
        "UPDATE ledger_entry SET number = 3 WHERE number = 99")  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        ";".join(SWAP),
        "UPDATE ledger_entry SET observed_us = observed_us - 1 WHERE number = 2",
        "UPDATE ledger_entry SET told = '{\"valid\":false}' WHERE number = 5",
        "UPDATE ledger_entry SET defect_id = 'd9' WHERE number = 0",
        "DELETE FROM ledger_entry WHERE number = 3",
        "DELETE FROM ledger_entry WHERE number = 0",
        "DELETE FROM ledger_entry WHERE number = 3; UPDATE ledger_entry SET number = number - 1 WHERE number > 3",
        "UPDATE ledger_entry SET previous_hash = entry_hash WHERE number = 2",
    ],
)
def test_whoever_has_the_file_in_hand_is_found_out(path: Path, statement: str) -> None:
    force(path, statement)
    assert list(faults(entries(path)))


def test_a_cut_end_is_found_by_a_head_that_was_kept(path: Path) -> None:
    kept = head_of(entries(path))
    ledger = open_ledger(path, read_only=True)
    assert (ledger.head(), ledger.kept_head()) == (kept, kept)
    ledger.close()
    force(path, "DELETE FROM ledger_entry WHERE number > 3")
    assert list(faults(entries(path))) == []
    assert list(faults(entries(path), kept))


def test_what_cannot_be_an_entry_is_said_in_one_line(path: Path) -> None:
    force(path, "UPDATE ledger_entry SET fact = 'dreamt' WHERE number = 2")
    with pytest.raises(StoreError, match=r"entry 2 of the ledger .* was changed: 'dreamt'"):
        entries(path)


def test_an_older_file_gets_the_head_of_what_is_there(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.executescript("DROP TABLE chain_head; UPDATE alembic_version SET version_num = '0015'")
    connection.close()
    ledger = open_ledger(path)
    assert ledger.kept_head() == head_of(chained(FACTS))
    ledger.close()


def test_all_or_nothing(path: Path) -> None:
    ledger = open_ledger(path)

    def half(head):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ledger.append(half)
    ledger.append(lambda _: [])
    twice = chained([FACTS[0], FACTS[0]], head_of(entries(path)))
    with pytest.raises(StoreError):
        ledger.append(lambda _: [twice[0], twice[0]])
    ledger.close()
    assert entries(path) == chained(FACTS)
