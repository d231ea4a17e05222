"""What counting costs, beside decoding alone and beside what people build today, and how right each is.

``python bench/cost.py [--repeats 3] [--weights FILE] [--quick] [--write]``; ``make bench`` runs it.

Five ways over each clip, each in a process of its own, one after the other, again and again, so that a busy machine
is as unfair to all of them; the median counts. Processor time, user and system, never the clock on the wall.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle  # noqa: TID251 - the job goes to our own program
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cost_clips import Clip, Recorded, dresden_clip, empty_clip, intel_clip, street_clip, tfl_clips
from rich.console import Console
from rich.table import Table

from waywarden.run.weighing.weights import own

BENCH = Path(__file__).resolve().parent
PEER = BENCH.parent / ".build/peer-venv/bin/python"
RATCHET = BENCH / "ratchet.json"
WAYS = ("decode", "ours", "every", "peer", "peer_int8")
ONCE = frozenset({"every", "peer_int8"})
"""Beside the goals, so once will do."""
NOISE = 0.2
"""Ratios of medians move by this much between two runs on a busy machine of two cores."""


@dataclass(slots=True)
class Measured:
    """One clip: for each way the processor milliseconds of a frame, its counts, and the peak of its memory."""

    clip: Clip
    cpu_ms: dict[str, list[float]] = field(default_factory=dict)
    counts: dict[str, dict[tuple[str, str], int]] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)
    looks_share: float = 0.0

    def ms(self, way: str) -> float:
        """Return the median; not a number where that way was not taken."""
        return statistics.median(self.cpu_ms[way]) if way in self.cpu_ms else float("nan")

    def errors(self, way: str) -> int | None:
        """Return how many crossings are missing or too many."""
        return self.clip.errors(self.counts[way]) if way in self.counts else None


def run(way: str, clip: Clip, weights: Path) -> dict[str, Any]:
    """Take one way over one clip in a process of its own."""
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", PYTHONPATH=str(BENCH))
    if way.startswith("peer"):
        gates = [[gate.id, gate.from_px, gate.to_px] for gate in clip.camera.gates]
        told = {"sources": clip.camera.sources, "weights": str(weights), "gates": gates, "int8": way != "peer"}
        job = json.dumps(told).encode()
        line = [str(PEER), str(BENCH / "peer/count.py")]
    else:
        job = pickle.dumps((way, clip.camera, weights))
        line = [sys.executable, str(BENCH / "cost_ours.py")]
    done = subprocess.run(line, input=job, capture_output=True, env=environment, check=False)
    if done.returncode:
        raise RuntimeError(f"{way} over {clip.name} failed: {done.stderr.decode()[-800:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def measure(clips: Sequence[Clip], weights: Path, repeats: int, ways: Sequence[str]) -> list[Measured]:
    """Take every way over every clip, interleaved, ``repeats`` times."""
    measured = [Measured(clip) for clip in clips]
    for repeat in range(repeats):
        for one in measured:
            for way in ways:
                if repeat and way in ONCE:
                    continue
                answer = run(way, one.clip, weights)
                one.cpu_ms.setdefault(way, []).append(answer["cpu_ms"])
                one.peak_mb[way] = max(one.peak_mb.get(way, 0.0), answer["peak_mb"])
                if way != "decode":
                    one.counts[way] = {(gate, direction): n for gate, direction, n in answer["counts"]}
                if way == "ours":
                    one.looks_share = answer["looks"] / answer["frames"]
                print(f"  {repeat + 1}/{repeats} {one.clip.name} {way}: {answer['cpu_ms']:.2f} ms", file=sys.stderr)
    return measured


def clips_of(cache: Path, only: str, *, quick: bool) -> Iterator[Clip]:
    """Yield what is measured. Tuned on: the TfL, Dresden and Intel clips. Kept back: all else.

    Made-up streets are drawn where they are not there yet, which takes minutes, so what was not asked for is not made.
    """
    yield from (clip for clip in tfl_clips() if only in clip.name)
    if quick:
        return
    makers: dict[str, Callable[[], Clip]] = {
        "dresden": dresden_clip,
        "intel": intel_clip,
        "street 11 day 640x360": lambda: street_clip(11, "day", Recorded((640, 360), 25.0, 512, 60.0), cache),
        "street 11 day 1920x1080": lambda: street_clip(11, "day", Recorded((1920, 1080), 25.0, 4000, 40.0), cache),
        "empty 640x360": lambda: empty_clip(Recorded((640, 360), 25.0, 512, 30.0), cache),
    }
    yield from (make() for name, make in makers.items() if only in name)


def ratios(one: Measured) -> dict[str, float]:
    """Return what the ratchet holds of a clip: two ratios, and the errors."""
    held = {"over_decode": round(one.ms("ours") / one.ms("decode"), 3), "errors": float(one.errors("ours") or 0)}
    if "peer" in one.cpu_ms:
        held["of_peer"] = round(one.ms("ours") / one.ms("peer"), 4)
    return held


def slipped(now: Mapping[str, Mapping[str, float]], before: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return a line for each figure that is worse than the committed one by more than the noise."""
    worse = []
    for name, held in before.items():
        for key, was in held.items():
            got = now.get(name, {}).get(key)
            allowed = was if key == "errors" else was * (1 + NOISE)
            if got is not None and got > allowed:
                worse.append(f"{name}: {key} was {was:g}, is {got:g}")
    return worse


def shown(measured: Sequence[Measured]) -> Table:
    """Return the table."""
    head = ["clip", *WAYS, "ours/decode", "ours/peer", "ours/int8", "looks", "errors " + "/".join(WAYS[1:4]), "of"]
    head.append("peak MB ours/peer")
    table = Table(*head, title="Processor ms a frame, medians")
    for one in measured:
        true = sum(high for _, high in one.clip.truth.values())
        errors = "/".join("-" if one.errors(way) is None else str(one.errors(way)) for way in WAYS[1:4])
        table.add_row(
            one.clip.name + (" (tuned on)" if one.clip.tuned else ""),
            *(f"{one.ms(way):.2f}" for way in WAYS),
            f"{one.ms('ours') / one.ms('decode'):.2f}",
            f"1/{one.ms('peer') / one.ms('ours'):.1f}",
            f"1/{one.ms('peer_int8') / one.ms('ours'):.1f}",
            f"{one.looks_share:.0%}",
            errors,
            str(true),
            f"{one.peak_mb.get('ours', 0):.0f}/{one.peak_mb.get('peer', 0):.0f}",
        )
    return table


def summary(measured: Sequence[Measured]) -> list[str]:
    """Return accuracies: mean over gates that somebody crossed, of the real clips, and of those kept back."""
    lines = []
    for way in ("ours", "every", "peer"):
        some = [one for one in measured if way in one.counts]
        real = [share for one in some if one.clip.real for share in one.clip.accuracies(one.counts[way])]
        kept = [share for one in some if one.clip.real and not one.clip.tuned
                for share in one.clip.accuracies(one.counts[way])]  # fmt: skip
        made_up = [share for one in some if not one.clip.real for share in one.clip.accuracies(one.counts[way])]
        groups = (("real", real), ("real and kept back", kept), ("made up", made_up))
        said = [f"{name} {statistics.mean(shares):.3f} ({len(shares)} gates)" for name, shares in groups if shares]
        lines.append(f"accuracy, {way}: " + ", ".join(said))
    return lines


def main() -> int:
    """Measure, print, compare with the ratchet; 1 if anything slipped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--weights", type=Path, default=own())
    parser.add_argument("--quick", action="store_true", help="the TfL clips alone")
    parser.add_argument("--only", default="", help="clips whose name holds this")
    parser.add_argument("--without", default="", help="ways to leave out, with commas between")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/waywarden-bench")
    parser.add_argument("--write", action="store_true", help="write bench/ratchet.json")
    asked = parser.parse_args()
    console = Console(width=150)
    clips = list(clips_of(asked.cache, asked.only, quick=asked.quick))
    ways = [way for way in WAYS if way not in asked.without.split(",") and (way[:4] != "peer" or PEER.exists())]
    measured = measure(clips, asked.weights, asked.repeats, ways)
    console.print(shown(measured))
    for line in summary(measured):
        console.print(line)
    now = {f"{one.clip.name}, {asked.weights.stem}": ratios(one) for one in measured}
    before = json.loads(RATCHET.read_text()) if RATCHET.exists() else {}
    worse = slipped(now, before)
    for line in worse:
        console.print(f"[red]slipped:[/] {line}")
    if asked.write:
        RATCHET.write_text(json.dumps(before | now, indent=1, sort_keys=True) + "\n")
    return 1 if worse else 0


if __name__ == "__main__":
    raise SystemExit(main())
