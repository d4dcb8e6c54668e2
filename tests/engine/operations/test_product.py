"""Shapes, values, partial sums and refusals of ``x @ y`` against NumPy's own."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.operations import product
from engine.operations.product import ORDERS
from engine.training import network

MANY = settings(max_examples=2_000, derandomize=True, deadline=None)
SOME = settings(max_examples=200, derandomize=True, deadline=None)
DTYPES = (np.bool_, np.uint8, np.int8, np.int32, np.int64, np.uint64, np.float16, np.float32, np.float64)
shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@st.composite
def fitting(draw, largest=4):
    """Two shapes np.matmul takes, vectors, matrices and broadcast batches alike."""
    rows, terms, columns = (draw(st.integers(1, largest)) for _ in range(3))
    batch = draw(st.lists(st.integers(1, 3), max_size=2))
    x_batch, y_batch = ([draw(st.sampled_from([1, size])) for size in batch] for _ in range(2))
    x = (terms,) if draw(st.booleans()) and draw(st.booleans()) else (*x_batch[draw(st.integers(0, 2)) :], rows, terms)
    y = (terms,) if draw(st.booleans()) and draw(st.booleans()) else (*y_batch, terms, columns)
    return x, y


@st.composite
def operands(draw, dtypes=DTYPES):
    x, y = draw(fitting())
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    kinds = draw(st.sampled_from(dtypes)), draw(st.sampled_from(dtypes))
    return tuple(random_array(generator, shape, kind) for shape, kind in zip((x, y), kinds, strict=True))


def random_array(generator, shape, dtype):
    if np.issubdtype(dtype, np.floating):
        return generator.normal(0, 2, shape).astype(dtype)
    if dtype is np.bool_:
        return generator.random(shape) < 0.5
    limits = np.iinfo(dtype)
    return generator.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)


def outcome(function, *arguments):
    """A shape, or None where it is refused."""
    try:
        return function(*arguments)
    except (InvalidInput, ValueError):
        return None


@MANY
@given(shapes, shapes)
@example((2, 3, 4, 5), (5,))
@example((2, 3, 4, 5), (5, 6))
@example((5,), (2, 5, 3))
def test_shapes_and_refusals_are_numpys(x, y):
    ours = outcome(lambda: product.product_shape(x, y).shape)
    theirs = outcome(lambda: np.matmul(np.zeros(x), np.zeros(y)).shape)
    assert ours == theirs


@SOME
@given(fitting())
def test_shapes_that_fit_are_numpys_and_so_is_the_count(pair):
    x, y = pair
    found = product.product_shape(x, y)
    ones = np.matmul(np.ones(x), np.ones(y))
    assert found.shape == ones.shape
    # Each cell of a product of ones counts its own terms.
    assert found.multiply_adds == ones.sum()


@SOME
@given(fitting())
def test_the_shape_of_dot_is_numpys(pair):
    x, y = pair
    assert product.dot_shape(x, y) == np.dot(np.zeros(x), np.zeros(y)).shape


@pytest.mark.parametrize(
    ("x", "y", "shape", "kind"),
    [
        ((3,), (3,), (), "vector · vector"),
        ((2, 3), (3,), (2,), "matrix · vector"),
        ((3,), (3, 2), (2,), "vector · matrix"),
        ((2, 3), (3, 4), (2, 4), "matrix · matrix"),
        ((7, 6, 5, 4), (4,), (7, 6, 5), "rank 4 · vector"),
        ((7, 6, 5, 4), (4, 3), (7, 6, 5, 3), "rank 4 · matrix"),
        ((7, 1, 5, 4), (6, 4, 3), (7, 6, 5, 3), "rank 4 · rank 3"),
        ((128, 784), (784, 512), (128, 512), "matrix · matrix"),
    ],
)
def test_the_syllabus(x, y, shape, kind):
    found = product.product_shape(x, y)
    assert (found.shape, found.kind) == (shape, kind)
    assert f"{x[-1]:,}: they are multiplied pairwise, summed, and vanish." in found.rule


@pytest.mark.parametrize(
    ("x", "y", "sentence"),
    [
        ((2, 4), (3, 5), "the last axis of x has 4, the first of y has 3: they must be equal."),
        ((4,), (3,), "the only axis of x has 4, the only one of y has 3: they must be equal."),
        ((2, 4), (6, 3, 5), "the last axis of x has 4, the second to last of y has 3: they must be equal."),
        ((), (3,), "“x” is a scalar: it has no axis to sum over. Multiply by it with “x * y”."),
        ((3,), (), "“y” is a scalar: it has no axis to sum over. Multiply by it with “x * y”."),
        (
            (5, 2, 3),
            (4, 3, 2),
            "batch axis -3 of x has 5, of y 4: batch axes must be equal, or one of them 1.",
        ),
        (
            (7, 5, 2, 3),
            (6, 5, 3, 2),
            "batch axis -4 of x has 7, of y 6: batch axes must be equal, or one of them 1.",
        ),
    ],
)
def test_a_refusal_names_both_sizes(x, y, sentence):
    with pytest.raises(InvalidInput) as caught:
        product.product_shape(x, y)
    assert str(caught.value) == sentence


@MANY
@given(operands(), st.sampled_from(ORDERS))
def test_every_order_ends_in_numpys_product(pair, order):
    x, y = pair
    with np.errstate(all="ignore"):
        wanted = np.asarray(x @ y)
    found = product.partial_products(x, y, order)
    assert found.states.dtype == wanted.dtype
    assert found.begun[-1].all()
    if np.issubdtype(wanted.dtype, np.floating):
        scale = np.abs(x.astype(float)) @ np.abs(y.astype(float))
        gap = np.abs(found.states[-1].astype(float) - wanted.astype(float))
        assert (gap <= 8 * np.finfo(wanted.dtype).eps * scale + 1e-300).all()
    else:
        np.testing.assert_array_equal(found.states[-1], wanted)


@SOME
@given(operands(dtypes=(np.int64, np.int8, np.bool_)), st.sampled_from(ORDERS))
def test_every_state_in_between_is_its_own_partial_product(pair, order):
    """Each state against NumPy's product of what has been taken so far, built for each order in another way."""
    x, y = pair
    found = product.partial_products(x, y, order)
    left, right = np.atleast_2d(x), y[:, None] if y.ndim == 1 else y
    whole = left @ right
    rows, columns, terms = whole.shape[-2], whole.shape[-1], left.shape[-1]
    for step, (row, term, column) in enumerate(found.touched):
        wanted = np.zeros_like(whole)
        if order == "dot":
            assert step == row * columns + column
            done = np.arange(rows * columns).reshape(rows, columns) <= step
            wanted[..., done] = whole[..., done]
        elif order == "outer":
            assert step == term
            wanted = left[..., : term + 1] @ right[..., : term + 1, :]
        elif order == "rows":
            assert step == row * terms + term
            wanted[..., :row, :] = whole[..., :row, :]
            wanted[..., [row], :] = left[..., [row], : term + 1] @ right[..., : term + 1, :]
        else:
            assert step == column * terms + term
            wanted[..., :, :column] = whole[..., :, :column]
            wanted[..., :, [column]] = left[..., : term + 1] @ right[..., : term + 1, [column]]
        np.testing.assert_array_equal(found.states[step], wanted.reshape(found.states[step].shape))
        assert (found.states[step][~found.begun[step]] == 0).all()
    counts = found.begun.reshape(len(found.begun), -1).sum(axis=1)
    per_step = {"dot": 1, "outer": whole.size, "rows": columns, "columns": rows}[order]
    assert counts[0] == per_step * (np.prod(whole.shape[:-2], dtype=int) if order != "outer" else 1)


@pytest.mark.parametrize("order", ORDERS)
def test_not_a_number_and_infinity_spread_as_in_numpy(order):
    x = np.array([[1.0, np.nan], [np.inf, 0.0], [2.0, 3.0]])
    y = np.array([[0.0, 1.0, -np.inf], [1.0, np.inf, 2.0]])
    with np.errstate(all="ignore"):
        wanted = x @ y
    np.testing.assert_array_equal(product.partial_products(x, y, order).states[-1], wanted)


@pytest.mark.parametrize("order", ORDERS)
def test_whole_numbers_wrap_around_as_in_numpy(order):
    x, y = np.array([[200, 100]], np.uint8), np.array([[2], [3]], np.uint8)
    assert product.partial_products(x, y, order).states[-1].tolist() == [[(400 + 300) % 256]]
    assert product.matmul(x, y).tolist() == [[(400 + 300) % 256]]


def test_more_than_twelve_is_refused_before_anything_is_computed():
    wide = np.broadcast_to(np.float32(0), (13, 10**9))
    with pytest.raises(InvalidInput, match="only up to 12 rows, terms and columns"):
        product.partial_products(wide, wide.T, "dot")
    assert product.playable(product.product_shape((12, 12), (12, 12)))
    for x, y in (((13, 2), (2, 2)), ((2, 13), (13, 2)), ((2, 2), (2, 13)), ((65, 2, 2), (2, 2)), ((2, 0), (0, 2))):
        assert not product.playable(product.product_shape(x, y))


def test_an_endless_product_is_refused_before_it_is_computed():
    wide = np.broadcast_to(np.float32(0), (10**6, 10**3))
    with pytest.raises(InvalidInput, match="at most 100,000,000 multiply–adds here; this takes 1,000,000,000,000,000"):
        product.matmul(wide, wide.T)


@SOME
@given(operands(dtypes=(np.int64, np.float64)))
def test_the_verdict_on_the_other_order(pair):
    x, y = pair
    found = product.commuted(x, y)
    swapped = outcome(lambda: y @ x)
    if swapped is None:
        assert (found.swapped, found.verdict) == (None, "impossible")
        assert found.sentence.startswith("y @ x is impossible: ")
        return
    np.testing.assert_array_equal(found.swapped, swapped)
    same = swapped.shape == (x @ y).shape and np.allclose(swapped, x @ y)
    assert found.verdict == ("equal" if same else "different")


def test_the_sentence_on_the_other_order_names_the_tensors_as_they_stand_in_it():
    found = product.commuted(np.ones((2, 3)), np.ones((3, 4)))
    assert found.sentence == "y @ x is impossible: the last axis of y has 4, the first of x has 2: they must be equal."
    found = product.commuted(np.array([[1, 1], [0, 1]]), np.array([[1, 0], [1, 1]]))
    assert found.sentence == "The shapes are equal, but 2 of 4 cells differ: the order matters."


def test_typed_tensors():
    named = {"W1": np.arange(12.0).reshape(3, 4), "b1": np.arange(4)}
    part = product.read_operand(" W1[1:, ::2] ", named)
    np.testing.assert_array_equal(part.array, [[4, 6], [8, 10]])
    assert part.text == "W1[1:, ::2]"
    assert product.read_operand(" W1 ", named).array is named["W1"]
    assert product.read_operand("[[1, 2], [3, nan]]", named).text == ""
    assert product.read_operand("nan", named).array.shape == ()
    for text in ("W9", "W1[7]", "W1.T", "W1[0](1)", "__import__('os')", "W1[W1]", "", "[[1], [2, 3]]"):
        with pytest.raises(InvalidInput):
            product.read_operand(text, named)


@SOME
@given(st.integers(0, 2**32))
def test_a_units_sum_and_its_largest_parts(seed):
    generator = np.random.default_rng(seed)
    inputs = np.maximum(0, generator.normal(size=50)).astype(np.float32)
    weights = generator.normal(size=50).astype(np.float32)
    found = product.unit_sum(inputs, weights, np.float32(0.3))
    exact = [float(one) * float(other) for one, other in zip(inputs, weights, strict=True)]
    assert found.total == pytest.approx(sum(exact) + float(np.float32(0.3)), abs=1e-12)
    assert found.activation == max(0.0, found.total)
    assert found.up + found.down + found.bias == pytest.approx(found.total)
    ranked = sorted(range(50), key=lambda pixel: exact[pixel])
    assert found.falling.tolist() == [pixel for pixel in ranked[:5] if exact[pixel] < 0]
    assert found.rising.tolist() == [pixel for pixel in ranked[::-1][:5] if exact[pixel] > 0]


def test_a_units_sum_is_the_networks_own(mnist):
    from engine.training import pretrained

    params = network.Params(*map(np.asarray, pretrained.load().params))
    x = np.asarray(network.preprocess(mnist.test_images[:1].reshape(1, -1)))[0]
    hidden = np.asarray(network.hidden(params, x))
    before = x.astype(np.float64) @ params.W1.astype(np.float64) + params.b1
    for unit in range(0, 512, 7):
        found = product.unit_sum(x, params.W1[:, unit], params.b1[unit])
        assert found.total == pytest.approx(before[unit], abs=1e-6)
        assert found.activation == pytest.approx(hidden[unit], abs=1e-4)
