"""The clips that cost is measured on, each with its camera and how many crossed which gate which way."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from places import camera_toml, city_toml, dresden_toml, tfl_cases

from waywarden.geo.plane import side_of
from waywarden.run.city.config import read_city
from waywarden.terms.places import Camera, Gate
from waywarden.terms.records import Direction
from waywarden.testing.street import MadeUpStreet, made_up_street

SHARED = Path(os.environ.get("WAYWARDEN_SHARED", Path(__file__).resolve().parents[2] / "shared"))
TFL_DOWN_UP = {"06514": ((6, 6), (0, 0)), "03601": ((6, 7), (3, 3)), "03604": ((9, 11), (2, 2))}
START = "2026-06-01T07:00:00Z"
TUNED_SEEDS = frozenset({1, 2, 3, 4, 5})
Spans = Mapping[tuple[str, str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip. ``truth``: (gate, direction) to the least and the most that people, or the made-up truth, counted.

    ``tuned`` says that the cascade's constants were chosen on it, so that its accuracy proves little. ``real`` tells a
    camera's clip from a made-up one.
    """

    name: str
    camera: Camera
    truth: Spans
    real: bool
    tuned: bool
    condition: str = "day"

    def accuracies(self, counts: Mapping[tuple[str, str], int]) -> list[float]:
        """Return 1 - |error| / truth of each gate that somebody crossed, both directions' errors added up."""
        gates = sorted({gate for gate, _ in self.truth})
        shares = []
        for gate in gates:
            true = sum(high for (name, _), (_, high) in self.truth.items() if name == gate)
            if true:
                shares.append(max(0.0, 1 - self.errors(counts, gate) / true))
        return shares

    def errors(self, counts: Mapping[tuple[str, str], int], gate: str | None = None) -> int:
        """Return how many crossings are missing or too many, over all gates or over one."""
        total = 0
        for key in {*self.truth, *counts}:
            if gate is not None and key[0] != gate:
                continue
            low, high = self.truth.get(key, (0, 0))
            total += max(0, low - counts.get(key, 0), counts.get(key, 0) - high)
        return total


def tfl_clips() -> Iterator[Clip]:
    """Yield three London clips of 352x288; the gate looks from left to right, so down is forward."""
    for name, clip, start, gate in tfl_cases(SHARED / "data/tfl"):
        camera = _camera(
            city_toml("London", "Europe/London", [camera_toml(f"tfl-{name}", [clip], start, [("line", *gate)])])
        )
        down, up = TFL_DOWN_UP[name]
        truth = {("line", Direction.FORWARD.value): down, ("line", Direction.BACKWARD.value): up}
        yield Clip(f"tfl {name}", camera, truth, real=True, tuned=True)


def dresden_clip() -> Clip:
    """Return a junction of 800x600 whose road users a person clicked where they crossed its gates."""
    camera = _camera(dresden_toml(SHARED / "data/dresden"))
    gates = {gate.id: gate for gate in camera.gates}
    counts: Counter[tuple[str, str]] = Counter()
    for user in json.loads((SHARED / "data/dresden/gt_summary.json").read_text())["road_users"]:
        counts[user["from"], _into(gates[user["from"]], camera.gates)] += 1
        counts[user["to"], _out_of(gates[user["to"]], camera.gates)] += 1
    return Clip("dresden", camera, _exact(counts), real=True, tuned=True)


def intel_clip() -> Clip:
    """Return four cars from above in 768x432, two each way."""
    clip = SHARED / "data/intel/car-detection.mp4"
    text = city_toml("From above", "UTC", [camera_toml("intel", [clip], START, [("line", (0, 216), (768, 216))])])
    truth = {("line", way.value): (2, 2) for way in Direction}
    return Clip("intel", _camera(text), truth, real=True, tuned=True)


@dataclass(frozen=True, slots=True)
class Recorded:
    """How a made-up street is recorded: width and height, frames a second, bit rate, length."""

    size: tuple[int, int]
    rate_hz: float
    kbps: int
    seconds: float

    def street(self, seed: int, condition: str = "day") -> MadeUpStreet:
        """Return the street of that seed, so recorded."""
        return made_up_street(
            seed, seconds=self.seconds, size=self.size, rate_hz=self.rate_hz, condition=condition, kbps=self.kbps
        )

    @property
    def shown(self) -> str:
        """Width and height, for a name."""
        return f"{self.size[0]}x{self.size[1]}"


def street_clip(seed: int, condition: str, recorded: Recorded, cache: Path) -> Clip:
    """Return a made-up junction, drawn into ``cache`` if it is not there as the code of today draws it."""
    street = recorded.street(seed, condition)
    counts = Counter((crossing.gate_id, crossing.direction.value) for crossing in street.truth.crossings)
    camera = street.camera(str(_drawn(street, cache).resolve()))
    name = f"street {seed} {condition} {recorded.shown}"
    return Clip(name, camera, _exact(counts), real=False, tuned=seed in TUNED_SEEDS, condition=condition)


def empty_clip(recorded: Recorded, cache: Path) -> Clip:
    """Return a made-up junction that nobody comes to."""
    street = recorded.street(11)
    street._stage._trips = ()  # noqa: SLF001 - a street without traffic is of no use to anybody else
    camera = street.camera(str(_drawn(street, cache).resolve()))
    return Clip(f"empty {recorded.shown}", camera, {}, real=False, tuned=False)


def _drawn(street: MadeUpStreet, cache: Path) -> Path:
    some = (0, street.frame_count // 2, street.frame_count - 1)
    drawn = hashlib.sha256(b"".join(street.frame(number).tobytes() for number in some)).hexdigest()[:8]
    scene = street.scene
    size = f"{scene.size[0]}x{scene.size[1]}-{scene.rate_hz:g}hz-{scene.seconds:g}s-{scene.kbps}k"
    clip = cache / f"street-{scene.seed}-{scene.condition}-{size}-{drawn}.mp4"
    if not clip.exists():
        print(f"drawing {clip.name}", file=sys.stderr, flush=True)
        cache.mkdir(parents=True, exist_ok=True)
        half = clip.with_suffix(f".{os.getpid()}.mp4")
        street.write(half)
        half.rename(clip)
    return clip


def _camera(text: str) -> Camera:
    with tempfile.TemporaryDirectory() as folder:
        city = Path(folder) / "city.toml"
        city.write_text(text)
        return read_city(city).cameras[0]


def _exact(counts: Mapping[tuple[str, str], int]) -> Spans:
    return {key: (n, n) for key, n in counts.items()}


def _into(gate: Gate, gates: Sequence[Gate]) -> str:
    """Return which direction of ``gate`` leads to the middle of all gates."""
    ends = [end for each in gates for end in (each.from_px, each.to_px)]
    middle = (sum(x for x, _ in ends) / len(ends), sum(y for _, y in ends) / len(ends))
    inwards = side_of(gate.from_px, gate.to_px, middle) > 0
    return (Direction.FORWARD if inwards else Direction.BACKWARD).value


def _out_of(gate: Gate, gates: Sequence[Gate]) -> str:
    inwards = _into(gate, gates)
    return (Direction.BACKWARD if inwards == Direction.FORWARD.value else Direction.FORWARD).value
