"""Forward and reverse mode: Jacobians against NumPy and JAX's own, operations against closed forms, times in turn."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.backprop import autodiff_modes as modes
from engine.backprop import autodiff_modes_times
from engine.backprop.autodiff_modes import EXAMPLES, Problem
from engine.errors import InvalidInput
from engine.timing import measuring
from engine.training import network
from tests.cases import some

PROBLEMS = [Problem("squares", 7, 1), Problem("curve", 1, 5), Problem("dense", 6, 4), Problem("dense", 1, 1)]


def by_numpy(asked):
    """The Jacobian by calculus."""
    x = modes.point(asked)
    if asked.name == "squares":
        return 2 * x[None]
    if asked.name == "curve":
        k = np.arange(1, asked.outputs + 1)
        return (k * np.cos(k * x))[:, None]
    W = modes.layer(asked)
    return (1 - np.tanh(x @ W) ** 2)[:, None] * W.T


@pytest.mark.parametrize("asked", some(PROBLEMS, every=3), ids=str)
def test_columns_and_rows_make_the_same_jacobian_as_calculus_and_jax(asked):
    found = modes.jacobians(asked)
    assert found.forward.shape == found.reverse.shape == (asked.outputs, asked.inputs)
    assert found.forward.dtype == np.float64
    for jacobian in (found.forward, found.reverse):
        np.testing.assert_allclose(jacobian, by_numpy(asked), rtol=1e-13, atol=1e-15)
    with jax.enable_x64(True):
        x = jnp.asarray(modes.point(asked))
        np.testing.assert_allclose(found.forward, jax.jacfwd(modes.function(asked))(x), rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(found.reverse, jax.jacrev(modes.function(asked))(x), rtol=1e-13, atol=1e-15)
        np.testing.assert_array_equal(found.value, modes.function(asked)(x))


@pytest.mark.parametrize("n", [1, 9, 200])
def test_operations_of_a_sum_of_squares(n):
    """x·x: n products, n - 1 sums. A jvp pass adds 2n products, n sums, n - 1 sums; jacfwd does so n times."""
    found = modes.counts(Problem("squares", n, 1))
    assert found.value == 2 * n - 1 and found.jvp == 2 * n - 1 + 4 * n - 1
    assert found.forward == n * (4 * n - 1) and found.reverse == 3 * n
    assert found.passes == (n, 1) and found.kept == 4 * n


@pytest.mark.parametrize("m", [1, 9, 200])
def test_operations_of_a_curve(m):
    """sin(k t): m products, m sines; the cosines are computed once, then each jacfwd column takes 2m products."""
    found = modes.counts(Problem("curve", 1, m))
    assert found.value == 2 * m and found.forward == 4 * m and found.jvp == 5 * m
    # Each of the m rows: m products with cosines, m with the multiples, m - 1 sums.
    assert found.reverse == 2 * m + m * (3 * m - 1)
    assert found.passes == (1, m)


@pytest.mark.parametrize(("n", "m"), [(3, 5), (50, 2), (2, 50)])
def test_operations_of_a_dense_layer(n, m):
    found = modes.counts(Problem("dense", n, m))
    assert found.value == 2 * n * m + m
    # The layer once, its tanh' once; then n columns, or m rows, of a product of 2nm and a few operations on m numbers.
    assert found.forward == pytest.approx(2 * n * m + 2 * m + n * (2 * n * m + 3 * m), abs=m * n + m)
    assert found.reverse == pytest.approx(2 * n * m + 2 * m + m * (2 * n * m + 3 * m), abs=m * m + m)
    assert (found.forward < found.reverse) == (n < m)
    assert found.kept == 4 * (n * m + 2 * m)


SHAPE = jax.ShapeDtypeStruct((4, 5), jnp.float32)


@pytest.mark.parametrize(
    ("f", "wanted"),
    [
        (lambda x: x.T.reshape(20)[3:], 0),
        (lambda x: x + 1, 20),
        (lambda x: jnp.max(x, axis=1), 16),
        (lambda x: x @ jnp.ones((5, 3)), 2 * 4 * 3 * 5),
        (lambda x: jnp.einsum("bi,bi->b", x, x), 2 * 4 * 5),
        (jax.nn.relu, 20),
        (lambda x: jax.jit(jnp.sin)(x), 20),
        (lambda x: (jnp.sin(x), x * 2)[1], 20),
        (lambda x: jnp.arange(20) + jnp.arange(20), 0),
        (lambda x: jax.lax.scan(lambda carry, _: (carry * 2, None), x, length=7)[0], 7 * 20),
        (jax.vmap(jnp.dot, in_axes=(0, 0)), None),
        (lambda x: jnp.zeros(9).at[jnp.array([1, 2, 2])].add(x[0, :3]), 3),
    ],
)
def test_the_counting_rule(f, wanted):
    if wanted is None:
        assert modes.operations(f, SHAPE, SHAPE) == 2 * 4 * 5
    else:
        assert modes.operations(f, SHAPE) == wanted


def test_the_count_agrees_with_xlas_own_on_products():
    """XLA's cost analysis counts 2 for each multiply–add too."""
    f = lambda x, y: x @ y @ y  # noqa: E731
    shapes = jax.ShapeDtypeStruct((16, 32), jnp.float32), jax.ShapeDtypeStruct((32, 32), jnp.float32)
    analysis = jax.jit(f).lower(*shapes).cost_analysis()
    assert modes.operations(f, *shapes) == analysis["flops"] == 2 * 2 * 16 * 32 * 32


def test_what_no_result_needs_is_not_counted():
    assert modes.operations(lambda x: (x + 1, jnp.exp(x) @ x.T)[0], SHAPE) == 20


def test_a_loop_of_unknown_length_has_no_count():
    with pytest.raises(InvalidInput, match="while"):
        modes.operations(lambda x: jax.lax.while_loop(lambda s: s.sum() < 9, lambda s: s * 2, x), SHAPE)


def test_the_networks_loss_needs_one_backward_pass_for_all_its_weights():
    params = network.init(jax.random.key(0))
    found = modes.network_counts(params, np.full((2, 784), 0.5, np.float32), np.array([3, 4]))
    assert found.passes == (407_050, 1)
    products = 2 * 2 * (784 * 512 + 512 * 10)
    assert products < found.value < 1.01 * products
    # A derivative pass, either way, costs about as much again for W1 and twice for W2: Griewank's small constant.
    assert 2 * products < found.jvp + 1 and found.jvp < 2.6 * products and 2 * products < found.vjp < 2.6 * products
    assert found.forward == found.value + 407_050 * (found.jvp - found.value) and found.reverse == found.vjp
    # At least the pixels, relu's mask, the hidden values and W2 wait for the backward sweep.
    assert found.kept >= 4 * (2 * 784 + 2 * 512 + 512 * 10)


@pytest.mark.parametrize(("name", "n", "m"), [("dense", 0, 3), ("dense", 3, 513), ("squares", -1, 3)])
def test_sizes_are_bounded(name, n, m):
    with pytest.raises(InvalidInput, match="from 1 to 512"):
        modes.problem(name, n, m)


def test_fixed_sizes_are_put_in_their_place():
    assert [modes.problem(name, 9, 8)[1:] for name in EXAMPLES] == [(9, 1), (1, 8), (9, 8)]


def ticking(*steps):
    now, turn = 0.0, 0
    while True:
        yield now
        now += steps[turn % len(steps)]
        turn += 1
        yield now


def test_both_modes_are_timed_in_turn_under_the_lock():
    clock = ticking(0.5, 0.125)
    found = []
    for times in autodiff_modes_times.measure_jacobians(Problem("dense", 3, 2), clock=lambda: next(clock)):
        assert measuring.track.locked()
        found.append(times)
    # 1.5 s of budget, 0.625 s a round, at least three rounds.
    assert [len(times.forward) for times in found] == [0, 1, 2, 3]
    assert found[-1].forward == (0.5,) * 3 and found[-1].reverse == (0.125,) * 3 and found[-1].ratio == 4
    assert not measuring.track.locked()


def test_single_passes_of_the_network_wait_for_their_turn():
    params = network.init(jax.random.key(0), hidden_units=4)
    work = autodiff_modes_times.measure_passes(params, np.ones((1, 784), np.float32), np.array([1]))
    with measuring.track:
        assert next(work).waiting
    assert not next(work).waiting
    done = next(work)
    assert len(done.forward) == len(done.reverse) == 1 and done.about == "the network"
    work.close()
    assert not measuring.track.locked()
