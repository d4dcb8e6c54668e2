"""The code of a gradient check computes what the page shows."""

import numpy as np
import pytest

from engine.backprop import gradient_check_formula, gradient_check_network
from engine.backprop.gradient_check import EPSILONS
from engine.descent import naive_search
from engine.descent.naive_search import Place
from engine.training import pretrained
from engine.typed import expressions
from tests.cases import some
from viz.backprop import gradient_check_snippets as snippets

WEIGHTS = "engine/training/pretrained.npz"
RANDOM = np.random.default_rng(3)
IMAGE, LABEL = RANDOM.integers(0, 256, (28, 28)).astype(np.uint8), np.array([4])
PLACES = [Place("W1", 400, 17), Place("b1", 0, 17), Place("W2", 17, 4), Place("b2", 0, 9)]


def run(source):
    names: dict = {}
    exec(compile(source, "snippet", "exec"), names)
    return names


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch, pytestconfig):
    monkeypatch.chdir(pytestconfig.rootpath)


@pytest.fixture(scope="module")
def params():
    return pretrained.load().params


@pytest.fixture(scope="module")
def slopes(params):
    return naive_search.slopes(params, IMAGE[None], LABEL)


@pytest.mark.parametrize("place", some(PLACES, every=3), ids=lambda place: place.layer)
def test_one_image_and_a_weight_of_every_tensor(place, params, slopes, capsys):
    sweep = gradient_check_network.sweep(params, slopes, place, IMAGE[None], LABEL)
    epsilon = float(EPSILONS[sweep.chosen])
    sources = snippets.weight(place, IMAGE, LABEL, WEIGHTS, epsilon=epsilon, procedural=False)
    names = run(sources["NumPy"])
    assert names["by_hand"] == pytest.approx(sweep.slope, rel=1e-9, abs=1e-15)
    assert names["loss"] == pytest.approx(sweep.height, rel=1e-12)
    found = names["difference"](epsilon, np.float64)
    assert found == pytest.approx(sweep.double.quotients[sweep.chosen], rel=1e-6, abs=1e-9)
    assert names["difference"](0.1, np.float32).dtype == np.float32
    assert f"by hand: {names['by_hand']}" in capsys.readouterr().out
    names = run(sources["JAX"])
    assert float(names["slope"]) == pytest.approx(sweep.slope, rel=1e-9, abs=1e-15)
    assert float(names["quotient"]) == pytest.approx(sweep.double.quotients[sweep.chosen], rel=1e-6, abs=1e-9)


def test_a_batch_of_mnist(mnist, params):
    images, labels, place = mnist.train_images[:128], mnist.train_labels[:128], PLACES[0]
    source = snippets.weight(place, None, labels, WEIGHTS, epsilon=1e-5, procedural=False)["JAX"]
    wanted = naive_search.slopes(params, images, labels).gradient.W1[place.row, place.column]
    assert float(run(source)["slope"]) == pytest.approx(wanted, rel=1e-9)


def test_procedural_digits_are_drawn_not_read():
    sources = snippets.weight(PLACES[0], None, np.zeros(128, int), "weights.npz", epsilon=1e-5, procedural=True)
    for source in sources.values():
        assert "procedural.load()" in source and "ubyte" not in source and 'np.load("weights.npz")' in source
        compile(source, "snippet", "exec")


@pytest.mark.parametrize(
    "text", some(["x^2 * sin(y)", "relu(x) + sigmoid(y) * softplus(x) - step(x)", "2", "abs(y)^3"], every=3)
)
@pytest.mark.parametrize("variable", ["x", "y"])
def test_formulas(text, variable, capsys):
    expression, point = expressions.parse(text, ("x", "y")), (0.75, -1.1)
    sweep = gradient_check_formula.sweep(expression, point, variable)
    epsilon = float(EPSILONS[sweep.chosen])
    sources = snippets.variable(expression, dict(zip("xy", point, strict=True)), variable, epsilon=epsilon)
    names = run(sources["NumPy"])
    assert float(names["quotient"]) == pytest.approx(float(sweep.double.quotients[sweep.chosen]), rel=1e-6, abs=1e-9)
    assert float(run(sources["JAX"])["slope"]) == pytest.approx(sweep.slope, rel=1e-12, abs=1e-15)
    assert "central difference:" in capsys.readouterr().out


def test_code_fits_the_panel():
    found = [
        *snippets.weight(PLACES[0], IMAGE, LABEL, WEIGHTS, epsilon=1e-5, procedural=False).values(),
        *snippets.variable(expressions.parse("x", ("x", "y")), {"x": 1.0, "y": 2.0}, "x", epsilon=1e-3).values(),
    ]
    for source in found:
        lines = source.splitlines()
        assert len(lines) < 80 and max(map(len, lines)) <= 120 and "\n\n\n\n" not in source
