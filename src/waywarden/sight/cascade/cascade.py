"""An object detector that looks only when it is worth it.

::

    every frame      sampler: does anything move where it matters?      some tens of microseconds
    it moves         the network looks, as often as the street's speed asks for
    nothing moves    a heartbeat look, so that who stands is not forgotten; a rare one where nobody stands

It keeps the ports: ``detect`` is a look, and ``due`` says whether a frame is worth one. Time goes on in between:
``watch`` tells of it with ``Unlooked``. A look is at the whole picture: looks at the part around the gates cost less
each, and lost those whom the part's edge cuts.

In the spans of an audit every frame is looked at as well, beside the looks that are due and without a bearing on them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from waywarden.sight.cascade.pace import Pace
from waywarden.sight.cascade.plan import AuditPlan
from waywarden.sight.cascade.sampler import POINTS_ACROSS, Sampler
from waywarden.sight.cascade.unnamed import with_unnamed
from waywarden.sight.cascade.waking import calls_for_a_look, grid_px
from waywarden.sight.frame import Frame
from waywarden.sight.ports import ObjectDetector, Seen
from waywarden.terms.places import Camera

HEARTBEAT_S = 2.0
"""Who stands at a red light is looked at so often; the tracker waits six seconds for one who stands."""
EMPTY_S = 10.0
"""Where the last look saw nobody and nothing moved since, nobody stands. Whom the sampler missed is seen by then."""
LINGER = timedelta(seconds=0.5)
"""Looks go on for so long after the last movement: it may be one who hesitates on the gate."""
NAME = "cascade-4"


class Cascade:
    """An ``ObjectDetector`` and a ``Sparing`` one, of one camera.

    Parameters
    ----------
    network : ObjectDetector
    camera : Camera
        Its gates and movements say where movement matters.
    plan : AuditPlan, optional
        Which spans are audited; without it none is.
    """

    def __init__(self, network: ObjectDetector, camera: Camera, plan: AuditPlan | None = None) -> None:
        self._network = network
        self._plan = plan
        self._named: tuple[Frame, Seen] | None = None
        self._camera = camera
        self._pace = Pace()
        self._size: tuple[int, int] | None = None
        self._sampler: Sampler
        self._step_px = 0
        self._looked: datetime | None = None
        self._awake_until: datetime | None = None
        self._empty = False

    @property
    def name(self) -> str:
        """Both names, as stored in ``TrafficInterval.method``."""
        return f"{self._network.name}+{NAME}"

    def due(self, frame: Frame) -> bool:
        """Sample ``frame`` and return whether to look at it. After a gap the answer is always yes."""
        self._fit(frame)
        awake = self._awake_until is not None and frame.at <= self._awake_until
        if self._sampler.moves(frame):
            if not awake:
                self._pace.wake()
            awake, self._awake_until = True, frame.at + LINGER
        self._empty = self._empty and not self._sampler.stirs
        if self._looked is None or frame.watched_s == 0 or frame.at < self._looked:
            return True
        interval_s = self._pace.interval_s if awake else EMPTY_S if self._empty else HEARTBEAT_S
        return (frame.at - self._looked).total_seconds() >= interval_s - frame.watched_s / 2

    def detect(self, frame: Frame) -> Seen:
        """Look at ``frame``: return who is in it."""
        self._fit(frame)
        seen = self._see(frame)
        self._named = None
        self._looked = frame.at
        self._empty = not len(seen[0])
        self._pace.take(frame.at, seen[0], seen[1])
        if self._pace.moving:
            self._awake_until = frame.at + LINGER
        return seen

    def audited(self, frame: Frame) -> bool:
        """Return whether ``frame`` lies in a span that is audited."""
        return self._plan is not None and self._plan.holds(frame.at)

    def audit(self, frame: Frame) -> Seen:
        """Look at a frame of which ``due`` was asked, whether it was or not; no look that is due depends on it."""
        seen = self._see(frame)
        self._named = frame, seen
        return seen

    def look_more(self) -> None:
        """Look more often from now on: the audit found that looks were too few."""
        self._pace.quicken()

    def look_less(self) -> None:
        """Look a little less often, but no less than at first: the audit found nothing wrong."""
        self._pace.slacken()

    def _see(self, frame: Frame) -> Seen:
        """Return who is on ``frame``; of a frame that was just audited it is known already."""
        if self._named is not None and self._named[0] is frame:
            return self._named[1]
        named = self._network.detect(frame)
        return with_unnamed(named, self._sampler.stands_out(), self._sampler.moved, self._step_px)

    def _fit(self, frame: Frame) -> None:
        """Begin anew when the picture's size changes."""
        size = (frame.width, frame.height)
        if size == self._size:
            return
        self._size = size
        self._step_px = max(2, round(frame.width / POINTS_ACROSS))
        points = grid_px(size, self._step_px)
        self._sampler = Sampler(self._step_px, calls_for_a_look(self._camera, points, size))
