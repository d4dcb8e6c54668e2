"""Labels of logarithmic axes: few, inside the range, true, and apart, whatever the range."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viz import decades
from viz.operations import race
from viz.operations.product_speed import speed_figure

PROPERTY = settings(deadline=None, derandomize=True, max_examples=50)


@PROPERTY
@given(st.floats(-40, 38), st.floats(0.01, decades.NARROW), st.integers(4, 10))
def test_a_narrow_axis_has_true_labels_inside_its_range_neither_too_few_nor_too_many(low, span, most):
    axis = decades.axis(low, low + span, most=most)
    values, texts = axis["tickvals"], axis["ticktext"]
    assert 2 <= len(values) <= max(most, 11) and len(set(texts)) == len(texts)
    for value, text in zip(values, texts, strict=True):
        assert low - 1e-6 <= math.log10(value) <= low + span + 1e-6
        assert float(text) == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize("span", [3.01, 10, 41, 80, 600])
def test_an_axis_of_many_decades_never_asks_for_one_label_per_decade(span):
    """26 decades of loss had 27 labels in 220 pixels."""
    axis = decades.axis(-2, -2 + span)
    assert axis["nticks"] <= 7 and not axis.keys() & {"tickvals", "dtick"} and axis["exponentformat"] == "power"


def test_the_usual_ones_are_the_usual_ones():
    assert decades.axis(math.log10(0.02), math.log10(3))["ticktext"] == ["0.02", "0.05", "0.1", "0.2", "0.5", "1", "2"]
    assert decades.ticks(-1, 1.6) == [0.1, 0.3, 1, 3, 10, 30]


@pytest.mark.parametrize("seconds", [1e-6, 1e-3, 1.0, 1e5])
def test_a_race_over_many_decades_has_few_labels(seconds):
    values = race._ticks(math.log10(seconds) - 12, math.log10(seconds))
    assert 2 <= len(values) <= race.MOST_TICKS
    assert len(set(np.diff(np.log10(values)).round(6))) == 1


def test_what_was_measured_over_twenty_decades_has_few_labels():
    seconds = {"loops": 1e11, "NumPy": 1e-9, "JAX": 1e-3}
    now = SimpleNamespace(seconds=seconds.get, gigaflops=lambda name: 1.0)
    axis = speed_figure(now).layout.xaxis
    assert axis.type == "log" and axis.range[1] - axis.range[0] > 19 and axis.dtick is None and axis.nticks <= 7
