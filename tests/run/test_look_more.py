"""What the audit finds makes the sparing looks more frequent, or less."""

from __future__ import annotations

from run.scripted import a_camera, a_job, looking
from waywarden.run.sealing.child import Handle
from waywarden.run.sealing.several import _One
from waywarden.run.watching.camera import CameraWatch
from waywarden.sight.cascade.cascade import Cascade
from waywarden.sight.cascade.pace import LEAST_HZ, QUICKEN
from waywarden.traffic.audit.matching import Agreement


class Blind:
    """A network that is never asked."""

    name = "blind"


def test_spans_with_faults_ask_for_more_looks_and_those_without_for_fewer() -> None:
    watch = CameraWatch(a_job(looking(lambda _: iter(())))[0], a_camera())
    asked: list[bool] = []
    watch._on_span(Agreement(1, 2, 0))  # no process yet: nobody to ask
    watch._on_process(Handle(1, None, lambda: None, asked.append))
    for found in (Agreement(1, 2, 0), Agreement(30, 1, 0), Agreement(3), Agreement()):
        watch._on_span(found)
    assert asked == [True, False]


def test_a_camera_in_the_sealed_process_does_what_it_is_asked_once_it_can() -> None:
    one, cascade = _One(1, a_camera(), lambda _: None), Cascade(Blind(), a_camera())  # type: ignore[arg-type]
    one.look_more(more=True)
    one.asked = cascade
    pace = cascade._pace
    pace._ease(LEAST_HZ, 1000.0)
    assert pace.interval_s == 1 / LEAST_HZ
    one.look_more(more=True)
    assert pace.interval_s == 1 / (QUICKEN * LEAST_HZ)
    for _ in range(10):
        one.look_more(more=False)
    assert pace.interval_s == 1 / LEAST_HZ
