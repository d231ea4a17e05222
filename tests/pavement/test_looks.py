"""Likeness by kind and extent, against Bayes by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from waywarden.pavement.same.assumed import Assumed
from waywarden.pavement.same.looks import UNKNOWN, Looks, likeness, portrait, usual
from waywarden.terms.distress import DISTRESS_KINDS

ASSUMED = Assumed(kind_right_share=0.9, extent_spread=1.0, extent_error=0.5)
NAN = math.nan


def looks(kinds: list[int], extents: list[float]) -> Looks:
    return Looks(np.array(kinds), np.array(extents))


def test_what_was_not_told_says_nothing() -> None:
    told = looks([3, 3, 5], [0.0, 1.0, 2.0])
    normal = usual(told)
    of = portrait(told, np.array([0, 0, 1]), 2, normal, ASSUMED)
    assert likeness(looks([UNKNOWN], [NAN]), of, normal, ASSUMED) == pytest.approx(np.zeros((1, 2)))


def test_nothing_told_at_all_is_no_error() -> None:
    none = looks([UNKNOWN, UNKNOWN], [NAN, NAN])
    normal = usual(none)
    of = portrait(none, np.array([0, 1]), 2, normal, ASSUMED)
    assert likeness(none, of, normal, ASSUMED) == pytest.approx(np.zeros((2, 2)))


def test_kinds_by_hand() -> None:
    """Half of all are kind 0, half kind 1. One look said 0; how likely is it that the next one says so again?"""
    normal = usual(looks([0] * 5000 + [1] * 5000, [NAN] * 10_000))
    of = portrait(looks([0], [NAN]), np.array([0]), 1, normal, ASSUMED)
    right = 0.9 + 0.1 * 0.5
    is_0 = right * 0.5 / (right * 0.5 + 0.05 * 0.5)
    again = is_0 * right + (1 - is_0) * 0.05
    found = likeness(looks([0, 1], [NAN, NAN]), of, normal, ASSUMED)
    assert found[:, 0] == pytest.approx([math.log(again / 0.5), math.log((1 - again) / 0.5)], abs=2e-3)


def test_extents_by_hand() -> None:
    """ln(m2) is N(0, 1) of damage and N(., .5) of a look: after one look at 1.0 the next is N(.8, .2 + .25)."""
    normal = usual(looks([UNKNOWN] * 2, [-1.0, 1.0]))
    of = portrait(looks([UNKNOWN], [1.0]), np.array([0]), 1, normal, ASSUMED)

    def density(x: float, mean: float, variance: float) -> float:
        return math.exp(-0.5 * (x - mean) ** 2 / variance) / math.sqrt(2 * math.pi * variance)

    wanted = [math.log(density(x, 0.8, 0.45) / density(x, 0.0, 1.25)) for x in (1.0, -1.0)]
    assert likeness(looks([UNKNOWN] * 2, [1.0, -1.0]), of, normal, ASSUMED)[:, 0] == pytest.approx(wanted)


def test_two_looks_alike_speak_for_the_same_damage() -> None:
    both = looks([2, 2, 7, 9], [0.1, 0.0, 2.0, -1.0])
    normal = usual(both)
    of = portrait(looks([2], [0.0]), np.array([0]), 1, normal, ASSUMED)
    found = likeness(both, of, normal, ASSUMED)[:, 0]
    assert min(found[0], found[1]) > 0 > max(found[2], found[3])
    assert normal.kind_share.shape == (len(DISTRESS_KINDS),)
