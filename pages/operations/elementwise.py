"""Element-wise operations: two tensors cell by cell, and the race of loops against vectors."""

import numpy as np
import streamlit as st

from engine.errors import InvalidInput
from engine.operations.elementwise import OPERATIONS, apply_alike, count, hidden_sums
from engine.tensors.tensors import literal, typeable, with_entry
from engine.typed.literals import parse_array
from pages.operations.race import race
from pages.shell import arrays, data, layout, share
from pages.shell import session as shell
from pages.shell.refusal import refuse
from pages.shell.typed import typed
from pages.shell.weights import WEIGHTS, WHERE_TO_RUN
from viz.components.live_cells import Edit, live_cells
from viz.operations import elementwise as elementwise_viz
from viz.operations import elementwise_snippets as snippets
from viz.operations.elementwise import Operand

TYPED = "typed"
DEFAULTS = {"x": "[[1, 2, 3], [4, 5, 6]]", "y": "[[10, 20, 30], [40, 50, 60]]"}
PRESETS: dict[str, tuple[str, dict[str, str]]] = {
    "Two matrices": ("add", {f"{name}_text": text for name, text in DEFAULTS.items()}),
    "Division by zero": ("divide", {"x_text": "[7, 0, -7, 2.5]", "y_text": "0"}),
    "Comparison": ("greater", {"x_text": "[1, 5, 3, nan]", "y_text": "[2, 4, 3, nan]"}),
    "Overflow: digit + digit": ("add", {"x": "digit", "y": "digit"}),
    "relu in the network": ("relu", {"x": snippets.SUMS}),
}
FILLS = {"digit": "ink", "batch": "ink", "W1": "signed", "b1": "signed", "hidden": "signed", snippets.SUMS: "signed"}


def take_preset(title: str) -> None:
    """The operation and both operands of a preset; what it does not name is as typed."""
    operation, named = PRESETS[title]
    values = {"x": TYPED, "y": TYPED} | named
    st.session_state.update({f"elementwise_{key}": value for key, value in values.items()})
    st.session_state.elementwise_operation = operation


def take_edit() -> None:
    """A number was typed into a cell: the text of x or y becomes the new tensor. What is no number is refused."""
    edit: Edit | None = st.session_state.elementwise_picture.get("edit")
    st.session_state.elementwise_edit_error = ""
    if not edit:
        return
    try:
        shown = st.session_state.elementwise_shown[1][edit["block"]].array
        text = literal(with_entry(shown, edit["index"], edit["text"]))
        st.session_state[f"elementwise_{'xy'[edit['block']]}_text"] = text
    except InvalidInput as error:
        st.session_state.elementwise_edit_error = str(error)


def real_arrays() -> dict[str, np.ndarray]:
    """The real tensors there is code for, and what the hidden layer holds before relu."""
    wants_batch = "batch" in (st.session_state.elementwise_x, st.session_state.elementwise_y)
    found = arrays.real_arrays(data.digits("elementwise") if wants_batch else None)
    real = {name: found[name].array for name in snippets.REAL if name in found}
    return real | {snippets.SUMS: hidden_sums(*(found[name].array for name in ("x", "W1", "b1")))}


def choose(name: str) -> Operand:
    """x or y: typed, or a real tensor."""
    key = f"elementwise_{name}"
    source = st.selectbox(f"{name} is", [TYPED, *snippets.REAL], key=key, persist_state="session")
    with st.container():
        if source == TYPED:
            label = f"{name}: a number, or lists of numbers in square brackets"
            array = typed(
                label, parse_array, key=f"{key}_text", default=DEFAULTS[name], still=f"Still in force, {name} ="
            )
            return Operand(name, array, editable=typeable(array))
        found = real_arrays()
        if source not in found:
            st.caption("The batch is not here yet; the digit is shown in its place.")
        source = source if source in found else "digit"
        return Operand(source, found[source], FILLS[source])


def picture(operation: str, operands: list[Operand]) -> list[Operand]:
    """The cells; where an operation is refused its sentence, and the picture before it. Returns what is shown."""
    with st.container():
        try:
            result = apply_alike(operation, *(operand.array for operand in operands))
            st.session_state.elementwise_shown = operation, operands, result
        except InvalidInput as error:
            refuse(error)
            if len({operand.array.shape for operand in operands} - {()}) > 1:
                st.caption("The page “Broadcasting” shows which other shapes go together.")
    operation, operands, result = st.session_state.elementwise_shown
    scene = elementwise_viz.elementwise_scene(operation, operands, result)
    live_cells(scene, key="elementwise_picture", max_height=420, start_at_end=True, on_change=take_edit)
    with st.container():
        if problem := st.session_state.get("elementwise_edit_error"):
            refuse(problem)
    counts = count(operation, [operand.array for operand in operands], result)
    sentence = elementwise_viz.result_sentence(operation, operands, result, counts)
    st.markdown(f"{sentence} {elementwise_viz.left_out(scene)}".strip())
    return operands


@share.fragment
def compute() -> None:
    """The operation, the operands, the picture, what to notice and try, and the code."""
    share.default("elementwise_operation", "add", OPERATIONS)
    for name in "xy":
        share.default(f"elementwise_{name}", TYPED, [TYPED, *snippets.REAL])
    with st.container(horizontal=True):
        for number, title in enumerate(PRESETS):
            st.button(title, key=f"elementwise_preset_{number}", on_click=take_preset, args=(title,))
    operation = st.segmented_control(
        "Operation",
        list(OPERATIONS),
        key="elementwise_operation",
        wrap=True,
        required=True,
        persist_state="session",
        format_func=elementwise_viz.button,
    )
    left, right = st.columns(2, gap="large")
    with left:
        operands = [choose("x")]
    with right:
        if OPERATIONS[operation].arity == 2:
            operands.append(choose("y"))
        else:
            st.caption("relu(x) = max(x, 0) needs no y.")
    shown = picture(operation, operands)
    st.page_link(
        "pages/operations/broadcasting.py", label="Shapes that differ: Broadcasting", icon=":material/open_in_full:"
    )
    layout.notice(
        "Each result depends on one pair of cells alone, so all could be computed at once.",
        "Whole numbers have fixed limits and wrap around; decimal numbers have inf and nan instead.",
        "The network applies relu to all 512 sums of its hidden layer.",
    )
    layout.try_this(
        "Press Play, then point at a cell of the result.",
        "Add the digit to itself: strong ink wraps around beyond 255.",
        "Divide `-7` by `2` with // and with %. Why is the first -4?",
        "Compare `nan` with `nan`.",
    )
    network = shell.current().network()
    image = shell.current().scored_digit()[0]
    code = snippets.elementwise(
        st.session_state.elementwise_shown[0],
        ["" if operand.editable or operand.name in "xy" else operand.name for operand in shown],
        [operand.array for operand in shown],
        image=np.asarray(image),
        weights=WEIGHTS[network.name],
    )
    layout.code("elementwise", code, note=WHERE_TO_RUN[network.name] if any(o.fill for o in shown) else "")


layout.opening(
    "Element-wise operations",
    "An **element-wise** operation takes each cell by itself: the numbers at one place of x and of y give the number "
    "at that place of the result. **relu**, max(x, 0), needs only x.",
)
compute()
race()
