"""The training loop as one picture that is followed in place. See ``viz.training.whole_picture``."""

from typing import NotRequired, TypedDict

import streamlit as st

from viz.components import assets
from viz.packing import Packed


class Link(TypedDict):
    """A page a part of the picture leads to, by its stem; page: that page's title."""

    title: str
    stem: str
    page: str


class Part(TypedDict):
    """A box of the picture with its colour name and what it leads to."""

    key: str
    color: str
    links: list[Link]


class Stage(TypedDict):
    """A stage of a turn with its sentence; ahead: the sentence, without results, until it is reached."""

    key: str
    title: str
    text: str
    ahead: str


class Weights(TypedDict):
    """One layer's drawn weights: images (units, 28, 28) of W1, (units, 10) of W2; 128 is zero."""

    before: Packed
    after: Packed
    gradient: Packed
    step: Packed


class Curve(TypedDict):
    """Losses by turn, as many as are drawn."""

    turns: list[int]
    losses: list[float]


class Data(TypedDict):
    """What the picture shows; all but the first four only once there are digits, and then ``ready`` is True.

    probabilities: (digits, 10). norms: "weights", "gradient", "step" → parameter → norm, None where it is no number.
    """

    parts: list[Part]
    ready: bool
    story: list[Stage]
    headline: str
    running: NotRequired[bool]
    made: NotRequired[bool]
    turn: NotRequired[int]
    digits: NotRequired[Packed]
    labels: NotRequired[list[int]]
    hidden: NotRequired[Packed]
    active: NotRequired[list[int]]
    probabilities: NotRequired[list[list[float]]]
    W1: NotRequired[Weights]
    W2: NotRequired[Weights]
    loss: NotRequired[str]
    curve: NotRequired[Curve]
    norms: NotRequired[dict[str, dict[str, float | None]]]
    captions: NotRequired[dict[str, str]]


class Mounted(Data):
    """With what only this picture's place knows; see ``loop_board``. base: the path of the app, with slashes."""

    count: int
    staged: bool
    base: str


class Open(TypedDict):
    """A page asked for; count: never the same twice."""

    stem: str
    count: str


class State(TypedDict):
    """What the board last sent."""

    open: Open | None


def loop_board(shown: Data, *, key: str, count: int, staged: bool) -> State:
    """Show what ``viz.training.whole_picture.board`` or ``empty_board`` made.

    count: grows with every new picture. staged: whether its four stages light up one after another, as after a single
    turn; else it takes the last one's place at once.
    """
    base = st.get_option("server.baseUrlPath").strip("/")
    data: Mounted = {**shown, "count": count, "staged": staged, "base": f"/{base}/" if base else "/"}
    return assets.board("loop_board", data, key=key, states=["open"])
