"""The check page: silhouettes out to who may see them, a count by hand in."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace

import pytest
from starlette.testclient import TestClient
from tests.web.made_up import MemoryStore

from waywarden.terms.places import Camera, City, Gate
from waywarden.terms.records import Checker, Direction, IntervalCheck
from waywarden.web.accounts.beside import NOTHING
from waywarden.web.app import create_app
from waywarden.web.local.checking import ByHand, Checking, ShownMinute
from waywarden.web.local.pages import local_routes
from waywarden.web.parts.checks import with_checks
from waywarden.web.published import rfc3339

HERE = "http://127.0.0.1:8767"
TOKEN = {"x-waywarden-token": "secret"}
FROM_HERE = {**TOKEN, "origin": HERE}
CAMERA = Camera("a", "A", ("rtsp://u:pw@x/1",), gates=(Gate("south", (0, 180), (352, 180), "South"),))
PRESS = {"minute": 1, "at_s": 3.5, "gate": "south", "direction": "forward", "vehicle_class": "car"}
SHAPES = [(-4.0, b"\x80\x00"), (0.125, b"\x00\x01")]


@dataclass
class Kept:
    minutes: list[int] = field(default_factory=list)
    passed: list[ByHand] = field(default_factory=list)
    checks: list[IntervalCheck] = field(default_factory=list)

    def save(self, minutes: list[int], passed: list[ByHand]) -> list[IntervalCheck]:
        self.minutes, self.passed = list(minutes), list(passed)
        return self.checks


@pytest.fixture
def kept(check: IntervalCheck) -> Kept:
    return Kept(checks=[check, replace(check, vehicle_class="car", agreed=47)])


def client_of(city: City, kept: Kept, base: str = HERE, came_from: str = "127.0.0.1") -> TestClient:
    minutes = [ShownMinute(60.0, SHAPES), ShownMinute(12.5, [])]
    checking = Checking("secret", CAMERA, (352, 288), (4, 4), ("car", "bus"), minutes, kept.save)
    app = create_app(city, MemoryStore(), local_routes(checking))
    return TestClient(app, base_url=base, client=(came_from, 50000), raise_server_exceptions=False)


def test_what_is_to_be_counted_is_said_and_nothing_of_our_count(city: City, kept: Kept) -> None:
    answer = client_of(city, kept).get("/check/a/camera.json", headers=TOKEN)
    said = answer.json()
    assert said.keys() == {"camera", "name", "size_px", "grid", "gates", "classes", "minutes"}
    assert (said["grid"], said["classes"], said["minutes"]) == ([4, 4], ["car", "bus"], [60.0, 12.5])
    assert said["gates"] == [{"gate": "south", "from_px": [0, 180], "to_px": [352, 180], "name": "South"}]
    assert "pw" not in answer.text


def test_silhouettes_come_as_cells_and_are_not_to_be_kept(city: City, kept: Kept) -> None:
    answer = client_of(city, kept).get("/check/a/minutes/0", headers=TOKEN)
    assert [(at_s, base64.b64decode(cells)) for at_s, cells in answer.json()["shapes"]] == SHAPES
    assert answer.headers["cache-control"] == "no-store"
    assert client_of(city, kept).get("/check/a/minutes/2", headers=TOKEN).status_code == 404


def test_what_was_counted_is_compared_and_the_error_comes_back(city: City, kept: Kept) -> None:
    sent = {"minutes": [1, 1], "passed": [PRESS, {**PRESS, "direction": "backward", "vehicle_class": "bus"}]}
    answer = client_of(city, kept).post("/check/a/save", json=sent, headers=FROM_HERE)
    assert kept.minutes == [1]
    assert kept.passed == [
        ByHand(1, 3.5, "south", Direction.FORWARD, "car"),
        ByHand(1, 3.5, "south", Direction.BACKWARD, "bus"),
    ]
    whole, south, car = answer.json()["checks"]
    assert (whole["gate"], south["gate"], car["vehicle_class"]) == (None, "south", "car")
    assert whole["error_percent"] == -2.0
    assert whole["error_low_percent"] < -2.0 < whole["error_high_percent"]


@pytest.mark.parametrize("path", ["/check/a", "/check/a/camera.json", "/check/a/minutes/0"])
@pytest.mark.parametrize(("token", "came_from", "base"), [
    ("wrong", "127.0.0.1", HERE), ("secret", "10.0.0.9", HERE), ("secret", "127.0.0.1", "http://evil.example"),
])  # fmt: skip
def test_nobody_else_sees_anything(city: City, kept: Kept, path: str, token: str, came_from: str, base: str) -> None:
    client = client_of(city, kept, base, came_from)
    assert client.get(path, headers={"x-waywarden-token": token}).status_code == 403


def test_another_site_cannot_save_and_another_camera_is_not_there(city: City, kept: Kept) -> None:
    client = client_of(city, kept)
    sent = {"minutes": [0], "passed": []}
    assert (
        client.post("/check/a/save", json=sent, headers={**TOKEN, "origin": "http://evil.example"}).status_code == 403
    )
    assert client.get("/check/b/camera.json", headers=TOKEN).status_code == 404
    assert kept.minutes == []


@pytest.mark.parametrize(
    "sent",
    [
        {"minutes": [], "passed": []},
        {"minutes": [2], "passed": []},
        {"minutes": [True], "passed": []},
        {"minutes": [0], "passed": [PRESS]},
        {"minutes": [1], "passed": [{**PRESS, "gate": "north"}]},
        {"minutes": [1], "passed": [{**PRESS, "direction": "up"}]},
        {"minutes": [1], "passed": [{**PRESS, "vehicle_class": "tram"}]},
        {"minutes": [1], "passed": [{**PRESS, "at_s": "3"}]},
        {"minutes": [1], "passed": [{**PRESS, "at_s": 1e9}]},
        {"minutes": [1]},
        [],
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(city: City, kept: Kept, sent: object) -> None:
    answer = client_of(city, kept).post("/check/a/save", content=json.dumps(sent), headers=FROM_HERE)
    assert answer.status_code == 400
    assert "count" in answer.json()["detail"]
    assert kept.minutes == []


def test_the_api_gives_checks_day_by_day_with_their_sums(city: City, check: IntervalCheck) -> None:
    camera = city.cameras[0].id
    rows = [
        replace(check, camera_id=camera),
        replace(check, camera_id=camera, gate_id="n", agreed=0, missed=0, extra=0),
    ]
    store = MemoryStore()
    store.append_checks(rows)
    client = TestClient(create_app(city, store, beside=with_checks(NOTHING, city, store)))
    found = client.get("/api/v1/checks", params={"camera": camera}).json()["checks"]
    assert [(one["gate"], one["agreed"], one["error_percent"]) for one in found] == [
        (None, 48, -2.0), ("south", 48, -2.0), ("n", 0, None),
    ]  # fmt: skip
    assert found[0]["checker"] == Checker.MANUAL
    assert client.get("/api/v1/checks", params={"until": rfc3339(check.start)}).json() == {"checks": []}
    assert client.get("/api/v1/checks", params={"camera": "nobody"}).status_code == 400
