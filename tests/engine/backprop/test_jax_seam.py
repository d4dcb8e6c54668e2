"""Golden jaxprs: the primitives the graphs know by name, as JAX writes the operations of the chapter's network."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.backprop.jax_seam import ClosedJaxpr, jaxprs_in_params

X, W = np.ones((2, 3), np.float32), np.ones((3, 2), np.float32)
GOLDEN = {
    "x @ W": (lambda x: x @ W, ["dot_general"]),
    "x + 1": (lambda x: x + 1, ["add"]),
    "x - 1": (lambda x: x - 1, ["sub"]),
    "x * x": (lambda x: x * x, ["mul"]),
    "x / x": (lambda x: x / x, ["div"]),
    "-x": (lambda x: -x, ["neg"]),
    "x ** 2": (lambda x: x**2, ["integer_pow"]),
    "x ** x": (lambda x: x**x, ["pow"]),
    "maximum": (lambda x: jnp.maximum(x, 0), ["max"]),
    "exp": (jnp.exp, ["exp"]),
    "log": (jnp.log, ["log"]),
    "sum": (jnp.sum, ["reduce_sum"]),
    "largest": (jnp.max, ["reduce_max"]),
    "transpose": (lambda x: x.T, ["transpose"]),
    "reshape": (lambda x: x.reshape(6), ["reshape"]),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_primitive_of_every_operation_keeps_its_name(name):
    function, primitives = GOLDEN[name]
    assert [equation.primitive.name for equation in jax.make_jaxpr(function)(X).jaxpr.eqns] == primitives


def test_what_is_called_within_is_found_in_the_parameters():
    closed = jax.make_jaxpr(jax.jit(lambda x: jnp.sum(x * x)))(X)
    assert isinstance(closed, ClosedJaxpr)
    (equation,) = closed.jaxpr.eqns
    (inner,) = jaxprs_in_params(equation.params)
    assert [inside.primitive.name for inside in inner.eqns] == ["mul", "reduce_sum"]


def test_relu_comes_as_a_function_with_a_derivative_of_its_own():
    names = [equation.primitive.name for equation in jax.make_jaxpr(jax.nn.relu)(X).jaxpr.eqns]
    assert names in (["custom_jvp_call"], ["jit"]), "graph_tracing opens these two"
