"""What is served beside the reading API, as ``create_app`` takes it: it need not know what that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.routing import BaseRoute

from waywarden.web.parts.part import NOTHING_MORE, OpenApiPart


@dataclass(frozen=True, slots=True)
class Beside:
    """More routes, and headers that every answer has; ``watching`` gives the figures of a running ``watch``.

    ``part`` is what the OpenAPI document says of those routes.
    """

    routes: Sequence[BaseRoute] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    watching: Callable[[], str] = str
    part: OpenApiPart = NOTHING_MORE


NOTHING = Beside()
