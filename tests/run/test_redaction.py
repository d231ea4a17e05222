"""How much the redactor of kept pictures covers, on clips that people labelled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from run.command_line import ask


def test_one_object_says_what_is_covered_and_what_is_hidden_for_that(shared: Path) -> None:
    said = ask("road", "redaction", "--clips", shared / "data" / "tfl", "--every", 60)
    assert said.code == 0, said.lines
    told = json.loads(said.out)
    assert len(told["clips"]) == 3
    assert told["pictures"] == sum(each["pictures"] for each in told["clips"].values()) > 3
    assert told["holds"] == (told["covered"] >= told["wanted"])
    for each in (told, *told["clips"].values()):
        assert 0.9 < each["covered"] <= 1
        assert 0 < each["hidden_share"] < 0.75


def test_clips_without_labels_are_told_in_one_line(tmp_path: Path) -> None:
    said = ask("road", "redaction", "--clips", tmp_path)
    assert (said.code, len(said.lines)) == (2, 1)
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(said.out)
