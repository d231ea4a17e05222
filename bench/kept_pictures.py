"""How many pictures of road damage are kept, and why others are not: FOLDER of pictures, every Nth of them.

Each damage that `surface-2` finds gives a crop, as `waywarden survey --keep-pictures` makes them; no place is needed.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from waywarden.run.road.pictures.keeping import crops
from waywarden.run.road.surface.look import Mounting
from waywarden.run.road.surface.on_drives import around, damages
from waywarden.run.road.surface.score import looks, own
from waywarden.terms.pictures import Crop, NotKept

MOUNTING = Mounting(1.5, 5.0, 60.0)
"""Of no camera in particular: it says where the sky begins."""


def main(folder: Path, every: int) -> None:
    wanted = {}
    for number, look in enumerate(looks(folder, own(), ())):
        if number % every == 0:
            boxes = [box for box, *_ in damages(look)]
            wanted[number] = [Crop(around(box, look, MOUNTING), box) for box in boxes]
    said = Counter(got.why.value if isinstance(got, NotKept) else "kept" for got in crops(folder, wanted))
    total = sum(said.values())
    pictures = sum(bool(each) for each in wanted.values())
    print(f"{folder}: {total} damages on {pictures} of {len(wanted)} pictures")
    for name, count in said.most_common():
        print(f"{name}: {count} ({count / max(total, 1):.0%})")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
