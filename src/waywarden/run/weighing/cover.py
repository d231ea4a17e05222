"""How much of true road users the redactor's areas hide, and how much of the picture with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from waywarden.run.weighing.precision import LEAST_PX, VEHICLES, Known
from waywarden.sight.redact import Care, hidden_areas
from waywarden.terms.kinds import kind_number
from waywarden.terms.transient import Detections

WANTED_COVER = 0.85
"""A true box counts as hidden when this share of it is."""


def cover(pairs: Sequence[tuple[Detections, Known]], sizes: Sequence[tuple[int, int]], care: Care) -> dict[str, Any]:
    """Return the share of true vehicle boxes that are hidden, and the mean share of the picture that is.

    Parameters
    ----------
    pairs : what was seen and what is known, a picture each
    sizes : (width, height) px of each picture
    care : how much the redactor hides
    """
    hidden, wanted, shares = 0, 0, []
    vehicles = [kind_number(kind) for kind in VEHICLES]
    for (seen, known), (width, height) in zip(pairs, sizes, strict=True):
        mask = np.zeros((height, width), np.bool_)
        for area in hidden_areas((seen.xyxy_px, seen.score), (width, height), care):
            mask[area] = True
        shares.append(float(mask.mean()))
        for box in known.boxes[np.isin(known.kinds, vehicles)]:
            left, top, right, bottom = np.clip(np.rint(box), 0, (width, height, width, height)).astype(int)
            if min(right - left, bottom - top) >= LEAST_PX:
                wanted += 1
                hidden += int(mask[top:bottom, left:right].mean() >= WANTED_COVER)
    return {
        "covered": round(hidden / wanted, 4) if wanted else None,
        "hidden_share": round(float(np.mean(shares)), 4) if shares else None,
    }
