"""Check yourself on every page: asked on demand, judged, tried again once, then solved; another question is another."""

import pytest
from streamlit.testing.v1 import AppTest

from engine.questions.kinds import answer_text
from engine.questions.registry import GENERATORS
from pages.shell import path
from pages.shell.chapter import LESSONS
from tests.pages.reading import plain

PAGE = "batches"
"""Two of its questions are typed, one is a choice."""


def foot():
    """The foot of a page."""
    import streamlit as st

    from pages.shell import questions

    questions.ask(st.session_state["stem"])


@pytest.fixture
def told(monkeypatch):
    """What the path is told of answers."""
    said = []
    monkeypatch.setattr(path, "answered", lambda stem, right: said.append((stem, right)))
    return said


def at(stem):
    page = AppTest.from_function(foot, default_timeout=60)
    page.session_state["stem"] = stem
    return page.run()


@pytest.fixture
def opened(told):
    return at(PAGE)


def asked(page, kind, seed=0):
    """The page with a question of this kind; seeds are injected."""
    page.session_state[f"{PAGE}_questions_seed"] = seed
    button = f"{PAGE}_ask"
    for _ in range(8):
        page.button(key=button).click().run()
        if question(page).kind == kind:
            return page
        solve(page)
        button = f"{PAGE}_another"
    raise AssertionError(f"no question of kind {kind}")


def shown(page):
    return page.session_state[f"{PAGE}_questions"]


def question(page):
    return shown(page).asked.question


def answer(page, value):
    """Typed or chosen, then Check."""
    key = f"{PAGE}_answer_{shown(page).number}"
    control = page.radio(key=key) if question(page).kind == "choice" else page.text_input(key=key)
    control.set_value(value)
    return page.button(key=f"{PAGE}_check").click().run()


def solve(page):
    return answer(page, str(question(page).answer))


def keys(page):
    return [item.key for kind in (page.button, page.radio, page.text_input) for item in kind]


def test_every_page_has_questions():
    assert sorted(GENERATORS) == sorted(lesson.stem for lesson in LESSONS)


@pytest.mark.parametrize("stem", ["whole_picture", "descent", "graph", "uncrumple"])
def test_other_pages_ask_and_solve(stem, told):
    page = at(stem)
    page.button(key=f"{stem}_ask").click().run()
    asked = page.session_state[f"{stem}_questions"].asked.question
    control = page.radio if asked.kind == "choice" else page.text_input
    control(key=f"{stem}_answer_1").set_value(str(asked.answer))
    page.button(key=f"{stem}_check").click().run()
    assert not page.exception and asked.explanation in page.success[0].value and told == [(stem, True)]


def test_nothing_is_made_before_somebody_asks(opened):
    assert f"{PAGE}_questions" not in opened.session_state
    assert "Check yourself" in [item.value for item in opened.subheader]
    assert f"{PAGE}_ask" in keys(opened) and f"{PAGE}_check" not in keys(opened)
    opened.button(key=f"{PAGE}_ask").click().run()
    assert question(opened).prompt in [item.value for item in opened.markdown]
    assert f"{PAGE}_ask" not in keys(opened) and f"{PAGE}_another" not in keys(opened)
    assert all(key.startswith(f"{PAGE}_") for key in keys(opened))


def test_right_at_once(opened, told):
    asked(opened, "number")
    told.clear()
    solve(opened)
    assert opened.success[-1].value == f"**Right.** {question(opened).explanation}"
    assert told == [(PAGE, True)]
    opened.run()
    assert told == [(PAGE, True)] and opened.button(key=f"{PAGE}_check").disabled
    kept = opened.text_input(key=f"{PAGE}_answered_{shown(opened).number}")
    assert kept.disabled and kept.value == str(question(opened).answer)


def test_wrong_then_right(opened, told):
    asked(opened, "choice")
    told.clear()
    mistake = question(opened).mistakes[0]
    answer(opened, mistake.answer)
    assert opened.warning[-1].value == f"**Not yet.** {mistake.why} Try once more."
    assert question(opened).explanation not in str(opened.main) and told == []
    assert opened.radio[0].value == mistake.answer and not opened.radio[0].disabled
    assert f"{PAGE}_another" not in keys(opened)
    solve(opened)
    assert opened.success[-1].value.startswith("**Right.**") and told == [(PAGE, True)]


def test_wrong_twice_shows_the_solution_and_another_question_differs(opened, told):
    asked(opened, "choice", seed=3)
    told.clear()
    first, prompt = question(opened), question(opened).prompt
    for mistake in first.mistakes[:2]:
        answer(opened, mistake.answer)
    solution = opened.info[-1].value
    assert first.mistakes[1].why in solution and first.explanation in solution
    assert f"**The answer is {answer_text(first)}.**" in solution
    assert told == [(PAGE, False)]
    opened.button(key=f"{PAGE}_another").click().run()
    assert question(opened).prompt != prompt and shown(opened).number > 1
    assert not [item for item in opened.info if "The answer is" in item.value]
    assert not opened.button(key=f"{PAGE}_check").disabled and told == [(PAGE, False)]


def test_what_cannot_be_read_gets_a_sentence_and_costs_no_try(opened, told):
    asked(opened, "number")
    told.clear()
    for text in ("0,5", "many", ""):
        answer(opened, text)
        assert plain(opened.error[-1])[0].isupper() or plain(opened.error[-1]).startswith("“")
        assert shown(opened).wrong == 0 and not opened.warning
    assert "Decimals come after a point" in plain(answer(opened, "0,5").error[-1])
    answer(opened, "-1")
    assert not opened.error and shown(opened).wrong == 1 and told == []
    assert "The right number is larger" in opened.warning[-1].value
    assert "is larger" not in answer(opened, "-2").info[-1].value


def test_nothing_chosen_is_said(opened):
    asked(opened, "choice")
    opened.button(key=f"{PAGE}_check").click().run()
    assert plain(opened.error[-1]) == "Choose one of the answers." and shown(opened).wrong == 0


def test_no_two_visits_begin_alike(opened):
    prompts = set()
    for page in (opened, at(PAGE), at(PAGE)):
        page.button(key=f"{PAGE}_ask").click().run()
        prompts.add((question(page).prompt, question(page).options))
    assert len(prompts) > 1


def test_a_page_without_questions_has_no_section():
    assert not at("glossary").subheader
