"""What the API says of one check of counts."""

from __future__ import annotations

from waywarden.exchange.checks import CheckRow
from waywarden.terms.records import Checker, Direction
from waywarden.web.answers import rfc3339
from waywarden.web.published import MAYBE_NUMBER, MAYBE_TEXT, SECONDS, TEXT, TIME, WHOLE, Published, one_of

CHECK_ROW = (
    Published("camera", "camera", TEXT, "Which camera."),
    Published("gate", "gate", MAYBE_TEXT, "Which counting line; empty for the sum over all of them, both ways."),
    Published(
        "direction",
        "direction",
        {"type": ["string", "null"], "enum": [*map(str, Direction), None]},
        "Which way the line was crossed; empty for the sum.",
    ),
    Published("vehicle_class", "vehicle_class", TEXT, "What kind of road user; “all” is every kind together."),
    Published("start", "start", TIME, "When the day began, by the city's own clock.", rfc3339),
    Published("duration_s", "duration_s", {"type": "integer", "minimum": 1}, "How long the day was (s)."),
    Published("checker", "checker", one_of(Checker), "What counted anew: every frame, or somebody at the page."),
    Published("checked_s", "checked_s", SECONDS, "How much of the day was counted twice (s)."),
    Published("agreed", "agreed", WHOLE, "How many are in both counts."),
    Published("missed", "missed", WHOLE, "How many are in the second count alone."),
    Published("extra", "extra", WHOLE, "How many are in our count alone."),
    Published("error_percent", "error_percent", MAYBE_NUMBER, "How far our count is off (%); minus is too few."),
    Published("error_low_percent", "error_low_percent", MAYBE_NUMBER, "The lower end of its 95 % interval (%)."),
    Published("error_high_percent", "error_high_percent", MAYBE_NUMBER, "The upper end of it (%)."),
)


def check_json(row: CheckRow) -> dict[str, object]:
    """Return one check as the API writes it."""
    return {each.name: each.write(getattr(row, each.field)) for each in CHECK_ROW}
