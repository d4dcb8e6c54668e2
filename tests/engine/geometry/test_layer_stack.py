"""Chains of layers: composition is the product, the collapse is exact, with a bend no single layer is left."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.geometry import layer_stack as stack
from engine.geometry.layer_stack import CHAINS, MAX_LAYERS, PLACES, Chain, Layer

CASES = settings(max_examples=40, derandomize=True, deadline=None)
BENDS = {"none": lambda z: z, "relu": lambda z: np.where(z > 0, z, 0), "tanh": np.tanh}
POINTS = stack.cloud("all")


@st.composite
def chains(draw, kinds=stack.ACTIVATIONS, most=MAX_LAYERS):
    count = draw(st.integers(1, most))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    scale = draw(st.sampled_from([0.3, 1.0, 3.0]))
    weights, biases = random.normal(size=(count, 2, 2)) * scale, random.normal(size=(count, 2))
    return Chain(weights, biases, tuple(draw(st.sampled_from(kinds)) for _ in range(count)))


affine_chains = chains(kinds=("none",))


def by_hand(chain, point):
    for W, b, name in zip(*chain, strict=True):
        z = np.array([W[0, 0] * point[0] + W[0, 1] * point[1] + b[0], W[1, 0] * point[0] + W[1, 1] * point[1] + b[1]])
        point = BENDS[name](z)
    return point


def allowance(chain):
    return stack.ROUNDING_SAFETY * stack.rounding(chain, POINTS)


def after(chain, points=POINTS):
    return stack.forward(chain, points).active[-1]


@CASES
@given(chains())
def test_forward_is_the_layers_one_point_at_a_time(chain):
    stages = stack.forward(chain, POINTS)
    assert stages.affine.shape == stages.active.shape == (len(chain.activations), 200, 2)
    assert stages.active.dtype == np.float64
    for k in (0, 57, 199):
        np.testing.assert_allclose(stages.active[-1, k], by_hand(chain, POINTS[k]), rtol=1e-9, atol=allowance(chain))
    # Each layer's activation is of its own sum, and the next sum is of that activation.
    for number, name in enumerate(chain.activations):
        np.testing.assert_allclose(stages.active[number], BENDS[name](stages.affine[number]), rtol=1e-14, atol=1e-300)


@CASES
@given(affine_chains)
def test_the_collapse_theorem(chain):
    """Every beginning of the chain equals its running product, on every point, up to the stated rounding."""
    stages, products = stack.forward(chain, POINTS), stack.collapse(chain)
    assert len(products) == len(chain.activations)
    for number, product in enumerate(products, 1):
        part = Chain(chain.weights[:number], chain.biases[:number], chain.activations[:number])
        assert stack.distances(product, POINTS, stages.active[number - 1]).max() <= allowance(part)
    np.testing.assert_allclose(products[-1].W, np.linalg.multi_dot([np.eye(2), *chain.weights[::-1]]), atol=1e-9)
    np.testing.assert_allclose(
        np.linalg.det(products[-1].W), np.prod(np.linalg.det(chain.weights)), rtol=1e-6, atol=1e-9
    )


@CASES
@given(affine_chains, st.integers(0, MAX_LAYERS))
def test_it_does_not_matter_where_the_chain_is_cut(chain, cut):
    """Collapsing two parts and then both is collapsing all: matrix products are associative."""
    cut = min(cut, len(chain.activations))
    parts = [Chain(chain.weights[s], chain.biases[s], chain.activations[s]) for s in (slice(cut), slice(cut, None))]
    first, second = (stack.collapse(part)[-1] for part in parts)
    whole = stack.collapse(Chain(np.stack([first.W, second.W]), np.stack([first.b, second.b]), ("none",) * 2))[-1]
    for both, once in zip(whole, stack.collapse(chain)[-1], strict=True):
        np.testing.assert_allclose(both, once, rtol=1e-9, atol=1e-9)


def test_the_syllabus_formula_for_two_layers():
    W1, W2, b1, b2 = np.array([[1, 2], [3, 4]]), np.array([[0, -1], [1, 5]]), np.array([1, 2]), np.array([3, -1])
    found = stack.collapse(Chain(np.stack([W1, W2]), np.stack([b1, b2]), ("none", "none")))[-1]
    assert found.W.tolist() == [[-3, -4], [16, 22]] and found.b.tolist() == [1, 10]


def test_no_layers_change_nothing():
    nothing = Chain(np.zeros((0, 2, 2)), np.zeros((0, 2)), ())
    assert [layer.W.tolist() for layer in stack.collapse(nothing)] == [[[1, 0], [0, 1]]]
    assert stack.forward(nothing, POINTS).active.shape == (0, 200, 2)
    undone = stack.collapse(CHAINS["undone"][1])[-1]
    np.testing.assert_allclose(undone.W, np.eye(2), atol=1e-15)
    np.testing.assert_allclose(undone.b, 0, atol=1e-15)


@CASES
@given(affine_chains)
def test_rounding_bounds_the_error_against_exact_arithmetic(chain):
    exact = np.float128 if hasattr(np, "float128") else np.longdouble
    points = POINTS.astype(exact)
    for W, b in zip(chain.weights.astype(exact), chain.biases.astype(exact), strict=True):
        points = np.stack([points[:, 0] * W[i, 0] + points[:, 1] * W[i, 1] + b[i] for i in (0, 1)], 1)
    wrong = float(np.abs(after(chain) - points).max())
    bound = stack.rounding(chain, POINTS)
    # A bound that is useful, too: no more than a thousandth of a billionth of the largest number it could speak of.
    assert wrong <= bound <= 1e-12 * max(1, np.prod(np.abs(chain.weights).sum(2).max(1).clip(1)) * 100)


@pytest.mark.parametrize("count", [1, 2, 6])
def test_rounding_of_equal_scalings_is_the_closed_form(count):
    """k layers that each multiply by 3 add k equal errors, all stretched to 3**k."""
    chain = Chain(np.stack([3 * np.eye(2)] * count), np.zeros((count, 2)), ("none",) * count)
    assert stack.rounding(chain, np.array([[0.5, -2.0]])) == pytest.approx(4 * 2.0**-53 * count * 3**count * 2)


@CASES
@given(chains(), st.sampled_from(["all", "patch", "line", "dot"]))
def test_the_best_layer_is_numpys_least_squares(chain, where):
    points = {"line": np.outer(np.arange(9.0), [1, 2]), "dot": np.full((5, 2), 0.5)}.get(where)
    points = stack.cloud(where) if points is None else points
    outputs = after(chain, points)
    found = stack.best_layer(points, outputs)
    wanted = np.linalg.lstsq(np.column_stack([points, np.ones(len(points))]), outputs, rcond=None)[0]
    scale = 1 + np.abs(outputs).max()
    np.testing.assert_allclose(found.W / scale, wanted[:2].T / scale, atol=1e-10)
    np.testing.assert_allclose(found.b / scale, wanted[2] / scale, atol=1e-10)


@CASES
@given(chains())
def test_no_point_disagrees_exactly_when_the_outputs_are_affine_in_the_points(chain):
    """Independent of the fit: outputs are affine iff they add nothing to the rank of [x, 1]."""
    found = stack.examine(chain, POINTS)
    inputs = np.column_stack([POINTS, np.ones(200)])
    left = found.outputs - inputs @ np.linalg.lstsq(inputs, found.outputs, rcond=None)[0]
    scale = np.abs(found.outputs).max()
    assume(not 1e-13 * scale < np.abs(left).max() < 1e-9 * scale)
    assert found.exact == (np.abs(left).max() <= 1e-13 * scale)
    assert (stack.disagreeing(found.distances, allowance(chain)) == 0) == found.exact
    assert found.exact or not chain.is_affine


@CASES
@given(chains())
def test_the_witness_can_be_checked_by_hand_and_no_corner_pair_is_better(chain):
    seen = stack.witness(chain)
    ends = stack.corners()
    moved = {tuple(end): by_hand(chain, end) for end in ends}
    random = np.random.default_rng(1)
    for a, c in ends[random.integers(0, 49, (40, 2))]:
        gap = np.linalg.norm(by_hand(chain, (a + c) / 2) - (moved[tuple(a)] + moved[tuple(c)]) / 2)
        assert gap <= (seen.gap * (1 + 1e-8) if seen else allowance(chain))
    if chain.is_affine:
        assert seen is None
    if seen:
        np.testing.assert_array_equal(seen.m, (seen.a + seen.c) / 2)
        for point, image in ((seen.a, seen.f_a), (seen.m, seen.f_m), (seen.c, seen.f_c)):
            np.testing.assert_allclose(image, by_hand(chain, point), atol=allowance(chain))
        gap = np.linalg.norm(seen.f_m - (seen.f_a + seen.f_c) / 2)
        assert seen.gap == pytest.approx(gap) and gap > allowance(chain)


def test_relu_disagrees_and_what_relu_leaves_alone_does_not():
    for name, points, exact, changed in [
        ("affine", "all", True, [0, 0, 0]),
        ("active", "all", True, [0, 0]),
        ("zero", "all", True, [0, 0, 0]),
        ("folds", "patch", True, [0, 200, 0]),
        ("tanh", "patch", False, [200, 200]),
    ]:
        found = stack.examine(CHAINS[name][1], stack.cloud(points))
        assert (found.exact, found.changed) == (exact, changed), name
    found = stack.examine(CHAINS["relu"][1], POINTS)
    assert not found.exact and stack.disagreeing(found.distances, 0.05) > 100 and min(found.changed[:2]) > 20
    assert found.products == [] and found.witness.gap > 0.5
    # |x| from relu(x) + relu(-x): the middle of -1.5 and 1.5 stays 0 and should be 1.5.
    fold = Chain(np.array([[[1, 0], [-1, 0]], [[1, 1], [0, 0]]], float), np.zeros((2, 2)), ("relu", "none"))
    assert stack.witness(fold).gap == 1.5
    np.testing.assert_allclose(after(fold)[:, 0], np.abs(POINTS[:, 0]))


def test_what_is_called_a_turn_is_one():
    """Entries rounded to hundredths made areas "1.007 times as large"."""
    turns = [CHAINS[name][1].weights[0] for name in CHAINS if name not in ("tanh", "undone")]
    turns += list(CHAINS["folds"][1].weights[1:])
    for W in turns:
        np.testing.assert_allclose(W @ W.T, np.eye(2), atol=1e-15)
        assert np.linalg.det(W) == pytest.approx(1, abs=1e-15)


def test_a_zero_matrix_sends_everything_to_one_point():
    found = stack.examine(CHAINS["zero"][1], POINTS)
    assert np.ptp(found.outputs, axis=0).tolist() == [0, 0] and found.distances.max() == 0
    assert found.single.W.tolist() == [[0, 0], [0, 0]]


def test_points_and_random_layers_are_always_the_same():
    for name, (_, low, high) in PLACES.items():
        points = stack.cloud(name)
        assert points.shape == (200, 2) and points.min() >= low and points.max() <= high
        np.testing.assert_array_equal(points, stack.cloud(name))
    assert stack.corners().tolist()[:2] == [[-1.5, -1.5], [-1, -1.5]] and len(stack.corners()) == 49
    assert stack.random_affine(3).W.tolist() == stack.random_affine(3).W.tolist() != stack.random_affine(4).W.tolist()
    assert all(
        np.abs(np.concatenate([layer.W.ravel(), layer.b])).max() <= 1.5 for layer in map(stack.random_affine, range(9))
    )


def test_collapse_refuses_a_bend():
    with pytest.raises(InvalidInput, match="without activations is one layer; this one has relu"):
        stack.collapse(CHAINS["relu"][1])
    assert isinstance(stack.collapse(CHAINS["affine"][1])[-1], Layer)


GOOD = {"W": [1, 0, 0, 1], "b": [0, 0], "activation": "none"}


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        ([], "a chain has 1 to 6 layers; this has 0"),
        ([GOOD] * 7, "this has 7"),
        ([GOOD, GOOD | {"activation": "gelu"}], "activation of layer 2 must be none, relu or tanh; “gelu” is not"),
        ([GOOD | {"W": [1, 0, float("nan"), 1]}], "“W” of layer 1 may hold numbers from -10 to 10; nan is not"),
        ([GOOD | {"b": [0, -11]}], "“b” of layer 1 may hold numbers from -10 to 10; -11 is not"),
        ([GOOD | {"b": [0, None]}], "None is not"),
        ([GOOD | {"W": [1, 0, 0]}], "“W” of layer 1 has 4 entries; this has 3"),
    ],
)
def test_what_is_no_chain_is_said(layers, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        stack.chain_of(layers)
    assert stack.chain_of([GOOD] * 6).activations == ("none",) * 6


@pytest.mark.parametrize("name", CHAINS)
def test_chains_of_the_page_pass_their_own_check(name):
    chain = CHAINS[name][1]
    layers = [{"W": W.ravel().tolist(), "b": b.tolist(), "activation": kind} for W, b, kind in zip(*chain, strict=True)]
    np.testing.assert_array_equal(stack.chain_of(layers).weights, chain.weights)
