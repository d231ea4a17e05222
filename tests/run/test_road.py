"""The road's commands, as a stranger uses them."""

from __future__ import annotations

import json

import pytest

from run.command_line import ask


def test_simulate_prints_one_object() -> None:
    said = ask("road", "simulate", "--sigma-m", 3, "--spacing-m", 20, "--passes", 3, "--seed", 7)
    assert said.code == 0
    got = json.loads(said.out)
    assert {"pairwise_f1", "count_ratio", "names_kept_share"} <= set(got)
    assert (got["seed"], got["passes"], got["true_defects"]) == (7, 3, 200)
    assert 0.8 < got["pairwise_f1"] <= 1


@pytest.mark.parametrize(
    "words", [("--sigma-m", 0), ("--spacing-m", 2), ("--passes", 1), ("--seed", -1), ("--table", "--seeds", "9-3")]
)
def test_impossible_drives_are_refused_in_one_line(words: tuple[object, ...]) -> None:
    said = ask("road", "simulate", *words)
    assert (said.code, len(said.lines), said.out) == (2, 1, "")
