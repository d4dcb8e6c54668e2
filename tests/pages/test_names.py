"""What a screen reader says of controls: Streamlit hands a label on as it is written, so no Markdown stands in it."""

import ast
from pathlib import Path

import pytest

PAGES = Path(__file__).resolve().parents[2] / "pages"
NAMED = {
    "checkbox", "color_picker", "date_input", "file_uploader", "multiselect", "number_input", "pills", "radio",
    "segmented_control", "select_slider", "selectbox", "slider", "text_area", "text_input", "toggle",
}  # fmt: skip
"""Widgets whose aria-label is their label's source; a button is named by what is drawn on it."""


def labels(source: str):
    """The constant parts of every text that a call passes first, or as its label, to such a widget or to a function
    of the house that makes one.
    """
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        made_here = any(isinstance(argument, ast.Lambda) for argument in call.args)
        if name in NAMED or made_here:
            first = [*call.args[:1], *(word.value for word in call.keywords if word.arg == "label")]
            for part in (part for argument in first for part in ast.walk(argument)):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


@pytest.mark.parametrize("path", sorted(PAGES.rglob("*.py")), ids=lambda path: str(path.relative_to(PAGES)))
def test_no_label_has_marks_that_would_be_read_aloud(path):
    for label in labels(path.read_text(encoding="utf-8")):
        assert not {"*", "`", "\\"} & set(label) and ":material/" not in label, label


def test_the_search_finds_labels():
    found = list(labels('st.slider(f"**a** {x}", 1)\nbox("key", 1)\ntyped("**x**: values", lambda text: text)'))
    assert "**a** " in found and "**x**: values" in found and "key" not in found
