"""Jacobians filled pass by pass, and the sentences on what both modes cost."""

import numpy as np
import pytest

from engine.backprop import autodiff_modes as modes
from engine.backprop.autodiff_modes import Counts, Problem
from engine.backprop.autodiff_modes_times import Times
from viz.backprop import autodiff_modes as viz
from viz.tensors.cells import first_cells

WIDE, LARGE, SQUARES = Problem("dense", 5, 3), Problem("dense", 64, 12), Problem("squares", 20, 1)
FOUND = {asked: modes.jacobians(asked) for asked in (WIDE, LARGE, SQUARES)}


@pytest.mark.parametrize("asked", FOUND, ids=str)
def test_after_pass_p_exactly_p_columns_and_p_rows_are_known(asked):
    scene = viz.scene(asked, FOUND[asked])
    forward, reverse = first_cells(scene.blocks)[:2]
    done = [0] + [int(frame.caption.split(".")[0].split()[1]) for frame in scene.frames[1:]]
    assert done[0] == 0 and done == sorted(set(done)) and done[-1] == max(asked.inputs, asked.outputs)
    for passes, frame in zip(done, scene.frames, strict=True):
        for first, block, axis in ((forward, scene.blocks[0], 1), (reverse, scene.blocks[1], 0)):
            for number, index in enumerate(block.indices):
                assert (first + number in frame.texts) == (index[axis] >= passes)
                assert (first + number in frame.lit.get("gradient", [])) == (index[axis] == passes - 1)
    assert not scene.frames[-1].texts


def test_both_blocks_hold_the_jacobian_and_large_ones_are_cut():
    scene = viz.scene(WIDE, FOUND[WIDE])
    for block, jacobian in zip(scene.blocks, (FOUND[WIDE].forward, FOUND[WIDE].reverse), strict=True):
        assert block.shape == (3, 5) and [float(text) for text in block.values] == jacobian.ravel().tolist()
    large = viz.scene(LARGE, FOUND[LARGE])
    assert len(large.blocks[0].indices) == 64 and large.blocks[0].shape == (12, 64)
    assert large.frames[-1].caption.startswith("Pass 64. Forward: column 63") and len(large.frames) == 10


def test_captions_and_relations():
    scene = viz.scene(WIDE, FOUND[WIDE])
    assert "column 1: how every output answers to input 1." in scene.frames[2].caption
    assert "row 2: how output 2 answers to every input, and is complete." in scene.frames[3].caption
    assert "Reverse was complete after pass 3." in scene.frames[4].caption
    first = first_cells(scene.blocks)
    cell = first[1] + 7
    assert scene.relations[cell].lit == {"gradient": [first[0] + 7, first[1] + 7]}
    assert scene.relations[cell].text == "∂f[1] / ∂x[2]: forward pass 3 of 5, reverse pass 2 of 3"


def test_no_two_cells_share_a_place():
    for asked, found in FOUND.items():
        for pose in (*viz.scene(asked, found).poses, *viz.scene(asked, found).narrow):
            gaps = np.abs(pose.positions[:, None] - pose.positions[None]).max(axis=2) + 9 * np.eye(len(pose.positions))
            assert gaps.min() >= 1 - 1e-6


def test_the_table_and_the_winner():
    found = modes.counts(SQUARES)
    table = viz.counts_table(found)
    assert (
        f"| **{found.forward:,}** | **{found.reverse:,}** |" in table and "| 20, one for each input | 1, one" in table
    )
    assert "| none | 80 bytes |" in table
    said = viz.winner_words(SQUARES, found)
    assert "**Reverse mode wins**: 1 pass instead of 20, because there are fewer outputs" in said
    assert f"{found.reverse:,} operations instead of {found.forward:,}" in said
    curve = Problem("curve", 1, 9)
    assert "**Forward mode wins**: 1 pass instead of 9, because there are fewer inputs" in viz.winner_words(
        curve, modes.counts(curve)
    )
    square = Problem("dense", 4, 4)
    assert "Neither wins" in viz.winner_words(square, modes.counts(square))
    assert "3 passes instead of 5" in viz.winner_words(WIDE, modes.counts(WIDE))


def test_the_networks_sentence():
    said = viz.network_words(Counts(100, 210, 200, 1_000_000, 200, 28_272, (407_050, 1)))
    assert "A loss has one output: reverse mode needs one pass for all 407,050 weights." in said
    assert "2.0 times" in said and "5,000 times" in said and "28.3 kB" in said


def bars(rows):
    (found,) = viz.times_figure(rows).data
    return found


def test_times_as_bars_and_words():
    times = Times(WIDE, (0.004, 0.002, 0.003), (0.001, 0.001, 0.002))
    found = bars(viz.jacobian_rows(times))
    assert list(found.y) == ["jacfwd", "jacrev"] and list(found.x) == [0.003, 0.001]
    said = viz.jacobian_words(times, "finished", WIDE)
    assert "Medians of 3 runs" in said and "**jacfwd takes 3.0 times** as long as jacrev" in said
    turned = Times(WIDE, times.reverse, times.forward)
    assert "**jacrev takes 3.0 times** as long as jacfwd" in viz.jacobian_words(turned, "finished", WIDE)
    network = bars(viz.network_rows(times, 1000))
    assert list(network.x) == pytest.approx([0.003, 0.001, 3.0]) and list(network.marker.pattern.shape) == ["", "", "/"]
    assert "**Extrapolated**, 1,000 jvp passes" in viz.network_time_words(times, "finished", 1000)
    assert "3,000 times as long" in viz.network_time_words(times, "finished", 1000)


def test_before_there_are_times():
    assert not len(bars(viz.jacobian_rows(None)).x) and not len(bars(viz.network_rows(None, 5)).x)
    assert "Press **Measure**" in viz.jacobian_words(None, "new", WIDE)
    assert viz.network_time_words(Times("the network"), "running", 5) == "Compiling."
    assert "Waiting" in viz.network_time_words(Times("the network", waiting=True), "running", 5)
    assert "Press **Measure**" in viz.network_time_words(Times("the network", waiting=True), "stopped", 5)
