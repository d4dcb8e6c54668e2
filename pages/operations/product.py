"""Tensor product: two tensors meet, row by column; four ways to add up one result; the order of the two."""

from typing import Any

import streamlit as st

from engine.operations import product
from pages.operations import product_operands, product_speed
from pages.shell import arrays, data, layout, share
from pages.shell import session as shell
from pages.shell.weights import WEIGHTS, WHERE_TO_RUN
from pages.training import dense_layer
from viz.components.live_cells import live_cells
from viz.operations import product_snippets as snippets
from viz.operations.product import MAX_CELL, MAX_HEIGHT, cut_words, product_scene
from viz.operations.product_rule import commuted_scene, misfit_html, misfit_scene, rule_html

ORDERS = {"dot": "Dot", "outer": "Outer", "rows": "Rows", "columns": "Columns"}
EXPLAINED = {
    "dot": "Cell by cell: a row of x and a column of y are multiplied pairwise and summed, their *dot product*.",
    "outer": "Term by term: a column of x times a row of y fills a whole table, their *outer product*; the tables add.",
    "rows": "Row by row: the rows of y, each times a number of one row of x, add up to one row of the result.",
    "columns": "Column by column: the columns of x, each times a number of one column of y, add up to one column.",
}


@share.fragment
def explore() -> None:
    """x, y, the box diagram, the other order, and the code of just that."""
    digits = data.digits("product")
    named = {name: found.array for name, found in arrays.real_arrays(digits).items() if name != "x"}
    left, right = st.columns([1, 2], gap="large")
    with left:
        x, y, problem = product_operands.ask(named)
    if problem:
        no_product(x, y, problem, left, right)
        explain()
        return
    found = product.product_shape(x.array.shape, y.array.shape)
    left.html(rule_html(x.array.shape, y.array.shape, found))
    with right:
        order = picture(x, y, found)
    st.subheader("Does the order of the two matter?", anchor=False)
    commuted = product.commuted(x.array, y.array)
    st.markdown(commuted.sentence)
    scene = commuted_scene(x.array, y.array, product.matmul(x.array, y.array), commuted)
    live_cells(scene, key="product_commuted", max_cell=40, max_height=300)
    explain()
    network = shell.current().network()
    code = snippets.product_code(x, y, order, named["digit"], WEIGHTS[network.name])
    layout.code("product", code, note=WHERE_TO_RUN[network.name] if x.text or y.text else "")


def no_product(x: product.Operand, y: product.Operand, problem: str, left: Any, right: Any) -> None:
    """The two shapes and the two tensors of which the sentence beside the boxes speaks, and nothing computed."""
    left.html(misfit_html(x.array.shape, y.array.shape))
    with right:
        st.markdown("These two have no product here, so there is no picture of one. The two themselves:")
        scene = misfit_scene(x.array, y.array, problem, product_operands.editable(x, y))
        live_cells(
            scene, key="product_picture", max_cell=MAX_CELL, max_height=MAX_HEIGHT, on_change=product_operands.take_edit
        )


def picture(x: product.Operand, y: product.Operand, product_shape: product.ProductShape) -> str:
    """The box diagram, played in the order chosen; returns that order."""
    share.default("product_order", "dot", ORDERS)
    order = st.segmented_control(
        "Four ways to add up the same products",
        list(ORDERS),
        key="product_order",
        wrap=True,
        required=True,
        format_func=ORDERS.get,
        persist_state="session",
    )
    playable = product.playable(product_shape)
    scene = product_scene(
        x.array,
        y.array,
        product.matmul(x.array, y.array),
        product_shape,
        product.partial_products(x.array, y.array, order) if playable else None,
        order,
        editable=product_operands.editable(x, y),
    )
    st.markdown(EXPLAINED[order] if playable else cut_words(scene))
    live_cells(
        scene,
        key="product_picture",
        max_cell=MAX_CELL,
        max_height=MAX_HEIGHT,
        start_at_end=True,
        on_change=product_operands.take_edit,
    )
    return order


def explain() -> None:
    """What to notice and to try."""
    layout.notice(
        "The axis that x and y share has one colour in both. It is summed away; the others stay, in their order.",
        "All four ways make the same multiplications, added in another order.",
        "A row of the result needs one row of x and all of y: each sample of a batch keeps to itself.",
    )
    layout.try_this(
        "Point at a cell of the result, then at a cell of x. Double-click a cell of x or y to change it.",
        "“Two square matrices”: one order swaps columns, the other rows.",
        "“Sizes that do not fit”: which sizes must be equal?",
    )


layout.opening(
    "Tensor product",
    "`x @ y`, also called *dot product* or *matrix multiplication*: every row of x meets every column of y, their "
    "numbers are multiplied pairwise, and the products are summed into one cell.",
)
explore()
dense_layer.unit()
product_speed.speed()
