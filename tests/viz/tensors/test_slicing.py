"""The picture of a slice: which cells are drawn and lit, where each travels, and what the table says."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.tensors import slicing
from engine.typed.index_syntax import parse_index
from tests.engine.tensors.test_slicing import case_of
from viz import theme
from viz.components.live_cells import encode
from viz.tensors import cells
from viz.tensors.slicing import STEPPED_BACK, slicing_scene
from viz.tensors.slicing_table import derivation_html


def picture(array: np.ndarray, text: str, **more) -> cells.Scene:
    return slicing_scene(array, "x", slicing.derive(array.shape, parse_index(text)), **more)


def numbered(*shape: int) -> np.ndarray:
    return np.arange(int(np.prod(shape))).reshape(shape)


def images(count: int) -> np.ndarray:
    """Sheets of 28 × 28 that hold the sheet's number; no memory of their own."""
    return np.broadcast_to(np.arange(count).astype(np.uint8)[:, None, None], (count, 28, 28))


def numbers_lit(scene: cells.Scene) -> set[str]:
    return {scene.blocks[0].values[cell] for cell in scene.frames[0].lit["data"]}


@settings(max_examples=1_000, derandomize=True, deadline=None)
@given(st.integers(0, 2**60).map(case_of))
def test_every_drawn_result_cell_travels_from_its_source(case):
    """With cells that hold their own number, the journey, the relation and NumPy agree."""
    shape, text = case
    array = numbered(*shape)
    try:
        found = slicing.derive(shape, parse_index(text))
    except InvalidInput:
        return
    scene = slicing_scene(array, "x", found)
    expected = np.asarray(array[found.index])
    source, result = scene.blocks
    first = len(source.indices)
    for pose, after in (scene.poses, scene.narrow):
        for cell, index in enumerate(result.indices.tolist()):
            assert result.values[cell] == str(expected[tuple(index)])
            (origin,) = (lit for lit in scene.relations[first + cell].lit["data"] if lit < first)
            assert source.values[origin] == result.values[cell]
            np.testing.assert_array_equal(pose.positions[first + cell], after.positions[origin])
            assert first + cell in scene.relations[origin].lit["data"]
        assert set(pose.presence[first:]) <= {0}
        assert set(after.presence[first:]) <= {1}
        places = {tuple(place) for place in after.positions.round(6).tolist()}
        assert len(places) == len(after.positions), "two cells stand in one place"
    assert numbers_lit(scene) == {str(value) for value in expected.ravel()} & set(source.values)
    lit = set(scene.frames[0].lit["data"])
    assert scene.poses[0].presence[:first].tolist() == [1 if cell in lit else STEPPED_BACK for cell in range(first)]


def test_of_many_images_taken_ones_and_a_neighbour_are_drawn():
    scene = picture(images(60_000), "10:100, 7:-7, 7:-7", image=True)
    source, result = scene.blocks
    assert source.kept[0] == (10, 99, 100)
    assert result.kept[0] == (0, 89)
    assert len(result.indices) == 2 * 14 * 14
    assert {source.indices[cell][0] for cell in scene.frames[0].lit["data"]} == {10, 99}
    assert "x 3 of 60,000 on axis 0; of my_slice 2 of 90 on axis 0" in scene.frames[1].caption
    assert [mark.text for mark in scene.poses[1].axes if mark.axis == 0] == [
        "axis 0: 60,000; here 10, 99, 100",
        "axis 0: 90; here 0, 89",
    ]
    assert set(result.fills) == {"ink"}


def test_the_crop_stands_on_the_digit_itself():
    digit = np.random.default_rng(0).integers(0, 256, (28, 28)).astype(np.uint8)
    scene = picture(digit, "14:, 14:", image=True)
    lit = scene.frames[0].lit["data"]
    assert {tuple(scene.blocks[0].indices[cell]) for cell in lit} == {
        (r, c) for r in range(14, 28) for c in range(14, 28)
    }
    np.testing.assert_allclose(scene.blocks[1].strengths, digit[14:, 14:].ravel() / 255)


def test_gaps_of_a_long_matrix_show_ellipses():
    scene = picture(numbered(784, 512), "::100, :3")
    rows = scene.blocks[0].kept[0]
    assert [row for row in rows if row is not None and row % 100 == 0] == [0, 100, 200, 300, 400, 500, 600, 700]
    dots = [label.text for label in scene.poses[0].labels if label.text in ("…", "⋮")]
    assert dots.count("⋮") == sum(kept.count(None) for kept in (block.kept[0] for block in scene.blocks))
    assert dots.count("…") == sum(kept.count(None) for kept in (block.kept[1] for block in scene.blocks))


@pytest.mark.parametrize(
    ("text", "colors"),
    [
        (":, 0", ["data", "prediction"]),
        ("0", ["weights", "prediction"]),
        (":, newaxis, 0", ["data", "muted", "prediction"]),
        (":, [0, 1], [0, 1]", ["data", "weights"]),
        ("[0, 1], :, [0, 1]", ["data", "weights"]),
        ("0, ..., [0, 1]", ["data", "weights"]),
    ],
)
def test_an_axis_keeps_its_colour(text, colors):
    scene = picture(numbered(4, 5, 6), text)
    assert [mark.color for mark in scene.poses[1].axes if mark.block == 1] == colors


@pytest.mark.parametrize("text", ["5:5", "[]", "1:3, [1, 1, 1]", "...", "0, 0", "newaxis"])
def test_every_scene_can_be_sent(text):
    scene = picture(numbered(4, 5), text)
    encoded = encode(scene)
    count = sum(len(block.indices) for block in scene.blocks)
    assert all(int(cell) < count for cell in encoded["relations"])
    assert len(encoded["frames"]) == 2


def rows(html: str) -> list[list[str]]:
    body = html[html.index("<tbody>") : html.index("</tbody>")]
    return [
        [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in re.findall("<tr>.*?</tr>", body)
    ]


def test_the_table_derives_the_shape_axis_by_axis():
    found = slicing.derive((60000, 28, 28), parse_index("-1, newaxis, 14:, 7:-7"), itemsize=1)
    html = derivation_html("train_images", found, 1)
    assert rows(html) == [
        ["axis 0", "-1", "60,000 → gone", "counts from the end and takes 59999 alone; this axis is gone"],
        ["new axis", "newaxis", "1", "puts in an axis of size 1; it takes none of the tensor's".replace("'", "&#x27;")],
        ["axis 1", "14:", "28 → 14", "takes 14, 15, …, 27: 14 of 28"],
        ["axis 2", "7:-7", "28 → 14", "means 7:21 and takes 7, 8, …, 20: 14 of 28"],
    ]
    assert "<code>(60000, 28, 28)</code> → <code>(1, 14, 14)</code>" in html
    assert "<b>A view.</b>" in html
    offset = 59_999 * 784 + 14 * 28 + 7
    assert "<code>(0, 28, 1)</code> bytes" in html
    assert f"begins {offset:,} bytes into train_images" in html
    assert theme.LIGHT["prediction"] in html


@pytest.mark.parametrize(
    ("text", "words"), [("[0]", "A copy."), ("0, 0", "A number, copied."), ("0, 0, ...", "A view.")]
)
def test_the_table_says_whose_memory_it_is(text, words):
    found = slicing.derive((4, 5), parse_index(text), itemsize=8)
    assert f"<b>{words}</b>" in derivation_html("x", found, 8)
