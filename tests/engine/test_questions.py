"""How questions are judged, drawn and put together, whatever they ask."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from engine.errors import InvalidInput
from engine.questions import kinds
from engine.questions.kinds import Mistake, choice, judge, make, number, read_number, read_shape, shape
from engine.questions.registry import GENERATORS, draw


def test_equal_seeds_equal_questions():
    for page in ("slicing", "broadcasting", "geometry", "descent", "autodiff_modes"):
        assert draw(page, 7) == draw(page, 7)
        assert draw(page, 7) != draw(page, 8)


def test_a_choice_puts_the_right_answer_anywhere():
    places = {
        make(GENERATORS["slicing"][1], seed).options.index(make(GENERATORS["slicing"][1], seed).answer)
        for seed in range(40)
    }
    assert places == {0, 1, 2, 3}


def test_the_next_question_is_of_another_kind():
    for page, offered in GENERATORS.items():
        assert len(offered) > 1, page
    last, seen = None, set()
    for seed in range(60):
        found = draw("graph", seed, last)
        assert last is None or found.generator != last.generator
        assert found == draw("graph", seed, last)
        seen.add(found.question.prompt)
        last = found
    assert len(seen) > 55


def test_equal_answers_are_not_offered_twice():
    found = number("", 4, [(4.0, "right"), (5, "first"), (5.0, "second")], "")
    assert found.mistakes == (Mistake(5, "first"),)
    assert shape("", (2, 1), [([2, 1], "right"), ([1, 2], "a"), ((1, 2), "b")], "").mistakes == (Mistake((1, 2), "a"),)
    with pytest.raises(kinds.Unlucky):
        choice(Random(0), "", "`1`", [("`1`", "right"), ("`2`", "only one")], "")


def test_numbers_no_mistake_explains():
    exact, rounded = number("", 3, [(5, "known")], ""), number("", 0.5, [], "", tolerance=0.01)
    assert judge(exact, "5").why == "known"
    assert judge(exact, "2.9").why == "The right number is larger."
    assert judge(exact, "4").why == "The right number is smaller."
    assert judge(exact, "−3").why == "The size is right; look again at the sign."
    assert judge(exact, "6/2").right and not judge(exact, "3.001").right
    assert judge(rounded, "0.505").right and not judge(rounded, "0.506").right
    # A mistake so near the right number that it would pass is not held against anybody.
    assert number("", 100, [(101, "")], "", tolerance=0.01).mistakes == ()


def test_shapes_no_mistake_explains():
    asked = shape("", (4, 3), [], "")
    assert judge(asked, "4 × 3").right
    assert judge(asked, "(4,)").why == "The right shape has more axes."
    assert judge(asked, "4, 3, 1").why == "The right shape has fewer axes."
    assert judge(asked, "(4, 5)").why == "The number of axes is right; look again at axis 1."


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("−0.5", -0.5), ("+.5", 0.5), ("407,050", 407_050), ("1e3", 1000), ("3/4", 0.75), ("70 %", 70),
     ("1 000", 1000)],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text, value):
    assert read_number(text) == value


@pytest.mark.parametrize(
    "text", ["", " ", "0,5", "seven", "1/0", "2*3", "1,23", "--1", "nan", "9" * 50, "1e999", "[1]"]
)
def test_what_is_no_number_gets_a_sentence(text):
    with pytest.raises(InvalidInput, match=r"\.$"):
        read_number(text)


@given(some.one_of(some.integers(-(10**9), 10**9), some.floats(-1e4, 1e4).map(lambda value: round(value, 4))))
@settings(max_examples=40, deadline=None)
def test_a_number_as_written_is_read_again(value):
    assert read_number(kinds.written(value)) == pytest.approx(value, abs=1e-9)


@given(some.lists(some.integers(0, 9_999), max_size=6).map(tuple))
@settings(max_examples=40, deadline=None)
def test_a_shape_as_written_is_read_again(sizes):
    assert read_shape(str(sizes)) == sizes


@given(some.one_of(some.text(max_size=50), some.text("0123456789.,/e-+−%() ×x[]", max_size=20)))
@settings(max_examples=40, deadline=None)
def test_whatever_is_typed_is_judged_or_refused_with_a_sentence(text):
    for asked in (number("", 3, [], ""), shape("", (3,), [], "")):
        try:
            judge(asked, text)
        except InvalidInput as error:
            assert str(error)
