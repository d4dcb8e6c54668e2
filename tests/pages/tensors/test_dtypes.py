"""The data types page, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.reading import data_of, plain

APP = Path(__file__).parents[3] / "app.py"


@pytest.fixture
def page(loaded) -> AppTest:
    return AppTest.from_file(APP, default_timeout=60).switch_page("pages/tensors/dtypes.py").run()


def table(page) -> dict:
    """What the number-bits component is given."""
    (found,) = [item for item in page.get("bidi_component") if item.key == "dtypes_table"]
    return data_of(found)["table"]


def test_the_page_shows_eight_numbers_in_seven_types(page):
    assert not page.exception
    shown = table(page)
    assert [number["text"] for number in shown["numbers"]] == ["3", "200", "255", "256", "-1", "0.1", "100000", "1e39"]
    assert [len(row) for row in shown["cells"]] == [8] * 7
    assert [item.key for item in page.get("bidi_component")] == ["dtypes_table", "dtypes_scaling", "dtypes_wrapping"]


def test_typed_numbers_reach_the_table_and_the_code(page):
    page.text_input(key="dtypes_numbers").set_value("0.5, 300").run()
    assert [number["text"] for number in table(page)["numbers"]] == ["0.5", "300"]
    assert table(page)["cells"][1][1]["shown"] == "44"
    # Column 5 is gone: the code shows the last number instead.
    assert "number = 300" in page.code[0].value


def test_what_cannot_be_read_is_said_and_the_last_numbers_stay(page):
    page.text_input(key="dtypes_numbers").set_value("1, 2").run()
    page.text_input(key="dtypes_numbers").set_value("1, two").run()
    assert len(page.error) == 1 and "two" in plain(page.error[0])
    assert [number["text"] for number in table(page)["numbers"]] == ["1", "2"]
    page.text_input(key="dtypes_numbers").set_value("7").run()
    assert not page.error


def test_the_code_follows_the_chosen_cell(page):
    assert "bits of float32" in page.code[0].value and "number = 0.1" in page.code[0].value
    page.session_state["dtypes_chosen"] = (1, 3)
    page.run()
    assert "bits of uint8" in page.code[0].value and "number = 256" in page.code[0].value
    assert '"00000000"  # 256 as uint8' in page.code[1].value


def test_numbers_survive_a_page_switch(page):
    page.text_input(key="dtypes_numbers").set_value("1e400").run()
    page.switch_page("pages/training/network.py").run()
    page.switch_page("pages/tensors/dtypes.py").run()
    assert page.text_input(key="dtypes_numbers").value == "1e400"
    assert table(page)["cells"][6][0]["loss"] == "overflow"


def test_every_key_begins_with_the_pages_name(page):
    widgets = [*page.text_input, *page.get("bidi_component")]
    assert widgets and all(widget.key.startswith("dtypes_") for widget in widgets)
