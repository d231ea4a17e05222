"""The first lock: imports. Every planted import is caught by the contract that is there for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from house.planting import contracts, copy_of_the_tree, plant
from house.reading import ROOMS, project

PLANTED: list[tuple[str, str, Mapping[str, str], str]] = [
    (
        "web looks at frames",
        "sealed",
        {"web/planted.py": "from waywarden.sight.frame import Frame"},
        "waywarden.web.planted -> waywarden.sight.frame",
    ),
    (
        "web looks at frames by way of the store",
        "sealed",
        {
            "web/planted.py": "from waywarden.store import detour",
            "store/detour.py": "from waywarden.sight import frame",
        },
        "waywarden.web.planted -> waywarden.store.detour",
    ),
    (
        "web looks at frames inside a function",
        "sealed",
        {"web/planted.py": "def look():\n    import waywarden.sight.frame\n"},
        "waywarden.web.planted -> waywarden.sight.frame",
    ),
    (
        "the store knows crossings",
        "transient",
        {"store/planted.py": "from waywarden.terms.transient import Crossing"},
        "waywarden.store.planted -> waywarden.terms.transient",
    ),
    (
        "web knows crossings by way of another module",
        "transient",
        {
            "web/planted.py": "from waywarden.traffic import detour",
            "traffic/detour.py": "from waywarden.terms import transient",
        },
        "waywarden.traffic.detour -> waywarden.terms.transient",
    ),
    (
        "exchange knows detections, for types only",
        "transient",
        {
            "exchange/planted.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
            "    from waywarden.terms.transient import Detections"
        },
        "waywarden.exchange.planted -> waywarden.terms.transient",
    ),
    ("traffic decodes video", "pictures", {"traffic/planted.py": "import av"}, "waywarden.traffic.planted -> av"),
    ("run infers", "pictures", {"run/planted.py": "import openvino"}, "waywarden.run.planted -> openvino"),
    ("web opens pictures", "pictures", {"web/planted.py": "from PIL import Image"}, "waywarden.web.planted -> PIL"),
    (
        "made-up streets write pictures with OpenCV",
        "pictures-in-testing",
        {"testing/planted.py": "import cv2"},
        "waywarden.testing.planted -> cv2",
    ),
    ("geo reads the disk", "pure", {"geo/planted.py": "import os.path"}, "waywarden.geo.planted -> os"),
    (
        "exchange opens a socket",
        "pure",
        {"exchange/planted.py": "import socket"},
        "waywarden.exchange.planted -> socket",
    ),
    ("traffic asks the clock", "pure", {"traffic/planted.py": "import time"}, "waywarden.traffic.planted -> time"),
    ("traffic throws dice", "pure", {"traffic/planted.py": "from random import random"}, "traffic.planted -> random"),
    ("pavement logs", "pure", {"pavement/planted.py": "import logging"}, "waywarden.pavement.planted -> logging"),
    ("terms start a program", "pure", {"terms/planted.py": "import subprocess"}, "terms.planted -> subprocess"),
    (
        "exchange fetches by way of terms",
        "pure",
        {"terms/planted.py": "from urllib.request import urlopen"},
        "waywarden.terms.planted -> urllib",
    ),
    (
        "web forges a redacted picture",
        "redaction-key",
        {"web/planted.py": "from waywarden.terms.redaction_key import REDACTION_KEY"},
        "waywarden.web.planted",
    ),
    (
        "the sealed room stores",
        "floors",
        {"sight/planted.py": "from waywarden.store.port import RecordStore"},
        "waywarden.sight.planted -> waywarden.store.port",
    ),
    (
        "the glossary counts",
        "floors",
        {"terms/planted.py": "import waywarden.traffic"},
        "waywarden.terms.planted -> waywarden.traffic",
    ),
    (
        "a standard knows the store",
        "floors",
        {"exchange/planted.py": "from waywarden.store import port"},
        "waywarden.exchange.planted -> waywarden.store.port",
    ),
    (
        "the jobs know the made-up streets",
        "floors",
        {"run/planted.py": "import waywarden.testing"},
        "waywarden.run.planted -> waywarden.testing",
    ),
    ("a room on no floor", "floors", {"spare/__init__.py": ""}, "spare"),
    (
        "a face library",
        "identity",
        {"sight/planted.py": "import face_recognition"},
        "waywarden.sight.planted -> face_recognition",
    ),
    (
        "a plate reader, inside a function",
        "identity",
        {"run/planted.py": "def read():\n    from openalpr import Alpr\n"},
        "waywarden.run.planted -> openalpr",
    ),
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return copy_of_the_tree(tmp_path)


def test_the_tree_as_it_is_keeps_every_contract(source: Path) -> None:
    code, said = contracts(source)
    assert code == 0, said
    kept = project()["tool"]["importlinter"]["contracts"]
    assert f"Contracts: {len(kept)} kept, 0 broken" in said


@pytest.mark.parametrize(
    ("contract", "planted", "named"), [row[1:] for row in PLANTED], ids=[row[0] for row in PLANTED]
)
def test_a_planted_import_is_caught(source: Path, contract: str, planted: Mapping[str, str], named: str) -> None:
    plant(source, planted)
    code, said = contracts(source, contract)
    assert code == 1, said
    assert named in said


def test_a_planted_harmless_import_is_not_caught(source: Path) -> None:
    plant(source, {"traffic/planted.py": "import math\nfrom waywarden.terms.transient import Crossing"})
    code, said = contracts(source)
    assert code == 0, said


def test_every_contract_has_a_planted_violation() -> None:
    named = {contract["id"] for contract in project()["tool"]["importlinter"]["contracts"]}
    assert named == {row[1] for row in PLANTED}


def test_the_floors_name_every_room() -> None:
    (floors,) = (each for each in project()["tool"]["importlinter"]["contracts"] if each["id"] == "floors")
    assert floors["exhaustive"] is True
    named = [room.strip() for floor in floors["layers"] for room in floor.split("|")]
    assert sorted(named) == sorted(ROOMS)
