"""The road's page in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, expect
from tests.web.made_up import MemoryStore
from tests.web.made_up_road import made_up_road
from tests.web.shots import served
from tests.web.test_page import Watched, axe

from run.command_line import ask
from waywarden.run.accounts.passwords import hash_of
from waywarden.run.accounts.signing_in import desk_of
from waywarden.run.road.now.site import with_road
from waywarden.store.office.accounts import open_accounts
from waywarden.terms.office.accounts import Account, AccountRole
from waywarden.terms.places import City
from waywarden.web.accounts.site import beside
from waywarden.web.app import create_app

PASSWORD = "four words in a row"


@pytest.fixture(scope="module")
def road_site(tmp_path_factory: pytest.TempPathFactory, built_page: Path) -> Iterator[str]:
    path = tmp_path_factory.mktemp("road") / "records.sqlite"
    made_up_road(path)
    with closing(open_accounts(path)) as accounts:
        accounts.add(Account("inspector-2", AccountRole.INSPECTOR), hash_of(PASSWORD))
    city = City("Made-up", "Europe/Helsinki", (), {})
    with served(create_app(city, MemoryStore(), beside=with_road(beside(desk_of(path, "")), path))) as address:
        yield address


@pytest.fixture
def seen(chromium: Browser) -> Iterator[Watched]:
    one = Watched(chromium)
    yield one
    one.page.close()


def test_the_backlog_stands_first_and_no_other_host_is_asked(seen: Watched, road_site: str) -> None:
    page = seen.open(road_site + "/road")
    backlog = httpx.get(f"{road_site}/api/v1/backlog").json()
    strip = page.get_by_role("region", name="Backlog")
    expect(strip).to_contain_text(f"{backlog['count']}known and not mended")
    expect(strip).to_contain_text("the authority has known of the oldest, since")
    expect(page.locator(".map-said")).to_have_text(f"{backlog['count']} in sight", timeout=60_000)
    assert seen.said == []
    assert seen.hosts() == {urlsplit(road_site).netloc}


def test_a_defects_life_opens_from_the_list_with_the_keyboard(seen: Watched, road_site: str, page_folder: Path) -> None:
    found = httpx.get(f"{road_site}/api/v1/defects?state=made_safe&limit=1").json()["defects"][0]
    page = seen.open(road_site + "/road#state=made_safe")
    page.locator(".defects a").first.press("Enter")
    panel = page.get_by_role("region", name="The chosen defect")
    expect(panel.get_by_role("heading", level=2)).to_be_focused()
    expect(panel).to_contain_text(found["defect"])
    events = panel.locator(".event b").all_inner_texts()
    assert events[:2] == ["Made safe", "Confirmed"]
    assert axe(page, page_folder) == []
    page.get_by_role("button", name="Close").press("Enter")
    expect(panel).to_be_hidden()
    expect(page.locator(".defects a").first).to_be_focused()


def test_what_was_merged_says_of_what_it_is_part(seen: Watched, road_site: str) -> None:
    gone, kept = httpx.get(f"{road_site}/api/v1/defects?state=confirmed&limit=2").json()["defects"]
    whole = httpx.get(f"{road_site}/api/v1/defects/{gone['defect']}").json()
    address = f"**/api/v1/defects/{gone['defect']}"
    seen.page.route(address, lambda route: route.fulfill(json={**whole, "merged_into": kept["defect"]}))
    page = seen.open(f"{road_site}/road#defect={gone['defect']}")
    panel = page.get_by_role("region", name="The chosen defect")
    expect(panel).to_contain_text(f"Now part of {kept['defect']}", timeout=60_000)
    panel.get_by_role("link", name=kept["defect"]).click()
    expect(panel.get_by_text("Now part of")).to_have_count(0)
    expect(panel).to_contain_text(kept["defect"])


def test_one_street_alone_is_named_and_gone_to(seen: Watched, road_site: str) -> None:
    one = httpx.get(f"{road_site}/api/v1/defects?state=confirmed&limit=1").json()["defects"][0]
    page = seen.open(f"{road_site}/road#street={one['street_id']}&waiting=")
    count = len(httpx.get(f"{road_site}/api/v1/defects?street={one['street_id']}").json()["defects"])
    expect(page.get_by_role("button", name=f"Only {one['street']}")).to_be_visible(timeout=60_000)
    expect(page.locator(".map-said")).to_have_text(f"{count} in sight", timeout=60_000)


def test_defects_are_judged_with_keys_alone_and_the_ledger_has_it(
    seen: Watched, road_site: str, page_folder: Path
) -> None:
    queue = httpx.get(f"{road_site}/api/v1/defects?state=suspected&limit=4").json()["defects"]
    page = seen.open(road_site + "/road#tab=triage")
    page.get_by_label("Work name").fill("inspector-2")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_text("Signed in as inspector-2")).to_be_visible(timeout=60_000)
    expect(page.locator(".triage-count")).to_contain_text("1 of", timeout=60_000)
    for key in ("5", "u", "5", "n", "1"):
        page.keyboard.press(key)
    expect(page.locator(".triage-count")).to_contain_text("2 written", timeout=60_000)
    states = [httpx.get(f"{road_site}/api/v1/defects/{one['defect']}").json() for one in queue[:3]]
    assert [one["triage"] for one in states] == ["not_an_issue", None, "pothole"]
    last = states[0]["life"][-1]
    assert last["role"] == "inspector"
    assert "account" not in last, "everybody sees on whose word, and not under which account"
    assert axe(page, page_folder) == []


def test_a_verdict_that_cannot_be_written_is_the_next_one_and_the_head_counts_it(seen: Watched, road_site: str) -> None:
    states = httpx.get(f"{road_site}/api/v1/backlog").json()["by_state"]
    page = seen.open(road_site + "/road#tab=triage")
    page.route("**/triage", lambda route: route.fulfill(status=503, json={"detail": "the store is locked"}))
    expect(page.get_by_text("sign in before the first one")).to_be_visible(timeout=60_000)
    expect(page.locator(".triage-count")).to_contain_text(f"1 of {states['suspected'] + states.get('reopened', 0)} ")
    page.get_by_label("Work name").fill("inspector-2")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_text("Signed in as inspector-2")).to_be_visible(timeout=60_000)
    expect(page.locator(".triage-count")).to_contain_text("1 of", timeout=60_000)
    page.keyboard.press("4")
    expect(page.get_by_text("A verdict came back: the store is locked")).to_be_in_viewport(timeout=60_000)
    page.keyboard.press("n")
    expect(page.get_by_text("It came back: the store is locked")).to_be_visible()
    expect(page.locator(".triage-count")).to_contain_text("1 came back")


@pytest.mark.parametrize("tab", ["orders", "programme", "policy", "precision"])
def test_what_failed_is_asked_again_within_a_minute(seen: Watched, road_site: str, tab: str) -> None:
    seen.page.clock.install()
    seen.page.route(f"**/api/v1/{tab}", lambda route: route.abort())
    page = seen.open(f"{road_site}/road#tab={tab}")
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer", timeout=60_000)
    page.unroute(f"**/api/v1/{tab}")
    page.clock.fast_forward(61_000)
    expect(page.get_by_role("alert")).to_have_count(0, timeout=60_000)
    expect(page.locator(".empty, .ordered, .panel").first).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("tab", ["map", "triage", "precision"])
def test_on_a_dark_phone_nothing_runs_out_at_the_side(
    chromium: Browser, road_site: str, page_folder: Path, tab: str
) -> None:
    watched = Watched(chromium, viewport={"width": 360, "height": 740}, has_touch=True, color_scheme="dark")
    page = watched.open(f"{road_site}/road#tab={tab}")
    expect(page.get_by_role("region", name="Backlog")).to_contain_text("known and not mended", timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert axe(page, page_folder) == []
    page.close()


SECTIONS = "section,street,ward,area_m2,condition,hierarchy,vehicles_per_day\n" + "".join(
    f"s{n},Mill Lane {n},ward {n % 2},{700 + 40 * n},{30 + 5 * n},local,{100 * n}\n" for n in range(12)
)
TREATMENTS = """
version = "2026-1"
counted_years = 12
[[wear]]
hierarchy = "local"
from_condition = 0
points_a_year = 2
[[treatment]]
name = "crack sealing"
cost_per_m2 = 1.2
from_condition = 60
to_condition = 90
adds = 4
[[treatment]]
name = "overlay"
cost_per_m2 = 18
from_condition = 25
to_condition = 70
resets_to = 90
"""


POLICY = """
version = "2026-1"
time_zone = "Europe/Helsinki"
opens = 08:00:00
closes = 16:00:00
working_days = ["mon", "tue", "wed", "thu", "fri"]
[hierarchy]
main = 2
[severity]
low = 1
medium = 2
high = 3
[[traffic]]
vehicles_per_day = 0
weight = 1
[[level]]
name = "emergency"
least_risk = 1
hours = 2
clock = "always"
depth_mm = 60
[[level]]
name = "category 1"
least_risk = 6
hours = 16
clock = "working"
[[level]]
name = "category 2"
least_risk = 2
hours = 100000
clock = "always"
"""


def test_the_policy_says_what_is_due_and_what_is_overdue(
    seen: Watched, tmp_path: Path, built_page: Path, page_folder: Path
) -> None:
    path, shown = tmp_path / "records.sqlite", tmp_path / "shown"
    shown.mkdir()
    made_up_road(path)
    city = City("Made-up", "Europe/Helsinki", (), {})
    with served(create_app(city, MemoryStore(), beside=with_road(beside(desk_of(path, "")), path, shown))) as address:
        page = seen.open(address + "/road#tab=policy")
        expect(page.get_by_role("heading", name="No policy is shown")).to_be_visible(timeout=60_000)
        found = httpx.get(f"{address}/api/v1/defects?state=confirmed&limit=3").json()["defects"]
        names = [one["defect"] for one in found]
        rows = [f"{name},pothole,{grade},main,5000" for name, grade in zip(names, ("high", "low", "high"), strict=True)]
        (tmp_path / "policy.toml").write_text(POLICY, "utf-8")
        streets = tmp_path / "streets.csv"
        streets.write_text("\n".join(["defect,kind,severity,hierarchy,vehicles_per_day", *rows]) + "\n", "utf-8")
        said = ask("ledger", "backlog", "--policy", tmp_path / "policy.toml", "--streets", streets, "--store", path,
                   "--for-page", shown / "policy.json")  # fmt: skip
        assert said.code == 0, said.lines
        page.reload()
        levels = page.get_by_role("region", name="Levels as a table").locator("tbody tr")
        expect(levels).to_have_count(3, timeout=60_000)
        assert [row.locator("td").all_inner_texts()[4:] for row in levels.all()] == [["0", "0"], ["2", "2"], ["1", "0"]]
        due = page.get_by_role("region", name="What is due").first
        expect(due.get_by_role("heading", name="2 overdue")).to_be_visible()
        expect(due.locator("tbody tr")).to_have_count(3)
        expect(due.locator("tbody tr.overdue")).to_have_count(2)
        assert axe(page, page_folder) == []
        due.get_by_role("button", name=names[1]).click()
        expect(page.get_by_role("region", name="The chosen defect")).to_contain_text(names[1])
    assert seen.said == []


def test_the_slider_shows_the_true_figures_of_the_run(seen: Watched, tmp_path: Path, built_page: Path) -> None:
    (tmp_path / "sections.csv").write_text(SECTIONS, "utf-8")
    (tmp_path / "treatments.toml").write_text(TREATMENTS, "utf-8")
    shown = tmp_path / "shown"
    shown.mkdir()
    said = ask("programme", "--sections", tmp_path / "sections.csv", "--treatments", tmp_path / "treatments.toml",
               "--budget", 15000, "--years", 3, "--first-year", 2027, "--out", tmp_path / "programme.csv",
               "--for-page", shown / "programme.json")  # fmt: skip
    assert said.code == 0, said.lines
    budgets = json.loads((shown / "programme.json").read_text("utf-8"))["budgets"]
    assert len(budgets) == 10
    path = tmp_path / "records.sqlite"
    with closing(open_accounts(path)):
        city = City("Made-up", "Europe/Helsinki", (), {})
    with served(create_app(city, MemoryStore(), beside=with_road(beside(desk_of(path, "")), path, shown))) as address:
        page = seen.open(address + "/road#tab=programme")
        slider = page.get_by_role("slider")
        slider.press("Home")
        for one in budgets:
            ours = one["ways"][0]
            panel = page.locator(".programme")
            expect(panel.locator("output.big")).to_have_text(f"{one['budget']:,.0f}", timeout=60_000)
            expect(panel.locator("dl.numbers")).to_contain_text(f"{ours['condition'][-1]:.1f}")
            expect(panel.locator("dl.numbers")).to_contain_text(f"{100 * ours['poor_share']:.1f} %")
            expect(panel.locator("dl.numbers")).to_contain_text(f"{ours['cost']:,.0f}")
            treated = sum(each["year"] is not None for each in one["choices"])
            expect(panel.locator("dl.numbers")).to_contain_text(f"Sections treated{treated}")
            expect(panel.get_by_text("this money could bring")).to_contain_text(f"{100 * one['gap']:.2f} % more")
            expect(panel.locator("tbody tr")).to_have_count(treated)
            slider.press("ArrowRight")
        page.reload()
        expect(page.locator(".programme output.big")).to_have_text(f"{budgets[-1]['budget']:,.0f}", timeout=60_000)
    assert seen.said == []
