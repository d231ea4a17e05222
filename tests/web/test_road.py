"""The road half of the API over a store that was filled as surveys and offices fill it."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.web.made_up import MemoryStore
from tests.web.made_up_road import made_up_plan, made_up_road
from tests.web.test_openapi import breaks

from house.names import forbidden, schema_names
from waywarden.pavement.ledger.triage import precisions
from waywarden.run.road.ledger import states, write
from waywarden.run.road.names import Word, merge
from waywarden.run.road.now.following import bring_up_to_date
from waywarden.run.road.now.site import with_road
from waywarden.store.ledger import open_ledger
from waywarden.store.now.kept import open_now
from waywarden.terms.distress import Role
from waywarden.terms.ledger import Fact, LedgerFact
from waywarden.terms.places import City
from waywarden.web.accounts.beside import Beside
from waywarden.web.app import create_app
from waywarden.web.openapi import openapi
from waywarden.web.road import query
from waywarden.web.road.document import road_part

API = "/api/v1"
DOCUMENT: dict[str, Any] = openapi(road_part())
ASKED = {"step": "0.01", "street": "ew-0"}


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("road") / "records.sqlite"
    made_up_road(path)
    return path


@pytest.fixture
def copy(road: Path, tmp_path: Path) -> Path:
    path = tmp_path / "records.sqlite"
    path.write_bytes(road.read_bytes())
    return path


def client_of(path: Path, shown: Path | None = None) -> TestClient:
    city = City("Made-up", "Europe/Helsinki", (), {})
    site = create_app(city, MemoryStore(), beside=with_road(Beside(), path, shown))
    return TestClient(site, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def client(road: Path) -> TestClient:
    return client_of(road)


def every(client: TestClient, **filters: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    params: Any = {"limit": 7, **filters}
    address: str | None = f"{API}/defects"
    while address is not None:
        body = client.get(address, params=params).json()
        found += body["defects"]
        address, params = body["next"], None
    return found


def test_each_defect_is_in_the_state_that_the_ledger_says(client: TestClient, road: Path) -> None:
    assert {one["defect"]: one["state"] for one in every(client)} == {k: str(v) for k, v in states(road).items()}


@pytest.mark.parametrize("path", [path for path in road_part().operations if "{number}" not in path])
def test_every_path_answers_as_documented(client: TestClient, road: Path, tmp_path: Path, path: str) -> None:
    operation = DOCUMENT["paths"][path]["get"]
    wanted = {each["name"]: ASKED[each["name"]] for each in operation["parameters"]
              if each["required"] and each["in"] == "query"}  # fmt: skip
    name = every(client)[0]["defect"]
    (tmp_path / "plan.json").write_text(json.dumps(made_up_plan(road)), "utf-8")
    shown = client_of(road, tmp_path) if "{crew}" in path else client
    address = path.replace("{defect}", name).replace("{crew}", "1")
    response = shown.get(address, params=wanted)
    assert response.status_code == 200, response.text
    media, content = next(iter(operation["responses"]["200"]["content"].items()))
    assert response.headers["content-type"] == media
    import tests.web.test_openapi as other

    schemas = other.DOCUMENT["components"]["schemas"]
    before = dict(schemas)
    schemas.update(DOCUMENT["components"]["schemas"])
    faults = breaks(response.json(), content["schema"])
    schemas.clear()
    schemas.update(before)
    assert faults == []
    tag = response.headers["etag"]
    assert shown.get(address, params=wanted, headers={"If-None-Match": tag}).status_code == 304


def test_no_part_of_the_road_half_names_a_person() -> None:
    assert forbidden(schema_names(DOCUMENT)) == []


@pytest.mark.parametrize(("name", "word"), [("kind", "pothole"), ("state", "ordered"), ("severity", "high")])
def test_a_filter_gives_those_and_all_of_them(client: TestClient, name: str, word: str) -> None:
    everything = every(client)
    assert every(client, **{name: word}) == [one for one in everything if one[name] == word]
    assert every(client, **{name: word})


def test_a_box_gives_what_is_in_it(client: TestClient) -> None:
    west, south, east, north = 24.94, 60.17, 24.949, 60.1725
    inside = [one["defect"] for one in every(client) if one["position"]
              and west <= one["position"][0] <= east and south <= one["position"][1] <= north]  # fmt: skip
    box = f"{west},{south},{east},{north}"
    points = client.get(f"{API}/defects.geojson", params={"within": box}).json()
    assert sorted(each["id"] for each in points["features"]) == sorted(inside)
    assert 0 < len(inside) < len(every(client))
    cells = client.get(f"{API}/defect-cells", params={"within": box, "step": "0.002"}).json()["cells"]
    assert sum(cell["count"] for cell in cells) == len(inside)


def test_a_map_of_too_much_says_that_there_is_more(client: TestClient) -> None:
    got = client.get(f"{API}/defects.geojson", params={"limit": 3}).json()
    assert (got["more"], len(got["features"])) == (True, 3)


def test_the_backlog_counts_what_waits_and_since_when(client: TestClient) -> None:
    waiting = every(client, waiting="yes")
    got = client.get(f"{API}/backlog").json()
    assert got["count"] == len(waiting) == sum(bucket["count"] for bucket in got["known_for"])
    assert got["by_state"] == dict(sorted(Counter(one["state"] for one in waiting).items()))
    assert got["known_since"] == min(one["known_since"] for one in waiting) == got["oldest"]["known_since"]


def test_precision_is_what_the_command_line_prints(client: TestClient, road: Path) -> None:
    with closing(open_ledger(road, read_only=True)) as ledger:
        said = precisions(entry.fact for entry in ledger.entries())
    got = client.get(f"{API}/precision").json()["precision"]
    assert [(one["kind"], one["source"], one["judged"], one["real"]) for one in got] == [
        (one.kind, one.source, one.judged, one.real) for one in said
    ]
    assert [(one["low"], one["high"]) for one in got] == [tuple(round(end, 4) for end in one.interval) for one in said]


def test_a_life_is_every_entry_in_order(client: TestClient, road: Path) -> None:
    name = next(one["defect"] for one in every(client, state="made_safe"))
    with closing(open_ledger(road, read_only=True)) as ledger:
        entries = list(ledger.entries(name))
    life = client.get(f"{API}/defects/{name}").json()["life"]
    assert [(one["number"], one["fact"]) for one in life] == [(each.number, str(each.fact.fact)) for each in entries]


def test_a_street_that_nobody_drove_has_no_condition(client: TestClient) -> None:
    features = client.get(f"{API}/streets").json()["features"]
    by_street: dict[str, list[dict[str, Any]]] = {}
    for each in features:
        by_street.setdefault(each["properties"]["street_id"], []).append(each["properties"])
    assert all(one["visual_pci"] is None and one["along_inspected"] is None for one in by_street["ns-5"])
    assert all(one["visual_pci"] is not None for one in by_street["ew-0"])
    assert all(one["against_inspected"] is None for one in by_street["ew-0"])
    looks = client.get(f"{API}/inspections", params={"street": "ew-0"}).json()["inspections"]
    assert looks[0]["at"] == by_street["ew-0"][0]["along_inspected"]


def test_defects_stand_on_their_streets(client: TestClient) -> None:
    for one in every(client):
        if one["street_id"] == "ns-0":
            assert one["position"][0] == pytest.approx(24.94, abs=1e-6)
            assert one["position"][1] == pytest.approx(60.17 + one["chainage_m"] / 111_412, abs=2e-6)


def test_what_is_written_shows_at_once(copy: Path) -> None:
    client = client_of(copy)
    name = every(client, state="suspected")[0]["defect"]
    now = datetime.now(UTC)
    before = client.get(f"{API}/backlog").json()["count"]
    write(copy, LedgerFact(name, Fact.REJECTED, now, now, Role.INSPECTOR, told=json.dumps({"triage": "not_an_issue"})))
    got = client.get(f"{API}/defects/{name}").json()
    assert (got["state"], got["triage"], got["waiting"]) == ("rejected", "not_an_issue", False)
    assert client.get(f"{API}/backlog").json()["count"] == before - 1


def test_following_step_by_step_is_working_it_out_anew(copy: Path) -> None:
    client = client_of(copy)
    names = [one["defect"] for one in every(client, state="suspected", street="ew-0")]
    now = datetime.now(UTC) - timedelta(hours=1)
    for number, name in enumerate(names[:3]):
        write(copy, LedgerFact(name, [Fact.CONFIRMED, Fact.REJECTED, Fact.REPAIRED][number], now, now, Role.MANAGER))
        bring_up_to_date(copy)
    step_by_step = every(client), client.get(f"{API}/streets").json()
    with closing(open_now(copy)) as kept:
        made = kept.made()
        kept.renew([], [], type(made)(0, 0, made.network))
    assert bring_up_to_date(copy, None) == len(step_by_step[0])
    assert (every(client), client.get(f"{API}/streets").json()) == step_by_step
    assert bring_up_to_date(copy) == 0


def test_a_defect_that_was_merged_is_no_longer_listed(copy: Path) -> None:
    client = client_of(copy)
    keep, gone = (one["defect"] for one in every(client, street="ew-0")[:2])
    merge(copy, keep, gone, Word(Role.INSPECTOR))
    assert gone not in {one["defect"] for one in every(client)}
    assert client.get(f"{API}/defects/{gone}").json()["merged_into"] == keep


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("defects?kind=potholes", "did you mean 'pothole'?"),
        ("defects?within=1,2,3", "west,south,east,north"),
        ("defects?within=3,2,1,4", "west,south,east,north"),
        ("defects?limit=0", "from 1 to 1000"),
        ("defects?colour=red", "no parameter 'colour'"),
        ("defect-cells", "'step' is wanted"),
        ("defect-cells?step=nan", "from 0.0001 to 10"),
        ("inspections", "'street' is wanted"),
        ("defects/none", "no defect 'none'"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(client: TestClient, address: str, said: str) -> None:
    response = client.get(f"{API}/{address}")
    assert response.status_code in {400, 404}
    assert response.headers["content-type"] == "application/problem+json"
    assert said in response.json()["detail"]


def test_every_filter_is_documented() -> None:
    named = {each["name"] for each in DOCUMENT["paths"][f"{API}/defects"]["get"]["parameters"]}
    assert named == {*query.FILTERS, *query.PAGING}


def test_plans_are_shown_from_their_folder(copy: Path, tmp_path: Path) -> None:
    assert client_of(copy).get(f"{API}/orders").json()["plan"] is None
    assert client_of(copy).get(f"{API}/policy").json()["policy"] is None
    (tmp_path / "plan.json").write_text('{"day": "2026-05-05"}')
    (tmp_path / "programme.json").write_text('{"years": 5}')
    (tmp_path / "policy.json").write_text('{"version": "2026-1"}')
    client = client_of(copy, tmp_path)
    assert client.get(f"{API}/orders").json()["plan"] == {"day": "2026-05-05"}
    assert client.get(f"{API}/programme").json()["programme"] == {"years": 5}
    assert client.get(f"{API}/policy").json()["policy"] == {"version": "2026-1"}
    assert [one["order"] for one in client.get(f"{API}/orders").json()["orders"]] == ["2026-11-20-01"]


def test_a_crews_stop_has_the_present_names(copy: Path, tmp_path: Path) -> None:
    plan = made_up_plan(copy)
    gone, other = plan["crews"][0]["stops"][0]["defects"]
    keep = plan["crews"][1]["stops"][0]["defects"][0]
    (tmp_path / "plan.json").write_text(json.dumps(plan), "utf-8")
    asking = client_of(copy, tmp_path)
    merge(copy, keep, gone, Word(Role.INSPECTOR))
    stop = asking.get(f"{API}/orders/crews/1").json()["stops"][0]
    theirs = asking.get(f"{API}/orders/crews/2").json()["stops"][0]
    assert [each["defect"] for each in stop["defects"]] == [keep, other]
    assert stop["defects"][0] == theirs["defects"][0]
    merge(copy, other, keep, Word(Role.INSPECTOR))
    stop = asking.get(f"{API}/orders/crews/1").json()["stops"][0]
    assert [each["defect"] for each in stop["defects"]] == [other]
