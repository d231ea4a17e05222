"""``waywarden road simulate``: how well made-up sightings are told apart."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator, Sequence

from waywarden.terms.errors import ConfigError, WaywardenError

LEAST_SPACING_M = 2.0
"""Made-up damage is never closer together than this."""


def simulate(sigma_m: float, spacing_m: float, passes: int, seed: int) -> Iterator[str]:
    """Yield the one line of JSON that these drives come to; ConfigError if they are impossible."""
    if not (0 < sigma_m < math.inf and LEAST_SPACING_M < spacing_m < math.inf and passes > 1 and seed >= 0):
        raise ConfigError(
            f"made-up drives want --sigma-m over 0, --spacing-m over {LEAST_SPACING_M:g}, --passes of 2 or more and a "
            f"--seed of 0 or more; got {sigma_m:g}, {spacing_m:g}, {passes} and {seed}"
        )
    return _lines([str(word) for word in (sigma_m, spacing_m, passes, seed)])


def table(first_seed: int, last_seed: int) -> Iterator[str]:
    """Yield the lines of the whole table, in Markdown, over these seeds."""
    if not 0 <= first_seed <= last_seed:
        raise ConfigError(f"--seeds wants the first and the last seed, as in 101-150, got {first_seed}-{last_seed}")
    return _lines(["--table", str(first_seed), str(last_seed)])


def _lines(words: Sequence[str]) -> Iterator[str]:
    """Yield what the program of the made-up drives says: it stands above this room."""
    program = [sys.executable, "-P", "-m", "waywarden.testing.drives", *words]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:  # noqa: S603
        for line in running.stdout or ():
            yield line.rstrip("\n")
        trouble = running.stderr.read().strip().splitlines() if running.stderr else []
    if running.returncode:
        why = trouble[-1] if trouble else f"code {running.returncode}"
        raise WaywardenError(f"the made-up drives could not be made ({why}): try another --seed")
