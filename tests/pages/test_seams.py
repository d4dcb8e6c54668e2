"""Streamlit's insides that the app relies on: there still, and needed still."""

import gc
import re
import socket
import tomllib
from asyncio import base_events
from pathlib import Path

from streamlit.config import get_config_options
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from pages.shell import streamlit_seam

ROOT = Path(__file__).resolve().parents[2]


def test_small_frames_are_sent_at_once():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        assert connection.proto == 0
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0
        streamlit_seam.without_delay(connection)
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_the_cure_for_small_frames_is_still_needed():
    """Fails once asyncio sets TCP_NODELAY on sockets of protocol 0 itself: then the cure can go."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        base_events._set_nodelay(connection)
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0


def test_streamlit_still_decides_by_this_name_whether_it_runs_the_folder_pages(monkeypatch):
    monkeypatch.setattr(PagesManager, "uses_pages_directory", True)
    streamlit_seam.leave_pages_to_navigation()
    assert PagesManager.uses_pages_directory is False


def test_a_fragment_has_a_name_of_its_own_and_the_page_none():
    def script() -> None:
        import streamlit as st

        from pages.shell import streamlit_seam

        @st.fragment
        def part() -> None:
            st.session_state.inside = streamlit_seam.fragment()

        st.session_state.outside = streamlit_seam.fragment()
        part()

    app = AppTest.from_function(script).run()
    assert not app.exception
    assert app.session_state.outside is None
    assert isinstance(app.session_state.inside, str) and app.session_state.inside


def configured() -> dict[str, object]:
    sections = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    return {f"{section}.{name}": value for section, part in sections.items() for name, value in part.items()}


def test_the_settings_that_cure_streamlit_are_set():
    wanted = {"runner.postScriptGC": False, "server.fileWatcherType": "none", "client.showErrorDetails": "none"}
    assert wanted.items() <= configured().items()
    assert configured()["global.minCachedMessageSize"] >= 10**9


def test_every_setting_is_an_option_of_streamlits_and_not_its_default():
    """A default that has become ours, or an option that is gone, can be deleted."""
    known = get_config_options()
    for name, value in configured().items():
        if not isinstance(value, dict):
            assert name in known and known[name].default_val != value, name


def test_the_collector_passes_over_what_stays_for_good():
    try:
        streamlit_seam.spare_the_collector()
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()


def test_every_name_of_streamlits_document_in_a_components_style_is_one_of_the_seam():
    """The browser test looks only for those it knows."""
    listed = (ROOT / "viz" / "streamlit_dom.py").read_text()
    for path in (ROOT / "viz" / "components").glob("*/*.css"):
        for name in re.findall(r"data-testid[\^*$]?=\"?(st[A-Z]\w+)|\.(st[A-Z]\w+)", path.read_text()):
            assert re.search(rf"\b{''.join(name)}\b", listed), (path.name, name)
