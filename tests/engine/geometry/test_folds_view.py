"""The grid, the answers all over the plane and their border, the straight cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from engine.geometry import folds, folds_data, folds_view
from engine.geometry.folds import Dense, Settings


def test_the_grid_has_straight_lines_of_short_pieces_each_way():
    points, lines = folds_view.grid(2.0)
    pieces = points[lines]
    steps = np.abs(pieces[:, 1] - pieces[:, 0])
    assert len(lines) == 2 * 13 * 60 and steps.max() == pytest.approx(4 / 60)
    assert ((steps > 1e-12).sum(1) == 1).all()
    along_y = pieces[steps[:, 1] > 1e-12]
    assert len(along_y) == 13 * 60
    np.testing.assert_allclose(np.unique(along_y[:, 0, 0].round(9)), np.linspace(-2, 2, 13), atol=1e-9)


def test_regions_of_a_network_made_by_hand():
    """relu(x[0]) + relu(−x[0]) = |x[0]|: red where it is above 0.7 + x[1] / 5."""
    hidden = Dense(np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]]), np.array([0.0, 0.0, 10.0]))
    scores = Dense(np.array([[0.0, 1.0], [0.0, 1.0], [0.2, 0.0]]), np.array([0.7 - 2.0, 0.0]))
    found = folds_view.regions((hidden, scores), "relu", 1.5)
    across, up = np.meshgrid(found.values, found.values)
    margins = np.abs(across) - 0.7 - up / 5
    np.testing.assert_allclose(found.red, 1 / (1 + np.exp(-margins)), atol=1e-12)
    assert len(found.boundary) > 100
    np.testing.assert_allclose(np.abs(found.boundary[:, 0]), 0.7 + found.boundary[:, 1] / 5, atol=1e-9)
    assert found.boundary[:, 0].min() < -0.5 and found.boundary[:, 0].max() > 0.5


def test_where_one_class_wins_everywhere_or_numbers_are_lost_there_is_no_border():
    everywhere = (Dense(np.zeros((2, 2)), np.array([0.0, 1.0])),)
    found = folds_view.regions(everywhere, "tanh", 1.0)
    assert found.boundary.shape == (0, 2) and found.red == pytest.approx(1 / (1 + np.exp(-1)))
    lost = (Dense(np.full((2, 2), np.nan), np.zeros(2)),)
    assert folds_view.regions(lost, "tanh", 1.0).boundary.shape == (0, 2)


@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.integers(0, 9_999), st.sampled_from([0.3, 1.0, 3.0, 30.0]), st.sampled_from([2, 3]))
def test_the_straight_cut_is_as_good_as_scipys(seed, apart, axes):
    random = np.random.default_rng(seed)
    labels = np.arange(60) % 2
    points = 5 * random.normal(size=(60, axes)) * [1, 10, 0.1][:axes] + apart * labels[:, None]
    rows = (points - points.mean(0)) / points.std(0)

    def loss(w):
        margin = (2 * labels - 1) * (rows @ w[:-1] + w[-1])
        return np.logaddexp(0, -margin).mean() + folds_view.RIDGE / 2 * (w[:-1] @ w[:-1] + 1e-3 * w[-1] ** 2)

    best = optimize.minimize(loss, np.zeros(axes + 1), tol=1e-10).x
    wanted = ((rows @ best[:-1] + best[-1] > 0) == labels).mean()
    assert folds_view.straight_cut(points, labels) == pytest.approx(wanted, abs=1.1 / 60)


def test_the_straight_cut_parts_what_can_be_parted_and_an_affine_map_does_not_change_it():
    random = np.random.default_rng(0)
    points = random.uniform(-1, 1, (200, 2))
    labels = (points @ [3, -1] > 0.5).astype(int)
    assert folds_view.straight_cut(points, labels) == 1
    rings = folds_data.generate("circles")
    before = folds_view.straight_cut(*rings)
    assert 0.4 < before < 0.62
    moved = rings.points @ [[2.0, 0.5, -1.0], [0.0, 1.0, 3.0]] + [5, 6, 7]
    assert folds_view.straight_cut(moved, rings.labels) == pytest.approx(before, abs=0.01)


@pytest.mark.parametrize(
    ("points", "wanted"),
    [(np.zeros((0, 2)), np.nan), (np.full((4, 2), np.inf), np.nan), (np.ones((4, 2)), 0.5)],
)
def test_the_straight_cut_of_nothing_of_infinity_and_of_one_place(points, wanted):
    found = folds_view.straight_cut(points, np.arange(len(points)) % 2)
    assert found == pytest.approx(wanted, nan_ok=True)


def test_a_trained_networks_border_is_where_its_scores_are_equal():
    *_, last = folds.train(folds_data.generate("moons"), Settings(updates=40))
    for name, run in last.runs.items():
        border = folds_view.regions(run.params, name, 1.5).boundary
        scores = folds.outputs(run.params, border, name)[-1]
        spread = np.abs(folds.outputs(run.params, border + 0.05, name)[-1] @ [-1, 1]).max()
        assert len(border) > 30 and np.abs(scores @ [-1, 1]).max() < 0.3 * spread
