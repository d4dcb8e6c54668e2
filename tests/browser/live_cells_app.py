"""A page with live cells in several shapes: what the browser tests take hold of."""

import numpy as np
import streamlit as st
from streamlit import runtime

from pages.shell import server
from viz.components.live_cells import live_cells
from viz.tensors import cells
from viz.tensors.cells import Frame, Relation, Scene


def sums() -> Scene:
    """x + y, cell by cell, side by side or, on a phone, one below the other."""
    x, y = np.arange(6).reshape(2, 3), np.arange(10, 16).reshape(2, 3)
    blocks = tuple(cells.tensor_block(array, name) for array, name in ((x, "x"), (y, "y"), (x + y, "sum")))
    layouts = [cells.tensor_layout(block, number) for number, block in enumerate(blocks)]
    names = [block.name for block in blocks]
    wide = cells.arrange(layouts, names=names, between=["+", "="])
    narrow = cells.arrange(layouts, names=names, between=["+", "="], narrow=True, downward=True)
    first = cells.first_cells(blocks)
    frames = [Frame("Two tensors and their sum.")]
    relations = {}
    for k in range(6):
        lit = {"data": [first[0] + k], "weights": [first[1] + k], "prediction": [first[2] + k]}
        hidden = {first[2] + later: "" for later in range(k + 1, 6)}
        frames.append(Frame(f"Cell {k}.", lit=lit, texts=hidden))
        relations[first[2] + k] = Relation(lit, f"{k} + {10 + k} = {10 + 2 * k}")
    return Scene(blocks, (wide,), tuple(frames), "x plus y", narrow=(narrow,), relations=relations)


def travelling() -> Scene:
    """(3, 4) reshaped to (2, 6): the cells travel."""
    block = cells.tensor_block(np.arange(12).reshape(3, 4), "x", fill="data")
    other = cells.tensor_block(np.arange(12).reshape(2, 6), "x")
    poses = tuple(
        cells.arrange([cells.tensor_layout(item)])._replace(thread=tuple(range(12))) for item in (block, other)
    )
    frames = (Frame("(3, 4)"), Frame("(2, 6)", pose=1, seconds=1.2))
    return Scene((block,), poses, frames, "A reshape")


def page() -> None:
    st.title("Cells")
    cube = np.arange(45).reshape(3, 3, 5)
    live_cells(sums(), key="sums")
    live_cells(travelling(), key="travelling")
    values = st.session_state.setdefault("values", cube)
    block = cells.tensor_block(values, "cube", editable=True)
    state = live_cells(cells.tensor_scene(block, "A cube"), key="cube", picks=True)
    st.write(f"edit {state.get('edit')}")
    st.write(f"pick {state.get('pick')}")
    deep = cells.tensor_block(np.arange(2 * 2 * 2 * 3 * 3).reshape(2, 2, 2, 3, 3), "deep")
    live_cells(cells.tensor_scene(deep, "Rank 5"), key="deep")
    image = (np.add.outer(np.arange(28), np.arange(28)) * 4).astype(np.uint8)
    images = cells.tensor_block(np.tile(image, (9, 1, 1)), "images", limit=28, fill="ink")
    live_cells(cells.tensor_scene(images, "Images"), key="images")
    for key, array in (("scalar", np.array(12)), ("vector", np.array([12, 3, 6, 14, 7])), ("long", np.zeros(60_000))):
        live_cells(cells.tensor_scene(cells.tensor_block(array, key), key), key=key)


if runtime.exists():
    page()
else:
    app = st.App(__file__, routes=server.ROUTES, lifespan=server.lifespan)
