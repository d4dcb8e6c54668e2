// What the app touches of Plotly's insides; tests/browser/test_seams.py fails when one of them is gone.

/** The data coordinate under a pixel of the plot's element. Clicks beside points bring none of their own. */
export const coordinateAt = (axis, pixel) => axis.p2d(pixel - axis._offset);

/** The layout with all that Plotly filled in itself, such as the ranges and the camera the reader has chosen. */
export const filledLayout = (plot) => plot._fullLayout;
