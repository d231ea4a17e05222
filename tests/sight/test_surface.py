"""Road damage on pictures: tiles and parts by hand, masks that people drew, weights that are none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from waywarden.sight.frame import Frame
from waywarden.sight.surface.looking import drawn
from waywarden.sight.surface.marks import parts, tiles
from waywarden.sight.surface.network import AREA_PX, STEP_PX, SurfaceNetwork, input_size, road_seen
from waywarden.terms.errors import SourceError, WeightsError
from waywarden.terms.transient import DAMAGES, MOST_TILES, TILE_PX, Damage, SurfaceLook, tile_px

AT = datetime(2026, 6, 1, tzinfo=UTC)
NOTHING = np.zeros(0, np.float32), np.zeros(0, np.int8), np.zeros(0, np.float32)


def frame(width: int, height: int) -> Frame:
    return Frame(av.VideoFrame.from_ndarray(np.full((height, width, 3), 90, np.uint8), format="bgr24"), AT, 0.0)


@given(hnp.arrays(np.float32, st.tuples(st.integers(1, 200), st.integers(1, 200)), elements=st.floats(0, 1, width=32)))
def test_a_tile_says_the_most_that_any_of_its_pixels_says(picture: np.ndarray) -> None:
    height, width = picture.shape
    found = tiles(picture, width, height)
    for row in range(found.shape[0]):
        for column in range(found.shape[1]):
            part = picture[row * TILE_PX : (row + 1) * TILE_PX, column * TILE_PX : (column + 1) * TILE_PX]
            assert found[row, column] == part.max()


@given(st.integers(1, 9000), st.integers(1, 9000))
def test_tiles_of_a_large_picture_are_larger_and_never_more(width: int, height: int) -> None:
    found, side = tiles(np.ones((3, 4), np.float32), width, height), tile_px(width, height)
    assert found.size <= MOST_TILES
    assert side == TILE_PX or -(-height // (side // 2)) * -(-width // (side // 2)) > MOST_TILES
    look = SurfaceLook(AT, width, height, np.stack([found, found], axis=-1), np.zeros((0, 4), np.float32), *NOTHING)
    assert look.tiles.shape[:2] == (-(-height // side), -(-width // side))


def test_cells_of_four_pixels_fall_into_the_tile_of_their_middle() -> None:
    cells = np.zeros((128, 200), np.float32)
    cells[16, 15] = 0.7  # rows 64 to 68 of 512, columns 60 to 64
    assert np.argwhere(tiles(cells, 800, 512)).tolist() == [[1, 0]]


def test_parts_are_boxed_measured_and_scored() -> None:
    cells = np.zeros((10, 20), np.float32)
    cells[2:4, 5:9] = 0.6
    cells[3, 6] = 0.9
    cells[8, 18] = 0.8  # one cell of 4 x 4 px
    boxes, scores, extents = parts(cells, 0.5, 20, 80, 40)
    assert boxes.tolist() == [[20, 8, 36, 16]]
    assert (scores.tolist(), extents.tolist()) == ([pytest.approx(0.9)], [128])


@given(st.integers(200, 4000), st.floats(0.5, 2.5))
def test_an_input_has_the_pictures_proportions_and_always_as_many_pixels(width: int, shape: float) -> None:
    height = round(width / shape)
    across, down = input_size(width, height)
    assert across % STEP_PX == down % STEP_PX == 0
    assert abs(across * down / AREA_PX - 1) < 0.08
    assert abs(across / down * height / width - 1) < 0.07


def test_a_road_is_lane_with_the_grain_of_a_road() -> None:
    lane = np.zeros((40, 60), np.float32)
    lane[20:, 20:40] = 0.9
    rough = np.random.default_rng(1).integers(100, 110, (80, 120, 3)).astype(np.uint8)
    assert road_seen(lane, rough) == pytest.approx(0.9)
    assert road_seen(1 - lane, rough) == pytest.approx(0.1)
    assert road_seen(lane, np.full_like(rough, 100)) == 0.0  # a covered lens
    assert road_seen(lane, np.random.default_rng(1).integers(0, 255, (80, 120, 3)).astype(np.uint8)) == 0.0  # noise


def mask(folder: Path, bits: np.ndarray) -> Path:
    cv2.imwrite(str(folder / "mask.png"), bits)
    return folder / "mask.png"


def test_a_drawn_mask_says_where_cracks_and_potholes_are(tmp_path: Path) -> None:
    bits = np.full((128, 192), 4, np.uint8)
    bits[10, 5:60] |= 1
    bits[70:90, 100:140] = 2 | 4
    bits[5:7, 150:155] = 2
    look = drawn(mask(tmp_path, bits), frame(192, 128))
    assert np.argwhere(look.tiles[..., 0]).tolist() == [[0, 0]]
    assert np.argwhere(look.tiles[..., 1]).tolist() == [[0, 2], [1, 1], [1, 2]]
    assert look.xyxy_px.tolist() == [[100, 70, 140, 90]]  # ten pixels are a slip of the pen
    assert [DAMAGES[number] for number in look.damage] == [Damage.POTHOLE]
    assert look.extent_px.tolist() == [800]


@pytest.mark.parametrize("bits", [np.zeros((64, 63), np.uint8), np.zeros((64, 64, 3), np.uint8)])
def test_masks_of_another_size_or_colour_are_refused(tmp_path: Path, bits: np.ndarray) -> None:
    with pytest.raises(SourceError, match="wanted is a grey picture of 64x64"):
        drawn(mask(tmp_path, bits), frame(64, 64))


def test_a_network_of_another_form_is_refused(shared: Path) -> None:
    with pytest.raises(WeightsError, match="no network for road damage"):
        SurfaceNetwork(shared / "weights/yolox_nano_416.onnx")
    with pytest.raises(WeightsError, match="weights are an OpenVINO"):
        SurfaceNetwork(shared / "weights/none.xml")
