"""The fourth lock: names. No record, table or schema has a place for a person, a plate or a track."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table

from house.names import column_names, forbidden, parts, record_fields, schema_names
from house.reading import SOURCE
from waywarden.terms.ledger import TOLD

TERMS = SOURCE / "waywarden" / "terms"
RECORDS = TERMS / "records.py"
PLACES = TERMS / "places.py"

NAMES_OF_PEOPLE = [
    "track_id",
    "tracks",
    "plate",
    "number_plate",
    "numberPlate",
    "license_plates",
    "face_embedding",
    "owner",
    "person",
    "people",
    "appearance",
    "driver_age",
    "vehicle_id",
    "VehicleHash",
    "device_mac",
    "trajectory",
    "bbox",
    "reid",
]
NAMES_OF_STREETS = [
    "template",
    "plateau",
    "placed_at",
    "vehicle_class",
    "surface",
    "camera_id",
    "gate_id",
    "movement_id",
    "observed_s",
    "mean_speed_mps",
    "racetracking",
    "command",
    "partnership",
]


@pytest.mark.parametrize("name", NAMES_OF_PEOPLE)
def test_a_name_of_a_person_is_caught(name: str) -> None:
    assert forbidden([name]) == [name]


@pytest.mark.parametrize("name", NAMES_OF_STREETS)
def test_a_name_of_a_street_is_not(name: str) -> None:
    assert forbidden([name]) == []


def test_parts() -> None:
    assert parts("numberPlate_v2-last") == ["number", "plate", "v2", "last"]


def test_no_record_names_a_person() -> None:
    fields = record_fields(RECORDS)
    assert fields["TrafficInterval"], "the records were not found"
    assert forbidden([*fields, *(name for names in fields.values() for name in names)]) == []


@pytest.mark.parametrize("module", ["distress.py", "inspections.py", "ledger.py", "office/accounts.py"])
def test_no_record_of_road_damage_names_a_person(module: str) -> None:
    fields = record_fields(TERMS / module)
    assert fields
    assert forbidden([*fields, *(name for names in fields.values() for name in names)]) == []


def test_nothing_that_a_ledger_can_tell_names_a_person() -> None:
    assert "depth_mm" in TOLD
    assert forbidden(TOLD) == []


def test_no_part_of_the_configuration_names_a_person() -> None:
    fields = record_fields(PLACES)
    assert forbidden([name for names in fields.values() for name in names]) == []


@pytest.mark.parametrize("name", ["track_id", "plate", "face_embedding", "owner", "person", "appearance"])
def test_a_planted_record_field_is_caught(tmp_path: Path, name: str) -> None:
    text = RECORDS.read_text("utf-8").replace("    vehicle_class: str\n", f"    vehicle_class: str\n    {name}: str\n")
    planted = tmp_path / "records.py"
    planted.write_text(text, "utf-8")
    fields = record_fields(planted)
    assert forbidden(fields["TrafficInterval"]) == [name]


def test_no_table_names_a_person() -> None:
    schema = pytest.importorskip("waywarden.store.schema")
    names = column_names(schema.tables)
    assert "traffic_interval" in names
    assert forbidden(names) == []


def test_a_planted_column_is_caught() -> None:
    tables = MetaData()
    Table("traffic_interval", tables, Column("count", Integer), Column("plate", Integer))
    Table("person", tables, Column("id", Integer))
    assert forbidden(column_names(tables)) == ["plate", "person"]


def test_no_part_of_the_api_names_a_person() -> None:
    openapi = pytest.importorskip("waywarden.web.openapi")
    names = list(schema_names(openapi.openapi()))
    assert "observed_s" in names
    assert forbidden(names) == []


def test_a_planted_property_is_caught() -> None:
    document = {
        "paths": {"/api/v1/intervals": {"get": {"parameters": [{"in": "query", "name": "vehicle_id"}]}}},
        "components": {"schemas": {"Interval": {"properties": {"count": {}, "trackId": {"type": "string"}}}}},
    }
    assert sorted(forbidden(schema_names(document))) == ["trackId", "vehicle_id"]
