"""Minutes of a camera as silhouettes, and what is counted beside them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from sight.test_cascade import HEIGHT, START, WIDTH, Blind, driven
from waywarden.sight.frame import Frame
from waywarden.sight.ports import SourceFacts
from waywarden.sight.replay import LEAD, SHOWN_HZ, TAIL, cells_of, filled, watch_replay
from waywarden.terms.transient import CELLS_ACROSS, Detections, Silhouette

BEGIN, END = START + timedelta(seconds=14), START + timedelta(seconds=18)


class Clip:
    """A street over which a car drives every four seconds, for so many seconds, at 10 frames a second."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def about(self) -> SourceFacts:
        return SourceFacts(WIDTH, HEIGHT, 10.0, "drawn", self._seconds, START)

    def __iter__(self) -> Iterator[Frame]:
        return driven(lambda s: 90 * (s % 4) if s % 4 < 2 else None, seconds=self._seconds, rate_hz=10.0)


@pytest.fixture(scope="module")
def seen() -> list[object]:
    return list(watch_replay("cam", Clip(28), Blind(), [(BEGIN, END)]))


def test_it_watches_the_span_with_its_lead_and_tail_and_no_more(seen: list[object]) -> None:
    looks = [item for item in seen if isinstance(item, Detections)]
    assert looks[0].at == BEGIN - LEAD
    assert looks[0].watched_s == 0
    assert looks[-1].at == END + TAIL - timedelta(seconds=0.1)
    assert sum(look.watched_s for look in looks) == pytest.approx((END + TAIL - BEGIN + LEAD).total_seconds() - 0.1)


def test_a_silhouette_shows_the_car_where_it_is_though_the_network_sees_nobody(seen: list[object]) -> None:
    shapes = [item for item in seen if isinstance(item, Silhouette)]
    assert len(shapes) == pytest.approx((END + TAIL - BEGIN + LEAD).total_seconds() * SHOWN_HZ, rel=0.4)
    sides = WIDTH / shapes[0].cells.shape[1]
    found = 0
    for shape in shapes:
        into = (shape.at - START).total_seconds() % 4
        rows, columns = (sides * places for places in np.nonzero(shape.cells))
        if 0.3 < into < 1.9:
            found += 1
            assert rows.mean() == pytest.approx(90 * into + 15, abs=12)
            assert columns.mean() == pytest.approx(120, abs=12)
    assert found > 30


def test_the_same_frames_give_no_finer_silhouette_however_large_they_are() -> None:
    assert cells_of(np.zeros((216, 384), np.bool_)).shape == (44, 77)
    assert cells_of(np.zeros((288, 352), np.bool_)).shape == (58, 71)


@given(hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=170)))
def test_cells_are_few_and_full_where_all_moves(mask: np.ndarray) -> None:
    cells = cells_of(mask)
    assert cells.shape[1] <= CELLS_ACROSS
    assert not cells.any() or mask.any()
    side = -(-mask.shape[1] // CELLS_ACROSS)
    assert cells_of(np.ones_like(mask))[: mask.shape[0] // side, : mask.shape[1] // side].all()


def test_a_silhouette_has_no_windows_and_no_specks() -> None:
    cells = np.zeros((12, 20), np.bool_)
    cells[3:8, 4:12] = True
    cells[5, 6:8] = False
    cells[10, 17] = True
    whole = np.zeros_like(cells)
    whole[3:8, 4:12] = True
    assert np.array_equal(filled(cells), whole)
