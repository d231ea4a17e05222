"""The traffic half's main path: detections of one camera in, crossings and passages out. Road users end here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from waywarden.geo.homography import Homography
from waywarden.geo.plane import inside
from waywarden.terms.kinds import Kind
from waywarden.terms.places import Camera, Gate
from waywarden.terms.transient import Crossing, Detections, Passage
from waywarden.traffic.association import alike
from waywarden.traffic.boxes import Box, Followed, ground_px, size_px
from waywarden.traffic.crossings import GateWatch, Step, Through
from waywarden.traffic.joining import End, LooseEnds, Vector, goes_on
from waywarden.traffic.speed import speed_at, speed_between
from waywarden.traffic.track import SURE_HITS, Track
from waywarden.traffic.tracker import Tracker

SETTLE = timedelta(seconds=0.5)
"""A crossing waits this long before it is said, so that speed and class know both sides of the gate."""
SAY_WITHIN = timedelta(seconds=2)
"""Crossings are said at most this long after the fact; one found later (a bumper over the line, then a red light)
is dated by then, so that an interval once closed stays closed."""
AFTER_START = timedelta(seconds=0.5)
"""What is in the picture when watching begins was not born there."""
EDGE_PX = 2.0
SET_OFF_S = 0.6
"""How one goes that came into view is taken so long after: over less, boxes tell no velocity."""
UNSEEN = timedelta(seconds=4)
"""One that was lost on its way out went out if so long after nothing was seen of it that says otherwise."""
SAME_PLACE = 1.5
"""Two crossings of one gate this many sizes apart within ``SAY_WITHIN`` may be the two halves of a broken track."""
CREEPS_SIZES = 0.1
"""Four times as far as boxes that jitter by a tenth of their size seem to go. A bus of the TfL clips is as slow."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Due:
    """What is to be said: over a gate, or, with an ``entry``, out of the movement ``name``."""

    through: Through
    name: str
    entry: Through | None = None
    inferred: bool = False


@dataclass(slots=True)
class _Way:
    """What is known of one track besides its boxes. ``first`` is where it came into view, None once that is settled.

    ``there`` says that it was in the picture when watching began, ``came`` that it passed a gate; ``begun`` is where it
    came into view, and ``set_off_px`` (px/s) how it went from there.
    """

    track: Track
    watches: tuple[GateWatch, ...]
    begun: Step
    first: Step | None
    there: bool
    came: bool = False
    set_off_px: Vector | None = None
    steps: list[Step] = field(default_factory=list)
    entries: list[Through] = field(default_factory=list)
    waiting: list[_Due] = field(default_factory=list)


class CrossingFinder:
    """Finds crossings and passages in the detections of one camera.

    Parameters
    ----------
    camera : Camera
        Its gates, movements and zones.
    homography : Homography, optional
        Picture to metres; without it nothing has a speed.
    picture_px : (width, height), optional
        With it, boxes that the picture's edge cuts are not trusted for speed.
    """

    def __init__(
        self, camera: Camera, homography: Homography | None = None, picture_px: tuple[int, int] | None = None
    ) -> None:
        self._picture_px = picture_px
        self._gates: tuple[Gate, ...] = camera.gates
        self._movements = {(m.from_gate, m.to_gate): m.id for m in camera.movements}
        self._blind = tuple(zone.polygon_px for zone in camera.zones if zone.use == "ignore")
        self._parking = tuple(zone.polygon_px for zone in camera.zones if zone.use == "parking")
        self._loose = LooseEnds(camera)
        self._homography = homography
        self._tracker = Tracker()
        self._ways: dict[int, _Way] = {}
        self._said_until = LONG_AGO
        self._begun: datetime | None = None
        self._lost: list[tuple[_Way, Through]] = []
        self._recent: list[tuple[Through, Track]] = []

    def update(self, detections: Detections) -> list[Crossing | Passage]:
        """Take one frame; return what is now sure. Nothing is dated before :meth:`said_until` of the call before."""
        detections = self._without_blind(detections)
        now = detections.at
        if detections.watched_s == 0 or self._begun is None:
            self._begun = now
        for track in self._tracker.update(detections):
            self._step(self._ways.get(id(track)) or self._new_way(track))
        self._recent = [each for each in self._recent if now - each[0].at <= SAY_WITHIN + UNSEEN]
        gone = [key for key, way in self._ways.items() if way.track not in self._tracker]
        found = [item for key in gone for item in self._end(self._ways.pop(key))]
        found += [item for way in self._ways.values() for item in self._say(way, now)]
        found += self._hidden_out(now)
        self._said_until = now - SAY_WITHIN
        return found

    def finish(self) -> list[Crossing | Passage]:
        """Return what was still waited for; the stream is over."""
        ways, self._ways, self._tracker = list(self._ways.values()), {}, Tracker()
        found = [item for way in ways for item in self._end(way, lost=False)]
        return found + self._hidden_out(self._said_until + SAY_WITHIN, timedelta())

    @property
    def said_until(self) -> datetime:
        """Nothing that :meth:`update` returns from now on is dated before this time."""
        return self._said_until

    def _new_way(self, track: Track) -> _Way:
        there = self._begun is None or track.begun - self._begun < AFTER_START
        step = self._step_at(track.begun, track.first)
        first = None if self._parks(step) else step
        way = _Way(track, tuple(GateWatch(gate) for gate in self._gates), step, first, there)
        for watch in way.watches:
            watch.step(step)
        self._ways[id(track)] = way
        return way

    def _settle_birth(self, way: _Way, step: Step) -> None:
        """See whether it came into view straight out of a gate, unless another track's end explains it."""
        if way.first is None or not way.track.believable:
            return
        for watch in way.watches:
            through = watch.born(way.first, step, there=way.there)
            if through is not None:
                way.first = None
                if not self._explained(through, way):
                    self._note(way, through)
                return
        across = any(watch.across(way.first) for watch in way.watches)
        if step.at - way.first.at > SAY_WITHIN and not across:
            way.first = None

    def _step(self, way: _Way) -> None:
        step = self._step_at(way.track.at, way.track.box)
        self._settle_birth(way, step)
        if way.set_off_px is None and (step.at - way.begun.at).total_seconds() >= SET_OFF_S:
            way.set_off_px = way.track.velocity_px
            self._came_out(way)
        way.steps = [s for s in way.steps if step.at - s.at <= SAY_WITHIN] + [step]
        for watch in way.watches:
            self._note(way, watch.step(step))

    def _step_at(self, at: datetime, box: Box) -> Step:
        (x, y), cut = box[:2], _is_cut(box, self._picture_px)
        return Step(at, ground_px(box), size_px(box), (float(x), float(y)), cut=cut)

    def _parks(self, step: Step) -> bool:
        """Return whether it is where road users come and go within the picture: a car park, a driveway."""
        return any(inside(zone, step.ground_px) for zone in self._parking)

    def _end(self, way: _Way, *, lost: bool = True) -> list[Crossing | Passage]:
        """Return what is left to say of a road user that is gone; one that was driving did pass the gate it was on.

        ``lost`` says that it was waited for and did not come again; else the stream is over.
        """
        last = way.steps[-1]
        if not self._parks(last):
            if not way.track.still or _creeps(way.steps):
                for watch in way.watches:
                    self._note(way, watch.end())
            if lost and not way.track.still and way.track.hits >= SURE_HITS:
                self._gone(way)
            if way.track.believable:
                end = End(last, way.track.velocity_px, way.entries)
                if lost and not way.track.still:
                    self._look_out_for(way, end)
                self._loose.lose(end)
        return self._say(way, None)

    def _look_out_for(self, way: _Way, end: End) -> None:
        """Remember one that was lost on its way out, if it is not another track's first half."""
        out = self._loose.straight(end, inwards=False, on=True)
        seen_in = bool(way.entries) and way.entries[-1].at < end.step.at
        if out is None or not seen_in or way.track.kind == Kind.PEDESTRIAN:
            return
        alike_ways = [other for other in self._ways.values() if other.came and alike(other.track.kind, way.track.kind)]
        if not any(goes_on(end, End(other.begun, other.track.velocity_px, [])) for other in alike_ways):
            self._lost.append((way, out))

    def _hidden_out(self, now: datetime, waited: timedelta = UNSEEN) -> list[Crossing | Passage]:
        """Return the passages of those who were lost on their way out, and not found again since."""
        due = [(way, out) for way, out in self._lost if now - out.at >= waited]
        self._lost = [each for each in self._lost if each not in due]
        went = [way for way, out in due if not self._explained(out, way) and self._moved(way, out, inferred=True)]
        return [item for way in went for item in self._say(way, None)]

    def _came_out(self, way: _Way) -> None:
        """See whether it came into view just after it went out, as one whose way broke off within the junction."""
        if way.came or way.set_off_px is None or not way.track.believable:
            return
        out = self._loose.straight(End(way.begun, way.set_off_px, []), inwards=False, on=False)
        entry = None if out is None or self._explained(out, way) else self._came_in(way, out, guess=False)
        if out is not None and entry is not None:
            way.entries.append(entry)
            self._moved(way, out, inferred=True)

    def _gone(self, way: _Way) -> None:
        """See whether it was lost straight into a gate, unless another track's beginning explains it."""
        vx, vy = way.track.velocity_px.tolist()
        for watch in way.watches:
            through = watch.gone((vx, vy))
            if through is not None and not self._explained(through, way):
                self._note(way, through)

    def _explained(self, through: Through, way: _Way) -> bool:
        """Return whether ``through`` is what another track of the same road user was seen to do.

        Of who was there when watching began, what anybody did beside it explains enough: its own coming is but a guess.
        """
        size = size_px(way.track.box)
        return any(
            _same(through, other, size) and (way.there or alike(way.track.kind, track.kind))
            for other, track in self._recent
        )

    def _note(self, way: _Way, through: Through | None) -> None:
        if through is None:
            return
        if through.beside:
            self._note_beside(way, through)
            return
        self._recent.append((through, way.track))
        way.waiting.append(_Due(through, through.gate_id))
        if not self._moved(way, through, inferred=False) and not way.came:
            entry = self._came_in(way, through)
            if entry is not None:
                way.entries.append(entry)
                self._moved(way, through, inferred=True)
        way.entries.append(through)
        way.came = True

    def _note_beside(self, way: _Way, through: Through) -> None:
        """Take one that passed beside a gate's end for one that passed the gate, as far as its movement goes."""
        leads_in = self._loose.leads_in(through)
        if leads_in is None or way.track.kind == Kind.PEDESTRIAN:
            return
        if leads_in or self._moved(way, through, inferred=True):
            way.entries.append(through)

    def _moved(self, way: _Way, out: Through, *, inferred: bool) -> bool:
        """Say the movement that ends with ``out``, if it came in by a gate of one; return whether it did."""
        among = [entry for entry in way.entries if not entry.beside or not self._loose.leads_in(out)]
        able = [entry for entry in among if (entry.gate_id, out.gate_id) in self._movements]
        entry = min(able, key=lambda each: each.beside, default=None)
        if entry is None:
            return False
        name = self._movements[entry.gate_id, out.gate_id]
        way.waiting.append(_Due(out, name, entry, inferred or entry.beside))
        way.entries.clear()
        return True

    def _came_in(self, way: _Way, out: Through, *, guess: bool = True) -> Through | None:
        """Return by which gate somebody came in whose track began inside the junction, if that can be told.

        Not of those on foot: they cross a junction's arms, and their way through it tells no gate.
        """
        if way.there or way.track.kind == Kind.PEDESTRIAN or self._parks(way.begun):
            return None
        velocity_px = way.set_off_px if way.set_off_px is not None else way.track.velocity_px
        unseen = [
            End(other.steps[-1], other.track.velocity_px, other.entries)
            for other in self._ways.values()
            if other is not way and other.track.believable and other.track.at < way.track.at
        ]
        return self._loose.claim(out, End(way.begun, velocity_px, []), unseen, guess=guess)

    def _say(self, way: _Way, now: datetime | None) -> list[Crossing | Passage]:
        """Return what waited long enough (all of it where ``now`` is None), if the road user is believable."""
        if not way.waiting or not way.track.believable:
            return []
        due = [each for each in way.waiting if now is None or now - each.through.at >= SETTLE]
        way.waiting = [each for each in way.waiting if each not in due]
        return [self._said(way, each) for each in due]

    def _said(self, way: _Way, due: _Due) -> Crossing | Passage:
        through, kind = due.through, way.track.kind
        at = max(through.at, self._said_until)
        if due.entry is None:
            return Crossing(due.name, through.direction, at, kind, speed_at(self._homography, way.steps, through.at))
        return Passage(due.name, at, kind, speed_between(self._homography, due.entry, through), due.inferred)

    def _without_blind(self, detections: Detections) -> Detections:
        if not self._blind:
            return detections
        boxes = detections.xyxy_px
        feet = [(float((left + right) / 2), float(bottom)) for left, _, right, bottom in boxes]
        keep = np.array([not any(inside(zone, foot) for zone in self._blind) for foot in feet], bool)
        xyxy_px, score, kind = boxes[keep], detections.score[keep], detections.kind[keep]
        if isinstance(detections, Followed):
            return replace(detections, xyxy_px=xyxy_px, score=score, kind=kind, given=detections.given[keep])
        return replace(detections, xyxy_px=xyxy_px, score=score, kind=kind)


def _is_cut(box: Box, picture_px: tuple[int, int] | None) -> bool:
    """Return whether a box (centre and size) reaches the picture's edge."""
    if picture_px is None:
        return False
    x, y, width, height = box.tolist()
    inside_x = EDGE_PX < x - width / 2 and x + width / 2 < picture_px[0] - EDGE_PX
    return not (inside_x and EDGE_PX < y - height / 2 and y + height / 2 < picture_px[1] - EDGE_PX)


def _creeps(steps: Sequence[Step]) -> bool:
    """Return whether somebody who seems to stand goes on all the same: jitter goes nowhere in ``SAY_WITHIN``."""
    half = len(steps) // 2
    if half == 0:
        return False
    before, after = (np.mean([step.ground_px for step in part], axis=0) for part in (steps[:half], steps[half:]))
    return float(np.hypot(*(after - before))) >= CREEPS_SIZES * steps[-1].size_px


def _same(through: Through, other: Through, size: float) -> bool:
    """Return whether a crossing may be another one, seen again when its track was broken."""
    apart_px = float(np.hypot(*np.subtract(through.ground_px, other.ground_px)))
    alike = (through.gate_id, through.direction) == (other.gate_id, other.direction)
    return alike and abs(through.at - other.at) <= SAY_WITHIN and apart_px <= SAME_PLACE * size
