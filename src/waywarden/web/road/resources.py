"""The road half's resources under ``/api/v1``. All are read-only; writing is elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from waywarden.store.now.wanted import DefectPoint, NowStore
from waywarden.terms.distress import Way
from waywarden.terms.inspections import Inspection
from waywarden.terms.ledger import LedgerEntry
from waywarden.terms.road.now import SegmentNow
from waywarden.web.answers import answer, answer_json, rfc3339
from waywarden.web.parts.part import API
from waywarden.web.problems import QueryError, UnknownNameError, read_whole, refuse_parameters
from waywarden.web.road import query
from waywarden.web.road.published import DEFECT, ENTRY, INSPECTION, SEGMENT, as_told
from waywarden.web.road.sums import backlog_json, precision_json

JSON = "application/json"
GEO_JSON = "application/geo+json"


def _no_pictures(_defect: str) -> list[dict[str, str]]:
    return []


def _nothing_served(_name: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class RoadSite:
    """What the road half is served from.

    Parameters
    ----------
    now : NowStore
    entries : defect -> entries
        All that the ledger has of a defect, in order.
    inspections : (street, way or None, chainage or None, limit) -> inspections
        Of a street, the newest first.
    fresh : callable
        Brings the tables of now up to date; quick where nothing has changed.
    pictures : defect -> list
        The pictures of a defect that may be shown: objects with ``href``, ``at`` and ``of``.
    served : name -> JSON or None
        ``orders``, ``policy`` and ``programme``, where a plan, a backlog or a programme was made to be shown.
    """

    now: NowStore
    entries: Callable[[str], Iterable[LedgerEntry]]
    inspections: Callable[[str, Way | None, float | None, int], Iterable[Inspection]]
    fresh: Callable[[], object] = str
    pictures: Callable[[str], list[dict[str, str]]] = _no_pictures
    served: Callable[[str], str | None] = _nothing_served


class RoadResources:
    """The resources of one store's road half."""

    def __init__(self, site: RoadSite) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        """Return the routes, in the order of the document."""
        # Each is a plain function, which Starlette runs beside the others.
        return [
            Route(f"{API}/defects", self.defects),
            Route(f"{API}/defects.geojson", self.defects_geojson),
            Route(f"{API}/defect-cells", self.cells),
            Route(f"{API}/defects/{{defect}}", self.defect),
            Route(f"{API}/streets", self.streets),
            Route(f"{API}/inspections", self.inspections),
            Route(f"{API}/backlog", self.backlog),
            Route(f"{API}/precision", self.precision),
            Route(f"{API}/orders", self.orders),
            Route(f"{API}/policy", self.policy),
            Route(f"{API}/programme", self.programme),
        ]

    def defects(self, request: Request) -> Response:
        """Answer with one slice of the defects that were asked for, and where the next one is."""
        params = request.query_params
        refuse_parameters(params, [*query.FILTERS, *query.PAGING])
        limit = read_whole(params, "limit", query.LIST_LIMIT, (1, query.LIST_MOST))
        offset = read_whole(params, "offset", 0, (0, query.MOST_OFFSET))
        wanted, newest = query.read_filter(params), query.read_sort(params)
        self._site.fresh()
        found = self._site.now.defects(wanted, limit=limit + 1, offset=offset, newest=newest)
        following = None
        if len(found) > limit:
            following = f"{API}/defects?{urlencode({**params, 'limit': limit, 'offset': offset + limit})}"
        body = {
            "defects": [as_told(DEFECT, one) for one in found[:limit]],
            "limit": limit,
            "offset": offset,
            "next": following,
        }
        response = answer_json(request, body)
        if following is not None:
            response.headers["Link"] = f'<{following}>; rel="next"'
        return response

    def defects_geojson(self, request: Request) -> Response:
        """Answer with defects as points for a map (RFC 7946); ``more`` says whether there are others."""
        params = request.query_params
        refuse_parameters(params, [*query.FILTERS, "limit"])
        limit = read_whole(params, "limit", query.MAP_LIMIT, (1, query.MAP_MOST))
        wanted = query.read_filter(params)
        self._site.fresh()
        found = self._site.now.points(wanted, limit=limit + 1)
        return answer(request, _collection(map(_feature, found[:limit]), more=len(found) > limit), GEO_JSON)

    def cells(self, request: Request) -> Response:
        """Answer with how many defects are where, for a map of more than it can draw one by one."""
        params = request.query_params
        refuse_parameters(params, query.CELL_PARAMETERS)
        step = query.read_number(params, "step", (0.0001, 10.0))
        if step is None:
            raise QueryError("'step' is wanted: the size of a cell in degrees, as in 0.01")
        wanted = query.read_filter(params)
        self._site.fresh()
        cells = [
            {"position": [round(one.lon_deg, 6), round(one.lat_deg, 6)], "count": one.count, "waiting": one.waiting}
            for one in self._site.now.cells(wanted, step)
        ]
        return answer_json(request, {"step": step, "cells": cells})

    def defect(self, request: Request) -> Response:
        """Answer with one defect and its whole life."""
        refuse_parameters(request.query_params)
        self._site.fresh()
        name = request.path_params["defect"]
        found = self._site.now.defect(name)
        if found is None:
            raise UnknownNameError(f"there is no defect '{name}'")
        life = [as_told(ENTRY, entry) for entry in self._site.entries(name)]
        body = {**as_told(DEFECT, found), "life": life, "pictures": self._site.pictures(name)}
        return answer_json(request, body)

    def streets(self, request: Request) -> Response:
        """Answer with street segments as GeoJSON: when each was looked at, and in which condition it is."""
        params = request.query_params
        refuse_parameters(params, query.MAP_PARAMETERS)
        limit = read_whole(params, "limit", query.MAP_LIMIT, (1, query.MAP_MOST))
        box = query.read_box(params)
        self._site.fresh()
        found = self._site.now.segments(box, limit=limit + 1)
        return answer(request, _collection(map(_segment_feature, found[:limit]), more=len(found) > limit), GEO_JSON)

    def inspections(self, request: Request) -> Response:
        """Answer with when a street was looked at and what was found, the newest first."""
        params = request.query_params
        refuse_parameters(params, query.INSPECTION_PARAMETERS)
        street = params.get("street")
        if street is None:
            raise QueryError("'street' is wanted: the id of a street, as /api/v1/streets has it")
        at = query.read_number(params, "at", (0.0, 1e7))
        limit = read_whole(params, "limit", query.LIST_LIMIT, (1, query.LIST_MOST))
        found = self._site.inspections(street, query.read_way(params), at, limit)
        return answer_json(request, {"inspections": [as_told(INSPECTION, one) for one in found]})

    def backlog(self, request: Request) -> Response:
        """Answer with what is known and not mended, and since when."""
        refuse_parameters(request.query_params)
        self._site.fresh()
        at = datetime.now(UTC).replace(second=0, microsecond=0)
        return answer_json(request, backlog_json(self._site.now, at))

    def precision(self, request: Request) -> Response:
        """Answer with how often what was seen was there, as persons judged it."""
        refuse_parameters(request.query_params)
        self._site.fresh()
        return answer_json(request, {"precision": precision_json(self._site.now.verdicts())})

    def orders(self, request: Request) -> Response:
        """Answer with the crews' routes of the plan that was made to be shown, and the orders in the ledger."""
        refuse_parameters(request.query_params)
        self._site.fresh()
        ordered = [
            {"order": name, "defects": count, "changed": rfc3339(at)}
            for name, count, at in self._site.now.orders(limit=query.LIST_LIMIT)
        ]
        return answer_json(request, {"plan": _served(self._site.served, "orders"), "orders": ordered})

    def policy(self, request: Request) -> Response:
        """Answer with the rules by which damage is acted on, and what they asked for when they were shown last."""
        return self._as_it_lies(request, "policy")

    def programme(self, request: Request) -> Response:
        """Answer with the programme that was made to be shown: for each budget what is done, and what it brings."""
        return self._as_it_lies(request, "programme")

    def _as_it_lies(self, request: Request, name: str) -> Response:
        """Answer with a file that was made to be shown: it may be megabytes, and is JSON already."""
        refuse_parameters(request.query_params)
        return answer(request, f'{{"{name}":{self._site.served(name) or "null"}}}', JSON)


def _served(served: Callable[[str], str | None], name: str) -> object:
    text = served(name)
    return None if text is None else json.loads(text)


def _collection(features: Iterable[str], *, more: bool) -> str:
    return f'{{"type":"FeatureCollection","more":{"true" if more else "false"},"features":[{",".join(features)}]}}'


def _feature(one: DefectPoint) -> str:
    """Return a point as JSON. Kinds, severities and states are words of ours: only the name has to be escaped."""
    name, kind, severity = json.dumps(one.defect_id), _word(one.kind), _word(one.severity)
    waiting = "true" if one.waiting else "false"
    return (
        f'{{"type":"Feature","id":{name},"geometry":{{"type":"Point","coordinates":[{one.lon_deg},{one.lat_deg}]}},'
        f'"properties":{{"defect":{name},"kind":{kind},"severity":{severity},"state":"{one.state}",'
        f'"waiting":{waiting}}}}}'
    )


def _word(word: str | None) -> str:
    return "null" if word is None else f'"{word}"'


def _segment_feature(one: SegmentNow) -> str:
    """Return a street segment as JSON: text each, so that a thousand of them are never there as objects."""
    line = ",".join(f"[{lon},{lat}]" for lon, lat in one.line)
    told = json.dumps(as_told(SEGMENT, one), ensure_ascii=False, separators=(",", ":"))
    return f'{{"type":"Feature","geometry":{{"type":"LineString","coordinates":[{line}]}},"properties":{told}}}'
