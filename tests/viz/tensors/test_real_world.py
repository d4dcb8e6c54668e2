"""The small image whose numbers travel: where each cell stands, against NumPy's own moveaxis."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from viz import theme
from viz.tensors.real_world import CHANNELS, IMAGE, LIGHTS, PIXELS, channels_scene


def reading_order(positions: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """(sheet, row, column) of every cell, told from its place alone: sheets side by side, then down, then right."""
    across = np.unique(positions[:, 0])
    down = np.unique(positions[:, 1])
    assert len(across) == shape[0] * shape[2]
    assert len(down) == shape[1]
    column = np.searchsorted(across, positions[:, 0])
    return np.stack([column // shape[2], np.searchsorted(down, positions[:, 1]), column % shape[2]], axis=1)


@settings(max_examples=50, derandomize=True, deadline=None)
@given(st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(lambda size: arrays(np.uint8, (*size, 3))))
def test_each_number_stands_where_numpy_moves_it(image):
    scene = channels_scene(image)
    values = np.array([int(value) for value in scene.blocks[0].values])
    for pose, expected in zip(scene.poses, (image, np.moveaxis(image, -1, 0)), strict=True):
        found = np.full(expected.shape, -1)
        found[tuple(reading_order(pose.positions, expected.shape).T)] = values
        np.testing.assert_array_equal(found, expected)


def test_axes_keep_name_colour_and_size():
    scene = channels_scene()
    marks = [{mark.text: mark.color for mark in pose.axes} for pose in scene.poses]
    assert marks[0] == marks[1] == {"height: 2": theme.AXES[1], "width: 3": theme.AXES[2], "channels: 3": theme.AXES[3]}
    assert [mark.text for mark in scene.poses[0].axes] == ["height: 2", "width: 3", "channels: 3"]
    assert [mark.text for mark in scene.poses[1].axes] == ["channels: 3", "height: 2", "width: 3"]
    assert [frame.pose for frame in scene.frames] == [0, 1]
    assert "(2, 3, 3)" in scene.frames[0].caption
    assert "(3, 2, 3)" in scene.frames[1].caption


@pytest.mark.parametrize(("row", "column"), list(np.ndindex(2, 3)))
def test_the_six_pixels_are_the_colours_they_are_called(row, column):
    known = {
        "red": "#ff0000",
        "orange": "#ffa500",
        "yellow": "#ffff00",
        "green": "#008000",
        "blue": "#0000ff",
        "violet": "#ee82ee",
    }
    assert "#" + bytes(IMAGE[row, column]).hex() == known[PIXELS[row][column]]


def test_pointing_at_a_number_lights_its_pixel_and_says_both_places():
    scene = channels_scene()
    moved = np.moveaxis(IMAGE, -1, 0)
    assert sorted(scene.relations) == list(range(18))
    for cell, relation in scene.relations.items():
        row, column, channel = scene.blocks[0].indices[cell]
        pixel = {tuple(scene.blocks[0].indices[other]) for other in relation.lit["prediction"]}
        assert pixel == {(row, column, other) for other in range(3)}
        assert relation.text.startswith(f"{CHANNELS[channel]} of the {PIXELS[row][column]} pixel")
        place = tuple(int(part) for part in relation.text.split("[")[1].rstrip("]").split(","))
        assert moved[place] == IMAGE[row, column, channel]
        assert place == (channel, row, column)


def test_cells_are_filled_with_the_light_of_their_channel():
    block = channels_scene().blocks[0]
    for (row, column, channel), fill, strength in zip(block.indices, block.fills, block.strengths, strict=True):
        assert fill == LIGHTS[channel]
        assert strength == pytest.approx(0.8 * IMAGE[row, column, channel] / 255)
    assert set(block.fills) <= set(theme.LIGHT)


def test_the_words_for_those_who_cannot_see():
    assert "2 rows of 3 pixels" in channels_scene().alt
    assert "18 numbers" in channels_scene().alt
