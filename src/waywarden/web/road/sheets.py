"""A crew's sheet under ``/api/v1``: its route of the day in one answer, which a phone keeps while it has no network.

Each defect comes with the number of its newest entry in the ledger: what is written later says what had been seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from waywarden.web.answers import answer_json
from waywarden.web.parts.part import API
from waywarden.web.problems import UnknownNameError, refuse_parameters
from waywarden.web.road.published import DEFECT, as_told
from waywarden.web.road.resources import RoadSite

Json = dict[str, Any]


class Sheets:
    """The sheets of the plan that is shown, read-only."""

    def __init__(self, site: RoadSite) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route(f"{API}/orders/crews/{{crew:int}}", self.crew)]

    def crew(self, request: Request) -> Response:
        """Answer with one crew's stops, in order, each with its defects as they stand now."""
        refuse_parameters(request.query_params)
        wanted, text = request.path_params["crew"], self._site.served("orders")
        plan = json.loads(text) if text is not None else {}
        for each in plan.get("crews", ()):
            if each["crew"] == wanted:
                self._site.fresh()
                stops = [{**stop, "defects": self._defects(stop["defects"])} for stop in each["stops"]]
                head = {"day": plan["day"], "begins": plan["begins"], "crew": wanted, "back": each["back"]}
                return answer_json(request, {**head, "stops": stops})
        raise UnknownNameError(f"the plan that is shown has no crew {wanted}: {API}/orders lists its crews")

    def _defects(self, names: Iterable[str]) -> list[Mapping[str, object]]:
        """Return the defects of a stop, each once: what was merged after the plan was made is one defect now."""
        return [self._defect(name) for name in dict.fromkeys(map(self._called, names))]

    def _called(self, name: str) -> str:
        """Return the name that a defect has now."""
        found, passed = self._site.now.defect(name), {name}
        while found is not None and found.merged_into and found.merged_into not in passed:
            name = found.merged_into
            passed.add(name)
            found = self._site.now.defect(name)
        return name

    def _defect(self, name: str) -> Mapping[str, object]:
        """Return a defect as it stands; of one that the ledger does not know its name alone, and no number."""
        found = self._site.now.defect(name)
        if found is None:
            return {"defect": name, "newest": None, "pictures": []}
        newest = max((entry.number for entry in self._site.entries(name)), default=None)
        return {**as_told(DEFECT, found), "newest": newest, "pictures": self._site.pictures(name)}
