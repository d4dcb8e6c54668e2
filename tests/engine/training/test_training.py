"""Chunks of updates against NumPy, against themselves cut differently, and against the textbook's figures."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from scipy import special

from engine.errors import InvalidInput
from engine.training import training
from engine.training.network import INITIALIZATIONS
from engine.training.optimizers import OPTIMIZERS
from engine.training.training import Checkpoint, Settings, State

REPEATABLE = hypothesis(deadline=None, derandomize=True, max_examples=50)
ROOT = Path(__file__).resolve().parents[3]
SAMPLES = 50
TINY = Settings(optimizer="momentum", learning_rate=0.05, batch_size=8, hidden_units=6, epochs=3, seed=4)

WHOLE = {
    "batch_size": ("Batch size", 1, 60_000),
    "hidden_units": ("Hidden units", 1, 4_096),
    "epochs": ("Epochs", 1, 100),
    "seed": ("Seed", 0, 2**31 - 1),
}


class TestSettings:
    """Every value in its range is taken, every other refused in one sentence."""

    def test_defaults_are_the_textbooks_run(self):
        assert Settings() == Settings("rmsprop", 0.001, 128, 512, 5, "glorot_uniform", 0)
        assert Settings.__dataclass_params__.frozen and hash(Settings()) == hash(Settings())

    @REPEATABLE
    @given(
        st.builds(
            Settings,
            optimizer=st.sampled_from(sorted(OPTIMIZERS)),
            initialization=st.sampled_from(sorted(INITIALIZATIONS)),
            learning_rate=st.floats(0, training.MAX_LEARNING_RATE, exclude_min=True) | st.integers(1, 1000),
            **{field: st.integers(low, high) for field, (_, low, high) in WHOLE.items()},
        )
    )
    def test_everything_in_range_is_taken(self, settings):
        assert training.require_learning_rate(settings.learning_rate) == settings.learning_rate

    @pytest.mark.parametrize("field", sorted(WHOLE))
    def test_both_ends_of_a_range_are_taken_and_the_next_numbers_refused(self, field):
        name, low, high = WHOLE[field]
        for value in (low, high):
            assert getattr(Settings(**{field: value}), field) == value
        for value in (low - 1, high + 1):
            with pytest.raises(InvalidInput) as error:
                Settings(**{field: value})
            assert str(error.value) == (f"{name} must be a whole number from {low:,} to {high:,}; {value:,} is not.")

    @pytest.mark.parametrize("field", sorted(WHOLE))
    @REPEATABLE
    @given(st.integers(max_value=-1) | st.integers(min_value=2**31) | st.floats() | st.text() | st.none())
    @example(10**10)
    @example(128.0)
    @example("128")
    @example(math.nan)
    @example(math.inf)
    def test_what_is_no_whole_number_in_range_is_refused_by_name_and_value(self, field, value):
        with pytest.raises(InvalidInput) as error:
            Settings(**{field: value})
        shown = f"{value:,}" if isinstance(value, (int, float)) else repr(value)
        assert str(error.value).startswith(f"{WHOLE[field][0]} must be ") and f"; {shown} is not." in str(error.value)

    @REPEATABLE
    @given(
        st.floats(max_value=0)
        | st.floats(min_value=training.MAX_LEARNING_RATE, exclude_min=True)
        | st.integers(max_value=0)
        | st.integers(min_value=training.MAX_LEARNING_RATE + 1)
        | st.text()
        | st.none()
    )
    @example(math.nan)
    @example(-0.0)
    @example("0.1")
    def test_learning_rates_out_of_range_are_refused_by_name_and_value(self, value):
        with pytest.raises(InvalidInput) as error:
            Settings(learning_rate=value)
        sentence = f"Learning rate must be a number above 0 and at most {training.MAX_LEARNING_RATE:,}; "
        number = isinstance(value, (int, float))
        spellings = [f"{value:g}", f"{value:,}", str(value)] if number else [repr(value)]
        assert str(error.value) in [f"{sentence}{shown} is not." for shown in spellings]

    def test_an_absurdly_large_whole_number_is_a_refused_learning_rate_too(self):
        with pytest.raises(InvalidInput, match=r"^Learning rate must be a number above 0"):
            Settings(learning_rate=10**400)

    @pytest.mark.parametrize("field", [*sorted(WHOLE), "learning_rate"])
    def test_true_is_no_number(self, field):
        with pytest.raises(InvalidInput, match="; True is not"):
            Settings(**{field: True})

    @pytest.mark.parametrize(("field", "choices"), [("optimizer", OPTIMIZERS), ("initialization", INITIALIZATIONS)])
    @REPEATABLE
    @given(st.text() | st.none() | st.integers())
    @example("Adam")
    @example("")
    def test_unknown_names_are_refused_with_the_known_ones(self, field, choices, value):
        assume(value not in choices)
        with pytest.raises(InvalidInput) as error:
            Settings(**{field: value})
        assert str(error.value) == f"{field.capitalize()} must be one of {', '.join(choices)}; {value!r} is not."


@pytest.fixture(scope="module")
def mesh():
    return training.device_mesh()


class TestOrder:
    """Which samples each update looks at."""

    @REPEATABLE
    @given(st.integers(1, 300), st.integers(1, 320), st.integers(0, 2**31 - 1), st.integers(0, 99))
    @example(50, 50, 0, 0)
    @example(50, 7, 0, 0)
    def test_an_epoch_visits_every_sample_once_and_pads_only_its_end(self, mesh, samples, batch_size, seed, epoch):
        settings = Settings(batch_size=batch_size, seed=seed)
        order = np.asarray(training.epoch_order(settings, epoch, samples, mesh))
        assert order.shape == (math.ceil(samples / batch_size), batch_size + -batch_size % mesh.size)
        inside = order[:, :batch_size].ravel()
        assert sorted(inside[:samples].tolist()) == list(range(samples))
        assert np.all(inside[samples:] == -1) and np.all(order[:, batch_size:] == -1)

    def test_the_textbooks_last_batch_holds_96(self, mesh):
        order = np.asarray(training.epoch_order(Settings(), 0, 60_000, mesh))
        assert (order >= 0).sum(axis=1).tolist() == [128] * 468 + [96]

    def test_the_order_depends_on_seed_and_epoch_and_nothing_else(self, mesh):
        def order(seed, epoch, **more):
            return np.asarray(training.epoch_order(Settings(seed=seed, **more), epoch, 200, mesh)).ravel()[:200]

        first = order(0, 0)
        np.testing.assert_array_equal(first, order(0, 0, optimizer="adam", learning_rate=0.3, hidden_units=9))
        for other in (order(1, 0), order(0, 1), order(1, 1)):
            assert np.mean(first == other) < 0.05
        assert np.mean(order(0, 1) == order(1, 0)) < 0.05
        assert np.mean(first == np.arange(200)) < 0.05

    def test_the_order_is_shuffled_not_sorted_and_a_copy_of_numpys_own(self, mesh):
        found = np.asarray(training.epoch_order(Settings(seed=3, batch_size=40), 2, 120, mesh))
        np.testing.assert_array_equal(found.ravel(), np.random.default_rng((3, 2)).permutation(120))


class Tiny:
    """50 made-up images with labels that depend on them, on the devices and as NumPy arrays."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.labels = rng.integers(0, 10, SAMPLES).astype(np.uint8)
        self.images = rng.integers(0, 100, (SAMPLES, 28, 28), dtype=np.uint8)
        for index, label in enumerate(self.labels):
            self.images[index, 2 * label : 2 * label + 4] += 150
        self.mesh = training.device_mesh()
        self.data = training.place(self.images, self.labels, self.mesh)
        self.state = training.initial_state(TINY)

    def order(self, epoch=0, settings=TINY):
        return training.epoch_order(settings, epoch, SAMPLES, self.mesh)

    def run(self, state, start, count, *, rate=0.05, epoch=0):
        return training.run_chunk(state, self.data, self.order(epoch), start, count, rate, optimizer="momentum")


@pytest.fixture(scope="module")
def tiny():
    return Tiny()


def numpy_run(params, images, labels, order, rate, beta=0.9):
    """Heavy-ball updates in float64 with the backward pass by hand → losses, accuracies, final weights."""
    W1, b1, W2, b2 = (np.asarray(value, np.float64) for value in params)
    velocity = [np.zeros_like(value) for value in (W1, b1, W2, b2)]
    losses, accuracies = [], []
    for batch in order:
        chosen = batch[batch >= 0]
        inputs, truth = images[chosen].reshape(len(chosen), 784) / 255, labels[chosen]
        hidden = np.maximum(inputs @ W1 + b1, 0)
        logits = hidden @ W2 + b2
        losses.append(-special.log_softmax(logits, axis=1)[np.arange(len(chosen)), truth].mean())
        accuracies.append(np.mean(logits.argmax(axis=1) == truth))
        error = (special.softmax(logits, axis=1) - np.eye(10)[truth]) / len(chosen)
        hidden_error = error @ W2.T * (hidden > 0)
        gradient = inputs.T @ hidden_error, hidden_error.sum(0), hidden.T @ error, error.sum(0)
        velocity = [beta * v - rate * g for v, g in zip(velocity, gradient, strict=True)]
        W1, b1, W2, b2 = (p + v for p, v in zip((W1, b1, W2, b2), velocity, strict=True))
    return np.array(losses), np.array(accuracies), (W1, b1, W2, b2)


def assert_same(found, expected, **tolerance):
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(one, other, **tolerance)


class TestChunks:
    """One jitted loop makes the same updates as any other way of making them."""

    def test_an_epoch_equals_a_numpy_loop(self, tiny):
        """The seventh batch holds two of fifty samples and six times padding."""
        state, metrics = tiny.run(tiny.state, 0, 7)
        order = np.asarray(tiny.order())
        assert (order >= 0).sum(axis=1).tolist() == [8, 8, 8, 8, 8, 8, 2]
        losses, accuracies, params = numpy_run(tiny.state.params, tiny.images, tiny.labels, order, 0.05)
        np.testing.assert_allclose(metrics.loss[:7], losses, rtol=2e-5)
        np.testing.assert_allclose(metrics.accuracy[:7], accuracies, rtol=1e-6)
        assert_same(state.params, params, rtol=1e-4, atol=2e-6)
        assert np.ptp(losses) > 0.2

    def test_updates_beyond_count_are_not_made_and_start_chooses_the_batches(self, tiny):
        state, metrics = tiny.run(tiny.state, 2, 3)
        order = np.asarray(tiny.order())[2:5]
        losses, _, params = numpy_run(tiny.state.params, tiny.images, tiny.labels, order, 0.05)
        np.testing.assert_allclose(metrics.loss[:3], losses, rtol=2e-5)
        assert metrics.loss.shape == metrics.accuracy.shape == (training.MAX_CHUNK,)
        assert not np.any(metrics.loss[3:]) and not np.any(metrics.accuracy[3:])
        assert_same(state.params, params, rtol=1e-4, atol=2e-6)

    @pytest.mark.parametrize("cuts", [[1] * 7, [3, 4], [6, 1]])
    def test_cutting_an_epoch_into_chunks_changes_nothing(self, tiny, cuts):
        whole, metrics = tiny.run(tiny.state, 0, 7)
        state, losses, made = tiny.state, [], 0
        for count in cuts:
            state, part = tiny.run(state, made, count)
            losses.extend(np.asarray(part.loss)[:count])
            made += count
        np.testing.assert_array_equal(losses, metrics.loss[:7])
        assert_same(state, whole, rtol=0, atol=0)

    def test_seven_and_thirteen_updates_equal_twenty(self, tiny):
        settings = Settings(optimizer="adam", batch_size=2, hidden_units=6)
        order = tiny.order(settings=settings)

        def run(state, start, count):
            return training.run_chunk(state, tiny.data, order, start, count, 0.01, optimizer="adam")

        start = training.initial_state(settings)
        twenty, metrics = run(start, 0, 20)
        seven, first = run(start, 0, 7)
        both, second = run(seven, 7, 13)
        np.testing.assert_array_equal(np.concatenate([first.loss[:7], second.loss[:13]]), metrics.loss[:20])
        assert_same(both, twenty, rtol=0, atol=0)
        assert int(both.optimizer_state.step) == 20

    def test_nothing_is_compiled_again_for_another_start_count_or_rate(self, tiny):
        state, _ = tiny.run(tiny.state, 0, 1)
        tiny.run(state, 0, 1)
        before = training.run_chunk._cache_size()
        for start, count, rate, epoch in ((1, 1, 0.05, 0), (0, 7, 0.01, 0), (3, 2, 1.0, 1), (6, 1, 1000.0, 2)):
            tiny.run(state, start, count, rate=rate, epoch=epoch)
        assert training.run_chunk._cache_size() == before

    def test_the_learning_rate_is_the_one_given(self, tiny):
        slow, fast = (tiny.run(tiny.state, 0, 1, rate=rate)[0].params for rate in (0.01, 0.02))
        for start, one, two in zip(tiny.state.params, slow, fast, strict=True):
            np.testing.assert_allclose(np.asarray(two) - start, 2 * (np.asarray(one) - start), rtol=1e-3, atol=1e-7)

    def test_padding_has_no_influence_on_loss_or_gradient(self, tiny):
        """Nor on accuracy: the last sample, which index -1 takes, is one that this network gets right."""
        images, labels = tiny.data.images, tiny.data.labels
        params = tiny.state.params._replace(b2=5 * jax.nn.one_hot(labels[-1], 10))
        chosen = np.array([3, 1, 4])
        padded = np.append(chosen, [-1, -1, 7])
        value_and_gradient = jax.jit(jax.value_and_grad(training.batch_loss, has_aux=True))
        bare = value_and_gradient(params, images[chosen], labels[chosen], jnp.ones(3))
        weights = jnp.array([1.0, 1, 1, 0, 0, 0])
        assert_same(value_and_gradient(params, images[padded], labels[padded], weights), bare, rtol=1e-5, atol=1e-7)
        assert float(bare[0][1]) < 1 and np.argmax(training.probabilities(params, images[-1:])) == labels[-1]

    def test_it_stops_after_the_first_loss_that_is_not_finite(self, tiny):
        broken = tiny.state.params._replace(b2=jnp.full(10, jnp.nan))
        _, metrics = tiny.run(State(broken, tiny.state.optimizer_state), 0, 7)
        assert np.isnan(metrics.loss[0]) and not np.any(metrics.loss[1:]) and not np.any(metrics.accuracy[1:])

    def test_it_stops_where_a_run_diverges(self, tiny):
        """At rate 1000 the weights overflow within an epoch: what follows the first NaN was never computed."""
        _, metrics = tiny.run(tiny.state, 0, 7, rate=1e30)
        loss = np.asarray(metrics.loss)
        first = int(np.argmin(np.isfinite(loss)))
        assert 0 < first < 6 and np.all(np.isfinite(loss[:first])) and not np.any(loss[first + 1 :])


class TestEvaluate:
    """Loss and accuracy over a whole data set."""

    def test_slices_give_the_mean_over_all_samples(self, tiny):
        """5,000 samples are five slices of 1,000."""
        images, labels = np.tile(tiny.images, (100, 1, 1)), np.tile(tiny.labels, 100)
        images[:1000] = 255 - images[:1000]
        params = tiny.state.params
        loss, accuracy = training.evaluate(params, training.place(images, labels, tiny.mesh))
        inputs = images.reshape(-1, 784) / 255
        hidden = np.maximum(inputs @ np.asarray(params.W1, np.float64) + params.b1, 0)
        logits = hidden @ np.asarray(params.W2, np.float64) + params.b2
        expected = -special.log_softmax(logits, axis=1)[np.arange(5000), labels].mean()
        assert float(loss) == pytest.approx(expected, rel=1e-5)
        assert float(accuracy) == pytest.approx(float(np.mean(logits.argmax(axis=1) == labels)), abs=1e-6)

    def test_probabilities_are_softmax_of_the_pixels_share_of_255(self, tiny):
        params = tiny.state.params
        inputs = tiny.images.reshape(-1, 784) / 255
        hidden = np.maximum(inputs @ np.asarray(params.W1, np.float64) + params.b1, 0)
        expected = special.softmax(hidden @ np.asarray(params.W2, np.float64) + params.b2, axis=1)
        np.testing.assert_allclose(training.probabilities(params, tiny.data.images), expected, rtol=1e-4, atol=1e-6)


class TestCheckpoints:
    """Which updates get one, and what they cost."""

    @pytest.mark.parametrize(
        ("stride", "expected"),
        [(22, [1, 2, 4, 8, 16, 22, 44, 66]), (16, [1, 2, 4, 8, 16, 32, 48]), (10, [1, 2, 4, 8, 10, 20, 30])],
    )
    def test_early_ones_double_and_later_ones_keep_the_stride(self, stride, expected):
        found = [training.next_checkpoint(0, stride)]
        while len(found) < len(expected):
            found.append(training.next_checkpoint(found[-1], stride))
        assert found == expected

    @REPEATABLE
    @given(st.integers(0, 10_000), st.integers(10, 3_000))
    def test_the_next_one_does_not_depend_on_where_a_chunk_ended(self, update, stride):
        due = training.next_checkpoint(update, stride)
        assert due > update
        assert {training.next_checkpoint(between, stride) for between in range(update, due)} == {due}

    def test_bytes_of_one_are_two_per_parameter(self):
        assert training.checkpoint_bytes(Settings()) == 2 * 407_050
        assert training.checkpoint_bytes(Settings(hidden_units=1)) == 2 * 805

    @hypothesis(deadline=None, derandomize=True, max_examples=40)
    @given(
        st.builds(
            Settings,
            batch_size=st.integers(1, 60_000) | st.integers(1, 64),
            hidden_units=st.integers(1, 4_096),
            epochs=st.integers(1, 100),
        ),
        st.integers(1, 60_000) | st.just(60_000),
    )
    @example(Settings(), 60_000)
    @example(Settings(batch_size=1, epochs=100), 60_000)
    @example(Settings(batch_size=1, epochs=100, hidden_units=4_096), 60_000)
    @example(Settings(batch_size=1, epochs=100, hidden_units=1), 60_000)
    def test_a_whole_run_keeps_below_100_megabytes(self, settings, samples):
        total = settings.epochs * -(-samples // settings.batch_size)
        stride = training.checkpoint_stride(settings, samples)
        update, kept = 0, 1
        while update < total:
            update = min(training.next_checkpoint(update, stride), total)
            kept += 1
        assert stride >= 10
        assert kept * 2 * (settings.hidden_units * 795 + 10) <= 100_000_000

    def test_the_textbooks_run_has_enough_of_them(self):
        assert training.checkpoint_stride(Settings(), 60_000) <= 25

    def test_half_precision_rounds_to_float16_what_fits_into_it(self, tiny):
        params = tiny.state.params._replace(b2=jnp.array([65504, -65504, 0.1, 0, 1, 2, 3, 4, 5, 6]))
        half, scales = training.half_precision(params)
        assert {value.dtype for value in half} == {np.dtype(np.float16)} and set(map(float, scales)) == {1.0}
        for found, exact in zip(Checkpoint(3, half, scales).params, params, strict=True):
            np.testing.assert_array_equal(found, np.asarray(exact).astype(np.float16))

    @pytest.mark.parametrize("largest", [65_505, 65_536, 1e10, 1.8e18, 3.4e38])
    def test_weights_beyond_float16_are_kept_by_a_scale_instead_of_cut_off(self, tiny, largest):
        """The weights of a diverging run were drawn at ±65,504, and scored digits that they do not score."""
        b2 = np.float32(largest) * np.float32([1, -1, 0.5, 0.3, 0, 0.1, 0.2, -0.7, 0.9, 0.01])
        kept = Checkpoint(3, *jax.device_get(training.half_precision(tiny.state.params._replace(b2=b2))))
        assert kept.half.b2.dtype == np.float16 and np.isfinite(kept.half.b2).all()
        np.testing.assert_allclose(kept.params.b2, b2, rtol=2**-11)
        assert kept.params.W1.dtype == np.float16

    def test_weights_that_are_no_numbers_stay_so(self, tiny):
        broken = tiny.state.params._replace(b2=jnp.array([jnp.nan, jnp.inf, 1, 2, 3, 4, 5, 6, 7, 8]))
        kept = Checkpoint(3, *jax.device_get(training.half_precision(broken)))
        np.testing.assert_array_equal(kept.params.b2, np.float16([np.nan, np.inf, 1, 2, 3, 4, 5, 6, 7, 8]))


ON_EIGHT_DEVICES = """
import json
import jax, numpy as np
from jax.sharding import Mesh
from engine.training import training
from engine.training.training import Settings

settings = Settings(optimizer="rmsprop", batch_size=100, hidden_units=16, seed=2)
rng = np.random.default_rng(1)
labels = rng.integers(0, 10, 2950).astype(np.uint8)
images = rng.integers(0, 40, (2950, 28, 28), dtype=np.uint8)
images[np.arange(2950), labels * 2] += 200

def run(mesh):
    data = training.place(images, labels, mesh)
    order = training.epoch_order(settings, 0, 2950, mesh)
    shares = [np.asarray(shard.data) for shard in order.addressable_shards]
    state, losses = training.initial_state(settings), []
    for start in range(0, 30, 15):
        state, metrics = training.run_chunk(state, data, order, start, 15, 0.001, optimizer="rmsprop")
        losses += np.asarray(metrics.loss)[:15].tolist()
    lowered = training.run_chunk.lower(state, data, order, 0, 15, 0.001, optimizer="rmsprop")
    return {
        "losses": losses,
        "test": [float(value) for value in training.evaluate(state.params, data)],
        "shares": [share.shape for share in shares],
        "together": np.concatenate(shares, axis=1).tolist() == np.asarray(order).tolist(),
        "copies": len(data.images.addressable_shards),
        "summed": "all-reduce" in lowered.compile().as_text(),
    }

print(json.dumps([run(Mesh(np.array(jax.devices()[:1]), ("batch",))), run(training.device_mesh())]))
"""


@pytest.mark.slow
def test_eight_devices_share_every_batch_and_give_the_losses_of_one():
    """30 updates with batch 100, which eight do not divide; the last batch holds 50."""
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=8", "JAX_PLATFORMS": "cpu", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", ON_EIGHT_DEVICES]
    done = subprocess.run(command, env=os.environ | flags, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    one, eight = json.loads(done.stdout)
    assert eight["shares"] == [[30, 13]] * 8 and one["shares"] == [[30, 100]]
    assert eight["together"] and eight["copies"] == 8
    assert eight["summed"] and not one["summed"]
    np.testing.assert_allclose(eight["losses"], one["losses"], rtol=0, atol=1e-5)
    np.testing.assert_allclose(eight["test"], one["test"], rtol=0, atol=1e-4)
    assert len(one["losses"]) == 30 and one["losses"][-1] < one["losses"][0] - 0.3


@pytest.mark.slow
def test_one_epoch_of_real_mnist_gives_the_textbooks_first_loss(mnist):
    """Chollet, Deep Learning with Python, section 2.1: loss about 0.258 after the first epoch; 469 updates."""
    settings, mesh = Settings(epochs=1), training.device_mesh()
    data = training.place(mnist.train_images, mnist.train_labels, mesh)
    order = training.epoch_order(settings, 0, 60_000, mesh)
    state, losses = training.initial_state(settings), []
    for start in range(0, 469, 128):
        count = min(128, 469 - start)
        state, metrics = training.run_chunk(state, data, order, start, count, 0.001, optimizer="rmsprop")
        losses.append(np.asarray(metrics.loss)[:count])
    losses = np.concatenate(losses)
    assert len(losses) == 469
    assert np.average(losses, weights=[128] * 468 + [96]) == pytest.approx(0.258, rel=0.05)
    _, accuracy = training.evaluate(state.params, training.place(mnist.test_images, mnist.test_labels, mesh))
    assert float(accuracy) > 0.95
    assert sum(value.size for value in state.params) == 407_050
