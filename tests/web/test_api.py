from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.web.made_up import BIN_S, DAY, SECRET, MemoryStore, fits, made_up_store

from waywarden.store.port import IntervalFilter
from waywarden.terms.errors import StoreError
from waywarden.terms.places import City
from waywarden.terms.records import bin_of
from waywarden.web.app import create_app
from waywarden.web.published import judged_as_json
from waywarden.web.query import MAX_LIMIT, PARAMETERS

API = "/api/v1"
TIDY = (
    "camera gate direction movement vehicle_class start duration_s observed_s count mean_speed_kmh v85_kmh".split()  # noqa: SIM905
)


def rows_of(client: TestClient, **filters: object) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    address: str | None = f"{API}/intervals?{urlencode(filters)}"
    while address is not None:
        body = client.get(address).json()
        rows += body["intervals"]
        address = body["next"]
    return rows


def test_intervals_bear_the_tidy_names_in_their_order(client: TestClient) -> None:
    row = client.get(f"{API}/intervals?limit=1").json()["intervals"][0]
    assert list(row) == [*TIDY, "method", "inferred", "quality", "doubts"]
    assert row["start"] == "2026-05-05T05:00:00Z"


def test_speeds_are_in_kmh_and_absent_where_the_camera_is_not_calibrated(client: TestClient, city: City) -> None:
    calibrated = rows_of(client, camera="06514", vehicle_class="all", until="2026-05-05T06:00:00Z")
    assert all(20 < row["mean_speed_kmh"] < 80 for row in calibrated)
    assert all(row["v85_kmh"] > row["mean_speed_kmh"] for row in calibrated)
    assert all(row["mean_speed_kmh"] is None and row["v85_kmh"] is None for row in rows_of(client, camera="03604"))


@settings(max_examples=25, deadline=None)
@given(
    camera=st.sampled_from(["06514", "03604", None]),
    vehicle_class=st.sampled_from(["all", "car", "bicycle", None]),
    first=st.integers(0, 60),
    length=st.integers(1, 60),
    limit=st.integers(1, 400).map(lambda n: n * 5),
)
def test_filters_and_slices_give_what_the_store_holds(  # noqa: PLR0913, PLR0917 - one per filter
    client: TestClient,
    store: MemoryStore,
    camera: str | None,
    vehicle_class: str | None,
    first: int,
    length: int,
    limit: int,
) -> None:
    since = DAY + timedelta(seconds=BIN_S * first)
    until = since + timedelta(seconds=BIN_S * min(length, 8))
    wanted = IntervalFilter(camera, vehicle_class=vehicle_class, since=since, until=until)
    held = [store.rows[key] for key in sorted(store.rows) if fits(store.rows[key], wanted)]
    expected = [judged_as_json(row, store.judged[bin_of(row)]) for row in held]
    filters = {"camera": camera, "vehicle_class": vehicle_class, "since": since.isoformat(), "until": until.isoformat()}
    assert rows_of(client, **{k: v for k, v in filters.items() if v}, limit=limit) == expected


@pytest.mark.parametrize("asked", ["good", "doubtful", "good,usable", "usable,doubtful"])
def test_a_filter_by_quality_gives_those_and_no_others(client: TestClient, store: MemoryStore, asked: str) -> None:
    found = rows_of(client, quality=asked, limit=5000)
    assert {row["quality"] for row in found} == set(asked.split(","))
    assert len(found) == sum(store.judged[bin_of(row)].quality in asked.split(",") for row in store.rows.values())
    assert all(bool(row["doubts"]) == (row["quality"] != "good") for row in found)


def test_what_nobody_judged_says_so_and_is_of_no_quality(city: City) -> None:
    store = made_up_store(city, hours=1)
    store.judged.clear()
    client = TestClient(create_app(city, store))
    assert {(row["quality"], tuple(row["doubts"])) for row in rows_of(client)} == {(None, ())}
    assert rows_of(client, quality="good,usable,doubtful") == []


def test_the_next_slice_is_also_in_the_link_header(client: TestClient) -> None:
    response = client.get(f"{API}/intervals?camera=06514&limit=10")
    body = response.json()
    assert response.headers["link"] == f'<{body["next"]}>; rel="next"'
    assert client.get(body["next"]).json()["offset"] == 10


def test_a_time_with_another_offset_means_the_same_instant(client: TestClient) -> None:
    utc = rows_of(client, camera="03604", since="2026-05-05T18:00:00Z")
    assert utc == rows_of(client, camera="03604", since="2026-05-05T19:00:00+01:00") != []


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("camra=06514", 400, "did you mean 'camera'?"),
        ("camera=06515", 400, "did you mean '06514'?"),
        ("camera=03604&gate=rod", 400, "did you mean 'road'?"),
        ("gate=road&movement=N-S", 400, "ask for one of the two"),
        ("vehicle_class=bycicle", 400, "did you mean 'bicycle'?"),
        ("quality=god", 400, "did you mean 'good'?"),
        ("quality=", 400, "there is no quality ''"),
        ("since=yesterday", 400, "got 'yesterday'"),
        ("since=2026-05-05T05:00:00", 400, "offset from UTC"),
        ("since=2026-05-05T05:00:00+01:00", 400, "write + as %2B"),
        ("since=0001-01-01T00:00:00%2B23:00", 400, "must be a time"),
        ("since=2026-05-05T05:00:00Z&until=2026-05-05T05:00:00Z", 400, "before"),
        ("limit=0", 400, f"1 to {MAX_LIMIT}"),
        (f"limit={MAX_LIMIT + 1}", 400, f"1 to {MAX_LIMIT}"),
        ("limit=٣", 400, "whole number"),
        ("offset=-1", 400, "whole number"),
        ("camera=06514&camera=03604", 400, "give it once"),
    ],
)
def test_a_wrong_query_is_a_problem_that_names_the_nearest(
    client: TestClient, query: str, status: int, said: str
) -> None:
    response = client.get(f"{API}/intervals?{query}")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status
    assert said in response.json()["detail"]


def test_an_unknown_camera_is_not_found_and_the_nearest_is_named(client: TestClient) -> None:
    for path in (f"{API}/cameras/6514", f"{API}/cameras/6514/gates"):
        response = client.get(path)
        assert response.status_code == 404
        assert "did you mean '06514'?" in response.json()["detail"]


text = st.text(max_size=30)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([*PARAMETERS, "nonsense"]) | text, text | st.datetimes().map(str)), max_size=5)
)
def test_no_query_makes_a_500(client: TestClient, pairs: list[tuple[str, str]]) -> None:
    query = urlencode(pairs, errors="replace")
    for path in ("intervals", "cameras", "city", "health", "cameras/06514"):
        response = client.get(f"{API}/{path}?{query}")
        assert response.status_code in {200, 400}
        if response.status_code == 400:
            assert response.json()["detail"]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_no_path_makes_a_500(client: TestClient, built_page: Path, tail: str) -> None:
    path = urlencode({"": tail}, errors="replace")[1:]
    for prefix in ("", "static", "draw", "api/v1", "api/v1/cameras"):
        assert client.get(f"/{prefix}/{path}").status_code < 500


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["cameras", "cameras/06514", "intervals", "health", "city"])
def test_the_api_is_read_only(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, f"{API}/{path}")
    assert response.status_code == 405
    assert response.headers["content-type"] == "application/problem+json"
    assert "GET" in response.headers["allow"]
    assert "read-only" in response.json()["detail"]


@pytest.mark.parametrize("path", [f"{API}/cameras", f"{API}/intervals?limit=5", f"{API}/health", API, "/keeps"])
def test_what_the_asker_has_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    head = client.head(path)
    assert head.status_code == 200
    assert head.headers["etag"] == first.headers["etag"]


def test_the_entity_tag_changes_with_what_is_stored(city: City) -> None:
    store = made_up_store(city, hours=2)
    client = TestClient(create_app(city, store))
    before = client.get(f"{API}/cameras").headers["etag"]
    store.rows.popitem()
    assert client.get(f"{API}/cameras").headers["etag"] != before


def test_cameras_are_geojson_with_health_and_the_last_hour(client: TestClient) -> None:
    response = client.get(f"{API}/cameras")
    assert response.headers["content-type"] == "application/geo+json"
    features = {feature["id"]: feature for feature in response.json()["features"]}
    junction = features["06514"]
    assert junction["geometry"] == {"type": "Point", "coordinates": [-0.15163, 51.5018]}
    assert junction["properties"]["calibrated"] is True
    assert junction["properties"]["health"]["state"] == "ok"
    assert junction["properties"]["last_hour"]["end"] == "2026-05-05T20:00:00Z"
    assert features["04270"]["properties"]["health"]["state"] == "smeared"
    assert features["08858"]["properties"]["last_hour"] is None
    assert features["08858"]["properties"]["health"] is None


def test_the_list_of_cameras_asks_the_store_for_an_hour_each_and_no_more(city: City) -> None:
    store = made_up_store(city)
    TestClient(create_app(city, store)).get(f"{API}/cameras")
    assert store.asked == 4


def test_a_cameras_source_never_leaves(client: TestClient, city: City) -> None:
    paths = [f"{API}/{path}" for path in ("cameras", "cameras/04270", "cameras/04270/gates", "city", "health")]
    paths += [f"{API}/intervals?camera=04270", "/keeps", API, f"{API}/openapi.json", f"{API}/cameras/rtsp"]
    for path in paths:
        answer = client.get(path).text
        assert SECRET not in answer
        assert "rtsp://" not in answer
        assert "clip.mp4" not in answer


def test_a_broken_store_is_a_problem_and_not_a_trace(city: City) -> None:
    class Broken(MemoryStore):
        def newest_starts(self) -> dict[str, datetime]:
            raise StoreError("the store at x cannot be read: see to its rights")

        def latest_health(self) -> list[object]:  # type: ignore[override]
            raise ZeroDivisionError("secret")

    client = TestClient(create_app(city, Broken()), raise_server_exceptions=False)
    stored = client.get(f"{API}/cameras")
    assert (stored.status_code, stored.json()["detail"]) == (503, "the store at x cannot be read: see to its rights")
    other = client.get(f"{API}/health")
    assert other.status_code == 500
    assert other.headers["content-type"] == "application/problem+json"
    assert "secret" not in other.text


def test_times_are_utc(client: TestClient) -> None:
    at = client.get(f"{API}/health").json()["cameras"][0]["at"]
    assert datetime.fromisoformat(at).tzinfo == UTC
