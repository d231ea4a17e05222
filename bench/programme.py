"""What a programme costs to make, and what it brings over the worst first and over greedy; draws docs/programme.svg.

Made-up networks (no city's): 2,000 sections in eight wards, 4 treatments, 5 years. `by condition`: each treatment is
for its own range of conditions. `everything`: every treatment could be done anywhere in any year, 40,000 options.
`--seeds 1-3` says which networks. `--for-page FOLDER` makes the page's many budgets instead, of the first seed's
network by condition: it writes the files of sections and treatments, and runs the command.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from command import ENTRY

from waywarden.exchange.road.programme import comparison_rows, conditions_svg
from waywarden.pavement.programme.programme import Programme, programme
from waywarden.pavement.programme.reasons import lines_of
from waywarden.pavement.programme.rules import Floors, PavementSection, Rules, Treatment

ROOT = Path(__file__).resolve().parents[1]
SECTIONS, YEARS, WARDS = 2000, 5, 8
LIMIT_S = 60.0
RULES = Rules(
    "made-up",
    15,
    {"main": {0.0: 3.0, 40.0: 4.0, 70.0: 2.5}, "local": {0.0: 2.0, 40.0: 2.5, 70.0: 1.5}},
    {0.0: 1.0, 2000.0: 1.5, 10000.0: 2.5},
    (
        Treatment("crack sealing", 1.2, 65, 90, adds=4, wear_factor=0.7, holds_years=4),
        Treatment("surface dressing", 6, 55, 80, adds=15, wear_factor=0.8, holds_years=6),
        Treatment("thin overlay", 18, 35, 70, resets_to=90),
        Treatment("reconstruction", 70, 0, 45, resets_to=100, wear_factor=0.8, holds_years=10),
    ),
    Floors(ward_share=0.5, ward_condition=50.0),
)


def made_up(seed: int) -> list[PavementSection]:
    """Return a network; the condition of wards differs, so that a floor has something to do."""
    rng = np.random.default_rng(seed)
    mean = rng.uniform(52, 76, WARDS)
    found = []
    for number in range(SECTIONS):
        ward = int(rng.integers(WARDS))
        found.append(
            PavementSection(
                f"s{number}", f"street {number // 4}", f"ward {ward}", float(rng.uniform(400, 4000)),
                float(np.clip(rng.normal(mean[ward], 18), 5, 100)), "main" if rng.random() < 0.25 else "local",
                float(rng.lognormal(7, 1.2)),
            )
        )  # fmt: skip
    return found


def everywhere(rules: Rules) -> Rules:
    return replace(
        rules, treatments=tuple(replace(each, from_condition=0, to_condition=101) for each in rules.treatments)
    )


def timed(seed: int, rules: Rules) -> tuple[Programme, float, float]:
    sections = made_up(seed)
    budget = sum(each.area_m2 for each in sections)
    began, spent = time.perf_counter(), time.process_time()
    made = programme(sections, rules, [budget] * YEARS)
    lines_of(made)
    return made, time.process_time() - spent, time.perf_counter() - began


def write_files(sections: list[PavementSection], rules: Rules, folder: Path) -> tuple[Path, Path]:
    """Write what the command reads: the sections as CSV, the rules as treatments.toml; return where."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "sections.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("section", "street", "ward", "area_m2", "condition", "hierarchy", "vehicles_per_day"))
        rows.writerows([getattr(each, name) for name in PavementSection.__slots__] for each in sections)
    lines = [f'version = "{rules.version}"', f"counted_years = {rules.counted_years}"]
    for least, weight in rules.traffic.items():
        lines += ["[[traffic]]", f"vehicles_per_day = {least}", f"weight = {weight}"]
    for rank, steps in rules.wear.items():
        for start, points in steps.items():
            lines += ["[[wear]]", f'hierarchy = "{rank}"', f"from_condition = {start}", f"points_a_year = {points}"]
    for one in rules.treatments:
        lines += ["[[treatment]]", *(f"{name} = {json.dumps(getattr(one, name))}" for name in Treatment.__slots__)]
    lines += ["[floor]", f"ward_share = {rules.floors.ward_share}", f"ward_condition = {rules.floors.ward_condition}"]
    (folder / "treatments.toml").write_text("\n".join(lines) + "\n", "utf-8")
    return folder / "sections.csv", folder / "treatments.toml"


def for_page(seed: int, folder: Path) -> int:
    """Make what the page's slider shows, by the command line, and say how long that took."""
    sections = made_up(seed)
    files = write_files(sections, RULES, folder)
    budget = sum(each.area_m2 for each in sections)
    words = (
        "--sections", files[0], "--treatments", files[1], "--budget", f"{budget:.0f}", "--years", YEARS,
        "--first-year", 2027, "--out", folder / "programme.csv", "--for-page", folder / "programme.json",
    )  # fmt: skip
    code = subprocess.run([sys.executable, "-c", ENTRY, "programme", *map(str, words)], check=False).returncode
    size = (folder / "programme.json").stat().st_size / 1e6 if code == 0 else 0.0
    cpu_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    print(f"the page's budgets of {len(sections)} sections: {cpu_s:.0f} CPU-s, {size:.1f} MB")
    return code


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", default="1-3")
    asked.add_argument("--for-page", type=Path)
    given = asked.parse_args()
    first, last = (int(word) for word in given.seeds.split("-"))
    if given.for_page is not None:
        return for_page(first, given.for_page)
    slowest = 0.0
    for seed in range(first, last + 1):
        for name, rules in (("by condition", RULES), ("everything", everywhere(RULES))):
            made, cpu_s, wall_s = timed(seed, rules)
            slowest = max(slowest, cpu_s)
            print(
                f"seed {seed}, {name}: {len(made.options.section)} options, {len(made.floors)} floors; "
                f"{cpu_s:.1f} CPU-s, {wall_s:.1f} s; gap {made.gap:.3%}"
            )
            for row in comparison_rows(made.outcomes):
                print("  " + " | ".join(row))
            if (seed, name) == (first, "by condition"):
                (ROOT / "docs" / "programme.svg").write_text(conditions_svg(made.outcomes, 1), "utf-8")
    holds = "holds" if slowest < LIMIT_S else "DOES NOT HOLD"
    print(f"slowest {slowest:.1f} CPU-s on one core, wanted under {LIMIT_S:.0f}: {holds}")
    return 0 if slowest < LIMIT_S else 1


if __name__ == "__main__":
    raise SystemExit(main())
