"""Where a share lies of which some cases were seen."""

from __future__ import annotations

import math

Z_95 = 1.959964
Interval = tuple[float, float]


def of_share(some: int, n: int) -> Interval:
    """Return where a share lies, at 95 %, of which ``some`` in ``n`` were seen.

    It is the score interval (Wilson 1927, J. Am. Stat. Assoc. 22, 209-212): few cases say little.

    Examples
    --------
    >>> [round(end, 4) for end in of_share(0, 10)], [round(end, 3) for end in of_share(9, 10)]
    ([0.0, 0.2775], [0.596, 0.982])
    """
    z = Z_95
    middle = (some + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(some * (n - some) / n + z * z / 4)
    return max(0.0, middle - half), min(1.0, middle + half)
