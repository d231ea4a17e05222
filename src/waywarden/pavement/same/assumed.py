"""What the merging takes for granted of GPS, of the one who sees, and of damage."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assumed:
    """Assumptions of the merging. Tuned on seeds 1 to 7 of ``waywarden road simulate``; docs/road.md shows others.

    Parameters
    ----------
    sigma_m : float
        Standard deviation of a pass's GPS drift along the street to begin with; it is then fitted to the passes.
    correlation_m : float
        Distance over which that drift falls to 1/e of itself (first-order Gauss-Markov).
    white_m : float
        What else is wrong with one sighting's place: its distance in the picture, its time.
    seen_share, false_share : float
        Of the damage there is, how much one pass sees; and how many false alarms it has for each damage there is.
    coincidence_share : float
        How often a false alarm falls where another pass had one.
    new_share : float
        Of the damage there is, how much came, and how much was repaired, since the pass before.
    kind_right_share : float
        How often a kind is named right.
    extent_spread, extent_error : float
        Standard deviations of ln(m2): of damage, and of one look at the same damage.
    most_sweeps : int
        Every pass is aligned to all others at most so often.
    """

    sigma_m: float = 4.0
    correlation_m: float = 300.0
    white_m: float = 0.9
    seen_share: float = 0.8
    false_share: float = 0.1
    coincidence_share: float = 0.02
    new_share: float = 0.005
    kind_right_share: float = 0.85
    extent_spread: float = 0.9
    extent_error: float = 0.5
    most_sweeps: int = 4


ASSUMED = Assumed()
