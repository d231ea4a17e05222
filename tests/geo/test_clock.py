"""How far two clocks are apart, against offsets that were put in."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from waywarden.geo.drives.clock import ClockOffset, clock_offset

COMMA = "comma2k19_example1_imu_gnss_can_pose.tar.xz"


def town_drive(seed: int, seconds: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Return a speed that stops and starts, at 10 Hz."""
    rng = np.random.default_rng(seed)
    knots = np.arange(0, seconds + 20, 20.0)
    at_s = np.arange(0, seconds, 0.1)
    return at_s, np.interp(at_s, knots, np.where(rng.random(len(knots)) < 0.4, 0.0, rng.uniform(4, 14, len(knots))))


@pytest.fixture(scope="module")
def comma(shared: Path) -> dict[str, np.ndarray]:
    with tarfile.open(shared / "data" / "road" / "gps_samples" / COMMA) as archive:
        files = (each for each in archive.getmembers() if each.isfile())
        return {each.name: np.load(io.BytesIO(archive.extractfile(each).read())) for each in files}


@pytest.mark.parametrize("offset_s", [-3600.0, -7.3, 0.0, 2.5, 59.0, 3603.2])
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_an_offset_that_was_put_in_is_found(offset_s: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    at_s, speed = town_drive(seed)
    sparse = slice(None, None, 10)
    noisy = np.maximum(speed[sparse] + rng.normal(0, 0.5, len(speed[sparse])), 0)
    found = clock_offset((at_s[sparse], noisy), (at_s[500:2500] - offset_s, speed[500:2500]), 4000.0)
    assert isinstance(found, ClockOffset)
    assert found.offset_s == pytest.approx(offset_s, abs=0.3)


def test_a_real_drive_and_its_wheels(comma: dict[str, np.ndarray]) -> None:
    """Both are stamped by one clock: whatever is found is an error of the method, or a lag of the instrument."""
    wheels = comma["processed_log/CAN/speed/t"], comma["processed_log/CAN/speed/value"].ravel()
    pose = np.linalg.norm(comma["global_pose/frame_velocities"], axis=1)
    found = clock_offset((comma["global_pose/frame_times"], pose), (wheels[0] - 12.0, wheels[1]))
    assert isinstance(found, ClockOffset)
    assert found.offset_s == pytest.approx(12.0, abs=0.2)
    # The phone's own receiver smooths its speed: it lags by a second and a half.
    phone = comma["processed_log/GNSS/live_gnss_qcom/t"], comma["processed_log/GNSS/live_gnss_qcom/value"][:, 2]
    found = clock_offset(phone, (wheels[0] - 12.0, wheels[1]))
    assert isinstance(found, ClockOffset)
    assert found.offset_s == pytest.approx(12.0, abs=2.5)


def test_what_cannot_be_known_is_not_guessed() -> None:
    at_s, speed = town_drive(5)
    steady = np.full_like(speed, 9.0)
    waves = 8 + 4 * np.sin(at_s / 60 * 2 * np.pi)
    short = at_s[:100], speed[:100]
    assert "hardly changes" in str(clock_offset((at_s, speed), (at_s, steady)))
    assert "several offsets" in str(clock_offset((at_s, waves), (at_s, waves), 200.0))
    assert "less than" in str(clock_offset((at_s, speed), short))
    assert "nowhere alike" in str(clock_offset((at_s, speed), town_drive(6)))
