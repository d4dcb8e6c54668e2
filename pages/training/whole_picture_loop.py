"""The training loop of the reader's own run: its buttons, its picture, and the links out of it."""

from dataclasses import replace

import streamlit as st

from engine.digits.mnist import Digits
from engine.training import whole_picture
from engine.training.runner import OVER, Runner, Snapshot
from engine.training.training import Settings, State
from pages.shell import chapter, layout, session
from pages.shell.refusal import refuse
from pages.training import run_buttons
from viz.components.loop_board import Data, loop_board
from viz.training import whole_picture as whole_picture_viz
from viz.training.whole_picture_snippets import turn_snippets

POLL_SECONDS = 0.4
STEP_SECONDS = 2.0
TITLES = {each.stem: each.title for each in chapter.LESSONS}


def loop(digits: Digits | None) -> None:
    """The buttons and the picture; without digits the buttons wait, and the picture keeps its place."""
    here = session.current()
    if digits is not None and here.digits is not digits and (here.runner is None or here.runner.poll().state == "new"):
        here.prepare(digits, settings())
    state = here.runner.poll() if here.runner else None
    _buttons(here, digits, state)
    st.fragment(_picture, run_every=POLL_SECONDS if state and state.state == "running" else None)()


def settings() -> Settings:
    """Of the run at hand; the usual ones before there is one."""
    runner = session.current().runner
    return runner.poll().settings if runner else Settings()


def shown() -> tuple[Snapshot, bool]:
    """The run as it was before the turn drawn, and whether that turn is made.

    While the run goes on, that is the turn it makes next; when it stands still, the last one if it was made singly
    here, else the one to come.
    """
    now = session.current().runner.poll()
    before: Snapshot | None = st.session_state.get("whole_picture_before")
    if before is not None and _same_run(before, now) and before.update + 1 == now.update:
        return before, True
    return now, now.state == "running"


def _same_run(one: Snapshot, other: Snapshot) -> bool:
    return one.checkpoints[0] is other.checkpoints[0]


def _buttons(here: session.Session, digits: Digits | None, state: Snapshot | None) -> None:
    """Train, one turn, stop, reset. A run that is over can only begin anew."""
    known = state.state if state else "new"
    running = known == "running"
    waiting = state is None or digits is None

    def anew() -> Runner:
        return here.prepare(digits, settings())

    # A single turn may be over before the picture is drawn: the buttons must follow then, too.
    st.session_state["whole_picture_was_running"] = running
    with st.container(horizontal=True, vertical_alignment="center", key="whole_picture_buttons"):
        run_buttons.train(here, known, anew, key="whole_picture_train", disabled=waiting)
        blocked = running or waiting or known in OVER
        st.button("One turn", key="whole_picture_step", on_click=_step, disabled=blocked)
        run_buttons.stop(here, known, key="whole_picture_stop")
        run_buttons.reset(known, anew, key="whole_picture_reset", disabled=waiting)


def _step() -> None:
    """One update of the reader's run; the picture will show how it came about."""
    runner = session.current().runner
    before = runner.poll()
    if before.state not in ("new", "paused"):
        return
    st.session_state["whole_picture_before"] = before
    st.session_state["whole_picture_staged"] = True
    runner.step()
    runner.wait(STEP_SECONDS)


def _picture() -> None:
    _open_page()
    here = session.current()
    data = _board() if here.runner else whole_picture_viz.empty_board(TITLES, Settings())
    staged = st.session_state.pop("whole_picture_staged", False)
    loop_board(data, key="whole_picture_board", count=st.session_state.get("whole_picture_count", 0), staged=staged)
    _status(here.runner.poll() if here.runner else None)
    was_running = st.session_state.get("whole_picture_was_running", False)
    st.session_state["whole_picture_was_running"] = running = here.training
    if was_running and not running:
        st.rerun()


def _board() -> Data:
    """What the board draws; made again only when the turn or the run's state differs from the last picture's."""
    before, made = shown()
    now = session.current().runner.poll()
    known = st.session_state.get("whole_picture_known")
    version = before.update, made, now.state, now.update, before.learning_rate
    if known and known[0] is before.checkpoints[0] and known[1] == version:
        return known[2]
    train = session.placed(session.current().digits)[0]
    taken = whole_picture.batch(before.settings, before.update, len(train.labels))
    state = State(before.params, before.optimizer_state)
    turn = whole_picture.turn(state, train, taken, before.learning_rate, optimizer=before.settings.optimizer)
    moment = whole_picture_viz.Moment(
        now.state, before.settings, before.learning_rate, now.update, before.total, made, now.loss
    )
    data = whole_picture_viz.board(turn, taken, moment, TITLES)
    st.session_state["whole_picture_known"] = before.checkpoints[0], version, data
    st.session_state["whole_picture_count"] = st.session_state.get("whole_picture_count", 0) + 1
    return data


def _status(state: Snapshot | None) -> None:
    """Progress and speed, or that the run is over, always in one line's place."""
    if state is None:
        st.progress(0.0, text="**Waiting for the digits**")
        return
    words = whole_picture_viz.status(
        whole_picture_viz.Moment(
            state.state, state.settings, state.learning_rate, state.update, state.total, False, state.loss
        ),
        state.updates_per_second,
        state.seconds,
    )
    st.progress(state.update / state.total, text=words)
    with st.container():
        if state.message:
            refuse(state.message)


def _open_page() -> None:
    """Switch to the page whose link in the picture was clicked; the session, and with it the run, goes along."""
    asked = (st.session_state.get("whole_picture_board") or {}).get("open")
    if not asked or asked["count"] == st.session_state.get("whole_picture_opened"):
        return
    st.session_state["whole_picture_opened"] = asked["count"]
    if asked["stem"] in whole_picture_viz.STEMS:
        st.switch_page(chapter.lesson(asked["stem"]).file)


def code(digits: Digits | None) -> None:
    """The turn in the picture as programs."""
    wanted, number, per_epoch = settings(), 1, 469
    if session.current().runner is not None:
        before, _ = shown()
        wanted = replace(wanted, learning_rate=before.learning_rate)
        number, per_epoch = before.update + 1, before.updates_per_epoch
    procedural = digits is not None and digits.source == "procedural"
    layout.code(
        "whole_picture",
        turn_snippets(wanted, number, per_epoch=per_epoch, procedural=procedural),
        note=f"Each program makes all turns up to turn {number:,}, the one in the picture, and prints its loss and the "
        "length of its step. The JAX one draws the same weights and batches as this page, and so prints the picture's "
        "numbers, unless the learning rate was changed on the way.",
    )
