"""Nearest shapes: they fit, they are in reach, and nothing is nearer, by brute force over all single edits."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations.nearest_shapes import nearest

SIZES = 4
shapes = st.lists(st.integers(0, SIZES), max_size=3).map(tuple)


def fits(several) -> bool:
    try:
        np.broadcast_shapes(*several)
    except ValueError:
        return False
    return True


def one_edit_away(several) -> set:
    """Every result of adding one axis of size 1, or of changing one size, anywhere."""
    reached = set()
    for which, shape in enumerate(several):
        grown = [(*shape[:place], 1, *shape[place:]) for place in range(len(shape) + 1)]
        changed = [(*shape[:axis], size, *shape[axis + 1 :]) for axis in range(len(shape)) for size in range(SIZES + 1)]
        reached |= {(*several[:which], new, *several[which + 1 :]) for new in (*grown, *changed)}
    return reached


def least_edits(several, most: int) -> int:
    """By breadth first search; most + 1 where more would be needed."""
    known = {tuple(several)}
    for edits in range(most + 1):
        if any(map(fits, known)):
            return edits
        if edits < most:
            known = set().union(*map(one_edit_away, known))
    return most + 1


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.lists(shapes, min_size=2, max_size=2))
def test_suggestions_fit_and_nothing_is_nearer(several):
    found = nearest(several)
    assert found
    assert all(fits(suggestion.shapes) for suggestion in found)
    assert {min(suggestion.edits, 3) for suggestion in found} == {least_edits(several, 2)}
    if found[0].edits == 1:
        assert {suggestion.shapes for suggestion in found} <= one_edit_away(several)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.lists(st.lists(st.integers(1, SIZES), max_size=2).map(tuple), min_size=3, max_size=3))
def test_three_shapes(several):
    found = nearest(several)
    assert all(fits(suggestion.shapes) for suggestion in found)
    assert {min(suggestion.edits, 3) for suggestion in found} == {least_edits(several, 2)}


@settings(max_examples=75, derandomize=True, deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), max_size=6).map(tuple), min_size=2, max_size=3))
def test_ranks_up_to_six_stay_within_the_bound(several):
    found = nearest(several, max_rank=6)
    assert found
    assert all(fits(suggestion.shapes) for suggestion in found)
    assert all(len(shape) <= 6 for suggestion in found for shape in suggestion.shapes)
    assert len({suggestion.shapes for suggestion in found}) == len(found) <= 6


def test_adding_an_axis_on_the_right_comes_first():
    texts = [suggestion.text for suggestion in nearest([(3, 4), (3,)])]
    assert texts[0] == "b: (3,) → (3, 1)"
    assert "b: (3,) → (4,)" in texts
    assert "b: (3,) → (1,)" in texts


def test_every_single_edit_that_mends_is_found():
    several = ((3, 4), (3,))
    mending = {new for new in one_edit_away(several) if fits(new)}
    assert {suggestion.shapes for suggestion in nearest(several, limit=99)} == mending


def test_shapes_that_fit_need_no_edit():
    assert nearest([(3, 1), (4,)]) == (((((3, 1), (4,))), 0, ""),)
