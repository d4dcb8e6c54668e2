"""A page run by Streamlit's own test runner, with the data loaded."""

import time

import pytest
from streamlit.testing.v1 import AppTest


@pytest.fixture(scope="session")
def loaded():
    """The process's loader once it has digits, real or procedural."""
    from pages.shell import session

    deadline = time.monotonic() + 60
    while session.loader().poll().digits is None:
        assert time.monotonic() < deadline, session.loader().poll().message
        time.sleep(0.02)
    return session.loader().poll()


@pytest.fixture(autouse=True)
def nobody_left():
    """Streamlit's test runner closes no connection: what a test's readers had running ends with the test."""
    yield
    from pages.shell import keeping

    keeping.registry.clear()


@pytest.fixture
def app(loaded):
    """The app at its first page."""
    return AppTest.from_file("../../app.py", default_timeout=60)


@pytest.fixture(autouse=True, scope="session")
def taken_away():
    """Every program a page offers while tests open it may be run, and its notebook is one that Jupyter accepts."""
    import nbformat

    from engine.typed import programs
    from pages.shell import layout, notebook
    from viz.notebook import Program, Text, cells
    from viz.notebook import notebook as written

    offered, wrong, inner = set(), [], notebook.offer

    def offer(stem, snippets, note, files=None):
        inner(stem, snippets, note, files)
        if stem in offered:
            return
        offered.add(stem)
        try:
            made = [Program(library, cells(source)) for library, source in snippets.items() if programs.check(source)]
            nbformat.validate(nbformat.reads(written(Text(stem, (note,), ""), made), as_version=4))
        except Exception as error:
            wrong.append((stem, repr(error)))

    notebook.offer = offer
    assert layout.notebook is notebook
    yield offered
    notebook.offer = inner
    assert not wrong


@pytest.fixture(autouse=True)
def frameless(monkeypatch):
    """A page's own script alone. Returns the frame that surrounds it, whose tests ask for ``framed``."""
    from pages.shell import frame

    surrounding = frame.run
    monkeypatch.setattr(frame, "run", lambda page: page.run())
    return surrounding


@pytest.fixture
def framed(frameless, monkeypatch):
    """Pages with all that surrounds them: a link's settings before, questions, path and own link after."""
    from pages.shell import frame

    monkeypatch.setattr(frame, "run", frameless)
