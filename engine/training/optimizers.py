"""Six ways to turn a gradient into a step, each a few lines, with Keras's default settings.

Every optimizer is a pair of pure functions on pytrees of arrays:
``init(params) -> state`` and ``update(gradient, state, params, learning_rate) -> (params, state)``.
The learning rate is an argument, so it may change between any two updates without recompiling.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

Tree = Any


class Optimizer(NamedTuple):
    """init, update, and Keras's default learning rate."""

    init: Callable[[Tree], Tree]
    update: Callable[[Tree, Tree, Tree, Array | float], tuple[Tree, Tree]]
    learning_rate: float


def sgd() -> Optimizer:
    """p -= rate * g. Robbins and Monro 1951."""

    def update(gradient, state, params, rate):
        return jax.tree.map(lambda p, g: p - rate * g, params, gradient), state

    return Optimizer(lambda params: (), update, 0.01)


def momentum(beta: float = 0.9) -> Optimizer:
    """v = beta * v - rate * g; p += v, the heavy ball. Polyak 1964."""

    def update(gradient, velocity, params, rate):
        velocity = jax.tree.map(lambda v, g: beta * v - rate * g, velocity, gradient)
        return jax.tree.map(jnp.add, params, velocity), velocity

    return Optimizer(_zeros_like, update, 0.01)


def nesterov(beta: float = 0.9) -> Optimizer:
    """v = beta * v - rate * g; p += beta * v - rate * g. Nesterov 1983 in the form of Bengio et al. 2013."""

    def update(gradient, velocity, params, rate):
        velocity = jax.tree.map(lambda v, g: beta * v - rate * g, velocity, gradient)
        step = jax.tree.map(lambda v, g: beta * v - rate * g, velocity, gradient)
        return jax.tree.map(jnp.add, params, step), velocity

    return Optimizer(_zeros_like, update, 0.01)


def adagrad(initial: float = 0.1, epsilon: float = 1e-7) -> Optimizer:
    """a += g²; p -= rate * g / sqrt(a + epsilon). Duchi et al. 2011."""

    def update(gradient, squares, params, rate):
        squares = jax.tree.map(lambda a, g: a + g * g, squares, gradient)
        return _scaled_step(params, gradient, squares, rate, epsilon), squares

    return Optimizer(lambda params: jax.tree.map(lambda p: jnp.full_like(p, initial), params), update, 0.001)


def rmsprop(rho: float = 0.9, epsilon: float = 1e-7) -> Optimizer:
    """a = rho * a + (1 - rho) * g²; p -= rate * g / sqrt(a + epsilon). Tieleman and Hinton 2012."""

    def update(gradient, squares, params, rate):
        squares = jax.tree.map(lambda a, g: rho * a + (1 - rho) * g * g, squares, gradient)
        return _scaled_step(params, gradient, squares, rate, epsilon), squares

    return Optimizer(_zeros_like, update, 0.001)


class AdamState(NamedTuple):
    """Number of updates made, running mean of the gradient, running mean of its square."""

    step: Array
    mean: Tree
    square: Tree


def adam(beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-7) -> Optimizer:
    """m, s: running means of g and g²; p -= rate * m̂ / (sqrt(ŝ) + epsilon). Kingma and Ba 2015, section 2.

    As in Keras, the bias correction is folded into the rate: rate * sqrt(1 - beta2^t) / (1 - beta1^t).
    """

    def init(params):
        return AdamState(jnp.zeros((), jnp.int32), _zeros_like(params), _zeros_like(params))

    def update(gradient, state, params, rate):
        step = state.step + 1
        time = step.astype(jnp.result_type(float))
        mean = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, state.mean, gradient)
        square = jax.tree.map(lambda s, g: beta2 * s + (1 - beta2) * g * g, state.square, gradient)
        corrected = rate * jnp.sqrt(1 - beta2**time) / (1 - beta1**time)
        params = jax.tree.map(lambda p, m, s: p - corrected * m / (jnp.sqrt(s) + epsilon), params, mean, square)
        return params, AdamState(step, mean, square)

    return Optimizer(init, update, 0.001)


def _zeros_like(params: Tree) -> Tree:
    return jax.tree.map(jnp.zeros_like, params)


def _scaled_step(params: Tree, gradient: Tree, squares: Tree, rate: Array | float, epsilon: float) -> Tree:
    return jax.tree.map(lambda p, g, a: p - rate * g * jax.lax.rsqrt(a + epsilon), params, gradient, squares)


OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": sgd(),
    "momentum": momentum(),
    "nesterov": nesterov(),
    "adagrad": adagrad(),
    "rmsprop": rmsprop(),
    "adam": adam(),
}
