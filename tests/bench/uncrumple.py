"""The uncrumpler's accuracy over seeds, strengths and depths: ``python -m tests.bench.uncrumple``.

Asked for at depth 8: at least 0.99 on held-out points at the default strength, 0.95 at the highest, for each of ten
seeds; a linear model near chance, 0.5; done within 20 s on two idle cores.
"""

import time
from collections.abc import Iterable

import numpy as np

from engine.geometry import crumpling, uncrumple, uncrumple_measures
from engine.geometry.crumpling import DEFAULT_STRENGTH, Crumple
from engine.geometry.uncrumple import DEPTHS, OBJECTIVES, Settings
from engine.geometry.uncrumple_measures import Report
from tests.bench import report

SEEDS = range(10)


def trained(settings: Settings) -> tuple[Report, float, float, float]:
    """What a whole training comes to, the linear model's accuracy, and the seconds and CPU seconds it took."""
    shown, other = crumpling.learned(settings.crumple), crumpling.held_out(settings.crumple)
    clock, cpu = time.perf_counter(), time.process_time()
    for made in uncrumple.train(settings):
        last = made
    clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
    linear = uncrumple_measures.linear_model(shown, other)
    return uncrumple_measures.report(last.params, shown, other), linear, clock, cpu


def table(strength: float, depth: int, objective: str, seeds: Iterable[int]) -> None:
    """One line per seed, and the least and the middle accuracy."""
    accuracies, seconds = [], []
    for seed in seeds:
        found, linear, clock, cpu = trained(Settings(Crumple(strength, seed), depth, objective))
        accuracies.append(found.accuracy)
        seconds.append(cpu)
        what = f"{objective}, strength {strength:g}, depth {depth}, ball {seed}"
        print(
            f"{what}: accuracy {found.accuracy:.4f}, linear {linear:.3f}, moved {found.moved.mean():.2f} per layer, "
            f"from its place {found.error:.3f} widths, {clock:.1f} s, CPU {cpu:.1f} s",
            flush=True,
        )
    what = f"{objective}, strength {strength:g}, depth {depth}"
    report(f"{what}: least accuracy", f"{min(accuracies):.4f}", f"median {np.median(accuracies):.4f}")
    report(f"{what}: CPU time", f"{np.median(seconds):.1f}", "s")


def main() -> None:
    """Seeds at the default and the highest strength, then depths, then flattening."""
    table(DEFAULT_STRENGTH, 8, "separate", SEEDS)
    table(1.0, 8, "separate", SEEDS)
    for depth in DEPTHS:
        table(DEFAULT_STRENGTH, depth, "separate", (0, 1))
        table(1.0, depth, "separate", (0, 1))
    for strength in (DEFAULT_STRENGTH, 1.0):
        table(strength, 8, OBJECTIVES[1], (0, 1, 2))


if __name__ == "__main__":
    main()
