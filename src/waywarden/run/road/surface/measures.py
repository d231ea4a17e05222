"""Found against known: F1 at a threshold, the best there is, precision at 90 % recall, and how far scores are true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from waywarden.run.weighing.precision import by_band, found_once, overlaps
from waywarden.terms.transient import DAMAGES, Damage, SurfaceLook

WANTED_RECALL = 0.9
Pair = tuple[SurfaceLook, SurfaceLook]


@dataclass(frozen=True, slots=True)
class Asked:
    """Scores (n,) of what was said, whether each was right (n,), and how many right answers there were besides."""

    scores: npt.NDArray[np.float32]
    right: npt.NDArray[np.bool_]
    unsaid: int = 0

    @property
    def wanted(self) -> int:
        """How many right answers there are in all."""
        return int(self.right.sum()) + self.unsaid

    @classmethod
    def together(cls, some: Sequence[Self]) -> Self:
        """Return all of them as one."""
        scores, right = ([getattr(one, name) for one in some] for name in ("scores", "right"))
        return cls(np.concatenate(scores), np.concatenate(right), sum(one.unsaid for one in some))


def tiles_asked(pairs: Sequence[Pair], channel: int) -> Asked:
    """Return the tiles of all pictures."""
    seen = np.concatenate([one.tiles[..., channel].ravel() for one, _ in pairs])
    return Asked(seen, np.concatenate([true.tiles[..., channel].ravel() > 0 for _, true in pairs]))


def boxes_asked(pairs: Sequence[Pair], damages: Sequence[Damage]) -> Asked:
    """Return the boxes of some damages as one class: a true one is found once, by the surest that overlaps by half."""
    numbers = [DAMAGES.index(damage) for damage in damages]
    scores: list[float] = []
    right: list[bool] = []
    unsaid = 0
    for seen, true in pairs:
        mine, theirs = (np.isin(look.damage, numbers) for look in (seen, true))
        shares = overlaps(seen.xyxy_px[mine], true.xyxy_px[theirs])
        many = int(theirs.sum())
        found = list(found_once(shares, seen.score[mine], np.ones(many, np.bool_)))
        scores += [float(seen.score[mine][i]) for i, _ in found]
        right += [best is not None for _, best in found]
        unsaid += many - sum(best is not None for _, best in found)
    return Asked(np.array(scores, np.float32), np.array(right, np.bool_), unsaid)


def f1_at(asked: Asked, threshold: float) -> float | None:
    """Return F1 of what was said at least so surely; None where nothing was to be found."""
    said = asked.scores >= threshold
    return round(2 * float((asked.right & said).sum()) / (int(said.sum()) + asked.wanted), 4) if asked.wanted else None


def summary(asked: Asked, threshold: float) -> dict[str, Any]:
    """Return precision, recall, the best F1 and where, precision at 90 % recall, and the reliability of the scores.

    What has one score is said together: no threshold tells it apart, in whatever order the pictures come.
    """
    said = asked.scores >= threshold
    hits = float((asked.right & said).sum())
    order = np.argsort(-asked.scores, kind="stable")
    scores = asked.scores[order]
    last = np.flatnonzero(np.append(scores[1:] != scores[:-1], True)) if len(scores) else np.empty(0, np.intp)
    right, many = np.cumsum(asked.right[order])[last], last + 1
    f1, precision = 2 * right / (many + max(asked.wanted, 1)), right / many
    enough = precision[right >= WANTED_RECALL * asked.wanted]
    return {
        "threshold": threshold,
        "precision": round(hits / max(int(said.sum()), 1), 4),
        "recall": round(hits / max(asked.wanted, 1), 4),
        "best_f1": round(float(f1.max(initial=0.0)), 4),
        "best_threshold": round(float(scores[last][f1.argmax()]), 3) if len(f1) else None,
        "precision_at_r90": round(float(enough.max()), 4) if len(enough) and asked.wanted else None,
        "wanted": asked.wanted,
        "said": int(said.sum()),
        "reliability": by_band(asked.scores, asked.right),
    }
