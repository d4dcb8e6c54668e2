"""Five epochs as the page runs them, against a bare scan of the same updates and against Keras.

`python -m tests.bench.training`: one line per figure. Competitors take turns, A B A B, so that the ratio holds while
the machine's speed drifts; the median of the pairs' ratios is printed. Compilation is not counted on either side.
"""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from engine.training import timeline, training
from engine.training.optimizers import OPTIMIZERS
from engine.training.runner import Runner
from engine.training.training import Settings
from tests.bench import digits, report
from viz.training.training import run_figure

PAIRS = 5
POLL_SECONDS = 0.4


@partial(jax.jit, static_argnames="optimizer")
def bare_epoch(state, data, order, learning_rate, *, optimizer):
    """The floor: nothing but the updates, in one scan."""

    def update(state, chosen):
        weights = (chosen >= 0).astype(jnp.float32)
        (loss, _), gradient = jax.value_and_grad(training.batch_loss, has_aux=True)(
            state.params, data.images[chosen], data.labels[chosen], weights
        )
        made = OPTIMIZERS[optimizer].update(gradient, state.optimizer_state, state.params, learning_rate)
        return training.State(*made), loss

    return jax.lax.scan(update, state, order)


def bare(data, settings, mesh, samples) -> float:
    state = training.initial_state(settings)
    orders = [training.epoch_order(settings, epoch, samples, mesh) for epoch in range(settings.epochs)]
    jax.block_until_ready((state, orders))
    began = time.perf_counter()
    for order in orders:
        state, loss = bare_epoch(state, data, order, settings.learning_rate, optimizer=settings.optimizer)
    jax.block_until_ready((state, loss))
    return time.perf_counter() - began


def page(train, test, settings, image) -> float:
    """A run with checkpoints, test evaluations, and its picture built and serialized as often as the page does."""
    runner = Runner(train, test, settings)
    over = threading.Event()

    def watch() -> None:
        while not over.wait(POLL_SECONDS):
            state = runner.poll()
            limits = timeline.limits(state.checkpoints[-1].params)
            now = training.Checkpoint(state.update, jax.device_get(state.params))
            moments = [timeline.moment(now, image, limits)]
            run_figure(state, moments, limits, scored="digit", truth=None).to_json()

    watcher = threading.Thread(target=watch)
    began = time.perf_counter()
    watcher.start()
    runner.start()
    runner.wait()
    elapsed = time.perf_counter() - began
    over.set()
    watcher.join()
    assert runner.poll().state == "finished"
    runner.close()
    return elapsed


KERAS = """
import json, sys, time
import numpy as np
import keras

data = np.load(sys.argv[1])
x = data["train_images"].reshape(-1, 784).astype("float32") / 255
y = data["train_labels"]
def fit(epochs, n):
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(512, "relu"), keras.layers.Dense(10, "softmax")])
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x[:1024], y[:1024], epochs=1, batch_size=128, verbose=0)
    began = time.perf_counter()
    model.fit(x[:n], y[:n], epochs=epochs, batch_size=128, verbose=0)
    return time.perf_counter() - began
print(json.dumps(fit(5, len(x))))
"""


def keras_fit(backend: str, path: str) -> float | None:
    """Seconds of Keras's fit of five epochs after a warm-up, in a process of its own; None if not installed."""
    environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", KERAS, path]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        print(f"keras on {backend}: not measured ({run.stderr.strip().splitlines()[-1]})", file=sys.stderr)
        return None
    return json.loads(run.stdout.strip().splitlines()[-1])


def main() -> None:
    found = digits()
    mesh, settings = training.device_mesh(), Settings()
    samples = len(found.train_labels)
    train = training.place(found.train_images, found.train_labels, mesh)
    test = training.place(found.test_images, found.test_labels, mesh)
    image = found.test_images[0]
    report("device", jax.devices()[0].device_kind, f"x{len(jax.devices())}")
    bare(train, settings, mesh, samples), page(train, test, settings, image)
    pairs = [(page(train, test, settings, image), bare(train, settings, mesh, samples)) for _ in range(PAIRS)]
    ours, floor = (statistics.median(values) for values in zip(*pairs, strict=True))
    report("five epochs as the page runs them", f"{ours:.3f}", "s")
    report("five epochs as a bare scan", f"{floor:.3f}", "s")
    report("page / bare scan", f"{statistics.median(a / b for a, b in pairs):.3f}", "ratio (at most 1.15)")
    slowdown(train, test)
    against_keras(found, train, test, settings, image)


def slowdown(train, test) -> None:
    """Speed of the first thousand updates against that of the last of twenty thousand."""
    settings = Settings(epochs=43)
    runner = Runner(train, test, settings)
    runner.step()
    runner.wait()
    times = [(1, time.perf_counter())]
    runner.start()
    while not runner.wait(0.02):
        times.append((runner.poll().update, time.perf_counter()))
    updates, seconds = np.array(times).T
    early, late = (np.diff(np.interp([start, start + 2000], updates, seconds))[0] for start in (1, updates[-1] - 2000))
    report("updates 18,000 to 20,000 / updates 1 to 2,000", f"{late / early:.3f}", "ratio of time")
    runner.close()


def against_keras(found, train, test, settings, image) -> None:
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"), "uncrumple-bench-digits.npz")
    np.savez(path, train_images=found.train_images, train_labels=found.train_labels)
    for backend, goal in (("tensorflow", 2.5), ("jax", 1.5)):
        theirs = [keras_fit(backend, path) for _ in range(3)]
        if None in theirs:
            continue
        ours = [page(train, test, settings, image) for _ in range(3)]
        ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
        report(f"keras fit on {backend}", f"{statistics.median(theirs):.3f}", "s")
        report(f"keras fit on {backend} / page", f"{ratio:.2f}", f"ratio (at least {goal})")
    os.remove(path)


if __name__ == "__main__":
    main()
