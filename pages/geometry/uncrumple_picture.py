"""The ball and its way through the layers, live while the network trains; what it has come to; its figures."""

import io
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import numpy as np
import streamlit as st

from engine.background import Progress
from engine.geometry import crumpling, uncrumple, uncrumple_measures
from engine.geometry.crumpling import Crumple, Sheets
from engine.geometry.uncrumple import UPDATES, Settings, Trained
from engine.geometry.uncrumple_measures import Report
from pages.geometry.uncrumple_controls import chosen, trainings
from pages.shell import share
from pages.shell.refusal import refuse
from viz.components.live_figure import live_figure
from viz.components.point_cloud import point_cloud
from viz.geometry import uncrumple as uncrumple_viz
from viz.geometry.clouds import Cloud

POLL_SECONDS = 0.6
HEIGHT = 480
MOVED = "In ball radii, root mean square over the held-out points, averaged over the layers."
FLAT = (
    "How far the held-out points end from their own places on two flat sheets, along the sheet, in widths of a sheet, "
    "root mean square."
)


@lru_cache(maxsize=16)
def paper(crumple: Crumple) -> tuple[Sheets, Sheets, Sheets, float]:
    """The ball's shown and held-out points, its mesh, and the linear model's accuracy."""
    shown, other = crumpling.learned(crumple), crumpling.held_out(crumple)
    return shown, other, crumpling.mesh(crumple), uncrumple_measures.linear_model(shown, other)


def show(wanted: Settings) -> None:
    """The picture, its buttons and numbers; polled while training."""
    share.fragment(partial(_picture, wanted), run_every=_pace(wanted))()


def figures(wanted: Settings) -> None:
    """What the network has come to, and its figures; polled while training."""
    st.fragment(partial(_figures, wanted), run_every=_pace(wanted))()


def _pace(wanted: Settings) -> float | None:
    return POLL_SECONDS if trainings().poll(wanted).state == "running" else None


def _network(wanted: Settings) -> tuple[Progress[Trained], Trained, Report]:
    """The training now, the network it has come to, and what held-out points show of it."""
    now = trainings().poll(wanted)
    trained = now.latest or uncrumple.untrained(wanted)
    return now, trained, uncrumple_measures.report(trained.params, *paper(wanted.crumple)[:2])


def _picture(wanted: Settings) -> None:
    now, trained, report = _network(wanted)
    picture, beside = st.columns([2, 1], gap="medium")
    with beside:
        _progress(now)
        _numbers(trained, report, paper(wanted.crumple)[3])
        share.default("uncrumple_mesh", False)
        share.default("uncrumple_made", False)
        mesh = st.toggle("Lines on the paper", key="uncrumple_mesh", persist_state="session")
        made = st.toggle("How the ball was crumpled", key="uncrumple_made", persist_state="session")
    with picture:
        cloud = _crumpling(wanted.crumple, mesh) if made else _layers(trained, report, mesh)
        point_cloud(
            cloud,
            key="uncrumple_cloud",
            height=HEIGHT,
            scrub_label="Crumpled" if made else "Layer",
            start=len(cloud.stages) - 1,
        )
    _refresh(now.state == "running")


def _progress(now: Progress[Trained]) -> None:
    here, running = trainings(), now.state == "running"
    with st.container(horizontal=True):
        st.button(
            "Train again" if now.state in ("finished", "stopped") else "Train",
            type="primary",
            icon=":material/play_arrow:",
            key="uncrumple_train",
            disabled=running,
            on_click=lambda: here.train(chosen()),
        )
        st.button("Stop", icon=":material/stop:", key="uncrumple_stop", disabled=not running, on_click=here.stop)
    st.progress((now.latest.updates if now.latest else 0) / UPDATES, text=uncrumple_viz.status(now.state, now.latest))
    with st.container():
        if now.message:
            refuse(f"Training failed: {now.message}.")


def _numbers(trained: Trained, report: Report, linear: float) -> None:
    """Accuracy beside the linear model's, movement, and the distance from the flat sheets."""
    learnt = trained.updates > 0
    with st.container(horizontal=True):
        st.metric("Network", uncrumple_viz.percent(report.accuracy) if learnt else "–", width=130)
        st.metric("Linear model", uncrumple_viz.percent(linear), width=130, help=uncrumple_viz.LINEAR_HELP)
        st.metric("Moved per layer", f"{report.moved.mean():.2f}", width=130, help=MOVED)
        st.metric("From flat", f"{report.error:.1%}" if learnt else "–", width=130, help=FLAT)


def _layers(trained: Trained, report: Report, mesh: bool) -> Cloud:
    sheets, _, corners, _ = paper(trained.settings.crumple)
    places = uncrumple.stages(trained.params, np.concatenate([sheets.positions, corners.positions]))
    count = len(sheets.colors)
    return uncrumple_viz.network_cloud(
        trained, report, places[:, :count], sheets, places[:, count:] if mesh else None, crumpling.mesh_lines()
    )


def _crumpling(crumple: Crumple, mesh: bool) -> Cloud:
    strengths = [round(crumple.strength * part / 8, 4) for part in range(9)]
    made = [paper(Crumple(strength, crumple.seed)) for strength in strengths]
    return uncrumple_viz.crumpling_cloud(
        strengths,
        np.stack([each[0].positions for each in made]),
        made[0][0],
        np.stack([each[2].positions for each in made]) if mesh else None,
        crumpling.mesh_lines(),
    )


def _figures(wanted: Settings) -> None:
    _, trained, report = _network(wanted)
    linear = paper(wanted.crumple)[3]
    st.markdown(uncrumple_viz.verdict(trained, report, linear))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Layer by layer**")
        probes = ", ".join(f"{share:.1%}" for share in report.probes)
        live_figure(
            uncrumple_viz.layers_figure(report, linear),
            key="uncrumple_layers",
            height=330,
            alt=f"Accuracy of the best plane from the ball to the last layer: {probes}. Bars: their movement.",
        )
    with right:
        st.markdown("**Training**")
        alt = f"Loss and held-out accuracy over {trained.updates:,} updates."
        live_figure(uncrumple_viz.training_figure(trained), key="uncrumple_training", height=330, alt=alt)


def _refresh(running: bool) -> None:
    """The whole page once more when training has begun or ended: polling starts or stops."""
    was_running = st.session_state.get("uncrumple_was_running", False)
    st.session_state["uncrumple_was_running"] = running
    if was_running != running:
        st.rerun()


def file(wanted: Settings) -> Callable[[], bytes]:
    """What makes an .npz file of the network as it is then, and of its points, in whatever thread asks for it."""
    here = trainings()
    return lambda: written(here.poll(wanted).latest or uncrumple.untrained(wanted))


def written(trained: Trained) -> bytes:
    """An .npz file of the weights, of the shown points, colours and targets, and of the held-out ones."""
    shown, other, _, _ = paper(trained.settings.crumple)
    arrays: dict[str, Any] = {name: np.asarray(value) for name, value in trained.params._asdict().items()}
    for name, sheets in (("", shown), ("held_out_", other)):
        arrays[f"{name}points"] = sheets.positions
        arrays[f"{name}colors"], arrays[f"{name}targets"] = sheets.colors, uncrumple.targets(sheets)
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    return content.getvalue()
