"""The crews' page on a phone: it opens without a network, and what is written down on it stands in the ledger once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from tests.web.made_up import MemoryStore
from tests.web.made_up_road import last_account, made_up_plan, made_up_road
from tests.web.shots import PHONE, served
from tests.web.test_page import axe

from waywarden.run.accounts.passwords import Cost, hash_of
from waywarden.run.accounts.signing_in import desk_of
from waywarden.run.road.now.site import with_road
from waywarden.store.office.accounts import open_accounts
from waywarden.store.pictures import open_kept_pictures
from waywarden.terms.office.accounts import Account, AccountRole
from waywarden.terms.pictures import NewPicture, PictureOf, RedactedJpeg
from waywarden.terms.places import City
from waywarden.terms.redaction_key import REDACTION_KEY
from waywarden.web.accounts.site import beside
from waywarden.web.app import create_app

PASSWORD = "four words in a row"
SOON = 30_000


@pytest.fixture
def office(tmp_path: Path, built_page: Path) -> Iterator[str]:
    path, shown = tmp_path / "records.sqlite", tmp_path / "shown"
    made_up_road(path)
    shown.mkdir()
    plan = made_up_plan(path)
    (shown / "plan.json").write_text(json.dumps(plan), "utf-8")
    jpeg = cv2.imencode(".jpg", np.full((90, 160, 3), 80, np.uint8))[1].tobytes()
    picture = RedactedJpeg(jpeg, 160, 90, REDACTION_KEY)
    with closing(open_kept_pictures(path)) as pictures:
        first = plan["crews"][0]["stops"][0]["defects"][0]
        pictures.append([NewPicture(PictureOf.BEFORE, first, datetime.now(UTC), picture)])
    with closing(open_accounts(path)) as accounts:
        for name in ("foreman-1", "foreman-2"):
            accounts.add(Account(name, AccountRole.FOREMAN), hash_of(PASSWORD, Cost(16, 8, 1)))
        accounts.add(Account("viewer-1", AccountRole.VIEWER), hash_of(PASSWORD, Cost(16, 8, 1)))
    city = City("Made-up", "Europe/Helsinki", (), {})
    with served(create_app(city, MemoryStore(), beside=with_road(beside(desk_of(path, "")), path, shown))) as address:
        yield address


def sign_in(page: Page, name: str = "foreman-1") -> None:
    form = page.get_by_role("form", name="Sign in")
    form.get_by_label("Work name").fill(name)
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name=name, exact=True)).to_be_visible(timeout=SOON)


def on_the_road(phone: BrowserContext, office: str, name: str = "foreman-1") -> Page:
    """Return the page with crew 1's route, signed in, and its files where the worker keeps them."""
    page = phone.new_page()
    page.goto(office + "/sheets/")
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    sign_in(page, name)
    page.get_by_role("button", name="Crew 1").click()
    expect(page.locator(".sheet-stop")).to_have_count(4, timeout=SOON)
    expect(page.get_by_text("not on this phone yet")).to_have_count(0, timeout=SOON)
    expect(page.get_by_role("button", name="Check now")).to_be_enabled(timeout=SOON)
    return page


def press(page: Page, stop: int, fact: str, material: str, place: int = 0) -> None:
    card = page.locator(".sheet-stop").nth(stop - 1)
    if card.locator(".stop-head").get_attribute("aria-expanded") == "false":
        card.locator(".stop-head").click()
    spot = card.locator(".place").nth(place)
    spot.get_by_role("button", name=fact, exact=True).click()
    spot.get_by_role("button", name=material, exact=True).click()
    expect(page.locator(".sheet-status")).to_contain_text("not sent yet", timeout=SOON)


def status(page: Page, words: str) -> None:
    expect(page.locator(".sheet-status b")).to_have_text(words, timeout=SOON)


def defects_of(office: str) -> list[list[str]]:
    route = httpx.get(f"{office}/api/v1/orders/crews/1").json()
    return [[one["defect"] for one in stop["defects"]] for stop in route["stops"]]


def life(office: str, defect: str) -> list[dict[str, Any]]:
    """Return what was written about a defect through the API."""
    found = httpx.get(f"{office}/api/v1/defects/{defect}").json()["life"]
    return [each for each in found if each["told"].get("order_id", "").startswith("2026-11-27")]


def kept_in(page: Page, store: str) -> list[Any]:
    """Return what lies in the phone's own store."""
    return page.evaluate(
        """store => new Promise((resolve) => {
          indexedDB.open("waywarden-sheets").onsuccess = (event) => {
            const asking = event.target.result.transaction(store).objectStore(store).getAll();
            asking.onsuccess = () => resolve(asking.result);
          };
        })""",
        store,
    )


def another_session(office: str, name: str = "foreman-2") -> httpx.Client:
    client = httpx.Client(base_url=office, headers={"Origin": office})
    answer = client.post("/api/v1/session", json={"name": name, "password": PASSWORD})
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return client


def test_three_repairs_without_a_network_stand_in_the_ledger_once_with_their_times(
    phone: BrowserContext, office: str
) -> None:
    page = on_the_road(phone, office)
    phone.set_offline(True)
    page.reload()
    expect(page.locator(".sheet-stop")).to_have_count(4, timeout=SOON)
    began = datetime.now(UTC)
    press(page, 1, "Repaired", "hot asphalt")
    press(page, 2, "Repaired for a time", "cold asphalt")
    press(page, 3, "Made safe", "cones")
    ended = datetime.now(UTC)
    pressed = {one["defect"]: one["observed"] for one in kept_in(page, "entries")}
    status(page, "3 not sent yet")
    page.locator(".stop-head").first.click()
    seen = page.locator(".place-pictures img").first
    expect(seen).to_be_visible()
    assert seen.evaluate("one => one.decode().then(() => one.naturalWidth)") == 160
    # The phone is out of memory: the page is killed, and not asked.
    with pytest.raises(Exception, match=r"crash|closed|ERR_ABORTED"):
        page.goto("chrome://crash", timeout=5000)
    page.close()
    page = phone.new_page()
    page.goto(office + "/sheets/")
    status(page, "3 not sent yet")
    expect(page.locator(".sheet-status")).to_contain_text("Last contact", timeout=SOON)
    assert len(pressed) == 3
    phone.set_offline(False)
    status(page, "All sent")
    written = [life(office, defects[0]) for defects in defects_of(office)[:3]]
    assert [[each["fact"] for each in one] for one in written] == [
        ["repaired"],
        ["repaired_temporarily"],
        ["made_safe"],
    ]
    assert [one[0]["told"]["material"] for one in written] == ["hot asphalt", "cold asphalt", "cones"]
    for defects, (entry,) in zip(defects_of(office), written, strict=False):
        seen = datetime.fromisoformat(entry["observed"])
        assert seen == datetime.fromisoformat(pressed[defects[0]])
        assert began <= seen <= ended <= datetime.fromisoformat(entry["recorded"])
        assert entry["role"] == "foreman"


def test_a_lost_answer_leads_to_one_entry(phone: BrowserContext, office: str) -> None:
    page = on_the_road(phone, office)
    lost = []

    def lose(route: Route) -> None:
        if len(lost) < 2:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/facts", lose)
    press(page, 1, "Repaired", "hot asphalt")
    status(page, "All sent")
    assert lost == [201, 201]
    assert len(life(office, defects_of(office)[0][0])) == 1


def test_what_others_wrote_in_between_is_shown_and_decided_by_the_foreman(
    phone: BrowserContext, office: str, page_folder: Path
) -> None:
    page = on_the_road(phone, office)
    first, second = defects_of(office)[:2]
    phone.set_offline(True)
    press(page, 1, "Made safe", "cones")
    press(page, 2, "Repaired", "hot asphalt")
    other = another_session(office)
    for defect in (first[0], second[0]):
        body = {"fact": "repaired_temporarily", "told": {"order_id": "2026-11-27-99"}}
        assert other.post(f"/api/v1/defects/{defect}/facts", json=body).status_code == 201
    other.close()
    phone.set_offline(False)
    status(page, "2 to decide")
    cards = page.locator(".card-decide")
    expect(cards).to_have_count(2)
    expect(cards.first).to_contain_text("Repaired for a time")
    expect(cards.first).to_contain_text("on the word of a foreman")
    assert axe(page, page_folder) == []
    page.reload()
    expect(cards).to_have_count(2, timeout=SOON)
    cards.first.get_by_role("button", name="Drop mine").click()
    cards.first.get_by_role("button", name="Yes, drop mine").click()
    expect(cards).to_have_count(1, timeout=SOON)
    cards.first.get_by_role("button", name="Send mine on top").click()
    status(page, "All sent")
    assert [each["fact"] for each in life(office, first[0])] == ["repaired_temporarily"]
    assert [each["fact"] for each in life(office, second[0])] == ["repaired_temporarily", "repaired"]


def test_what_the_office_has_as_repaired_is_only_dropped(phone: BrowserContext, office: str) -> None:
    page = on_the_road(phone, office)
    phone.set_offline(True)
    press(page, 2, "Repaired", "hot asphalt")
    other = another_session(office)
    body = {"fact": "repaired", "told": {"order_id": "2026-11-27-99"}}
    assert other.post(f"/api/v1/defects/{defects_of(office)[1][0]}/facts", json=body).status_code == 201
    other.close()
    phone.set_offline(False)
    status(page, "1 to decide")
    expect(page.get_by_text("The office has it as repaired already")).to_be_visible()
    expect(page.get_by_role("button", name="Send mine on top")).to_have_count(0)
    page.get_by_role("button", name="Drop mine").click()
    page.get_by_role("button", name="Yes, drop mine").click()
    status(page, "All sent")


def test_the_keyboard_goes_on_where_something_was_pressed(phone: BrowserContext, office: str) -> None:
    page = on_the_road(phone, office)
    head = page.locator(".stop-head").nth(1)
    head.press("Enter")
    place = page.locator(".place").first
    place.get_by_role("button", name="Repaired", exact=True).press("Enter")
    expect(place.get_by_text("Repaired: with what?")).to_be_focused()
    place.get_by_role("button", name="Back").press("Enter")
    expect(place.get_by_role("heading")).to_be_focused()
    place.get_by_role("button", name="Repaired", exact=True).press("Enter")
    place.get_by_role("button", name="hot asphalt").press("Enter")
    expect(head).to_be_focused(timeout=SOON)


def test_what_was_merged_is_written_about_elsewhere(phone: BrowserContext, office: str) -> None:
    def merged(route: Route) -> None:
        found = route.fetch().json()
        found["stops"][1]["defects"][0]["merged_into"] = "another"
        route.fulfill(json=found)

    phone.route("**/api/v1/orders/crews/1", merged)
    page = on_the_road(phone, office)
    page.locator(".stop-head").nth(1).click()
    expect(page.locator(".place")).to_contain_text("Now part of another")
    expect(page.locator(".place .deed")).to_have_count(0)


def test_only_the_offices_word_settles_an_entry_and_a_refusal_waits_for_a_decision(
    phone: BrowserContext, office: str
) -> None:
    page = on_the_road(phone, office)
    answers: list[dict[str, Any]] = [
        {"status": 200, "content_type": "text/html", "body": "<h1>Welcome to the hotel</h1>"},
        {"status": 201, "json": {"thanks": True}},
        {"status": 422, "json": {"title": "x", "status": 422, "detail": "check the clock"}},
    ]
    page.route("**/facts", lambda route: route.fulfill(**answers.pop(0)) if answers else route.continue_())
    press(page, 2, "Repaired", "hot asphalt")
    status(page, "1 to decide")
    assert answers == []
    expect(page.locator(".card-decide")).to_contain_text("check the clock")
    page.get_by_role("button", name="Try again").click()
    status(page, "All sent")
    assert len(life(office, defects_of(office)[1][0])) == 1


def test_what_was_pressed_wrongly_is_taken_back_before_it_is_sent(phone: BrowserContext, office: str) -> None:
    page = on_the_road(phone, office)
    press(page, 2, "Repaired", "hot asphalt")
    page.locator(".sheet-undo").get_by_role("button", name="Undo").click()
    status(page, "All sent")
    page.wait_for_timeout(7000)
    assert life(office, defects_of(office)[1][0]) == []


def test_one_who_is_signed_out_meanwhile_loses_nothing_and_sends_nothing_of_another(
    phone: BrowserContext, office: str, tmp_path: Path
) -> None:
    page = on_the_road(phone, office)
    phone.set_offline(True)
    press(page, 2, "Repaired", "hot asphalt")
    phone.clear_cookies()
    phone.set_offline(False)
    expect(page.get_by_text("foreman-1 is signed out")).to_be_visible(timeout=SOON)
    status(page, "1 not sent yet")
    page.get_by_role("button", name="Sign in").click()
    # Somebody else takes the phone.
    sign_in(page, "foreman-2")
    status(page, "1 of another account")
    page.wait_for_timeout(3000)
    defect = defects_of(office)[1][0]
    assert life(office, defect) == []
    # Its own session goes on without being asked; at the next start it is asked who is signed in.
    phone.clear_cookies()
    page.reload()
    page.get_by_role("button", name="Sign in").click()
    sign_in(page, "foreman-1")
    status(page, "All sent")
    (entry,) = life(office, defect)
    assert (entry["fact"], last_account(tmp_path / "records.sqlite")) == ("repaired", "foreman-1")


def test_signing_out_clears_the_route_and_keeps_what_was_not_sent(phone: BrowserContext, office: str) -> None:
    page = on_the_road(phone, office)
    other = phone.new_page()
    other.goto(office + "/sheets/")
    expect(other.locator(".sheet-stop")).to_have_count(4, timeout=SOON)
    phone.set_offline(True)
    press(page, 2, "Repaired", "hot asphalt")
    page.get_by_role("button", name="foreman-1", exact=True).click()
    page.get_by_role("button", name="Sign out foreman-1").click()
    expect(page.get_by_text("It stays on this phone until foreman-1 signs in on it again")).to_be_visible()
    page.get_by_role("button", name="Sign out all the same").click()
    expect(page.get_by_text("The route is off this phone")).to_be_visible(timeout=SOON)
    expect(other.locator(".sheet-stop")).to_have_count(0, timeout=SOON)
    assert kept_in(page, "phone") == [{"account": None, "role": "viewer", "contact": None, "leaving": True}]
    (entry,) = kept_in(page, "entries")
    assert (entry["account"], entry["step"]) == ("foreman-1", "waiting")
    assert page.evaluate("caches.keys().then(names => names.length)") == 1


def test_who_signs_out_without_a_network_is_not_signed_in_again_when_it_is_back(
    phone: BrowserContext, office: str
) -> None:
    page = on_the_road(phone, office)
    phone.set_offline(True)
    press(page, 2, "Repaired", "hot asphalt")
    page.get_by_role("button", name="foreman-1", exact=True).click()
    page.get_by_role("button", name="Sign out foreman-1").click()
    page.get_by_role("button", name="Sign out all the same").click()
    expect(page.get_by_text("is ended at the next contact")).to_be_visible(timeout=SOON)
    page.reload()
    expect(page.get_by_role("form", name="Sign in")).to_be_visible(timeout=SOON)
    phone.set_offline(False)
    expect(page.locator(".sheet-status")).to_contain_text("Last contact", timeout=SOON)
    assert kept_in(page, "phone")[0]["leaving"] is False
    page.reload()
    expect(page.get_by_role("form", name="Sign in")).to_be_visible(timeout=SOON)
    status(page, "1 of another account")
    assert page.evaluate("fetch('/api/v1/session').then((came) => came.json())")["account"] is None
    assert life(office, defects_of(office)[1][0]) == []
    sign_in(page)
    status(page, "All sent")


def test_the_worker_keeps_the_pages_files_alone_and_is_nowhere_else(phone: BrowserContext, office: str) -> None:
    page = on_the_road(phone, office)
    held = page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys())
            for (const one of await (await caches.open(name)).keys()) found.push(new URL(one.url).pathname);
          return found;
        }"""
    )
    assert "/sheets/" in held
    assert all(path == "/sheets/" or path.startswith("/static/") for path in held)
    scopes = page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.map(one => one.scope))")
    assert scopes == [office + "/sheets/"]
    other = phone.new_page()
    other.goto(office + "/road")
    assert other.evaluate("navigator.serviceWorker.controller") is None
    policy = httpx.get(office + "/sheets/").headers["content-security-policy"]
    assert "worker-src 'self';" in policy
    assert "blob:" not in policy.replace("img-src 'self' blob:", "")
    assert httpx.get(office + "/sheets/worker.js").headers["cache-control"] == "no-cache"
    assert httpx.get(office + "/api/v1/session").headers["cache-control"] == "no-store"


def test_a_viewer_may_look_and_write_nothing(phone: BrowserContext, office: str) -> None:
    page = on_the_road(phone, office, "viewer-1")
    expect(page.get_by_text("viewer-1 is a viewer")).to_be_visible()
    page.locator(".stop-head").first.click()
    expect(page.locator(".place").first).to_be_visible()
    expect(page.get_by_role("button", name="Repaired", exact=True)).to_have_count(0)


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_nothing_is_small_or_runs_out_at_the_side(
    chromium: Browser, office: str, page_folder: Path, shade: str
) -> None:
    context = chromium.new_context(**PHONE, color_scheme=shade)  # type: ignore[arg-type]
    page = on_the_road(context, office)
    page.locator(".stop-head").first.click()
    assert axe(page, page_folder) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    heights = page.evaluate("[...document.querySelectorAll('button')].map(one => one.getBoundingClientRect().height)")
    assert min(heights) >= 48
    context.close()


def test_a_crews_sheet_is_one_answer(office: str) -> None:
    sheet = httpx.get(f"{office}/api/v1/orders/crews/2").json()
    assert (sheet["crew"], len(sheet["stops"])) == (2, 4)
    one = sheet["stops"][0]["defects"][0]
    newest = httpx.get(f"{office}/api/v1/defects/{one['defect']}").json()["life"][-1]["number"]
    assert one["newest"] == newest
    missing = httpx.get(f"{office}/api/v1/orders/crews/9")
    assert (missing.status_code, "no crew 9" in missing.json()["detail"]) == (404, True)
