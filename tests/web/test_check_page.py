"""The check page in a browser: counted with the keyboard alone, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect
from tests.web.made_up import MemoryStore, made_up_city
from tests.web.shots import served

from waywarden.terms.places import Camera, Gate
from waywarden.terms.records import IntervalCheck
from waywarden.web.app import create_app
from waywarden.web.local.checking import ByHand, Checking, ShownMinute
from waywarden.web.local.pages import local_routes

CAMERA = Camera("a", "The road", ("clip.mp4",), gates=(Gate("south", (0, 180), (352, 180), "South"),))


def shapes() -> list[tuple[float, bytes]]:
    """A block of cells that goes down the picture."""
    found = []
    for number in range(80):
        cells = np.zeros((58, 71), np.bool_)
        cells[number // 2 : number // 2 + 5, 30:38] = True
        found.append((number / 8 - 4, np.packbits(cells).tobytes()))
    return found


@pytest.fixture
def site(built_page: Path, check: IntervalCheck) -> Iterator[tuple[str, list[ByHand]]]:
    assert (built_page / "check.html").is_file()
    kept: list[ByHand] = []

    def save(_minutes: object, passed: list[ByHand]) -> list[IntervalCheck]:
        kept.extend(passed)
        return [check, replace(check, vehicle_class="car")]

    minutes = [ShownMinute(6.0, shapes()), ShownMinute(6.0, shapes())]
    checking = Checking("secret", CAMERA, (352, 288), (71, 58), ("pedestrian", "car", "bus"), minutes, save)
    with served(create_app(made_up_city(), MemoryStore(), local_routes(checking))) as address:
        yield f"{address}/check/a?token=secret", kept


def test_a_minute_is_counted_with_the_keyboard_and_the_error_is_shown(
    chromium: Browser, site: tuple[str, list[ByHand]]
) -> None:
    address, kept = site
    page = chromium.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(address)
    save = page.get_by_role("button", name="Compare and keep")
    expect(save).to_be_disabled()
    time = page.get_by_role("slider")
    time.fill("1.5")
    expect(page.get_by_text("1.5 / 6 s")).to_be_visible()
    page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))"
    )
    for key in ("f", "j", "Backspace", "3", "j"):
        page.keyboard.press(key)
        page.wait_for_timeout(200)
    expect(save).to_be_disabled()
    time.fill("6.5")
    expect(save).to_be_enabled()
    save.click()
    expect(page.get_by_role("heading", name="How far the count is off")).to_be_visible()
    expect(page.get_by_text("\u22122.0 % (").first).to_be_visible()
    assert [(one.at_s, one.direction, one.vehicle_class) for one in kept] == [
        (1.5, "forward", "car"), (1.5, "backward", "bus"),
    ]  # fmt: skip
    assert said == []
    page.close()
