from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.web.made_up import MemoryStore, made_up_still

from waywarden.terms.errors import ConfigError
from waywarden.terms.places import Calibration, CalibrationPoint, Camera, City, Gate, Movement
from waywarden.web.app import create_app
from waywarden.web.drawing import Drawing, read_drawn, refuse_outside
from waywarden.web.local.pages import local_routes
from waywarden.web.problems import QueryError

HERE = "http://127.0.0.1:8040"
TOKEN = {"x-waywarden-token": "secret"}
FROM_HERE = {**TOKEN, "origin": HERE}
GATE = {"gate": "south", "from_px": [0, 180], "to_px": [352, 180], "name": ""}
DRAWN = {"gates": [GATE], "movements": [], "calibration": None}


@dataclass
class Saved:
    camera: Camera
    saves: int = 0
    asked: list[str] = field(default_factory=list)

    def save(
        self, camera_id: str, gates: tuple[Gate, ...], movements: tuple[Movement, ...], calibration: Calibration | None
    ) -> None:
        self.saves += 1
        self.camera = Camera(camera_id, "A", ("x",), gates=gates, movements=movements, calibration=calibration)

    def current(self, camera_id: str) -> Camera:
        if camera_id != self.camera.id:
            raise ConfigError(f"city.toml has no camera '{camera_id}'")
        return self.camera


@pytest.fixture
def saved() -> Saved:
    return Saved(Camera("a", "A", ("rtsp://u:pw@x/1",)))


def client_of(city: City, saved: Saved, base: str = HERE, came_from: str = "127.0.0.1") -> TestClient:
    drawing = Drawing("secret", lambda _: made_up_still(176, 144), saved.current, saved.save, lambda _: (352, 288))
    app = create_app(city, MemoryStore(), local_routes(drawing))
    return TestClient(app, base_url=base, client=(came_from, 50000), raise_server_exceptions=False)


def test_what_is_drawn_is_saved_and_sent_back(city: City, saved: Saved) -> None:
    client = client_of(city, saved)
    answer = client.post("/draw/a/save", json=DRAWN, headers=FROM_HERE)
    assert answer.status_code == 200
    assert answer.json()["gates"] == [GATE]
    assert saved.camera.gates == (Gate("south", (0, 180), (352, 180)),)
    assert answer.json()["size_px"] == [352, 288]
    assert client.get("/draw/a/camera.json", headers=TOKEN).json() == answer.json()
    assert "pw" not in answer.text


def test_the_still_is_shown_to_who_has_the_token(city: City, saved: Saved) -> None:
    client = client_of(city, saved)
    still = client.get("/draw/a/still.jpg?token=secret")
    assert still.headers["content-type"] == "image/jpeg"
    assert still.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/draw/a", "/draw/a/camera.json", "/draw/a/still.jpg"])
@pytest.mark.parametrize("token", ["", "?token=wrong", "?token=secre", "?token=%C3%A9"])
def test_without_the_token_nothing_is_shown(city: City, saved: Saved, path: str, token: str) -> None:
    assert client_of(city, saved).get(path + token).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": HERE},
        TOKEN,
        {**TOKEN, "origin": "http://evil.example"},
        {**TOKEN, "origin": "null"},
        {**TOKEN, "origin": "http://127.0.0.1:9999"},
        {**TOKEN, "origin": "https://127.0.0.1:8040"},
        {"x-waywarden-token": "wrong", "origin": HERE},
    ],
)
def test_a_save_from_elsewhere_is_refused(city: City, saved: Saved, headers: dict[str, str]) -> None:
    answer = client_of(city, saved).post("/draw/a/save", json=DRAWN, headers=headers)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert saved.saves == 0


def test_only_this_machine_may_draw(city: City, saved: Saved) -> None:
    by_name = client_of(city, saved, base="http://city.example")
    headers = {**TOKEN, "origin": "http://city.example"}
    assert by_name.post("/draw/a/save", json=DRAWN, headers=headers).status_code == 403
    from_afar = client_of(city, saved, came_from="192.0.2.7")
    assert from_afar.post("/draw/a/save", json=DRAWN, headers=FROM_HERE).status_code == 403
    assert from_afar.get("/draw/a?token=secret").status_code == 403
    assert saved.saves == 0


def test_without_a_drawing_there_is_no_drawing_page(city: City) -> None:
    client = TestClient(create_app(city, MemoryStore()), base_url=HERE, client=("127.0.0.1", 1))
    assert client.get("/draw/a?token=secret").status_code == 404
    assert client.post("/draw/a/save", json=DRAWN, headers=FROM_HERE).status_code == 404


def test_a_gate_outside_the_picture_is_refused(city: City, saved: Saved) -> None:
    drawn = {**DRAWN, "gates": [{**GATE, "to_px": [353, 180]}]}
    answer = client_of(city, saved).post("/draw/a/save", json=drawn, headers=FROM_HERE)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "gate 'south' is outside the picture: (353, 180) is not within 352 x 288 pixels"
    assert saved.saves == 0


def test_a_calibration_point_outside_the_picture_is_refused() -> None:
    calibration = Calibration("metres", (CalibrationPoint((1, -1), (0, 0)),))
    with pytest.raises(ConfigError, match="a calibration point is outside"):
        refuse_outside((), calibration, (352, 288))


def test_an_unknown_camera_is_one_sentence(city: City, saved: Saved) -> None:
    answer = client_of(city, saved).get("/draw/b/camera.json", headers=TOKEN)
    assert (answer.status_code, answer.json()["detail"]) == (422, "city.toml has no camera 'b'")


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*DRAWN, *GATE, "crs", "px"]), inner),
    max_leaves=8,
)


@given(st.fixed_dictionaries(dict.fromkeys(DRAWN, json_values)) | json_values)
def test_nonsense_is_refused_and_never_an_accident(value: Any) -> None:
    try:
        gates, movements, _ = read_drawn(json.dumps(value).encode())
    except QueryError:
        return
    assert isinstance(gates, tuple)
    assert isinstance(movements, tuple)


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff", b'{"gates": [{"gate": 1}]}', b"x" * 2_000_000])
def test_a_broken_body_is_a_problem(city: City, saved: Saved, body: bytes) -> None:
    assert client_of(city, saved).post("/draw/a/save", content=body, headers=FROM_HERE).status_code == 400
