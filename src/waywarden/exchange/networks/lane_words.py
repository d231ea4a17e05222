"""How many lanes a street has each way, as OpenStreetMap's tags ``lanes``, ``lanes:forward``, ``lanes:backward`` say.

A city's own columns of those names are read the same way. What is no whole number, such as ``2;3``, says nothing.
"""

from __future__ import annotations

from typing import Any

from waywarden.terms.streets import Lanes, Oneway

MOST = 12
"""No street has more lanes than this one way: what says so is a slip."""


def lanes_of(oneway: Oneway, all_of_them: Any, forward: Any, backward: Any) -> Lanes:
    """Return the lanes each way.

    All lanes of a one-way street are its one way's. Of a street of both ways that tells only how many there are in all,
    each way has half of an even number, as the tag is defined; the only lane of a narrow street is that of both; and of
    an odd number nobody knows.
    """
    total, along, against = (_whole(each) for each in (all_of_them, forward, backward))
    if oneway is not Oneway.BOTH:
        count = total if total is not None else along if oneway is Oneway.ALONG else against
        return Lanes(count, 0) if oneway is Oneway.ALONG else Lanes(0, count)
    if total == 1 and along is None and against is None:
        return Lanes(1, 1)
    if total is not None and along is None and against is None and total % 2 == 0:
        return Lanes(total // 2, total // 2)
    return Lanes(along, against)


def _whole(said: Any) -> int | None:
    try:
        number = float(str(said).strip())
    except ValueError:
        return None
    return int(number) if number.is_integer() and 1 <= number <= MOST else None
