"""The whole site of one city as one application: the API, the pages for everybody, and those of one machine alone."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from waywarden.store.port import RecordStore
from waywarden.terms.errors import WaywardenError
from waywarden.terms.places import City
from waywarden.web.accounts.beside import NOTHING, Beside
from waywarden.web.answers import SHEETS, STATIC, SecurityHeaders, answer_html, built
from waywarden.web.keeps import keeps_page
from waywarden.web.metrics import Metrics
from waywarden.web.problems import answer_problem
from waywarden.web.resources import Resources


def create_app(city: City, store: RecordStore, local: Sequence[BaseRoute] = (), beside: Beside = NOTHING) -> Starlette:
    """Return the site of ``city`` over ``store``; ``local`` routes are of a page for this machine alone.

    ``beside`` is what else is served, and the figures of a running ``watch``, for ``/metrics``.
    """

    def keeps(request: Request) -> Response:
        return answer_html(request, keeps_page(city))

    routes: list[BaseRoute] = [
        Route("/", _map_page),
        Route("/road", _road_page),
        Route(SHEETS, _sheets_page),
        Route(f"{SHEETS}worker.js", _sheets_worker),
        Route("/keeps", keeps),
        *Resources(city, store, beside.part).routes(),
        *Metrics(city, store, beside.watching).routes(),
        *beside.routes,
    ]
    routes += local
    routes.append(Mount("/static", StaticFiles(directory=STATIC, check_dir=False)))
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(SecurityHeaders, beside.headers),
            # A map's answer is large: at 9 it would take longer to shrink than to find.
            Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5),
        ],
        exception_handlers={
            WaywardenError: answer_problem,
            HTTPException: answer_problem,
            Exception: answer_problem,
        },
    )


def _map_page(_request: Request) -> Response:
    return FileResponse(built("index.html"), headers={"Cache-Control": "no-cache"})


def _sheets_page(_request: Request) -> Response:
    return FileResponse(built("sheets.html"), headers={"Cache-Control": "no-cache"})


def _sheets_worker(_request: Request) -> Response:
    # From this address it can look after the sheets' page, and no other (Service Workers, 2.2, "scope").
    return FileResponse(built("sheets-worker.js"), headers={"Cache-Control": "no-cache"}, media_type="text/javascript")


def _road_page(_request: Request) -> Response:
    return FileResponse(built("road.html"), headers={"Cache-Control": "no-cache"})
