"""The whole loop on all digits: its numbers, one line swapped or broken, its log as it comes, runs compared."""

from dataclasses import replace

import streamlit as st

from engine.digits.mnist import Digits
from engine.errors import InvalidInput
from engine.scratch.from_scratch_runs import BREAKS, LIMITS, Run, Runs, Settings
from pages.shell import keeping, share
from pages.shell.refusal import refuse
from pages.shell.typed import typed_number, typed_whole
from viz.components.live_figure import Narrow, live_figure
from viz.scratch import from_scratch as from_scratch_viz
from viz.scratch import from_scratch_snippets as snippets
from viz.scratch import from_scratch_words as words

POLL_SECONDS = 0.4
SHORT = 2
RANGES = {"0 to 0.1": (0.0, 0.1), "−0.05 to 0.05": (-0.05, 0.05)}
TITLES = {"hidden_units": "Hidden units", "epochs": "Epochs", "batch_size": "Batch size", "seed": "Seed"}
FRACTIONS = {"learning_rate": "Learning rate", "low": "W from", "high": "W to"}
WIDTH = 150
KEY = "from_scratch_"


@keeping.kept(close=Runs.close)
def runs() -> Runs:
    """The reader's runs; they outlive a lost connection."""
    return Runs()


def chosen() -> Settings:
    """The settings as the controls have them; InvalidInput where they do not fit. Buttons' callbacks ask anew."""
    usual, state = Settings(), st.session_state
    values = {
        field: state.get(f"{KEY}{field}", getattr(usual, field)) for field in (*TITLES, "learning_rate", "low", "high")
    }
    broken = tuple(each for each in BREAKS if each in (state.get(f"{KEY}broken") or ()))
    return Settings(**values, optimizer=state.get(f"{KEY}optimizer", "sgd"), broken=broken)


def begin(digits: Digits, epochs: int | None = None) -> None:
    """Run what is chosen now; for so many epochs, if said."""
    try:
        wanted = chosen()
    except InvalidInput:
        return
    runs().start(wanted if epochs is None else replace(wanted, epochs=epochs), digits)


def controls() -> Settings:
    """Numbers, the optimizer and the lines to break; a sentence where they do not fit."""
    usual = Settings()
    share.default(f"{KEY}optimizer", usual.optimizer, from_scratch_viz.OPTIMIZERS)
    share.default(f"{KEY}broken", [], lambda names: set(names) <= set(BREAKS))
    st.segmented_control(
        "Weight update",
        list(from_scratch_viz.OPTIMIZERS),
        wrap=True,
        format_func=from_scratch_viz.OPTIMIZERS.get,
        key=f"{KEY}optimizer",
        required=True,
        persist_state="session",
    )
    st.pills(
        "Break it on purpose",
        BREAKS,
        wrap=True,
        format_func=lambda each: from_scratch_viz.WITHOUT[each][0].upper() + from_scratch_viz.WITHOUT[each][1:],
        selection_mode="multi",
        key=f"{KEY}broken",
        persist_state="session",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for field, title in TITLES.items():
            low, high = LIMITS[field]
            share.default(f"{KEY}{field}", getattr(usual, field), share.between(low, high))
            typed_whole(title, key=f"{KEY}{field}", low=low, high=high, width=WIDTH)
        for field, title in FRACTIONS.items():
            share.default(f"{KEY}{field}", getattr(usual, field), accepted=f"{KEY}{field}_accepted")
            typed_number(title, key=f"{KEY}{field}", width=WIDTH)
        for label, (least, most) in RANGES.items():
            st.button(f"W {label}", key=f"{KEY}range_{least:g}", on_click=_take_range, args=(least, most))
    return _accepted()


def _take_range(low: float, high: float) -> None:
    st.session_state[f"{KEY}low"], st.session_state[f"{KEY}high"] = low, high


def _accepted() -> Settings:
    with st.container():
        try:
            wanted = chosen()
        except InvalidInput as error:
            refuse(error)
            return st.session_state.get(f"{KEY}accepted", Settings())
    st.session_state[f"{KEY}accepted"] = wanted
    for field in ("learning_rate", "low", "high"):
        st.session_state[f"{KEY}{field}_accepted"] = getattr(wanted, field)
    return wanted


def program(settings: Settings) -> None:
    """The lines of the program that hold the choices, those that differ from the textbook's marked."""
    st.markdown("**The lines of the program that say so.** All the rest of it are the pieces above.")
    st.html(from_scratch_viz.changes_html(snippets.changes(settings)))
    with st.container():
        if more := snippets.added(settings):
            st.code(more, language="python")


def picture(settings: Settings, digits: Digits) -> None:
    """Buttons, progress, the curves, the log, the outcome; polled while a run goes on."""
    running = runs().poll().state == "running"
    st.fragment(_body, run_every=POLL_SECONDS if running else None)(settings, digits)


def _body(settings: Settings, digits: Digits) -> None:
    here = runs()
    now = here.poll()
    run, running = now.latest, now.state == "running"
    kept = here.kept
    _buttons(settings, digits, running, bool(kept))
    st.progress(min(run.fraction, 1.0) if run else 0.0, text=from_scratch_viz.status(now.state, run))
    with st.container():
        if now.message:
            refuse(f"The run failed: {now.message}.")
    live_figure(
        from_scratch_viz.run_figure(run, kept, settings),
        key=f"{KEY}curves",
        height=430,
        narrow=Narrow(from_scratch_viz.narrow_layout(), 640),
        alt=f"Loss and test accuracy. {from_scratch_viz.status(now.state, run)}",
    )
    with st.container():
        if run is not None:
            outcome(run)
    st.html(from_scratch_viz.log_html(run, settings))
    was = st.session_state.get(f"{KEY}was_running", False)
    st.session_state[f"{KEY}was_running"] = running
    if was != running:
        st.rerun()


def _buttons(settings: Settings, digits: Digits, running: bool, kept: bool) -> None:
    epochs = "1 epoch" if settings.epochs == 1 else f"{settings.epochs} epochs"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Run {epochs}",
            type="primary",
            icon=":material/play_arrow:",
            key=f"{KEY}run",
            disabled=running,
            on_click=begin,
            args=(digits,),
        )
        st.button(
            f"Short run: {SHORT} epochs", key=f"{KEY}short", disabled=running, on_click=begin, args=(digits, SHORT)
        )
        st.button("Stop", key=f"{KEY}stop", disabled=not running, on_click=runs().stop)
        st.button("Forget earlier runs", key=f"{KEY}forget", disabled=not kept, on_click=runs().forget)


def outcome(run: Run) -> None:
    """What came out; for every broken line what happens and why, checked against it."""
    if said := words.measured(run):
        st.markdown(said)
    found = words.verdicts(run)
    for verdict in found:
        title = from_scratch_viz.WITHOUT[verdict.name]
        st.markdown(f"- **{title[0].upper()}{title[1:]}.** {verdict.says} *{words.checked(verdict, len(found) > 1)}*")
