"""Signing in at a provider by the road's page, in a real browser, to which the provider is another site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect
from tests.web.made_up import MemoryStore
from tests.web.made_up_road import last_account, made_up_road
from tests.web.shots import served
from tests.web.test_page import Watched, axe

from run.command_line import ask
from run.provider import CLIENT_ID, CLIENT_SECRET, METADATA, MadeUpProvider, made_up_provider
from waywarden.run.accounts.provider.told import Told
from waywarden.run.accounts.signing_in import desk_of
from waywarden.run.road.now.site import with_road
from waywarden.store.office.accounts import NO_PASSWORD, open_accounts
from waywarden.terms.office.accounts import Account, AccountRole
from waywarden.terms.places import City
from waywarden.web.accounts.site import beside
from waywarden.web.app import create_app


@dataclass(frozen=True)
class Site:
    """A site of which the accounts can sign in at ``provider``."""

    address: str
    path: Path
    provider: MadeUpProvider


@pytest.fixture
def site(tmp_path: Path, built_page: Path) -> Iterator[Site]:
    path, waiting = tmp_path / "records.sqlite", {}
    made_up_road(path)
    with closing(open_accounts(path)) as accounts:
        accounts.add(Account("inspector-2", AccountRole.INSPECTOR), NO_PASSWORD)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        # Where it is served is known only once it is.
        await waiting["app"](scope, receive, send)

    with made_up_provider("localhost") as provider, served(app) as address:
        told = Told(provider.site, CLIENT_ID, CLIENT_SECRET, address)
        desk = desk_of(path, address, told)
        city = City("Made-up", "Europe/Helsinki", (), {})
        waiting["app"] = create_app(city, MemoryStore(), beside=with_road(beside(desk), path))
        yield Site(address, path, provider)


def test_one_signs_in_by_the_button_and_judges_a_defect(chromium: Browser, site: Site, page_folder: Path) -> None:
    (defect,) = httpx.get(f"{site.address}/api/v1/defects?state=suspected&limit=1").json()["defects"]
    seen = Watched(chromium)
    page = seen.open(site.address + "/road#tab=triage")
    button = page.get_by_role("button", name=f"Sign in with {site.provider.site.removeprefix('http://')}")
    button.click()
    page.get_by_role("link", name="Go on").click()
    said = page.get_by_role("alert")
    expect(said).to_contain_text("no account here is linked to you yet", timeout=60_000)
    assert page.url == f"{site.address}/road#tab=triage"
    assert axe(page, page_folder) == []
    code = re.search(r"code: (\S+)$", said.inner_text())
    assert code is not None
    assert ask("accounts", "link", "inspector-2", code[1], "--store", site.path).code == 0
    button.click()
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_text("Signed in as inspector-2")).to_be_visible(timeout=60_000)
    # The page was loaded anew, and a key judges what is shown: nothing, until the queue has come.
    expect(page.locator(".triage-count")).to_contain_text("1 of", timeout=60_000)
    page.keyboard.press("1")
    expect(page.locator(".triage-count")).to_contain_text("1 written", timeout=60_000)
    after = httpx.get(f"{site.address}/api/v1/defects/{defect['defect']}").json()
    assert (after["triage"], last_account(site.path)) == ("pothole", "inspector-2")
    page.get_by_role("button", name="Sign out").click()
    expect(button).to_be_visible()
    assert seen.said == []
    page.close()


def test_a_provider_that_is_out_of_order_is_said_beside_the_password(
    chromium: Browser, site: Site, page_folder: Path
) -> None:
    site.provider.raw[METADATA] = lambda handler: handler.answer(503, "{}")
    watched = Watched(chromium, viewport={"width": 390, "height": 844}, has_touch=True, color_scheme="dark")
    page = watched.open(site.address + "/road#tab=triage")
    page.get_by_role("button", name="Sign in with localhost").click()
    expect(page.get_by_role("alert")).to_contain_text("answered 503", timeout=60_000)
    expect(page.get_by_label("Password")).to_be_enabled()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe(page, page_folder) == []
    page.close()
