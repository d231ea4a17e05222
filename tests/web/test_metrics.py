"""``/metrics``: in Prometheus' text format, of cameras alone, and with what a running ``watch`` says."""

from __future__ import annotations

import re

from starlette.testclient import TestClient
from tests.web.made_up import MemoryStore

from waywarden.terms.places import City
from waywarden.terms.records import HealthState
from waywarden.web.accounts.beside import Beside
from waywarden.web.app import create_app
from waywarden.web.metrics import escaped

# Prometheus, "Exposition formats": a comment, or a name, labels in braces, and a number
LINE = re.compile(r'# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)+\})? -?[0-9.e+]+')


def asked(city: City, store: MemoryStore, watching: str = "") -> list[str]:
    answer = TestClient(create_app(city, store, beside=Beside(watching=lambda: watching))).get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return answer.text.splitlines()


def test_every_line_is_as_prometheus_wants_it_and_of_a_camera(city: City, store: MemoryStore) -> None:
    lines = asked(city, store)
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    values = [line for line in lines if not line.startswith("#")]
    cameras = {camera.id for camera in city.cameras}
    named = {re.search(r'camera="(.*?)"', line)[1] for line in values}
    assert named
    assert named <= cameras
    assert not any(source in line for camera in city.cameras for source in camera.sources for line in lines)


def test_of_each_camera_exactly_the_stored_state_is_one(city: City, store: MemoryStore) -> None:
    lines = [line for line in asked(city, store) if line.startswith("waywarden_stored_health")]
    states = {health.camera_id: health.state for health in store.latest_health()}
    assert len(lines) == len(states) * len(HealthState)
    ones = {re.search(r'camera="(.*?)",state="(.*?)"', line).groups() for line in lines if line.endswith(" 1")}
    assert ones == {(camera, str(state)) for camera, state in states.items()}


def test_what_a_running_watch_says_comes_after_it(city: City, store: MemoryStore) -> None:
    said = 'waywarden_camera_frames_total{camera="a"} 7\n'
    assert asked(city, store, said)[-1] == said.strip()


def test_a_label_is_escaped() -> None:
    line = f'x{{camera="{escaped(chr(34) + chr(92) + chr(10))}"}} 1'
    assert LINE.fullmatch(line)
