"""Deducts and condition against the manual's own worked examples (TM 5-623, C-3), and by what must always hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waywarden.pavement.condition.curves import (
    CORRECTED,
    CURVES,
    corrected_deduct_value,
    deduct_value,
    density_percent,
)
from waywarden.pavement.condition.pci import (
    CAMERA_SEES,
    Measured,
    SampleUnit,
    VisualPci,
    allowed,
    deducts_of,
    measures,
    units_to_inspect,
    visual_pci,
    worst_corrected,
)
from waywarden.terms.distress import DistressKind, Severity

FT2 = 0.3048**2
UNIT_FT2 = 2500
KINDS = st.sampled_from(DistressKind)
SEVERITIES = st.sampled_from(Severity)
DENSITIES = st.floats(0, 200)
DEDUCTS = st.lists(st.floats(0.5, 100), max_size=14)


@pytest.mark.parametrize(
    ("kind", "severity", "square_feet", "density", "read"),
    [
        (DistressKind.ALLIGATOR_CRACKING, Severity.MEDIUM, 16, 0.64, 17),
        (DistressKind.RUTTING, Severity.LOW, 50, 2.0, 13),
    ],
)
def test_the_manuals_deducts(kind, severity, square_feet: float, density: float, read: float) -> None:
    """C-3 b. A chart of that size is read to a point: so near must ours be."""
    got = density_percent(kind, square_feet * FT2, UNIT_FT2 * FT2)
    assert got == pytest.approx(density)
    assert deduct_value(kind, severity, got) == pytest.approx(read, abs=1.0)


def test_the_manuals_corrected_deduct() -> None:
    """C-3 d and e: a total of 45 of two deducts is 33; PCI 67, good."""
    assert round(corrected_deduct_value(45, 2)) == 33
    got = VisualPci(100.0 - corrected_deduct_value(45, 2), CAMERA_SEES)
    assert (round(got.value), got.rating) == (67, "good")


def test_feet_and_metres_agree() -> None:
    """100 feet of crack and 5 potholes on 2,500 square feet are 4 % and .2 %, whatever they are measured in."""
    area = UNIT_FT2 * FT2
    cracks = density_percent(DistressKind.LONGITUDINAL_TRANSVERSE_CRACKING, 100 * 0.3048, area)
    assert cracks == pytest.approx(4.0)
    assert density_percent(DistressKind.POTHOLE, 5, area) == pytest.approx(0.2)
    assert [measures(kind) for kind in (DistressKind.POTHOLE, DistressKind.EDGE_CRACKING, DistressKind.PATCHING)] == [
        "number", "m", "m2",
    ]  # fmt: skip


@given(KINDS, SEVERITIES, DENSITIES, DENSITIES)
def test_more_of_it_never_deducts_less(kind, severity, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= deduct_value(kind, severity, low) <= deduct_value(kind, severity, high) <= 100


@given(KINDS, DENSITIES)
def test_worse_never_deducts_less(kind, density: float) -> None:
    got = [deduct_value(kind, severity, density) for severity in Severity]
    assert got == sorted(got)


def test_every_kind_has_its_curves() -> None:
    assert set(CURVES) == set(DistressKind)
    for curves in CURVES.values():
        assert {len(curves.of(each)) for each in Severity} == {len(curves.density)}
        assert list(curves.density) == sorted(curves.density)


@given(st.floats(0, 230), st.integers(1, 12), st.floats(0, 30))
def test_corrected_deducts_rise_with_the_total_and_fall_with_q(total: float, q: int, more: float) -> None:
    """Also beyond q = 7 and at high totals, where fitted curves have been seen to turn down."""
    got = corrected_deduct_value(total, q)
    assert corrected_deduct_value(total, q + 1) <= got + 1e-9
    assert corrected_deduct_value(total + more, q) >= got - 1e-9
    assert got <= min(total, 100) + 1e-9
    assert len(CORRECTED[min(q, 7)]) == 18


@given(DEDUCTS)
def test_condition_is_between_the_worst_deduct_and_their_sum(deducts: list[float]) -> None:
    got = worst_corrected(deducts)
    assert got <= min(sum(deducts), 100) + 1e-9
    assert got >= max(deducts, default=0) - 1e-9


@given(DEDUCTS, st.floats(0.5, 20))
def test_the_order_does_not_matter(deducts: list[float], more: float) -> None:
    assert worst_corrected([*deducts, more]) == worst_corrected([more, *reversed(deducts)])


def test_how_many_deducts_count() -> None:
    """Largest 25.1: m = 1 + 9/98 x 74.9 = 7.88, so the eighth counts to .88."""
    deducts = [25.1, 23.4, 17.9, 11.2, 7.9, 7.5, 6.9, 5.3]
    got = allowed(deducts)
    assert got[:7] == deducts[:7]
    assert got[7] == pytest.approx(5.3 * (1 + 9 / 98 * 74.9 - 7))
    assert allowed([100.0, 50.0, 40.0]) == pytest.approx([100.0, 0.0])
    assert len(allowed([1.0] * 20)) == 11
    assert allowed([1.0] * 20)[10] == 0


def test_deducts_by_hand() -> None:
    """24 and 8: q = 2 of 32 is 23.4, then 8 becomes 2 and q = 1 of 26 is 26."""
    assert worst_corrected([8.0, 24.0]) == pytest.approx(26.0)
    assert worst_corrected([30.0, 30.0]) == pytest.approx(43.7)
    assert worst_corrected([]) == 0


def test_a_sound_road_is_100_and_a_section_is_by_area() -> None:
    sound = SampleUnit(300.0, ())
    cracked = SampleUnit(100.0, (Measured(DistressKind.ALLIGATOR_CRACKING, Severity.HIGH, 10.0),))
    assert visual_pci([sound]).value == 100
    assert deducts_of(cracked) == [61]
    assert visual_pci([cracked]).value == pytest.approx(39)
    assert visual_pci([sound, cracked]).value == pytest.approx((300 * 100 + 100 * 39) / 400)


def test_parts_of_one_distress_are_added_before_the_curve() -> None:
    whole = SampleUnit(100.0, (Measured(DistressKind.PATCHING, Severity.LOW, 4.0),))
    parts = SampleUnit(100.0, (Measured(DistressKind.PATCHING, Severity.LOW, 1.0),) * 4)
    assert deducts_of(parts) == pytest.approx(deducts_of(whole))


@pytest.mark.parametrize(
    ("value", "rating", "band", "paser"),
    [(100, "excellent", 1, 10), (85.5, "excellent", 1, 9), (85, "very good", 2, 9), (56, "good", 3, 6),
     (55, "fair", 4, 6), (40, "poor", 5, 4), (11, "very poor", 5, 2), (10, "failed", 5, 1), (0, "failed", 5, 1)],
)  # fmt: skip
def test_ratings_and_bands(value: float, rating: str, band: int, paser: int) -> None:
    got = VisualPci(value, CAMERA_SEES)
    assert (got.rating, got.band, got.paser) == (rating, band, paser)


def test_it_says_what_it_rests_on() -> None:
    rutted = SampleUnit(100.0, (Measured(DistressKind.RUTTING, Severity.LOW, 2.0),))
    with pytest.raises(ValueError, match="rutting is not among what was looked for"):
        visual_pci([rutted])
    assert visual_pci([rutted], CAMERA_SEES | {DistressKind.RUTTING}).value == pytest.approx(87)
    label = visual_pci([SampleUnit(100.0, ())], frozenset({DistressKind.POTHOLE, DistressKind.EDGE_CRACKING})).label
    assert label == "visual PCI 100 (edge_cracking, pothole)"
    with pytest.raises(ValueError, match="none was given"):
        visual_pci([])
    with pytest.raises(ValueError, match="more than 0 m2"):
        SampleUnit(0.0, ())


def test_how_many_units_to_inspect() -> None:
    """N 40, s 10, e 5: 4000 / (6.25 x 39 + 100) = 11.6, so 12; whole numbers divided would give 4000 / 334 = 11."""
    assert units_to_inspect(40, 10.0) == 12
    assert units_to_inspect(5, 10.0) == 4
    assert (units_to_inspect(1, 10.0), units_to_inspect(0, 10.0), units_to_inspect(30, 0.0)) == (1, 0, 1)


@given(st.integers(1, 500), st.floats(0, 40))
def test_never_more_units_than_there_are(units: int, spread: float) -> None:
    assert 1 <= units_to_inspect(units, spread) <= units
