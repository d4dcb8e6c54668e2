"""The race of batch sizes at equal samples seen, what an update costs, and the noise floor."""

from typing import Any

import jax
import numpy as np
import streamlit as st

from engine.descent import noise, noise_floor
from pages.shell import share
from viz.components.live_figure import Narrow, live_figure
from viz.components.noise_board import noise_race
from viz.descent import noise as noise_viz

FIRST_RATE = 10
"""Position of the first learning rate, 0.02, among the rates."""
FIRST = {"start": (-2.0, 2.0), "clock": 512, "linked": True, "rates": {}}
CHECKS: dict[str, share.Check] = {
    "start": share.within(3),
    "clock": share.between(0, noise.SAMPLES * max(noise.EPOCHS.values())),
    "rates": lambda rates: all(rate in range(len(noise.RATES)) for rate in rates.values()),
}


def news(part: str, name: str) -> dict[str, Any] | None:
    """What a component reports under a name, if it came since this page last looked."""
    value = (st.session_state.get(part) or {}).get(name)
    seen = st.session_state.setdefault("noise_seen", {})
    if not value or seen.get((part, name)) == value["count"]:
        return None
    seen[part, name] = value["count"]
    return value


def answered(part: str, name: str) -> str:
    """The count of the last report this page acted on; the component keeps what it has until its own is answered."""
    return st.session_state.get("noise_seen", {}).get((part, name), "")


def keep() -> None:
    """The race reports a start or its controls."""
    known = st.session_state.noise_known
    known |= news("noise_race", "start") or {}
    if moved := news("noise_race", "settings"):
        known |= moved | {"rates": known["rates"] | moved["rates"]}


@st.cache_data(max_entries=32, show_spinner=False)
def run_race(kind: str, x: np.ndarray, y: np.ndarray, sizes: tuple[int, ...], seed: int, start: tuple[float, ...]):
    """Every run of every method for every learning rate."""
    room = noise.ROOM if kind == "own" else None
    points = noise.points(x, y, room=room)
    shuffled = noise.orders(jax.random.key(seed), len(x), noise.EPOCHS[kind], room=room)
    return [noise.runs(points, shuffled, size, start) for size in sizes]


@st.cache_data(max_entries=32, show_spinner=False)
def measure_time(kind: str, samples: int, sizes: tuple[int, ...], attempt: int) -> list[float]:
    """Seconds per update of each method, measured on this machine when first asked for."""
    del attempt
    room = noise.ROOM if kind == "own" else None
    shuffled = noise.orders(jax.random.key(0), samples, noise.EPOCHS[kind], room=room)
    points = noise.points(np.ones(samples), np.ones(samples), room=room)
    return noise.seconds_per_update(points, [noise.batches(shuffled, size, room=len(points.x)) for size in sizes])


@st.cache_data(max_entries=32, show_spinner="Measuring the noise floor …")
def sweep(kind: str, x: np.ndarray, y: np.ndarray, seed: int) -> noise_floor.Floor:
    """The noise floor by learning rate and batch size."""
    points = noise.points(x, y, room=noise.ROOM if kind == "own" else None)
    return noise_floor.floor(points, jax.random.key(seed))


def race(kind: str, x: np.ndarray, y: np.ndarray, minis: list[int], seed: int) -> dict[int, float]:
    """The race and what an update costs; returns each method's learning rate by batch size."""
    sizes = noise.contestants(minis, len(x))
    known = share.parts("noise_known", FIRST, CHECKS)
    rates = {str(size): known["rates"].get(str(size), FIRST_RATE) for size in sizes}
    seconds = measure_time(kind, len(x), sizes, st.session_state.get("noise_attempt", 0))
    runs = run_race(kind, x, y, sizes, seed, tuple(known["start"]))
    methods = [noise_viz.Method(*each) for each in zip(sizes, runs, seconds, strict=True)]
    noise_race(
        noise_viz.race(
            x,
            y,
            methods,
            kind=kind,
            rates=noise.RATES,
            minimum=noise.minimum(x, y),
            start=known["start"],
            setting=noise_viz.Setting(int(known["clock"]), bool(known["linked"]), rates, kind),
            answered=answered("noise_race", "start"),
        ),
        key="noise_race",
        on_change=keep,
    )
    with st.container():
        if methods:
            show_cost(methods, kind)
    return {size: float(noise.RATES[int(rates[str(size)])]) for size in sizes}


def show_cost(methods: list[noise_viz.Method], kind: str) -> None:
    """What an update and a sample cost, and what was measured."""
    table, words = st.columns([3, 4], gap="large")
    table.markdown(noise_viz.cost(methods))
    padded = (
        f" A batch of all your points is padded to the next power of two, at most {noise.ROOM}."
        if kind == "own"
        else ""
    )
    words.caption(
        f"Measured on this machine: the median of {noise.TIMED_RUNS} compiled runs of {noise.TIMED_UPDATES:,} updates "
        f"each, divided by the updates. Picking the samples out is counted, compiling is not.{padded}"
    )
    words.button("Measure again", key="noise_again", on_click=measure_again)


def measure_again() -> None:
    """The times anew."""
    st.session_state.noise_attempt = st.session_state.get("noise_attempt", 0) + 1


def floor(kind: str, x: np.ndarray, y: np.ndarray, seed: int) -> None:
    """The sweep over learning rates and batch sizes."""
    st.subheader("The noise floor", anchor=False)
    if not len(x):
        st.info("There are no points, so there is no noise to measure.")
        return
    st.markdown(
        "At a constant learning rate the loss stops falling and only swings: its **noise floor**. Each mark is an "
        f"average over {noise_floor.SEEDS} runs of {noise_floor.UPDATES:,} updates from the minimum, with batches "
        "drawn at random; only the last quarter counts. Twice the batch, or half the rate, halves the floor."
    )
    live_figure(
        noise_viz.floor_figure(sweep(kind, x, y, seed)),
        key="noise_floor",
        height=380,
        narrow=Narrow(noise_viz.STACKED, 680),
        alt="Mean loss above its minimum and standard deviation of the loss against the batch size, both logarithmic",
    )
    st.caption(
        "Dotted lines. Left: rate × variance of one sample's gradient ÷ (4 × batch size), the theory for small rates. "
        "Right: 1 ÷ batch size, through the largest batch."
    )
