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
def nothing_drawn():
    """Every test begins without a drawing: to Streamlit's test runner all tests of a process are one reader."""
    from pages.shell import session

    for reader in list(session._sessions.values()):
        reader.drawn = None


@pytest.fixture
def app(loaded):
    """The app at its first page."""
    return AppTest.from_file("../../app.py", default_timeout=60)
