"""Turning movements under crossing traffic that hides each other, at box level: a thousand vehicles and their truth.

``hidden`` are those of the missed of whom never as much as 30 % was to be seen from two seconds before one of their
gates to two seconds after it: others hid them for the whole of their passage, and no object detector finds them there.

``python bench/junction.py [--seeds 21,22,23,24] [--seconds 1080] [--rate 10]``
"""

from __future__ import annotations

import argparse

import numpy as np
from rich.console import Console
from rich.table import Table

from waywarden.terms.transient import Passage
from waywarden.testing.counting.crossroads import Found, boxes_of, found_of
from waywarden.testing.street import made_up_street
from waywarden.traffic.finder import CrossingFinder

FALSE_TURNS, MOST_OFF = 0, 0.01


def counted(seed: int, seconds: float, rate_hz: float) -> dict[str, Found]:
    """Return by turn what is found of one junction's movements."""
    street = made_up_street(seed, seconds=seconds)
    finder = CrossingFinder(street.camera("no picture"), None, street.mast.size_px)
    frames = boxes_of(street.trips, street.mast, rate_hz, seconds, np.random.default_rng(seed))
    found = [item for seen in frames for item in finder.update(seen)] + finder.finish()
    return found_of((item for item in found if isinstance(item, Passage)), street.trips, seconds, street.mast)


def main() -> int:
    """Print the table; 1 if through or turning counts are off by more than 1 %, or one was never made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="21,22,23,24")
    parser.add_argument("--seconds", type=float, default=1080.0)
    parser.add_argument("--rate", type=float, default=10.0)
    asked = parser.parse_args()
    total = {turn: Found() for turn in ("left", "through", "right")}
    for seed in map(int, asked.seeds.split(",")):
        for turn, found in counted(seed, asked.seconds, asked.rate).items():
            total[turn] += found
    title = f"made-up junction, seeds {asked.seeds}, {asked.seconds:g} s each at {asked.rate:g} Hz"
    table = Table("turn", "true", "seen", "inferred", "missed", "false", "hidden", title=title)
    barred = {"through": total["through"], "turning": total["left"] + total["right"]}
    for turn, found in [*(total | barred).items(), ("all", sum(total.values(), Found()))]:
        cells = (found.true, found.seen, found.inferred, found.missed, found.false, found.hidden)
        table.add_row(turn, *map(str, cells))
    Console().print(table)
    holds = all(found.missed <= MOST_OFF * found.true and found.false == FALSE_TURNS for found in barred.values())
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main())
