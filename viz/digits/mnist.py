"""One digit as a picture and as the numbers it is made of."""

import numpy as np
import plotly.graph_objects as go

from viz import theme


def numbers_figure(image: np.ndarray) -> go.Figure:
    """All 784 values of a (28, 28) uint8 image, each printed in its pixel; hover for row, column and value."""
    figure = theme.figure(x_title="column (axis 1)", y_title="row (axis 0)")
    text = np.where(image > 0, image.astype(str), "·")
    figure.add_trace(
        go.Heatmap(
            z=image,
            zmin=0,
            zmax=255,
            colorscale=_FAINT_INK,
            showscale=False,
            name="pixels",
            text=text,
            texttemplate="%{text}",
            textfont={"size": 8, "color": theme.color("text")},
            xgap=1,
            ygap=1,
            hovertemplate="row %{y}, column %{x}: %{z}<extra></extra>",
        )
    )
    figure.update_xaxes(showgrid=False, zeroline=False, constrain="domain", side="top", dtick=4)
    return figure.update_yaxes(
        showgrid=False, zeroline=False, autorange="reversed", scaleanchor="x", constrain="domain", dtick=4
    )


_FAINT_INK = [[0.0, theme.color("surface")], [0.01, theme.color("panel")], [1.0, theme.color("halftone")]]
