import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from waywarden.sight.movers import joined

side = st.integers(0, 40)
box = st.builds(lambda x, y, wide, high: (x, y, x + wide, y + high), side, side, st.integers(1, 12), st.integers(1, 12))


def overlap(a, b) -> bool:
    return bool(max(a[0], b[0]) < min(a[2], b[2]) and max(a[1], b[1]) < min(a[3], b[3]))


def test_pieces_of_one_who_leaves_the_picture_are_one_mover() -> None:
    """A motorcycle at the right edge of a TfL clip, in two pieces; it was counted twice."""
    pieces = np.array([[334, 166, 352, 192], [335, 191, 352, 204], [20, 30, 40, 50]], np.float32)
    assert sorted(joined(pieces).tolist()) == [[20, 30, 40, 50], [334, 166, 352, 204]]
    assert joined(np.zeros((0, 4), np.float32)).shape == (0, 4)


@given(st.lists(box, max_size=8))
def test_no_two_overlap_each_is_inside_one_and_none_grows_for_nothing(boxes) -> None:
    whole = joined(np.array(boxes, np.float32).reshape(-1, 4)).tolist()
    assert not any(overlap(a, b) for i, a in enumerate(whole) for b in whole[:i])
    for one in whole:
        within = [b for b in boxes if b[0] >= one[0] and b[1] >= one[1] and b[2] <= one[2] and b[3] <= one[3]]
        corners = [*np.min(within, axis=0)[:2], *np.max(within, axis=0)[2:]]
        assert corners == one
    assert all(any(overlap(b, one) for one in whole) for b in boxes)
    if not any(overlap(a, b) for i, a in enumerate(boxes) for b in boxes[:i]):
        assert sorted(map(tuple, whole)) == sorted(boxes)
