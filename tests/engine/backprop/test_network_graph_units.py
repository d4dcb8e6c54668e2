"""Hidden units of the network's graph: gradients by JAX's own grad, dead ones by plain NumPy; the printed jaxprs."""

import jax
import numpy as np
import pytest

from engine.backprop.graph_backward import backward
from engine.backprop.network_graph import network_graph, network_values
from engine.backprop.network_graph_units import paired, printed, units_of
from engine.training import network
from tests.cases import some

HIDDEN = 12


def small(samples, dead=()):
    random = np.random.default_rng(3)
    params = network.init(jax.random.key(4), hidden_units=HIDDEN)
    params = params._replace(b1=np.where(np.isin(np.arange(HIDDEN), dead), -99.0, 0.1).astype(np.float32))
    inputs, labels = random.random((samples, 784), np.float32), random.integers(0, 10, samples)
    return params, inputs, labels


@pytest.mark.parametrize("samples", some([5, 1], every=2))
def test_images_are_the_columns_of_w1_and_of_its_gradient(samples):
    params, inputs, labels = small(samples, dead=(2, 7))
    one = samples == 1
    graph = network_graph(samples=None if one else samples, hidden_units=HIDDEN)
    values = network_values(params, inputs[0] if one else inputs, labels[0] if one else labels)
    units = units_of(graph, backward(graph, values))

    def loss(W1):
        return network.crossentropy(network.forward(params._replace(W1=W1), inputs), labels).mean()

    expected = np.asarray(jax.grad(loss)(params.W1))
    for unit in range(HIDDEN):
        np.testing.assert_allclose(units.gradients[unit], expected[:, unit].reshape(28, 28), rtol=1e-4, atol=1e-7)
        np.testing.assert_array_equal(units.weights[unit], np.asarray(params.W1)[:, unit].reshape(28, 28))
    np.testing.assert_allclose(units.norms, np.sqrt((expected**2).sum(axis=0)), rtol=1e-4, atol=1e-7)
    active = (inputs @ np.asarray(params.W1) + params.b1 > 0).sum(axis=0)
    np.testing.assert_array_equal(units.active, active)
    assert units.samples == samples and set(np.flatnonzero(units.dead)) == set(np.flatnonzero(active == 0)) >= {2, 7}
    assert not units.gradients[units.dead].any()


def test_the_printed_gradient_repeats_the_loss_and_goes_back():
    loss, gradient = printed(samples=5, hidden_units=HIDDEN)
    # Two products forward; back, one for each of W1, W2 and the hidden activations.
    assert (loss.count("= dot_general["), gradient.count("= dot_general[")) == (2, 5)
    assert "f32[784,12]" in loss and "select_n" in gradient and "select_n" not in loss


def test_the_pairing_is_traced_once():
    assert paired(samples=5, hidden_units=HIDDEN) is paired(samples=5, hidden_units=HIDDEN)
    assert paired(samples=5, hidden_units=HIDDEN).names == ("W1", "b1", "W2", "b2")
