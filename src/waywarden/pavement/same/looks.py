"""How much two looks are like looks at the same damage: by kind and by extent, both properties of the street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.pavement.same.assumed import Assumed
from waywarden.terms.distress import DISTRESS_KINDS

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

UNKNOWN = -1
"""The number of a kind that was not told."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What ``n`` sightings looked like.

    Parameters
    ----------
    kind : (n,) int64
        Number in ``DISTRESS_KINDS``, ``UNKNOWN`` where none was told.
    ln_extent : (n,) float64
        Natural logarithm of the extent in m2, NaN where none was told.
    """

    kind: Numbers
    ln_extent: Floats


@dataclass(frozen=True, slots=True)
class Usual:
    """What damage of this street usually looks like: the share of each kind (k,), and the mean of ln(m2)."""

    kind_share: Floats
    ln_extent: float


def usual(looks: Looks) -> Usual:
    """Return what is usual among ``looks``; each kind begins with a share, so that none is impossible."""
    counts = np.bincount(looks.kind[looks.kind != UNKNOWN], minlength=len(DISTRESS_KINDS)) + 1.0 / len(DISTRESS_KINDS)
    told = looks.ln_extent[~np.isnan(looks.ln_extent)]
    return Usual(counts / counts.sum(), float(told.mean()) if len(told) else 0.0)


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is believed of ``m`` defects: probabilities of each kind (m, k); mean and variance of ln(m2) (m,)."""

    kind: Floats
    ln_extent: Floats
    variance: Floats


def _names(normal: Usual, assumed: Assumed) -> Floats:
    """Return (true kind, name): the probability of each name. A wrong name is as common as that name is here."""
    right = np.eye(len(DISTRESS_KINDS))
    return np.asarray(assumed.kind_right_share * right + (1.0 - assumed.kind_right_share) * normal.kind_share)


def portrait(looks: Looks, defect: Numbers, defects: int, normal: Usual, assumed: Assumed) -> Portrait:
    """Return what ``looks`` together say of their defects.

    Parameters
    ----------
    looks : Looks
    defect : (n,) int64
        Which of the ``defects`` each look is of, 0 and up.
    defects : int
    normal : Usual
        Believed of a defect before it is looked at.
    assumed : Assumed
    """
    belief = np.tile(np.log(normal.kind_share), (defects, 1))
    named = looks.kind != UNKNOWN
    np.add.at(belief, defect[named], np.log(_names(normal, assumed)[:, looks.kind[named]]).T)
    belief = np.exp(belief - belief.max(axis=1, keepdims=True))
    told = ~np.isnan(looks.ln_extent)
    each, all_of = 1.0 / assumed.extent_error**2, 1.0 / assumed.extent_spread**2
    precision = all_of + each * np.bincount(defect[told], minlength=defects)
    weighed = all_of * normal.ln_extent + each * np.bincount(defect[told], looks.ln_extent[told], minlength=defects)
    return Portrait(
        belief / belief.sum(axis=1, keepdims=True), np.asarray(weighed / precision), np.asarray(1.0 / precision)
    )


def likeness(looks: Looks, of: Portrait, normal: Usual, assumed: Assumed) -> Floats:
    """Return (n, m): the log of how much likelier each look is of that defect than of any damage at all.

    What was not told says nothing: 0.
    """
    kind = np.log(of.kind @ _names(normal, assumed))[:, looks.kind].T - np.log(normal.kind_share[looks.kind])[:, None]
    kind[looks.kind == UNKNOWN] = 0.0
    usually = assumed.extent_spread**2 + assumed.extent_error**2
    here = of.variance + assumed.extent_error**2
    off = (looks.ln_extent[:, None] - of.ln_extent) ** 2 / here + np.log(here)
    off_usually = (looks.ln_extent - normal.ln_extent) ** 2 / usually + np.log(usually)
    extent = np.nan_to_num(0.5 * (off_usually[:, None] - off))
    return np.asarray(kind + extent, np.float64)
