"""One training run in a background thread: start, pause, step, stop, reset, poll.

The thread works whenever fewer updates are made than a target says; every command only moves the target.
"""

import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.sharding import NamedSharding, PartitionSpec

from engine.background import MEMORY, UNEXPECTED
from engine.training import training
from engine.training.network import Params
from engine.training.optimizers import OPTIMIZERS
from engine.training.training import Checkpoint, Data, Settings, State
from engine.turns import TRAINING

OVER = ("stopped", "finished", "diverged", "failed")
"""States that a run does not leave: it can only begin anew."""
CHUNK_SECONDS = 0.05


class Epochs(NamedTuple):
    """One row per finished epoch, each (epochs,) float32; losses in nats, accuracies in 0..1.

    loss, accuracy: mean over the epoch's training samples while the weights changed, as Keras reports them.
    test_loss, test_accuracy: over the whole test set at the epoch's end.
    """

    loss: np.ndarray
    accuracy: np.ndarray
    test_loss: np.ndarray
    test_accuracy: np.ndarray


class Snapshot(NamedTuple):
    """A run at one moment.

    state: "new", "running", "paused", "stopped", "finished", "diverged" or "failed"; message says why for the last
    two. sharing: how many runs take turns at the machine, this one among them.
    loss, accuracy: (updates,) float32, each update's own batch before the update. seconds: spent working;
    updates_per_second: with the others' turns between its own.
    params, optimizer_state: the weights, and what the optimizer keeps, on the device. checkpoints: oldest first, the
    initial weights among them.
    """

    state: str
    settings: Settings
    update: int
    total: int
    updates_per_epoch: int
    learning_rate: float
    seconds: float
    updates_per_second: float
    loss: np.ndarray
    accuracy: np.ndarray
    epochs: Epochs
    params: Params
    optimizer_state: Any
    checkpoints: tuple[Checkpoint, ...]
    message: str
    sharing: int = 1

    @property
    def seconds_left(self) -> float:
        """Time to the last update at the present speed; 0 before the speed is known."""
        return (self.total - self.update) / self.updates_per_second if self.updates_per_second else 0.0

    @property
    def images_per_second(self) -> float:
        """Images looked at per second at the present speed."""
        return self.updates_per_second * self.settings.batch_size


def history_csv(run: Snapshot) -> str:
    """Loss and accuracy of every update and every epoch as comma-separated text with a header line."""
    rows = ["scope,number,loss,accuracy,test_loss,test_accuracy"]
    updates = np.stack([run.loss, run.accuracy], axis=1)
    for scope, table, blanks in (("update", updates, ",,"), ("epoch", np.stack(run.epochs, axis=1), "")):
        for number, row in enumerate(table, start=1):
            rows.append(f"{scope},{number}," + ",".join(f"{value:.6g}" for value in row) + blanks)
    return "\n".join(rows) + "\n"


class _Chunk(NamedTuple):
    """Where a chunk began, and with what rate: enough to make any of its updates again."""

    update: int
    state: State
    learning_rate: float


class _Outcome(NamedTuple):
    """What one chunk of updates adds to a run. update: how many are made with it.

    finite: False ends the run. Then update and state are those before the update that made the loss stop being a
    number, chunk is the one it was made in, and loss and accuracy may go further.
    """

    chunk: _Chunk
    update: int
    finite: bool
    state: State
    loss: np.ndarray
    accuracy: np.ndarray
    checkpoint: Checkpoint | None
    epoch: tuple[float, float, float, float] | None
    seconds: float


class _Run:
    """The record of one run. compute() is slow and changes nothing visible; commit() is quick."""

    def __init__(self, train: Data, test: Data, settings: Settings) -> None:
        self.train, self.test, self.settings = train, test, settings
        self.mesh = training.device_mesh()
        self.samples = len(train.labels)
        self.per_epoch = training.updates_per_epoch(self.samples, settings.batch_size)
        self.total = settings.epochs * self.per_epoch
        self.stride = training.checkpoint_stride(settings, self.samples)
        # Placed as the updates will leave it; else the second chunk would compile the loop again.
        everywhere = NamedSharding(self.mesh, PartitionSpec())
        self.state = jax.device_put(training.initial_state(settings), everywhere)
        self.loss = np.empty(self.total, np.float32)
        self.accuracy = np.empty(self.total, np.float32)
        self.checkpoints = [self._checkpoint(0, self.state)]
        self.epochs: list[tuple[float, float, float, float]] = []
        self.order: tuple[int, jax.Array] | None = None
        self.chunk: _Chunk | None = None
        self.update = self.target = self.under_way = 0
        self.seconds = self.speed = 0.0
        self.sharing = 1
        self.learning_rate = float(settings.learning_rate)
        self.end = self.message = ""

    @property
    def working(self) -> bool:
        return not self.end and self.update < self.target

    def plan(self) -> int:
        """Updates for the next chunk: to the next checkpoint, epoch end or target, in about CHUNK_SECONDS."""
        due = training.next_checkpoint(self.update, self.stride)
        to_epoch_end = self.per_epoch - self.update % self.per_epoch
        affordable = max(1, int(self.speed * CHUNK_SECONDS)) if self.speed else 1
        return min(self.target - self.update, due - self.update, to_epoch_end, affordable, training.MAX_CHUNK)

    def compute(self, count: int, learning_rate: float) -> _Outcome:
        began = time.perf_counter()
        chunk = _Chunk(self.update, self.state, learning_rate)
        state, metrics = self._made(chunk, count)
        loss, accuracy = (np.asarray(values)[:count] for values in metrics)
        update = self.update + count
        row = None
        if np.isfinite(loss).all() and update % self.per_epoch == 0:
            row = self._epoch_row(state, loss, accuracy)
        finite = np.isfinite([*loss, *(row or ())])
        if not finite.all():
            chunk, kept, state = self._taken_back(chunk, self.update + min(int(np.argmin(finite)), count) - 1)
            return _Outcome(chunk, kept, False, state, loss, accuracy, None, None, time.perf_counter() - began)
        due = update == training.next_checkpoint(self.update, self.stride) or update == self.total
        checkpoint = self._checkpoint(update, state) if due else None
        return _Outcome(chunk, update, True, state, loss, accuracy, checkpoint, row, time.perf_counter() - began)

    def _made(self, chunk: _Chunk, count: int) -> tuple[State, training.Metrics]:
        epoch, start = divmod(chunk.update, self.per_epoch)
        order, optimizer = self._epoch_order(epoch), self.settings.optimizer
        return training.run_chunk(
            chunk.state, self.train, order, start, count, chunk.learning_rate, optimizer=optimizer
        )

    def _taken_back(self, chunk: _Chunk, update: int) -> tuple[_Chunk, int, State]:
        """The chunk, this one or the one before, in which the next update was made; and the state after this many.

        Weights whose loss is no number are known only by the batch after them, perhaps in the next chunk.
        """
        began = chunk if update >= chunk.update or self.chunk is None else self.chunk
        count = max(update - began.update, 0)
        return began, began.update + count, self._made(began, count)[0] if count else began.state

    def commit(self, outcome: _Outcome) -> None:
        made = outcome.loss[: max(outcome.update - self.update, 0)]
        self.loss[self.update : self.update + len(made)] = made
        self.accuracy[self.update : self.update + len(made)] = outcome.accuracy[: len(made)]
        # The first chunk includes compilation, which says nothing about the speed of the ones to come.
        if self.update and outcome.finite and not outcome.epoch:
            speed = len(made) / outcome.seconds
            self.speed = 0.8 * self.speed + 0.2 * speed if self.speed else speed
        self.update, self.state, self.chunk = outcome.update, outcome.state, outcome.chunk
        self.seconds += outcome.seconds
        self.checkpoints += [outcome.checkpoint] if outcome.checkpoint else []
        self.epochs += [outcome.epoch] if outcome.epoch else []
        if not outcome.finite:
            self.end, self.message = "diverged", self._divergence()
            self.checkpoints = [kept for kept in self.checkpoints if kept.update <= self.update]
            self.epochs = self.epochs[: self.update // self.per_epoch]

    def _divergence(self) -> str:
        kept, usual = self.update, OPTIMIZERS[self.settings.optimizer].learning_rate
        those = "1 update" if kept == 1 else f"{kept:,} updates"
        return (
            f"The loss stopped being a number after update {kept + 1:,}: at learning rate {self.chunk.learning_rate:g} "
            f"the steps overshoot further each time. That update is taken back: the curves and the weights are those "
            f"after {those}. Reset and try {usual:g}, the usual rate of this optimizer."
        )

    def _epoch_order(self, epoch: int) -> jax.Array:
        if self.order is None or self.order[0] != epoch:
            self.order = epoch, training.epoch_order(self.settings, epoch, self.samples, self.mesh)
        return self.order[1]

    def _epoch_row(self, state: State, loss: np.ndarray, accuracy: np.ndarray) -> tuple[float, float, float, float]:
        begin = self.update // self.per_epoch * self.per_epoch
        weights = np.full(self.per_epoch, self.settings.batch_size)
        weights[-1] = self.samples - weights[:-1].sum()
        running_loss, running_accuracy = (
            float(np.average(np.concatenate([earlier[begin : self.update], latest]), weights=weights))
            for earlier, latest in ((self.loss, loss), (self.accuracy, accuracy))
        )
        test_loss, test_accuracy = (float(value) for value in training.evaluate(state.params, self.test))
        return running_loss, running_accuracy, test_loss, test_accuracy

    def _checkpoint(self, update: int, state: State) -> Checkpoint:
        return Checkpoint(update, *jax.device_get(training.half_precision(state.params)))

    def label(self) -> str:
        if self.end:
            return self.end
        if self.update >= self.total:
            return "finished"
        if self.working:
            return "running"
        return "paused" if self.update else "new"


class Runner:
    """Trains in a daemon thread of its own. Every public method may be called from any thread, at any time."""

    def __init__(self, train: Data, test: Data, settings: Settings) -> None:
        self._change = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._run = _Run(train, test, settings)

    def reset(self, settings: Settings | None = None) -> None:
        """Back to the initial weights, of the same settings unless new ones are given; stands still."""
        run = _Run(self._run.train, self._run.test, settings or self._run.settings)
        with self._change:
            self._run = run
            self._change.notify_all()

    def start(self) -> None:
        """Train on to the last epoch."""
        self._aim(lambda run: run.total)

    def pause(self) -> None:
        """Stand still after the chunk under way, about 0.05 s; start() goes on from there."""
        self._aim(lambda run: run.update + run.under_way)

    def stop(self) -> None:
        """End the run where it is, without the chunk under way: only reset() makes it start again."""
        with self._change:
            if self._run.label() in ("running", "paused"):
                self._run.end = "stopped"
            self._change.notify_all()

    def step(self) -> None:
        """Make exactly one update more than are made or under way."""
        self._aim(lambda run: run.update + run.under_way + 1)

    def step_epoch(self) -> None:
        """Train to the end of the epoch under way."""
        self._aim(lambda run: (run.update // run.per_epoch + 1) * run.per_epoch)

    def set_learning_rate(self, learning_rate: float) -> None:
        """Takes effect with the next chunk. InvalidInput unless it is possible."""
        value = training.require_learning_rate(learning_rate)
        with self._change:
            self._run.learning_rate = value

    def close(self) -> None:
        """End the thread for good, and wait for the chunk under way, about 0.05 s; at most a second."""
        with self._change:
            self._closed = True
            self._change.notify_all()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=1)

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the run stands still; False if it is still working after timeout seconds."""
        with self._change:
            return self._change.wait_for(lambda: self._closed or not self._run.working, timeout)

    def poll(self) -> Snapshot:
        """The run now. Its arrays are views of a record that is only ever added to."""
        with self._change:
            run = self._run
            return Snapshot(
                state=run.label(),
                settings=run.settings,
                update=run.update,
                total=run.total,
                updates_per_epoch=run.per_epoch,
                learning_rate=run.learning_rate,
                seconds=run.seconds,
                updates_per_second=run.speed / run.sharing,
                loss=run.loss[: run.update],
                accuracy=run.accuracy[: run.update],
                epochs=Epochs(*np.array(run.epochs, np.float32).reshape(-1, 4).T),
                params=run.state.params,
                optimizer_state=run.state.optimizer_state,
                checkpoints=tuple(run.checkpoints),
                message=run.message,
                sharing=run.sharing,
            )

    def _aim(self, target: Callable[[_Run], int]) -> None:
        with self._change:
            run = self._run
            run.target = min(target(run), run.total)
            if run.working and self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._work, name="training", daemon=True)
                self._thread.start()
            self._change.notify_all()

    def _work(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._closed or self._run.working)
                if self._closed:
                    return
                begun = self._run.update > 0
            # A run's first chunk is one update and the compilation, which nobody else should wait for.
            with TRAINING.turn(self._unwanted) if begun else nullcontext(1) as sharing:
                if sharing:
                    self._work_on(sharing)

    def _unwanted(self) -> bool:
        return self._closed or not self._run.working

    def _work_on(self, sharing: int) -> None:
        """Make the next chunk. sharing: how many runs take turns, this one among them."""
        with self._change:
            if self._unwanted():
                return
            run, count, rate = self._run, self._run.plan(), self._run.learning_rate
            run.under_way, run.sharing = count, sharing
        try:
            outcome = run.compute(count, rate)
        except MEMORY as error:
            reason = next(iter(str(error).splitlines()), "its memory is full.")
            self._fail(run, f"The device could not go on: {reason} Try fewer hidden units.")
            return
        except BaseException:
            # A fault of the program: this run ends, the thread's traceback goes to the log, the next has a new one.
            self._fail(run, f"The training ended: {UNEXPECTED}.", ends_thread=True)
            raise
        with self._change:
            run.under_way = 0
            if not run.end:
                run.commit(outcome)
            self._change.notify_all()

    def _fail(self, run: _Run, message: str, *, ends_thread: bool = False) -> None:
        with self._change:
            run.under_way = 0
            run.end, run.message = "failed", message
            if ends_thread:
                self._thread = None
            self._change.notify_all()
