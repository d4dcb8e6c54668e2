"""Draw a digit: ink on a canvas, the network's ten probabilities, and every step between the two."""

import base64
import secrets

import numpy as np
import streamlit as st

from engine.digits import drawing, upload
from engine.digits.mnist import Digits
from engine.errors import InvalidInput
from pages.shell import canvas, data, layout, share
from pages.shell import session as shell
from pages.shell.refusal import refuse
from pages.shell.typed import typed_whole
from pages.shell.weights import WEIGHTS, WHERE_TO_RUN
from viz.digits import drawing as drawing_viz
from viz.digits import drawing_snippets as snippets

session = shell.current()
canvas.prepare()


def place_test_digit() -> None:
    """The test digit of the chosen number, on the board."""
    digits = shell.loader().poll().digits
    number = st.session_state.drawing_number
    if digits is None or number is None:
        return
    caption = f"Test digit {number} of {data.name(digits)}; its label is {digits.test_labels[number]}."
    canvas.place(drawing.canvas_from_digit(digits.test_images[number]), caption)
    st.session_state.drawing_beneath = number
    st.session_state.drawing_reading = None


def place_linked(digits: Digits) -> None:
    """The test digit a link has under the ink: the ink, which the browser takes from the link, stays."""
    number = share.default("drawing_beneath", None, share.between(0, len(digits.test_labels) - 1), kind=int)
    if number is None or st.session_state.drawing_picture is not None:
        return
    ink = st.session_state.drawing_kept["strokes"]
    st.session_state.drawing_number = number
    place_test_digit()
    st.session_state.drawing_kept |= {"strokes": ink}


def place_random_digit() -> None:
    """Any test digit, on the board."""
    st.session_state.drawing_number = secrets.randbelow(10_000)
    place_test_digit()


def place_upload() -> None:
    """The reader's picture, on the board; what is no picture of a digit is refused and changes nothing."""
    st.session_state.drawing_upload_error = ""
    file = st.session_state.drawing_upload
    if file is None:
        return
    try:
        place_reading(upload.read(upload.grey_from_upload(file.getvalue())))
    except InvalidInput as error:
        st.session_state.drawing_upload_error = str(error)


def flip_reading() -> None:
    """The same picture with ink and paper the other way round."""
    reading = st.session_state.drawing_reading
    try:
        place_reading(upload.read(reading.grey, dark_ink=not reading.dark_ink))
    except InvalidInput as error:
        st.session_state.drawing_upload_error = str(error)


def place_reading(reading: upload.Reading) -> None:
    """The ink of a picture file, on the board; how it was read is kept, to be shown."""
    st.session_state.drawing_upload_error = ""
    st.session_state.drawing_reading = reading
    canvas.place(reading.canvas, "Your picture.")


def offer_test_digits(digits: Digits) -> None:
    """A number, or chance, puts one of the 10,000 test digits on the board."""
    place_linked(digits)
    share.default("drawing_number", 0, share.between(0, len(digits.test_labels) - 1))
    last = len(digits.test_labels) - 1
    typed_whole(
        f"Number of a test digit ({data.name(digits)}), 0 to {last}",
        what="the number of a test digit",
        key="drawing_number",
        high=last,
        changed=place_test_digit,
    )
    with st.container(horizontal=True):
        st.button("Put it on the canvas", key="drawing_place", on_click=place_test_digit)
        st.button("Random test digit", key="drawing_random", icon=":material/shuffle:", on_click=place_random_digit)


def offer_upload() -> None:
    """A picture of a digit from the reader, and beside it what was wrong with the last one."""
    st.file_uploader("Your own photo or picture file of one digit", key="drawing_upload", on_change=place_upload)
    if problem := st.session_state.drawing_upload_error:
        refuse(problem)
    if (reading := st.session_state.drawing_reading) and st.session_state.drawing_kept["base"]:
        show_reading(reading)


def show_reading(reading: upload.Reading) -> None:
    """How the reader's picture was understood, what the network gets of it, and the other way to read it."""
    picture, image = drawing_viz.reading_pictures(reading, drawing.normalize(reading.canvas).centred)
    st.markdown(drawing_viz.reading_sentence(reading))
    with st.container(horizontal=True):
        st.image(picture, caption="Your picture", width="content")
        st.image(image, caption="What the network gets", width="content")
    st.button(
        "Ink and paper are the other way round",
        key="drawing_flip",
        icon=":material/invert_colors:",
        on_click=flip_reading,
    )


def seen_image() -> np.ndarray:
    """(28, 28) uint8: what the network sees of the drawing as kept; blank without ink."""
    try:
        answer = shell.predict({"session": session.token} | st.session_state.drawing_kept)
        return np.frombuffer(base64.b64decode(answer["centred"]["bytes"]), np.uint8).reshape(28, 28)
    except (InvalidInput, KeyError):
        return np.zeros((28, 28), np.uint8)


layout.opening(
    "Draw a digit",
    "Draw a digit from 0 to 9. At every movement of your pen a **neural network**, the 784-512-10 network of this "
    "chapter, says how probable each digit is. Below you see what happens to your ink, and which of its pixels decide.",
)
network = session.network()
with st.expander("Start from a test digit, or from your own picture", icon=":material/image:"):
    digits = data.digits("drawing")
    left, right = st.columns(2, gap="large")
    with left:
        if digits is None:
            st.markdown("A test digit can be chosen as soon as the digits are here.")
        else:
            offer_test_digits(digits)
    with right:
        offer_upload()
canvas.board("drawing_board")
st.page_link(
    "pages/training/network.py", label="Train a network of your own; this page will then use it", icon=":material/hub:"
)
layout.notice(
    "Half a digit often looks like another one.",
    "Small or large, left or right: after cropping, fitting and centring the network sees nearly the same picture, "
    "made as its training digits were.",
    "Pixels without ink speak too: ink in the hole of a 0 would speak against a 0.",
)
layout.try_this(
    "Draw a 4 whose top is open and close it slowly. When does it become a 9?",
    "Draw something that is no digit: the network cannot say “none”.",
    "Draw a 1, choose 7 below, and add ink where its pixels say +.",
)
layout.code(
    "drawing",
    snippets.prediction(seen_image(), WEIGHTS[network.name]),
    note=WHERE_TO_RUN[network.name],
)
