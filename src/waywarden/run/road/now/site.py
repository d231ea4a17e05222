"""The road half as ``waywarden serve`` serves it: over the tables of now, brought up to date when they are asked."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

from waywarden.run.road.now.following import bring_up_to_date
from waywarden.run.road.pictures.keeping import pictures_of
from waywarden.store.drives import StretchFilter, open_drives
from waywarden.store.ledger import open_ledger
from waywarden.store.now.asked import open_asked
from waywarden.store.now.kept import open_now
from waywarden.terms.distress import Way
from waywarden.terms.errors import ConfigError
from waywarden.terms.inspections import Inspection
from waywarden.web.accounts.beside import Beside
from waywarden.web.road.document import road_part
from waywarden.web.road.pictures import Pictures, links
from waywarden.web.road.resources import RoadResources, RoadSite
from waywarden.web.road.sheets import Sheets

FILES = {"orders": "plan.json", "policy": "policy.json", "programme": "programme.json"}
"""What ``waywarden orders plan``, ``ledger backlog`` and ``programme`` write ``--for-page``, by the resource's name."""


def with_road(beside: Beside, store_file: Path, shown: Path | None = None) -> Beside:
    """Return ``beside`` with the road half over a store; ConfigError if ``shown`` is no folder."""
    site, pictures = road_site(store_file, shown), Pictures(partial(pictures_of, store_file))
    mine = [*RoadResources(site).routes(), *Sheets(site).routes(), *pictures.routes()]
    return replace(beside, routes=[*beside.routes, *mine], part=beside.part.beside(road_part()))


def road_site(store_file: Path, shown: Path | None = None) -> RoadSite:
    """Return what the road half is served from."""
    if shown is not None and not shown.is_dir():
        raise ConfigError(f"--shown wants a folder, and {shown} is none: make it, and write plans for the page into it")
    fresh = Fresh(store_file)
    fresh()

    def served(name: str) -> str | None:
        path = None if shown is None else shown / FILES[name]
        return path.read_text("utf-8") if path is not None and path.is_file() else None

    for name in FILES:
        _check(shown, name, served(name))
    drives = open_drives(store_file, read_only=True)

    def inspections(street_id: str, way: Way | None, at_m: float | None, limit: int) -> list[Inspection]:
        return drives.inspections(StretchFilter(street_id, way, at_m, at_m), limit=limit)

    entries = open_ledger(store_file, read_only=True).entries

    def pictures(defect: str) -> list[dict[str, str]]:
        return links(defect, pictures_of(store_file, defect))

    return RoadSite(open_asked(store_file), entries, inspections, fresh, pictures, served)


def _check(shown: Path | None, name: str, text: str | None) -> None:
    try:
        json.loads(text or "{}")
    except ValueError as error:
        raise ConfigError(f"{shown}/{FILES[name]} is not JSON ({error}): make it again") from error


class Fresh:
    """Brings the tables of now up to date when called. Whoever comes while that is done waits for it."""

    def __init__(self, store_file: Path) -> None:
        self._file = store_file
        self._now = open_now(store_file)
        self._lock = threading.Lock()

    def __call__(self) -> None:
        """Look whether anything came into the store since, and follow it."""
        made, there = self._now.made(), self._now.there()
        if (made.entries, made.changes) != there:
            with self._lock:
                bring_up_to_date(self._file)
