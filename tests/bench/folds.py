"""Folds: accuracy of each activation on each set of points over seeds, and times: ``python -m tests.bench.folds``."""

import time

import numpy as np

from engine.geometry import folds, folds_data
from engine.geometry.folds import ACTIVATIONS, STARTS, Settings, Snapshot
from engine.geometry.folds_data import SHAPES
from tests.bench import report

SEEDS = range(10)


def trained(name: str, settings: Settings) -> tuple[Snapshot, float, float]:
    """The last snapshot, seconds to the first update, seconds in all."""
    began = time.perf_counter()
    snapshots = folds.train(folds_data.generate(name, seed=settings.seed), settings)
    next(snapshots)
    last = next(snapshots)
    first = time.perf_counter() - began
    for last in snapshots:  # noqa: B007
        pass
    return last, first, time.perf_counter() - began


def main() -> None:
    """One line for each set and activation."""
    _, first, _ = trained("spirals", Settings(updates=40))
    report("first 20 updates, compiling", f"{first:.2f}", "s")
    seconds = []
    for name in SHAPES:
        runs = []
        for seed in SEEDS:
            last, first, whole = trained(name, Settings(seed=seed))
            seconds.append((first, whole))
            runs.append(last.runs)
        for activation in ACTIVATIONS:
            shares = np.array([run[activation].accuracy for run in runs])
            good = [int((run[activation].accuracies[:, -1] >= 0.95).sum()) for run in runs]
            found = f"{shares.min():.3f} {np.median(shares):.3f} {shares.max():.3f}"
            report(f"{name}, {activation}, accuracy: lowest, median, highest of {len(SEEDS)} seeds", found, "")
            report(
                f"{name}, {activation}, starts of {STARTS} that reach 0.95: fewest, most",
                f"{min(good)} {max(good)}",
                "",
            )
    first, whole = np.median(seconds, axis=0)
    report("first 20 updates, compiled, median", f"{1e3 * first:.0f}", "ms")
    report(f"{Settings().updates:,} updates of {len(ACTIVATIONS) * STARTS} networks, median", f"{whole:.2f}", "s")


if __name__ == "__main__":
    main()
