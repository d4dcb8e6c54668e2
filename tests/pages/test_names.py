"""What a screen reader says of controls: Streamlit hands a label on as it is written, so no Markdown stands in it."""

import ast
from pathlib import Path

import pytest

from pages.shell.chapter import LESSONS
from tests.pages.test_share import opened  # noqa: F401, a fixture

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


QUICK = {"elementwise", "tensors"}
STEMS = [pytest.param(lesson.stem, marks=[] if lesson.stem in QUICK else [pytest.mark.slow]) for lesson in LESSONS]


def options(app):
    """What can be chosen on this page, as it is written on it: segments and pills are Markdown, the rest is plain."""
    for group in app.get("button_group"):
        yield from (option.content for option in group.proto.options)
    for kind in ("radio", "selectbox", "multiselect"):
        for widget in app.get(kind):
            for option in widget.options:
                assert not {"`", "\\"} & set(option), option  # a star is a star there: multiply (*)
                yield option


@pytest.mark.parametrize("stem", STEMS)
def test_every_option_has_a_letter_or_a_numeral(opened, stem):  # noqa: F811
    app = opened(stem)
    assert not app.exception
    for option in options(app):
        assert any(sign.isalnum() for sign in option), option


def test_the_search_finds_options(opened):  # noqa: F811
    found = list(options(opened("elementwise")))
    assert r"power \*\*" in found and "typed" in found


@pytest.mark.parametrize("path", sorted(PAGES.rglob("*.py")), ids=lambda path: str(path.relative_to(PAGES)))
def test_segments_and_pills_go_on_in_a_second_line_where_a_phone_would_cut_them(path):
    for call in (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)):
        if getattr(call.func, "attr", "") in {"pills", "segmented_control"}:
            named = {word.arg: word.value for word in call.keywords}
            assert "wrap" in named and ast.literal_eval(named["wrap"]) is True, f"line {call.lineno}"
