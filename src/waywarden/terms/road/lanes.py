"""In which lane a stretch of a street was driven."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LaneStretch:
    """From one chainage to another one lane was driven, counted from the kerb: ``lane`` 1 is at the kerb."""

    from_m: float
    to_m: float
    lane: int

    def __post_init__(self) -> None:
        """Refuse lanes that are none (ValueError)."""
        if not self.from_m < self.to_m or self.lane < 1:
            raise ValueError(f"lane {self.lane} from {self.from_m:g} to {self.to_m:g} m is impossible")
