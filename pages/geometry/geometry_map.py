"""An object under y = W @ x + b, relu after it: dragged, typed, played; determinant, eigenvectors, singular values."""

from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st

from engine.digits.mnist import Digits
from engine.errors import InvalidInput
from engine.geometry import geometry, geometry_measures, geometry_shapes
from engine.geometry.geometry import PRESETS, PlaneMap
from pages.shell import layout, share
from pages.shell import session as shell
from pages.shell.refusal import refuse
from viz.components.plane_board import plane_board
from viz.geometry import geometry as geometry_viz
from viz.geometry import geometry_snippets as snippets

LAYERS = {"area": True, "eigen": False, "ellipse": False, "before": True}
EXAMPLE = 4
"""The test digit shown, dark on light, where no photo is uploaded."""


def entries(plane: PlaneMap) -> dict[str, Any]:
    """The map as lists."""
    return {"W": plane.W.tolist(), "b": plane.b.tolist(), "relu": plane.relu}


FIRST = entries(PRESETS["rotation"].example) | {"chosen": "letter", "preset": "rotation", "layers": LAYERS}
CHECKS: dict[str, share.Check] = {
    "W": lambda W: geometry.require(W, [0, 0]),
    "b": lambda b: geometry.require(np.eye(2), b),
    "preset": PRESETS,
}


def settled() -> dict[str, Any]:
    """The map and how it is shown, as the board last left it; what is refused changes nothing."""
    known = share.parts("geometry_map_known", FIRST, CHECKS)
    known.setdefault("version", 1)
    sent = (st.session_state.get("geometry_map_board") or {}).get("settings")
    if sent and sent["version"] == known["version"] and sent["preset"] in PRESETS:
        with suppress(InvalidInput):
            plane = geometry.require(np.reshape(sent["W"], (2, 2)), sent["b"], relu=sent["relu"])
            layers = {name: bool(sent["layers"].get(name)) for name in geometry_viz.LAYERS}
            known |= entries(plane) | {"chosen": sent["chosen"], "preset": sent["preset"], "layers": layers}
    return known


def take_upload() -> None:
    """The reader's photo becomes the object; what is no picture is refused and changes nothing."""
    st.session_state.geometry_upload_error = ""
    file = st.session_state.geometry_upload
    if file is None:
        return
    try:
        st.session_state.geometry_photo = geometry_shapes.picture_from_upload(file.getvalue())
    except InvalidInput as error:
        st.session_state.geometry_upload_error = str(error)
        return
    known = settled()
    known |= {"chosen": "photo", "version": known["version"] + 1}


def pictures(digits: Digits | None) -> dict[str, tuple[str, np.ndarray]]:
    """The reader's digit or a test digit as ink, and the reader's photo or a test digit in grey, with titles."""
    found = {}
    image, _, title = shell.current().scored_digit()
    if digits is not None or shell.current().drawn is not None:
        found["digit"] = "Your own digit" if title.startswith("Your") else title.removesuffix(", scored"), image
    photo = st.session_state.get("geometry_photo")
    if photo is not None:
        found["photo"] = "Your photo", photo
    elif digits is not None:
        paper = geometry_shapes.dark_on_light(digits.test_images[EXAMPLE])
        found["photo"] = f"A picture: test digit {EXAMPLE}, until you upload your own", paper
    return found


def offer_upload() -> None:
    """A picture file from the reader, and beside it what was wrong with the last one."""
    with st.expander("Use your own photo, or a digit you draw", icon=":material/image:"):
        st.file_uploader(
            "A photo or picture file; it is shown with at most 48 × 48 pixels",
            key="geometry_upload",
            on_change=take_upload,
        )
        with st.container():
            if problem := st.session_state.get("geometry_upload_error"):
                refuse(problem)
        st.page_link("pages/digits/drawing.py", label="Draw a digit of your own for this page", icon=":material/draw:")


@share.fragment
def show(digits: Digits | None) -> None:
    """The board, the upload, what to notice, and the code of this map."""
    known = settled()
    plane = geometry.require(known["W"], known["b"], relu=known["relu"])
    images = pictures(digits)
    objects = geometry_viz.shapes(images)
    chosen = known["chosen"] if known["chosen"] in objects else "grid"
    shares = geometry_measures.direction_shares(plane), objects[chosen].shares(plane)
    board = geometry_viz.map_board(
        plane,
        geometry_measures.measure(plane.W),
        geometry_measures.classify(plane),
        shares,
        objects,
        chosen=chosen,
        preset=known["preset"],
        layers=known["layers"],
        version=known["version"],
    )
    plane_board(board, key="geometry_map_board")
    offer_upload()
    image = images["digit"][1] if "digit" in images else np.zeros((28, 28), np.uint8)
    frame = geometry_shapes.frame(*(images["photo"][1].shape[:2] if "photo" in images else (1, 1)))
    say_what_to_notice()
    layout.code("geometry", snippets.map_code(plane, chosen, image=image, frame=frame))


def say_what_to_notice() -> None:
    """What to notice, and things to try."""
    layout.notice(
        "The columns of W are where the arrows [1, 0] and [0, 1] go. They decide where everything else goes.",
        "Lines stay straight and parallel under every W and b. Only relu folds them, at the axes.",
        "Every area grows by the same factor, the determinant. Where it is 0, points land on each other, and no map "
        "can undo that.",
    )
    layout.try_this(
        "Drag the head of one arrow across the line of the other. What happens to the sign of the determinant?",
        "Choose “Rotation” and show the eigenvectors: at which angles are there any?",
        "Choose “Affine + relu” and press “Play”. Then drag b until relu changes nothing.",
    )
