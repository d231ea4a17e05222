"""Pictures of a defect by the API."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from waywarden.store.port import RecordStore
from waywarden.terms.pictures import KeptPicture, PictureOf
from waywarden.terms.places import City
from waywarden.web.accounts.beside import Beside
from waywarden.web.app import create_app
from waywarden.web.road.pictures import Pictures

AT = datetime(2026, 3, 2, 11, tzinfo=UTC)
JPEG = b"\xff\xd8 grey \xff\xd9"
ODD = "d 1 é"


@pytest.fixture
def shown(city: City, store: RecordStore) -> TestClient:
    kept = {ODD: [KeptPicture(7, PictureOf.DEFECT, "d-0-1", AT, "ab", JPEG)]}
    return TestClient(create_app(city, store, beside=Beside(Pictures(lambda defect: kept.get(defect, ())).routes())))


def test_a_picture_is_where_the_list_says(shown: TestClient) -> None:
    (one,) = shown.get("/api/v1/defects/d%201%20%C3%A9/pictures").json()["pictures"]
    assert (one["at"], one["of"]) == ("2026-03-02T11:00:00Z", "defect")
    answer = shown.get(one["href"])
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, JPEG, "image/jpeg")
    again = shown.get(one["href"], headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_picture_that_is_not_there_is_a_problem_in_one_sentence(shown: TestClient) -> None:
    for defect, number in (("d", 7), ("d%201%20%C3%A9", 8)):
        answer = shown.get(f"/api/v1/defects/{defect}/pictures/{number}")
        assert answer.status_code == 404
        assert "past its retention" in answer.json()["detail"]
    assert shown.get("/api/v1/defects/d/pictures").json() == {"defect": "d", "pictures": []}
