"""Signing in at a provider over the API, against one of our own. OWASP ASVS 4.0.3 clauses in brackets."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from run.command_line import Said, ask
from run.offices import PASSWORD, SITE, Clock, Office
from run.provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    PROVIDER,
    SESSION,
    SUBJECT,
    MadeUpProvider,
    come_back,
    go,
    link,
    part,
    sign_in,
    signed,
)  # fmt: skip
from waywarden.run.accounts import passwords
from waywarden.run.accounts import throttle as limits
from waywarden.run.accounts.provider.asking import BackChannel
from waywarden.run.accounts.provider.flow import LIVES, AtProvider, Begun, Pending
from waywarden.run.accounts.provider.links import CODE_LIVES, Links
from waywarden.store.office.links import open_links
from waywarden.terms.errors import AccountError
from waywarden.web.problems import RefusedError


def test_whoever_is_linked_signs_in_and_writes(shop: Office, provider: MadeUpProvider) -> None:
    link(shop, provider)
    browser = shop.browser()
    assert sign_in(browser, provider) is None
    said = browser.client.get(SESSION).json()
    assert (said["account"], said["role"], said["provider"]) == ("inspector", "inspector", shop.told.host)
    assert browser.triage("d1").status_code == 201
    assert shop.entries()[-1].fact.account == "inspector"


def test_what_is_asked_of_the_provider_is_the_code_flow_with_pkce(shop: Office, provider: MadeUpProvider) -> None:
    browser = shop.browser()
    first, second = go(browser), go(browser)
    assert first["scope"] == "openid", "no name, no mail, no profile"
    assert (first["response_type"], first["code_challenge_method"]) == ("code", "S256")
    assert first["redirect_uri"] == f"{SITE}/sign-in/back"
    secrets = [asked[name] for asked in (first, second) for name in ("state", "nonce", "code_challenge")]
    assert len(set(secrets)) == 6
    assert min(map(len, secrets)) >= 43, "256 bits each"
    come_back(browser, provider.consent(second))
    assert set(provider.asked) == {"/.well-known/openid-configuration", "/token"}, "no userinfo"
    assert set(provider.forms[0]) == {"grant_type", "code", "redirect_uri", "code_verifier"}


def test_nothing_of_a_person_comes_into_the_store(shop: Office, provider: MadeUpProvider) -> None:
    code = link(shop, provider)
    sign_in(shop.browser(), provider)
    connection = sqlite3.connect(shop.path)
    kept = "\n".join(connection.iterdump())
    links = connection.execute("SELECT account, subject_hash FROM account_link").fetchall()
    connection.close()
    for never in (SUBJECT, "Somebody", "somebody@", "example.org", provider.site, CLIENT_SECRET, code, code[:4]):
        assert never not in kept
    ((account, who),) = links
    assert (account, len(who)) == ("inspector", 64)


def test_a_hash_of_whom_a_provider_vouches_for_costs_what_a_password_does() -> None:
    assert passwords.slow_hash("a", b"salt") == hashlib.scrypt(
        b"a", salt=b"salt", n=2**15, r=8, p=3, maxmem=2**26, dklen=32
    ).hex()  # fmt: skip


def test_two_stores_keep_different_hashes_of_the_same(shop: Office, provider: MadeUpProvider, tmp_path: object) -> None:
    here, there = Links(open_links(shop.path)), Links(open_links(tmp_path / "other.sqlite"))
    assert here.who("a", "b") == Links(open_links(shop.path)).who("a", "b")
    assert here.who("a", "b") != there.who("a", "b")
    assert here.who("a", "b") != here.who("a", "bb"), "and of others"
    assert here.who("ab", "c") != here.who("a", "bc")


def test_a_session_from_there_is_one_from_here(shop: Office, provider: MadeUpProvider) -> None:
    """[3.2.1, 3.3.1, 3.4.1 to 3.4.3]"""
    link(shop, provider)
    browser = shop.browser("foreman")
    before = browser.client.cookies["waywarden_session"]
    assert sign_in(browser, provider) is None
    first = browser.client.cookies["waywarden_session"]
    sign_in(browser, provider)
    second = browser.client.cookies["waywarden_session"]
    assert len({before, first, second}) == 3
    for old in (before, first):
        browser.client.cookies.set("waywarden_session", old, domain="127.0.0.1", path="/")
        assert shop.signing_in().signed_in(old) is None, "the one before ended"
    assert shop.signing_in().signed_in(second).name == "inspector"


def test_cookies_of_a_sign_in_are_for_this_host_and_no_script(shop: Office, provider: MadeUpProvider) -> None:
    """[3.4.1 to 3.4.5]"""
    link(shop, provider)
    begun = shop.browser().client.post(PROVIDER).headers["set-cookie"].lower()
    assert "waywarden_sign_in=" in begun
    assert {"httponly", "samesite=lax", "path=/", "max-age=600"} <= set(re.split(r"[;,] ", begun))
    shop.origin = "https://roads.example.org"
    shop.told = replace(shop.told, origin=shop.origin)
    browser = shop.browser(came_from="192.0.2.7")
    answer = browser.client.post(PROVIDER, headers={"Origin": shop.origin})
    assert "__Host-waywarden_sign_in=" in answer.headers["set-cookie"]
    asked = dict(parse_qsl(urlsplit(answer.json()["address"]).query))
    back = browser.client.get(provider.consent(asked), follow_redirects=False)
    session = next(each for each in back.headers.get_list("set-cookie") if "waywarden_session" in each)
    assert session.startswith("__Host-waywarden_session=")
    assert {"secure", "httponly", "samesite=strict", "path=/"} <= set(session.lower().split("; "))


@pytest.mark.parametrize("headers", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_begins_no_sign_in(shop: Office, headers: dict[str, str]) -> None:
    """[4.2.2]"""
    client = shop.browser().client
    answer = client.post(PROVIDER, headers=headers)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert client.get("/sign-in/back").history, "and one that was not begun ends on the page"


def test_a_sign_in_ends_in_the_browser_where_it_began(shop: Office, provider: MadeUpProvider) -> None:
    """[4.2.2] Who is sent an attacker's way back must not find themselves in the attacker's account."""
    link(shop, provider)
    attacker = shop.browser()
    victim = shop.another(attacker)
    back = provider.consent(go(attacker))
    said = come_back(victim, back)
    assert "was not begun in this browser" in said
    assert victim.client.get(SESSION).json()["account"] is None
    go(victim)
    assert "was not begun in this browser" in come_back(victim, provider.consent(go(attacker)))
    assert victim.client.get(SESSION).json()["account"] is None
    assert "was not begun" in come_back(attacker, back), "and whose state was carried off begins again"


def test_a_state_is_good_once(shop: Office, provider: MadeUpProvider) -> None:
    """[3.5.3] Neither the state nor the code of a sign-in that is over brings anybody in."""
    link(shop, provider)
    browser = shop.browser()
    asked = go(browser)
    back = provider.consent(asked)
    kept = browser.client.cookies["waywarden_sign_in"]
    assert come_back(browser, back) is None
    browser.client.cookies.clear()
    browser.client.cookies.set("waywarden_sign_in", kept, domain="127.0.0.1", path="/")
    for again in (back, provider.consent(asked)):
        assert "was not begun in this browser" in come_back(browser, again)
    assert browser.client.get(SESSION).json()["account"] is None


@pytest.mark.parametrize("state", ["", "x", "é", "0" * 43, None])
def test_a_state_that_nobody_knows_is_none(shop: Office, provider: MadeUpProvider, state: str | None) -> None:
    link(shop, provider)
    browser = shop.browser()
    asked = go(browser)
    back = provider.consent({**asked, "state": state or ""})
    if state is None:
        back = back.replace("&state=", "")
    assert "begin again" in come_back(browser, back)
    assert come_back(browser, provider.consent(asked)) is None, "the right one is still good"


def test_a_code_of_another_sign_in_is_not_taken(shop: Office, provider: MadeUpProvider) -> None:
    """A stolen code goes with another verifier, which the provider sees (RFC 7636)."""
    link(shop, provider)
    thief = shop.browser()
    victim = shop.another(thief)
    stolen = dict(parse_qsl(urlsplit(provider.consent(go(victim))).query))["code"]
    mine = dict(parse_qsl(urlsplit(provider.consent(go(thief))).query))
    said = come_back(thief, f"/sign-in/back?code={stolen}&state={mine['state']}&iss={provider.site}")
    assert said == f"{shop.told.host} did not take its own code back (400, invalid_grant): begin again"
    assert thief.client.get(SESSION).json()["account"] is None


def changed(**claims: object) -> Callable[[MadeUpProvider], None]:
    def change(provider: MadeUpProvider) -> None:
        provider.rewrite = lambda found: found.update(claims)

    return change


def without(name: str) -> Callable[[MadeUpProvider], None]:
    def change(provider: MadeUpProvider) -> None:
        provider.rewrite = lambda found: found.pop(name)

    return change


def moved(seconds: float, *names: str) -> Callable[[MadeUpProvider], None]:
    def change(provider: MadeUpProvider) -> None:
        provider.rewrite = lambda found: found.update({name: found[name] + seconds for name in names})

    return change


def spelt(token: Callable[[dict[str, Any]], object]) -> Callable[[MadeUpProvider], None]:
    def change(provider: MadeUpProvider) -> None:
        provider.token_of = token

    return change


PLANTED = {
    "wrong nonce": (changed(nonce="x" * 43), "another sign-in (nonce)"),
    "a nonce that is no text": (changed(nonce="\ud800"), "another sign-in (nonce)"),
    "no nonce": (without("nonce"), "another sign-in (nonce)"),
    "another issuer": (changed(iss="https://evil.example"), "a token of 'https://evil.example'"),
    "no issuer": (without("iss"), "(iss)"),
    "another client": (changed(aud="other"), "for another program (aud)"),
    "other clients": (changed(aud=["other", "third"]), "for another program (aud)"),
    "several clients, given to nobody": (changed(aud=[CLIENT_ID, "other"]), "given to another program (azp)"),
    "given to another": (changed(azp="other"), "given to another program (azp)"),
    "no client": (without("aud"), "(aud)"),
    "expired": (moved(-700, "exp"), "has run out"),
    "no end": (without("exp"), "(iat, exp)"),
    "an end that is no number": (changed(exp="2099-01-01"), "(iat, exp)"),
    "an end that is true": (changed(exp=True), "(iat, exp)"),
    "an end beyond all": (changed(exp=10**400), "(iat, exp)"),
    "an end without end": (changed(exp=float("inf")), "(iat, exp)"),
    "not yet": (changed(nbf=time.time() + 4000), "does not hold yet"),
    "a clock behind": (moved(-360, "iat", "exp"), "6 minutes from the one here, 5 at most (iat)"),
    "a clock ahead": (moved(360, "iat", "exp"), "6 minutes from the one here, 5 at most (iat)"),
    "a text that is none": (changed(iss="\ud800\n"), "a token of '??'"),
    "nobody": (without("sub"), "about nobody"),
    "an empty nobody": (changed(sub=""), "about nobody"),
    "a number": (changed(sub=7), "about nobody"),
    "too long a somebody": (changed(sub="x" * 256), "about nobody"),
    "unsigned": (spelt(lambda claims: f"{part({'alg': 'none'})}.{part(claims)}."), "without a signature"),
    "encrypted": (spelt(lambda claims: signed(claims) + ".a.b"), "cannot be read"),
    "too large": (spelt(lambda claims: signed({**claims, "more": "x" * 16_000})), "at most 16384"),
    "no token": (spelt(lambda _: None), "gave no ID token"),
    "no text": (spelt(lambda _: {"a": 1}), "gave no ID token"),
    "no JSON": (spelt(lambda _: "a.b.c"), "cannot be read"),
    "no object": (spelt(lambda _: f"{part(1)}.{part([])}.c"), "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED)
def test_a_token_that_is_not_as_it_has_to_be_lets_nobody_in(
    shop: Office, provider: MadeUpProvider, planted: str
) -> None:
    """[3.5.3] One clear sentence, and a password is as good as before."""
    fault, sentence = PLANTED[planted]
    link(shop, provider)
    fault(provider)
    browser = shop.browser()
    said = sign_in(browser, provider)
    assert said is not None
    assert sentence in said
    assert said.startswith(shop.told.host)
    assert "\n" not in said
    assert browser.client.get(SESSION).json()["account"] is None
    assert browser.sign_in("foreman").triage("d1").status_code == 201


def test_what_is_right_in_another_way_is_right(shop: Office, provider: MadeUpProvider) -> None:
    link(shop, provider)
    for fine in (changed(aud=[CLIENT_ID]), changed(aud=[CLIENT_ID, "x"], azp=CLIENT_ID), moved(-290, "iat"),
                 changed(nbf=time.time() + 60), changed(exp=time.time() + 1e9)):  # fmt: skip
        fine(provider)
        assert sign_in(shop.browser(), provider) is None
    provider.rewrite, provider.says_iss = (lambda claims: None), False
    assert sign_in(shop.browser(), provider) is None
    provider.metadata = {"token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_post"]}
    assert sign_in(shop.browser(), provider) is None
    assert provider.forms[-1]["client_secret"] == CLIENT_SECRET


@pytest.mark.parametrize("issuer", ["https://evil.example", None])
def test_an_answer_of_another_provider_is_refused(shop: Office, provider: MadeUpProvider, issuer: str | None) -> None:
    """RFC 9207."""
    link(shop, provider)
    browser = shop.browser()
    back = dict(parse_qsl(urlsplit(provider.consent(go(browser))).query))
    theirs = f"&iss={issuer}" if issuer else ""
    said = come_back(browser, f"/sign-in/back?code={back['code']}&state={back['state']}{theirs}")
    assert "was not the one who answered (iss)" in said
    assert "/token" not in provider.asked[4:]


@pytest.mark.parametrize(
    ("error", "named"),
    [("access_denied", "(access_denied)"), ("<b>x</b>", "(for a reason that it did not name)"), ("", "did not name")],
)
def test_whoever_the_provider_does_not_let_in_is_told(
    shop: Office, provider: MadeUpProvider, error: str, named: str
) -> None:
    browser = shop.browser()
    asked = go(browser)
    said = come_back(browser, f"/sign-in/back?error={error}&state={asked['state']}&iss={provider.site}&code=x")
    assert named in said
    assert "let nobody in" in said


def test_a_sign_in_leads_nowhere_but_to_the_page(shop: Office, provider: MadeUpProvider) -> None:
    """[5.1.5]"""
    link(shop, provider)
    browser = shop.browser()
    back = provider.consent(go(browser)) + "&next=https://evil.example&redirect_uri=//evil.example"
    assert come_back(browser, back) is None
    for query in ("", "?state=a&state=b", "?" + "x" * 9000, "?code=a%00b&state=%0d%0aX: y"):
        assert come_back(browser, f"/sign-in/back{query}") is not None
    assert browser.client.get("/sign-in/back?said=you+won").json is not None


def test_what_the_page_says_cannot_be_said_by_an_address(shop: Office) -> None:
    """A code that came by a link would be somebody else's: an administrator would let the wrong one in."""
    browser = shop.browser()
    assert browser.client.get(f"{PROVIDER}?said=tell+them+AAAA-AAAA").json()["said"] is None


def test_a_locked_account_stays_locked(shop: Office, provider: MadeUpProvider) -> None:
    link(shop, provider)
    browser = shop.browser()
    sign_in(browser, provider)
    assert ask("accounts", "lock", "inspector", "--store", shop.path).code == 0
    assert browser.client.get(SESSION).json()["account"] is None
    assert sign_in(browser, provider) == "inspector is locked: ask whoever looks after the accounts"
    assert browser.client.get(SESSION).json()["account"] is None


def test_a_role_is_the_accounts_and_never_a_claim(shop: Office, provider: MadeUpProvider) -> None:
    """[4.1.2]"""
    link(shop, provider, "viewer")
    changed(role="administrator", roles=["administrator"], groups=["administrator"], account="manager")(provider)
    browser = shop.browser()
    sign_in(browser, provider)
    assert browser.client.get(SESSION).json()["role"] == "viewer"
    assert browser.triage("d1").status_code == 403


def test_unlinking_ends_what_the_link_began(shop: Office, provider: MadeUpProvider) -> None:
    """[3.3.3]"""
    link(shop, provider)
    browser = shop.browser()
    sign_in(browser, provider)
    assert "a password and a link" in ask("accounts", "list", "--store", shop.path).out
    gone = ask("accounts", "unlink", "inspector", "--store", shop.path)
    assert (gone.code, gone.lines) == (0, ["inspector has no link any more; it had 1"])
    assert browser.client.get(SESSION).json()["account"] is None
    assert "no account here is linked" in sign_in(browser, provider)
    assert ask("accounts", "unlink", "inspector", "--store", shop.path).code == 11


def test_a_removed_accounts_link_is_gone(shop: Office, provider: MadeUpProvider) -> None:
    link(shop, provider)
    assert ask("accounts", "remove", "inspector", "--store", shop.path).code == 0
    browser = shop.browser()
    assert "no account here is linked" in sign_in(browser, provider)
    assert browser.client.get(SESSION).json()["account"] is None


def test_one_post_may_be_held_by_two(shop: Office, provider: MadeUpProvider) -> None:
    link(shop, provider)
    provider.subject = "another"
    link(shop, provider)
    assert "2 links" in ask("accounts", "list", "--store", shop.path).out
    assert sign_in(shop.browser(), provider) is None


def test_a_code_is_random_used_once_and_runs_out(shop: Office, provider: MadeUpProvider) -> None:
    """[2.3.1]"""
    links, now = Links(open_links(shop.path)), shop.clock.at
    codes = [links.new_code(links.who("i", "s"), now) for _ in range(3)]
    assert len(set(codes)) == 3
    links.link("inspector", codes[0].lower(), now)
    for used in codes:
        with pytest.raises(AccountError, match="not known here, was used, or is too old"):
            links.link("manager", used, now)
    code = links.new_code(links.who("i", "t"), now)
    with pytest.raises(AccountError, match="too old"):
        links.link("manager", code, now + CODE_LIVES)
    assert links.account_of(links.who("i", "t")) is None
    shop.clock.go_on(seconds=CODE_LIVES.total_seconds() + 1)
    shop.signing_in().sign_in("manager", PASSWORD, "a")
    with closing(sqlite3.connect(shop.path)) as connection:
        assert connection.execute("SELECT count(*) FROM link_code").fetchone() == (0,), "and is forgotten"
    assert links.account_of(links.who("i", "s")) == "inspector"


@pytest.mark.parametrize(
    ("name", "code", "sentence"),
    [
        ("inspector", "K7QM2XR", "8 letters and figures, such as K7QM-2XRT"),
        ("inspector", "K7QM-2XR0", "8 letters and figures"),
        ("inspector", "K7QM-2XRT", "not known here"),
        ("nobody-2", "K7QM-2XRT", "no account nobody-2 that somebody signs in to"),
        ("m-1", "K7QM-2XRT", "no account m-1 that somebody signs in to"),
    ],
)
def test_a_link_that_cannot_be_is_said_in_a_line(shop: Office, name: str, code: str, sentence: str) -> None:
    ask("accounts", "token", "m-1", "--role", "viewer", "--store", shop.path)
    said = ask("accounts", "link", name, code, "--store", shop.path)
    assert (said.code, len(said.lines), said.out) == (11, 1, "")
    assert sentence in said.lines[0]


def test_an_account_may_have_a_link_and_no_password(shop: Office, provider: MadeUpProvider) -> None:
    def answered(*words: object) -> Said:
        return ask("accounts", *words, "--store", shop.path)

    made = answered("add", "crew-7", "--role", "foreman", "--linked")
    assert (made.code, "waywarden accounts link" in made.lines[0]) == (0, True)
    assert "nothing yet" in answered("list").out
    client = shop.browser().client
    for guess in ("", "-", PASSWORD):
        assert client.post(SESSION, json={"name": "crew-7", "password": guess}).status_code == 401
    link(shop, provider, "crew-7")
    assert answered("password", "inspector", "--none").code == 0
    assert client.post(SESSION, json={"name": "inspector", "password": PASSWORD}).status_code == 401
    browser = shop.browser()
    assert sign_in(browser, provider) is None
    path = f"{SESSION}/password"
    assert browser.post(path, {"password": "-", "new_password": "plaster violet gate"}).status_code == 401
    rows = shop.browser("administrator").client.get("/api/v1/accounts").json()["accounts"]
    assert {(row["links"], row["has_password"], row["machine"]) for row in rows if row["name"] == "crew-7"} == {
        (1, False, False)
    }


def test_sign_ins_that_begin_are_limited(shop: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """[2.2.1, 11.1.4]"""
    monkeypatch.setattr(limits, "BEGUN_OF_ADDRESS", 2)
    browser = shop.browser()
    answers = [browser.client.post(PROVIDER, headers={"Origin": SITE}) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60


def test_memory_of_sign_ins_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    from waywarden.run.accounts.provider import flow

    monkeypatch.setattr(flow, "MOST_BEGUN", 3)
    pending, clock = Pending(), Clock()
    for n in range(5):
        pending.add(str(n), Begun("", "", "", "", clock.at + LIVES))
    assert [pending.take(str(n), clock.at) is not None for n in range(5)] == [False, False, True, True, True]


def test_a_sign_in_takes_ten_minutes_at_most(shop: Office, provider: MadeUpProvider) -> None:
    at = AtProvider(
        shop.told, BackChannel(shop.told.host), Links(open_links(shop.path)), lambda name, _: name, shop.clock
    )
    going = at.begin("")
    back = provider.consent(dict(parse_qsl(urlsplit(going.address).query)))
    shop.clock.go_on(seconds=LIVES.total_seconds())
    with pytest.raises(RefusedError, match="longer than 10 minutes"):
        at.finish(dict(parse_qsl(urlsplit(back).query)), going.browser)
    assert "/token" not in provider.asked


def test_over_an_open_line_no_sign_in_begins_or_ends(shop: Office, provider: MadeUpProvider) -> None:
    """[9.1.1]"""
    link(shop, provider)
    here = shop.browser()
    away = shop.another(here, came_from="192.0.2.7")
    assert away.client.post(PROVIDER, headers={"Origin": SITE}).status_code == 403
    back = provider.consent(go(here))
    away.client.cookies = here.client.cookies
    assert "https only" in come_back(away, back)


def test_without_a_provider_there_is_no_such_thing(office: Office) -> None:
    client = office.browser().client
    assert client.get(SESSION).json()["provider"] is None
    for answer in (client.get(PROVIDER), client.post(PROVIDER)):
        assert (answer.status_code, "--sign-in" in answer.json()["detail"]) == (404, True)
    assert client.get("/sign-in/back?code=a&state=b", follow_redirects=False).status_code == 303


def test_a_log_of_it_has_no_secrets(shop: Office, provider: MadeUpProvider, caplog: pytest.LogCaptureFixture) -> None:
    """[7.1.1, 7.1.2, 7.2.1]"""
    caplog.set_level("INFO", "waywarden.accounts")
    code = link(shop, provider)
    browser = shop.browser()
    asked = go(browser)
    back = provider.consent(asked)
    come_back(browser, back)
    changed(nonce="x")(provider)
    sign_in(browser, provider)
    assert "inspector signed in by a link" in caplog.text
    assert "is linked to no account" in caplog.text
    assert "(nonce)" in caplog.text
    secret = [code, SUBJECT, CLIENT_SECRET, asked["state"], asked["nonce"], provider.forms[0]["code"],
              browser.client.cookies.get("waywarden_session", domain="127.0.0.1") or "none", "Somebody"]  # fmt: skip
    assert [each for each in secret if each in caplog.text] == []
