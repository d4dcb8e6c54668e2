"""Powers of ten along a canvas's axis, in the browser's own JavaScript."""

import itertools

import pytest

from tests.cases import some


@pytest.mark.parametrize("most", [2, 6, 12])
@pytest.mark.parametrize(
    ("low", "high"), some([(-1.2, 2.3), (-18, 2), (-10, 0), (-20, 300), (-320, 309), (0.2, 0.9), (-3, 23)], every=3)
)
def test_labels_of_any_number_of_decades_are_few_whole_and_evenly_apart(modules, low, high, most):
    """One label for every fourth power was 80 of them, on one another, for errors up to 1e300."""
    found = modules.evaluate("async (range) => (await import('/shared/ticks.js')).decades(...range)", [low, high, most])
    assert len(found) <= most and all(power == int(power) and low <= power <= high for power in found)
    assert len({after - before for before, after in itertools.pairwise(found)}) <= 1
    if high - low <= most - 1:
        assert len(found) == len([power for power in range(-400, 400) if low <= power <= high])
    assert high - low < 2 or found
