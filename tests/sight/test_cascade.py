"""The cascade: a cheap look at every frame, a dear one where and as often as traffic asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import av
import numpy as np
import pytest

from waywarden.run.weighing.weights import own
from waywarden.sight.cascade import pace
from waywarden.sight.cascade.cascade import EMPTY_S, HEARTBEAT_S, LINGER, Cascade
from waywarden.sight.cascade.pace import Pace
from waywarden.sight.cascade.plan import SLOT, SPAN, AuditPlan, plan_of
from waywarden.sight.cascade.sampler import Sampler
from waywarden.sight.cascade.unnamed import moving_boxes, with_unnamed
from waywarden.sight.cascade.waking import calls_for_a_look, grid_px
from waywarden.sight.detectors import sparing_opener
from waywarden.sight.frame import Frame
from waywarden.sight.watch import watch
from waywarden.terms.kinds import Kind, kind_number
from waywarden.terms.places import Camera, Gate, Movement
from waywarden.terms.records import CameraHealth
from waywarden.terms.transient import Detections, FullLook, Unlooked
from waywarden.testing.checks import check_object_detector

START = datetime(2026, 6, 1, 7, tzinfo=UTC)
WIDTH, HEIGHT = 320, 240
GATE = Gate("line", (0.0, 150.0), (320.0, 150.0))
CAMERA = Camera("cam", "Cam", ("clip.mp4",), gates=(GATE,))
NOBODY = (np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int8))


class Blind:
    """A network that sees nobody, and counts its looks."""

    name = "blind"

    def __init__(self) -> None:
        self.looks: list[datetime] = []

    def detect(self, frame: Frame):
        self.looks.append(frame.at)
        return NOBODY


class Sees(Blind):
    """A network that always sees a car at one place."""

    def detect(self, frame: Frame):
        super().detect(frame)
        car = np.array([[100, 100, 140, 130]], np.float32)
        return car, np.ones(1, np.float32), np.array([kind_number(Kind.CAR)], np.int8)


def street(seed: int = 0) -> np.ndarray:
    """A street with some texture, 320x240."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(70, 150, (HEIGHT // 8, WIDTH // 8, 3))
    return np.kron(coarse, np.ones((8, 8, 1), np.int64)).astype(np.uint8)


def frame_of(rgb: np.ndarray, at_s: float, watched_s: float) -> Frame:
    video = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24").reformat(format="yuv420p")
    return Frame(video, START + timedelta(seconds=at_s), watched_s)


def driven(top_px, *, seconds: float, rate_hz: float = 25.0) -> Iterator[Frame]:
    """A street on which a bright car of 40x30 px has its upper edge at ``top_px(s)`` after s seconds; None: no car."""
    empty = street()
    for number in range(round(seconds * rate_hz)):
        rgb, top = empty.copy(), top_px(number / rate_hz)
        if top is not None and 0 <= top < HEIGHT - 1:
            rgb[int(top) : int(top) + 30, 100:140] = 240
        yield frame_of(rgb, number / rate_hz, 1 / rate_hz)


def looked(cascade: Cascade, frames: Iterator[Frame]) -> list[datetime]:
    """The times of the frames that the cascade wants to see, shown to it."""
    times = []
    for frame in frames:
        if cascade.due(frame):
            times.append(frame.at)
            cascade.detect(frame)
    return times


def gaps_s(times: list[datetime]) -> list[float]:
    return [(b - a).total_seconds() for a, b in pairwise(times)]


def test_brightness_is_the_decoders_own_and_not_a_copy() -> None:
    for width, height in ((WIDTH, HEIGHT), (250, 90)):
        video = av.VideoFrame.from_ndarray(street()[:height, :width].copy(), format="rgb24").reformat(format="yuv420p")
        frame = Frame(video, START, 0.04)
        assert frame.brightness().shape == (height, width)
        assert np.shares_memory(frame.brightness(), np.frombuffer(video.planes[0], np.uint8))
        assert np.array_equal(frame.brightness(), video.to_ndarray()[:height, :width])


def test_a_street_where_nobody_moves_gets_heartbeats_alone() -> None:
    times = looked(Cascade(Sees(), CAMERA), driven(lambda _: None, seconds=10))
    assert len(times) == pytest.approx(10 / HEARTBEAT_S, abs=1)
    assert gaps_s(times) == pytest.approx([HEARTBEAT_S] * (len(times) - 1), abs=0.05)


def test_a_street_without_anybody_gets_fewer_until_something_stirs() -> None:
    def far(s: float) -> float | None:
        return 10 + 10 * (s - 22) if 22 <= s < 23 else None  # from no gate's reach into none

    quiet = looked(Cascade(Blind(), CAMERA), driven(lambda _: None, seconds=25))
    assert gaps_s(quiet) == pytest.approx([EMPTY_S] * 2, abs=0.05)
    stirred = looked(Cascade(Blind(), CAMERA), driven(far, seconds=25))
    assert stirred[: len(quiet)] == quiet
    assert 22 <= (stirred[len(quiet)] - START).total_seconds() < 22 + HEARTBEAT_S


def test_noise_alone_is_no_movement() -> None:
    rng = np.random.default_rng(5)
    empty = street().astype(int)
    noisy = (
        frame_of(np.clip(empty + rng.normal(0, 3, empty.shape), 0, 255).astype(np.uint8), n / 25, 0.04)
        for n in range(100)
    )
    assert len(looked(Cascade(Blind(), CAMERA), noisy)) <= 3


@pytest.mark.parametrize("rate_hz", [8.0, 12.5, 25.0, 30.0])
@pytest.mark.parametrize("speed_px_s", [60, 150, 300])
def test_whoever_drives_through_a_gate_gets_three_looks(speed_px_s: float, rate_hz: float) -> None:
    begins_s = 1.3
    frames = driven(lambda s: speed_px_s * (s - begins_s) if s >= begins_s else None, seconds=6, rate_hz=rate_hz)
    times = looked(Cascade(Blind(), CAMERA), frames)
    in_view = [at for at in times if 0 <= (at - START).total_seconds() - begins_s < 210 / speed_px_s]
    assert len(in_view) >= 3


def test_who_stands_is_looked_at_in_heartbeats_and_again_when_he_goes() -> None:
    def top(s: float) -> float:
        return min(100.0, 100 * s) if s < 9 else 100 + 100 * (s - 9)

    times = [(at - START).total_seconds() for at in looked(Cascade(Sees(), CAMERA), driven(top, seconds=10.5))]
    standing = [s for s in times if 2 < s < 9]
    assert 2 <= len(standing) <= 5
    assert len([s for s in times if 9 <= s < 10]) >= 3


def test_movement_far_from_every_gate_calls_for_no_look_unless_movements_are_counted() -> None:
    def far(s: float) -> float:
        return 10 + 20 * s

    gate = Gate("low", (0.0, 220.0), (320.0, 220.0))
    near_only = Camera("cam", "Cam", ("a",), gates=(gate,))
    junction = Camera("cam", "Cam", ("a",), gates=(gate, GATE), movements=(Movement("m", "low", "line"),))
    assert len(looked(Cascade(Blind(), near_only), driven(far, seconds=3))) <= 3
    assert len(looked(Cascade(Blind(), junction), driven(far, seconds=3))) >= 9


def test_after_a_gap_and_after_a_change_of_size_it_looks() -> None:
    cascade = Cascade(Blind(), CAMERA)
    looked(cascade, driven(lambda _: None, seconds=1))
    assert not cascade.due(frame_of(street(), 1.0, 0.04))
    assert cascade.due(frame_of(street(), 1.04, 0.0))
    small = frame_of(street()[:120, :160], 1.08, 0.04)
    cascade.due(small)
    assert cascade.detect(small)[0].shape == (0, 4)


def test_time_goes_on_between_the_looks_and_nothing_is_watched_twice() -> None:
    frames = list(driven(lambda s: 60 * (s - 3) if s >= 3 else None, seconds=8))
    items = [item for item in watch("cam", frames, Cascade(Blind(), CAMERA)) if not isinstance(item, CameraHealth)]
    assert sum(item.watched_s for item in items) == pytest.approx(8)
    assert any(isinstance(item, Unlooked) for item in items)
    assert len([item for item in items if isinstance(item, Detections)]) < len(frames) / 2
    reached = START
    for item in items:
        assert item.at >= reached
        reached = item.at + timedelta(seconds=item.watched_s - 0.001)


EVER = AuditPlan("s", slot=timedelta(seconds=4), span=timedelta(seconds=1))


def test_an_audit_looks_at_every_frame_of_its_spans_and_changes_nothing_else() -> None:
    frames = list(driven(lambda s: 60 * (s - 3) if s >= 3 else None, seconds=8))
    alone = list(watch("cam", frames, Cascade(Blind(), CAMERA)))
    network = Blind()
    beside = list(watch("cam", frames, Cascade(network, CAMERA, EVER)))
    full = [item.seen for item in beside if isinstance(item, FullLook)]
    rest = [item for item in beside if not isinstance(item, FullLook)]
    assert [type(item) for item in rest] == [type(item) for item in alone]
    for one, other in zip(rest, alone, strict=True):
        if isinstance(one, Detections):
            assert (one.at, one.watched_s, one.xyxy_px.tolist()) == (other.at, other.watched_s, other.xyxy_px.tolist())
    assert [seen.at for seen in full] == [frame.at for frame in frames if EVER.holds(frame.at)]
    assert len(network.looks) == len(set(network.looks))  # a frame that is due as well is looked at once
    begins = [n for n, seen in enumerate(full) if n == 0 or (seen.at - full[n - 1].at).total_seconds() > 0.05]
    assert [n for n, seen in enumerate(full) if seen.watched_s == 0] == begins


def test_a_plan_is_the_same_again_and_has_a_span_in_every_slot() -> None:
    plan, other = plan_of(CAMERA), plan_of(Camera("cam", "Cam", ("clip.mp4",), gates=()))
    slots = [datetime(2026, 6, 1, tzinfo=UTC) + n * SLOT for n in range(3000)]
    shares = [(plan.begins(at + SLOT / 3) - at) / (SLOT - SPAN) for at in slots]
    assert shares == [(plan_of(CAMERA).begins(at) - at) / (SLOT - SPAN) for at in slots]
    assert all(0 <= share < 1 for share in shares)
    for tenth in range(10):  # by chance 300 of them, give or take 16
        assert 220 < sum(tenth / 10 <= share < (tenth + 1) / 10 for share in shares) < 380
    assert shares[:5] != [(other.begins(at) - at) / (SLOT - SPAN) for at in slots[:5]]
    begins = plan.begins(START)
    assert [plan.holds(begins + timedelta(seconds=s)) for s in (-0.01, 0, 17.99, 18)] == [False, True, True, False]
    assert 0.01 <= SPAN / SLOT <= 0.02


def test_looks_that_were_too_few_become_more_and_come_back_slowly() -> None:
    rate = Pace()
    walk(rate, 1.0, 200)
    slow_s = rate.interval_s
    rate.quicken()
    assert rate.interval_s == pytest.approx(slow_s / pace.QUICKEN)
    for _ in range(9):
        rate.quicken()
    assert rate.interval_s == pytest.approx(max(1 / pace.MOST_HZ, slow_s / pace.MOST_QUICKENED))
    for _ in range(30):
        rate.slacken()
    assert rate.interval_s == pytest.approx(slow_s)


def test_it_keeps_the_promises_of_an_object_detector() -> None:
    check_object_detector(lambda: Cascade(Blind(), CAMERA), [street(seed) for seed in range(3)])


def walk(rate: Pace, sizes_per_s: float, looks: int, hz: float = 8.0, jitter: float = 0.0) -> None:
    """Show a box of 40 px that moves so many sizes a second, a look after the other."""
    rng = np.random.default_rng(3)
    for number in range(looks):
        x = 40 * sizes_per_s * number / hz + rng.normal(0, 40 * jitter)
        boxes = np.array([[x, 50, x + 40, 90]], np.float32)
        rate.take(START + timedelta(seconds=number / hz), boxes, np.array([0.9], np.float32))


@pytest.mark.parametrize("hz", [6.0, 10.0, 25.0])
def test_the_rate_follows_the_speed_whatever_the_frame_rate(hz: float) -> None:
    rate = Pace()
    walk(rate, 3.0, 250, hz)
    assert rate.interval_s == pytest.approx(pace.STEP_SIZES / 3.0, rel=0.05)
    assert rate.moving


def test_the_rate_stays_within_its_limits_and_comes_down_again() -> None:
    rate = Pace()
    walk(rate, 18.0, 40, 25.0)
    assert rate.interval_s == pytest.approx(1 / pace.MOST_HZ)
    walk(rate, 0.5, 200, 8.0)
    assert rate.interval_s == pytest.approx(1 / pace.LEAST_HZ, rel=0.05)


def test_a_street_that_wakes_is_looked_at_often_enough_to_follow_a_car_at_120_km_h() -> None:
    rate, sizes_per_s, at_s = Pace(), 7.5, 0.0
    rate.wake()
    looks = 0
    while at_s < 1.0:  # as long as it takes to drive through a picture
        x = 40 * sizes_per_s * at_s
        box = np.array([[x, 50, x + 40, 90]], np.float32)
        rate.take(START + timedelta(seconds=at_s), box, np.array([0.9], np.float32))
        at_s += rate.interval_s
        looks += 1
    assert rate.interval_s <= 1.1 * pace.STEP_SIZES / sizes_per_s
    assert looks >= 10


def test_a_standing_box_that_jitters_does_not_set_the_rate() -> None:
    rate = Pace()
    walk(rate, 0.0, 100, 6.0, jitter=0.03)
    assert rate.interval_s == pytest.approx(1 / pace.LEAST_HZ, rel=0.05)


def test_a_car_that_the_network_has_no_name_for_becomes_a_box() -> None:
    cascade = Cascade(Blind(), CAMERA)
    overlaps = []
    for frame in driven(lambda s: 90 * (s - 0.5) if s >= 0.5 else None, seconds=2.2):
        cascade.due(frame)
        boxes, scores, kinds = cascade.detect(frame)
        top = 90 * ((frame.at - START).total_seconds() - 0.5)
        if len(boxes) and 60 < top < 140:
            assert kinds.tolist() == [kind_number(Kind.UNCLASSIFIED)]
            assert scores[0] > 0.5
            overlaps.append(min(boxes[0][3], top + 30) - max(boxes[0][1], top))
    assert len(overlaps) > 10
    assert np.median(overlaps) > 20


def test_what_the_network_names_is_not_counted_twice() -> None:
    moved = np.zeros((20, 30), np.bool_)
    moved[5:12, 8:16] = True
    assert moving_boxes(moved, moved).tolist() == [[8, 5, 16, 12]]
    car = (np.array([[36, 26, 70, 52]], np.float32), np.array([0.9], np.float32), np.array([3], np.int8))
    assert len(with_unnamed(car, moved, moved, 4)[0]) == 1
    alone = with_unnamed(NOBODY, moved, moved, 4)
    assert alone[0].tolist() == [[32, 20, 64, 48]]
    wide = np.zeros((20, 30), np.bool_)
    wide[2:18, 2:28] = True  # the light changes, or several touch: a car that the network saw is somewhere in it
    assert len(with_unnamed(car, wide, wide, 4)[0]) == 1
    assert len(with_unnamed(NOBODY, wide, wide, 4)[0]) == 1
    standing = with_unnamed(NOBODY, moved, np.zeros_like(moved), 4)
    assert len(standing[0]) == 0


def test_the_sampler_learns_a_camera_noise_but_not_its_traffic() -> None:
    size = (WIDTH, HEIGHT)
    sampler = Sampler(4, calls_for_a_look(CAMERA, grid_px(size, 4), size))
    moves = [sampler.moves(frame) for frame in driven(lambda s: (150 * s) % 200, seconds=16)]
    assert np.mean(moves[:100]) > 0.5
    assert np.mean(moves[-100:]) >= np.mean(moves[:100]) - 0.05


def test_looks_go_on_a_little_after_the_last_movement() -> None:
    times = looked(Cascade(Blind(), CAMERA), driven(lambda s: 60 * s if s < 2 else None, seconds=6))
    after = [s for s in ((at - START).total_seconds() for at in times) if 2.2 < s < 2.2 + LINGER.total_seconds()]
    assert after


def test_cameras_that_are_opened_for_together_share_one_network() -> None:
    open_for = sparing_opener(str(own()))
    one, other = (open_for(replace(CAMERA, id=name)) for name in "ab")
    assert one is not other
    assert one._network is other._network
