"""Clouds as the browser takes them: what is unpacked is what was given, to one part in 32,767 of the reach."""

import base64
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from viz.geometry.clouds import ATLAS_COLUMNS, LEVELS, MISSING, Cloud, Stage, packed, sheet_lines, view_of


def unpacked(stage: dict) -> np.ndarray:
    levels = np.frombuffer(base64.b64decode(stage["points"]), "<i2").reshape(-1, 3)
    points = np.array(stage["centre"]) + levels / LEVELS * stage["reach"]
    return np.where(levels == MISSING, np.nan, points)


def cloud(*stages: np.ndarray, **changes) -> Cloud:
    count = len(stages[0])
    kept = {"classes": np.zeros(count, int), "names": ("one",), "colors": ("data",), "alt": "points"} | changes
    return Cloud(tuple(Stage(f"s{k}", points) for k, points in enumerate(stages)), **kept)


@settings(max_examples=40, deadline=None)
@given(
    arrays(np.float64, st.tuples(st.integers(1, 20), st.sampled_from([2, 3])), elements=st.floats(-1e6, 1e6)),
    st.floats(1e-3, 1e3),
)
def test_points_arrive_to_a_level_of_the_reach(points, scale):
    points = points * scale
    stage = packed(cloud(points))["stages"][0]
    found = unpacked(stage)
    np.testing.assert_allclose(found[:, : points.shape[1]], points, rtol=0, atol=0.51 * stage["reach"] / LEVELS)
    if points.shape[1] == 2:
        assert np.abs(found[:, 2]).max() <= 0.51 * stage["reach"] / LEVELS


def test_a_missing_point_stays_missing_and_moves_nothing_else():
    points = np.array([[0.0, 1, 2], [np.nan, 0, 0], [4, 5, 6], [np.inf, 0, 0]])
    found = unpacked(packed(cloud(points))["stages"][0])
    np.testing.assert_array_equal(np.isnan(found).all(1), [False, True, False, True])
    np.testing.assert_allclose(found[[0, 2]], points[[0, 2]], atol=1e-3)


def test_the_view_is_the_box_s_middle_and_its_farthest_point():
    points = np.array([[0.0, 0, 0], [2, 0, 0], [2, 4, 4]])
    centre, reach, near = view_of(points)
    np.testing.assert_array_equal(centre, [1, 2, 2])
    assert reach == near == 3
    assert view_of(np.full((2, 3), np.nan))[1:] == (1, 1)
    assert view_of(np.ones((4, 3)))[1:] == (1, 1)


def test_one_outlier_in_a_hundred_does_not_make_the_picture_small():
    angles = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)], -1)
    outliers = np.array([[5.0, 0], [-5, 0]])
    view = view_of(np.concatenate([circle, outliers]))
    assert view.reach == 5 and view.near == pytest.approx(1.1)
    found = unpacked(packed(cloud(np.concatenate([circle, outliers])))["stages"][0])
    np.testing.assert_allclose(found[-2:, 0], [5, -5], atol=1e-3)


def test_classes_lines_and_corners_arrive():
    points = np.arange(12.0).reshape(4, 3)
    sent = packed(cloud(points, classes=np.array([0, 1, 1, 0]), names=("a", "b"), colors=("data", "loss"),
                        lines=sheet_lines(2, 2), grid=[3], marked=[1], notes=["w", "x", "y", "z"]))  # fmt: skip
    assert list(base64.b64decode(sent["classes"])) == [0, 1, 1, 0]
    assert list(base64.b64decode(sent["hidden"])) == [0, 0, 0, 1]
    lines = np.frombuffer(base64.b64decode(sent["lines"]), "<u4").reshape(-1, 2)
    np.testing.assert_array_equal(lines, [[0, 1], [2, 3], [0, 2], [1, 3]])
    assert (sent["marked"], sent["notes"][3], sent["flat"]) == ([1], "z", False)


def test_a_sheet_s_lines_join_neighbours_once():
    lines = sheet_lines(3, 4)
    rows, columns = np.divmod(lines, 4)
    steps = np.abs(np.diff(rows)) + np.abs(np.diff(columns))
    assert (steps == 1).all()
    assert len(np.unique(lines, axis=0)) == len(lines) == 3 * 3 + 2 * 4


def test_images_lie_in_the_atlas_in_order():
    images = np.random.default_rng(0).integers(0, 256, (ATLAS_COLUMNS + 2, 28, 28)).astype(np.uint8)
    sent = packed(cloud(np.zeros((len(images), 3)), images=images))
    atlas = np.asarray(Image.open(io.BytesIO(base64.b64decode(sent["atlas"].split(",")[1]))))
    assert atlas.shape == (56, 28 * ATLAS_COLUMNS)
    np.testing.assert_array_equal(atlas[28:, 28:56], images[ATLAS_COLUMNS + 1])


def test_a_flat_cloud_is_flat_at_every_stage():
    plane, space = np.zeros((2, 2)), np.zeros((2, 3))
    assert packed(cloud(plane, plane))["flat"]
    assert not packed(cloud(plane, space))["flat"]


@pytest.mark.parametrize("points", [np.zeros((3, 3)), np.zeros((2, 4))])
def test_stages_must_fit_the_classes(points):
    with pytest.raises(ValueError, match="s1"):
        packed(cloud(np.zeros((2, 3)), points))
