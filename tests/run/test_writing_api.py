"""Writing over the API: what each role writes, two at once, a phone that sends twice, and who wrote what."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from house.names import forbidden, schema_names
from run.command_line import ask
from run.offices import SITE, Browser, Office
from waywarden.pavement.ledger.chain import faults
from waywarden.pavement.same.chain import faults_of_names
from waywarden.run.road.names import kept_changes
from waywarden.terms.ledger import Fact
from waywarden.terms.office.accounts import LEAST_ROLE, AccountRole, may
from waywarden.web.accounts.document import OPERATIONS
from waywarden.web.accounts.written import TOLD_WITH
from waywarden.web.openapi import openapi

TOLD = {Fact.MEASURED: {"depth_mm": 45}, Fact.REPAIRED: {"material": "cold asphalt", "order_id": "2026-05-04-01"}}
BEFORE = {Fact.REOPENED: Fact.REPAIRED}
SIGHTINGS = "sighting,pass,street,way,chainage_m,at,kind,extent_m2\n" + "".join(
    f"s{turn}-{i},p{turn},mill,along,{place},2026-03-0{2 + turn}T08:00:0{i}+00:00,pothole,0.2\n"
    for turn in range(2)
    for i, place in enumerate((10.0, 60.0))
)


def fact(browser: Browser, defect: str, what: str, told: object = None, **more: object) -> object:
    headers = {k: str(v) for k, v in more.items() if k[0].isupper()}
    body = {"fact": what, **({} if told is None else {"told": told})}
    body |= {k: v for k, v in more.items() if not k[0].isupper()}
    return browser.post(f"/api/v1/defects/{defect}/facts", body, **headers)


@pytest.fixture
def named(office: Office, tmp_path: Path) -> Office:
    """Return an office with two defects of two sightings each, s0-0 and s0-1."""
    (tmp_path / "s.csv").write_text(SIGHTINGS, "utf-8")
    assert ask("road", "name", "--sightings", tmp_path / "s.csv", "--store", office.path).code == 0
    return office


@pytest.mark.parametrize("what", TOLD_WITH)
def test_a_fact_is_written_by_whom_the_table_allows_and_by_nobody_else(office: Office, what: Fact) -> None:
    """[4.1.1, 4.1.3]"""
    if what in BEFORE:
        assert ask("ledger", "write", "d1", BEFORE[what], "--store", office.path).code == 0
    before = len(office.entries())
    for role in AccountRole:
        browser = office.browser(role.value)
        answer = fact(browser, "d1", what, TOLD.get(what))
        if may(role, what):
            assert answer.status_code == 201, answer.text
            assert (answer.json()["account"], answer.json()["told"]) == (role.value, TOLD.get(what, {}))
            break
        assert answer.status_code == 403
        assert len(office.entries()) == before
    assert role is LEAST_ROLE[what]
    assert len(office.entries()) == before + 1
    assert list(faults(office.entries())) == []


@pytest.mark.parametrize("what", sorted(set(Fact) - set(TOLD_WITH)))
def test_what_the_program_alone_writes_nobody_can(office: Office, what: str) -> None:
    assert fact(office.browser("administrator"), "d1", what).status_code == 422


@pytest.mark.parametrize(
    ("what", "told", "said"),
    [
        ("measured", {}, "a measurement has a number"),
        ("measured", {"depth_mm": -1}, "over 0"),
        ("measured", {"depth_mm": True}, "over 0"),
        ("measured", {"depth_mm": "45"}, "over 0"),
        ("measured", {"depth_mm": 1e300}, "over 0"),
        ("measured", {"depth_mm": 45, "severity": "awful"}, "low, medium, high"),
        ("repaired", {"material": "call Ann, 555 1234, ann@example.org"}, "a word or two"),
        ("repaired", {"material": "x" * 41}, "a word or two"),
        ("repaired", {"note": "Ann did it"}, "there is no 'note'"),
        ("ordered", {"depth_mm": 4}, "did you mean"),
    ],
)
def test_what_cannot_be_told_is_refused(office: Office, what: str, told: dict[str, object], said: str) -> None:
    """[5.1.3, 5.1.4] and there is no room for anybody's name."""
    answer = fact(office.browser("foreman"), "d1", what, told)
    assert answer.status_code == 422
    assert said in answer.json()["detail"] or said == "did you mean"
    assert len(office.entries()) == 3


def test_numbers_that_are_none_are_refused(office: Office) -> None:
    """[5.1.3]"""
    browser = office.browser("foreman")
    for number in ("NaN", "Infinity", "1e999"):
        raw = f'{{"fact": "measured", "told": {{"depth_mm": {number}}}}}'
        headers = {"X-CSRF-Token": browser.csrf, "Origin": SITE, "Content-Type": "application/json"}
        assert browser.client.post("/api/v1/defects/d1/facts", content=raw, headers=headers).status_code in {400, 422}
    assert len(office.entries()) == 3


def test_what_was_so_earlier_is_written_as_of_then_and_the_future_is_not(office: Office) -> None:
    browser = office.browser("foreman")
    done = fact(browser, "d1", "repaired", observed_at="2026-03-02T10:00:00+01:00")
    assert done.json()["observed_at"] == "2026-03-02T09:00:00Z"
    assert done.json()["recorded_at"] > "2026-03-02T10"
    for odd in ("2999-01-01T00:00:00Z", "2026-03-02T10:00:00", "yesterday", "1970-01-01T00:00:00Z"):
        assert fact(browser, "d2", "repaired", observed_at=odd).status_code == 422
    ahead = (datetime.now(UTC) + timedelta(minutes=2)).isoformat()
    assert fact(browser, "d2", "repaired", observed_at=ahead).status_code == 201


def test_a_repair_is_not_before_its_order_but_may_be_told_late(office: Office) -> None:
    """What was written down in between does not matter, and an order that is not named neither."""
    browser, told = office.browser("foreman"), {"order_id": "2026-05-04-01"}
    assert fact(browser, "d1", "ordered", told, observed_at="2026-05-04T07:00:00Z").status_code == 201
    refused = fact(browser, "d1", "repaired", told, observed_at="2026-05-04T06:00:00Z")
    assert (refused.status_code, len(office.entries())) == (422, 4)
    assert "is before it was ordered (2026-05-04-01), 2026-05-04T07:00:00Z" in refused.json()["detail"]
    assert fact(browser, "d1", "made_safe", observed_at="2026-05-04T06:00:00Z").status_code == 201
    assert fact(browser, "d1", "repaired", told, observed_at="2026-05-04T07:30:00Z").status_code == 201


@pytest.mark.parametrize(("as_header", "status"), [(True, 412), (False, 409)])
def test_of_two_who_write_at_once_the_second_is_told_what_the_first_wrote(
    office: Office, *, as_header: bool, status: int
) -> None:
    seen = {"If_Match": '"1"'} if as_header else {"after": 1}  # d1's newest entry is number 1
    first, second = office.browser("foreman"), office.browser("manager")
    assert fact(first, "d1", "made_safe", **seen).status_code == 201
    overtaken = fact(second, "d1", "repaired", **seen)
    assert (overtaken.status_code, overtaken.headers["content-type"]) == (status, "application/problem+json")
    (written,) = overtaken.json()["written"]
    assert (written["fact"], written["account"], written["number"]) == ("made_safe", "foreman", 3)
    assert len(office.entries()) == 4
    (shown,) = fact(first, "d1", "repaired", **seen).json()["written"]
    assert (shown["fact"], shown["account"]) == ("made_safe", None), "who it was, managers see"
    assert fact(second, "d1", "repaired", after=written["number"]).status_code == 201
    assert fact(second, "d2", "repaired", after=2).status_code == 201, "what is written of others is not in the way"


def test_if_match_has_to_be_a_number(office: Office) -> None:
    assert fact(office.browser("foreman"), "d1", "repaired", If_Match='"x"').status_code == 400


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(st.integers(0, 3), min_size=4, max_size=9))
def test_a_phone_may_send_again_in_any_order(built_office: Path, tmp_path_factory: object, sent: list[int]) -> None:
    import shutil

    from run.offices import Clock

    office = Office(Path(shutil.copy(built_office, tmp_path_factory.mktemp("sent"))), Clock())
    day = [("d0", "measured", {"depth_mm": 40}), ("d1", "made_safe", None), ("d2", "measured", {"width_mm": 300}),
           ("d0", "measured", {"depth_mm": 41})]  # fmt: skip
    browser = office.browser("foreman")
    answers = [fact(browser, *day[n], Idempotency_Key=f"phone-7-{n}").json()["number"] for n in sent]
    assert len(office.entries()) == 3 + len(set(sent))
    for n in set(sent):
        assert len({number for number, which in zip(answers, sent, strict=True) if which == n}) == 1


def test_a_key_is_of_one_account_and_of_one_thing(office: Office) -> None:
    foreman, manager = office.browser("foreman"), office.browser("manager")
    assert fact(foreman, "d1", "made_safe", Idempotency_Key="day-1-stop-4").status_code == 201
    other = fact(foreman, "d2", "made_safe", Idempotency_Key="day-1-stop-4")
    assert (other.status_code, "new key" in other.json()["detail"]) == (422, True)
    assert fact(manager, "d2", "made_safe", Idempotency_Key="day-1-stop-4").status_code == 201
    assert fact(foreman, "d0", "made_safe", Idempotency_Key="short").status_code == 400
    assert len(office.entries()) == 5


def test_sent_again_it_is_no_conflict_with_itself(office: Office) -> None:
    foreman = office.browser("foreman")
    for _ in range(2):
        again = fact(foreman, "d1", "repaired", after=1, Idempotency_Key="day-1-stop-4")
        assert (again.status_code, again.json()["number"]) == (201, 3)


def test_names_are_changed_under_an_account_and_by_the_same_rules(named: Office) -> None:
    """[4.1.1]"""
    assert named.browser("viewer").post("/api/v1/names/undo", {"number": 0}).status_code == 403
    browser = named.browser("inspector")
    split = browser.post("/api/v1/names/split", {"sightings": ["s1-0"]})
    assert (split.status_code, split.json()["change"], split.json()["account"]) == (201, "split", "inspector")
    number = split.json()["number"]
    merged = browser.post("/api/v1/names/merge", {"keep": "s0-0", "gone": "s1-0", "after": number})
    assert merged.status_code == 201
    late = browser.post("/api/v1/names/undo", {"number": number, "after": number})
    assert late.status_code == 409
    undone = browser.post("/api/v1/names/undo", {"number": merged.json()["number"]}, Idempotency_Key="undo-it-1")
    again = browser.post("/api/v1/names/undo", {"number": merged.json()["number"]}, Idempotency_Key="undo-it-1")
    assert undone.json() == again.json()
    overtaken = browser.post("/api/v1/names/merge", {"keep": "s0-0", "gone": "s1-0", "after": number})
    assert [each["change"] for each in overtaken.json()["written"]] == ["merged", "undone"]
    kept = kept_changes(named.path)
    assert list(faults_of_names(kept)) == []
    assert [each.change.account for each in kept][-3:] == ["inspector"] * 3
    printed = list(csv.DictReader(io.StringIO(ask("road", "changes", "--store", named.path).out)))
    assert [row["account"] for row in printed][-3:] == ["inspector"] * 3
    for odd in ({"sightings": []}, {"sightings": [1]}, {"sightings": "s1-0"}):
        assert browser.post("/api/v1/names/split", odd).status_code == 422
    assert browser.post("/api/v1/names/merge", {"keep": "s0-0", "gone": "nothing"}).status_code == 409


def test_what_was_merged_away_is_written_under_the_present_name(named: Office) -> None:
    """A phone that was offline knows the old name alone; what it had not seen of the present one is told."""
    for name in ("s0-0", "s0-1"):
        assert ask("ledger", "write", name, "seen", "--store", named.path, "--observed", "2026-03-02").code == 0
    inspector, foreman = named.browser("inspector"), named.browser("foreman")
    seen = len(named.entries()) - 1
    assert inspector.post("/api/v1/names/merge", {"keep": "s0-0", "gone": "s0-1"}).status_code == 201
    ordered = fact(foreman, "s0-0", "ordered")
    late = fact(foreman, "s0-1", "repaired", after=seen)
    assert (late.status_code, [each["fact"] for each in late.json()["written"]]) == (409, ["ordered"])
    done = fact(foreman, "s0-1", "repaired", after=ordered.json()["number"])
    assert (done.status_code, done.json()["defect"]) == (201, "s0-0")
    itself = inspector.post("/api/v1/names/merge", {"keep": "s0-0", "gone": "s0-0"})
    assert (itself.status_code, itself.json()["detail"]) == (422, "'keep' and 'gone' are the names of two defects")


def test_who_wrote_what_is_for_managers(office: Office) -> None:
    """[4.1.2, 8.3.4]"""
    assert office.browser("inspector").triage("d1").status_code == 201
    manager = office.browser("manager")
    said = manager.client.get("/api/v1/ledger", params={"first": 1, "limit": 2}).json()
    assert [each["number"] for each in said["entries"]] == [1, 2]
    last = manager.client.get(said["next"]).json()
    assert [(each["account"], each["told"]) for each in last["entries"]] == [("inspector", {"triage": "pothole"})]
    assert last["next"] is None
    assert manager.client.get("/api/v1/names/changes").json() == {"changes": [], "next": None}
    assert office.browser("foreman").client.get("/api/v1/ledger").status_code == 403
    assert office.browser().client.get("/api/v1/ledger").status_code == 401
    assert manager.client.get("/api/v1/ledger", params={"first": "x"}).status_code == 400
    printed = list(csv.DictReader(io.StringIO(ask("ledger", "entries", "--store", office.path, "--first", 2).out)))
    assert [(row["number"], row["role"], row["account"]) for row in printed] == [
        ("2", "estimate", ""),
        ("3", "inspector", "inspector"),
    ]


def test_the_account_is_part_of_the_chain(office: Office) -> None:
    import sqlite3

    office.browser("inspector").triage("d1")
    connection = sqlite3.connect(office.path)
    connection.executescript(
        "DROP TRIGGER ledger_entry_no_update; UPDATE ledger_entry SET account = 'manager' WHERE number = 3"
    )
    connection.close()
    assert list(faults(office.entries())) == ["entry 3 was changed: it does not say what its hash was made of"]


def test_a_claim_pack_says_who_and_verifies_itself(office: Office, tmp_path: Path) -> None:
    office.browser("inspector").triage("d1")
    out = tmp_path / "claim.zip"
    made = ask("ledger", "pack", "--defect", "d1", "--at", "2099-01-01", "--out", out, "--store", office.path)
    assert made.code == 0
    assert ask("ledger", "check-pack", out, "--store", office.path).code == 0


def test_an_administrator_locks_and_unlocks(office: Office) -> None:
    """[4.3.1 left to the network; 3.3.4]"""
    browser, foreman = office.browser("administrator"), office.browser("foreman")
    listed = browser.client.get("/api/v1/accounts").json()["accounts"]
    assert [each["name"] for each in listed] == sorted(AccountRole)
    assert "hash" not in str(listed)
    assert browser.post("/api/v1/accounts/foreman/lock", {"locked": True}).status_code == 204
    assert fact(foreman, "d1", "repaired").status_code == 401
    assert browser.post("/api/v1/accounts/foreman/lock", {"locked": False}).status_code == 204
    assert fact(office.browser("foreman"), "d1", "repaired").status_code == 201
    assert browser.post("/api/v1/accounts/nobody/lock", {"locked": True}).status_code == 404
    for role in ("viewer", "manager"):
        assert office.browser(role).client.get("/api/v1/accounts").status_code == 403


def test_every_answer_has_the_headers_that_keep_it_safe(office: Office) -> None:
    """[14.4.1 to 14.4.7]"""
    browser = office.browser("inspector")
    for answer in (browser.triage("d1"), browser.triage("nothing"), browser.client.get("/api/v1/session")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["content-type"].startswith("application/")
        assert "strict-transport-security" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers


def test_the_document_has_every_operation_and_names_nobody(office: Office) -> None:
    client = office.browser("inspector").client
    served = client.get("/api/v1/openapi.json").json()
    there = {(path, method) for path, methods in OPERATIONS.items() for method in methods}
    routes = {
        (route.path, method.lower())
        for route in client.app.routes
        if getattr(route, "methods", None) and route.path.startswith("/api/v1/")
        for method in route.methods - {"HEAD"}
    }
    assert there <= routes
    assert routes - there <= {(path, "get") for path in ["/api/v1/openapi.json", *openapi()["paths"]]}
    assert set(OPERATIONS) <= set(served["paths"])
    assert forbidden(schema_names(served)) == []
    entry = served["paths"]["/api/v1/defects/{defect}/triage"]["post"]["responses"]["201"]
    documented = entry["content"]["application/json"]["schema"]["required"]
    browser = Browser(client, client.get("/api/v1/session").json()["csrf"])
    assert sorted(browser.triage("d2").json()) == sorted(documented)


def test_the_table_of_roles_in_the_docs_is_the_table() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "accounts.md").read_text("utf-8")
    for what, least in LEAST_ROLE.items():
        (row,) = (line for line in text.splitlines() if line.startswith("| ") and f"`{what}`" in line and "yes" in line)
        cells = [cell.strip() == "yes" for cell in row.split("|")[2:-1]]
        assert cells == [may(role, what) for role in AccountRole], what
        assert cells.index(True) == list(AccountRole).index(least)
