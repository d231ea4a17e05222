"""``python -m waywarden.testing FOLDER SEED SECONDS``: draw a made-up street into a folder, for ``waywarden demo``.

A program of its own, so that nothing below this room needs to know it. It writes ``street-SEED.toml``, the clip that it
names, and ``street-SEED.truth.json`` (movement: how many there were), and prints ``drawn/all`` a line as it goes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from pathlib import Path

from waywarden.terms.errors import WaywardenError
from waywarden.testing.street import MadeUpStreet, made_up_street


def main(folder: Path, seed: int, seconds: float) -> None:
    """Write clip, city and truth; a clip that is there already, of the same street, is not drawn again."""
    street = made_up_street(seed=seed, seconds=seconds)
    clip = folder / f"street-{seed}-{_fingerprint(street)}.mp4"
    if not clip.exists():
        _draw(street, clip)
    true = Counter(movement.movement_id for movement in street.truth.movements)
    (folder / f"street-{seed}.truth.json").write_text(json.dumps(true), encoding="utf-8")
    (folder / f"street-{seed}.toml").write_text(street.city_toml(clip.name), encoding="utf-8")


def _draw(street: MadeUpStreet, clip: Path) -> None:
    """Write the clip beside its place and move it there when it is whole."""
    half = clip.with_suffix(".part.mp4")

    def drawn(done: int, frames: int) -> None:
        sys.stdout.write(f"{done}/{frames}\n")
        sys.stdout.flush()

    try:
        street.write(half, drawn)
        half.replace(clip)
    finally:
        half.unlink(missing_ok=True)


def _fingerprint(street: MadeUpStreet) -> str:
    """Return what tells this street's clip from one that was made by other options, or by another version."""
    truth = street.truth
    told = repr((street.scene, street.city_toml(""), truth.crossings, truth.movements))
    return hashlib.sha256(told.encode()).hexdigest()[:8]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m waywarden.testing", description="Draw a made-up street.")
    parser.add_argument("folder", type=Path, help="a folder that is there: where clip, city and truth go")
    parser.add_argument("seed", type=int)
    parser.add_argument("seconds", type=float)
    asked = parser.parse_args()
    if not asked.folder.is_dir():
        parser.error(f"wanted a folder that is there, got {asked.folder}: make it first")
    try:
        main(asked.folder, asked.seed, asked.seconds)
    except WaywardenError as trouble:
        sys.exit(str(trouble))
