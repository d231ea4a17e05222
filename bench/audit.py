"""What the random audit costs, and whether the error that it finds is the one there is: ``python bench/audit.py``.

Streets from 11 on, whose truth is known and on which nothing was tuned. Each is counted sparingly twice: alone, and
with every second audited. The audit's error is against the network on every frame; beside it stand the errors of both
against the truth. What auditing a second costs, times the 1.5 % that are audited, is what the audit adds.
"""

from __future__ import annotations

import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from cost_clips import Clip, Recorded, street_clip
from cost_ours import cpu_s, first_frame

from waywarden.sight.cascade.cascade import Cascade
from waywarden.sight.cascade.plan import SLOT, SPAN, AuditPlan
from waywarden.sight.networks.network import NetworkObjectDetector
from waywarden.sight.sources.opening import open_source
from waywarden.sight.watch import watch
from waywarden.terms.kinds import ALL_CLASSES, KINDS
from waywarden.terms.records import Checker, IntervalCheck
from waywarden.terms.transient import Crossing, Detections, FullLook
from waywarden.traffic.audit.audit import Audit, DayChecks
from waywarden.traffic.audit.error import total
from waywarden.traffic.finder import CrossingFinder

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = ROOT / "src/waywarden/sight/networks/street-2.xml"
CACHE = Path.home() / ".cache/waywarden-bench"
SMALL = Recorded((640, 360), 25.0, 512, 30.0)
EVER = AuditPlan("bench", slot=timedelta(days=40000), span=timedelta(days=40000))


def counted(
    clip: Clip, network: NetworkObjectDetector, plan: AuditPlan | None
) -> tuple[float, Counter, list[IntervalCheck]]:
    """Return processor seconds, what crossed each gate each way, and what the audit found."""
    camera = clip.camera
    finder = CrossingFinder(camera)
    checks = DayChecks(
        camera, ZoneInfo("UTC"), {kind.value: kind.value for kind in KINDS}, Checker.EVERY_FRAME, "bench"
    )
    audit = Audit(lambda: CrossingFinder(camera), checks)
    counts: Counter = Counter()
    before = cpu_s()
    for item in watch(camera.id, open_source(camera, Path()), Cascade(network, camera, plan)):
        if isinstance(item, FullLook):
            audit.look(item.seen)
        if isinstance(item, Detections):
            found = finder.update(item)
            audit.counted(found, finder.said_until)
            counts.update((one.gate_id, one.direction.value) for one in found if isinstance(one, Crossing))
    found = finder.finish()
    audit.counted(found, finder.said_until)
    audit.close()
    counts.update((one.gate_id, one.direction.value) for one in found if isinstance(one, Crossing))
    return cpu_s() - before, counts, checks.records()


def main() -> None:
    """Print a line for each street, and the sums."""
    seeds = [int(word) for word in sys.argv[1:]] or [11, 12]
    everything: list[IntervalCheck] = []
    for seed in seeds:
        clip = street_clip(seed, "day", SMALL, CACHE)
        network = NetworkObjectDetector(WEIGHTS, sparing=True)
        network.detect(first_frame(clip.camera))  # compiles it
        alone_s, counts, _ = counted(clip, network, None)
        audited_s, beside, checks = counted(clip, network, EVER)
        whole = [one for one in checks if one.vehicle_class == ALL_CLASSES]
        everything += whole
        more = (audited_s / alone_s - 1) * (SPAN / SLOT)
        print(
            f"street {seed}: truth {sum(high for _, high in clip.truth.values())}, sparing {sum(counts.values())} "
            f"({clip.errors(counts)} errors), the same with the audit beside it: {counts == beside}; audit "
            f"{sum(one.agreed for one in whole)} agreed, {sum(one.missed for one in whole)} missed, "
            f"{sum(one.extra for one in whole)} extra: {total(whole)}; CPU {alone_s:.1f} s, {audited_s:.1f} s with "
            f"every second audited, so {100 * more:.1f} % more for {100 * (SPAN / SLOT):.1f} % of the time",
            flush=True,
        )
    print("all:", total(everything))


if __name__ == "__main__":
    main()
