"""Cards of the network and its preprocessing: the numbers on them, and that all of them reach the page."""

import re

import jax
import numpy as np
import pytest

from engine.training import network
from viz.training.network import cards_html, layer_cards, preprocessing_cards


def counts(cards):
    return [int(found.replace(",", "")) for found in re.findall(r"([\d,]+) parameters", str(cards))]


def test_the_textbooks_network_has_its_published_parameter_counts():
    """Keras's summary of Dense(512) on 784 inputs and Dense(10): 401,920 + 5,130 = 407,050."""
    cards = layer_cards(512)
    assert [card.shape for card in cards[:3]] == ["(784,)", "(512,)", "(10,)"]
    assert "401,920 parameters" in cards[1].lines and "5,130 parameters" in cards[2].lines
    assert "407,050 parameters in all" in cards[3].lines


@pytest.mark.parametrize("hidden_units", [1, 16, 4096])
def test_counts_and_shapes_are_those_of_the_weights_themselves(hidden_units):
    cards = layer_cards(hidden_units)
    params = jax.eval_shape(lambda: network.init(jax.random.key(0), hidden_units=hidden_units))
    first, second = (sum(value.size for value in layer) for layer in (params[:2], params[2:]))
    assert counts(cards) == [first, second, network.parameter_count(params)]
    lines = [line for card in cards for line in card.lines]
    for name, value in params._asdict().items():
        assert f"{name} {value.shape}" in lines
    assert cards[1].heading == f"Dense({hidden_units}), relu" and cards[2].heading == "Dense(10), softmax"


def test_preprocessing_cards_are_the_shapes_and_types_numpy_gives():
    images = np.zeros((600, 28, 28), np.uint8)
    inputs = images.reshape(600, 784)
    scaled = inputs.astype(np.float32) / 255
    steps = (images, inputs, scaled)
    for card, step in zip(preprocessing_cards(600), steps, strict=True):
        assert card.shape == str(step.shape) and card.lines[0] == str(step.dtype)
    assert f"{scaled.itemsize} bytes each" in preprocessing_cards(600)[2].lines[1]


@pytest.mark.parametrize("cards", [layer_cards(512), preprocessing_cards(60_000)])
def test_every_heading_shape_and_line_is_on_the_page_in_order_with_arrows_between(cards):
    html = cards_html(cards)
    position = 0
    for text in [text for card in cards for text in (card.heading, card.shape, *card.lines)]:
        position = html.index(f">{text}<", position + 1)
    assert html.count('class="card"') == len(cards) and html.count(">→<") == len(cards) - 1
    assert html.count("<div") == html.count("</div>")
