"""Geometry: vectors added head to tail; an object of the plane under W @ x + b, relu after it."""

import streamlit as st

from pages.geometry import geometry_map, geometry_vectors
from pages.shell import data, layout

layout.opening(
    "Geometry",
    "Tensor operations move points. Adding a vector shifts the plane, multiplying by a matrix W turns, stretches, "
    "skews or mirrors it, and relu folds it. Everything here can be dragged; the numbers follow.",
)
digits = data.digits("geometry")
geometry_vectors.show()
st.header("An object under W @ x + b", anchor=False)
st.markdown(
    "A **linear map** multiplies every point x by a matrix: `y = W @ x`. With a vector b added, it is an **affine "
    "map**. Drag the heads of the two coloured arrows, the columns of W, or the head of b; or type numbers."
)
geometry_map.show(digits)
