"""The textbook's five epochs over five seeds: test accuracy and epoch losses.

`python -m tests.bench.accuracy`: one line per figure.
"""

import numpy as np

from engine.training import training
from engine.training.runner import Runner
from engine.training.training import Settings
from tests.bench import digits, report

SEEDS = range(5)
KERAS_LOSSES = (0.258, 0.105, 0.070, 0.050, 0.038)


def main() -> None:
    found = digits()
    mesh = training.device_mesh()
    runner = Runner(
        training.place(found.train_images, found.train_labels, mesh),
        training.place(found.test_images, found.test_labels, mesh),
        Settings(),
    )
    for optimizer in ("rmsprop", "adam"):
        losses, accuracies = [], []
        for seed in SEEDS:
            runner.reset(Settings(optimizer=optimizer, seed=seed))
            runner.start()
            runner.wait()
            epochs = runner.poll().epochs
            losses.append(epochs.loss)
            accuracies.append(float(epochs.test_accuracy[-1]))
        shown = " ".join(f"{value:.4f}" for value in accuracies)
        report(f"{optimizer}, test accuracy of {len(SEEDS)} seeds", shown, "(0.978 to 0.983)")
        mean = np.mean(losses, axis=0)
        report(f"{optimizer}, mean epoch losses", " ".join(f"{value:.4f}" for value in mean), "nats")
        if optimizer == "rmsprop":
            ratio = " ".join(f"{value:.3f}" for value in mean / KERAS_LOSSES)
            report("rmsprop, mean epoch losses / the syllabus's", ratio, "ratio (0.95 to 1.05)")
    runner.close()


if __name__ == "__main__":
    main()
