"""Real-world data: the axes of tables, time series, images and video, and the memory their shapes need."""

from contextlib import suppress
from functools import cache

import streamlit as st

from engine.errors import InvalidInput
from engine.tensors.descriptions import EXAMPLES, Description, parse_description
from engine.tensors.real_world import checked_view
from pages.shell import layout, share
from pages.shell.typed import typed
from viz.components.data_blocks import data_blocks
from viz.components.live_cells import live_cells
from viz.tensors.cells import Scene
from viz.tensors.real_world import channels_scene
from viz.tensors.real_world_snippets import shape_code

DEFAULT = "4 clips of 60 s at 4 frames/s, 256×144"


def keep() -> None:
    """A slider was let go or something chosen: this view is the page's from now on."""
    with suppress(InvalidInput):  # what no slider sends changes nothing
        st.session_state.real_world_view = checked_view(st.session_state.real_world_blocks.view or {})


def described() -> Description:
    """What the reader's own words describe; new words become the page's view, with what they leave open kept."""
    found = typed(
        "Describe data in your own words",
        parse_description,
        key="real_world_words",
        default=DEFAULT,
        help="For example: " + "; ".join(EXAMPLES),
        still="Last read:",
    )
    usual = found.view._asdict() | {"sizes": list(found.view.sizes)}
    linked = share.parts("real_world_place", usual)
    kept = st.session_state.setdefault("real_world_view", checked_view(linked))
    words = st.session_state.real_world_words_accepted
    if st.session_state.setdefault("real_world_read", words) != words:
        st.session_state.real_world_read = words
        open_still = {"dtype": kept.dtype, "channels_first": kept.channels_first}
        st.session_state.real_world_view = found.view._replace(
            **{name: value for name, value in open_still.items() if name not in found.said}
        )
    linked |= st.session_state.real_world_view._asdict()
    return found


@cache
def scene() -> Scene:
    """The small image, built once."""
    return channels_scene()


@share.fragment
def show() -> None:
    """The words, the blocks, and the code of what they show."""
    description = described()
    words = st.session_state.real_world_words_accepted
    data_blocks(
        key="real_world_blocks",
        view=st.session_state.real_world_view,
        words=words,
        described=description,
        refused=st.session_state.real_world_words != words,
        on_change=keep,
    )
    st.subheader("The same numbers, channels last and first", anchor=False)
    st.markdown(
        "An image of 2 × 3 pixels: red, orange, yellow above green, blue, violet. "
        "A **channel** holds how brightly each pixel shines in one of three colours, from 0 to 255."
    )
    live_cells(scene(), key="real_world_channels", max_height=320)
    layout.notice(
        "The first axis counts samples in all four kinds.",
        "Moving the channels changes only the order of the axes.",
        "A megabyte (MB) is 1,000,000 bytes, a mebibyte (MiB) 1,048,576.",
    )
    layout.try_this(
        "Choose the four clips, then uint8, in which cameras deliver pixels. What is left of the 425 MB?",
        "Describe your own photos. How many fit into a laptop's memory?",
        "Press “Channels first” for the 128 colour images and follow each colour to its new place.",
    )
    layout.code("real_world", shape_code(st.session_state.real_world_view))


layout.opening(
    "Real-world data",
    "Nearly all data come as one of four kinds of tensor, whose axes have a meaning by convention. The sizes of the "
    "axes, multiplied, give the number of **elements**; times the bytes per element, set by the **dtype**, the memory.",
)
show()
