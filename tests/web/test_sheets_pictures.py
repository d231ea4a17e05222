"""Pictures on the crews' page: taken without a network, kept small on the phone, gone from it once answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.web.shots import PHONE
from tests.web.test_page import axe
from tests.web.test_sheets_page import (
    SOON,
    defects_of,
    kept_in,
    on_the_road,
    opened_office,
    press,
    sign_in,
    status,
)

from sight.test_given import tiff, with_exif
from waywarden.run.road.pictures.keeping import keep_given
from waywarden.terms.pictures import NotKept, RedactedJpeg, WhyNot

LARGE = (1500, 2000)
"""Rows and columns of what the phone's camera takes."""


def photo(grey: int = 110) -> dict[str, Any]:
    """Return a made-up picture of a road with EXIF, as a camera leaves it."""
    rng = np.random.default_rng(grey)
    road = np.clip(rng.normal(grey, 4, (*LARGE, 1)), 0, 255).astype(np.uint8)
    jpeg = cv2.imencode(".jpg", np.repeat(road, 3, axis=2))[1].tobytes()
    content = with_exif(jpeg, "jpeg", tiff(6))
    assert b"Maker-9" in content
    return {"name": "IMG_20261127_0811.jpg", "mimeType": "image/jpeg", "buffer": content}


class Watched:
    """Redacts, and notes what came in; or says of each, in turn, why it is not kept."""

    def __init__(self, redact: Callable[[bytes], RedactedJpeg | NotKept] = keep_given) -> None:
        self._redact = redact
        self.came: list[bytes] = []
        self.refuse: list[WhyNot] = []

    def __call__(self, content: bytes) -> RedactedJpeg | NotKept:
        self.came.append(content)
        return NotKept(self.refuse.pop(0)) if self.refuse else self._redact(content)


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def office(tmp_path: Path, built_page: Path, watched: Watched) -> Iterator[str]:
    with opened_office(tmp_path, watched) as address:
        yield address


def place_of(page: Page, stop: int, place: int = 0) -> Locator:
    card = page.locator(".sheet-stop").nth(stop - 1)
    if card.locator(".stop-head").get_attribute("aria-expanded") == "false":
        card.locator(".stop-head").click()
    return card.locator(".place").nth(place)


def take(page: Page, stop: int, side: str, picture: dict[str, Any] | None = None) -> None:
    place_of(page, stop).get_by_label(f"Picture {side}").set_input_files(picture or photo())


def shots(page: Page) -> list[Any]:
    found = kept_in(page, "waywarden-pictures", "waywarden-pictures")
    return sorted(found, key=lambda one: str(one["observed"]))


def pictures_at(office: str, stop: int) -> list[dict[str, str]]:
    defect = defects_of(office)[stop - 1][0]
    found = httpx.get(f"{office}/api/v1/defects/{defect}/pictures").json()["pictures"]
    return [each for each in found if not (stop == 1 and each["of"] == "before" and each is found[0])]


def test_two_pictures_without_a_network_are_kept_redacted_once_and_leave_the_phone(
    phone: BrowserContext, office: str, watched: Watched, page_folder: Path
) -> None:
    page = on_the_road(phone, office)
    phone.set_offline(True)
    take(page, 2, "before")
    status(page, "1 picture not sent yet")
    press(page, 2, "Repaired", "hot asphalt")
    take(page, 2, "after", photo(60))
    status(page, "1 not sent yet, 2 pictures not sent yet")
    before, after = shots(page)
    assert (before["of"], after["of"], before["account"]) == ("before", "after", "foreman-1")
    assert max(before["jpeg"], after["jpeg"]) < len(photo()["buffer"])
    assert axe(page, page_folder) == []
    # The browser is ended, and the page opened again, still without a network.
    page.close()
    page = phone.new_page()
    page.goto(office + "/sheets/")
    status(page, "1 not sent yet, 2 pictures not sent yet")
    shown = place_of(page, 2).locator(".shot img").first
    assert shown.evaluate("one => one.decode().then(() => [one.naturalWidth, one.naturalHeight])") == [960, 1280]
    assert watched.came == []
    phone.set_offline(False)
    status(page, "All sent")
    assert [len(watched.came), *(b"Exif" in each or b"Maker-9" in each for each in watched.came)] == [2, False, False]
    kept = pictures_at(office, 2)
    assert [each["of"] for each in kept] == ["before", "after"]
    for each, shot in zip(kept, (before, after), strict=True):
        assert each["at"][:19] == shot["observed"][:19]
        jpeg = httpx.get(office + each["href"]).content
        assert cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape == (480, 360, 3)
    defect = defects_of(office)[1][0]
    life = httpx.get(f"{office}/api/v1/defects/{defect}").json()["life"]
    # The repair was held for a while, so that it could be taken back; the first picture had been held already.
    assert sorted(each["fact"] for each in life if each["fact"] in {"repaired", "pictured"}) == [
        "pictured",
        "pictured",
        "repaired",
    ]
    # The phone has its own copies no more; what it shows now is what the office kept.
    assert [(each["step"], each["jpeg"]) for each in shots(page)] == [("sent", None), ("sent", None)]
    expect(place_of(page, 2).locator(".place-pictures img")).to_have_count(2, timeout=SOON)
    expect(place_of(page, 2).locator(".shot img")).to_have_count(0)


def test_the_defects_life_shows_them_to_everybody(phone: BrowserContext, office: str) -> None:
    page = on_the_road(phone, office)
    take(page, 2, "before")
    take(page, 2, "after", photo(60))
    status(page, "All sent")
    defect = defects_of(office)[1][0]
    road = phone.new_page()
    road.goto(f"{office}/road#defect={defect}")
    figures = road.locator(".pictures figure")
    expect(figures).to_have_count(2, timeout=SOON)
    expect(figures.first).to_contain_text("before the repair")
    expect(figures.nth(1)).to_contain_text("after the repair")
    expect(road.locator(".timeline .fact-pictured")).to_have_count(2)
    expect(road.locator(".timeline")).to_contain_text("Picture taken")


def test_a_refused_picture_is_told_in_a_sentence_and_holds_nothing_up(
    phone: BrowserContext, office: str, watched: Watched, page_folder: Path
) -> None:
    watched.refuse = [WhyNot.STILL_FOUND]
    page = on_the_road(phone, office)
    phone.set_offline(True)
    take(page, 1, "before")
    take(page, 2, "before", photo(90))
    press(page, 3, "Repaired", "hot asphalt")
    phone.set_offline(False)
    status(page, "All sent")
    told = page.get_by_role("region", name="Pictures that are not with the office")
    expect(told).to_contain_text("The picture is not kept, it is one on which a road user could still be found")
    expect(told).to_contain_text(re.compile(r", before, \d\d:\d\d"))
    assert axe(page, page_folder) == []
    assert (len(pictures_at(office, 1)), len(pictures_at(office, 2))) == (0, 1)
    assert [(each["step"], each["jpeg"]) for each in shots(page)] == [("refused", None), ("sent", None)]
    page.reload()
    told.get_by_role("button", name="All right").click(timeout=SOON)
    expect(told).to_have_count(0, timeout=SOON)
    take(page, 1, "before", photo(70))
    status(page, "1 picture not sent yet")
    status(page, "All sent")
    assert len(pictures_at(office, 1)) == 1


def test_a_lost_answer_leads_to_one_picture(phone: BrowserContext, office: str, watched: Watched) -> None:
    page = on_the_road(phone, office)
    lost: list[int] = []

    def lose(route: Any) -> None:
        if not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/pictures?of=*", lose)
    take(page, 2, "after")
    status(page, "1 picture not sent yet")
    status(page, "All sent")
    assert (lost, len(watched.came), len(pictures_at(office, 2))) == ([201], 1, 1)


def test_it_can_be_taken_back_and_a_file_that_is_no_picture_is_told(phone: BrowserContext, office: str) -> None:
    page = on_the_road(phone, office)
    phone.set_offline(True)
    take(page, 2, "before")
    status(page, "1 picture not sent yet")
    place_of(page, 2).locator(".shot").get_by_role("button", name="Undo").click()
    status(page, "All sent")
    assert shots(page) == []
    take(page, 2, "before", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"none"})
    expect(place_of(page, 2).get_by_role("alert")).to_contain_text("no picture that can be read")
    assert shots(page) == []


def test_what_was_not_sent_waits_for_its_account_and_is_shown_to_no_other(phone: BrowserContext, office: str) -> None:
    page = on_the_road(phone, office)
    phone.set_offline(True)
    take(page, 2, "before")
    status(page, "1 picture not sent yet")
    page.get_by_role("button", name="foreman-1", exact=True).click()
    page.get_by_role("button", name="Sign out foreman-1").click()
    expect(page.get_by_text("It stays on this phone until foreman-1 signs in on it again")).to_be_visible()
    page.get_by_role("button", name="Sign out all the same").click()
    expect(page.get_by_text("The route is off this phone")).to_be_visible(timeout=SOON)
    # The office's session of foreman-1 would go on for half an hour.
    phone.clear_cookies()
    phone.set_offline(False)
    page.reload()
    sign_in(page, "foreman-2")
    page.get_by_role("button", name="Crew 1").click()
    expect(page.locator(".sheet-stop")).to_have_count(4, timeout=SOON)
    expect(place_of(page, 2).locator(".shot")).to_have_count(0)
    assert (len(shots(page)), pictures_at(office, 2)) == (1, [])


def test_a_server_that_takes_none_offers_none(phone: BrowserContext, tmp_path: Path, built_page: Path) -> None:
    with opened_office(tmp_path) as address:
        page = on_the_road(phone, address)
        expect(place_of(page, 2).get_by_role("button", name="Repaired", exact=True)).to_be_visible()
        expect(page.get_by_label("Picture before")).to_have_count(0)


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_on_a_narrow_phone_nothing_runs_out_at_the_side(
    chromium: Browser, office: str, page_folder: Path, shade: str
) -> None:
    context = chromium.new_context(**PHONE, color_scheme=shade)  # type: ignore[arg-type]
    page = on_the_road(context, office)
    context.set_offline(True)
    take(page, 2, "before")
    status(page, "1 picture not sent yet")
    assert axe(page, page_folder) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    heights = page.evaluate("[...document.querySelectorAll('.take')].map(one => one.getBoundingClientRect().height)")
    assert heights
    assert min(heights) >= 48
    context.close()
