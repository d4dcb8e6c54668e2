"""The picture and the table of a tensor say what NumPy says, and what is left out is said."""

import re
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.tensors.tensors import describe, describe_shape, numbered
from viz import theme
from viz.tensors import tensors

MANY = settings(max_examples=75, derandomize=True, deadline=None)
SHAPES = st.lists(st.integers(1, 30), max_size=7).filter(lambda shape: prod(shape) <= 60_000).map(tuple)


def rows(html: str) -> dict[str, tuple[str, str]]:
    """NumPy's name → value and words of a table's row, without markup."""
    found = re.findall(r"data-attribute='(\w+)'><code>(.*?)</code><span>(.*?)</span></td>", html)
    return {name: tuple(re.sub("<[^>]*>", "", text) for text in texts) for name, *texts in found}


@MANY
@given(SHAPES)
def test_every_drawn_cell_holds_its_own_element(shape):
    array = numbered(shape)
    scene = tensors.picture_scene(array, "x")
    (block,) = scene.blocks
    assert len(block.indices) <= 2500
    assert len({tuple(index) for index in block.indices.tolist()}) == len(block.indices)
    for index, value in zip(block.indices.tolist(), block.values, strict=True):
        assert value == str(array[tuple(index)])
    assert f"rank {array.ndim} and shape {array.shape}" in scene.alt


@MANY
@given(SHAPES)
def test_what_is_left_out_is_said_for_each_axis(shape):
    block = tensors.picture_block(numbered(shape), "x")
    sentence = tensors.left_out(block)
    for axis, size in enumerate(shape):
        drawn = len({index[axis] for index in block.indices.tolist()})
        match = re.search(rf"the first (\d* ?)and the last of {size} along axis {axis}[,;]", sentence)
        assert (drawn < size) == bool(match), sentence
        if match:
            assert int(match[1] or 1) == drawn - 1
    assert ("…" in sentence) == (len(block.indices) < prod(shape))


@MANY
@given(SHAPES)
def test_every_arrangement_keeps_cells_apart_and_axes_coloured(shape):
    scene = tensors.picture_scene(numbered(shape), "x")
    assert (scene.spread is not None) == (len(shape) >= 3)
    for poses in filter(None, (scene.poses, scene.narrow, scene.spread, scene.narrow_spread)):
        (pose,) = poses
        assert pose.positions.shape == (len(scene.blocks[0].indices), 2)
        places = np.round(np.column_stack([pose.positions, pose.layers]), 3)
        assert len(np.unique(places, axis=0)) == len(places)
        assert [mark.axis for mark in pose.axes] == list(range(len(shape)))
        for mark in pose.axes:
            assert mark.color == theme.AXES[min(mark.axis, 4)]
            assert mark.text == f"axis {mark.axis}: {shape[mark.axis]}"
    if scene.spread:
        for pose in (scene.spread[0], scene.narrow_spread[0]):
            order = np.sort(pose.positions, axis=0)
            apart = np.abs(pose.positions[None] - pose.positions[:, None]).max(axis=2) if len(order) < 300 else None
            assert apart is None or np.all(apart[~np.eye(len(order), dtype=bool)] > 0.99), "no cell hides another"


def test_on_a_phone_sheets_fan_out_downward():
    scene = tensors.picture_scene(numbered((3, 3, 5)), "x")
    wide, narrow = (np.ptp(poses[0].positions, axis=0) + 1 for poses in (scene.spread, scene.narrow_spread))
    assert wide[0] > 15
    assert narrow[0] == 5
    assert narrow[1] > 9


def test_images_are_shown_whole_in_ink():
    image = np.arange(784, dtype=np.uint8).reshape(28, 28)
    block = tensors.picture_block(image, "digit", real=True)
    assert len(block.indices) == 784
    assert set(block.fills) == {"ink"}
    np.testing.assert_allclose(block.strengths, image.ravel() / 255)
    stack = tensors.picture_block(np.zeros((60_000, 28, 28), np.uint8), "train_images", real=True)
    assert stack.kept == ((0, 1, None, 59_999), tuple(range(28)), tuple(range(28)))


def test_a_flattened_image_shows_its_middle_with_dots_at_both_ends():
    x = np.arange(784, dtype=np.float32) / 784
    scene = tensors.picture_scene(x, "x", real=True)
    (block,) = scene.blocks
    assert block.indices.ravel().tolist() == list(range(402, 413))
    assert block.values[0] == str(x[402])
    assert "402 to 412 of 784 along axis 0" in scene.alt
    dots = [label.x for label in scene.poses[0].labels if label.text == "…"]
    assert dots == [0.5, 12.5], "before the first cell and after the last"


def test_typed_numbers_are_plain_even_under_a_real_name():
    assert set(tensors.picture_block(np.arange(3), "x").fills) == {""}
    assert set(tensors.picture_block(np.array([[1.0, -2.0]]), "W1", real=True).fills) == {"positive", "negative"}


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((), "A single number, without any axis"),
        ((1,), "A row of 1 number"),
        ((3, 5), "3 rows of 5 numbers"),
        ((1, 3, 5), "1 sheet, each with 3 rows of 5 numbers"),
        ((60_000, 28, 28), "60,000 sheets, each with 28 rows of 28 numbers"),
        ((2, 2, 2, 3, 4), "2 × 2 stacks of 2 sheets, each with 3 rows of 4 numbers"),
        ((1, 2, 3, 4), "1 stack of 2 sheets, each with 3 rows of 4 numbers"),
    ],
)
def test_shapes_in_words(shape, words):
    assert tensors.in_words(shape) == words


@MANY
@given(SHAPES, st.sampled_from(["bool", "uint8", "int64", "float32"]))
def test_the_table_shows_numpys_attributes(shape, dtype):
    array = np.zeros(shape, dtype)
    found = rows(tensors.attributes_html(describe(array)))
    assert found["ndim"][0] == str(array.ndim)
    assert found["shape"][0] == str(array.shape)
    assert found["dtype"][0] == str(array.dtype)
    assert found["size"][0] == f"{array.size:,}"
    assert found["nbytes"][0] == f"{array.nbytes:,}"
    assert found["strides"][0] == str(array.strides)
    for axis, stride in enumerate(array.strides):
        assert f"along axis&nbsp;{axis} skips {stride:,} byte" in found["strides"][1]


def test_the_table_explains_in_words():
    found = rows(tensors.attributes_html(describe_shape((60_000, 28, 28), "uint8")))
    assert found["strides"][1].startswith(
        "one step along axis&nbsp;0 skips 784 bytes, along axis&nbsp;1 skips 28 bytes"
    )
    assert found["size"][1] == "the shape’s sizes multiplied: 60,000 × 28 × 28"
    assert found["nbytes"][1] == "room in memory: 47,040,000 elements of 1 byte, 47.0 MB"
    assert found["dtype"][1] == "what each element is: whole numbers from 0 to 255, in 8 bits (1 byte)"
    html = tensors.attributes_html(describe_shape((2, 3), "int64"))
    assert f"light-dark({theme.LIGHT['weights']}, {theme.DARK['weights']})'>3</i>" in html


@pytest.mark.parametrize("entries", [1, 5, 8])
@pytest.mark.parametrize("rank", range(6))
def test_a_vector_has_one_bracket_and_a_tensor_one_per_axis(entries, rank):
    vector, tensor = np.arange(entries), numbered((2,) * rank)
    scene = tensors.comparison_scene(vector, tensor)
    for pose in (scene.poses[0], scene.narrow[0]):
        assert [mark.block for mark in pose.axes] == [0] + [1] * rank
        names = [label.text for label in pose.labels]
        assert names == [f"A {entries}-dimensional vector", f"A tensor of rank {rank}"]
        first, second = pose.positions[:entries], pose.positions[entries:]
        gaps = second.min(axis=0) - first.max(axis=0) - 1
        assert gaps.max() >= 1.2, "the two never overlap"
    html = re.sub("<[^>]*>", "|", tensors.comparison_html(describe(vector), describe(tensor)))
    assert re.search(rf"Rank\|+1\|+{rank}\|", html)
    assert re.search(rf"Elements\|+{entries}\|+{2**rank}\|", html)
