"""A run in the background: whatever the commands and their order, the curves are those of an uninterrupted loop."""

import random
import threading
import time

import jax
import numpy as np
import pytest

from engine.errors import InvalidInput
from engine.training import runner as training_runner
from engine.training import training
from engine.training.network import Params
from engine.training.runner import Runner
from engine.training.training import Settings
from engine.turns import TRAINING

PATIENCE = 60
SETTINGS = Settings(optimizer="momentum", learning_rate=0.05, batch_size=64, hidden_units=8, epochs=3, seed=1)
PER_EPOCH, TOTAL = 8, 24
SAMPLES = 500


@pytest.fixture(scope="module")
def digits():
    """500 + 200 made-up images whose label can be learned, on the devices."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 700).astype(np.uint8)
    images = rng.integers(0, 60, (700, 28, 28), dtype=np.uint8)
    images[np.arange(700), 2 * labels] += 180
    mesh = training.device_mesh()
    return training.place(images[:SAMPLES], labels[:SAMPLES], mesh), training.place(
        images[SAMPLES:], labels[SAMPLES:], mesh
    )


@pytest.fixture
def new_runner(digits):
    """Runners of the made-up images; every thread is gone at the end."""
    before, made = set(threading.enumerate()), []

    def new(settings=SETTINGS):
        made.append(Runner(*digits, settings))
        return made[-1]

    yield new
    for runner in made:
        runner.close()
    for thread in training_threads() - before:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def training_threads():
    return {thread for thread in threading.enumerate() if thread.name == "training"}


class Curves:
    """What a bare loop over the same updates gives, one call of run_chunk per update, rates by update."""

    def __init__(self, digits, settings=SETTINGS, rates=None):
        train, test = digits
        mesh, state = training.device_mesh(), training.initial_state(settings)
        self.initial, self.loss, self.accuracy, self.rows, self.params = state.params, [], [], [], {}
        for update in range(TOTAL):
            order = training.epoch_order(settings, update // PER_EPOCH, SAMPLES, mesh)
            rate = rates[update] if rates else settings.learning_rate
            state, metrics = training.run_chunk(
                state, train, order, update % PER_EPOCH, 1, rate, optimizer=settings.optimizer
            )
            self.loss.append(float(metrics.loss[0]))
            self.accuracy.append(float(metrics.accuracy[0]))
            self.params[update + 1] = state.params
            if (update + 1) % PER_EPOCH == 0:
                self.rows.append([float(value) for value in training.evaluate(state.params, test)])


@pytest.fixture(scope="module")
def curves(digits):
    return Curves(digits)


def finish(runner):
    runner.start()
    assert runner.wait(PATIENCE)
    return runner.poll()


def assert_follows(run, curves):
    """The updates made so far are the bare loop's, and the weights those after the last."""
    np.testing.assert_allclose(run.loss, curves.loss[: run.update], rtol=1e-6)
    np.testing.assert_allclose(run.accuracy, curves.accuracy[: run.update], rtol=1e-6)
    assert_same_weights(run.params, curves.params[run.update] if run.update else curves.initial, rtol=1e-6)


def assert_same_weights(found, expected, *, rtol=0.0):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol, atol=rtol)


class Gate:
    """Holds the training thread at the beginning of a chunk, so that a test can act while it is under way."""

    def __init__(self, monkeypatch, chunk):
        self.reached, self.open = threading.Event(), threading.Event()
        self.calls = []
        original = training.run_chunk

        def run_chunk(state, data, order, start, count, rate, *, optimizer):
            self.calls.append((start, count, rate))
            if len(self.calls) == chunk:
                self.reached.set()
                assert self.open.wait(PATIENCE)
            return original(state, data, order, start, count, rate, optimizer=optimizer)

        monkeypatch.setattr(training, "run_chunk", run_chunk)

    @property
    def made(self):
        return sum(count for _, count, _ in self.calls)


@pytest.fixture
def gate(monkeypatch, new_runner):
    """A gate before the third chunk, opened at the end whatever happens."""
    made = Gate(monkeypatch, 3)
    yield made
    made.open.set()


@pytest.fixture
def settle():
    """Wait for the chunk under way, by ending the thread; the run as it is then."""
    before = training_threads()

    def ended(runner):
        runner.close()
        for thread in training_threads() - before:
            thread.join(PATIENCE)
        return runner.poll()

    return ended


class TestWhole:
    """From start to finish."""

    def test_a_new_run_has_its_initial_weights_and_nothing_else(self, new_runner, curves):
        run = new_runner().poll()
        assert (run.state, run.update, run.total, run.updates_per_epoch) == ("new", 0, TOTAL, PER_EPOCH)
        assert (run.seconds, run.updates_per_second, run.seconds_left, run.message) == (0, 0, 0, "")
        assert [len(values) for values in (run.loss, run.accuracy, *run.epochs)] == [0] * 6
        assert_same_weights(run.params, curves.initial)
        assert [kept.update for kept in run.checkpoints] == [0]

    def test_it_follows_the_bare_loop_to_the_end(self, new_runner, curves):
        run = finish(new_runner())
        assert (run.state, run.update, run.learning_rate) == ("finished", TOTAL, 0.05)
        assert run.loss.dtype == np.float32 and len(run.loss) == TOTAL
        assert_follows(run, curves)
        assert curves.loss[-1] < curves.loss[0] - 0.3
        assert run.seconds > 0 and run.updates_per_second > 0 and run.seconds_left == 0

    def test_epoch_rows_are_means_over_samples_and_the_whole_test_set(self, new_runner, curves):
        """The last of eight batches holds 52 samples instead of 64 and counts for less."""
        epochs = finish(new_runner()).epochs
        weights = [64] * 7 + [52]
        for values, per_update in ((epochs.loss, curves.loss), (epochs.accuracy, curves.accuracy)):
            expected = [np.average(part, weights=weights) for part in np.reshape(per_update, (3, PER_EPOCH))]
            np.testing.assert_allclose(values, expected, rtol=1e-6)
        np.testing.assert_allclose(np.stack([epochs.test_loss, epochs.test_accuracy], axis=1), curves.rows, rtol=1e-5)
        assert np.std(curves.rows, axis=0).min() > 0.01

    def test_checkpoints_hold_the_weights_after_their_update_the_first_and_last_among_them(self, new_runner, curves):
        run = finish(new_runner())
        assert [kept.update for kept in run.checkpoints] == [0, 1, 2, 4, 8, 10, 20, 24]
        for kept in run.checkpoints:
            expected = curves.params[kept.update] if kept.update else curves.initial
            for half, full in zip(kept.params, expected, strict=True):
                assert isinstance(half, np.ndarray) and half.dtype == np.float16
                np.testing.assert_allclose(half, full, rtol=2**-10, atol=1e-6)

    def test_the_same_seed_gives_the_same_curves_and_another_others(self, new_runner):
        first, again, other = (finish(new_runner(Settings(**vars(SETTINGS) | {"seed": seed}))) for seed in (1, 1, 2))
        np.testing.assert_array_equal(first.loss, again.loss)
        assert_same_weights(first.params, again.params)
        assert np.all(first.loss != other.loss)

    def test_a_whole_run_compiles_its_loop_once(self, new_runner):
        """A network size of its own, so that nothing is compiled for it before."""
        before = training.run_chunk._cache_size()
        finish(new_runner(Settings(**vars(SETTINGS) | {"hidden_units": 11, "epochs": 1})))
        assert training.run_chunk._cache_size() == before + 1

    def test_one_thread_serves_all_runs_of_a_runner(self, new_runner):
        runner, before = new_runner(), training_threads()
        for _ in range(3):
            runner.step()
            assert runner.wait(PATIENCE)
        finish(runner)
        runner.reset()
        finish(runner)
        assert len(training_threads() - before) == 1

    def test_time_left_and_images_per_second_follow_from_the_speed(self, new_runner):
        run = new_runner().poll()._replace(update=4, updates_per_second=10.0)
        assert run.seconds_left == pytest.approx((TOTAL - 4) / 10)
        assert run.images_per_second == 10 * 64


class TestSteps:
    """Single updates and single epochs."""

    def test_a_step_is_exactly_one_update(self, new_runner, curves):
        runner = new_runner()
        for update in (1, 2, 3):
            runner.step()
            assert runner.wait(PATIENCE)
            run = runner.poll()
            assert (run.state, run.update) == ("paused", update)
            assert_follows(run, curves)

    def test_a_step_of_an_epoch_ends_at_its_boundary(self, new_runner, curves):
        runner = new_runner()
        for update, state in ((8, "paused"), (16, "paused"), (24, "finished")):
            runner.step()
            runner.step_epoch()
            assert runner.wait(PATIENCE)
            run = runner.poll()
            assert (run.state, run.update, len(run.epochs.loss)) == (state, update, update // PER_EPOCH)
        assert_follows(run, curves)

    def test_steps_beyond_the_end_do_nothing(self, new_runner):
        runner = new_runner()
        finish(runner)
        runner.step()
        runner.step_epoch()
        assert runner.wait(PATIENCE)
        assert runner.poll().update == TOTAL and len(runner.poll().loss) == TOTAL

    def test_a_step_after_a_pause_adds_one_update_to_the_chunk_under_way(self, new_runner, gate, settle):
        runner = new_runner()
        runner.start()
        assert gate.reached.wait(PATIENCE)
        runner.pause()
        runner.step()
        under_way = gate.made
        gate.open.set()
        assert runner.wait(PATIENCE)
        assert settle(runner).update == under_way + 1


class TestPause:
    """Standing still, and going on as if nothing had happened."""

    def test_a_paused_run_keeps_the_chunk_under_way_and_makes_no_other(self, new_runner, gate, curves, settle):
        runner = new_runner()
        runner.start()
        assert gate.reached.wait(PATIENCE)
        assert runner.poll().state == "running"
        runner.pause()
        gate.open.set()
        run = settle(runner)
        assert (run.state, run.update, len(gate.calls)) == ("paused", gate.made, 3)
        assert_follows(run, curves)

    def test_waiting_for_a_pause_waits_for_the_chunk_under_way(self, new_runner, gate):
        runner = new_runner()
        runner.start()
        assert gate.reached.wait(PATIENCE)
        runner.pause()
        assert not runner.wait(0)
        gate.open.set()
        assert runner.wait(PATIENCE)
        assert runner.poll().update == gate.made

    def test_pause_and_go_on_in_the_middle_of_a_chunk_changes_no_curve(self, new_runner, gate, curves):
        runner = new_runner()
        runner.start()
        assert gate.reached.wait(PATIENCE)
        runner.pause()
        runner.start()
        gate.open.set()
        assert runner.wait(PATIENCE)
        assert runner.poll().state == "finished"
        assert_follows(runner.poll(), curves)

    def test_going_on_from_a_standstill_changes_no_curve(self, new_runner, curves):
        runner = new_runner()
        for step in (runner.step_epoch, runner.step, runner.step, runner.step_epoch):
            step()
            assert runner.wait(PATIENCE)
            runner.pause()
        run = finish(runner)
        assert run.state == "finished"
        assert_follows(run, curves)

    def test_pausing_what_stands_still_changes_nothing(self, new_runner):
        runner = new_runner()
        runner.pause()
        assert runner.wait(PATIENCE) and runner.poll().state == "new"
        finish(runner)
        runner.pause()
        assert runner.poll().state == "finished"


class TestStop:
    """A stopped run is over."""

    def test_nothing_but_reset_moves_a_stopped_run(self, new_runner, curves, settle):
        runner = new_runner()
        runner.step_epoch()
        assert runner.wait(PATIENCE)
        runner.stop()
        for command in (runner.start, runner.step, runner.step_epoch, runner.pause, runner.stop):
            command()
            assert runner.wait(PATIENCE)
            assert (runner.poll().state, runner.poll().update) == ("stopped", PER_EPOCH)
        assert_follows(settle(runner), curves)

    def test_stop_ends_the_run_where_it_is(self, new_runner, gate, settle):
        runner = new_runner()
        runner.start()
        assert gate.reached.wait(PATIENCE)
        runner.stop()
        stopped = runner.poll()
        gate.open.set()
        later = settle(runner)
        assert (later.state, later.update) == (stopped.state, stopped.update) == ("stopped", stopped.update)

    def test_a_run_stopped_in_the_middle_of_a_chunk_makes_no_other(self, new_runner, gate, settle):
        runner = new_runner()
        runner.start()
        assert gate.reached.wait(PATIENCE)
        runner.stop()
        runner.start()
        gate.open.set()
        assert (settle(runner).state, len(gate.calls)) == ("stopped", 3)

    def test_the_very_first_chunk_can_be_stopped_too(self, new_runner, monkeypatch, settle):
        """It is the longest of all, since it includes compilation."""
        gate = Gate(monkeypatch, 1)
        runner = new_runner()
        runner.start()
        assert gate.reached.wait(PATIENCE)
        runner.stop()
        state = runner.poll().state
        gate.open.set()
        assert (state, settle(runner).state, len(gate.calls)) == ("stopped", "stopped", 1)

    def test_stopping_a_new_or_a_finished_run_changes_nothing(self, new_runner):
        runner = new_runner()
        runner.stop()
        assert runner.poll().state == "new"
        assert finish(runner).state == "finished"
        runner.stop()
        assert runner.poll().state == "finished"


class TestReset:
    """Back to the beginning."""

    def test_reset_gives_the_initial_weights_and_the_same_curves_again(self, new_runner, curves):
        runner = new_runner()
        first = runner.poll()
        runner.set_learning_rate(0.5)
        finish(runner)
        runner.reset()
        run = runner.poll()
        assert (run.state, run.update, len(run.loss), len(run.epochs.loss)) == ("new", 0, 0, 0)
        assert run.learning_rate == SETTINGS.learning_rate
        assert_same_weights(run.params, first.params)
        assert_follows(finish(runner), curves)

    def test_reset_with_other_settings_takes_them(self, new_runner):
        runner = new_runner()
        other = Settings(optimizer="sgd", batch_size=250, hidden_units=8, epochs=2, seed=9)
        runner.reset(other)
        run = runner.poll()
        assert (run.settings, run.total, run.learning_rate) == (other, 4, 0.001)
        assert_same_weights(run.params, training.initial_state(other).params)

    def test_reset_in_the_middle_of_a_chunk_forgets_it(self, new_runner, gate, curves):
        runner = new_runner()
        runner.start()
        assert gate.reached.wait(PATIENCE)
        runner.reset()
        gate.open.set()
        assert runner.wait(PATIENCE)
        assert (runner.poll().state, runner.poll().update) == ("new", 0)
        assert_follows(finish(runner), curves)

    def test_a_stopped_run_starts_again_after_reset(self, new_runner, curves):
        runner = new_runner()
        runner.step()
        assert runner.wait(PATIENCE)
        runner.stop()
        runner.reset()
        assert_follows(finish(runner), curves)


class TestLearningRate:
    """Changed between two chunks."""

    def test_a_new_rate_holds_from_the_next_update_on(self, new_runner, digits):
        runner = new_runner()
        for rate in (0.05, 0.2, 0.001):
            runner.set_learning_rate(rate)
            runner.step_epoch()
            assert runner.wait(PATIENCE)
            assert runner.poll().learning_rate == rate
        rates = [0.05] * 8 + [0.2] * 8 + [0.001] * 8
        assert_follows(runner.poll(), Curves(digits, rates=rates))

    def test_in_flight_it_takes_effect_with_the_next_chunk(self, new_runner, gate):
        runner = new_runner()
        runner.start()
        assert gate.reached.wait(PATIENCE)
        runner.set_learning_rate(0.2)
        gate.open.set()
        assert runner.wait(PATIENCE)
        rates = [rate for _, _, rate in gate.calls]
        assert rates == [0.05] * 3 + [0.2] * (len(rates) - 3) and len(rates) > 3

    @pytest.mark.parametrize("rate", [0, -1.0, float("nan"), float("inf"), 1e11, "fast"])
    def test_a_wrong_rate_is_refused_and_the_old_one_kept(self, new_runner, rate):
        runner = new_runner()
        with pytest.raises(InvalidInput, match=r"^Learning rate must be a number above 0"):
            runner.set_learning_rate(rate)
        assert runner.poll().learning_rate == 0.05


class TestEnd:
    """Runs that end before the last epoch."""

    WILD = Settings(optimizer="nesterov", learning_rate=1e10, batch_size=64, hidden_units=8, epochs=3, seed=1)

    def test_a_diverging_run_keeps_what_was_finite_and_says_why(self, new_runner):
        runner = new_runner(self.WILD)
        run = finish(runner)
        assert run.state == "diverged" and 0 < run.update < PER_EPOCH
        assert len(run.loss) == len(run.accuracy) == run.update
        assert np.all(np.isfinite(run.loss))
        assert f"after update {run.update + 1:,}" in run.message and "learning rate 1e+10" in run.message
        assert all(np.all(np.isfinite(value)) for value in run.params)
        for command in (runner.start, runner.step, runner.stop):
            command()
            assert runner.wait(PATIENCE) and runner.poll().state == "diverged"
        runner.reset(SETTINGS)
        assert finish(runner).state == "finished"

    @pytest.mark.parametrize("chunk_seconds", [0.0, 1e6], ids=["single updates", "whole chunks"])
    @pytest.mark.parametrize("quiet", [0, 5, PER_EPOCH - 2, PER_EPOCH - 1])
    def test_the_weights_kept_are_the_last_whose_loss_is_a_number_and_the_count_is_theirs(
        self, new_runner, digits, monkeypatch, quiet, chunk_seconds
    ):
        """Some quiet updates, then the loss explodes: within a chunk, or seen only in the chunk after."""
        monkeypatch.setattr(training_runner, "CHUNK_SECONDS", chunk_seconds)
        runner = new_runner(Settings(**vars(self.WILD) | {"learning_rate": 0.05}))
        for _ in range(quiet):
            runner.step()
            assert runner.wait(PATIENCE)
        runner.set_learning_rate(1e10)
        run = finish(runner)
        bare = Curves(digits, runner.poll().settings, rates=[0.05] * quiet + [1e10] * TOTAL)
        last = int(np.argmin(np.isfinite(bare.loss))) - 1
        assert run.state == "diverged" and run.update == last > quiet
        assert_follows(run, bare)
        assert np.isfinite(training.probabilities(run.params, digits[1].images)).all()
        assert [kept.update for kept in run.checkpoints if kept.update > last] == []
        assert len(run.epochs.loss) == last // PER_EPOCH
        assert f"after update {last + 1:,}" in run.message and f"those after {last:,} update" in run.message
        assert "learning rate 1e+10" in run.message

    def test_an_epoch_of_one_update_is_judged_by_its_test_loss(self, new_runner):
        """No batch comes after the last update: its weights gave nan and the run was called finished."""
        run = finish(new_runner(Settings(**vars(self.WILD) | {"batch_size": SAMPLES, "epochs": 2})))
        assert (run.state, run.update, len(run.epochs.loss)) == ("diverged", 1, 1)
        assert np.isfinite(run.epochs.test_loss).all()
        assert "those after 1 update." in run.message

    def test_checkpoints_of_huge_weights_are_those_weights(self, new_runner):
        """Adam's steps are as long as its rate: at 1e8 the run goes on, far beyond float16."""
        run = finish(new_runner(Settings(**vars(SETTINGS) | {"optimizer": "adam", "learning_rate": 1e8})))
        assert run.state == "finished" and run.checkpoints[-1].update == run.update
        assert np.abs(run.params.W1).max() > 1e7
        for found, kept in zip(run.checkpoints[-1].params, run.params, strict=True):
            np.testing.assert_allclose(found, kept, rtol=2**-11, atol=2**-20 * float(np.abs(kept).max()))

    def test_a_device_out_of_memory_ends_the_run_with_a_sentence(self, new_runner, monkeypatch):
        def run_chunk(*arguments, **options):
            raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory.\nand a long dump")

        monkeypatch.setattr(training, "run_chunk", run_chunk)
        runner = new_runner()
        run = finish(runner)
        assert (run.state, run.update) == ("failed", 0)
        assert "RESOURCE_EXHAUSTED: Out of memory." in run.message and "dump" not in run.message
        monkeypatch.undo()
        runner.reset()
        assert finish(runner).state == "finished"

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
    def test_so_does_a_memory_error_that_says_nothing(self, new_runner, monkeypatch, settle):
        tried = threading.Event()

        def run_chunk(*arguments, **options):
            tried.set()
            raise MemoryError

        monkeypatch.setattr(training, "run_chunk", run_chunk)
        runner = new_runner()
        runner.start()
        assert tried.wait(PATIENCE)
        run = settle(runner)
        assert run.state == "failed" and run.message.startswith("The device could not go on")

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
    def test_a_fault_of_the_program_ends_the_run_and_not_the_runner(self, new_runner, monkeypatch):
        def run_chunk(*arguments, **options):
            raise RuntimeError("a bug")

        monkeypatch.setattr(training, "run_chunk", run_chunk)
        runner = new_runner()
        run = finish(runner)
        assert run.state == "failed" and "unexpectedly" in run.message
        monkeypatch.undo()
        runner.reset()
        assert finish(runner).state == "finished"

    def test_close_ends_the_thread_and_whoever_waits(self, new_runner, gate):
        before = training_threads()
        runner = new_runner()
        runner.start()
        assert gate.reached.wait(PATIENCE)
        (thread,) = training_threads() - before
        waited = []
        waiting = threading.Thread(target=lambda: waited.append(runner.wait(PATIENCE)))
        waiting.start()
        runner.close()
        waiting.join(PATIENCE)
        assert waited == [True]
        gate.open.set()
        thread.join(PATIENCE)
        assert not thread.is_alive() and len(gate.calls) == 3

    def test_a_closed_runner_starts_no_thread_and_holds_nobody_up(self, new_runner):
        before = training_threads()
        runner = new_runner()
        runner.close()
        runner.start()
        assert runner.wait(PATIENCE) and runner.poll().update == 0
        assert training_threads() == before


class TestManyThreads:
    """Readers and writers at once."""

    def test_a_snapshot_never_changes(self, new_runner):
        runner = new_runner()
        kept = []
        for command in (runner.poll, runner.step, runner.step_epoch, runner.start, runner.reset, runner.start):
            command()
            assert runner.wait(PATIENCE)
            run = runner.poll()
            kept.append((run, jax.tree.map(np.array, tuple(run[7:-1]))))
        assert {run.state for run, _ in kept} == {"new", "paused", "finished"}
        for run, copies in kept:
            for one, other in zip(jax.tree.leaves(tuple(run[7:-1])), jax.tree.leaves(copies), strict=True):
                np.testing.assert_array_equal(one, other)

    def test_commands_from_several_threads_at_once_leave_the_curves_as_they_are(self, new_runner, curves):
        runner, seen, failures = new_runner(), [], []

        def command(seed):
            rng = random.Random(seed)
            commands = (runner.start, runner.pause, runner.step, runner.step_epoch, runner.poll)
            try:
                for _ in range(60):
                    rng.choice(commands)()
                    runner.set_learning_rate(SETTINGS.learning_rate)
                    seen.append(runner.poll())
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=command, args=(seed,)) for seed in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert not failures
        assert_follows(finish(runner), curves)
        for run in seen:
            np.testing.assert_array_equal(run.loss, np.float32(curves.loss[: run.update]))
            assert len(run.epochs.loss) == run.update // PER_EPOCH
            assert isinstance(run.params, Params) and run.checkpoints[-1].update <= run.update


class TestTurns:
    """Several runs on one machine."""

    def test_a_run_makes_its_first_update_at_once_and_the_next_in_its_turn(self, new_runner, curves):
        runner = new_runner()
        with TRAINING.turn(lambda: False):
            runner.start()
            deadline = time.monotonic() + PATIENCE
            while not runner.poll().update:
                assert time.monotonic() < deadline
            time.sleep(0.2)
            assert runner.poll().update == 1 and runner.poll().state == "running"
        assert runner.wait(PATIENCE)
        assert_follows(runner.poll(), curves)

    def test_pausing_a_run_that_waits_for_its_turn_takes_it_out_of_the_queue(self, new_runner):
        runner = new_runner()
        with TRAINING.turn(lambda: False):
            runner.start()
            while not runner.poll().update:
                pass
            runner.pause()
            assert runner.wait(PATIENCE)
            assert (runner.poll().update, runner.poll().state) == (1, "paused")

    def test_runs_that_take_turns_say_so_share_the_speed_and_follow_their_curves(self, new_runner, monkeypatch, curves):
        runners, order, original = [new_runner(), new_runner()], [], training.run_chunk

        def run_chunk(*given, **named):
            order.append(threading.get_ident())
            deadline = time.monotonic() + PATIENCE
            while len(TRAINING._queue) < 2 and all(runner.poll().state == "running" for runner in runners):
                assert time.monotonic() < deadline
            return original(*given, **named)

        for runner in runners:
            runner.step()
            assert runner.wait(PATIENCE)
        monkeypatch.setattr(training, "run_chunk", run_chunk)
        for runner in runners:
            runner.start()
        assert all(runner.wait(PATIENCE) for runner in runners)
        # The first may have begun alone.
        assert len(set(order)) == 2 and all(one != other for one, other in zip(order[2:6], order[1:5], strict=True))
        for runner in runners:
            assert_follows(runner.poll(), curves)
        now = max((runner.poll() for runner in runners), key=lambda run: run.sharing)
        assert now.sharing == 2
        half = next(runner for runner in runners if runner.poll().sharing == 2)
        assert now.updates_per_second == pytest.approx(half._run.speed / 2)
