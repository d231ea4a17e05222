"""Made-up streets counted through the command line, against their exact truth."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

from command import waywarden_count

from waywarden.testing.street import MadeUpStreet, made_up_street
from waywarden.testing.truth import passage_of

CONDITIONS = ("day", "dusk", "night", "rain")
METHODS = {"motion": ("--detector", "motion"), "street-2": ("--detector", "street")}


@dataclass(frozen=True, slots=True)
class StreetRow:
    """One clip counted one way, over movements: those seen, and those that were inferred and are counted apart.

    ``missed`` are neither seen nor inferred, ``extra`` are too many of both together. ``off`` are the movements out of
    bounds: name, seen, inferred, true.
    """

    seed: int
    condition: str
    method: str
    true: int
    seen: int
    inferred: int
    missed: int
    extra: int
    off: tuple[tuple[str, int, int, int], ...]

    @property
    def error(self) -> float:
        """Sum of the absolute errors of all movements, as a share of the truth."""
        return (self.missed + self.extra) / max(1, self.true)


def count_streets(seeds: Sequence[int], conditions: Sequence[str], cache: Path, folder: Path) -> Iterator[StreetRow]:
    """Yield one row for each seed, condition and method; as many clips at a time as there are cores."""
    cache.mkdir(parents=True, exist_ok=True)
    clips = [(seed, condition) for seed in seeds for condition in conditions]
    with ProcessPoolExecutor() as pool:
        for rows in pool.map(_counted, *zip(*clips, strict=True), repeat(cache), repeat(folder)):
            yield from rows


def _counted(seed: int, condition: str, cache: Path, folder: Path) -> list[StreetRow]:
    """Return the rows of one clip, one for each method."""
    street = made_up_street(seed, condition=condition)
    clip = clip_of(street, cache)
    true = Counter(movement.movement_id for movement in street.truth.movements)
    rows = []
    for method, options in METHODS.items():
        city = folder / f"street-{seed}-{condition}-{method}.toml"
        city.write_text(street.city_toml(str(clip.resolve())))
        seen, inferred = _counts(city, options)
        told = _told(true, seen, inferred, _at_the_edges(street))
        row = StreetRow(seed, condition, method, true.total(), seen.total(), inferred.total(), *told)
        print(f"  {seed} {condition} {method}: {seen.total()} of {row.true}, off {row.off}", flush=True)
        rows.append(row)
    return rows


def clip_of(street: MadeUpStreet, cache: Path) -> Path:
    """Return the clip, drawn if the cache does not have it as the code of today draws it: three frames tell."""
    some = (0, street.frame_count // 2, street.frame_count - 1)
    drawn = hashlib.sha256(b"".join(street.frame(number).tobytes() for number in some)).hexdigest()[:8]
    clip = cache / f"street-{street.scene.seed}-{street.scene.condition}-{drawn}.mp4"
    if not clip.exists():
        half = clip.with_suffix(f".{os.getpid()}.mp4")
        street.write(half)
        half.rename(clip)
    return clip


def _at_the_edges(street: MadeUpStreet) -> Counter[str]:
    """Return by movement who came in before the first frame or left after the last: whether they count is nobody's."""
    last_s = (street.frame_count - 1) / street.scene.rate_hz
    found: Counter[str] = Counter()
    for path, entered_s, left_s in filter(None, map(passage_of, street.trips)):
        found[path.movement_id] += entered_s < 0 <= left_s or entered_s <= last_s < left_s
    return +found


def _counts(city: Path, options: Sequence[str]) -> tuple[Counter[str], Counter[str]]:
    """Return by movement how many were seen, as the rows say, and how many more inferred, as the store says."""
    kept = city.with_suffix(".sqlite")
    kept.unlink(missing_ok=True)
    counted = waywarden_count(city, *options, "--store", str(kept))
    if counted.code:
        raise RuntimeError(counted.notes)
    with closing(sqlite3.connect(kept)) as store:
        inferred = store.execute(
            "SELECT movement_id, sum(inferred) FROM traffic_interval"
            " WHERE movement_id IS NOT NULL AND vehicle_class = 'all' GROUP BY movement_id"
        ).fetchall()
    return Counter(counted.table("movement")), Counter(dict(inferred))


def _told(
    true: Counter[str], seen: Counter[str], inferred: Counter[str], edges: Counter[str]
) -> tuple[int, int, tuple[tuple[str, int, int, int], ...]]:
    """Return how many are missed, how many too many, and the movements out of bounds."""
    found, allowed = seen + inferred, true + edges
    off = tuple(
        (name, seen[name], inferred[name], true[name])
        for name in sorted(allowed | found)
        if max(true[name] - found[name], found[name] - allowed[name]) > max(1, 0.03 * true[name])
    )
    return (true - found).total(), (found - allowed).total(), off
