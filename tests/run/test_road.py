"""The road's commands, as a stranger uses them."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from run.command_line import Said, ask


def test_simulate_prints_one_object() -> None:
    said = ask("road", "simulate", "--sigma-m", 3, "--spacing-m", 20, "--passes", 3, "--seed", 7)
    assert said.code == 0
    got = json.loads(said.out)
    assert {"pairwise_f1", "count_ratio", "names_kept_share"} <= set(got)
    assert (got["seed"], got["passes"], got["true_defects"]) == (7, 3, 200)
    assert 0.8 < got["pairwise_f1"] <= 1


@pytest.mark.parametrize(
    "words",
    [
        ("--sigma-m", 0), ("--sigma-m", "nan"), ("--sigma-m", "inf"), ("--spacing-m", 2), ("--spacing-m", "nan"),
        ("--spacing-m", "inf"), ("--passes", 1), ("--seed", -1), ("--table", "--seeds", "9-3"),
    ],
)  # fmt: skip
def test_impossible_drives_are_refused_in_one_line(words: tuple[object, ...]) -> None:
    said = ask("road", "simulate", *words)
    assert (said.code, len(said.lines), said.out) == (2, 1, "")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("written") / "records.sqlite"
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


@pytest.fixture
def store(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(written, tmp_path))


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
    for more in ((), ("--head", head)):
        cut = ask("ledger", "verify", "--store", store, *more)
        assert (cut.code, cut.out, len(cut.lines)) == (9, "", 1)
        assert "ends at 6 entries, the head that was kept had 7: its end was cut off; put back" in cut.lines[0]
    more = ask("ledger", "write", "d1", "seen", "--store", store)
    assert (more.code, len(more.lines)) == (9, 1)
    assert "the end of the ledger was cut off" in more.lines[0]
    connection = sqlite3.connect(store)
    connection.executescript("DROP TRIGGER ledger_entry_no_update; UPDATE ledger_entry SET policy = '2'")
    connection.close()
    edited = ask("ledger", "verify", "--store", store)
    assert edited.code == 9
    assert "entry 0 was changed" in edited.lines[0]
    assert "(6 more)" in edited.lines[0]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("d2", "verified"), 9, "suspected cannot be verified"),
        (("d3", "repaired"), 9, "not known yet"),
        (("d1", "seen", "--observed", "2999-01-01"), 9, "check the clock"),
        (("d2", "repaired", "--observed", "1970-01-01"), 9, "is before it was first seen, 2025-04-01T00:00:00Z"),
        (("d1", "seen", "--told", '{"owner": "x"}'), 9, "has no owner"),
        (("d1", "measured", "--told", '{"depth_mm": NaN}'), 2, "wants a JSON object"),
        (("d1", "measured", "--told", '{"depth_mm": 1e999}'), 2, "wants a JSON object"),
        (("d1", "measured", "--told", '{"depth_mm": -40}'), 9, "depth_mm is a number over 0, got -40"),
        (("d1", "measured", "--told", '{"severity": "terrible"}'), 9, "severity is one of low, medium, high"),
        (("d1", "seen", "--told", "deep"), 2, "wants a JSON object"),
        (("d1", "wished"), 2, "wished"),
    ],
)
def test_what_cannot_be_is_not_written(store: Path, words: tuple[str, ...], code: int, said: str) -> None:
    answer = ask("ledger", "write", *words, "--store", store)
    assert (answer.code, len(answer.lines), answer.out) == (code, 1, "")
    assert said in answer.lines[0]
    assert ask("ledger", "verify", "--store", store).out.startswith("whole: 7 entries")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM ledger_entry", "ends at 0 entries, the head that was kept had 7"),
        ("DELETE FROM chain_head", "the head that is noted beside the ledger is missing"),
        ("UPDATE ledger_entry SET entry_hash = previous_hash WHERE number = 6", "entry 6 was changed"),
    ],
)
def test_a_ledger_holds_the_head_that_is_noted_beside_it(store: Path, statement: str, said: str) -> None:
    connection = sqlite3.connect(store)
    triggers = "DROP TRIGGER ledger_entry_no_delete; DROP TRIGGER ledger_entry_no_update"
    connection.executescript(f"{triggers}; {statement}")
    connection.close()
    answer = ask("ledger", "verify", "--store", store)
    assert (answer.code, answer.out, len(answer.lines)) == (9, "", 1)
    assert said in answer.lines[0]


def test_a_head_that_is_none_is_refused(store: Path) -> None:
    for odd in ("seven", f"²:{'a' * 64}", f"٣:{'a' * 64}"):
        said = ask("ledger", "verify", "--store", store, "--head", odd)
        assert (said.code, len(said.lines)) == (2, 1)


POLICY = """
version = "2026-1"
time_zone = "Europe/London"
opens = 08:00:00
closes = 17:00:00
working_days = ["mon", "tue", "wed", "thu", "fri"]
holidays = [2025-04-18]
sound_passes = 2

[hierarchy]
main = 3.0
local = 1

[severity]
low = 1.0
medium = 2.0
high = 4.0

[[traffic]]
vehicles_per_day = 0
weight = 1.0

[[level]]
name = "emergency"
least_risk = 12.0
hours = 2
clock = "always"
cost = 250
depth_mm = 40
kinds = ["pothole"]

[[level]]
name = "category 1"
least_risk = 4.0
hours = 18
clock = "working"
cost = 120
"""
STREETS = """defect,kind,severity,hierarchy,vehicles_per_day
d1,pothole,high,main,4000
d2,edge_cracking,low,local,50
"""


@pytest.fixture
def rules(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "policy.toml").write_text(POLICY, "utf-8")
    (tmp_path / "streets.csv").write_text(STREETS, "utf-8")
    return tmp_path / "policy.toml", tmp_path / "streets.csv"


def backtest(store: Path, policy: Path, streets: Path, *more: str) -> Said:
    words = more or ("--since", "2020-01-01", "--until", "2999-01-01")
    return ask("policy", "backtest", "--policy", policy, "--streets", streets, "--store", store, *words)


def test_a_policy_is_tested_on_the_ledger(store: Path, rules: tuple[Path, Path]) -> None:
    said = backtest(store, *rules)
    assert (said.code, said.out.splitlines()) == (
        0,
        [
            "policy,level,due,in_time,late,waiting,needs_measuring,cost",
            "2026-1,emergency,0,0,0,0,0,0",
            "2026-1,category 1,1,1,0,0,1,120",
            "2026-1,no action,1,0,0,0,0,0",
            "2026-1,street not known,0,0,0,0,0,0",
        ],
    )


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("sound_passes", "sound_pases", 'did you mean "sound_passes"'),
        ("[hierarchy]", "[hierarchies]", 'did you mean "hierarchy"'),
        ("opens = 08:00:00", "opens = 8", "opens of a policy is time"),
        ("opens = 08:00:00", "opens = 18:00:00", "open before they close"),
        ('"mon", ', '"monday", ', "working_days are mon"),
        ("2025-04-18", '"Easter"', "holidays are days"),
        ("Europe/London", "Europe/Londinium", 'no time_zone "Europe/Londinium"'),
        ("low = 1.0\n", "", "severity has a weight for each"),
        ("local = 1", "local = -1", "hierarchy.local is a weight"),
        ('clock = "always"', 'clock = "often"', "often"),
        ('name = "emergency"\n', "", 'a [[level]] wants the key "name"'),
        ("hours = 2", "hours = 0", "hours of more than 0"),
        ("hours = 2", "hours = 1e12", "hours of more than 0 and 100000 at most"),
        ("hours = 2", "hours = inf", "hours of a [[level]] is a finite number, got inf"),
        ("hours = 2", "hours = nan", "hours of a [[level]] is a finite number, got nan"),
        ("least_risk = 12.0", "least_risk = nan", "least_risk of a [[level]] is a finite number"),
        ("low = 1.0", "low = nan", "severity.low is a weight of 0 or more, got nan"),
        ("weight = 1.0", "weight = -1", "weight of [[traffic]] is a weight of 0 or more"),
        ("sound_passes = 2", "sound_passes = 0", "sound_passes is 1 at least, got 0"),
        ("weight = 1.0", "wait = 1.0", 'did you mean "weight"'),
        ('version = "2026-1"', "version = 2026-1", "is not TOML"),
        ('kinds = ["pothole"]', 'kinds = ["hole"]', "hole"),
    ],
)
def test_a_policy_with_a_mistake_says_which(store, rules, was: str, becomes: str, said: str) -> None:
    policy, streets = rules
    policy.write_text(POLICY.replace(was, becomes, 1), "utf-8")
    answer = backtest(store, policy, streets)
    assert (answer.code, len(answer.lines), answer.out) == (2, 1, "")
    assert said in answer.lines[0]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("defect,kind", "name,kind", "wants the columns"),
        ("4000", "many", "line 2"),
        ("pothole", "hole", "line 2"),
        ("local", "lane", 'no hierarchy "lane"'),
    ],
)
def test_streets_with_a_mistake_say_which(store, rules, was: str, becomes: str, said: str) -> None:
    policy, streets = rules
    streets.write_text(STREETS.replace(was, becomes, 1), "utf-8")
    answer = backtest(store, policy, streets)
    assert (answer.code, len(answer.lines)) == (2, 1)
    assert said in answer.lines[0]


def test_files_that_are_not_there_are_named(store: Path, rules: tuple[Path, Path], tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    for policy, streets in ((gone, rules[1]), (rules[0], gone)):
        answer = backtest(store, policy, streets)
        assert (answer.code, len(answer.lines)) == (2, 1)
        assert str(gone) in answer.lines[0]
    assert backtest(store, *rules, "--since", "2026-01-02", "--until", "2026-01-01").code == 2


def test_passes_judge_repairs(store: Path, rules: tuple[Path, Path]) -> None:
    for day, pass_id in (("2025-11-01", "b"), ("2025-11-08", "c")):
        assert ask("ledger", "judge", "--policy", rules[0], "--store", store).out == ""
        told = json.dumps({"pass_id": pass_id, "valid": True})
        ask("ledger", "write", "d1", "seen_sound", "--observed", day, "--told", told, "--store", store)
    assert ask("ledger", "judge", "--policy", rules[0], "--store", store).out == "9 d1 verified\n"
    assert ask("ledger", "states", "--store", store).out == "defect,state\nd1,verified\nd2,suspected\n"
    assert ask("ledger", "judge", "--policy", rules[0], "--store", store).out == ""
    assert ask("ledger", "verify", "--store", store).code == 0


def test_triage_and_precision(store: Path) -> None:
    for words in (
        ("ledger", "write", "d3", "seen", "--told", '{"kind": "pothole", "source": "van-1"}'),
        ("ledger", "triage", "d3", "not_an_issue"),
        ("ledger", "triage", "d2", "utility_cut", "--role", "manager"),
    ):
        assert ask(*words, "--store", store).code == 0
    assert ask("ledger", "precision", "--store", store).out.splitlines() == [
        "kind,source,judged,real,precision,low,high,pothole,pavement_failure,utility_cut,other,not_an_issue",
        "not told,all,2,2,1.000,0.342,1.000,0,0,1,0,0",
        "not told,not told,2,2,1.000,0.342,1.000,0,0,1,0,0",
        "pothole,all,1,0,0.000,0.000,0.793,0,0,0,0,1",
        "pothole,van-1,1,0,0.000,0.000,0.793,0,0,0,0,1",
    ]
    again = ask("ledger", "triage", "d3", "not_an_issue", "--store", store)
    assert (again.code, len(again.lines), again.out) == (9, 1, "")
    assert ask("ledger", "triage", "d3", "dull", "--store", store).code == 2


def test_the_backlog_has_a_clock(store: Path, rules: tuple[Path, Path]) -> None:
    ask("ledger", "write", "d1", "reopened", "--store", store)
    said = ask("ledger", "backlog", "--policy", rules[0], "--streets", rules[1], "--store", store)
    head, first, second = said.out.splitlines()
    assert head == "defect,state,known_since,level,due,answered,hours_left,needs_measuring"
    cells = first.split(",")
    assert [cells[0], cells[1], cells[3], *cells[5:]] == ["d1", "reopened", "category 1", "", "18.0", "yes"]
    assert second.startswith("d2,suspected,")
    assert ",no action,,,,no" in second
    assert said.lines == ["2 known and not mended, 0 of them overdue by policy 2026-1"]
    bare = ask("ledger", "backlog", "--policy", rules[0], "--store", store, "--at", "2020-01-01")
    assert bare.out.splitlines() == [head]


def test_rows_keep_their_columns_where_names_have_commas(store: Path, rules: tuple[Path, Path]) -> None:
    policy, streets = rules
    policy.write_text(POLICY.replace('name = "category 1"', 'name = "category 1, urgent"'), "utf-8")
    streets.write_text(STREETS.replace("d2,edge_cracking,low,local", '"d2, kerb",pothole,high,main'), "utf-8")
    assert ask("ledger", "write", "d2, kerb", "seen", "--store", store).code == 0
    states = list(csv.reader(io.StringIO(ask("ledger", "states", "--store", store).out)))
    assert ["d2, kerb", "suspected"] in states
    waiting = ask("ledger", "backlog", "--policy", policy, "--streets", streets, "--store", store)
    tables = [list(csv.reader(io.StringIO(said.out))) for said in (waiting, backtest(store, *rules))]
    for table in (states, *tables):
        assert {len(row) for row in table} == {len(table[0])}
    assert "category 1, urgent" in {row["level"] for row in csv.DictReader(io.StringIO(waiting.out))}


def test_the_backlog_is_written_for_the_page_with_its_rules(
    store: Path, rules: tuple[Path, Path], tmp_path: Path
) -> None:
    ask("ledger", "write", "d1", "reopened", "--store", store)
    words = ("ledger", "backlog", "--policy", rules[0], "--streets", rules[1], "--store", store)
    said = ask(*words, "--for-page", tmp_path / "policy.json")
    assert said.code == 0
    told = json.loads((tmp_path / "policy.json").read_text("utf-8"))
    assert told["version"] == "2026-1"
    assert [(each["name"], each["waiting"]) for each in told["levels"]] == [("emergency", 0), ("category 1", 1)]
    assert told["others"] == {"no action": 1}
    printed = [line.split(",") for line in said.out.splitlines()[1:]]
    shown = [[each["defect"], each["state"], each["level"], each["due"] or ""] for each in told["waiting"]]
    assert shown == [[cells[0], cells[1], cells[3], cells[4]] for cells in printed]
    wrong = ask(*words, "--for-page", tmp_path / "policy.txt")
    assert (wrong.code, len(wrong.lines)) == (2, 1)
