"""The code a reader takes away computes what the page shows: executed, in NumPy, JAX and Keras, against the engine."""

import ast
import gzip
import os
import re
from types import SimpleNamespace

import jax
import numpy as np
import pytest
from scipy import stats

from engine.training import training
from engine.training.network import INITIALIZATIONS
from engine.training.optimizers import OPTIMIZERS
from engine.training.runner import Runner
from engine.training.training import Settings
from tests.cases import some
from tests.viz.running import run
from viz.training.training_snippets import training_snippets

TRAIN, TEST = 600, 200
PATIENCE = 120
RUNS = {
    name: Settings(
        optimizer=name,
        learning_rate=rate,
        batch_size=batch_size,
        hidden_units=12,
        epochs=2,
        initialization=initialization,
        seed=seed,
    )
    for seed, (name, rate, batch_size, initialization) in enumerate(
        [
            ("sgd", 0.1, 64, "zeros"),
            ("momentum", 0.02, 64, "he_normal"),
            ("nesterov", 0.02, 50, "small_uniform"),
            ("adagrad", 0.05, 64, "positive_uniform"),
            ("rmsprop", 0.001, 64, "glorot_uniform"),
            ("adam", 0.002, 64, "glorot_uniform"),
        ],
        start=3,
    )
}


def idx(array):
    sizes = b"".join(size.to_bytes(4) for size in array.shape)
    return gzip.compress(bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes(), 1)


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """600 + 200 made-up digits in a folder of four IDX files, and on the devices."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, TRAIN + TEST).astype(np.uint8)
    images = rng.integers(0, 90, (TRAIN + TEST, 28, 28), dtype=np.uint8)
    images[np.arange(TRAIN + TEST), 2 * labels, :20] += 120
    folder = tmp_path_factory.mktemp("idx")
    for name, array in {
        "train-images-idx3-ubyte": images[:TRAIN],
        "train-labels-idx1-ubyte": labels[:TRAIN],
        "t10k-images-idx3-ubyte": images[TRAIN:],
        "t10k-labels-idx1-ubyte": labels[TRAIN:],
    }.items():
        (folder / f"{name}.gz").write_bytes(idx(array))
    mesh = training.device_mesh()
    return SimpleNamespace(
        folder=folder,
        images=images,
        labels=labels,
        train=training.place(images[:TRAIN], labels[:TRAIN], mesh),
        test=training.place(images[TRAIN:], labels[TRAIN:], mesh),
    )


def trained(train, test, settings):
    """What the page shows of this run: its snapshot at the end."""
    runner = Runner(train, test, settings)
    try:
        runner.start()
        assert runner.wait(PATIENCE)
        assert runner.poll().state == "finished"
        return runner.poll()
    finally:
        runner.close()


@pytest.fixture(scope="module")
def shown(digits):
    return {name: trained(digits.train, digits.test, settings) for name, settings in RUNS.items()}


def shortened(source):
    """The same program for 600 + 200 digits."""
    assert source.count("60000") >= 3 and source.count("10000") == 1
    return source.replace("60000", str(TRAIN)).replace("10000", str(TEST))


def printed(text):
    """Losses per epoch and the test accuracy, as the program prints them."""
    losses = re.findall(r"^epoch (\d+): loss ([\d.]+)$", text, re.MULTILINE)
    (accuracy,) = re.findall(r"^test accuracy ([\d.]+)$", text, re.MULTILINE)
    assert [int(epoch) for epoch, _ in losses] == list(range(1, len(losses) + 1))
    return [float(loss) for _, loss in losses], float(accuracy)


@pytest.mark.parametrize("name", some(sorted(RUNS), every=6))
def test_the_jax_program_reproduces_the_page(name, digits, shown, monkeypatch, capsys):
    monkeypatch.setenv("UNCRUMPLE_MNIST", str(digits.folder))
    found = run(shortened(training_snippets(RUNS[name])["JAX"]))
    epochs = shown[name].epochs
    np.testing.assert_allclose(found["epoch_losses"], epochs.loss, rtol=1e-4)
    assert found["test_accuracy"] == pytest.approx(float(epochs.test_accuracy[-1]), abs=1e-6)
    for ours, theirs in zip(found["params"], shown[name].params, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)
    losses, accuracy = printed(capsys.readouterr().out)
    np.testing.assert_allclose(losses, epochs.loss, atol=1e-4)
    assert accuracy == pytest.approx(float(epochs.test_accuracy[-1]), abs=1e-4)


@pytest.mark.parametrize("name", some(sorted(RUNS), every=3))
def test_the_numpy_program_reproduces_the_page_from_the_pages_weights(name, digits, shown, monkeypatch, capsys):
    """Its random numbers are NumPy's, so the page's initial weights are put in the place of its own."""
    monkeypatch.setenv("UNCRUMPLE_MNIST", str(digits.folder))
    source = shortened(training_snippets(RUNS[name])["NumPy"])
    source, replaced = re.subn(r"^params = \[initial\(.*\]$", "params = weights", source, flags=re.MULTILINE)
    assert replaced == 1
    found = run(source, weights=[np.array(value) for value in training.initial_state(RUNS[name]).params])
    epochs = shown[name].epochs
    np.testing.assert_allclose(found["epoch_losses"], epochs.loss, rtol=1e-3)
    assert found["test_accuracy"] == pytest.approx(float(epochs.test_accuracy[-1]), abs=0.006)
    assert {value.dtype for value in found["params"]} == {np.dtype(np.float32)}
    losses, accuracy = printed(capsys.readouterr().out)
    np.testing.assert_allclose([*losses, accuracy], [*found["epoch_losses"], found["test_accuracy"]], atol=1e-4)


def test_the_made_up_runs_learn_something(shown):
    """Else agreement would say little."""
    for name, trained in shown.items():
        assert trained.epochs.loss[1] < trained.epochs.loss[0], name
    assert max(float(trained.epochs.test_accuracy[-1]) for trained in shown.values()) > 0.4


@pytest.mark.parametrize("initialization", sorted(INITIALIZATIONS))
def test_the_numpy_program_draws_from_the_same_distribution(initialization, digits, monkeypatch, capsys):
    monkeypatch.setenv("UNCRUMPLE_MNIST", str(digits.folder))
    settings = Settings(hidden_units=4, epochs=1, batch_size=300, initialization=initialization)
    initial = run(shortened(training_snippets(settings)["NumPy"]))["initial"]
    ours = np.asarray(INITIALIZATIONS[initialization](jax.random.key(0), 784, 60)).ravel()
    theirs = initial(784, 60).ravel()
    assert theirs.std() == pytest.approx(ours.std(), rel=0.02) and theirs.size == ours.size
    assert stats.ks_2samp(ours, theirs).pvalue > 1e-3
    assert capsys.readouterr().out.startswith("epoch 1: loss ")


@pytest.mark.parametrize("library", ["NumPy", "JAX", "Keras"])
@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_programs_name_their_settings_and_nothing_is_left_to_fill_in(name, library):
    settings = Settings(
        optimizer=name, learning_rate=0.0123, batch_size=77, hidden_units=33, epochs=9, initialization="zeros", seed=42
    )
    source = training_snippets(settings)[library]
    numbers = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    assert {0.0123, 77, 33, 9, 42} <= numbers
    usual = training_snippets(Settings(optimizer=name))[library]
    numbers = {node.value for node in ast.walk(ast.parse(usual)) if isinstance(node, ast.Constant)}
    assert {0.001, 128, 512, 5, 0} <= numbers and not {0.0123, 77, 33, 42} & numbers
    assert max(map(len, source.splitlines())) <= 120


@pytest.mark.slow
@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_programs_read_the_files_the_app_keeps(library, digits, tmp_path, monkeypatch, capsys):
    """The app's own cache holds them decompressed, under their names without .gz."""
    kept = tmp_path / ".cache" / "uncrumple" / "mnist"
    kept.mkdir(parents=True)
    for path in digits.folder.glob("*.gz"):
        (kept / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
    monkeypatch.delenv("UNCRUMPLE_MNIST", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = Settings(hidden_units=4, epochs=1, batch_size=300)
    found = run(shortened(training_snippets(settings)[library]))
    np.testing.assert_array_equal(np.asarray(found["train_images"]).reshape(-1, 28, 28), digits.images[:TRAIN])


@pytest.mark.slow
def test_the_jax_program_on_real_mnist_prints_the_pages_first_loss(mnist, monkeypatch, capsys):
    """The textbook's run, one epoch of it: about 0.258."""
    folder = os.environ["UNCRUMPLE_MNIST"]
    assert folder
    settings, mesh = Settings(epochs=1), training.device_mesh()
    found = run(training_snippets(settings)["JAX"])
    run_shown = trained(
        training.place(mnist.train_images, mnist.train_labels, mesh),
        training.place(mnist.test_images, mnist.test_labels, mesh),
        settings,
    )
    assert found["epoch_losses"][0] == pytest.approx(float(run_shown.epochs.loss[0]), rel=1e-3)
    assert found["epoch_losses"][0] == pytest.approx(0.258, rel=0.05)
    assert found["test_accuracy"] == pytest.approx(float(run_shown.epochs.test_accuracy[0]), abs=1e-3)
    assert f"epoch 1: loss {found['epoch_losses'][0]:.4f}" in capsys.readouterr().out


KERAS_CALLS = {
    "sgd": ("keras.optimizers.SGD", {}),
    "momentum": ("keras.optimizers.SGD", {"momentum": 0.9}),
    "nesterov": ("keras.optimizers.SGD", {"momentum": 0.9, "nesterov": True}),
    "adagrad": ("keras.optimizers.Adagrad", {}),
    "rmsprop": ("keras.optimizers.RMSprop", {}),
    "adam": ("keras.optimizers.Adam", {}),
}


def keras_model(source):
    """The part of the Keras program between loading the data and fitting."""
    start, end = source.index("keras.utils.set_random_seed"), source.index("model.fit(")
    return "import keras\n" + source[start:end]


class TestKeras:
    """Read as a syntax tree everywhere, built and fitted where Keras is installed."""

    @pytest.mark.parametrize("name", sorted(OPTIMIZERS))
    def test_it_calls_the_right_optimizer_loss_and_fit(self, name):
        tree = ast.parse(training_snippets(RUNS[name])["Keras"])
        calls = {ast.unparse(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
        function, options = KERAS_CALLS[name]
        found = {keyword.arg: ast.literal_eval(keyword.value) for keyword in calls[function].keywords}
        assert found == options | {"learning_rate": RUNS[name].learning_rate} and not calls[function].args
        fit = {keyword.arg: ast.unparse(keyword.value) for keyword in calls["model.fit"].keywords}
        assert (fit["epochs"], fit["batch_size"]) == ("2", str(RUNS[name].batch_size))
        assert fit["validation_data"] == "(test_images, test_labels)"
        compiled = {keyword.arg: ast.unparse(keyword.value) for keyword in calls["model.compile"].keywords}
        assert compiled["loss"] == "'sparse_categorical_crossentropy'"

    @pytest.fixture
    def keras(self, monkeypatch, tmp_path):
        """Keras 3 on the JAX backend, which must be chosen before the first import."""
        monkeypatch.setenv("KERAS_BACKEND", "jax")
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        keras = pytest.importorskip("keras")
        assert keras.backend.backend() == "jax"
        return keras

    def test_it_builds_the_textbooks_network(self, keras):
        model = run(keras_model(training_snippets(Settings())["Keras"]))["model"]
        assert model.count_params() == 407_050
        assert [weight.shape for weight in model.weights] == [(784, 512), (512,), (512, 10), (10,)]

    @pytest.mark.parametrize("name", ["nesterov", "rmsprop"])
    def test_fitted_from_the_pages_weights_in_the_pages_order_it_reports_the_pages_losses(
        self, keras, name, digits, shown
    ):
        settings = RUNS[name]
        model = run(keras_model(training_snippets(settings)["Keras"]))["model"]
        model.set_weights([np.asarray(value) for value in training.initial_state(settings).params])
        inputs = digits.images.reshape(-1, 784).astype("float32") / 255
        for epoch in range(settings.epochs):
            order = np.random.default_rng((settings.seed, epoch)).permutation(TRAIN)
            history = model.fit(
                inputs[:TRAIN][order],
                digits.labels[:TRAIN][order],
                batch_size=settings.batch_size,
                shuffle=False,
                verbose=0,
                validation_data=(inputs[TRAIN:], digits.labels[TRAIN:]),
            ).history
            for measure, expected in zip(
                ("loss", "accuracy", "val_loss", "val_accuracy"), shown[name].epochs, strict=True
            ):
                assert history[measure][0] == pytest.approx(float(expected[epoch]), rel=2e-4, abs=1e-4)

    @pytest.mark.parametrize("initialization", sorted(INITIALIZATIONS))
    def test_its_initial_weights_come_from_the_same_distribution(self, keras, initialization):
        settings = Settings(initialization=initialization, hidden_units=64)
        model = run(keras_model(training_snippets(settings)["Keras"]))["model"]
        ours = training.initial_state(settings).params
        for kernel, expected in ((model.weights[0], ours.W1), (model.weights[2], ours.W2)):
            theirs, expected = (np.asarray(value, np.float64).ravel() for value in (kernel.value, expected))
            assert theirs.std() == pytest.approx(expected.std(), rel=0.1)
            assert theirs.size == expected.size and stats.ks_2samp(theirs, expected).pvalue > 1e-3
