"""``waywarden road score``: the arithmetic by hand, the layouts, what the weights that come with Waywarden reach."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from run.command_line import ask
from waywarden.run.road.surface.measures import Asked, boxes_asked, f1_at, summary, tiles_asked
from waywarden.run.road.surface.score import _annotated, _named
from waywarden.terms.errors import ConfigError
from waywarden.terms.transient import DAMAGES, Damage, SurfaceLook

AT = datetime(2026, 6, 1, tzinfo=UTC)


def look(*boxes: tuple[float, ...], damage: Damage = Damage.POTHOLE, crack: float = 0.0) -> SurfaceLook:
    """Return a look at a picture of four tiles with boxes (left, top, right, bottom, score)."""
    rows = np.array(boxes, np.float32).reshape(-1, 5)
    tiles = np.zeros((2, 2, 2), np.float32)
    tiles[0, 1, 0] = crack
    numbers = np.full(len(rows), DAMAGES.index(damage), np.int8)
    return SurfaceLook(AT, 128, 128, tiles, rows[:, :4], rows[:, 4], numbers, np.ones(len(rows), np.float32))


def test_f1_is_the_one_worked_out_by_hand() -> None:
    # said at .9 (right), .6 (wrong), .4 (right); one more was never said: 2 * 1 / (2 + 3) at .5, 2 * 2 / (3 + 3) at .4
    asked = Asked(np.array([0.6, 0.9, 0.4], np.float32), np.array([False, True, True]), unsaid=1)
    assert f1_at(asked, 0.5) == pytest.approx(0.4)
    assert f1_at(asked, 0.4) == pytest.approx(0.6667)
    told = summary(asked, 0.5)
    assert (told["precision"], told["recall"], told["wanted"], told["said"]) == (0.5, 0.3333, 3, 2)
    assert (told["best_f1"], told["best_threshold"]) == (pytest.approx(0.6667), pytest.approx(0.4))
    assert told["precision_at_r90"] is None  # one in three was never said at all
    assert summary(Asked(asked.scores, asked.right), 0.5)["precision_at_r90"] == pytest.approx(0.6667)


def test_a_true_box_is_found_once_and_only_by_its_own_damage() -> None:
    true = look((0, 0, 40, 40, 1.0), (60, 60, 100, 100, 1.0))
    seen = look((0, 0, 40, 40, 0.9), (2, 2, 40, 40, 0.8), (60, 60, 100, 79, 0.7))
    asked = boxes_asked([(seen, true)], [Damage.POTHOLE])
    assert asked.right.tolist() == [True, False, False]  # the third overlaps by 19 of 40
    assert (asked.wanted, asked.unsaid) == (2, 1)
    assert boxes_asked([(seen, true)], [Damage.REPAIR]).wanted == 0


def test_tiles_are_asked_one_by_one() -> None:
    asked = tiles_asked([(look(crack=0.8), look(crack=1.0)), (look(crack=0.3), look())], 0)
    assert (asked.wanted, len(asked.scores)) == (1, 8)
    assert f1_at(asked, 0.5) == 1.0
    assert f1_at(asked, 0.2) == pytest.approx(0.6667)


def test_equal_scores_count_together_in_whatever_order() -> None:
    right = np.array([True, False, False, True, False])
    for order in ([0, 1, 2, 3, 4], [1, 2, 4, 0, 3], [3, 0, 2, 4, 1]):
        told = summary(Asked(np.array([0.8, 0.8, 0.8, 0.4, 0.4], np.float32)[order], right[order]), 0.5)
        assert (told["best_f1"], told["best_threshold"]) == (pytest.approx(0.5714), pytest.approx(0.4))
        assert told["precision_at_r90"] == pytest.approx(0.4)
    assert summary(Asked(np.empty(0, np.float32), np.empty(0, np.bool_)), 0.5)["best_threshold"] is None


def annotated(folder: Path, name: str, box: str, encoding: str = "utf-8") -> SurfaceLook:
    sides = zip(("xmin", "ymin", "xmax", "ymax"), box.split(), strict=True)
    inside = "".join(f"<{side}>{edge}</{side}>" for side, edge in sides)
    text = f"<annotation><object><name>{name}</name><bndbox>{inside}</bndbox></object></annotation>"
    (folder / "a.xml").write_text(f'<?xml version="1.0" encoding="{encoding}"?>{text}')
    return _annotated(folder / "a.xml", look())


def test_an_annotation_is_read_or_refused_by_its_name(tmp_path: Path) -> None:
    assert annotated(tmp_path, " D00 ", "1 2 30 40").damage.tolist() == [DAMAGES.index(Damage.LONGITUDINAL_CRACK)]
    for words in (("D00", "nan 2 30 40"), ("D00", "30 2 1 40"), ("D00", "0 0 inf 9"), ("D00", "1 2 30 40", "foo")):
        with pytest.raises(ConfigError, match=r"a\.xml is not a VOC annotation"):
            annotated(tmp_path, *words)


def test_truth_may_be_spelt_large_and_what_a_system_leaves_is_no_picture(tmp_path: Path) -> None:
    for name in ("a.JPG", "._a.jpg", "b.png"):
        (tmp_path / name).touch()
    (tmp_path / "masks").mkdir()
    for name in ("a.PNG", "b.png"):
        (tmp_path / "masks" / name).touch()
    assert [path.name for path in _named(tmp_path, tmp_path / "masks", ".png")] == ["a.PNG", "b.png"]


def test_what_was_not_there_has_no_f1() -> None:
    assert f1_at(Asked(np.array([0.3], np.float32), np.array([False])), 0.5) is None


@pytest.fixture(scope="module")
def few(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with three photos and their masks."""
    folder, dev = tmp_path_factory.mktemp("few"), shared / "data/road/brazil_dnit/dev"
    for part in ("images", "masks"):
        (folder / part).mkdir()
        for file in sorted((dev / part).iterdir())[:3]:
            shutil.copy(file, folder / part)
    return folder


def without_a_mask(few: Path) -> tuple[int, str]:
    next((few / "masks").iterdir()).unlink()
    return 2, "1 of 3 pictures have no truth"


def without_pictures(few: Path) -> tuple[int, str]:
    for file in (few / "images").iterdir():
        file.unlink()
    return 2, "holds no picture"


def with_a_broken_mask(few: Path) -> tuple[int, str]:
    next((few / "masks").iterdir()).write_bytes(b"\x89PNG\r\n\x1a\n")
    return 3, "masks are grey PNG"


@pytest.mark.parametrize("harm", [without_a_mask, without_pictures, with_a_broken_mask])
def test_a_folder_that_is_not_whole_is_refused_in_one_line(
    few: Path, tmp_path: Path, harm: Callable[[Path], tuple[int, str]]
) -> None:
    folder = tmp_path / "few"
    shutil.copytree(few, folder)
    code, sentence = harm(folder)
    said = ask("road", "score", "--pictures", folder / "images", "--truth", folder / "masks", "--format", "dnit")
    assert (said.code, len(said.lines), said.out) == (code, 1, "")
    assert sentence in said.lines[0]


def test_another_layout_is_refused_in_one_line(few: Path) -> None:
    said = ask("road", "score", "--pictures", few / "images", "--truth", few / "masks", "--format", "coco")
    assert (said.code, len(said.lines)) == (2, 1)
    assert "dnit (PNG masks) or voc" in said.lines[0]


def scored(shared: Path, folder: str, truth: str, layout: str) -> dict[str, Any]:
    dev = shared / "data/road" / folder / "dev"
    said = ask("road", "score", "--pictures", dev / "images", "--truth", dev / truth, "--format", layout)
    assert said.code == 0, said.lines
    told: dict[str, Any] = json.loads(said.out)
    return told


def test_our_weights_reach_on_other_roads_what_their_page_says(
    shared: Path, record_property: Callable[[str, object], None]
) -> None:
    """The floors are a little under what was measured: another processor rounds otherwise."""
    told = scored(shared, "brazil_dnit", "masks", "dnit")
    floors = {"pothole_in_picture_f1": 0.78, "pothole_tile_f1": 0.49, "crack_tile_f1": 0.6, "box_f1_50": 0.24}
    record_property("measured", f"road damage, Brazil: {', '.join(f'{name} {told[name]}' for name in floors)}")
    assert told["pictures"] == 303
    assert all(told[name] >= floor for name, floor in floors.items()), told


def test_our_weights_find_cracks_of_another_country_by_their_boxes(
    shared: Path, record_property: Callable[[str, object], None]
) -> None:
    told = scored(shared, "rdd2022_china_motorbike", "annotations", "voc")
    record_property("measured", f"road damage, RDD2022 China by scene: box_f1_50 {told['box_f1_50']}")
    assert told["pictures"] == 62
    assert told["box_f1_50"] >= 0.1
