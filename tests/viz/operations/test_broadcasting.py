"""The animation against NumPy's broadcast arrays: what every cell says, reads and where it travels; and the words."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations.broadcasting import Numbered, align, compute
from engine.operations.elementwise import OPERATIONS
from viz.components.live_cells import encode
from viz.operations import broadcasting as viz
from viz.operations import broadcasting_words as words
from viz.operations.broadcasting_table import alignment_table
from viz.tensors.cells import first_cells, full

hundreds = settings(max_examples=62, derandomize=True, deadline=None)


@st.composite
def fitting(draw, largest=12, max_rank=4):
    result = draw(st.lists(st.integers(0, largest), max_size=max_rank))
    made = []
    for _ in range(draw(st.integers(2, 3))):
        own = result[draw(st.integers(0, len(result))) :]
        made.append(tuple(draw(st.sampled_from([size, 1])) for size in own))
    return tuple(made)


def scene_of(shapes, name="add"):
    alignment = align(shapes)
    kept = viz.kept_axes(alignment)
    computed = compute(name, [Numbered(shape) for shape in shapes], viz.places(kept))
    names = tuple("abc"[: len(shapes)])
    return viz.broadcasting_scene(viz.Picture(alignment, kept, names, OPERATIONS[name].symbol, computed, "neutral"))


def whole(shape):
    return (np.arange(np.prod(shape, dtype=int)) % 9 + 1).reshape(shape)


def numbers(scene, block):
    """Index → scene-wide number of the cells of one block."""
    first = first_cells(scene.blocks)[block]
    return {tuple(index): first + local for local, index in enumerate(scene.blocks[block].indices.tolist())}


def read_at(index, shape):
    """Where NumPy reads one cell of the result: 0 along sizes of 1."""
    own = index[len(index) - len(shape) :]
    return tuple(0 if size == 1 else place for place, size in zip(own, shape, strict=True))


@hundreds
@given(fitting(), st.sampled_from(["add", "maximum", "less"]))
def test_own_cells_and_ghosts_are_numpys_views_and_the_result_follows(shapes, name):
    scene = scene_of(shapes, name)
    arrays = [whole(shape) for shape in shapes]
    views = np.broadcast_arrays(*arrays)
    wanted = views[0]
    for view in views[1:]:
        wanted = OPERATIONS[name].numpy(wanted, view)
    result = scene.blocks[-1]
    assert result.shape == wanted.shape
    assert list(result.values) == [full(wanted[tuple(index)]) for index in result.indices.tolist()]
    for which, array in enumerate(arrays):
        own, ghosts = scene.blocks[2 * which : 2 * which + 2]
        assert own.shape == array.shape
        assert list(own.values) == [full(array[tuple(index)]) for index in own.indices.tolist()]
        assert list(ghosts.values) == [full(views[which][tuple(index)]) for index in ghosts.indices.tolist()]
        assert len(own.indices) * bool(len(result.indices)) + len(ghosts.indices) == len(result.indices)


@hundreds
@given(fitting())
def test_ghosts_leave_the_cell_they_read_and_arrive_in_their_place(shapes):
    scene = scene_of(shapes)
    before, added, stretched = scene.poses[:3]
    result = numbers(scene, len(scene.blocks) - 1)
    for which, shape in enumerate(shapes):
        own, ghosts = numbers(scene, 2 * which), numbers(scene, 2 * which + 1)
        offsets = []
        for index, ghost in ghosts.items():
            source = own[read_at(index, shape)]
            for pose in (before, added):
                np.testing.assert_allclose(pose.positions[ghost], pose.positions[source])
                assert pose.presence[ghost] == 0
            assert stretched.presence[ghost] == 1
            assert scene.relations[ghost].lit[viz.LIT[which]] == [ghost, source]
            offsets.append(stretched.positions[ghost] - stretched.positions[result[index]])
        if offsets:
            # Stretched, an operand stands just as the result does, elsewhere.
            np.testing.assert_allclose(offsets, np.broadcast_to(offsets[0], (len(offsets), 2)), atol=1e-9)
        for cell in own.values():
            np.testing.assert_allclose(added.positions[cell], before.positions[cell])
            assert before.presence[cell] == added.presence[cell] == 1
            if len(result) and len(scene.blocks[-1].shape) <= 3:
                np.testing.assert_allclose(stretched.positions[cell], added.positions[cell])
    wanted = np.concatenate([np.full(len(block.indices), "stretched" in block.name) for block in scene.blocks])
    for pose in scene.poses:
        np.testing.assert_array_equal(pose.ghosts, wanted)


@hundreds
@given(fitting())
def test_the_result_appears_step_by_step_and_lights_its_sources(shapes):
    scene = scene_of(shapes)
    result = numbers(scene, len(scene.blocks) - 1)
    seen = [pose.presence[list(result.values())] for pose in scene.poses]
    assert all(not part.any() for part in seen[:3])
    assert seen[-1].all()
    counts = [int(part.sum()) for part in seen]
    assert counts == sorted(counts)
    assert [frame.pose for frame in scene.frames] == list(range(len(scene.poses)))
    lit = [set(frame.lit.get(viz.RESULT, ())) for frame in scene.frames]
    here = np.array(list(result.values()))
    for before, now, lights in zip(seen[2:-1], seen[3:-1], lit[3:-1], strict=False):
        assert set(here[now > before]) == lights
    assert set().union(*lit) == set(result.values())
    assert sum(map(len, lit)) == len(result)
    for index, cell in result.items():
        relation = scene.relations[cell]
        assert relation.lit[viz.RESULT] == [cell]
        for which, shape in enumerate(shapes):
            own, ghosts = numbers(scene, 2 * which), numbers(scene, 2 * which + 1)
            source = own[read_at(index, shape)]
            assert set(relation.lit[viz.LIT[which]]) == {source} | ({ghosts[index]} if index in ghosts else set())


@hundreds
@given(fitting(max_rank=6, largest=5))
def test_every_arrangement_has_the_same_poses_and_stays_small(shapes):
    scene = scene_of(shapes)
    cells = sum(len(block.indices) for block in scene.blocks)
    assert cells < 1500
    for poses in (scene.poses, scene.narrow, scene.spread, scene.narrow_spread):
        if poses is not None:
            assert len(poses) == len(scene.poses)
            assert all(pose.positions.shape == (cells, 2) and np.isfinite(pose.positions).all() for pose in poses)
            assert all(mark.block < len(scene.blocks) for pose in poses for mark in pose.axes)
    assert encode(scene)["blocks"][-1]["shape"] == list(align(shapes).result)


def test_an_added_axis_gets_its_bracket_and_a_stretched_one_its_stride():
    scene = scene_of([(32, 10), (10,)])
    texts = [[mark.text for mark in pose.axes if mark.block in (2, 3)] for pose in scene.poses[:3]]
    assert texts == [["axis -1: 10"], ["axis -2: 1", "axis -1: 10"], ["axis -2: 32, stride 0", "axis -1: 10"]]
    colors = [{mark.text[:7]: mark.color for mark in pose.axes} for pose in scene.poses]
    assert all(found["axis -1"] == "weights" for found in colors)
    assert all(found["axis -2"] == "data" for found in colors)
    names = [{label.text for label in pose.labels} for pose in scene.poses]
    assert {"a (32, 10)", "b (10,)"} <= names[0]
    assert "b (1, 10)" in names[1] and "b as (32, 10)" in names[2]
    assert "=" not in names[2] and {"=", "result (32, 10)"} <= names[3]


def test_the_reference_of_the_chapter_reads_each_cell_of_b_32_times():
    scene = scene_of([(32, 10), (10,)])
    b = numbers(scene, 2)
    assert scene.relations[b[(9,)]].text == "Read for 32 cells of the result."
    last = numbers(scene, 4)[(31, 9)]
    assert scene.relations[last].text == "Computed as 5 + 1 = 6."
    assert scene.frames[-1].caption == "The result has shape (32, 10): 320 cells."


@hundreds
@given(fitting(largest=70, max_rank=6))
def test_what_is_left_out_is_said_for_exactly_the_axes_that_are_cut(shapes):
    alignment = align(shapes)
    kept = viz.kept_axes(alignment)
    said = words.left_out(alignment, kept)
    cut = {axis.number for axis, drawn in zip(alignment.axes, viz.places(kept), strict=True) if len(drawn) < axis.size}
    assert {int(number) for number in re.findall(r"along axis (-\d+)", said)} == cut


def test_left_out_in_words():
    alignment = align([(64, 3, 32, 10), (32, 10)])
    said = words.left_out(alignment, viz.kept_axes(alignment))
    assert said.startswith("Drawn: the first and the last of 64 along axis -4, the first and the last of 32 along")
    assert "the first 3 and the last of 10 along axis -1." in said


def test_memory_names_strides_and_both_figures():
    alignment = align([(32, 10), (10,)])
    (said,) = words.memory_sentences(alignment, "ab", [4, 4])
    assert "takes 40 bytes" in said and "strides (0, 4)" in said and "1,280 bytes" in said


@pytest.mark.parametrize(
    ("shapes", "answer", "right", "word"),
    [
        ([(4, 1), (3,)], (4, 3), True, "Right"),
        ([(4, 1), (3,)], (4, 1), False, "on axis -1, 1 and 3 give 3"),
        ([(4, 1), (3,)], (3,), False, "as many axes as the longest shape, 2"),
        ([(4, 1), (3,)], None, False, "They do fit"),
        ([(4, 2), (3,)], None, True, "axis -1 has 2 and 3"),
        ([(4, 2), (3,)], (4, 3), False, "axis -1 has 2 and 3"),
    ],
)
def test_an_answer_is_judged_and_explained(shapes, answer, right, word):
    found, said = words.judged(align(shapes), answer)
    assert found is right
    assert word in said


def rows(html):
    """The table as text: one list of cells per row."""
    table = html.split("</style>")[1].replace("&shy;", "")
    return [
        [" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.S)
    ]


def test_the_table_aligns_from_the_right_with_a_verdict_on_each_axis():
    assert rows(alignment_table(align([(32, 1, 10), (5, 10)]), "ab")) == [
        ["", "axis -3", "axis -2", "axis -1"],
        ["a", "32", "1 → 5", "10"],
        ["b", "1 → 32", "5", "10"],
        ["result", "32", "5", "10"],
        ["", "added, then stretched", "stretched", "equal"],
    ]


def test_the_table_marks_exactly_the_sizes_that_clash():
    html = alignment_table(align([(2, 4), (3,)]), "ab")
    assert rows(html)[1:] == [
        ["a", "2", "✗ 4"],
        ["b", "1 → 2", "✗ 3"],
        ["result", "2", "none"],
        ["", "added, then stretched", "✗ incompatible"],
    ]
