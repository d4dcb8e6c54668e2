"""Terms: what is linked where, what is left alone, and that every definition has its page."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from pages.shell import glossary, notebook
from pages.shell.chapter import LESSONS
from pages.shell.terms import NEVER, ONLY, OTHER_MEANINGS, TERMS
from tests.pages.reading import data_of

STEMS = {each.stem for each in LESSONS}
EVERYWHERE = [term for term in TERMS if term.name not in ONLY and term.name not in NEVER]
FORMS = [form for term in EVERYWHERE for form in term.forms]
LINK = re.compile(r"\[([^\[\]]*)\]\(/glossary#([a-z0-9-]+)\)")
LEFT_ALONE = [
    "`loss`", "``a `loss` b``", "`x @ W + loss`", "[the loss](https://example.org/loss)", "$loss + rank$",
    "$$\nrank\n$$", "“Batch and loss”", "[rank, shape]", "<b>", ":material/layers:", "https://example.org/rank",
]  # fmt: skip
BESIDES = [
    "qqq",
    ",",
    ".",
    "**",
    "*",
    "\n\n- ",
    "(",
    ")",
    "’s",
    "es",
    "_",
    "!",
    ":",
    "-",
    "\\",
    "#",
    "|",
    "loss_1",
    "relu(x)",
]


class Store(dict):
    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__


@pytest.fixture
def page(monkeypatch):
    """Texts said one after the other on a page where no text is its opening; each at a place of its own, or at this."""
    return lambda *texts, stem="from_scratch", places=None, opening="": said(monkeypatch, texts, stem, places, opening)


def said(monkeypatch, texts, stem, places, opening):
    with monkeypatch.context() as patch:
        patch.setattr(glossary.st, "session_state", Store())
        glossary.opened(stem)
        at = iter(places or range(len(texts)))
        patch.setattr(glossary, "_caller", lambda: -1)
        first = glossary.linked(opening)
        patch.setattr(glossary, "_caller", lambda: next(at))
        shown = [glossary.linked(text) for text in texts]
    return [first, *shown] if opening else shown


def slugs(text):
    return [slug for _, slug in LINK.findall(text)]


pieces = some.one_of(
    some.sampled_from(FORMS),
    some.sampled_from(FORMS).map(str.title),
    some.sampled_from(LEFT_ALONE),
    some.sampled_from(BESIDES),
    some.sampled_from([" ", "  ", "\n"]),
)
markdown = some.lists(pieces, max_size=25).map("".join)


@settings(max_examples=40, deadline=None)
@given(texts=some.lists(markdown, min_size=1, max_size=3))
def test_links_add_nothing_but_themselves_and_each_term_has_one(texts):
    with pytest.MonkeyPatch.context() as patch:
        shown = said(patch, texts, "from_scratch", None, "")
    assert [LINK.sub(r"\1", text) for text in shown] == [LINK.sub(r"\1", text) for text in texts]
    linked = [slug for text in shown for slug in slugs(text)]
    assert len(linked) == len(set(linked)) <= glossary.MOST_LINKS
    assert set(linked) <= {term.slug for term in TERMS}


@settings(max_examples=50, deadline=None)
@given(words=some.lists(some.one_of(some.sampled_from(FORMS), some.sampled_from(LEFT_ALONE)), max_size=12))
def test_what_is_no_plain_text_is_left_alone(words):
    text = " qqq ".join(words)
    with pytest.MonkeyPatch.context() as patch:
        (shown,) = said(patch, [text], "from_scratch", None, "")
    assert [LINK.sub(r"\1", word) for word in shown.split(" qqq ")] == text.split(" qqq ")
    for before, after in zip(text.split(" qqq "), shown.split(" qqq "), strict=True):
        assert before == after or before in FORMS


@settings(max_examples=50, deadline=None)
@given(forms=some.lists(some.sampled_from(FORMS), max_size=30), shout=some.booleans())
def test_the_first_use_is_linked_in_every_form(forms, shout):
    by_form = {form: term.slug for term in EVERYWHERE for form in term.forms}
    words = [form.upper() if shout else form for form in forms]
    with pytest.MonkeyPatch.context() as patch:
        (shown,) = said(patch, [" qqq ".join(words)], "from_scratch", None, "")
    seen, expected = set(), []
    for form, word in zip(forms, words, strict=True):
        new = by_form[form] not in seen and len(seen) < glossary.MOST_LINKS
        expected.append(f"[{word}](/glossary#{by_form[form]})" if new else word)
        if new:
            seen.add(by_form[form])
    assert shown == " qqq ".join(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the learning rate and the rate", ["learning-rate"]),
        ("a mini-batch of the batch size", ["mini-batch", "batch-size"]),
        ("gradient descent along partial derivatives", ["gradient-descent", "partial-derivative"]),
        ("the unit circle", []),
        ("a unit, and its gradient's size", ["unit", "gradient"]),
        ("**loss** and *relu*", ["loss", "relu"]),
        ("**loss**es and un*relu*", []),
        ("relu(x), loss_1, x.loss, !rank, non-linear map", []),
        ("learning  \n\nrate", []),
    ],
)
def test_words_that_belong_together(page, text, expected):
    assert slugs(page(text)[0]) == expected


def test_markers_stay_around_the_link(page):
    assert page("A **hidden layer** of *units*.") == [
        "A **[hidden layer](/glossary#hidden-layer)** of *[units](/glossary#unit)*."
    ]


def test_a_page_defines_its_own_terms_in_its_opening(page):
    opening, later = page("The rank again, and a gradient.", stem="tensors", opening="A **tensor**’s rank and loss.")
    assert opening == "A **tensor**’s rank and [loss](/glossary#loss)."
    assert slugs(later) == ["gradient"]
    assert slugs(page("The rank.", stem="tensors")[0]) == ["rank"]


def test_a_word_with_another_sense_on_this_page(page):
    assert slugs(page("each weight and rank", stem="dtypes")[0]) == ["rank"]
    assert slugs(page("a view", stem="reshaping")[0]) == ["view"] and slugs(page("a view", stem="graph")[0]) == []


def test_a_part_that_runs_again_links_what_it_links_anew(page):
    first, other, again, changed, after = page(
        "A loss.", "A rank.", "A loss.", "A gradient of the rank.", "Loss and gradient.", places=[0, 1, 0, 0, 2]
    )
    assert (slugs(first), slugs(other), slugs(again)) == (["loss"], ["rank"], ["loss"])
    assert slugs(changed) == ["gradient"] and slugs(after) == ["loss"]


def test_where_no_page_runs_nothing_is_linked(page):
    assert page("A loss.", stem="") == ["A loss."]


def test_every_definition_has_its_page_and_every_name_one_meaning():
    assert len(TERMS) >= 70
    assert {term.page for term in TERMS} <= STEMS
    forms = [form.lower() for term in TERMS for form in term.forms] + list(OTHER_MEANINGS)
    assert len(forms) == len(set(forms))
    assert len({term.slug for term in TERMS}) == len(TERMS)
    for term in TERMS:
        assert re.fullmatch(r"[a-z0-9-]+", term.slug) and term.meaning[-1] in ".)" and term.meaning.count("`") % 2 == 0
        assert len(term.meaning) <= 200, term.name
    assert set(ONLY) | set(NEVER) <= {term.name for term in TERMS}
    assert set().union(*ONLY.values(), *NEVER.values()) <= STEMS


def test_the_glossary_lists_them_all(app):
    shown = app.switch_page("pages/glossary.py").run()
    assert not shown.exception and shown.title[0].value == "Glossary"
    (listed,) = [item for item in shown.get("bidi_component") if "glossary_terms" in item.proto.id]
    data = data_of(listed)
    assert [entry["name"] for entry in data["entries"]] == sorted((term.name for term in TERMS), key=str.lower)
    assert data["entries"][0] == {
        "slug": "accuracy",
        "name": "accuracy",
        "forms": "accuracies",
        "page": "network",
        "title": "A first network",
        "meaning": "The share of samples whose predicted class is the right one.",
        "address": "/network",
    }


def script() -> None:
    """A page with nothing but text, part of which runs again by itself."""
    import streamlit as st

    from pages.shell import glossary, layout

    glossary.opened("slicing")
    layout.opening("Slicing", "A **slice** takes part of a tensor.")
    layout.notice("Each stride is a number of bytes.", "The tensor keeps its strides.")
    layout.try_this(f"A stride of {st.session_state.get('size', 8)} bytes, and a view.")
    glossary.offer("slicing")


def test_a_page_links_its_text_keeps_it_plain_for_the_notebook_and_carries_the_definitions(monkeypatch):
    plain = []
    monkeypatch.setattr(notebook, "say", plain.append)
    app = AppTest.from_function(script)
    for size in (8, 4):
        app.session_state["size"] = size
        shown = app.run()
        assert not shown.exception
        texts = [item.value for item in shown.markdown]
        assert texts[0] == "A **slice** takes part of a [tensor](/glossary#tensor)."
        assert [slugs(text) for text in texts] == [["tensor"], ["stride"], ["view"]]
        assert plain[-3:] == [LINK.sub(r"\1", text) for text in texts] and f"of {size} bytes" in plain[-1]
    (carried,) = [item for item in shown.get("bidi_component") if "glossary_definitions" in item.proto.id]
    data = data_of(carried)
    assert data["here"] == "slicing" and len(data["entries"]) == len(TERMS) and data["glossary"] == "/glossary"
