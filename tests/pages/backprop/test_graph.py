"""The Computation graph page: presets, typed text, what the board asks, steps of descent, and the code of it all."""

import json

import numpy as np
import pytest

from engine.backprop.graph_presets import PRESETS
from engine.errors import InvalidInput
from pages.backprop.graph_variables import parse_variables, taken, written
from tests.pages.reading import data_of, plain


@pytest.fixture
def page(app):
    opened = app.switch_page("pages/backprop/graph.py").run()
    assert not opened.exception
    return opened


def board(page):
    found = [item for item in page.get("bidi_component") if item.key == "graph_board"][-1]
    return data_of(found)


def of(page, what):
    """Values or gradients by the nodes' names."""
    shown = board(page)
    names = [node["name"] for node in shown["drawing"]["nodes"]]
    return dict(zip(names, shown[what], strict=True))


def preset(page, name):
    page.selectbox(key="graph_preset").set_value(name).run()
    assert not page.exception
    return page


def typed(page, text, key="graph_text"):
    page.text_input(key=key).set_value(text).run()
    assert not page.exception
    return page


def ask(page, count="1", **change):
    """The board sends a message."""
    shown = board(page)
    message = {
        "values": [item["values"] for item in shown["variables"]],
        "chosen": None,
        "rest": True,
        "toggle": "",
        "version": shown["drawing"]["version"],
        "count": count,
    }
    page.session_state["graph_board"] = {"ask": message | change}
    page.run()
    assert not page.exception
    return board(page)


def errors(page):
    return " ".join(plain(item) for item in page.error)


def test_it_opens_with_the_first_example_of_the_book(page):
    assert page.title[0].value == "Computation graph"
    values, gradients = of(page, "values"), of(page, "gradients")
    assert [values[name] for name in ("x", "w", "b", "y_true", "x1", "x2", "loss")] == list("2314673")
    assert (gradients["w"], gradients["b"]) == ("2", "1")
    assert [item["text"] for item in board(page)["tape"]] == [
        "x1 = x × w",
        "x2 = x1 + b",
        "x3 = y_true − x2",
        "loss = |x3|",
    ]
    assert "d_w = d_x1 * x" in page.code[0].value and "jnp.abs(y_true - (x * w + b))" in page.code[1].value


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset(page, name):
    preset(page, name)
    shown, gradients = board(page), of(page, "gradients")
    assert [item["name"] for item in shown["variables"]] == list(PRESETS[name].variables)
    assert [item["high"] for item in shown["variables"]] == [item.high for item in PRESETS[name].variables.values()]
    expected = {
        "second": {"w": "3", "b": "1"},
        "scalar": {"x": "2"},
        "tensor": {"x": [["2", "2"], ["2", "2"]]},
        "affine": {"b": [["2", "2"]]},
        "relu": {"b": "0"},
    }
    for variable, gradient in expected.get(name, {}).items():
        assert gradients[variable] == gradient
    corner = "relu has a corner" in " ".join(note["text"] for note in shown["notes"])
    assert corner == (name == "relu")


def test_the_board_sends_values_and_everything_follows(page):
    shown = ask(page, values=[[3.0], [2.0], [3.0], [8.0]], count="5")
    values, gradients = of(page, "values"), of(page, "gradients")
    assert shown["answered"] == "5" and values["loss"] == "1" and (gradients["w"], gradients["b"]) == ("3", "1")
    assert "x = np.array(3.0)" in page.code[0].value
    assert shown["forward"][0]["text"] == "x1 = x × w = 3 × 2 = 6."
    ask(page, values=[[9.0], [9.0], [9.0], [9.0]], count="5")
    assert of(page, "values")["loss"] == "1", "a message counts once"
    refused = ask(page, values=[[1e9], [2.0], [3.0], [8.0]], count="6")
    assert "“x” may hold numbers from" in refused["refused"] and of(page, "values")["loss"] == "1"
    assert ask(page, values=[[1.0]], count="7")["refused"]
    old = shown["drawing"]["version"]
    preset(page, "paths")
    assert ask(page, values=[[9.0]], version=old, count="8")["variables"][0]["values"] == [1.0]


def test_a_chosen_box_gets_its_paths(page):
    preset(page, "paths")
    found = ask(page, chosen=0, values=[[2.0]])["paths"]
    assert found["heading"] == "From x to y: three paths." and len(found["lines"]) == 3
    slope = np.sin(2) + 2 * np.cos(2) + 4
    assert found["total"].endswith(f"= {slope:.4g}.")
    assert ask(page, chosen=99, count="2")["paths"] is None
    preset(page, "affine")
    tensors = ask(page, chosen=1, count="3")["paths"]
    assert tensors["heading"] == "From W to y: one path." and "[[1.25, 1.25], [1.25, 1.25]]" in tensors["total"]


def test_a_typed_expression(page):
    typed(page, "x = 2, y = [1, -2]", "graph_values")
    typed(page, "sum(y) * x ** 3")
    assert of(page, "gradients")["x"] == "−12" and of(page, "gradients")["y"] == [["8", "8"]]
    assert page.latex[0].value.strip("$\n") == r"\mathrm{loss} = \operatorname{sum}\left(y\right) x^{3}"
    before = board(page)["drawing"]
    typed(page, "x = 3, y = [1, -2]", "graph_values")
    assert board(page)["drawing"] == before and of(page, "gradients")["y"] == [["27", "27"]]


@pytest.mark.parametrize(
    ("text", "sentence", "column"),
    [
        ("x * q", "“q” at character 5 is unknown", 5),
        ("abs(y_true - (x * w", "not complete at character", None),
        ("sum(x) + [1]", "is not part of an expression", 10),
        ("", "The expression is empty", None),
        ("softmax(x)", "at character 1", 1),
    ],
)
def test_what_cannot_be_read_is_marked_and_the_last_graph_stays(page, text, sentence, column):
    before = board(page)["drawing"]
    typed(page, text)
    assert sentence in errors(page) and board(page)["drawing"] == before
    if column:
        assert f"{text}\n{' ' * (column - 1)}▲" in [item.value for item in page.code]


def test_variables_that_do_not_serve_the_expression(page):
    typed(page, "x = 2", "graph_values")
    assert "“y_true” at character 5 is unknown" in errors(page)
    assert [node["name"] for node in board(page)["drawing"]["nodes"]] == ["x"]
    typed(page, "x = 2, w = [1, 2], b = 1, y_true = ", "graph_values")
    assert "value of “y_true” is empty" in errors(page)
    typed(page, "x = 2, w = [1, 2], b = 1, y_true = 4", "graph_values")
    assert not page.error and of(page, "gradients")["w"] == [["−2", "2"]]


def test_division_by_zero_is_said_with_the_box_named(page):
    typed(page, "x = 0", "graph_values")
    typed(page, "1 / x")
    note = board(page)["notes"][0]
    assert "is divided by x = 0" in note["text"] and board(page)["drawing"]["nodes"][note["node"]]["name"] == "loss"


def test_steps_of_descent_lower_the_loss_and_lead_back(page):
    lines = " ".join(plain(item) for item in page.markdown)
    assert "w − 0.1 × 2 = 3 − 0.2 = 2.8" in lines and "b − 0.1 × 1 = 1 − 0.1 = 0.9" in lines
    page.button(key="graph_step").click().run()
    values = {item["name"]: item["values"][0] for item in board(page)["variables"]}
    assert values == pytest.approx({"x": 2, "w": 2.8, "b": 0.9, "y_true": 4})
    assert of(page, "values")["loss"] == "2.5"
    page.select_slider(key="graph_rate").set_value(0.01).run()
    page.button(key="graph_ten").click().run()
    figure = json.loads(
        next(data_of(item)["figure"] for item in page.get("bidi_component") if item.key == "graph_losses")
    )
    np.testing.assert_allclose(figure["data"][0]["y"], [3, 2.5, *(2.5 - 0.05 * np.arange(1, 11))], rtol=1e-6)
    assert "After 11 steps loss = 2; it fell" in " ".join(plain(item) for item in page.markdown)
    page.button(key="graph_reset").click().run()
    assert of(page, "values")["loss"] == "3"
    page.multiselect(key="graph_moving_x_w_b_y_true").set_value(["b"]).run()
    page.button(key="graph_step").click().run()
    assert [item["values"][0] for item in board(page)["variables"]] == pytest.approx([2, 3, 0.99, 4])


def test_a_step_that_runs_away_is_not_taken(page):
    typed(page, "x = 900", "graph_values")
    typed(page, "x ** 4")
    page.button(key="graph_ten").click().run()
    assert "would leave the numbers" in page.warning[0].value
    assert board(page)["variables"][0]["values"] == [900.0]


def test_a_result_of_several_numbers_has_a_gradient_but_no_descent(page):
    typed(page, "x = [[1, 2], [3, 4]]", "graph_values")
    typed(page, "2x + 3")
    assert of(page, "gradients")["x"] == [["2", "2"], ["2", "2"]]
    assert "Descent lowers one number" in " ".join(item.value for item in page.markdown)


def test_keys_begin_with_the_page(page):
    kinds = (page.button, page.selectbox, page.text_input, page.select_slider, page.multiselect)
    keys = [item.key for kind in kinds for item in kind] + [item.key for item in page.get("bidi_component")]
    assert keys and all(key.startswith("graph_") for key in keys)


@pytest.mark.parametrize(("text", "sentence"), [
    ("", "no variable yet"), ("x", "“x” at character 1 is not"), ("x = 1, 2", "“2” at character 8 is not"),
    ("x = 1, x = 2", "“x” is given twice, again at character 8"), ("sum = 1", "name of a function"),
    ("x = nan", "“x” may hold numbers from"), ("x = 1e7", "“x” may hold numbers from"), ("x = [1, [2]]", "ragged"),
    ("x = []", "1 to 64 elements"), ("9x = 1", "“9x” is not"),
])  # fmt: skip
def test_variables_that_cannot_be_read(text, sentence):
    with pytest.raises(InvalidInput, match=sentence.replace("(", r"\(")):
        parse_variables(text)


def test_variables_are_written_as_they_are_read():
    text = "x = 2, W = [[1, 2], [3, 4]], b = [0.5, -1.0]"
    found = parse_variables(text)
    assert written(found) == text
    assert (found["W"].low, found["W"].high, found["W"].weight, found["x"].weight) == (-10, 10, True, False)
    assert parse_variables("x = 250")["x"].high == 1000
    values = taken(found, [[1.0], [1.0, 2.0, 3.0, 4.0], [0.0, 0.0]])
    assert values["W"].tolist() == [[1, 2], [3, 4]]
    with pytest.raises(InvalidInput, match="“W” has 4 numbers; 1 came"):
        taken(found, [[1.0], [1.0], [0.0, 0.0]])
