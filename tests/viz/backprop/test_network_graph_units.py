"""The gallery of hidden units: each image at its place, dead ones crossed, clicks understood, sentences counted."""

import numpy as np
import pytest

from engine.backprop.network_graph_units import Units
from viz.backprop import network_graph_units as viz


@pytest.fixture
def units():
    random = np.random.default_rng(1)
    gradients = random.normal(size=(70, 28, 28)) * np.linspace(1, 2, 70)[:, None, None]
    active = np.full(70, 3)
    gradients[[4, 66]], active[[4, 66]] = 0, 0
    norms = np.sqrt((gradients**2).sum(axis=(1, 2)))
    return Units(random.normal(size=(70, 28, 28)), gradients, norms, active, 5)


def trace(figure, name):
    return next(item for item in figure.data if item.name == name)


@pytest.mark.parametrize("own_scale", [False, True])
def test_every_image_stands_at_its_place_in_the_scale_said(units, own_scale):
    shown = viz.ordered(units, largest_first=True)[:64]
    assert (np.diff(units.norms[shown]) <= 0).all()
    picture = np.asarray(trace(viz.gallery_figure(units, shown, selected=0, own_scale=own_scale), "gradients of W1").z)
    for place in (0, 9, 63):
        top, left = viz.corner(place)
        image = units.gradients[shown[place]]
        most = np.abs(image if own_scale else units.gradients).max()
        np.testing.assert_allclose(picture[top : top + 28, left : left + 28] / 127, image / most, atol=0.005)


def test_dead_units_are_crossed_and_the_chosen_one_framed(units):
    figure = viz.gallery_figure(units, np.arange(64, 70), selected=65, own_scale=False)
    dead = trace(figure, "dead")
    top, left = viz.corner(2)
    assert (list(dead.x), list(dead.y)) == ([left + 13.5], [top + 13.5])
    assert dead.text == ("Unit 66: dead here. relu gives 0 on all 5 images, so its gradient is 0.",)
    assert len(trace(figure, "active").x) == 5 and trace(figure, "units").text == ("64", "65", "66", "67", "68", "69")
    (frame,) = figure.layout.shapes
    assert (frame.x0, frame.y0) == (viz.corner(1)[1] - 1, viz.corner(1)[0] - 1)
    assert not viz.gallery_figure(units, np.arange(64), selected=65, own_scale=False).layout.shapes


def test_a_click_finds_the_image_it_is_in(units):
    shown = viz.ordered(units, largest_first=True)[:64]
    for place, unit in enumerate(shown):
        top, left = viz.corner(place)
        for row, column in ((0, 0), (27, 27), (13, 5)):
            assert viz.unit_at(shown, left + column, top + row) == unit
    assert viz.unit_at(shown, -3, 5) is viz.unit_at(shown, 300, 5) is viz.unit_at(shown[:3], 100, 5) is None


def test_one_unit_s_weights_stand_beside_its_gradient(units):
    figure = viz.unit_figure(units, 9)
    np.testing.assert_allclose(trace(figure, "weights").z, units.weights[9], rtol=1e-6)
    np.testing.assert_allclose(trace(figure, "gradient").z, units.gradients[9], rtol=1e-6)
    assert trace(figure, "gradient").zmax == np.abs(units.gradients[9]).max()
    assert trace(viz.unit_figure(units, 4), "gradient").zmax == 1


def test_dead_units_are_counted(units):
    assert "**2 of 70 hidden units are dead for this batch of 5 images**" in viz.count_words(units)
    assert "their 1,568 weights" in viz.count_words(units)
    alive = units._replace(active=np.ones(70), samples=1)
    assert viz.count_words(alive).startswith("**No hidden unit is dead for this digit**")
    assert viz.unit_words(alive, 3).startswith("Unit 3: active on this digit; norm of its gradient")
    assert viz.unit_words(units, 3).startswith("Unit 3: active on 3 of 5 images;")
    assert viz.gallery_words(range(64), units).endswith("one unit of them dead.")
