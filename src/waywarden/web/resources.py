"""The resources under ``/api/v1``: cameras, gates, intervals, health. All are read-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from waywarden.store.port import IntervalFilter, RecordStore
from waywarden.terms.kinds import ALL_CLASSES
from waywarden.terms.places import Camera, City
from waywarden.terms.records import CameraHealth, TrafficInterval, bin_of
from waywarden.web.answers import answer_html, answer_json
from waywarden.web.last_hour import last_hour_of
from waywarden.web.openapi import api_page, openapi
from waywarden.web.parts.part import API, NOTHING_MORE, OpenApiPart
from waywarden.web.problems import refuse_parameters
from waywarden.web.published import as_json, judged_as_json
from waywarden.web.query import find_camera, published_classes, read_interval_query

GEO_JSON = "application/geo+json"


class Resources:
    """The read-only resources of one city and its store; ``more`` of the document is about others'."""

    def __init__(self, city: City, store: RecordStore, more: OpenApiPart = NOTHING_MORE) -> None:
        self._city = city
        self._store = store
        self._more = more

    def routes(self) -> list[Route]:
        """Return the routes, in the order of the document."""
        return [
            Route(API, self.about),
            Route(f"{API}/openapi.json", self.document),
            Route(f"{API}/city", self.city),
            Route(f"{API}/cameras", self.cameras),
            Route(f"{API}/cameras/{{camera}}", self.camera),
            Route(f"{API}/cameras/{{camera}}/gates", self.gates),
            Route(f"{API}/intervals", self.intervals),
            Route(f"{API}/health", self.health),
        ]

    def about(self, request: Request) -> Response:
        """Answer with the page for people."""
        return answer_html(request, api_page(self._city.name, self._more))

    def document(self, request: Request) -> Response:
        """Answer with the OpenAPI document."""
        return answer_json(request, openapi(self._more))

    def city(self, request: Request) -> Response:
        """Answer with what the map page must know of the city."""
        refuse_parameters(request.query_params)
        city = self._city
        body = {
            "name": city.name,
            "time_zone": city.time_zone,
            "vehicle_classes": [name for name in published_classes(city) if name != ALL_CLASSES],
            "keep_intervals_days": city.keep_intervals_days,
            "keep_health_days": city.keep_health_days,
            "keep_pictures_days": city.keep_pictures_days,
        }
        return answer_json(request, body)

    def cameras(self, request: Request) -> Response:
        """Answer with every camera as GeoJSON (RFC 7946)."""
        refuse_parameters(request.query_params)
        newest, health = self._store.newest_starts(), self._health()
        features = [self._feature(camera, newest, health) for camera in self._city.cameras]
        return answer_json(request, {"type": "FeatureCollection", "features": features}, GEO_JSON)

    def camera(self, request: Request) -> Response:
        """Answer with one camera as GeoJSON."""
        refuse_parameters(request.query_params)
        camera = find_camera(self._city, request.path_params["camera"])
        return answer_json(request, self._feature(camera, self._store.newest_starts(), self._health()), GEO_JSON)

    def gates(self, request: Request) -> Response:
        """Answer with the gates and movements of one camera."""
        refuse_parameters(request.query_params)
        camera = find_camera(self._city, request.path_params["camera"])
        return answer_json(request, {"camera": camera.id, **_lines(camera)})

    def intervals(self, request: Request) -> Response:
        """Answer with one slice of the intervals that were asked for, and where the next one is."""
        query = read_interval_query(request.query_params, self._city)
        rows = self._store.intervals(query.wanted, limit=query.limit + 1, offset=query.offset)
        following = None
        if len(rows) > query.limit:
            params = {**request.query_params, "limit": query.limit, "offset": query.offset + query.limit}
            following = f"{API}/intervals?{urlencode(params)}"
        body = {
            "intervals": self._judged(query.wanted, rows[: query.limit]),
            "limit": query.limit,
            "offset": query.offset,
            "next": following,
        }
        response = answer_json(request, body)
        if following is not None:
            response.headers["Link"] = f'<{following}>; rel="next"'
        return response

    def _judged(self, wanted: IntervalFilter, rows: Sequence[TrafficInterval]) -> list[dict[str, object]]:
        """Return ``rows``, which are in order of time, each with how far it can be trusted."""
        if not rows:
            return []
        until = rows[-1].start + timedelta(microseconds=1)
        known = {bin_of(one): one for one in self._store.qualities(replace(wanted, since=rows[0].start, until=until))}
        return [judged_as_json(row, known.get(bin_of(row))) for row in rows]

    def health(self, request: Request) -> Response:
        """Answer with the newest health record of each camera, and that this service is up."""
        refuse_parameters(request.query_params)
        known = self._health()
        cameras = [as_json(known[camera.id]) for camera in self._city.cameras if camera.id in known]
        return answer_json(request, {"service": "ok", "cameras": cameras})

    def _health(self) -> dict[str, CameraHealth]:
        return {health.camera_id: health for health in self._store.latest_health()}

    def _feature(
        self, camera: Camera, newest: Mapping[str, datetime], health: Mapping[str, CameraHealth]
    ) -> dict[str, object]:
        """Return one camera. Its sources are left out on purpose: an address may hold a password."""
        hour = last_hour_of(camera, newest.get(camera.id), self._store)
        seen = health.get(camera.id)
        position = camera.position
        return {
            "type": "Feature",
            "id": camera.id,
            "geometry": None if position is None else {"type": "Point", "coordinates": list(position)},
            "properties": {
                "camera": camera.id,
                "name": camera.name,
                "calibrated": camera.calibration is not None,
                **_lines(camera),
                "health": None if seen is None else as_json(seen),
                "last_hour": None if hour is None else as_json(hour),
                "intervals": f"{API}/intervals?camera={quote(camera.id, safe='')}",
            },
        }


def _lines(camera: Camera) -> dict[str, object]:
    return {
        "gates": [as_json(gate) for gate in camera.gates],
        "movements": [as_json(movement) for movement in camera.movements],
    }
