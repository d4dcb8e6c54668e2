"""The whole loop: the textbook's log on real MNIST, what breaking it does, runs kept and compared."""

import time
from dataclasses import replace

import numpy as np
import pytest

from engine.digits.mnist import Digits
from engine.errors import InvalidInput
from engine.scratch import from_scratch_runs
from engine.scratch.from_scratch_runs import BREAKS, LOG_EVERY, TEXTBOOK, Run, Runs, Settings, flat, run, scaled

PATIENCE = 120
FEW = 300
QUICK = Settings(hidden_units=8, epochs=2, batch_size=50, learning_rate=0.1, low=-0.05, high=0.05)


@pytest.fixture(scope="module")
def made_up():
    """A few hundred digits, each with a bright row that says its label."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, FEW + 100).astype(np.uint8)
    images = random.integers(0, 90, (FEW + 100, 28, 28), dtype=np.uint8)
    images[np.arange(FEW + 100), 2 * labels, :20] += 120
    return Digits(images[:FEW], labels[:FEW], images[FEW:], labels[FEW:], "test")


def last(settings, digits):
    return list(run(settings, digits))[-1]


def within(loss, pair, tolerance):
    low, high = pair
    return low - tolerance <= loss <= high + tolerance


@pytest.mark.slow
def test_the_first_epoch_prints_the_textbooks_figures(mnist):
    """Batch 0 depends on the initial weights alone: 4.6 to 5.9 among the textbook's readers."""
    done = last(Settings(epochs=1), mnist)
    assert len(done.losses) == done.updates == 469
    assert [batch for _, batch, _ in done.log] == [0, 100, 200, 300, 400]
    for epoch, batch, loss in done.log:
        assert within(loss, TEXTBOOK[0].losses[epoch, batch], 0 if batch == 0 else 0.09), (batch, loss)
    assert 0.40 < done.accuracies[0] < 0.52


@pytest.mark.slow
@pytest.mark.parametrize("book", TEXTBOOK, ids=["from 0", "around 0"])
def test_ten_epochs_end_where_the_textbook_does(mnist, book):
    done = last(Settings(low=book.low, high=book.high), mnist)
    for epoch, batch, loss in done.log:
        if pair := book.losses.get((epoch, batch)):
            assert within(loss, pair, 0 if (epoch, batch) == (0, 0) else 0.09), (epoch, batch, loss)
    assert within(done.accuracies[-1], book.accuracy, 0.01)


@pytest.mark.slow
def test_rmsprop_in_one_line_reaches_098(mnist):
    done = last(Settings(optimizer="rmsprop", low=-0.05, high=0.05, epochs=10), mnist)
    assert done.accuracies[-1] > 0.975
    assert last(Settings(optimizer="rmsprop"), mnist).accuracies[-1] > 0.97


def test_a_run_reports_as_it_goes_and_ends_complete(made_up):
    reports = list(run(QUICK, made_up))
    made = [len(each.losses) for each in reports]
    assert made == sorted(made) and made[0] == 1 and made[-1] == 12
    done = reports[-1]
    assert done.fraction == 1 and len(done.accuracies) == 2 and done.updates == 6
    for earlier in reports:
        np.testing.assert_array_equal(earlier.losses, done.losses[: len(earlier.losses)])
    assert done.losses[-1] < done.losses[0] and not done.lost


def test_the_log_is_every_hundredth_batch():
    losses = np.arange(250.0)
    found = Run(replace(QUICK, epochs=2), losses, np.zeros(1), 130).log
    assert found == ((0, 0, 0.0), (0, LOG_EVERY, 100.0), (1, 0, 130.0), (1, LOG_EVERY, 230.0))


def test_without_bias_b_never_moves_and_without_scale_the_pixels_are_raw(made_up):
    layers = replace(QUICK, broken=("bias",)).layers
    assert {layer.__name__ for layer, _ in layers} == {"without_bias"}
    assert [each.__name__ for _, each in replace(QUICK, broken=("activation",)).layers] == ["identity", "softmax"]
    images, _ = scaled(made_up)
    np.testing.assert_allclose(255 * images, flat(made_up.train_images), rtol=1e-6)
    raw = last(replace(QUICK, broken=("scale",), learning_rate=0.1 / 255**2), made_up)
    assert raw.losses[0] > 1.2 * last(QUICK, made_up).losses[0]


def test_at_zero_only_the_last_b_learns(made_up):
    done = last(replace(QUICK, broken=("zeros",), epochs=1), made_up)
    assert done.losses[0] == pytest.approx(np.log(10), rel=1e-6)
    frozen = last(replace(QUICK, broken=("bias", "zeros"), epochs=2), made_up)
    np.testing.assert_allclose(frozen.losses, np.log(10), rtol=1e-6)
    assert np.ptp(done.losses) > 1e-3


def test_shuffled_labels_are_the_same_labels_elsewhere(made_up):
    long = replace(QUICK, epochs=30)
    plain, shuffled = last(long, made_up), last(replace(long, broken=("labels",)), made_up)
    assert plain.accuracies[-1] > 0.6 and shuffled.accuracies[-1] < 0.35
    # The same labels in another order: their average loss for a model that knows nothing is the same.
    assert plain.losses[:6].mean() == pytest.approx(shuffled.losses[:6].mean(), rel=0.2)


def test_rate_and_range_in_force():
    assert Settings(broken=("rate",)).rate == 1 and Settings().rate == 0.001
    assert Settings(broken=("zeros",)).range == (0, 0) and Settings().range == (0, 0.1)
    assert Settings().textbook is TEXTBOOK[0] and Settings(low=-0.05, high=0.05).textbook is TEXTBOOK[1]
    for change in ({"broken": ("bias",)}, {"learning_rate": 0.01}, {"optimizer": "adam"}, {"low": 0.01}):
        assert replace(Settings(), **change).textbook is None


def test_a_loss_that_is_no_number_ends_the_run(made_up, monkeypatch):
    def failing(weights, *_):
        for number, loss in enumerate((2.0, np.nan, 1.0)):
            yield 0, number, loss, weights

    monkeypatch.setattr(from_scratch_runs, "fit", failing)
    reports = list(run(QUICK, made_up))
    assert [len(each.losses) for each in reports] == [1, 2] and reports[-1].lost and not reports[0].lost


@pytest.mark.parametrize(
    ("change", "said"),
    [({"epochs": 0}, "Epochs must be a whole number from 1 to 50; 0"), ({"batch_size": 128.0}, "Batch size must be"),
     ({"low": 0.2}, "0.2 to 0.1"), ({"high": 11.0}, "0 to 11"), ({"learning_rate": 0.0}, "Learning rate must be"),
     ({"learning_rate": float("nan")}, "Learning rate"), ({"optimizer": "x"}, "optimizer"), ({"broken": ("x",)}, "x")],
)  # fmt: skip
def test_settings_out_of_range_are_refused(change, said):
    with pytest.raises(InvalidInput, match=said):
        Settings(**change)


def test_runs_are_kept_for_comparison_without_repeats(made_up):
    here = Runs()
    try:
        for settings in (QUICK, replace(QUICK, broken=("bias",)), QUICK):
            here.start(settings, made_up)
            assert here._work.wait(PATIENCE) and here.poll().state == "finished"
        assert here.poll().latest.settings == QUICK
        assert [each.settings.broken for each in here.kept] == [("bias",)]
        here.forget()
        assert here.kept == ()
        here.start(replace(QUICK, epochs=50, learning_rate=0.01), made_up)
        deadline = time.monotonic() + PATIENCE
        while here.poll().latest is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        here.stop()
        stopped = here.poll()
        assert stopped.state in ("stopped", "finished") and stopped.latest.settings.learning_rate == 0.01
        assert [each.settings for each in here.kept] == [QUICK]
    finally:
        here.close()


def test_breaks_are_all_named_in_order():
    assert BREAKS == ("bias", "activation", "zeros", "rate", "labels", "scale")
