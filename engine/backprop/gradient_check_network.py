"""Gradient check of one weight of the network: its loss along this weight, in float32 and float64."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from engine.backprop.gradient_check import EPSILONS, ROUNDOFF, Point, Sweep, derivative, ends, judged, side
from engine.descent import naive_search
from engine.descent.naive_search import Place
from engine.training import network
from engine.training.network import Params


@partial(jax.jit, static_argnames="layer")
def _losses_at(params: Params, layer: str, place: Array, values: Array, inputs: Array, labels: Array) -> Array:
    sums = inputs @ params.W1 + params.b1
    return jax.lax.map(lambda value: _loss_with(params, layer, place, value, sums, inputs, labels), values)


@partial(jax.jit, static_argnames="layer")
def _third(params: Params, layer: str, place: Array, inputs: Array, labels: Array) -> tuple[Array, Array, Array]:
    """f''' of the loss along one weight, the mean over samples of their largest logit, and all sums before relu."""
    sums = inputs @ params.W1 + params.b1
    weights = getattr(params, layer)
    value = weights[place[0], place[1]] if weights.ndim == 2 else weights[place[1]]
    function = derivative(derivative(lambda at: _loss_with(params, layer, place, at, sums, inputs, labels)))
    return derivative(function)(value), jnp.abs(network.forward(params, inputs)).max(1).mean(), sums


def _loss_with(
    params: Params, layer: str, place: Array, value: Array, sums: Array, inputs: Array, labels: Array
) -> Array:
    """The mean loss with one weight at ``value``. Only what it touches is computed again; the rest is the same bits."""
    row, column = place
    if layer in ("W1", "b1"):
        weights, bias = params.W1[:, column], params.b1[column]
        weights, bias = (weights.at[row].set(value), bias) if layer == "W1" else (weights, value)
        sums = sums.at[:, column].set(inputs @ weights + bias)
    elif layer == "W2":
        params = params._replace(W2=params.W2.at[row, column].set(value))
    else:
        params = params._replace(b2=params.b2.at[column].set(value))
    logits = jax.nn.relu(sums) @ params.W2 + params.b2
    return network.crossentropy(logits, labels).mean()


def sweep(params: Params, slopes: naive_search.Slopes, place: Place, images: np.ndarray, labels: np.ndarray) -> Sweep:
    """The loss of a batch along one weight. images: (samples, 28, 28) uint8, labels: (samples,).

    slopes: ``naive_search.slopes`` of the same batch, the gradient by autodiff in float64.
    """
    naive_search.require(params, place)
    index = (place.row, place.column) if getattr(params, place.layer).ndim == 2 else (place.column,)
    value, slope = (float(getattr(of, place.layer)[index]) for of in (params, slopes.gradient))
    at, sums = _point(params, slopes, place, slope, images, labels)
    sides = []
    for dtype in ROUNDOFF:
        with jax.enable_x64(dtype == "float64"):
            batch = _batch(params, images, labels, dtype)
            known = slope if dtype == "float64" else _single_slope(batch, place.layer, index)
            heights = _heights(batch, place, ends(value, dtype))
        sides.append(side(heights, known, dtype))
    return judged(name(place), value, at, _switches(place, sums, images), *sides)


def _point(
    params: Params, slopes: naive_search.Slopes, place: Place, slope: float, images: np.ndarray, labels: np.ndarray
) -> tuple[Point, np.ndarray]:
    with jax.enable_x64(True):
        wide, inputs, answers = _batch(params, images, labels, "float64")
        third, scale, sums = jax.device_get(_third(wide, place.layer, jnp.asarray(place[1:]), inputs, answers))
    return Point(slopes.loss, slope, float(third), max(float(scale), slopes.loss)), sums


def _heights(batch: tuple[Params, Array, Array], place: Place, values: np.ndarray) -> np.ndarray:
    params, inputs, labels = batch
    return np.asarray(_losses_at(params, place.layer, jnp.asarray(place[1:]), jnp.asarray(values), inputs, labels))


def _single_slope(batch: tuple[Params, Array, Array], layer: str, index: tuple[int, ...]) -> float:
    return float(getattr(naive_search.loss_and_gradient(*batch)[1], layer)[index])


def _batch(params: Params, images: np.ndarray, labels: np.ndarray, dtype: str) -> tuple[Params, Array, Array]:
    inputs = images.reshape(len(images), network.PIXELS).astype(dtype) / np.asarray(255, dtype)
    narrow = Params(*(jnp.asarray(np.asarray(weights), dtype) for weights in params))
    return narrow, jnp.asarray(inputs), jnp.asarray(labels, jnp.int32)


def _switches(place: Place, sums: np.ndarray, images: np.ndarray) -> np.ndarray:
    """For each epsilon, in how many samples the unit's sum reaches 0 while the weight moves by at most epsilon."""
    if place.layer not in ("W1", "b1"):
        return np.zeros(len(EPSILONS), int)
    reach = images.reshape(len(images), -1)[:, place.row] / 255 if place.layer == "W1" else np.ones(len(images))
    # An input of 0 moves nothing, whatever epsilon is.
    return (np.abs(sums[:, place.column]) <= EPSILONS[:, None] * reach) @ (reach > 0).astype(int)


def silent_unit(params: Params, images: np.ndarray) -> int | None:
    """The first hidden unit that is 0 for every image of a batch (n, 28, 28), None if there is none."""
    quiet = np.asarray(network.hidden(params, network.preprocess(jnp.asarray(images)))).max(axis=0) == 0
    return int(quiet.argmax()) if quiet.any() else None


def name(place: Place) -> str:
    """A weight as code writes it.

    >>> name(Place("W1", 3, 4)), name(Place("b2", 0, 7))
    ('W1[3, 4]', 'b2[7]')
    """
    return f"{place.layer}[{place.row}, {place.column}]" if place.layer[0] == "W" else f"{place.layer}[{place.column}]"
