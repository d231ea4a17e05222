"""``waywarden gates`` from end to end: a gate drawn on the small still is saved in the camera's own pixels."""

from __future__ import annotations

import signal
import tomllib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from run.command_line import ended, started
from waywarden.testing.street import made_up_street

SIZE_PX = (1280, 720)
WIDTH_OF = "async a => { const i = new Image(); i.src = a; await i.decode(); return i.naturalWidth }"


def test_a_gate_is_saved_in_the_cameras_own_pixels(tmp_path: Path, chromium: Browser, built_page: Path) -> None:
    assert built_page.is_dir()
    street = made_up_street(1, seconds=8.0, size=SIZE_PX, rate_hz=5.0)
    street.write(tmp_path / "street.mp4")
    city = tmp_path / "city.toml"
    city.write_text(
        '[city]\nname = "T"\ntime_zone = "UTC"\n\n[[camera]]\nid = "a"\nsource = "street.mp4"\n'
        "start = 2026-06-01T12:00:00Z  # as the recorder said\n"
    )
    running = started("gates", "--city", city, "--port", 0, "--seconds", 8)
    try:
        assert running.stderr is not None
        line = running.stderr.readline()
        assert line.startswith("draw the gates of a at http://127.0.0.1:")
        page = chromium.new_page()
        page.goto(line.split()[-1])
        box = page.locator(".picture svg").bounding_box(timeout=60_000)
        assert box is not None
        address = page.locator(".picture image").get_attribute("href")
        still = page.evaluate(WIDTH_OF, address)
        assert still < SIZE_PX[0]
        scale = box["width"] / SIZE_PX[0]
        page.mouse.move(box["x"] + 200 * scale, box["y"] + 600 * scale)
        page.mouse.down()
        page.mouse.move(box["x"] + 1000 * scale, box["y"] + 650 * scale, steps=3)
        page.mouse.up()
        page.get_by_role("button", name="Save to city.toml").click()
        expect(page.get_by_role("status")).to_have_text("Saved to city.toml.")
        page.close()
    finally:
        running.send_signal(signal.SIGINT)
        said = ended(running)
    assert said.code == 0
    (gate,) = tomllib.loads(city.read_text())["camera"][0]["gate"]
    assert gate["from_px"] == pytest.approx((200, 600), abs=2)
    assert gate["to_px"] == pytest.approx((1000, 650), abs=2)
    assert "# as the recorder said" in city.read_text()
