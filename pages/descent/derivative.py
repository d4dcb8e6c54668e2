"""Derivative: a point and a second one at distance epsilon, dragged; the secant becomes the tangent."""

import streamlit as st

from engine.descent import derivative
from engine.descent.derivative import PRESETS, STEP, Preset
from engine.typed import expressions
from pages.shell import layout, share
from pages.shell.typed import typed, typeset
from viz.components.tangent_board import Data, Place, tangent_board
from viz.descent import derivative as derivative_viz
from viz.descent import derivative_snippets as snippets

TYPED = "typed"
WINDOW = (-4.0, 4.0)
FIRST = {"x": 1.0, "epsilon": 1.0}


def own(text: str) -> Preset:
    """A reader's formula of x in the usual window."""
    expressions.parse(text)
    return Preset("Your own function", text, WINDOW, FIRST["x"])


def mathematics(chosen: Preset) -> str:
    """The function as LaTeX."""
    return rf"f(x) = {expressions.tex(chosen.expression)}"


def choose() -> tuple[str, Preset]:
    """The function picked or typed, and its name."""
    titles = {name: preset.title for name, preset in PRESETS.items()} | {TYPED: "Your own function"}
    left, right = st.columns(2, gap="large")
    share.default("derivative_function", "square", titles)
    name = left.selectbox(
        "Function", list(titles), format_func=titles.get, key="derivative_function", persist_state="session"
    )
    with right.container():
        if name == TYPED:
            names = ", ".join(expressions.FUNCTIONS)
            chosen = typed(
                "f(x) =",
                own,
                key="derivative_text",
                default="x^2 / 4 + sin(2x)",
                help=f"Numbers, x, + − * / ^, brackets, pi, e, and {names}.",
                tex=mathematics,
            )
        else:
            chosen = PRESETS[name]
            typeset(mathematics(chosen), key="derivative_formula")
    return name, chosen


@st.cache_data(max_entries=64, show_spinner=False)
def studied(text: str, window: tuple[float, float], version: str, start: float) -> Data:
    """The function on its window, as the board takes it; the same for every reader."""
    study = derivative.study(expressions.parse(text), window)
    return derivative_viz.board(
        study,
        version=version,
        place=FIRST | {"x": start},
        alt=f"The function {text} with a point, a secant and the tangent. Left and right arrow keys move the point, "
        "up and down change epsilon, minus turns its side.",
    )


def placed(name: str, chosen: Preset) -> Place:
    """Where the points stand: as the board last said of this function, else at its start."""
    low, high = chosen.window
    if said := (st.session_state.get("derivative_board") or {}).get("place"):
        st.session_state[f"derivative_place_{said['version']}"] = (said["x"], said["epsilon"])
    x, epsilon = share.default(
        f"derivative_place_{name}",
        (float(chosen.start), FIRST["epsilon"]),
        lambda place: low <= place[0] <= high and 0 < abs(place[1]) <= high - low,
    )
    return {"x": x, "epsilon": epsilon}


@share.fragment
def board() -> None:
    """Choose a function; the board; its code."""
    name, chosen = choose()
    place = placed(name, chosen)
    shown = studied(chosen.text, chosen.window, name, chosen.start)
    tangent_board({**shown, "place": place}, key="derivative_board")
    layout.code(
        "derivative",
        snippets.derivative(chosen.expression, **place, window=chosen.window, step=STEP),
        note="Let go of a point and the code follows.",
    )


layout.opening(
    "Derivative",
    "Take a second point at distance **ε** (epsilon) from x. The line through both is the **secant**. As ε shrinks, it "
    "turns into the **tangent**, whose slope is the **derivative** f′(x): how fast f changes at x. Drag either point.",
)
board()
layout.notice(
    "Close to x, f(x + ε) is almost f(x) + f′(x) · ε. Half the ε leaves a quarter of the error: slope 2 on axes in "
    "powers of ten.",
    "float32 keeps about 7 digits. Below some ε only its rounding is left. An error of exactly 0 sits hollow on the "
    "lower edge.",
    "A red triangle marks a place without a derivative. JAX answers a number there all the same. At a hollow triangle "
    "there is a derivative, and JAX answers another number.",
    f"x moves in steps of 1/{round(1 / STEP)}, and every number shown is computed at that x.",
)
layout.try_this(
    "Choose cos(x) and compare its derivative with −sin(x).",
    "Choose |x| and press “Go where it fails”: which slope has the secant from the left, which from the right?",
    "Type `relu(x) − relu(−x)`. It is just x; what does JAX answer at 0?",
)
