"""The chapter's path: needs come first in its order; every page shows what it needs and what comes next."""

import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shell import chapter, path
from pages.shell.chapter import LESSONS, SECTIONS
from tests.pages.reading import data_of


def needed(stem):
    """Everything a page builds on, directly or not."""
    direct = chapter.lesson(stem).needs
    return set(direct).union(*map(needed, direct))


def test_needs_come_before_in_the_chapter_and_name_no_page_twice():
    order = [each.stem for each in LESSONS]
    assert len(set(order)) == len(order)
    for each in LESSONS:
        assert all(order.index(need) < order.index(each.stem) for need in each.needs), each.stem
        for need in each.needs:
            others = [other for other in each.needs if other != need]
            assert not any(need in needed(other) for other in others), f"{each.stem}: {need} is implied"


def test_sections_follow_each_other_and_offers_are_short():
    places = [list(SECTIONS).index(each.section) for each in LESSONS]
    assert places == sorted(places) and set(places) == set(range(len(SECTIONS)))
    for each in LESSONS:
        assert 3 <= len(each.offer.split()) <= 10 and each.offer.endswith("."), each.offer


def script() -> None:
    """A page's frame around nothing."""
    import streamlit as st

    from pages.shell import chapter, path

    lesson = chapter.lesson(st.session_state["stem"])
    path.back(lesson)
    path.onward(lesson)


def component(app, key):
    (found,) = [item for item in app.get("bidi_component") if key in item.proto.id]
    return data_of(found)


def test_every_page_shows_its_needs_and_the_next(monkeypatch):
    links = []
    monkeypatch.setattr(path.st, "page_link", lambda file, label, **style: links.append((file, label)))
    app = AppTest.from_function(script)
    for place, each in enumerate(LESSONS):
        links.clear()
        app.session_state["stem"] = each.stem
        shown = app.run()
        assert not shown.exception
        if place == 0:
            assert links == []
        else:
            *back, onward = links
            assert back == [(to.file, to.title) for to in (LESSONS[0], *map(chapter.lesson, each.needs))]
            after = LESSONS[place + 1] if place + 1 < len(LESSONS) else LESSONS[0]
            assert onward[0] == after.file and after.title in onward[1]
        known = component(shown, "path_row" if place else "path_overview")
        assert known["here"] == each.stem
        pages = [page for section in known["sections"] for page in section["pages"]]
        assert [page["stem"] for page in pages] == [lesson.stem for lesson in LESSONS]
        assert [page["address"] for page in pages] == ["/", *(f"/{lesson.stem}" for lesson in LESSONS[1:])]


class Store(dict):
    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__


def test_answers_are_counted_for_each_page(monkeypatch):
    drawn = []
    monkeypatch.setattr(st, "session_state", Store())
    monkeypatch.setattr(path.component, "count", lambda answers, **rest: drawn.append((dict(answers), rest)))
    for stem, right in (("tensors", True), ("tensors", False), ("slicing", True), ("tensors", True)):
        path.answered(stem, right)
        path.progress(stem)
    path.progress("graph")
    counts = [(rest["here"], answers["right"], answers["asked"]) for answers, rest in drawn]
    assert counts == [("tensors", 1, 1), ("tensors", 1, 2), ("slicing", 1, 1), ("tensors", 2, 3), ("graph", 0, 0)]
    assert len({rest["visit"] for _, rest in drawn}) == 1
