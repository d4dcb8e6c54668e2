"""relu(x + y) by Python loops, NumPy and JAX: ``python -m tests.bench.race``. The book: 2.45 s against 0.02 s."""

from engine.operations.race import Race, Settings
from engine.timing.measuring import CONTESTANTS
from tests.bench import report
from viz.operations.race import duration, outcome

RACES = (Settings((1, 1)), Settings((20, 100)), Settings((200, 1_000)), Settings((2_000, 5_000), 10))


def main() -> None:
    """One line per contestant and ratio, for each size."""
    runner = Race()
    for settings in RACES:
        runner.start(settings)
        runner.wait()
        race = runner.poll()
        size = " × ".join(f"{length:,}" for length in settings.shape)
        for name in CONTESTANTS:
            what = f"{name}, {size}, {settings.repetitions:,} times ({race.measured(name):,.4g} measured)"
            report(what, duration(race.seconds(name)), "")
        report(f"JAX, {size}, first call", duration(race.first_call), "")
        for name in ("NumPy", "JAX"):
            report(f"loops / {name}, {size}", f"{race.ratio('loops', name):,.1f}", "times")
        print(outcome(race), flush=True)


if __name__ == "__main__":
    main()
