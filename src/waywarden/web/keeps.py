"""“What the cameras on this map keep”: the resident's answer, made from the configuration and the record types."""

from __future__ import annotations

from html import escape

from waywarden.terms.inspections import Inspection
from waywarden.terms.pictures import KeptPicture
from waywarden.terms.places import Camera, City
from waywarden.terms.records import CameraHealth, IntervalCheck, IntervalQuality, TrafficInterval
from waywarden.web.plain import plain_page
from waywarden.web.published import published

TITLE = "What the cameras on this map keep"
KEPT: tuple[tuple[type, str, str], ...] = (
    (
        TrafficInterval,
        "Counts",
        "For each counting line or turning movement, each kind of road user and each interval, one row of numbers:",
    ),
    (
        IntervalQuality,
        "How far counts can be trusted",
        "For each counting line or turning movement and each interval, what the checks found, one row:",
    ),
    (
        IntervalCheck,
        "How right counts are",
        "For each counting line and each day, how moments that were counted twice compare, one row:",
    ),
    (CameraHealth, "Camera health", "When a camera begins or stops working, one row:"),
    (
        Inspection,
        "Inspections of the road",
        "When a survey drive looked at the surface of a stretch of a street, one row:",
    ),
    (
        KeptPicture,
        "Pictures of road damage",
        """Only where the city asks for them, and only from survey vehicles and of repairs, never from these cameras.
        A picture is a small part of the road around a damage. Wherever a person or a vehicle could be on it, it is
        painted over for good before it leaves the sealed program; where one is over the damage, or is found again on
        what would be kept, there is no picture.""",
    ),
)
"""Every record type that is stored; a test holds it against ``terms.records``."""

NEVER_KEPT: tuple[tuple[str, str], ...] = (
    (
        "Pictures and video",
        """What these cameras see is looked at in memory, in a sealed program, and nothing writes it down. Who draws
        the counting lines sees one still from which everything that moves has been taken out; it is not kept either.
        Of road damage small pictures without road users may be kept: see below.""",
    ),
    ("Faces, number plates, names", "Nothing looks for them, and there is no place where they could be stored."),
    ("The way anyone took", "A row holds how many, never who: two rows cannot be joined to follow a person or a car."),
    ("Sound", "It is not listened to."),
)


def keeps_page(city: City) -> str:
    """Return the page, as a whole HTML document."""
    parts = [
        "<p class=lead>These cameras count traffic. They keep numbers about streets, and nothing about you.</p>",
        "<h2>What is never kept</h2>",
        "<dl>" + "".join(f"<dt>{what}</dt><dd>{why}</dd>" for what, why in NEVER_KEPT) + "</dl>",
        "<h2>What is kept</h2>",
        *(_kept(kind, title, words, city) for kind, title, words in KEPT),
        f"<h2>The cameras ({len(city.cameras)})</h2>",
        "<ul class=cameras>" + "".join(_camera(camera) for camera in city.cameras) + "</ul>",
        "<h2>See for yourself</h2>",
        '<p>Everything kept is on the map and in the <a href="/api/v1">open interface</a>; there is no other.</p>',
    ]
    return plain_page(TITLE, city.name, "".join(parts))


def _kept(kind: type, title: str, words: str, city: City) -> str:
    days = {
        CameraHealth: city.keep_health_days,
        Inspection: city.keep_inspections_days,
        KeptPicture: city.keep_pictures_days,
    }.get(kind, city.keep_intervals_days)
    rows = "".join(
        f"<div><dt>{_plain_name(row.name)}</dt><dd>{escape(row.plain)}</dd></div>" for row in published(kind)
    )
    return f"<h3>{title}</h3><p>{words}</p><dl class=fields>{rows}</dl><p>Deleted after <b>{_duration(days)}</b>.</p>"


def _plain_name(name: str) -> str:
    """Return a field's name as words; its unit is said in the words beside it."""
    return escape(name.removesuffix("_kmh").removesuffix("_s").replace("_", " "))


def _duration(days: int) -> str:
    if days >= 730 and days % 365 == 0:
        return f"{days // 365} years"
    return "1 day" if days == 1 else f"{days} days"


def _camera(camera: Camera) -> str:
    lines = ", ".join(escape(gate.name or gate.id) for gate in camera.gates) or "none yet"
    turns = ", ".join(escape(move.name or move.id) for move in camera.movements)
    speeds = "Measures speeds of traffic as a whole." if camera.calibration else "Does not measure speeds."
    where = "" if camera.position is None else f" ({camera.position[1]:.5f}, {camera.position[0]:.5f})"
    moves = f" Turning movements: {turns}." if turns else ""
    return (
        f"<li><b>{escape(camera.name)}</b> <code>{escape(camera.id)}</code>{where}<br>"
        f"Counting lines: {lines}.{moves} {speeds}</li>"
    )
