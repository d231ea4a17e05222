from __future__ import annotations

import inspect
from dataclasses import dataclass, fields, is_dataclass, replace
from html import unescape
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from waywarden.terms import inspections, records
from waywarden.terms.pictures import KeptPicture
from waywarden.terms.places import City
from waywarden.web.keeps import KEPT, keeps_page
from waywarden.web.published import PUBLISHED, published


def words_of(page: str) -> str:
    class Text(HTMLParser):
        found = ""

        def handle_data(self, data: str) -> None:
            self.found += data + " "

    parser = Text()
    parser.feed(page)
    return " ".join(unescape(parser.found).split())


def test_every_record_type_there_is_is_on_the_page() -> None:
    told = [
        (each, module) for module in (records, inspections) for _, each in inspect.getmembers(module, inspect.isclass)
    ]
    # What a module takes from another is a part of a record, not one.
    stored = {kind for kind, module in told if is_dataclass(kind) and kind.__module__ == module.__name__}
    assert stored | {KeptPicture} == {kind for kind, _, _ in KEPT}


def test_every_field_is_there_in_plain_words(city: City) -> None:
    shown = words_of(keeps_page(city))
    for kind, _, _ in KEPT:
        for field in fields(kind):
            row = next(row for row in PUBLISHED[kind] if row.field == field.name)
            assert row.plain in shown
            assert row.plain.endswith(".")


def test_a_new_field_without_plain_words_fails(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass(frozen=True)
    class Grown(records.CameraHealth):
        owner: str = ""

    with pytest.raises(LookupError, match=r"Grown\.camera_id has no plain words"):
        published(Grown)
    monkeypatch.setitem(PUBLISHED, Grown, PUBLISHED[records.CameraHealth])  # type: ignore[misc]
    with pytest.raises(LookupError, match=r"Grown\.owner has no plain words"):
        published(Grown)
    monkeypatch.setattr("waywarden.web.keeps.KEPT", ((Grown, "Health", "one row"),))
    with pytest.raises(LookupError, match="owner"):
        keeps_page(city)


def test_each_camera_is_listed_with_what_it_counts(city: City) -> None:
    shown = words_of(keeps_page(city))
    for camera in city.cameras:
        assert camera.name in shown
        assert camera.id in shown
        for gate in camera.gates:
            assert gate.name in shown
    assert "Measures speeds" in shown
    assert "Does not measure speeds" in shown


def test_the_retention_is_the_configurations(city: City) -> None:
    shown = words_of(keeps_page(replace(city, keep_intervals_days=730, keep_health_days=1)))
    assert "Deleted after 2 years ." in shown
    assert "Deleted after 1 day ." in shown
    assert "Deleted after 45 days ." in words_of(keeps_page(replace(city, keep_health_days=45)))


def test_names_cannot_break_out_of_the_page(city: City) -> None:
    nasty = "<script>alert(1)</script>"
    page = keeps_page(replace(city, name=nasty, cameras=(replace(city.cameras[0], name=nasty, id=nasty),)))
    assert nasty not in page
    assert nasty in words_of(page)


def test_it_is_served_and_needs_no_script(client: TestClient) -> None:
    response = client.get("/keeps")
    assert response.headers["content-type"].startswith("text/html")
    assert "What the cameras on this map keep" in response.text
