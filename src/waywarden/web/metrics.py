"""``/metrics`` for Prometheus: what the store knows of each camera, and what a running ``watch`` says of itself.

Format: Prometheus, "Exposition formats", text format 0.0.4. All figures are of cameras, none is of a road user.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from waywarden.store.port import RecordStore
from waywarden.terms.places import City
from waywarden.terms.records import HealthState

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
AGE, HEALTH = "waywarden_interval_age_seconds", "waywarden_stored_health"


class Metrics:
    """The resource ``/metrics`` of one city and its store. ``watching`` gives the text of a running ``watch``."""

    def __init__(self, city: City, store: RecordStore, watching: Callable[[], str]) -> None:
        self._city, self._store, self._watching = city, store, watching

    def routes(self) -> list[Route]:
        """Return the route."""
        return [Route("/metrics", self.metrics)]

    def metrics(self, _request: Request) -> Response:
        """Answer with the figures."""
        lines = [*self._ages(datetime.now(UTC)), *self._healths()]
        return Response(
            "\n".join(lines) + "\n" + self._watching(), media_type=PROMETHEUS, headers={"Cache-Control": "no-store"}
        )

    def _ages(self, now: datetime) -> Iterator[str]:
        yield f"# HELP {AGE} How long ago the newest stored interval of the camera began."
        yield f"# TYPE {AGE} gauge"
        newest = self._store.newest_starts()
        for camera in self._city.cameras:
            if camera.id in newest:
                age_s = (now - newest[camera.id]).total_seconds()
                yield f'{AGE}{{camera="{escaped(camera.id)}"}} {age_s:.0f}'

    def _healths(self) -> Iterator[str]:
        yield f"# HELP {HEALTH} 1 for the state of the camera that is stored last."
        yield f"# TYPE {HEALTH} gauge"
        known = {health.camera_id: health.state for health in self._store.latest_health()}
        for camera in self._city.cameras:
            for state in HealthState if camera.id in known else ():
                yield f'{HEALTH}{{camera="{escaped(camera.id)}",state="{state}"}} {int(state is known[camera.id])}'


def escaped(label: str) -> str:
    r"""Return a label's value as the format wants it.

    Examples
    --------
    >>> print(escaped('elm "street"'))
    elm \"street\"
    """
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
