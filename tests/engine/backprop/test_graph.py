"""Generated computations: the graph's values are JAX's bit for bit, its adjoints jax.grad's and arithmetic's."""

import math
import random

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.backprop.graph import forward, trace
from engine.backprop.graph_backward import backward, gradients
from engine.backprop.graph_paths import counts, path_products, paths
from tests.cases import some

# name: (operands, by JAX, by Python, derivatives by hand with respect to each operand)
SCALAR = {
    "add": (2, lambda a, b: a + b, lambda a, b: a + b, lambda a, b: (1, 1)),
    "sub": (2, lambda a, b: a - b, lambda a, b: a - b, lambda a, b: (1, -1)),
    "mul": (2, lambda a, b: a * b, lambda a, b: a * b, lambda a, b: (b, a)),
    "div": (
        2,
        lambda a, b: a / (2 + b * b),
        lambda a, b: a / (2 + b * b),
        lambda a, b: (1 / (2 + b * b), -2 * a * b / (2 + b * b) ** 2),
    ),
    "max": (2, jnp.maximum, max, lambda a, b: (a > b, b > a) if a != b else (0.5, 0.5)),
    "min": (2, jnp.minimum, min, lambda a, b: (a < b, b < a) if a != b else (0.5, 0.5)),
    "sin": (1, jnp.sin, math.sin, lambda a: (math.cos(a),)),
    "cos": (1, jnp.cos, math.cos, lambda a: (-math.sin(a),)),
    "tanh": (1, jnp.tanh, math.tanh, lambda a: (1 - math.tanh(a) ** 2,)),
    "square": (1, lambda a: a**2, lambda a: a**2, lambda a: (2 * a,)),
    "neg": (1, lambda a: -a, lambda a: -a, lambda a: (-1,)),
    "sigmoid": (1, jax.nn.sigmoid, lambda a: 1 / (1 + math.exp(-a)), lambda a: (1 / (2 + 2 * math.cosh(a)),)),
    "abs": (1, jnp.abs, abs, lambda a: (1 if a >= 0 else -1,)),
    "scale": (1, lambda a: 3 * a - 0.5, lambda a: 3 * a - 0.5, lambda a: (3,)),
    "relu": (1, jax.nn.relu, lambda a: max(a, 0), lambda a: (a > 0,)),
}
NAMES = ("x", "w", "b")
QUICK = {"xla_backend_optimization_level": 0}
SEEDS = st.integers(0, 2**32)


def cases(count):
    return settings(max_examples=count, derandomize=True, deadline=None)


class Recipe:
    """A random computation with sharing: each operation takes any earlier values; those left over are added up."""

    def __init__(self, seed, *, operations=6, without=()):
        generator = random.Random(seed)
        self.variables = NAMES[: generator.randint(1, 3)]
        # Few different numbers, so that ties and corners come up.
        self.values = {name: generator.randint(-8, 8) / 4 for name in self.variables}
        self.operations = []
        kinds = sorted({*SCALAR} - {*without})
        for k in range(generator.randint(1, operations)):
            kind = generator.choice(kinds)
            known = len(self.variables) + k
            picks = [known - 1 - min(int(generator.expovariate(0.5)), known - 1) for _ in range(SCALAR[kind][0])]
            self.operations.append((kind, picks))
        used = {pick for _, picks in self.operations for pick in picks}
        self.ends = [k for k in range(len(self.variables) + len(self.operations)) if k not in used]

    def run(self, values, which):
        known = [values[name] for name in self.variables]
        for kind, picks in self.operations:
            known.append(SCALAR[kind][which](*(known[pick] for pick in picks)))
        total = known[self.ends[0]]
        for end in self.ends[1:]:
            total = total + known[end]
        return known, total

    def __call__(self, **values):
        return self.run(values, 1)[1]

    def by_hand(self):
        """The gradient by the chain rule in plain Python, and how large the numbers were on the way."""
        known, _ = self.run(self.values, 2)
        adjoints = [float(k in self.ends) for k in range(len(known))]
        for k in range(len(known) - 1, len(self.variables) - 1, -1):
            kind, picks = self.operations[k - len(self.variables)]
            slopes = SCALAR[kind][3](*(known[pick] for pick in picks))
            for pick, slope in zip(picks, slopes, strict=True):
                adjoints[pick] += adjoints[k] * slope
        return dict(zip(self.variables, adjoints, strict=False)), 1 + max(map(abs, adjoints + known))


def single(values):
    return {name: jnp.float32(value) for name, value in values.items()}


@cases(400)
@given(SEEDS)
def test_generated_expressions(seed):
    recipe = Recipe(seed)
    graph = trace(recipe, recipe.values)
    found = backward(graph, recipe.values, compiled=False)
    if seed % 4 == 0:
        assert found.values[graph.output] == recipe(**single(recipe.values))
    by_hand, slack = recipe.by_hand()
    for name, gradient in by_hand.items():
        assert found.adjoints[graph.index(name)] == pytest.approx(gradient, rel=1e-4, abs=1e-5 * slack)
    if seed % 16 == 0:
        by_jax = jax.grad(lambda values: recipe(**values))(single(recipe.values))
        for name in recipe.variables:
            assert found.adjoints[graph.index(name)] == pytest.approx(float(by_jax[name]), rel=1e-5, abs=1e-6 * slack)
    number = counts(graph)
    for k in graph.variables:
        listed = paths(graph, k, limit=300)
        assert listed.total == number[k] and len(listed.paths) == min(number[k], 300)
        assert len(set(listed.paths)) == len(listed.paths)
        if listed.complete:
            products = path_products(found.locals, listed)
            scale = sum(map(abs, products), 1.0)
            assert math.fsum(products) == pytest.approx(float(found.adjoints[k]), rel=1e-4, abs=1e-5 * scale)


UNARY = {
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
    "abs": jnp.abs,
    "square": lambda a: a**2,
    "negative": lambda a: -a,
    "transpose": jnp.transpose,
    "softmax": jax.nn.softmax,
    "columns": lambda a: a * a.sum(0),
    "rows": lambda a: a - a.mean(-1, keepdims=True),
    "largest": lambda a: a - a.max(-1, keepdims=True),
    "logsumexp": lambda a: a - jax.nn.logsumexp(a, axis=0),
    "chosen": lambda a: jnp.where(a > 0, a, 0.25 * a),
}
BINARY = {
    "add": jnp.add,
    "subtract": jnp.subtract,
    "multiply": jnp.multiply,
    "maximum": jnp.maximum,
    "matmul": jnp.matmul,
    "divide": lambda a, b: a / (1.5 + b * b),
    "bias": lambda a, b: a + b[0],
    "vector": lambda a, b: a - a @ b[0],
    "number": lambda a, b: a * (a[0] @ b[1]),
}


class TensorRecipe:
    """As Recipe, with tensors: broadcasting, reductions, products, sharing.

    Values are (2, 2), and (2,), (2, 1) and () inside of the steps: each kind of step is compiled only once.
    """

    def __init__(self, seed):
        generator = random.Random(seed)
        numbers = np.random.default_rng(seed)
        self.values = {
            name: numbers.integers(-8, 9, (2, 2)).astype(np.float32) / 4 for name in NAMES[: generator.randint(1, 3)]
        }
        self.operations = []
        for k in range(generator.randint(2, 7)):
            table = generator.choice([UNARY, BINARY])
            last = len(self.values) + k - 1
            picks = [max(0, last - int(generator.expovariate(0.4))) for _ in range(1 if table is UNARY else 2)]
            self.operations.append((table[generator.choice(sorted(table))], picks))

    def __call__(self, **values):
        known = [values[name] for name in self.values]
        for compute, picks in self.operations:
            known.append(compute(*(known[pick] for pick in picks)))
        return sum(jnp.mean(value) for value in known[len(self.values) :])


@cases(20)
@given(SEEDS)
def test_generated_tensor_expressions(seed):
    recipe = TensorRecipe(seed)
    graph = trace(recipe, recipe.values)
    found = backward(graph, recipe.values, compiled=False)
    values = {name: jnp.asarray(value) for name, value in recipe.values.items()}
    with jax.disable_jit():
        assert found.values[graph.output] == recipe(**values)
    _, pull = jax.vjp(lambda values: recipe(**values), values)
    (expected,) = pull(jnp.float32(1))
    scale = 1 + max(float(np.abs(adjoint).max()) for adjoint in found.adjoints if adjoint is not None)
    for name, adjoint in gradients(graph, found).items():
        np.testing.assert_allclose(adjoint, expected[name], rtol=1e-4, atol=1e-6 * scale)
    flowing_and_local_agree(graph, found)


def flowing_and_local_agree(graph, found):
    """Adjoint = sum over outgoing edges; where local derivatives are known, edge = adjoint · local derivative."""
    sums = [np.zeros(node.shape) for node in graph.nodes]
    sums[graph.output] += 1
    for k, node in enumerate(graph.nodes):
        for source, part, local in zip(node.inputs, found.contributions[k], found.locals[k], strict=True):
            if part is not None:
                assert part.shape == graph.nodes[source].shape
                sums[source] += part
            if local is not None:
                np.testing.assert_allclose(part, found.adjoints[k] * local, rtol=1e-5, atol=1e-30)
    for total, adjoint in zip(sums, found.adjoints, strict=True):
        if adjoint is not None:
            np.testing.assert_allclose(adjoint, total, rtol=1e-4, atol=1e-4 * (1 + np.abs(total).max()))


UNARY_NAMES = (
    "sin cos tan tanh sinh cosh arctan arcsinh exp expm1 exp2 abs sign floor ceil cbrt square reciprocal "
    "cumsum cumprod sort prod max min std ravel transpose"
)
PRIMITIVES = {
    **{name: getattr(jnp, name) for name in UNARY_NAMES.split()},
    "log": lambda a: jnp.log(a * a + 1),
    "log1p": lambda a: jnp.log1p(a * a),
    "sqrt": lambda a: jnp.sqrt(a * a + 1),
    "rsqrt": lambda a: jax.lax.rsqrt(a * a + 1),
    "pow": lambda a: jnp.abs(a) ** a,
    "integer_pow": lambda a: a**-3,
    "erf": jax.scipy.special.erf,
    "softplus": jax.nn.softplus,
    "gelu": jax.nn.gelu,
    "elu": jax.nn.elu,
    "log_softmax": jax.nn.log_softmax,
    "reshape": lambda a: a.reshape(3, 2),
    "slice": lambda a: a[:, 1:],
    "concatenate": lambda a: jnp.concatenate([a, 2 * a]),
    "gather": lambda a: a[jnp.array([1, 0, 1])],
    "scatter": lambda a: a.at[0, 1].set(a[1, 1]),
    "pad": lambda a: jnp.pad(a, 1),
    "clip": lambda a: jnp.clip(a, -0.5, 0.5),
    "outer": lambda a: jnp.outer(a, a),
    "matmul": lambda a: a @ a.T,
    "einsum": lambda a: jnp.einsum("ij,kj->ik", a, a),
    "roll": lambda a: jnp.roll(a, 1),
    "atan2": lambda a: jnp.arctan2(a, 1 + a * a),
    "rem": lambda a: jnp.remainder(a, 0.75),
    "cast": lambda a: a.astype(int) + a,
    "convolve": lambda a: jnp.convolve(a[0], a[1]),
    "stopped": lambda a: a * jax.lax.stop_gradient(a),
    "split": lambda a: jnp.split(a, 3, axis=1)[1] * 2,
    "norm": jnp.linalg.norm,
    "argmax": lambda a: a[0, jnp.argmax(a[0])],
    "solve": lambda a: jnp.linalg.solve(a[:, :2], a[:, 2]),
    "vmap": jax.vmap(lambda row: row @ row),
    "remat": jax.checkpoint(lambda a: jnp.sin(a) * a),
    "cond": lambda a: jax.lax.cond(a[0, 0] > 0, jnp.sin, jnp.cos, a),
    "fori": lambda a: jax.lax.fori_loop(0, 3, lambda k, c: jnp.sin(c) + k, a),
    "scan": lambda a: jax.lax.scan(lambda c, row: (c * row + 1, c.sum()), a[0], a)[1],
}


@pytest.mark.parametrize("part", some(range(2), every=2))
def test_every_primitive_and_every_box(part):
    """Whatever JAX can differentiate the graph can, as one node or as a box, and with JAX's result."""
    names = sorted(PRIMITIVES)[part::2]
    x = np.array([[0.3, -1.2, 0.7], [1.1, 0.4, -0.6]], np.float32)

    def everything(**values):
        results = {name: PRIMITIVES[name](values[name]) for name in names}
        return sum(jnp.sum(jnp.cos(jnp.arange(found.size)) * found.ravel()) for found in results.values())

    values = {name: x for name in names}
    found = backward(graph := trace(everything, values), values)
    total, expected = jax.jit(jax.value_and_grad(lambda v: everything(**v)), compiler_options=QUICK)(values)
    assert found.values[graph.output] == pytest.approx(float(total), rel=1e-5)
    for name, adjoint in gradients(graph, found).items():
        np.testing.assert_allclose(adjoint, expected[name], rtol=1e-4, atol=1e-5, err_msg=name)
    flowing_and_local_agree(graph, found)


@pytest.mark.parametrize("seed", [3, 14, 15])
def test_the_compiled_backward_pass_is_the_same(seed):
    recipe = Recipe(seed, operations=12)
    graph = trace(recipe, recipe.values)
    apart, compiled = (backward(graph, recipe.values, compiled=choice) for choice in (False, True))
    assert apart.values == compiled.values == forward(graph, recipe.values)
    for one, other in zip(jax.tree.leaves(apart), jax.tree.leaves(compiled), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_a_shown_sum_is_the_sum_of_what_is_shown():
    """Compiled as one program, XLA would fuse the product with the sum and round once instead of twice."""
    x, w = np.random.default_rng(0).normal(size=(2, 1000)).astype(np.float32)
    graph = trace(lambda x, w: x * 0.1 + w, {"x": x, "w": w})
    np.testing.assert_array_equal(forward(graph, {"x": x, "w": w})[graph.output], x * np.float32(0.1) + w)


@cases(30)
@given(SEEDS)
def test_adjoints_are_difference_quotients_in_double(seed):
    recipe = Recipe(seed, without=("abs", "max", "min", "relu"))
    graph = trace(recipe, recipe.values, double=True)
    found = backward(graph, recipe.values, compiled=False)
    assert found.values[graph.output].dtype == np.float64
    for name, gradient in gradients(graph, found).items():
        sides = [recipe.run({**recipe.values, name: recipe.values[name] + way}, 2)[1] for way in (1e-5, -1e-5)]
        assert gradient == pytest.approx((sides[0] - sides[1]) / 2e-5, rel=1e-6, abs=1e-6 * (1 + abs(sides[0])))
