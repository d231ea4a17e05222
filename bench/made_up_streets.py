"""Made-up streets counted through the command line, against their exact truth."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from command import waywarden_count

from waywarden.testing.street import MadeUpStreet, made_up_street

CONDITIONS = ("day", "dusk", "night", "rain")


@dataclass(frozen=True, slots=True)
class StreetRow:
    """One clip counted one way: totals over movements, what is missing or too many, and which are out of bounds."""

    seed: int
    condition: str
    method: str
    true: int
    counted: int
    missed: int
    extra: int
    off: tuple[tuple[str, int, int], ...]

    @property
    def error(self) -> float:
        """Sum of the absolute errors of all movements, as a share of the truth."""
        return (self.missed + self.extra) / max(1, self.true)


def count_streets(seeds: Sequence[int], conditions: Sequence[str], cache: Path, folder: Path) -> Iterator[StreetRow]:
    """Yield one row for each seed, condition and method."""
    cache.mkdir(parents=True, exist_ok=True)
    methods = {"motion": ["--detector", "motion"], "street-2": ["--detector", "street"]}
    for seed in seeds:
        for condition in conditions:
            street = made_up_street(seed, condition=condition)
            clip = clip_of(street, cache)
            city = folder / f"street-{seed}-{condition}.toml"
            city.write_text(street.city_toml(str(clip.resolve())))
            true = Counter(movement.movement_id for movement in street.truth.movements)
            for method, options in methods.items():
                row = _row(seed, condition, method, true, _counts(city, options))
                print(f"  {seed} {condition} {method}: {row.counted} of {row.true}, off {row.off}", flush=True)
                yield row


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


def _counts(city: Path, options: Sequence[str]) -> Counter[str]:
    counted = waywarden_count(city, *options)
    if counted.code:
        raise RuntimeError(counted.notes)
    return Counter(counted.table("movement"))


def _row(seed: int, condition: str, method: str, true: Counter[str], got: Counter[str]) -> StreetRow:
    off = tuple(
        (name, got[name], true[name])
        for name in sorted(true | got)
        if abs(got[name] - true[name]) > max(1, 0.03 * true[name])
    )
    missed, extra = (true - got).total(), (got - true).total()
    return StreetRow(seed, condition, method, true.total(), got.total(), missed, extra, off)
