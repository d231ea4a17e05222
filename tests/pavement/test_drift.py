"""The drift of a pass, held against regression with the same process in closed form, and against counting by hand."""

from __future__ import annotations

import numpy as np
import pytest

from waywarden.pavement.same.drift import STEP_M, Drifting, Seeable, align

SURE = 1e6


def by_regression(where_m, off_m, sigma_m: float, correlation_m: float, variance_m2: float):
    """Return the mean drift as Gaussian process regression has it (Rasmussen and Williams, eq. 2.25)."""
    known = sigma_m**2 * np.exp(-np.abs(where_m[:, None] - where_m) / correlation_m)
    return known @ np.linalg.solve(known + variance_m2 * np.eye(len(where_m)), off_m)


@pytest.mark.parametrize("sigma_m", [1.5, 3.0, 6.0])
@pytest.mark.parametrize("correlation_m", [150.0, 400.0])
def test_a_certain_map_gives_what_regression_gives(sigma_m: float, correlation_m: float) -> None:
    rng = np.random.default_rng(5)
    where = np.arange(0.0, 400.0, 40.0)
    off = rng.normal(0.0, sigma_m / 2, len(where))
    known = Seeable(where, np.full(len(where), 0.5), SURE * np.eye(len(where)), 1e-9)
    found = align(where + off, known, Drifting(sigma_m, correlation_m))
    wanted = by_regression(where + off, off, sigma_m, correlation_m, 0.5)
    assert np.abs(found.drift_m - wanted).max() < STEP_M / 4


def test_nothing_in_sight_leaves_the_drift_at_nothing() -> None:
    known = Seeable(np.array([1000.0]), np.ones(1), np.ones((2, 1)), 0.01)
    found = align(np.array([0.0, 20.0]), known, Drifting(3.0, 400.0))
    assert found.drift_m == pytest.approx([0.0, 0.0], abs=1e-9)
    assert found.share == pytest.approx(np.array([[0.0, 1.0], [0.0, 1.0]]))


def test_neighbours_tell_which_of_two_defects_it_is() -> None:
    """10 m lies midway between 6 and 14; its neighbours have all drifted by 4 m, so it is the one at 6."""
    known = np.array([6.0, 14.0, 60.0, 110.0, 160.0])
    said = np.array([10.0, 64.0, 114.0, 164.0])
    found = align(said, Seeable(known, np.full(5, 0.5), np.ones((4, 5)), 0.005), Drifting(4.0, 400.0))
    assert found.share[0, 0] > 0.9
    alone = align(said[:1], Seeable(known[:2], np.full(2, 0.5), np.ones((1, 2)), 0.005), Drifting(4.0, 400.0))
    assert alone.share[0, 0] == pytest.approx(alone.share[0, 1])


def test_shares_are_shares() -> None:
    rng = np.random.default_rng(2)
    known = Seeable(np.sort(rng.uniform(0, 300, 12)), np.full(12, 0.8), rng.uniform(0.1, 3.0, (9, 12)), 0.02)
    found = align(np.sort(rng.uniform(0, 300, 9)), known, Drifting(3.0, 300.0))
    assert found.share.sum(axis=1) == pytest.approx(np.ones(9))
    assert found.share.min() >= 0


def test_a_drift_is_forgotten_with_distance() -> None:
    drifting = Drifting(3.0, 400.0)
    grid = drifting.grid_m()
    from_3_m = int(np.flatnonzero(grid == 3.0)[0])
    for distance in (10.0, 100.0, 400.0, 4000.0):
        after = drifting.after(distance)[:, from_3_m]
        assert after @ grid == pytest.approx(3.0 * np.exp(-distance / 400.0), abs=0.02)
        spread = np.sqrt(after @ grid**2 - (after @ grid) ** 2)
        assert spread == pytest.approx(3.0 * np.sqrt(1 - np.exp(-2 * distance / 400.0)), rel=0.03)
