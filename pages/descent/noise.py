"""Batch size and noise: a line through real points by all samples, by one, or by a few at a time."""

import numpy as np
import streamlit as st

from engine.descent import noise
from pages.descent import noise_race as race
from pages.descent.noise_points import MINIS, choose_points, one_step
from pages.shell import data, layout, share
from viz.descent import noise_snippets as snippets

KINDS = {"digits": "Real digits", "own": "Points of your own"}


@share.fragment
def experiment() -> None:
    """Choose points; the board; the race; the floor; the code."""
    share.default("noise_kind", "digits", KINDS)
    kind = st.segmented_control(
        "Fit the line to",
        list(KINDS),
        wrap=True,
        format_func=KINDS.get,
        key="noise_kind",
        required=True,
        persist_state="session",
    )
    x, y, axes = choose_points(kind, digits)
    seed = one_step(kind, x, y, axes)
    st.subheader("The race", anchor=False)
    st.markdown(
        "One start, equal numbers of samples seen. A small batch turns them into many noisy updates, the full batch "
        "into few exact ones. Press Play, or drag a learning rate."
    )
    options, first = MINIS[kind]
    share.default(f"noise_minis_{kind}", first, lambda sizes: set(sizes) <= set(options))
    minis = st.pills(
        "Mini-batches in the race, up to three",
        options,
        wrap=True,
        selection_mode="multi",
        key=f"noise_minis_{kind}",
        persist_state="session",
    )
    rates = race.race(kind, x, y, minis, seed)
    race.floor(kind, x, y, seed)
    if len(x):
        show_code(kind, x, y, seed, rates)


def show_code(kind: str, x: np.ndarray, y: np.ndarray, seed: int, rates: dict[int, float]) -> None:
    """The code of this race."""
    measures = tuple(st.session_state.get(name, "width") for name in ("noise_x", "noise_y"))
    start = st.session_state.noise_known["start"]
    layout.code(
        "noise",
        snippets.race(
            kind,
            measures=measures,
            own=(x.tolist(), y.tolist()),
            procedural=not digits.is_mnist,
            seed=seed,
            start=start,
            rates=rates,
        ),
    )


layout.opening(
    "Batch size and noise",
    "A line **y = w·x + b** has two weights, so its loss is a surface over w and b. A **batch** is the samples one "
    "update looks at. All of them give the true gradient; one sample gives a cheap guess, right on average, and "
    "**noisy**.",
)
digits = data.digits("noise")
if digits is None:
    st.markdown("The points are measured as soon as the digits are here.")
else:
    called = data.name(digits)
    st.caption(
        f"Each point is one of the first {noise.SAMPLES} training images of {called}. Standardized: less the mean, "
        "divided by the standard deviation."
    )
    experiment()
    layout.notice(
        "One sample's loss is a valley: a whole line of (w, b) fits it perfectly. The average of many valleys is the "
        "bowl.",
        "A batch of B divides the spread of the arrows by √B.",
        "Batch 1 is near the minimum after one pass and then swings around it for ever. The full batch has made one "
        "exact step by then.",
        "Each update has a fixed cost, so by time batch 1 pays most per sample.",
    )
    layout.try_this(
        "Drag **Draw** under the first pictures: the valley turns, the bowl only trembles.",
        "Raise the learning rate until batch 1 diverges. The full batch still converges.",
        "Choose points on one line: at the minimum no sample disagrees, and the noise vanishes.",
    )
