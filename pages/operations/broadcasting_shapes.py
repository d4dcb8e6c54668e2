"""The controls of the page Broadcasting: examples, the operation, and shapes that are typed or dragged."""

import streamlit as st

from engine.operations.broadcasting import NAMES, Shape
from engine.operations.elementwise import OPERATIONS
from engine.typed.literals import parse_shape
from pages.shell import session as shell
from pages.shell import share
from pages.shell.arrays import BATCH
from pages.shell.typed import typed

MAX_RANK = 6
DRAGGED_TO = 12
DEFAULTS = {"a": "(3, 4)", "b": "(4,)", "c": ""}
NETWORK = "x @ W1 + b1"
EXAMPLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "(32, 10) + (10,)": ("add", ("(32, 10)", "(10,)", "")),
    "Maximum of rank 4 and rank 2": ("maximum", ("(64, 3, 32, 10)", "(32, 10)", "")),
    "Vector times scalar": ("multiply", ("(5,)", "()", "")),
    "Column and row": ("add", ("(4, 1)", "(1, 5)", "")),
    "Three tensors": ("add", ("(2, 1, 3)", "(4, 1)", "(3,)")),
    NETWORK: ("add", ()),
    "No fit": ("add", ("(3, 4)", "(3,)", "")),
}
BINARY = [name for name, operation in OPERATIONS.items() if operation.arity == 2]


def network_shapes() -> tuple[Shape, Shape]:
    """The shapes of x @ W1 for one batch, and of b1, in the current network."""
    width = shell.current().network().params.b1.shape
    return (BATCH, *width), width


def is_real(shapes: tuple[Shape, ...]) -> bool:
    """Whether the numbers are the network's: its example was taken, and the shapes are still those."""
    return st.session_state.broadcasting_real and shapes == network_shapes()


def take_example(title: str) -> None:
    """The operation and the shapes of an example; whether the numbers are the real network's."""
    operation, texts = EXAMPLES[title]
    texts = texts or (*map(str, network_shapes()), "")
    st.session_state.broadcasting_operation = operation
    st.session_state.broadcasting_real = title == NETWORK
    st.session_state.update({f"broadcasting_{name}": text for name, text in zip(NAMES, texts, strict=True)})


def take_shapes(shapes: tuple[Shape, ...]) -> None:
    """Other shapes, for the same operation."""
    st.session_state.update({f"broadcasting_{name}": str(shape) for name, shape in zip(NAMES, shapes, strict=False)})


def parse_optional(text: str) -> Shape | None:
    """The shape of c: None if nothing is typed."""
    return parse_shape(text, what="the shape of “c”", max_rank=MAX_RANK) if text.strip() else None


def chosen() -> tuple[str, tuple[Shape, ...]]:
    """The operation, and the shapes of a, b and perhaps c."""
    share.default("broadcasting_operation", "add", BINARY)
    share.default("broadcasting_real", False)
    with st.container(horizontal=True):
        for number, title in enumerate(EXAMPLES):
            st.button(title, key=f"broadcasting_example_{number}", on_click=take_example, args=(title,))
    columns = st.columns(4)
    operation = columns[0].selectbox(
        "Operation",
        BINARY,
        key="broadcasting_operation",
        persist_state="session",
        format_func=lambda name: f"{OPERATIONS[name].title} ({OPERATIONS[name].symbol})",
    )
    shapes = []
    for column, name in zip(columns[1:], NAMES, strict=True):
        with column:
            label = f"Shape of {name}" + (" (empty for none)" if name == "c" else "")
            shapes.append(
                typed(label, _parser(name), key=f"broadcasting_{name}", default=DEFAULTS[name], still="Still in force:")
            )
    found = tuple(shape for shape in shapes if shape is not None)
    _renew_sliders(found)
    with st.expander("Drag the sizes", key="broadcasting_drag"):
        for name, shape in zip(NAMES, found, strict=False):
            _sliders(name, shape)
    return operation, found


def _parser(name: str):
    if name == "c":
        return parse_optional
    return lambda text: parse_shape(text, what=f"the shape of “{name}”", max_rank=MAX_RANK)


def _renew_sliders(shapes: tuple[Shape, ...]) -> None:
    """New sliders for shapes that no slider made: one the browser still knows would send its old size back."""
    state = st.session_state
    if shapes not in (state.get("broadcasting_shapes"), state.get("broadcasting_dragged")):
        state.broadcasting_sliders = state.get("broadcasting_sliders", 0) + 1
    state.broadcasting_shapes = shapes


def _sliders(name: str, shape: Shape) -> None:
    """One slider for each axis of a tensor; axes come and go on its left."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Add an axis to {name}",
            key=f"broadcasting_grow_{name}",
            on_click=_grow,
            args=(name,),
            disabled=len(shape) >= MAX_RANK,
        )
        st.button(
            f"Remove one from {name}",
            key=f"broadcasting_shrink_{name}",
            on_click=_shrink,
            args=(name,),
            disabled=not shape,
        )
    for axis, column in zip(range(-len(shape), 0), st.columns(max(len(shape), 1)), strict=False):
        number = st.session_state.broadcasting_sliders
        key = f"broadcasting_size_{number}_{name}_{-axis}"
        st.session_state.setdefault(key, shape[axis])
        most = st.session_state.setdefault(f"{key}_most", max(DRAGGED_TO, shape[axis]))
        column.slider(f"{name}, axis {axis}", 0, most, key=key, on_change=_resize, args=(number, name, axis))


def _resize(number: int, name: str, axis: int) -> None:
    if number != st.session_state.broadcasting_sliders:
        return  # The browser spoke of a slider that is gone.
    shapes = list(st.session_state.broadcasting_shapes)
    shape = list(shapes[NAMES.index(name)])
    shape[axis] = st.session_state[f"broadcasting_size_{number}_{name}_{-axis}"]
    shapes[NAMES.index(name)] = tuple(shape)
    st.session_state.broadcasting_dragged = tuple(shapes)
    st.session_state[f"broadcasting_{name}"] = str(tuple(shape))


def _grow(name: str) -> None:
    shape = st.session_state.broadcasting_shapes[NAMES.index(name)]
    st.session_state[f"broadcasting_{name}"] = str((2, *shape))


def _shrink(name: str) -> None:
    shape = st.session_state.broadcasting_shapes[NAMES.index(name)]
    st.session_state[f"broadcasting_{name}"] = str(shape[1:])
