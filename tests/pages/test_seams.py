"""Streamlit's insides that the app relies on: there still, and needed still."""

import socket
from asyncio import base_events

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from pages.shell import streamlit_seam


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


def test_the_settings_that_cure_streamlit_are_options_it_knows():
    assert st.get_option("runner.postScriptGC") in (True, False)
    assert st.get_option("global.minCachedMessageSize") > 0
