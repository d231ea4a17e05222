"""The road's commands, as a stranger uses them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from run.command_line import ask


def test_simulate_prints_one_object() -> None:
    said = ask("road", "simulate", "--sigma-m", 3, "--spacing-m", 20, "--passes", 3, "--seed", 7)
    assert said.code == 0
    got = json.loads(said.out)
    assert {"pairwise_f1", "count_ratio", "names_kept_share"} <= set(got)
    assert (got["seed"], got["passes"], got["true_defects"]) == (7, 3, 200)
    assert 0.8 < got["pairwise_f1"] <= 1


@pytest.mark.parametrize(
    "words", [("--sigma-m", 0), ("--spacing-m", 2), ("--passes", 1), ("--seed", -1), ("--table", "--seeds", "9-3")]
)
def test_impossible_drives_are_refused_in_one_line(words: tuple[object, ...]) -> None:
    said = ask("road", "simulate", *words)
    assert (said.code, len(said.lines), said.out) == (2, 1, "")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "records.sqlite"
    for words in (
        ("d1", "seen", "--observed", "2025-03-01", "--role", "estimate", "--told", '{"pass_id": "a", "valid": true}'),
        ("d1", "confirmed", "--observed", "2025-03-02"),
        ("d1", "repaired", "--observed", "2025-03-09", "--role", "foreman", "--policy", "1"),
        ("d2", "seen", "--observed", "2025-04-01", "--weights", "w-1"),
        ("d1", "reopened", "--observed", "2025-09-01"),
        ("d1", "repaired", "--observed", "2025-10-01"),
        ("d1", "closed", "--observed", "2025-10-02"),
    ):
        said = ask("ledger", "write", *words, "--store", path)
        assert said.code == 0
    return path


def test_a_ledger_is_written_and_verified(store: Path) -> None:
    said = ask("ledger", "verify", "--store", store)
    head = ask("ledger", "head", "--store", store).out.strip()
    assert (said.code, said.out) == (0, f"whole: 7 entries, head {head}\n")
    assert ask("ledger", "verify", "--store", store, "--head", head).code == 0
    assert ask("ledger", "states", "--store", store).out == "defect,state\nd1,repaired\nd2,suspected\n"
    twice = ask("ledger", "repaired-twice", "--store", store)
    assert twice.out == "defect,first,second\nd1,2025-03-09,2025-10-01\n"
    assert ask("ledger", "repaired-twice", "--store", store, "--months", 3).out == "defect,first,second\n"
    assert ask("ledger", "claimed", "--store", store).out == "d1\n"


def test_a_changed_ledger_is_found(store: Path) -> None:
    head = ask("ledger", "head", "--store", store).out.strip()
    connection = sqlite3.connect(store)
    connection.executescript("DROP TRIGGER ledger_entry_no_delete; DELETE FROM ledger_entry WHERE number = 6")
    connection.close()
    assert ask("ledger", "verify", "--store", store).code == 0
    cut = ask("ledger", "verify", "--store", store, "--head", head)
    assert (cut.code, cut.out, len(cut.lines)) == (9, "", 1)
    assert "ends at 6 entries, the head that was kept had 7" in cut.lines[0]
    connection = sqlite3.connect(store)
    connection.executescript("DROP TRIGGER ledger_entry_no_update; UPDATE ledger_entry SET policy = '2'")
    connection.close()
    edited = ask("ledger", "verify", "--store", store)
    assert edited.code == 9
    assert "entry 0 was changed" in edited.lines[0]
    assert "(5 more)" in edited.lines[0]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("d2", "verified"), 9, "suspected cannot be verified"),
        (("d3", "repaired"), 9, "not known yet"),
        (("d1", "seen", "--observed", "2999-01-01"), 9, "check the clock"),
        (("d1", "seen", "--told", '{"owner": "x"}'), 9, "has no owner"),
        (("d1", "seen", "--told", "deep"), 2, "wants a JSON object"),
        (("d1", "wished"), 2, "wished"),
    ],
)
def test_what_cannot_be_is_not_written(store: Path, words: tuple[str, ...], code: int, said: str) -> None:
    answer = ask("ledger", "write", *words, "--store", store)
    assert (answer.code, len(answer.lines), answer.out) == (code, 1, "")
    assert said in answer.lines[0]
    assert ask("ledger", "verify", "--store", store).out.startswith("whole: 7 entries")


def test_a_head_that_is_none_is_refused(store: Path) -> None:
    said = ask("ledger", "verify", "--store", store, "--head", "seven")
    assert (said.code, len(said.lines)) == (2, 1)
