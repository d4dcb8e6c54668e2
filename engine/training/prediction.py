"""What the network makes of one image, layer by layer, and which pixels speak for each class."""

from typing import NamedTuple

import jax
from jax import Array

from engine.training import network
from engine.training.network import Params


class Prediction(NamedTuple):
    """hidden: (units,) activations after relu. logits, probabilities: (10,). evidence: (10, 784), see predict."""

    hidden: Array
    logits: Array
    probabilities: Array
    evidence: Array


@jax.jit
def predict(params: Params, image: Array) -> Prediction:
    """Run one (28, 28) or (784,) uint8 image through the network.

    evidence[c, i] = d logit_c / d input_i, by automatic differentiation: how much the score of class c would grow
    per unit of ink (0..1) added at pixel i. Simonyan, Vedaldi and Zisserman 2014, section 3.
    """
    inputs = network.preprocess(image.reshape(1, network.PIXELS))[0]
    logits = network.forward(params, inputs)
    evidence = jax.jacrev(network.forward, argnums=1)(params, inputs)
    return Prediction(network.hidden(params, inputs), logits, jax.nn.softmax(logits), evidence)
