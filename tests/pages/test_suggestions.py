"""What a page suggests to type can be pasted into its box: every text in code of Try this and What to notice is."""

import ast
import re
from pathlib import Path

import pytest

from tests.cases import some
from tests.pages.reading import plain
from tests.pages.test_share import opened  # noqa: F401, a fixture

PAGES = Path(__file__).resolve().parents[2] / "pages"
OWN = {"derivative": "function=typed", "descent": "kind=curve&curve=typed"}
INDEX = "slicing_index_train_images"
BOXES = {
    "tensors": {"[[1, 2], [3]]": "tensors_text", "[[[5]]]": "tensors_text"},
    "dtypes": dict.fromkeys(("16777216, 16777217", "nan, inf, -0.0, 1e-45"), "dtypes_numbers"),
    "slicing": {
        "::-1": "slicing_index_digit",
        "2": INDEX,
        "2:3": INDEX,
        "[2]": INDEX,
        "10:100": INDEX,
        "10:100, 0:28, 0:28": INDEX,
        "7:-7": INDEX,
        "7:21": INDEX,
        "4:5": INDEX,
    },
    "reshaping": {
        "-1": "reshaping_target",
        "[1, 2, 3]": "reshaping_source",
        "()": "reshaping_target",
        "(2, -1)": "reshaping_target",
    },
    "elementwise": dict.fromkeys(("-7", "2", "nan"), "elementwise_x_text"),
    "broadcasting": {
        "(4, 1)": "broadcasting_a",
        "(1, 5)": "broadcasting_b",
        "(3,)": "broadcasting_b",
        "(3, 4)": "broadcasting_a",
    },
    "derivative": {"relu(x) − relu(−x)": "derivative_text"},
    "descent": {"log(x) + 1/x": "descent_text_curve"},
    "graph": {
        "x = 2, w = 3, b = 1, y_true = 4": "graph_values",
        "x = 3, w = 2, b = 3, y_true = 8": "graph_values",
        "log(x) / x": "graph_text",
    },
    "network": dict.fromkeys(("10", "1e10"), "network_learning_rate_box"),
    "batches": dict.fromkeys(("100", "1", "60,000"), "batches_size_box"),
}
"""The box of each suggestion, by page."""
REFUSED = {
    ("tensors", "[[1, 2], [3]]"): "ragged",
    ("reshaping", "()"): "a reshape keeps every element",
    ("reshaping", "(2, -1)"): "not divisible by 2",
    ("broadcasting", "(3, 4)"): "axis -1 has 4 and 3",
}
"""Suggested for what the app then says: the reader is asked why."""
NOT_TYPED = {
    "from_scratch": {"weights", "memory", "update = sgd"},
    "uncrumple": {"x + gesture(x)"},
    "layer_stack": {"0"},
    "slicing": {"digit"},
}
"""Names and lines of code, and a number for the cells that only a browser has."""


def points(source: str):
    """Every point of layout.notice and layout.try_this in a page's source, its constant parts."""
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        if getattr(call.func, "attr", "") in ("notice", "try_this"):
            for point in call.args:
                yield "".join(part.value for part in ast.walk(point) if isinstance(getattr(part, "value", 0), str))


def suggestions() -> dict[str, set[str]]:
    found = {
        path.stem: {code for point in points(path.read_text(encoding="utf-8")) for code in re.findall("`(.+?)`", point)}
        for path in PAGES.rglob("*.py")
    }
    return {stem: codes for stem, codes in found.items() if codes}


def test_every_suggestion_is_pasted_somewhere():
    known = {stem: set(BOXES.get(stem, ())) | NOT_TYPED.get(stem, set()) for stem in {*BOXES, *NOT_TYPED}}
    assert suggestions() == known


def test_what_is_to_be_typed_stands_as_code():
    for path in PAGES.rglob("*.py"):
        for point in points(path.read_text(encoding="utf-8")):
            assert not re.search(r"(\bType|\b(?:and|then) type) (?!`|another)", point), (path.name, point)


@pytest.mark.parametrize("stem", some(BOXES, every=3))
def test_what_is_suggested_is_accepted(opened, stem):  # noqa: F811
    app = opened(stem, OWN.get(stem, ""))
    for text, key in BOXES[stem].items():
        if key == "slicing_index_digit":
            app.session_state["slicing_choice"] = "digit"
            app.run()
        elif key == INDEX:
            app.session_state["slicing_choice"] = "train_images"
            app.run()
        app.text_input(key=key).set_value(text).run()
        assert not app.exception
        said = [plain(error) for error in app.error]
        wanted = REFUSED.get((stem, text))
        assert [wanted in sentence for sentence in said] == [True] if wanted else said == [], (text, said)
        assert app.text_input(key=key).value == text
