"""What the app touches of Streamlit's insides, of asyncio's below it and of the collector: each with its reason.

``tests/pages/test_seams.py`` fails when one of them is gone, or not needed any more. The settings that cure the rest
stand in ``.streamlit/config.toml``, names of the document in ``viz/streamlit_dom.py``.
"""

import gc
import socket
from asyncio import base_events

from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState


def send_small_frames_at_once() -> None:
    """Make asyncio switch Nagle's algorithm off for every connection, whatever its listening socket looks like."""
    vars(base_events)["_set_nodelay"] = without_delay


def without_delay(connection: socket.socket) -> None:
    """Set TCP_NODELAY on a TCP connection, whatever protocol number its socket was made with.

    Streamlit makes the listening socket with protocol 0, for which asyncio leaves Nagle's algorithm on; small
    answers then wait up to 40 ms for the browser's acknowledgement (uvicorn issue 3149).
    """
    if connection.family in (socket.AF_INET, socket.AF_INET6) and connection.type == socket.SOCK_STREAM:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def leave_pages_to_navigation() -> None:
    """Keep Streamlit from running files of a folder named pages by itself before st.navigation was first called.

    A first visitor who follows a link to a page would get that page without the app around it.
    """
    PagesManager.uses_pages_directory = False


def fragment() -> str | None:
    """The fragment that runs now; None in a whole run of the page. Streamlit has no public name for it."""
    return ThreadState.get().fragment_id


def spare_the_collector() -> None:
    """Keep the garbage collector from walking what is imported and compiled by now: it stays for good.

    JAX's, Plotly's and Streamlit's modules are half a million objects; a full collection otherwise takes 50 ms.
    """
    gc.collect()
    gc.freeze()
