"""Typed text as numbers: what is right equals Python's own reading, what is wrong is one sentence, nothing is run."""

import ast
import builtins
import os
import string
import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.typed.literals import MAX_SIZE, parse_array, parse_integer, parse_shape, parse_tree
from engine.typed.typed_text import plain_values

# Python's parser warns of text such as 1if, which is then refused.
pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
MANY = settings(max_examples=250, derandomize=True, deadline=None)
NUMBERS = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-9, 9),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
WHOLE, DECIMAL = st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def nestings(draw, most_axes: int = 5):
    """A regular nesting of lists and tuples, and its shape."""
    shape = draw(st.lists(st.integers(1, 3), max_size=most_axes).filter(lambda sizes: np.prod(sizes) <= 36))
    if shape and draw(st.booleans()):
        shape[-1] = draw(st.integers(0, min(4, 36 // int(np.prod(shape[:-1])))))
    entries = draw(st.lists(draw(st.sampled_from([NUMBERS, WHOLE, DECIMAL, st.booleans()])), min_size=1, max_size=8))
    kinds = draw(st.lists(st.sampled_from([list, tuple]), min_size=2, max_size=5))
    count = 0

    def nested(axis: int):
        nonlocal count
        count += 1
        if axis == len(shape):
            return entries[count % len(entries)]
        kind = kinds[count % len(kinds)]
        return kind(nested(axis + 1) for _ in range(shape[axis]))

    return nested(0), tuple(shape)


@MANY
@given(nestings(), st.sampled_from(["", " ", "  "]))
def test_nested_literals_are_what_python_and_numpy_make_of_them(nesting, space):
    value, shape = nesting
    text = space + repr(value).replace(", ", "," + space) + space
    expected = np.array(ast.literal_eval(text.strip()))
    found = parse_array(text)
    assert found.shape == expected.shape == shape
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nan", np.nan), ("-inf", -np.inf), ("[inf, 1]", [np.inf, 1.0]), ("+3", 3), ("--3", 3), ("-True", -1),
        ("-9223372036854775808", -(2**63)), ("1_000", 1000), ("1e999", np.inf), ("-0.0", -0.0), ("0x10", 16),
        ("1, 2", [1, 2]), ("[1, 2,]", [1, 2]), ("(3)", 3), ("[True, 2]", [1, 2]),
    ],
)  # fmt: skip
def test_numbers_python_writes_in_other_ways(text, expected):
    found = parse_array(text)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.array(expected).dtype


def lengthened(value, path: tuple[int, ...]):
    """A copy with one list, at this path, one entry longer than before."""
    copy = list(value)
    if path:
        copy[path[0]] = lengthened(copy[path[0]], path[1:])
    else:
        copy.append(copy[-1])
    return copy


@MANY
@given(st.lists(st.integers(1, 3), min_size=2, max_size=4), st.data())
def test_ragged_lists_name_two_places_and_their_lengths(shape, data):
    depth = data.draw(st.integers(1, len(shape) - 1))
    if all(size == 1 for size in shape[:depth]):
        shape[0] = 2
    path = tuple(data.draw(st.integers(0, size - 1)) for size in shape[:depth])
    ragged = lengthened(np.zeros(shape, int).tolist(), path)
    with pytest.raises(InvalidInput) as refused:
        parse_array(repr(ragged))
    # The entry named first is the first of its level; the other is the first that differs from it.
    first = (0,) * depth
    other = path if path != first else next(place for place in np.ndindex(*shape[:depth]) if place != first)

    def said(place):
        return f"entry {''.join(f'[{k}]' for k in place)} has length {shape[depth] + (place == path)}"

    assert f"{said(first)}, but {said(other)}. " in str(refused.value)


def test_a_number_beside_a_list_is_ragged_but_a_name_beside_a_list_is_a_name():
    with pytest.raises(InvalidInput, match=r"entry \[0\] has length 2, but entry \[1\] is a single number"):
        parse_array("[[1, 2], 3]")
    with pytest.raises(InvalidInput, match=r"entry \[0\] is a single number, but entry \[2\] has length 1"):
        parse_array("[1, 2, [3]]")
    with pytest.raises(InvalidInput, match="“three” is none of these"):
        parse_array("[[1, 2], three]")


FORBIDDEN = [
    "x", "os.system", "print(1)", "__import__('os').getpid()", "[n for n in (1, 2)]", "(n for n in (1, 2))", "{1: 2}",
    "{1, 2}", "f'{1}'", "(n := 3)", "lambda: 1", "1 if True else 2", "1 + 2", "2 ** 3", "2 ** 63", "not 1", "~1",
    "[1][0]", "[*[1]]", "'text'", "b'1'", "None", "...", "1j", "[1, 2].append", "a and b", "1 < 2", "await x",
    "(yield 1)", "().__class__.__bases__", "[[1, 2], [3, print('run')]]", "9223372036854775808",
    "-9223372036854775809", "9" * 1900, "0x" + "f" * 1900, "exec('1')", "NaN", "Infinity",
]  # fmt: skip


@pytest.mark.parametrize("text", FORBIDDEN)
def test_what_is_outside_the_whitelist_is_refused_and_never_run(text, monkeypatch):
    def never(*arguments, **named):
        raise AssertionError("typed text was run")

    tripped = [(os, "system"), (os, "getpid"), (builtins, "print"), (builtins, "exec"), (builtins, "eval")]
    with monkeypatch.context() as patch:
        for module, name in [*tripped, (builtins, "__import__")]:
            patch.setattr(module, name, never)
        try:
            parse_array(text)
            refusal = None
        except InvalidInput as error:
            refusal = str(error)
    assert refusal is not None
    assert len(refusal) < 220
    assert refusal.endswith(".")


ALPHABET = "[](),.-+ 0123456789eE_xjTrueFalsnif\"'{}:=*@#\\\n\t;~<>&|%!?λ∞１\u202e\0\ud800"
PIECES = [
    "[", "]", "(", ")", ",", "1", "-", "2.5", "True", "nan", " ", "x", "print", "(1)", ".real", ":=", "for x in y",
    "lambda:", "f'{1}'", "**", "not ", "9" * 400, "1e400", "{", "}", "'", "\\", "if 1 else", "await ", "*", "None",
    "1j", "# no", "\n", "é", "\U0001f600", "0x", "0b2", "07", "__class__", "import os", "yield", "@",
]  # fmt: skip


def refused_or_right(text: str) -> bool:
    """Whether text is read; what is read is checked against Python, what is not must be InvalidInput."""
    try:
        found = parse_array(text)
    except InvalidInput as error:
        sentence = str(error)
        sentence.encode("utf-8")
        assert "\n" not in sentence
        assert len(sentence) < 260
        return False
    # −, × or full-width digits are first read as what they mean; tests of those signs have values of their own.
    tree = ast.parse(plain_values(text).text.strip(), mode="eval")
    kinds = (
        ast.Expression, ast.List, ast.Tuple, ast.Constant, ast.UnaryOp, ast.USub, ast.UAdd, ast.Load, ast.Name,
    )  # fmt: skip
    assert all(isinstance(node, kinds) for node in ast.walk(tree))
    assert {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} <= {"nan", "inf"}
    value = eval(compile(tree, "typed", "eval"), {"__builtins__": {}}, {"nan": np.nan, "inf": np.inf})
    np.testing.assert_array_equal(found, np.array(value))
    return True


@settings(MANY, max_examples=250)
@given(st.text(ALPHABET, max_size=30))
@example("-" * 1999 + "1")
@example("not " * 499 + "1")
@example("[" * 1000)
@example("[" * 150 + "]" * 150)
@example("1+" * 999 + "1")
@example("a" + ".b" * 999)
@example("a" + "()" * 900)
@example("[" * 9 + "1" + "]" * 9)
@example("lambda:" * 280 + "1")
@example("[x" + " for x in y" * 150 + "]")
@example("(" * 199 + "1" + ")" * 199)
def test_random_text_is_right_or_refused(text):
    refused_or_right(text)


@settings(MANY, max_examples=250)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_random_pieces_of_python_are_right_or_refused(text):
    refused_or_right(text)


@settings(MANY, max_examples=250)
@given(nestings(3), st.data())
def test_mutated_literals_are_right_or_refused(nesting, data):
    text = repr(nesting[0])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        piece = data.draw(st.sampled_from([*PIECES, *string.punctuation, ""]))
        text = text[:at] + piece + text[at + data.draw(st.integers(0, 3)) :]
    refused_or_right(text)


@MANY
@given(st.text(max_size=40))
def test_any_unicode_is_right_or_refused_as_a_shape_too(text):
    for minus_one in (False, True):
        try:
            sizes = parse_shape(text, minus_one=minus_one)
        except InvalidInput:
            continue
        assert all(isinstance(size, int) and -1 <= size <= MAX_SIZE for size in sizes)


def test_long_text_is_refused_before_it_is_parsed(monkeypatch):
    monkeypatch.setattr(ast, "parse", lambda *_, **__: pytest.fail("parsed"))
    with pytest.raises(InvalidInput, match="at most 2,000 characters; this has 2,001"):
        parse_array("1" * 2001)


def test_bounds():
    assert parse_array("[" * 8 + "1" + "]" * 8).shape == (1,) * 8
    with pytest.raises(InvalidInput, match="nested at most 8 deep"):
        parse_array("[" * 9 + "1" + "]" * 9)
    assert parse_array("[1, 2, 3]", max_elements=3).size == 3
    with pytest.raises(InvalidInput, match="at most 3 elements here; this has 4"):
        parse_array("[[1, 2], [3, 4]]", max_elements=3)


def test_the_worst_text_is_refused_at_once():
    start = time.perf_counter()
    for piece in ("(", "[", "{", "-", "lambda:", "1+", "a.", "f'{", "[[", "({", "{(", "*(", "1 if 1 else "):
        refused_or_right(piece * (2000 // len(piece)))
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty; type for example [[1, 2], [3, 4]]."),
        ("  [1, 2", "the bracket “[” at character 3 is not closed."),
        ("[1 2]", "lacks a comma between two entries at character 2: “[1 2]”."),
        ("[1, 2))", "closing bracket too many or of the wrong kind at character 6"),
        (" [1,,2]", "not complete Python at character 5: “[1,,2]”."),
        ("2**3", "“2 ** 3” is none of these."),
        ("9223372036854775808", "holds “9223372036854775808”; whole numbers may reach from -2**63 to 2**63 - 1."),
    ],
)
def test_the_sentence_says_what_is_wrong_and_where(text, sentence):
    with pytest.raises(InvalidInput) as refused:
        parse_array(text)
    assert sentence in str(refused.value)


@MANY
@given(st.lists(st.integers(0, 10**12), max_size=8), st.booleans())
def test_shapes_are_read_as_python_reads_them(sizes, listed):
    text = repr(list(sizes) if listed else tuple(sizes))
    assert parse_shape(text) == tuple(ast.literal_eval(text))
    if len(sizes) > 1:
        assert parse_shape(text[1:-1]) == tuple(sizes)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("(32, ten)", "axis 1 of the shape must be a whole number; “ten” is not."),
        ("3.0", "axis 0 of the shape must be a whole number; “3.0” is not."),
        ("True", "axis 0 of the shape must be a whole number; “True” is not."),
        ("(2, (3,))", "axis 1 of the shape must be a whole number; “(3,)” is not."),
        ("(2, -1)", "axis 1 of the shape must be 0 or more, at most 1,000,000,000,000; -1 is not."),
        (
            "1000000000001",
            "axis 0 of the shape must be 0 or more, at most 1,000,000,000,000; 1,000,000,000,001 is not.",
        ),
        ("1," * 9, "the shape may have at most 8 axes here; this has 9."),
        ("", "the shape is empty; type for example (32, 10)."),
    ],
)
def test_shapes_that_are_none(text, sentence):
    with pytest.raises(InvalidInput) as refused:
        parse_shape(text)
    assert str(refused.value) == sentence


def test_one_axis_may_be_left_to_solve():
    assert parse_shape("(-1, 4)", minus_one=True) == (-1, 4)
    with pytest.raises(InvalidInput, match=r"only one axis of the shape may be -1, .*; this has 2"):
        parse_shape("(-1, -1)", minus_one=True)
    with pytest.raises(InvalidInput, match=r"0 or more \(or -1, once\).*; -2 is not"):
        parse_shape("(-2,)", minus_one=True)


def test_integers_have_signs_and_nothing_else():
    assert parse_integer(parse_tree("-7"), "the index") == -7
    with pytest.raises(InvalidInput, match="the index must be a whole number; “1 - 8” is not"):
        parse_integer(parse_tree("1-8"), "the index")
