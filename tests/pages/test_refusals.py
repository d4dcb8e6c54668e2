"""Sentences of refusal begin with a capital, the names of variables and functions in them never do: they are quoted."""

import ast
import re
from pathlib import Path

import jax
import numpy as np
import pytest

from engine.descent import gradient, naive_search
from engine.errors import InvalidInput
from engine.geometry import geometry, layer_stack
from engine.operations import product
from engine.training import network
from engine.typed import literals
from pages.shell.chapter import LESSONS
from tests.pages.reading import plain
from tests.pages.test_share import opened  # noqa: F401, a fixture
from viz.verbatim import sentence

ROOT = Path(__file__).resolve().parents[2]
VERB = r"(?:is|has|holds|lacks|needs|may|must|cannot|names|reaches|appears)\b"
NAME = re.compile(rf"[B-HJ-Zb-z]\b(?! [a-z]+ing\b)|A {VERB}|[A-Za-z]\w*[_\d]\w*|D[fxy]\b|[\w.]+\(")
"""One letter that is no article, a name with _ or a digit, df, a call."""
NAMING = re.compile(r"[\w.]*\b(?:name|variable|layer|field|path|folder|url)\b.*")
"""Expressions that stand for a name rather than for the beginning of a sentence."""
WRONG = ("", "[1, 2", "[[1], [2, 3]]", "x y z!", "nan", "1e99", "y = x", "(2, -3, x)")
QUICK = {"tensors", "graph"}
STEMS = [pytest.param(lesson.stem, marks=[] if lesson.stem in QUICK else [pytest.mark.slow]) for lesson in LESSONS]


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("X may hold numbers", True), ("F must be finite", True), ("Y_true may hold", True), ("B of layer 1", True),
        ("W1 has rows", True), ("Df/dx must be", True), ("A must be 0 or more", True), ("X @ W needs", True),
        ("“x” may hold numbers", False), ("A batch is", False), ("The shape of “a”", False), ("An index", False),
    ],
)  # fmt: skip
def test_a_bare_name_is_recognized(text, bare):
    assert bool(NAME.match(text)) is bare


@pytest.mark.parametrize("stem", STEMS)
def test_no_box_answers_with_a_name_in_capitals(opened, stem):  # noqa: F811
    app = opened(stem)
    for key in [box.key for box in app.text_input]:
        before = app.text_input(key=key).value
        for text in WRONG:
            app.text_input(key=key).set_value(text).run()
            assert not app.exception
            assert [said for said in map(plain, app.error) if NAME.match(said)] == [], (key, text)
        app.text_input(key=key).set_value(before).run()


def refused(function, *arguments):
    with pytest.raises(InvalidInput) as caught:
        function(*arguments)
    return str(caught.value)


def test_the_engine_quotes_the_names_that_its_sentences_begin_with():
    problem = next(iter(gradient.PROBLEMS.values()))
    good = {"W": [1, 0, 0, 1], "b": [0, 0], "activation": "relu"}
    params = network.init(jax.random.key(0))
    said = [
        refused(gradient.require, problem._replace(**{part: np.full_like(getattr(problem, part), np.nan)}))
        for part in ("x", "targets", "weights")
    ]
    said += [refused(gradient.require, problem._replace(targets=np.zeros((9, 9))))]
    said += [refused(gradient.require, problem._replace(weights=np.zeros((9, 9))))]
    said += [refused(layer_stack.chain_of, [good | {name: [99] * len(good[name])}]) for name in "Wb"]
    said += [refused(layer_stack.chain_of, [good | {name: [0]}]) for name in "Wb"]
    said += [refused(geometry.require_vector, "b", value) for value in (["up", 0], [1, 2, 3], [np.inf, 0])]
    said += [refused(naive_search.require, params, naive_search.Place("b1", 5, 0))]
    said += [refused(product.product_shape, (), (3,)), refused(product.read_operand, "[[1], [2, 3]]", {})]
    said += [refused(literals.parse_array, "[[1], [2, 3]]")]
    assert [text for text in said if NAME.match(text)] == []
    assert any(text.startswith("“x” may hold") for text in said) and any(text.startswith("“b” of") for text in said)
    shown = [re.sub(r"\\(.)", r"\1", sentence(text)).replace("\u2060", "") for text in said]
    assert shown == [text[0].upper() + text[1:] for text in said]


def beginnings(source: str):
    """How each sentence given to InvalidInput or refuse, and each subject given as what=, begins.

    A constant text, or the name of the variable that stands first, in braces.
    """
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        told = call.args[:1] if name in ("InvalidInput", "refuse") else []
        for part in [*told, *(word.value for word in call.keywords if word.arg == "what")]:
            first = part.values[0] if isinstance(part, ast.JoinedStr) else part
            if isinstance(first, ast.FormattedValue):
                yield "{" + ast.unparse(first.value) + "}"
            elif isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def test_beginnings_are_found():
    source = 'InvalidInput(f"{name} is")\nrefuse("x is")\nparse(text, what=f"“{name}”")\nInvalidInput(f"{a.b}")'
    assert list(beginnings(source)) == ["{name}", "x is", "“", "{a.b}"]


ENGLISH = {
    "engine/scratch/from_scratch_steps.py",
    "engine/training/training.py",
    "engine/operations/product_speed.py",
    "engine/tensors/real_world.py",
}
"""Where a name that stands first is an English noun, such as rows or Batch size."""


@pytest.mark.parametrize("folder", ["engine", "pages"])
def test_no_sentence_is_written_with_a_bare_name_first(folder):
    found = {
        (path.relative_to(ROOT).as_posix(), text)
        for path in ROOT.glob(f"{folder}/**/*.py")
        for text in beginnings(path.read_text(encoding="utf-8"))
        if NAME.match(text) or (NAMING.fullmatch(text.removeprefix("{").removesuffix("}")) and text.startswith("{"))
    }
    assert {(path, text) for path, text in found if path not in ENGLISH} == set()
