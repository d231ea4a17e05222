"""How well the offset of two clocks is found by the speed that both saw: prints a table."""

from __future__ import annotations

import numpy as np
from real_drive import comma2k19

from waywarden.geo.drives.clock import ClockOffset, clock_offset

SEEDS = range(201, 251)
OFFSETS_S = (0.0, 2.5, -60.0, 3600.0)
MOST_S = 4000.0
NOISE_MPS = 0.5


def town_drive(seed: int, seconds: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Return a speed that stops and starts, at 10 Hz."""
    rng = np.random.default_rng(seed)
    knots = np.arange(0, seconds + 20, 20.0)
    speeds = np.where(rng.random(len(knots)) < 0.4, 0.0, rng.uniform(4, 14, len(knots)))
    at_s = np.arange(0, seconds, 0.1)
    return at_s, np.interp(at_s, knots, speeds)


def made_up(offset_s: float) -> list[float]:
    """Return the error of each seed, NaN where the answer was that it is unknown."""
    errors = []
    for seed in SEEDS:
        rng = np.random.default_rng([seed, 1])
        at_s, speed = town_drive(seed)
        gps_s, gps = at_s[::10], np.maximum(speed[::10] + rng.normal(0, NOISE_MPS, len(speed[::10])), 0)
        found = clock_offset((gps_s, gps), (at_s[400:2600] - offset_s, speed[400:2600]), MOST_S)
        errors.append(abs(found.offset_s - offset_s) if isinstance(found, ClockOffset) else np.nan)
    return errors


def main() -> None:
    print(f"| made-up drives, seeds {SEEDS[0]} to {SEEDS[-1]}: offset, s | found | median error, s | largest, s |")
    print("|---|---|---|---|")
    for offset_s in OFFSETS_S:
        errors = np.array(made_up(offset_s))
        found = errors[~np.isnan(errors)]
        print(f"| {offset_s:g} | {len(found)} of {len(errors)} | {np.median(found):.2f} | {found.max():.2f} |")
    got = comma2k19()
    wheels = got["processed_log/CAN/speed/t"], got["processed_log/CAN/speed/value"].ravel()
    path = got["global_pose/frame_times"], np.linalg.norm(got["global_pose/frame_velocities"], axis=1)
    phone = got["processed_log/GNSS/live_gnss_qcom/t"], got["processed_log/GNSS/live_gnss_qcom/value"][:, 2]
    print("\n| comma2k19, one clock | found, s | correlation |\n|---|---|---|")
    for name, other in (("wheels and true path", path), ("wheels and the phone's receiver", phone)):
        one = clock_offset(other, wheels, MOST_S)
        told = f"{one.offset_s:+.2f} | {one.correlation:.3f}" if isinstance(one, ClockOffset) else f"{one} | "
        print(f"| {name} | {told} |")


if __name__ == "__main__":
    main()
