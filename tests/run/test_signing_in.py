"""Signing in over the API: sessions, what they may, and what ends them. OWASP ASVS 4.0.3 clauses in brackets."""

from __future__ import annotations

import json
import sqlite3

import pytest

from run.offices import PASSWORD, SITE, Office
from waywarden.run.accounts.signing_in import IDLE, LONGEST, SECRET_BYTES
from waywarden.terms.ledger import Fact, Triage
from waywarden.terms.office.accounts import LEAST_ROLE, AccountRole, may
from waywarden.web.problems import RefusedError

SESSION = "/api/v1/session"
JSON = {"Content-Type": "application/json"}


def cookie_of(answer: object) -> str:
    return answer.headers["set-cookie"]


def test_nobody_is_a_viewer(office: Office) -> None:
    answer = office.browser().client.get(SESSION)
    assert answer.json() == {"account": None, "role": "viewer", "csrf": None, "provider": None}
    assert answer.headers["cache-control"] == "no-store"


def test_who_signs_in_is_known_until_they_sign_out(office: Office) -> None:
    browser = office.browser("inspector")
    said = browser.client.get(SESSION).json()
    assert (said["account"], said["role"], said["csrf"]) == ("inspector", "inspector", browser.csrf)
    kept = browser.client.cookies["waywarden_session"]
    out = browser.client.delete(SESSION, headers={"X-CSRF-Token": browser.csrf, "Origin": SITE})
    assert out.status_code == 204
    browser.client.cookies.set("waywarden_session", kept)
    assert browser.client.get(SESSION).json()["account"] is None, "the session itself is gone, not only the cookie"


def test_a_cookie_is_for_this_host_and_no_script(office: Office) -> None:
    """[3.4.1 to 3.4.5]"""
    body = {"name": "manager", "password": PASSWORD}
    plain = cookie_of(office.browser().client.post(SESSION, json=body)).lower()
    assert "httponly" in plain
    assert "samesite=strict" in plain
    assert "path=/" in plain
    assert "secure" not in plain.split("; ")
    office.origin = "https://roads.example.org"
    answer = office.browser(came_from="192.0.2.7").client.post(SESSION, json=body, headers={"Origin": office.origin})
    assert cookie_of(answer).startswith("__Host-waywarden_session=")
    assert {"secure", "httponly", "samesite=strict"} <= set(cookie_of(answer).lower().split("; "))
    assert "max-age" in answer.headers["strict-transport-security"]


def test_a_session_is_long_random_and_new_each_time(office: Office) -> None:
    """[3.2.1, 3.2.2, 3.2.4]"""
    browser = office.browser("manager")
    first = browser.client.cookies["waywarden_session"]
    browser.sign_in("manager")
    second = browser.client.cookies["waywarden_session"]
    assert first != second
    assert min(len(first), len(second)) >= SECRET_BYTES
    browser.client.cookies.set("waywarden_session", first)
    assert browser.client.get(SESSION).json()["account"] is None, "the one before ended"


def test_only_hashes_are_kept(office: Office) -> None:
    """[2.4.1, 3.2.3]"""
    session = office.browser("manager").client.cookies["waywarden_session"]
    connection = sqlite3.connect(office.path)
    kept = "\n".join(connection.iterdump())
    connection.close()
    assert PASSWORD not in kept
    assert session not in kept
    assert "scrypt$" in kept


def test_a_session_ends_when_idle_and_in_any_case(office: Office) -> None:
    """[3.3.2]"""
    signing_in = office.signing_in()
    session = signing_in.sign_in("foreman", PASSWORD, "a")
    office.clock.go_on(seconds=IDLE.total_seconds() - 1)
    assert signing_in.signed_in(session) is not None
    office.clock.go_on(seconds=IDLE.total_seconds())
    assert signing_in.signed_in(session) is None
    session, began = signing_in.sign_in("foreman", PASSWORD, "a"), office.clock.at
    while office.clock.at - began + IDLE / 2 < LONGEST:
        office.clock.go_on(seconds=IDLE.total_seconds() / 2)
        assert signing_in.signed_in(session) is not None
    office.clock.go_on(seconds=IDLE.total_seconds() / 2)
    assert signing_in.signed_in(session) is None


def test_wrong_unknown_and_locked_look_alike(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """[2.2.1] and no telling which accounts there are."""
    from waywarden.run.accounts import passwords

    tried: list[object] = []
    right = passwords.hashlib.scrypt
    monkeypatch.setattr(passwords.hashlib, "scrypt", lambda *a, **k: tried.append(k["n"]) or right(*a, **k))
    office.signing_in()._accounts.set_locked("foreman", locked=True)
    office.signing_in()._accounts.set_password_hash("viewer", "")
    browser = office.browser()
    said = {
        (answer.status_code, answer.json()["detail"])
        for answer in (
            browser.client.post(SESSION, content=json.dumps({"name": name, "password": password}), headers=JSON)
            for name, password in (
                ("manager", "wrong"), ("nobody-2", PASSWORD), ("foreman", PASSWORD), ("viewer", PASSWORD),
                ("\ud800", "\ud800"),
            )
        )
    }  # fmt: skip
    assert len(said) == 1
    assert said.pop()[0] == 401
    assert len(tried) == 5, "each took a hash"


def test_passwords_go_over_no_open_line(office: Office) -> None:
    """[9.1.1]"""
    away = office.browser(came_from="192.0.2.7")
    answer = away.client.post(SESSION, json={"name": "manager", "password": PASSWORD})
    assert answer.status_code == 403
    assert "https" in answer.json()["detail"]


@pytest.mark.parametrize("role", AccountRole)
def test_each_role_may_triage_or_not(office: Office, role: AccountRole) -> None:
    """[4.1.1, 4.1.3]"""
    answer = office.browser(role.value).triage("d1", "utility_cut")
    if role is AccountRole.VIEWER:
        assert answer.status_code == 403
        assert len(office.entries()) == 3
        return
    assert answer.status_code == 201
    entry = office.entries()[-1]
    said = answer.json()
    assert (said["number"], said["hash"]) == (entry.number, entry.entry_hash)
    assert (entry.fact.fact, entry.fact.account) == (Fact.CONFIRMED, role.value)
    assert entry.fact.role == ("manager" if role is AccountRole.ADMINISTRATOR else role.value)


def test_who_is_not_signed_in_writes_nothing(office: Office) -> None:
    """[4.1.5]"""
    answer = office.browser().triage("d1")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert len(office.entries()) == 3


def test_roles_only_gain() -> None:
    for what in LEAST_ROLE:
        allowed = [may(role, what) for role in AccountRole]
        assert allowed == sorted(allowed)
        assert allowed[-1]
        assert not allowed[0]
    assert not any(may(role, what) for role in AccountRole for what in (Fact.SEEN, Fact.SEEN_SOUND, Fact.VERIFIED))


@pytest.mark.parametrize(
    "headers",
    [
        {"X_CSRF_Token": ""},
        {"X_CSRF_Token": "0" * 64},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
    ],
)
def test_no_other_site_can_write(office: Office, headers: dict[str, str]) -> None:
    """[4.2.2]"""
    browser = office.browser("inspector")
    assert browser.triage("d1", **headers).status_code == 403
    assert len(office.entries()) == 3
    assert browser.triage("d1").status_code == 201


def test_another_sites_form_can_neither_write_nor_sign_in(office: Office) -> None:
    """[4.2.2] A form of another site can send text/plain, and nothing that asks first."""
    browser = office.browser("inspector")
    sent = browser.client.post(
        "/api/v1/defects/d1/triage", content='{"outcome": "pothole"}', headers={"Content-Type": "text/plain"}
    )
    assert sent.status_code == 415
    body = {"name": "manager", "password": PASSWORD}
    for strange in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert office.browser().client.post(SESSION, json=body, headers=strange).status_code == 403


def test_what_cannot_be_is_a_problem(office: Office) -> None:
    browser = office.browser("inspector")
    assert browser.triage("d1", "pothol").json()["detail"] == "there is no outcome 'pothol': did you mean 'pothole'?"
    assert browser.triage("nothing").status_code == 404
    assert [browser.triage("d1", each).status_code for each in ("pothole", "pothole")] == [201, 409]
    for body, status in (({}, 422), ({"outcome": 3}, 422), ({"outcome": "pothole", "note": "x"}, 422), ([], 422)):
        assert browser.post("/api/v1/defects/d1/triage", body).status_code == status
    big = browser.post("/api/v1/defects/d1/triage", {"outcome": "x" * 70_000})
    assert big.status_code == 413
    assert browser.client.post("/api/v1/defects/d1/triage", content="{", headers=JSON).status_code == 400
    assert len(office.entries()) == 4


@pytest.mark.parametrize("verdict", Triage)
def test_the_command_line_and_the_api_write_the_same(office: Office, verdict: Triage) -> None:
    from run.command_line import ask

    assert office.browser("inspector").triage("d0", verdict.value).status_code == 201
    assert ask("ledger", "triage", "d1", verdict, "--store", office.path).code == 0
    ours, theirs = (each.fact for each in office.entries()[-2:])
    assert (ours.fact, ours.told, ours.role) == (theirs.fact, theirs.told, theirs.role)
    assert ask("ledger", "verify", "--store", office.path).code == 0


def test_another_password_ends_all_sessions_but_the_new_one(office: Office) -> None:
    """[2.1.5, 2.1.6, 3.3.3]"""
    here, there = office.browser("inspector"), office.browser("inspector")
    path = f"{SESSION}/password"
    assert here.post(path, {"password": "wrong", "new_password": "plaster violet gate"}).status_code == 401
    short = here.post(path, {"password": PASSWORD, "new_password": "short"})
    assert (short.status_code, "12 characters" in short.json()["detail"]) == (422, True)
    done = here.post(path, {"password": PASSWORD, "new_password": "plaster violet gate"})
    assert (done.status_code, done.json()["account"]) == (200, "inspector")
    assert here.client.get(SESSION).json()["account"] == "inspector"
    assert there.client.get(SESSION).json()["account"] is None
    assert office.browser().client.post(SESSION, json={"name": "inspector", "password": PASSWORD}).status_code == 401


def test_what_holds_for_an_account_holds_at_once(office: Office) -> None:
    """[3.3.4, 4.1.1]"""
    accounts = office.signing_in()._accounts
    for change in (
        lambda: accounts.set_role("inspector", AccountRole.VIEWER),
        lambda: accounts.set_locked("inspector", locked=True),
        lambda: accounts.remove("inspector"),
    ):
        accounts.set_locked("inspector", locked=False)
        browser = office.browser("inspector")
        change()
        assert browser.triage("d1").status_code == 401
    assert len(office.entries()) == 3


def test_a_log_without_secrets(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """[7.1.1, 7.1.2, 7.2.1]"""
    caplog.set_level("INFO", "waywarden.accounts")
    signing_in = office.signing_in()
    session = signing_in.sign_in("manager", PASSWORD, "192.0.2.7")
    with pytest.raises(RefusedError):
        signing_in.sign_in("typed a password here", "wrong-secret", "192.0.2.7")
    said = caplog.text
    assert "manager signed in" in said
    assert "refused for no account" in said
    assert not [each for each in (PASSWORD, session, "wrong-secret", "typed", "192.0.2") if each in said]
