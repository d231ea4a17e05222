"""The pictures of a defect under ``/api/v1``: redacted crops of the road, as they are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from waywarden.terms.pictures import KeptPicture
from waywarden.web.answers import answer_bytes, answer_json, rfc3339
from waywarden.web.parts.part import API, JPEG
from waywarden.web.problems import UnknownNameError, refuse_parameters

PicturesOf = Callable[[str], Sequence[KeptPicture]]
"""Returns the pictures of a defect, in order of time."""


class Pictures:
    """The pictures of defects, read-only."""

    def __init__(self, pictures_of: PicturesOf) -> None:
        self._pictures_of = pictures_of

    def routes(self) -> list[Route]:
        """Return the routes, in the order of the document."""
        return [
            Route(f"{API}/defects/{{defect}}/pictures", self.listed),
            Route(f"{API}/defects/{{defect}}/pictures/{{number:int}}", self.one),
        ]

    def listed(self, request: Request) -> Response:
        """Answer with where each picture of a defect is, when it was taken, and of what it is."""
        refuse_parameters(request.query_params)
        defect = request.path_params["defect"]
        return answer_json(request, {"defect": defect, "pictures": links(defect, self._pictures_of(defect))})

    def one(self, request: Request) -> Response:
        """Answer with one picture, a JPEG."""
        refuse_parameters(request.query_params)
        defect, number = request.path_params["defect"], request.path_params["number"]
        for each in self._pictures_of(defect):
            if each.number == number:
                return answer_bytes(request, each.jpeg, JPEG)
        raise UnknownNameError(f"there is no picture {number} of the defect {defect}: it may be past its retention")


def links(defect: str, pictures: Sequence[KeptPicture]) -> list[dict[str, str]]:
    """Return the pictures of a defect as its ``pictures`` has them: ``href``, ``at``, ``of``."""
    where = f"{API}/defects/{quote(defect, safe='')}/pictures"
    return [{"href": f"{where}/{each.number}", "at": rfc3339(each.at), "of": each.of.value} for each in pictures]
