"""The shipped weights keep their promises; altered files are refused; training learns and repeats itself."""

import json
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.digits.augmentation import draw_hands
from engine.digits.drawing import canvas_from_digit, normalize
from engine.errors import InvalidInput
from engine.training import network, pretrained
from engine.training.pretrained import Recipe, load, save


@pytest.fixture(scope="module")
def arrays():
    with np.load(pretrained.PATH, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def write(path, arrays, **changes):
    values = {**arrays, **changes}
    np.savez_compressed(path, **{name: value for name, value in values.items() if value is not None})
    return path


def test_the_shipped_file_is_small_and_says_where_it_comes_from():
    loaded = load()
    assert pretrained.PATH.stat().st_size <= 1_000_000
    assert network.parameter_count(loaded.params) == 407_050
    assert all(value.dtype == jnp.float32 for value in loaded.params)
    provenance = loaded.provenance
    assert provenance.command == "python -m engine.training.pretrained"
    assert len(provenance.data) == 4 and all(len(digest) == 64 for digest in provenance.data.values())
    assert Recipe(**provenance.recipe) == Recipe()
    assert provenance.test_accuracy >= 0.988


def test_the_shipped_weights_reach_their_stated_accuracy_on_mnist(mnist):
    loaded = load()
    right = network.correct(network.forward(loaded.params, network.preprocess(mnist.test_images)), mnist.test_labels)
    assert float(right.mean()) >= 0.988
    assert float(right.mean()) == pytest.approx(loaded.provenance.test_accuracy, abs=1e-4)


@pytest.mark.slow
def test_the_canvas_costs_no_accuracy(mnist):
    images, labels = mnist.test_images[:2000], mnist.test_labels[:2000]
    seen = jnp.array([normalize(canvas_from_digit(image)).centred for image in images])
    assert float(network.correct(network.forward(load().params, network.preprocess(seen)), labels).mean()) >= 0.98


def nan_in(values):
    values = values.copy()
    values.flat[3] = np.nan
    return values


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda a: {"W1": a["W1"][:, :511]}, r"“W1” must be float16 of shape \(784, 512\).*\(784, 511\)"),
        (lambda a: {"b2": a["b2"].astype(np.float32)}, "“b2” must be float16.*float32"),
        (lambda a: {"W2": nan_in(a["W2"])}, "“W2” must be finite; 1 of"),
        (lambda a: {"b1": None}, "b1"),
        (lambda a: {"provenance": None}, "provenance"),
        (lambda a: {"provenance": np.array("not JSON")}, "no file of pretrained weights"),
        (lambda a: {"provenance": np.array(json.dumps({"command": "x"}))}, "no file of pretrained weights"),
        (lambda a: {"W1": np.array([{}], dtype=object)}, "no file of pretrained weights"),
    ],
)
def test_altered_files_are_refused(change, sentence, arrays, tmp_path):
    path = write(tmp_path / "weights.npz", arrays, **change(arrays))
    with pytest.raises(InvalidInput, match=sentence):
        load(path)


def test_missing_cut_and_swollen_files_are_refused(tmp_path, arrays):
    with pytest.raises(InvalidInput, match="no file of pretrained weights"):
        load(tmp_path / "nowhere.npz")
    content = pretrained.PATH.read_bytes()
    (tmp_path / "cut.npz").write_bytes(content[: len(content) // 2])
    with pytest.raises(InvalidInput, match="no file of pretrained weights"):
        load(tmp_path / "cut.npz")
    flipped = bytearray(content)
    flipped[len(content) // 3] ^= 0xFF
    (tmp_path / "flipped.npz").write_bytes(flipped)
    with pytest.raises(InvalidInput, match="no file of pretrained weights"):
        load(tmp_path / "flipped.npz")
    (tmp_path / "large.npz").write_bytes(bytes(1_000_001))
    with pytest.raises(InvalidInput, match="1,000,001"):
        load(tmp_path / "large.npz")


def test_saving_and_loading_give_the_same_weights(tmp_path):
    loaded = load()
    save(loaded, tmp_path / "copy.npz")
    copy = load(tmp_path / "copy.npz")
    jax.tree.map(np.testing.assert_array_equal, copy.params, loaded.params)
    assert copy.provenance == loaded.provenance
    assert [path.name for path in tmp_path.iterdir()] == ["copy.npz"]


def test_a_file_too_large_to_ship_is_not_written(tmp_path):
    noise = np.random.default_rng(0).normal(size=(784, 2000)).astype(np.float32)
    with pytest.raises(InvalidInput, match="at most 1,000,000 bytes"):
        save(load()._replace(params=load().params._replace(W1=noise)), tmp_path / "large.npz")
    assert not list(tmp_path.iterdir())


TINY = Recipe(epochs=3, batch_size=64, hands=512, warmup=4, peak=0.004)


@pytest.fixture(scope="module")
def tiny_run():
    """Ten blurred blobs in ten places, with hands: a data set learnt in seconds."""
    labels = np.tile(np.arange(10), 100)
    images = np.zeros((1000, 28, 28), np.uint8)
    for index, label in enumerate(labels):
        images[index, 4 + 2 * label : 8 + 2 * label, 6 + label : 20] = 255
    return images, labels, list(pretrained.train(images, labels, TINY))


@pytest.mark.slow
def test_training_learns_and_yields_once_per_epoch(tiny_run):
    images, labels, epochs = tiny_run
    losses = [loss for loss, _ in epochs]
    assert len(losses) == 3 and losses[0] > losses[-1]
    assert float(pretrained.accuracy(epochs[-1][1], images, labels)) > 0.8


@pytest.mark.slow
def test_the_same_recipe_gives_the_same_weights_another_seed_others(tiny_run, monkeypatch):
    images, labels, epochs = tiny_run
    _, again = list(pretrained.train(images, labels, TINY))[-1]
    jax.tree.map(np.testing.assert_array_equal, again, epochs[-1][1])
    hands = pretrained.draw_hands
    monkeypatch.setattr(pretrained, "draw_hands", lambda rng, count: hands(np.random.default_rng(0), count))
    other, _ = next(pretrained.train(images, labels, Recipe(**{**TINY.__dict__, "seed": 1})))
    assert other != epochs[0][0]


def test_the_smoothed_loss_is_least_at_its_targets():
    """With logits log(target) the loss is the entropy of the targets; smoothing 0 is plain crossentropy."""
    params = network.Params(jnp.zeros((784, 4)), jnp.zeros(4), jnp.zeros((4, 10)), jnp.arange(10.0))
    inputs, labels = jnp.zeros((3, 784)), jnp.array([1, 5, 9])
    plain = network.crossentropy(network.forward(params, inputs), labels).mean()
    np.testing.assert_allclose(pretrained.smoothed_loss(params, inputs, labels, 0.0), plain, rtol=1e-6)
    target = np.full(10, 0.02)
    target[4] = 0.82
    best = params._replace(b2=jnp.log(jnp.asarray(target, jnp.float32)))
    loss = pretrained.smoothed_loss(best, inputs, jnp.array([4, 4, 4]), 0.2)
    np.testing.assert_allclose(loss, -(target * np.log(target)).sum(), rtol=1e-5)


def test_the_learning_rate_rises_then_falls_along_a_cosine():
    recipe = Recipe(peak=0.01, warmup=10)
    rates = [float(pretrained.learning_rate(jnp.array(step), 1000, recipe)) for step in (0, 5, 10, 500, 1000)]
    np.testing.assert_allclose(rates, [0, 0.005, 0.01, 0.005, 0], atol=5e-6)


def test_importing_reads_no_weights():
    code = "import pathlib, numpy; numpy.load = None; import engine.training.pretrained"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=pretrained.PATH.parents[2])


@pytest.mark.slow
def test_the_shipped_weights_know_the_hands_they_were_trained_on():
    """Ones with a long upstroke, sevens crossed low and the like, written anew: few are taken for another."""
    images, labels = draw_hands(np.random.default_rng(20_26), 3000)
    seen = np.asarray(network.forward(load().params, network.preprocess(images))).argmax(axis=1)
    assert (seen == labels).mean() >= 0.95
    assert min((seen[labels == digit] == digit).mean() for digit in set(labels.tolist())) >= 0.92
