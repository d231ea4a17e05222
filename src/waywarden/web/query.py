"""The query of ``/api/v1/intervals``: read strictly, and with the nearest right word where something is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.datastructures import QueryParams

from waywarden.store.port import IntervalFilter
from waywarden.terms.kinds import ALL_CLASSES
from waywarden.terms.places import Camera, City
from waywarden.terms.records import Quality
from waywarden.web.problems import QueryError, UnknownNameError, nearest, read_whole, refuse_parameters

DEFAULT_LIMIT = 1000
MAX_LIMIT = 5000
MAX_OFFSET = 2**53
PARAMETERS: dict[str, str] = {
    "camera": "only this camera",
    "gate": "only this gate",
    "movement": "only this movement",
    "vehicle_class": "only this class of the city's scheme, or 'all'",
    "since": "only intervals that start at this time or later (RFC 3339)",
    "until": "only intervals that start before this time (RFC 3339)",
    "quality": "only intervals of these qualities: 'good', 'usable', 'doubtful', with commas between",
    "limit": f"how many intervals at most (1 to {MAX_LIMIT}, {DEFAULT_LIMIT} when not given)",
    "offset": "how many intervals to skip; the answer's 'next' has it right",
}


@dataclass(frozen=True, slots=True)
class IntervalQuery:
    """What is wanted, and which slice of it."""

    wanted: IntervalFilter
    limit: int
    offset: int


def published_classes(city: City) -> tuple[str, ...]:
    """Return the classes of the city's scheme, each once, in the scheme's order."""
    return tuple(dict.fromkeys(city.class_scheme.values()))


def find_camera(city: City, camera_id: str) -> Camera:
    """Return the camera of that id; UnknownNameError names the nearest."""
    for camera in city.cameras:
        if camera.id == camera_id:
            return camera
    known = [camera.id for camera in city.cameras]
    raise UnknownNameError(f"{city.name} has no camera '{camera_id}': {nearest(camera_id, known)}")


def read_interval_query(params: QueryParams, city: City) -> IntervalQuery:
    """Return what the query asks for; QueryError says what is wrong with it."""
    refuse_parameters(params, PARAMETERS)
    camera_id = read_known(params, "camera", [camera.id for camera in city.cameras])
    cameras = [camera for camera in city.cameras if camera_id in (None, camera.id)]
    wanted = IntervalFilter(
        camera_id=camera_id,
        gate_id=read_known(params, "gate", [gate.id for camera in cameras for gate in camera.gates]),
        movement_id=read_known(params, "movement", [move.id for camera in cameras for move in camera.movements]),
        vehicle_class=read_known(params, "vehicle_class", [*published_classes(city), ALL_CLASSES]),
        since=read_time(params, "since"),
        until=read_time(params, "until"),
        qualities=_qualities(params),
    )
    if wanted.gate_id is not None and wanted.movement_id is not None:
        raise QueryError("an interval is of a gate or of a movement: ask for one of the two")
    if wanted.since is not None and wanted.until is not None and wanted.since >= wanted.until:
        raise QueryError("'since' must be before 'until'")
    return IntervalQuery(
        wanted,
        limit=read_whole(params, "limit", DEFAULT_LIMIT, (1, MAX_LIMIT)),
        offset=read_whole(params, "offset", 0, (0, MAX_OFFSET)),
    )


def read_known(params: QueryParams, name: str, known: list[str]) -> str | None:
    """Return the parameter, one of ``known``, or None; QueryError names the nearest."""
    given = params.get(name)
    if given is not None and given not in known:
        raise QueryError(f"there is no {name} '{given}': {nearest(given, known)}")
    return given


def _qualities(params: QueryParams) -> frozenset[Quality]:
    given = params.get("quality")
    if given is None:
        return frozenset()
    known = [quality.value for quality in Quality]
    for word in given.split(","):
        if word not in known:
            raise QueryError(f"there is no quality '{word}': {nearest(word, known)}")
    return frozenset(Quality(word) for word in given.split(","))


def read_time(params: QueryParams, name: str) -> datetime | None:
    """Return the parameter's time in UTC, or None; QueryError where it is none, or has no offset."""
    given = params.get(name)
    if given is None:
        return None
    wish = f"'{name}' must be a time with its offset from UTC, such as 2026-05-04T07:30:00Z; got '{given}'"
    try:
        at = datetime.fromisoformat(given)
        if at.tzinfo is None:
            raise QueryError(wish)
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        hint = " (write + as %2B)" if " " in given else ""
        raise QueryError(wish + hint) from error
