"""The random audit as a part of the counting job: what counts anew, wired for one camera."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from waywarden.geo.projection import calibrate
from waywarden.run.counting.count import CountJob, SecondCount
from waywarden.terms.places import Camera
from waywarden.terms.records import Checker, IntervalCheck
from waywarden.traffic.audit.audit import Audit, DayChecks
from waywarden.traffic.finder import CrossingFinder


def second_count(job: CountJob, camera: Camera, picture_px: tuple[int, int]) -> SecondCount:
    """Return what counts anew with a tracker like the first."""
    homography = calibrate(camera.calibration) if camera.calibration else None
    checks = DayChecks(camera, ZoneInfo(job.city.time_zone), job.city.class_scheme, Checker.EVERY_FRAME, job.method)
    audit = Audit(lambda: CrossingFinder(camera, homography, picture_px), checks)

    def close() -> list[IntervalCheck]:
        audit.close()
        return checks.records()

    return SecondCount(audit.look, audit.counted, close)
