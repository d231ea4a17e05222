"""The whole site of one city as one application: the API, the map page, the page for residents, the drawing page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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
from waywarden.web.answers import SecurityHeaders, answer_html
from waywarden.web.drawing import Drawing, DrawingPage
from waywarden.web.keeps import keeps_page
from waywarden.web.metrics import Metrics
from waywarden.web.problems import NotBuiltError, answer_problem
from waywarden.web.resources import Resources
from waywarden.web.road.pictures import Pictures, PicturesOf, no_pictures

STATIC = Path(__file__).parent / "static"


def create_app(
    city: City,
    store: RecordStore,
    drawing: Drawing | None = None,
    watching: Callable[[], str] = str,
    pictures_of: PicturesOf = no_pictures,
) -> Starlette:
    """Return the site of ``city`` over ``store``; the drawing page is there only if ``drawing`` is given.

    ``watching`` gives the figures of a running ``watch``, for ``/metrics``; ``pictures_of`` the pictures of a defect.
    """

    def keeps(request: Request) -> Response:
        return answer_html(request, keeps_page(city))

    routes: list[BaseRoute] = [
        Route("/", _map_page),
        Route("/keeps", keeps),
        *Resources(city, store).routes(),
        *Pictures(pictures_of).routes(),
        *Metrics(city, store, watching).routes(),
    ]
    if drawing is not None:
        routes += DrawingPage(drawing, lambda: _built("draw.html")).routes()
    routes.append(Mount("/static", StaticFiles(directory=STATIC, check_dir=False)))
    return Starlette(
        routes=routes,
        middleware=[Middleware(SecurityHeaders), Middleware(GZipMiddleware, minimum_size=1024)],
        exception_handlers={
            WaywardenError: answer_problem,
            HTTPException: answer_problem,
            Exception: answer_problem,
        },
    )


def _map_page(_request: Request) -> Response:
    return FileResponse(_built("index.html"), headers={"Cache-Control": "no-cache"})


def _built(name: str) -> str:
    path = STATIC / name
    if not path.is_file():
        raise NotBuiltError("the page is not built in this checkout: run 'npm ci && npm run build' in page/")
    return str(path)
