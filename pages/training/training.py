"""A training run: its buttons and its one live picture."""

import os
from dataclasses import fields

import jax
import streamlit as st

from engine.digits.mnist import Digits
from engine.training import timeline
from engine.training.runner import OVER, Runner, Snapshot
from engine.training.training import Checkpoint, Settings
from pages.shell import session
from pages.shell.refusal import refuse
from pages.training import run_buttons
from viz.components.live_figure import Narrow, live_figure
from viz.training.training import narrow_layout, run_figure

POLL_SECONDS = 0.4


def run(digits: Digits | None, wanted: Settings | None) -> None:
    """The buttons and the picture. Without data the buttons wait, and an empty picture keeps the place."""
    here = session.current()
    begun = here.runner is not None and here.runner.poll().state != "new"
    if digits is not None and not begun and here.digits is not digits:
        here.prepare(digits, wanted or Settings())
    if here.runner is None:
        st.info("Training can begin as soon as the digits are here.")
        return
    state = here.runner.poll()
    if wanted is not None:
        state = _follow(here.runner, state, wanted)
    _buttons(here, digits, state, wanted)
    st.fragment(_picture, run_every=POLL_SECONDS if state.state == "running" else None)()


def _follow(runner: Runner, state: Snapshot, wanted: Settings) -> Snapshot:
    """A run that has not begun takes every setting; one under way takes the learning rate."""
    if state.state == "new" and state.settings != wanted:
        runner.reset(wanted)
    elif state.learning_rate != wanted.learning_rate and state.state in ("running", "paused"):
        runner.set_learning_rate(wanted.learning_rate)
    return runner.poll()


def _buttons(here: session.Session, digits: Digits | None, state: Snapshot, wanted: Settings | None) -> None:
    runner = here.runner
    running = state.state == "running"
    # A single update may be over before the picture below is drawn: these buttons must follow then, too.
    st.session_state["network_was_running"] = running

    def anew() -> Runner:
        return here.prepare(digits, wanted)

    with st.container(horizontal=True, vertical_alignment="center"):
        blocked = wanted is None or digits is None
        run_buttons.train(here, state.state, anew, key="network_train", disabled=blocked)
        busy = running or blocked or state.state in OVER
        st.button("One update", key="network_step", on_click=runner.step, disabled=busy)
        st.button("One epoch", key="network_epoch", on_click=runner.step_epoch, disabled=busy)
        run_buttons.stop(here, state.state, key="network_stop")
        run_buttons.reset(state.state, anew, key="network_reset", disabled=blocked)
        if wanted is not None and not _same_but_rate(state.settings, wanted):
            st.caption("Changed settings take effect after **Reset**.")


def _same_but_rate(one: Settings, other: Settings) -> bool:
    names = (field.name for field in fields(Settings) if field.name != "learning_rate")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _picture() -> None:
    here = session.current()
    state = here.runner.poll()
    _status(state)
    image, label, scored = here.scored_digit()
    checkpoints = _checkpoints(state)
    limits = timeline.limits(checkpoints[-1].params)
    shown = timeline.moments(checkpoints[-1:] if state.state == "running" else checkpoints, image, limits)
    live_figure(
        run_figure(state, shown, limits, scored=scored, truth=label),
        key="network_run",
        height=620,
        narrow=Narrow(narrow_layout(), 1500),
        alt=_description(state),
        scrub_label="Moment of the run",
    )
    was_running = st.session_state.get("network_was_running", False)
    st.session_state["network_was_running"] = state.state == "running"
    if was_running and state.state != "running":
        st.rerun()


def _checkpoints(state: Snapshot) -> tuple[Checkpoint, ...]:
    """The run's checkpoints, and last the weights as they are, unrounded: those that all other pages use."""
    earlier = tuple(kept for kept in state.checkpoints if kept.update < state.update)
    return (*earlier, Checkpoint(state.update, jax.device_get(state.params)))


def _status(state: Snapshot) -> None:
    fraction = state.update / state.total
    words = {
        "new": "Not begun",
        "running": f"{state.seconds_left:.1f} s left" if state.updates_per_second else "compiling for this device",
        "paused": "Paused",
        "stopped": "Stopped",
        "finished": f"Finished in {state.seconds:.1f} s",
        "diverged": "Diverged",
        "failed": "Failed",
    }
    where = f"update {state.update:,} of {state.total:,} · epoch {state.update / state.updates_per_epoch:.2f}"
    st.progress(fraction, text=f"**{words[state.state]}** · {where} · {_speed(state)} · on {device_name()}")
    # A place of its own, filled or not: what comes and goes above the picture would make it be mounted anew.
    with st.container():
        if state.message:
            refuse(state.message)


def _speed(state: Snapshot) -> str:
    if not state.updates_per_second:
        return "speed not yet measured"
    speed = f"{state.updates_per_second:,.0f} updates/s · {state.images_per_second:,.0f} images/s"
    others = state.sharing - 1
    if state.state != "running" or not others:
        return speed
    return f"{speed}, taking turns with {others} other training{'s' if others > 1 else ''}"


def device_name() -> str:
    """The devices that train, by name.

    A CPU has no better name in JAX than "cpu".
    """
    devices = jax.devices()
    kind = devices[0].device_kind
    kind = f"CPU with {os.cpu_count()} cores" if kind == "cpu" else kind
    return kind if len(devices) == 1 else f"{len(devices)} × {kind}"


def _description(state: Snapshot) -> str:
    text = f"Training run, {state.state}, after {state.update} of {state.total} updates."
    if len(state.epochs.loss):
        text += (
            f" Last epoch: training loss {state.epochs.loss[-1]:.3f}, accuracy {state.epochs.accuracy[-1]:.1%};"
            f" test loss {state.epochs.test_loss[-1]:.3f}, accuracy {state.epochs.test_accuracy[-1]:.1%}."
        )
    return text + " Weights of twelve hidden units as images, weight histograms, and ten probabilities of one digit."
