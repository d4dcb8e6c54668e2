"""Whatever is typed, only what was read from it gets into a program: no text is copied."""

import ast

import numpy as np
import pytest

from engine.backprop import graph_expressions
from engine.descent import surfaces
from engine.errors import InvalidInput
from engine.operations import product
from engine.operations.broadcasting import Numbered
from engine.tensors import dtypes
from engine.tensors.dtypes import FORMATS
from engine.typed import expressions, index_syntax, literals
from engine.typed.programs import check
from viz.backprop import graph_snippets as graph
from viz.descent import derivative_snippets as derivative
from viz.descent import descent_snippets as descent
from viz.descent import settings_map_snippets as settings_map
from viz.operations import broadcasting_snippets as broadcasting
from viz.operations import product_snippets as product_snippets
from viz.tensors import batches_snippets as batches
from viz.tensors import dtypes_snippets as dtypes_snippets
from viz.tensors import slicing_snippets as slicing
from viz.tensors import tensors_snippets as tensors

IMAGE = np.zeros((28, 28), np.uint8)
NAMED = {"W1": np.zeros((784, 512), np.float32)}
CALL = "__import__('os').system('touch HOSTILE')"
PLACES = (
    "{}", "1, {}", "[{}]", "[1, 2]\n{}", "[1, 2] # {}", "1 #\r{}", "W1[{}]", "W1[0] # \n{}", "W1[0] #{}",
    "W1 #\x0c{}", "x[0]]; {} #", "x; {}", "(x)({})", "1 if {} else 2", "f'{{{}}}'", '"""{}', "lambda: {}",
    "x\u2028{}", "-\n1#{}", "[3,\n-\n1, # {}\n]", "x := {}", "({}, 1)", "W1[[{}]]", "1\\\n{}", "*{}", "x.{}",
    "1e3\x85{}", "Ｗ１[0:{}]",
)  # fmt: skip
CODES = (CALL, "HOSTILE()", "open('HOSTILE')", "x.__class__")


def an_array(text):
    return tensors.typed(literals.parse_array(text))


def a_shape(text):
    return broadcasting.broadcasting("add", [Numbered(literals.parse_shape(text, max_rank=4)), Numbered((1,))])


def an_index(text):
    return slicing.slicing("x", np.arange(4), index_syntax.parse_index(text))


def an_operand(text):
    operand = product.read_operand(text, NAMED)
    return product_snippets.product_code(operand, operand, "dot", IMAGE, "weights.npz")


def numbers(text):
    made = [
        dtypes_snippets.conversion(number, form, "01", [1])
        for number in dtypes.parse_numbers(text)
        for form in FORMATS.values()
    ]
    return {f"{k} {name}": source for k, each in enumerate(made) for name, source in each.items()}


def a_formula(text):
    expression = expressions.parse(text)
    made = derivative.derivative(expression, x=1.0, epsilon=0.5, window=(-1.0, 1.0), step=0.1)
    run = descent.descent(surfaces.typed(text, 1), "sgd", (1.0,), 0.1, 0.9)
    return made | {f"{library}, descent": source for library, source in run.items()}


def a_graph(text):
    values = {"x": np.array(2.0), "W1": np.ones(3)}
    found = graph_expressions.parse_graph(text, values)
    return graph.programs(found, graph_expressions.parse(text, tuple(values)), values)


def a_name(text):
    values = {text: np.array(2.0)}
    found = graph_expressions.parse_graph(f"{text} * 2", values)
    return graph.programs(found, graph_expressions.parse(f"{text} * 2", (text,)), values)


READERS = (an_array, a_shape, an_index, an_operand, numbers, a_formula, a_graph, a_name)
FINE = {
    an_array: "[[1, nan], (True, -inf)]",
    a_shape: "(3, 1)",
    an_index: "::2, newaxis",
    an_operand: "W1[newaxis, :4, [1, 2]]",
    numbers: "-1_000, 1e400",
    a_formula: "max(x, 2)^2 + pi",
    a_graph: "sum(W1 * x)",
    a_name: "y_true",
}


@pytest.mark.parametrize("read", READERS)
def test_typed_text_never_becomes_code(read):
    assert all(check(source) for source in read(FINE[read]).values())
    refused = 0
    for text in (place.format(code) for place in PLACES for code in CODES):
        try:
            made = read(text)
        except InvalidInput:
            refused += 1
            continue
        for source in made.values():
            # A comment may quote what was typed; nothing else does, and the program is one that is run.
            assert "HOSTILE" not in ast.unparse(check(source)), text
            assert "class" not in ast.unparse(check(source)), text
    assert refused >= 0.8 * len(PLACES) * len(CODES)


def test_a_part_of_a_tensor_is_written_anew():
    found = product.read_operand(" W1[ 0:4 ,\nnewaxis,[1,2]]", NAMED)
    assert found.text == "W1[0:4, None, [1, 2]]"
    assert product.read_operand("Ｗ１", NAMED).text == "W1"


def test_what_a_browser_sends_in_place_of_a_number_is_no_code():
    hostile = "0, 1\nPath('secret').read_bytes()\nn, m = 0"
    for made in (
        lambda: batches.batch(hostile, 128, procedural=False),
        lambda: settings_map.escape(hostile, 0.1, (0.5, 0.6)),
        lambda: derivative.derivative(expressions.parse("x"), x=1.0, epsilon=hostile, window=(-1.0, 1.0), step=0.1),
        lambda: descent.descent(surfaces.typed("x", 1), "sgd", (hostile,), 0.1, 0.9),
    ):
        with pytest.raises((ValueError, TypeError)):
            made()
