"""The reader's drawing, small, scored by the network as it learns; the same drawing as on the page “Draw a digit”."""

from pages.shell import canvas


def board() -> None:
    """The canvas and ten probabilities, without what happens between."""
    canvas.prepare()
    canvas.board("whole_picture_drawing", compact=True)
