"""The plane boards carry the engine's numbers and objects, as plain JSON."""

import base64
import json

import numpy as np
import pytest

from engine.geometry import geometry, geometry_measures
from engine.geometry.geometry import PRESETS, PlaneMap
from engine.geometry.geometry_shapes import LETTER
from viz import theme
from viz.geometry import geometry as viz

DIGIT = np.zeros((28, 28), np.uint8)
DIGIT[3, 20], DIGIT[9, 1] = 255, 100
PHOTO = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)


def built(plane, chosen="letter", **changes):
    objects = viz.shapes({"digit": ("My digit", DIGIT), "photo": ("My photo", PHOTO)})
    shares = geometry_measures.direction_shares(plane), objects[chosen].shares(plane)
    settings = {"chosen": chosen, "preset": "affine", "layers": dict.fromkeys(viz.LAYERS, True), "version": 3} | changes
    board = viz.map_board(plane, geometry_measures.measure(plane.W), "A map.", shares, objects, **settings)
    return json.loads(json.dumps(board, allow_nan=False))


def test_the_map_and_what_was_measured_of_it():
    plane = PRESETS["relu"].example
    board = built(plane)
    numbers = {"W": [0.75, -0.75, 0.5, 1], "b": [0.5, -0.25], "relu": True}
    assert board["map"] == board["found"]["map"] == numbers
    found = board["found"]
    assert found["determinant"] == 1.125 and found["rank"] == 2 and found["eigen"]["values"] == []
    np.testing.assert_allclose(found["singular"], np.linalg.svd(plane.W, compute_uv=False))
    assert [sum(shares) for shares in found["shares"]] == pytest.approx([1, 1])
    assert found["shares"][1] == list(geometry_measures.area_shares(plane, [LETTER])) and 0 < found["shares"][1][0] < 1
    assert found["verdict"] == "A map." and board["version"] == 3 and board["preset"] == "affine"


def test_every_family_of_maps_comes_with_its_example():
    board = built(PRESETS["skew"].example)
    for preset, (name, known) in zip(board["presets"], PRESETS.items(), strict=True):
        assert (preset["name"], preset["title"], preset["relu"]) == (name, known.title, known.example.relu)
        assert preset["W"] == known.example.W.ravel().tolist() and preset["b"] == known.example.b.tolist()
    # Columns of W have the colours of the first two axes everywhere.
    assert board["axes"] == list(theme.AXES[:2])


def test_objects_keep_their_corners_and_pixels():
    grid, letter, digit, photo = built(PRESETS["skew"].example)["objects"]
    assert letter["polygons"] == [LETTER.tolist()] and len(grid["polygons"]) == 18
    assert base64.b64decode(digit["pixels"]) == DIGIT.tobytes() and digit["ink"] and digit["title"] == "My digit"
    assert base64.b64decode(photo["pixels"]) == PHOTO.tobytes() and not photo["ink"]
    assert (photo["height"], photo["width"]) == (2, 3)


def test_a_digit_is_counted_by_its_ink_a_photo_by_all_pixels():
    objects = viz.shapes({"digit": ("", DIGIT), "photo": ("", PHOTO)})
    assert objects["digit"].points.tolist() == [[(41 - 28) / 28, (27 - 6) / 28]]
    assert len(objects["photo"].points) == 6
    right = PlaneMap(np.eye(2), np.zeros(2))
    assert tuple(objects["digit"].shares(right)) == (1, 0, 0, 0)
    assert objects["photo"].shares(right) == geometry_measures.point_shares(right, objects["photo"].points)
    assert "digit" not in viz.shapes({"digit": ("", np.zeros((28, 28), np.uint8))})


def test_the_zero_matrix_has_numbers_too():
    found = built(PlaneMap(np.zeros((2, 2)), np.zeros(2)), chosen="photo")["found"]
    assert (found["determinant"], found["rank"], found["singular"]) == (0, 0, [0, 0])
    assert found["eigen"] == {"values": [0], "directions": [[1, 0]], "every": True}


def test_the_vectors_come_with_their_sum():
    A, B = np.array([0.5, 1]), np.array([1, 0.25])
    board = json.loads(json.dumps(viz.vectors_board(A, B, geometry.add(A, B), order="both", version=2)))
    assert (board["A"], board["B"], board["sum"]) == ([0.5, 1], [1, 0.25], [1.5, 1.25])
    assert board["order"] in board["orders"] and board["version"] == 2 and board["kind"] == "vectors"
