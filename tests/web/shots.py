"""Takes pictures of the page: ``python tests/web/shots.py [URL] FOLDER [CAMERA]``; of made-up counts without URL."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.web.made_up import made_up_city, made_up_still, made_up_store

from waywarden.run.serve import listen
from waywarden.web.app import create_app
from waywarden.web.drawing import Drawing
from waywarden.web.local.pages import local_routes

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--enable-unsafe-swiftshader",
]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@contextmanager
def served(app: object) -> Iterator[str]:
    """Serve ``app`` on a free port of this machine; yield its address."""
    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(app, log_level="warning", lifespan="off", proxy_headers=False)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


@contextmanager
def browser() -> Iterator[Browser]:
    """Start the machine's own Chromium, without a window."""
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield chromium
        finally:
            chromium.close()


def take(site: str, folder: Path, camera: str, draw: str = "") -> None:
    """Take every picture of the site into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    views = {
        "overview-light": ("light", 1440, 900, "/"),
        "overview-dark": ("dark", 1440, 900, "/"),
        "camera-light": ("light", 1440, 1000, f"/#camera={camera}"),
        "camera-dark": ("dark", 1440, 1000, f"/#camera={camera}"),
        "camera-tall": ("light", 1440, 1900, f"/#camera={camera}"),
        "phone": ("light", 360, 780, "/"),
        "phone-camera": ("light", 360, 2600, f"/#camera={camera}"),
        "keeps": ("light", 1000, 1400, "/keeps"),
        "api": ("dark", 1000, 900, "/api/v1"),
    }
    if draw:
        views["draw"] = ("light", 1440, 1000, draw)
        views["draw-phone"] = ("dark", 360, 1500, draw)
    with browser() as chromium:
        for name, (shade, width, height, path) in views.items():
            page = chromium.new_page(viewport={"width": width, "height": height}, color_scheme=shade)  # type: ignore[arg-type]
            page.goto(site + path)
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(700)
            page.screenshot(path=folder / f"{name}.png")
            page.close()


def busiest(site: str) -> str:
    """Return the id of the camera that counted most in its last hour."""
    features = httpx.get(f"{site}/api/v1/cameras").json()["features"]
    return str(max(features, key=lambda one: (one["properties"]["last_hour"] or {"count": -1})["count"])["id"])


def main() -> None:
    """Take the pictures of a running site, or of the made-up one."""
    arguments = sys.argv[1:]
    if arguments[0].startswith("http"):
        site = arguments[0].rstrip("/")
        take(site, Path(arguments[1]), arguments[2] if len(arguments) > 2 else busiest(site))
        return
    city = made_up_city()
    drawing = Drawing(
        "token", lambda _: made_up_still(), lambda _: city.cameras[0], lambda *_: None, lambda _: (640, 360)
    )
    with served(create_app(city, made_up_store(city), local_routes(drawing))) as site:
        take(site, Path(arguments[0]), city.cameras[0].id, f"/draw/{city.cameras[0].id}?token=token")


if __name__ == "__main__":
    main()
