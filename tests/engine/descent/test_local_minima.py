"""Where the ball ends, against a plain loop; thresholds against an independent bisection in float64."""

from itertools import pairwise

import numpy as np
import pytest

from engine.descent import local_minima
from engine.descent.local_minima import GONE, LEFT, MOVING, RIGHT, Band, Sweep

LEFT_START = local_minima.SURFACE.start


def rest(rate, momentum, x=-4.2, steps=2000):
    """The heavy ball in plain Python floats: its last hundred positions."""
    velocity, seen = 0.0, []
    for _ in range(steps):
        velocity = momentum * velocity - rate * (x**3 / 5 - 6 * x / 5 - 3 / 10)
        x += velocity
        if abs(x) > 1e6:
            return None
        seen.append(x)
    return seen[-100:]


def ended(rate, momentum, x=-4.2):
    seen = rest(rate, momentum, x)
    if seen is None:
        return GONE
    if max(seen) - min(seen) > 0.01:
        return MOVING
    return RIGHT if seen[-1] > 0 else LEFT


@pytest.fixture(scope="module")
def swept():
    return local_minima.sweep(LEFT_START)


def test_the_left_valley_is_the_higher_one_and_the_start_lies_on_its_slope():
    slope = np.polynomial.Polynomial([-0.3, -1.2, 0, 0.2])
    left, hill, right = sorted(slope.roots().real)
    assert [right, left] == pytest.approx([place[0] for place in local_minima.SURFACE.minima], abs=1e-5)
    height = np.polynomial.Polynomial([3, -0.3, -0.6, 0, 0.05])
    assert height(right) < height(left) < height(hill) < height(LEFT_START[0])
    assert LEFT_START[0] < left


def test_the_sweep_is_that_of_a_plain_loop(swept):
    rng = np.random.default_rng(3)
    cells = [(int(row), int(column)) for row in range(9) for column in rng.integers(0, 200, 12)]
    expected = np.array([ended(swept.rates[row], swept.momenta[column]) for row, column in cells])
    found = np.array([swept.ends[cell] for cell in cells])
    # Among the narrow bands near momentum 1 rounding decides a few.
    calm = np.array([swept.momenta[column] < 0.9 for _, column in cells])
    assert (found[calm] == expected[calm]).all()
    assert (found != expected).sum() <= 2
    assert len(set(found.tolist())) >= 2


@pytest.mark.parametrize("rate", range(9))
def test_thresholds_equal_an_independent_bisection(swept, rate):
    value = float(swept.rates[rate])
    stays, leaves = local_minima.bracket(swept, rate)
    assert ended(value, stays) == LEFT and ended(value, leaves) == RIGHT
    for _ in range(20):
        middle = (stays + leaves) / 2
        stays, leaves = (stays, middle) if ended(value, middle) == RIGHT else (middle, leaves)
    found = swept.thresholds[rate]
    assert 0 < found.leaves - found.stays <= 1e-3
    assert found.stays - 1e-5 <= leaves <= found.leaves + 1e-5


def test_a_smaller_learning_rate_needs_more_momentum(swept):
    leaves = [known.leaves for known in swept.thresholds]
    assert (np.diff(leaves) < 0).all()


def test_escape_is_not_monotone_in_momentum(swept):
    found = local_minima.bands(swept, 5)
    assert [band.end for band in found][:3] == [LEFT, RIGHT, LEFT]
    assert sum(band.end == RIGHT for band in found) >= 2
    assert found[0].first == 0 and found[-1].last == swept.momenta[-1]
    for one, other in pairwise(found):
        assert other.first - one.last == pytest.approx(1 / 200) and one.end != other.end


def made(row):
    row = np.array(row)
    return Sweep(np.array([0.1]), np.arange(row.size) / row.size, row[None], (None,))


def test_bands_and_the_sliders_smallest_of_a_made_up_row(swept):
    row = np.full(200, LEFT)
    row[151:160], row[180:] = RIGHT, MOVING
    found = made(row)
    assert local_minima.bands(found, 0) == [
        Band(LEFT, 0.0, 0.75),
        Band(RIGHT, 0.755, 0.795),
        Band(LEFT, 0.8, 0.895),
        Band(MOVING, 0.9, 0.995),
    ]
    assert local_minima.smallest_on_slider(found, 0) == 0.76
    assert local_minima.smallest_on_slider(made(np.full(200, LEFT)), 0) is None


def test_the_sliders_smallest_escapes_and_the_one_below_stays(swept):
    for rate in range(9):
        least = local_minima.smallest_on_slider(swept, rate)
        assert ended(float(swept.rates[rate]), least) == RIGHT
        assert ended(float(swept.rates[rate]), least - 0.01) == LEFT


@pytest.mark.parametrize(("rate", "momentum"), [(0.05, 0.5), (0.05, 0.85), (0.3, 0.99), (0.1, 0.995)])
def test_one_balls_end(rate, momentum):
    assert local_minima.end(LEFT_START, rate, momentum) == ended(rate, momentum)


def test_from_the_right_there_is_no_threshold():
    found = local_minima.sweep((3.0,))
    assert found.thresholds[0] is None and local_minima.bracket(found, 0) is None
    assert found.ends[0, 0] == RIGHT


def test_the_sliders_runs_are_descents():
    family = local_minima.family(LEFT_START)
    run = local_minima.run(LEFT_START, 0.05, 0.83)
    np.testing.assert_allclose(family.points[3, 83], run.points, atol=1e-3)
    assert family.losses.shape == (9, 100, 201)
