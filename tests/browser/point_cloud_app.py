"""A sheet rolled up in space, a plane with a grid, and digits with pictures, for the tests of the point cloud."""

import numpy as np
import streamlit as st
from streamlit import runtime

from pages.shell import server
from viz.components.point_cloud import point_cloud
from viz.geometry.clouds import Cloud, Stage, sheet_lines

SIDE = 39


def rolled(amount: float, height: float) -> np.ndarray:
    """(SIDE², 3): a sheet of size 2, rolled up more and more."""
    u, v = np.meshgrid(np.linspace(-1, 1, SIDE), np.linspace(-1, 1, SIDE))
    angle = amount * np.pi * (u + 1)
    radius = 1 / (amount * np.pi) + height if amount else 1
    roll = [radius * np.sin(angle), v, radius * (1 - np.cos(angle))] if amount else [u, v, np.full_like(u, height)]
    return np.stack(roll, -1).reshape(-1, 3)


def sheets() -> Cloud:
    """Two sheets, from rolled to flat, in nine stages."""
    count = SIDE * SIDE
    stages = [
        Stage(
            f"Layer {k}", np.concatenate([rolled(2 - k / 4, 0.0), rolled(2 - k / 4, 0.1)]), f"rolled {2 - k / 4} times"
        )
        for k in range(9)
    ]
    return Cloud(
        tuple(stages),
        np.repeat([0, 1], count),
        ("red sheet", "blue sheet"),
        ("loss", "data"),
        "Two sheets that unroll.",
        lines=sheet_lines(SIDE, SIDE),
    )


def plane() -> Cloud:
    """A grid of corners and eight points, under a shear."""
    corners = np.stack(np.meshgrid(np.linspace(-2, 2, 9), np.linspace(-2, 2, 9)), -1).reshape(-1, 2)
    points = np.concatenate([corners, np.array([[1.0, 0.5], [-1, 1], [0, -1], [np.nan, 0]])])
    stages = (Stage("Input", points, "as it came"), Stage("Output", points @ np.array([[1, 0], [0.8, 1]]), "sheared"))
    return Cloud(
        stages,
        np.array([0] * 81 + [0, 1, 1, 0]),
        ("inside", "outside"),
        ("data", "loss"),
        "A sheared grid.",
        lines=sheet_lines(9, 9),
        grid=range(81),
        axes=("x[0]", "x[1]"),
    )


def digits() -> Cloud:
    """Forty digits as numerals with pictures, one of them marked."""
    rng = np.random.default_rng(0)
    images = np.zeros((40, 28, 28), np.uint8)
    images[np.arange(40), np.arange(40) % 28] = 255
    return Cloud(
        (Stage("Pixels", rng.normal(size=(40, 3))),),
        np.arange(40) % 10,
        tuple("0123456789"),
        tuple(f"digit{k}" for k in range(10)),
        "Digits.",
        signs="digits",
        images=images,
        notes=[f"number {k}" for k in range(40)],
        marked=(3,),
    )


if runtime.exists():
    point_cloud(sheets(), key="sheets", scrub_label="Layer", start=0)
    point_cloud(plane(), key="plane", height=360, scrub_label="Layer")
    point_cloud(digits(), key="digits", height=320)
    st.write("end")
else:
    app = st.App(__file__, routes=server.ROUTES, lifespan=server.lifespan)
