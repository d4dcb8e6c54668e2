"""Data types: the same numbers in seven types, down to the bits, and the network's step from uint8 to float32."""

import streamlit as st

from engine.tensors.dtypes import FORMATS, convert, inkiest, parse_numbers
from pages.shell import arrays, data, layout, share
from pages.shell.typed import typed
from viz.components.live_cells import live_cells
from viz.components.number_bits import number_bits
from viz.tensors import dtypes_snippets as snippets
from viz.tensors.dtypes import conversion_table, scaling_scene, wrapping_scene
from viz.verbatim import verbatim

DEFAULT = "3, 200, 255, 256, -1, 0.1, 100000, 1e39"
state = st.session_state
share.default("dtypes_chosen", (5, 5), lambda place: 0 <= place[0] < len(FORMATS) and 0 <= place[1] < 12)


def keep_choice() -> None:
    """Another cell of the table, by its data type and number."""
    if chosen := state.dtypes_table.chosen:
        state.dtypes_chosen = tuple(chosen)


@share.fragment
def explore(image) -> None:
    """Type numbers, see them in every data type, flip the bits of one; then pixels on their way to the network."""
    numbers = typed("Numbers, up to 12, with commas between them", parse_numbers, key="dtypes_numbers", default=DEFAULT)
    number_bits(conversion_table(numbers), key="dtypes_table", chosen=state.dtypes_chosen, on_change=keep_choice)
    row, column = state.dtypes_chosen
    form, number = list(FORMATS.values())[row], numbers[min(column, len(numbers) - 1)]
    layout.notice(
        "An integer type keeps the last bits of too large a number: in uint8, 256 becomes 0 and -1 becomes 255. No "
        "error is raised.",
        "A floating type keeps about 3 digits in float16, 7 in float32, 16 in float64. 0.1 is exact in none of them.",
    )
    layout.try_this(
        "Choose 200 as uint8, then as int8: the same bits, only the first one counts differently.",
        "Type `16777216, 16777217`: from there on float32 has no odd numbers.",
        "Type `nan, inf, -0.0, 1e-45`. Which fields of their bits are all ones or all zeros?",
    )
    st.header("What the network does with its pixels", anchor=False)
    st.markdown(
        "MNIST's pixels are stored as uint8. Before the first layer they become float32 and are divided by 255. Step "
        "through it on a part of a real digit."
    )
    top, left = inkiest(image, 4, 7)
    live_cells(scaling_scene(image[top : top + 4, left : left + 7]), key="dtypes_scaling")
    st.markdown(
        "Why not calculate in uint8? Make the pixels brighter with the slider: as soon as a sum passes 255, it "
        "**wraps around**. 200 + 100 gives 44."
    )
    top, left = inkiest(image, 1, 10)
    pixels = image[top, left : left + 10]
    live_cells(wrapping_scene(pixels), key="dtypes_wrapping", start_at_end=True)
    layout.code(
        "dtypes",
        snippets.conversion(number, form, convert(number, form).bits, pixels),
        note=f"It follows the cell chosen in the table: {verbatim(number.text)} as {form.name}.",
    )


layout.opening(
    "Data types",
    "A tensor's **dtype** says how each of its numbers is kept in memory: as how many **bits** (zeros and ones; 8 are "
    "a **byte**), and what each bit counts. The same number can come out differently.",
)
digits = data.digits("dtypes")
explore(arrays.real_arrays(digits)["digit"].array)
