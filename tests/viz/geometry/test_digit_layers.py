"""The cloud carries the engine's points, classes and words; the figures its accuracies and ratios."""

import numpy as np
import pytest

from engine.geometry.digit_layers import Layer, Shown, Spread, Study
from viz import theme
from viz.geometry import digit_layers as viz
from viz.geometry.clouds import packed

ACCURACIES = (0.84, 0.85, 0.98, 0.99, 0.992)
SIZES = (784, 512, 512, 10, 10)


def study(accuracies=ACCURACIES, within=(6.0, 5.0, 4.0, 3.0, 2.0), between=(3.0, 4.0, 4.0, 6.0, 8.0)):
    layers = [
        Layer(
            np.zeros(size),
            np.zeros((size, 3)),
            np.array([0.2, 0.1, 0.05]),
            np.float32(1),
            np.eye(3),
            np.float32(accuracy),
            np.float32(accuracy / 2),
            Spread(np.float32(inner), np.float32(outer)),
        )
        for size, accuracy, inner, outer in zip(SIZES, accuracies, within, between, strict=True)
    ]
    return Study(tuple(layers), np.float32(0.991))


def shown(count):
    random = np.random.default_rng(1)
    return Shown(random.normal(size=(5, count, 3)), np.eye(10)[np.arange(count) % 10] * 0.7 + 0.03)


def trace(figure, name):
    [found] = [item for item in figure.data if item.name == name]
    return found


def test_every_stage_is_the_engine_s_points():
    labels, images = np.array([3, 0, 9]), np.arange(3 * 784).reshape(3, 28, 28).astype(np.uint8)
    points = shown(3)
    cloud = viz.digit_cloud(study(), points, images, labels)
    assert [stage.name for stage in cloud.stages] == list(viz.STAGES)
    for stage, expected in zip(cloud.stages, points.points, strict=True):
        np.testing.assert_array_equal(stage.points, expected)
    np.testing.assert_array_equal(cloud.classes, labels)
    assert cloud.names == tuple("0123456789") and cloud.colors == theme.DIGITS and cloud.signs == "digits"
    np.testing.assert_array_equal(cloud.images, images)
    assert cloud.marked == () and "your own" not in cloud.alt
    assert cloud.notes == [f"label {label}, predicted {k} (73% sure)" for k, label in enumerate(labels)]
    assert len(packed(cloud)["stages"]) == 5


def test_the_reader_s_own_digit_is_a_class_of_its_own_and_marked():
    labels = np.array([3, 0, 9], np.uint8)
    cloud = viz.digit_cloud(study(), shown(4), np.zeros((4, 28, 28), np.uint8), labels)
    assert cloud.classes.tolist() == [3, 0, 9, 10] and cloud.names[10] == "yours" and cloud.marked == (3,)
    assert cloud.colors[10] == "truth" and all(name in theme.PALETTES["dark"] for name in cloud.colors)
    assert cloud.notes[3] == "your digit, predicted 3 (73% sure)"
    assert cloud.alt.startswith("3 test digits and your own")


def test_a_stage_says_what_its_shadow_keeps_and_how_straight_cuts_do():
    assert viz.stage_words(study().layers[0]) == (
        "784 numbers for each digit; the three axes shown keep 35.0% of their variance. Fitted straight cuts name "
        "84.0% of new digits correctly; in the three alone, 42.0%."
    )


def test_the_probes_are_drawn_beside_those_of_the_untrained_network():
    figure = viz.probe_figure(study(), study(accuracies=(0.84, 0.83, 0.9, 0.42, 0.41)))
    own = trace(figure, "this network, all numbers")
    assert list(own.x) == list(viz.STAGES)
    np.testing.assert_allclose(own.y, ACCURACIES, rtol=1e-6)
    assert list(own.text) == ["84%", "85%", "98%", "99%", "99%"]
    np.testing.assert_allclose(trace(figure, "this network, the three shown").y, np.array(ACCURACIES) / 2, rtol=1e-6)
    np.testing.assert_allclose(trace(figure, "untrained network, all numbers").y, [0.84, 0.83, 0.9, 0.42, 0.41])
    # Neither colour nor dash nor symbol is shared.
    for part in ("symbol", "color"):
        assert len({item.marker[part] for item in figure.data}) == 3
    assert len({item.line.dash for item in figure.data}) == 3
    assert figure.layout.shapes[0].y0 == 0.1
    low, high = figure.layout.yaxis.range
    assert low <= 0 and high >= 1.05


def test_the_ratio_of_the_spreads_is_drawn_with_one_as_the_line():
    found = study()
    figure = viz.spread_figure(found, study(within=(6.0,) * 5, between=(2.0,) * 5))
    np.testing.assert_allclose(trace(figure, "this network").y, [2, 1.25, 1, 0.5, 0.25])
    np.testing.assert_allclose(trace(figure, "untrained network").y, [3] * 5)
    assert figure.layout.shapes[0].y0 == 1
    assert figure.layout.yaxis.range[1] > 3
    assert "lies 6 from the mean of its class" in viz.spread_words(found) and "lie 6 from" in viz.spread_words(found)


def test_means_that_coincide_have_no_finite_ratio_and_spoil_no_axis():
    alike = study(between=(3.0, 0.0, 4.0, 6.0, 8.0))
    assert viz.ratios(alike)[1] is None
    figure = viz.spread_figure(alike, alike)
    assert np.isfinite(figure.layout.yaxis.range).all()
    assert trace(figure, "this network").y[1] is None
    figure.to_json()


def test_the_words_name_the_accuracies_in_order():
    words = viz.probe_words(study(), study(accuracies=(0.84, 0.83, 0.9, 0.42, 0.41)))
    assert words.startswith(
        "Fitted straight cuts name **84.0%** of new digits from their pixels, **85.0%** before relu, **98.0%** "
        "after relu, **99.0%** from the ten logits. The network itself names 99.1%."
    )
    assert words.endswith("In an untrained network: 90.0% after relu, 42.0% from the logits.")


@pytest.mark.parametrize("own", [0, 1])
def test_the_batch_counts_what_the_network_names(own):
    probabilities = np.eye(10)[[1, 2, 3] + [3] * own]
    words = viz.batch_words(probabilities, np.array([1, 2, 5]), 1_500, "the network", "MNIST")
    expected = "Test digits 1,500 to 1,502 (MNIST), in the network. It names **2 of 3** of them correctly."
    assert words == expected + " Your own digit, the *y* in a ring, it takes for a 3." * own
