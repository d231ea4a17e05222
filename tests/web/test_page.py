"""The page in a real browser: what a reader, a keyboard, a phone and a screen reader get."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect
from tests.web.made_up import MemoryStore, made_up_city, made_up_still
from tests.web.shots import served

from waywarden.run.drawing import drawing_for
from waywarden.terms.places import Camera, City, Gate
from waywarden.terms.records import Doubt
from waywarden.web.accounts.beside import NOTHING
from waywarden.web.app import create_app
from waywarden.web.local.pages import local_routes
from waywarden.web.parts.checks import with_checks

JUNCTION = "/#camera=06514"
CITY_TOML = """\
# our city
[[camera]]
id = "a"   # the only one
source = "clip.mp4"

# the end
"""


class Watched:
    """A page of which everything said on the console and asked of the network is kept."""

    def __init__(self, chromium: Browser, **options: Any) -> None:
        self.page: Page = chromium.new_page(**{"viewport": {"width": 1280, "height": 900}, **options})
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self._hear(message.type, message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def _hear(self, kind: str, text: str) -> None:
        # The software renderer of a browser without a screen grumbles about its own speed.
        if kind in {"error", "warning"} and "GL Driver Message" not in text:
            self.said.append(text)

    def open(self, address: str) -> Page:
        self.page.goto(address)
        # The map is fetched last: where it stands, or the page has none, all is there.
        self.page.wait_for_selector("body > main, main.draw, main.road-main, .maplibregl-canvas", state="attached")
        if "#camera" in address:
            self.page.wait_for_selector(".panel .numbers, .panel .empty")
        return self.page

    def hosts(self) -> set[str]:
        return {urlsplit(address).netloc for address in self.asked if not address.startswith(("blob:", "data:"))}


@pytest.fixture
def watched(chromium: Browser) -> Iterator[Watched]:
    one = Watched(chromium)
    yield one
    one.page.close()


def axe(page: Page, page_folder: Path) -> list[str]:
    """Return the serious findings of axe-core."""
    # Evaluated by the debugger, so that the page's own policy need not allow it.
    page.evaluate((page_folder / "node_modules/axe-core/axe.min.js").read_text())
    found = page.evaluate("axe.run(document)")
    return [
        f"{one['id']}: {node['html'][:160]} {node['any'][:1]}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("path", ["/", JUNCTION, "/#camera=04270", "/#camera=08858", "/keeps", "/api/v1"])
def test_it_opens_without_an_error_and_asks_no_other_host(watched: Watched, site: str, path: str) -> None:
    page = watched.open(site + path)
    if not path.startswith(("/keeps", "/api")):
        page.wait_for_selector(".camera-mark")
    assert watched.said == []
    assert watched.hosts() == {urlsplit(site).netloc}


def test_the_check_for_other_hosts_can_fail_and_the_policy_stops_them(watched: Watched, site: str) -> None:
    page = watched.open(site + "/")
    page.evaluate("fetch('http://127.0.0.1:9/leak').catch(() => 0)")
    assert any("Content Security Policy" in text for text in watched.said)


def test_the_map_shows_every_camera_with_a_position(watched: Watched, site: str, city: City) -> None:
    page = watched.open(site + "/")
    page.wait_for_selector(".camera-mark")
    marks = page.locator(".camera-mark")
    assert marks.count() == len(city.cameras)
    box = page.locator(".area-map").bounding_box()
    assert box is not None
    for at in range(marks.count()):
        disc = marks.nth(at).locator(".disc").bounding_box()
        assert disc is not None
        assert box["x"] <= disc["x"] <= box["x"] + box["width"]
        assert box["y"] <= disc["y"] <= box["y"] + box["height"]
    sizes = {
        mark.locator(".label").inner_text(): mark.locator(".disc").bounding_box()["width"]  # type: ignore[index]
        for mark in marks.all()
    }
    assert max(sizes, key=lambda label: sizes[label]).startswith("Grosvenor Pl")
    page.get_by_role("button", name="Vauxhall Bridge Rd").click()
    expect(page.get_by_role("heading", name="Vauxhall Bridge Rd")).to_be_visible()


def test_a_camera_opens_and_closes_with_the_keyboard_alone(watched: Watched, site: str) -> None:
    page = watched.open(site + "/")
    page.wait_for_selector(".cameras a")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.cameras') !== null"):
            break
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", name="Park Lane / Brook Gate")
    expect(heading).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="All cameras")).to_be_focused()
    page.keyboard.press("Enter")
    expect(heading).to_be_hidden()
    expect(page.get_by_role("link", name="Park Lane / Brook Gate")).to_be_focused()
    page.go_back()
    expect(heading).to_be_visible()


def test_the_skip_link_goes_to_the_list(watched: Watched, site: str) -> None:
    page = watched.open(site + "/")
    page.wait_for_selector(".cameras a")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "cameras"


def test_the_chart_is_read_bin_by_bin_with_the_arrow_keys(watched: Watched, site: str) -> None:
    page = watched.open(site + JUNCTION)
    chart = page.get_by_label("Counts over time, stacked by class", exact=False)
    chart.focus()
    page.keyboard.press("Home")
    readout = page.locator(".readout").first
    expect(readout).to_contain_text("Tue 5 May 06:00–06:15")  # noqa: RUF001
    for _ in range(27):
        page.keyboard.press("ArrowRight")
    expect(readout).to_contain_text("not watched, so nothing is known")


@pytest.mark.parametrize("camera", ["03604", "03601"])
def test_the_table_holds_the_apis_numbers(watched: Watched, site: str, camera: str) -> None:
    rows = httpx.get(f"{site}/api/v1/intervals?camera={camera}&limit=5000").json()["intervals"]
    expected: dict[str, dict[str, int]] = {}
    for row in rows:
        counts = expected.setdefault(row["start"], {})
        counts[row["vehicle_class"]] = counts.get(row["vehicle_class"], 0) + row["count"]
    page = watched.open(f"{site}/#camera={camera}")
    page.get_by_role("button", name="Table", exact=True).click()
    region = page.get_by_role("region", name="Counts as a table")
    head = region.locator("thead th").all_inner_texts()
    shown: dict[str, dict[str, int]] = {}
    for line in region.locator("tbody tr").all():
        start = line.locator("time").get_attribute("datetime")
        cells = dict(zip(head[1:], line.locator("td").all_inner_texts(), strict=True))
        assert cells.pop("watched") == "100 %"
        assert cells.pop("quality").startswith(("good", "usable: unusual for the hour"))
        shown[str(start).replace(".000Z", "Z")] = {name: int(text) for name, text in cells.items() if text != "0"}
    assert shown == {start: {k: v for k, v in counts.items() if v} for start, counts in expected.items()}


def test_turning_movements_are_the_apis(watched: Watched, site: str, city: City) -> None:
    rows = httpx.get(f"{site}/api/v1/intervals?camera=06514&vehicle_class=all&limit=5000").json()["intervals"]
    page = watched.open(site + JUNCTION)
    page.get_by_text("As a table").click()
    table = page.get_by_role("region", name="Turning movements as a table")
    to = table.locator("thead th").all_inner_texts()[1:]
    names = {gate.id: gate.name for gate in city.cameras[0].gates}
    shown = {
        (line.locator("th").inner_text(), column): cell
        for line in table.locator("tbody tr").all()
        for column, cell in zip(to, line.locator("td").all_inner_texts(), strict=True)
    }
    for move in city.cameras[0].movements:
        total = sum(row["count"] for row in rows if row["movement"] == move.id)
        assert shown[names[move.from_gate], names[move.to_gate]] == f"{total:,}"


def test_unwatched_time_looks_and_reads_unlike_zero(watched: Watched, site: str) -> None:
    page = watched.open(site + JUNCTION)
    hatched = page.locator('svg[aria-label^="Counts"] rect[fill="url(#hatch-counts)"]')
    assert hatched.count() > 4
    page.get_by_role("button", name="Table", exact=True).click()
    expect(page.locator("tr.unwatched")).to_have_count(4)
    expect(page.locator("tr.unwatched").first).to_contain_text("not watched")


def test_quality_is_seen_read_and_chosen(watched: Watched, site: str, page_folder: Path) -> None:
    page = watched.open(site + "/#camera=04270")
    chart = page.get_by_label("Counts over time, stacked by class", exact=False)
    assert chart.locator('path[fill="var(--unwell)"]').count() == 4  # the doubtful quarters of one hour
    expect(page.locator(".numbers")).to_contain_text("20 % doubtful")
    chart.focus()
    page.keyboard.press("Home")
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    readout = page.locator(".readout").first
    expect(readout).to_contain_text("doubtful: out of range for the hour, bad picture")
    whole = page.locator(".numbers .big").first.inner_text()
    page.get_by_role("combobox", name="Quality").select_option("usable")
    page.wait_for_url("**quality=usable**")
    expect(page.locator(".numbers")).to_contain_text("4 intervals left out")
    rows = httpx.get(f"{site}/api/v1/intervals?camera=04270&vehicle_class=all&quality=good,usable&limit=5000").json()
    wanted = f"{sum(row['count'] for row in rows['intervals']):,}"
    assert wanted != whole
    expect(page.locator(".numbers .big").first).to_have_text(wanted)
    page.get_by_role("button", name="Table", exact=True).click()
    expect(page.locator("tr.unwatched")).to_have_count(4)
    expect(page.locator("tr.unwatched").first).to_contain_text("left out")
    expect(page.locator("tr.unwatched").first).to_contain_text("doubtful: out of range for the hour, bad picture")
    assert axe(page, page_folder) == []
    assert watched.said == []


def test_the_page_has_words_for_every_doubt() -> None:
    text = (Path(__file__).parents[2] / "page/src/quality.ts").read_text("utf-8")
    assert [doubt for doubt in Doubt if f"  {doubt}: " not in text] == []


def test_speeds_are_refused_in_plain_words_where_there_is_no_calibration(watched: Watched, site: str) -> None:
    page = watched.open(site + "/#camera=03604")
    expect(page.get_by_text("No speeds: this camera is not calibrated.")).to_be_visible()
    page = watched.open(site + JUNCTION + "&line=gate%3Aforward%3Anorth")
    page.reload()
    expect(page.get_by_label("Speeds over time", exact=False)).to_be_visible()
    expect(page.get_by_text("v85 (85 of 100 are not faster)")).to_be_visible()


def test_what_is_chosen_is_in_the_link(watched: Watched, site: str, chromium: Browser) -> None:
    page = watched.open(site + JUNCTION)
    page.get_by_label("Gate or movement").select_option("gate:forward:north")
    page.get_by_role("combobox", name="Class").select_option("bus")
    page.get_by_label("Period").select_option("3h")
    total = page.locator(".numbers .big").first
    page.wait_for_url("**period=3h**")
    rows = httpx.get(
        f"{site}/api/v1/intervals?camera=06514&gate=north&vehicle_class=bus&since=2026-05-05T17:00:00Z"
    ).json()["intervals"]
    wanted = f"{sum(row['count'] for row in rows if row['direction'] == 'forward'):,}"
    expect(total).to_have_text(wanted)
    other = Watched(chromium)
    expect(other.open(page.url).locator(".numbers .big").first).to_have_text(wanted)
    other.page.close()


def test_until_the_answer_comes_the_numbers_are_of_the_choice_before_and_dimmed(watched: Watched, site: str) -> None:
    page = watched.open(site + JUNCTION)
    total = page.locator(".numbers .big").first
    before = total.inner_text()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/intervals*", hold)
    page.get_by_label("Gate or movement").select_option("gate:forward:north")
    shown = page.locator(".shown")
    expect(shown).to_have_attribute("aria-busy", "true")
    expect(shown.get_by_role("status")).to_have_text("Loading…")
    expect(page.get_by_role("heading", name="Counts: all movements")).to_be_visible()
    expect(total).to_have_text(before)
    for each in held:
        each.continue_()
    page.unroute("**/api/v1/intervals*")
    expect(shown).to_have_attribute("aria-busy", "false")
    expect(page.get_by_role("heading", name="Counts: all movements")).to_have_count(0)
    assert total.inner_text() != before


def test_dark_follows_the_system_and_the_button(chromium: Browser, site: str) -> None:
    def ground(page: Page) -> int:
        return int(page.evaluate("Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])"))

    watched = Watched(chromium, color_scheme="dark")
    page = watched.open(site + "/")
    assert ground(page) < 60
    page.get_by_role("button", name="Light").click()
    assert ground(page) > 200
    page.reload()
    assert ground(page) > 200
    page.goto(site + "/keeps")
    assert ground(page) > 200
    page.close()


@pytest.mark.parametrize("path", ["/", JUNCTION, "/#camera=08858", "/keeps", "/api/v1"])
def test_on_a_phone_nothing_runs_out_at_the_side(chromium: Browser, site: str, path: str) -> None:
    watched = Watched(chromium, viewport={"width": 360, "height": 740}, has_touch=True)
    page = watched.open(site + path)
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    if path == JUNCTION:
        page.get_by_role("button", name="Table", exact=True).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()


@pytest.mark.parametrize(
    ("path", "shade"),
    [
        ("/", "light"),
        ("/", "dark"),
        (JUNCTION, "light"),
        (JUNCTION, "dark"),
        ("/#camera=04270", "dark"),
        ("/#camera=08858", "light"),
        ("/keeps", "light"),
        ("/api/v1", "dark"),
    ],
)
def test_axe_finds_nothing_serious(chromium: Browser, site: str, page_folder: Path, path: str, shade: str) -> None:
    watched = Watched(chromium, color_scheme=shade)
    page = watched.open(site + path)
    if path == JUNCTION:
        page.get_by_role("button", name="Table", exact=True).click()
    assert axe(page, page_folder) == []
    page.close()


def test_axe_itself_can_find_something(watched: Watched, site: str, page_folder: Path) -> None:
    page = watched.open(site + "/")
    page.evaluate("document.body.append(document.createElement('button'))")
    assert any(one.startswith("button-name") for one in axe(page, page_folder))


def test_an_empty_store_says_what_to_do(chromium: Browser, city: City, built_page: Path) -> None:
    with served(create_app(city, MemoryStore(), beside=with_checks(NOTHING, city, MemoryStore()))) as address:
        watched = Watched(chromium)
        page = watched.open(address + JUNCTION)
        expect(page.get_by_text("waywarden count --city city.toml --store FILE")).to_be_visible()
        expect(page.get_by_text("waywarden count --city city.toml --camera 06514 --store FILE")).to_be_visible()
        assert watched.said == []
        page.close()


def test_a_city_without_cameras_says_what_to_do(chromium: Browser, built_page: Path) -> None:
    nowhere = City("Nowhere", "UTC", (), {})
    with served(create_app(nowhere, MemoryStore(), beside=with_checks(NOTHING, nowhere, MemoryStore()))) as address:
        page = Watched(chromium).open(address)
        expect(page.get_by_text("No cameras yet")).to_be_visible()
        page.close()


def read_city(path: Path) -> City:
    import tomllib

    camera = tomllib.loads(path.read_text())["camera"][0]
    gates = tuple(
        Gate(g["id"], tuple(g["from_px"]), tuple(g["to_px"]), g.get("name", "")) for g in camera.get("gate", [])
    )
    return City("X", "UTC", (Camera("a", "The road", ("clip.mp4",), gates=gates),), {})


@pytest.fixture
def drawing_site(tmp_path: Path, built_page: Path) -> Iterator[tuple[str, Path]]:
    path = tmp_path / "city.toml"
    path.write_text(CITY_TOML)
    drawing = drawing_for(path, read_city, lambda _: made_up_still(640, 360), lambda _: (1280, 720))
    with served(create_app(made_up_city(), MemoryStore(), local_routes(drawing))) as address:
        yield f"{address}/draw/a?token={drawing.token}", path


def test_a_gate_is_drawn_with_the_mouse_and_saved(
    watched: Watched, drawing_site: tuple[str, Path], page_folder: Path
) -> None:
    address, path = drawing_site
    page = watched.open(address)
    box = page.locator(".picture svg").bounding_box()
    assert box is not None
    scale = box["width"] / 1280  # the picture's pixels; the still has half as many
    page.mouse.move(box["x"] + 100 * scale, box["y"] + 200 * scale)
    page.mouse.down()
    page.mouse.move(box["x"] + 300 * scale, box["y"] + 210 * scale)
    page.mouse.move(box["x"] + 500 * scale, box["y"] + 220 * scale)
    page.mouse.up()
    page.get_by_label("Name").fill("The kerb")
    assert axe(page, page_folder) == []
    page.get_by_role("button", name="Save to city.toml").click()
    expect(page.get_by_role("status")).to_have_text("Saved to city.toml.")
    gate = read_city(path).cameras[0].gates[0]
    assert gate.name == "The kerb"
    assert gate.from_px == pytest.approx((100, 200), abs=1)
    assert gate.to_px == pytest.approx((500, 220), abs=1)
    text = path.read_text()
    for comment in ("# our city", "# the only one", "# the end"):
        assert comment in text
    assert watched.said == []
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("The kerb")


def test_a_gate_is_drawn_with_the_keyboard_alone(watched: Watched, drawing_site: tuple[str, Path]) -> None:
    address, path = drawing_site
    page = watched.open(address)
    page.get_by_role("button", name="Add a gate").press("Enter")
    page.get_by_role("button", name="Gate gate-1, end A", exact=False).focus()
    for key in ("ArrowUp", "Shift+ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Save to city.toml").press("Enter")
    expect(page.get_by_role("status")).to_have_text("Saved to city.toml.")
    gate = read_city(path).cameras[0].gates[0]
    assert (gate.from_px, gate.to_px) == ((384 + 9, 360 - 1), (896, 360))  # the picture is 1280 x 720


def test_what_cannot_be_saved_is_said(watched: Watched, drawing_site: tuple[str, Path]) -> None:
    address, path = drawing_site
    page = watched.open(address)
    page.get_by_role("button", name="Add a gate").click()
    page.get_by_label("A x").fill("9000")
    page.get_by_label("A x").press("Tab")
    page.get_by_role("button", name="Save to city.toml").click()
    expect(page.get_by_role("alert")).to_contain_text("is outside the picture")
    assert path.read_text() == CITY_TOML


def test_the_pages_are_small_enough_for_a_slow_line(built_page: Path) -> None:
    """All that the map page needs, compressed by its server, is under 600 kB."""
    import gzip

    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in (built_page / "assets").iterdir()}
    assert sum(sizes.values()) < 600_000, json.dumps(sizes)
