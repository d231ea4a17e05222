"""A made-up office: a ledger, accounts of every role whose passwords cost little to check, and browsers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.testclient import TestClient

from waywarden.pavement.ledger.chain import EMPTY, chained
from waywarden.run.accounts.passwords import Cost, hash_of
from waywarden.run.accounts.provider.told import Told
from waywarden.run.accounts.signing_in import SigningIn, desk_of
from waywarden.run.accounts.throttle import Throttle
from waywarden.run.road.ledger import read_entries
from waywarden.store.ledger import open_ledger
from waywarden.store.nothing import NoRecords
from waywarden.store.office.accounts import open_accounts
from waywarden.terms.distress import Role
from waywarden.terms.kinds import Kind
from waywarden.terms.ledger import Fact, LedgerEntry, LedgerFact
from waywarden.terms.office.accounts import Account, AccountRole
from waywarden.terms.places import City
from waywarden.web.accounts.desk import Desk
from waywarden.web.accounts.site import beside
from waywarden.web.app import create_app

CHEAP = Cost(16, 8, 1)
PASSWORD = "gravel kettle moss"
SITE = "http://127.0.0.1:8765"
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
CITY = City("X", "UTC", (), {kind.value: kind.value for kind in Kind})


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    def go_on(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Browser:
    """A browser that is signed in as ``name``, or as nobody."""

    client: TestClient
    csrf: str = ""

    def sign_in(self, name: str, password: str = PASSWORD) -> Browser:
        answer = self.client.post("/api/v1/session", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        self.csrf = answer.json()["csrf"]
        return self

    def post(self, path: str, body: object, **headers: str) -> object:
        said = {"Origin": SITE, "X-CSRF-Token": self.csrf, **{k.replace("_", "-"): v for k, v in headers.items()}}
        return self.client.post(path, json=body, headers=said)

    def triage(self, defect: str, outcome: str = "pothole", **headers: str) -> object:
        return self.post(f"/api/v1/defects/{defect}/triage", {"outcome": outcome}, **headers)


@dataclass
class Office:
    """A store with accounts named after their roles, and with three defects that were seen."""

    path: Path
    clock: Clock
    origin: str = ""
    told: Told | None = None

    def desk(self) -> Desk:
        return desk_of(self.path, self.origin, self.told)

    def browser(self, name: str | None = None, *, came_from: str = "127.0.0.1") -> Browser:
        app = create_app(CITY, NoRecords(), beside=beside(self.desk()))
        found = Browser(
            TestClient(app, base_url=self.origin or SITE, client=(came_from, 5), raise_server_exceptions=False)
        )
        return found if name is None else found.sign_in(name)

    def another(self, browser: Browser, *, came_from: str = "127.0.0.1") -> Browser:
        """Return one more browser at the same server; ``browser`` starts a server of its own each time."""
        client = browser.client
        return Browser(TestClient(client.app, base_url=str(client.base_url), client=(came_from, 6)))

    def signing_in(self) -> SigningIn:
        return SigningIn(open_accounts(self.path), Throttle(self.clock.seconds), self.clock)

    def entries(self) -> list[LedgerEntry]:
        return read_entries(self.path)


def made_up_office(folder: Path) -> Path:
    """Make the file of an office in ``folder`` and return its path."""
    path = folder / "records.sqlite"
    ledger = open_ledger(path)
    facts = [LedgerFact(f"d{n}", Fact.SEEN, START, START, Role.ESTIMATE, "w-1") for n in range(3)]
    ledger.append(lambda head: chained(facts, head or EMPTY))
    ledger.close()
    accounts = open_accounts(path)
    for role in AccountRole:
        accounts.add(Account(role.value, role), hash_of(PASSWORD, CHEAP))
    accounts.close()
    return path
