"""The connection is cut, the page reloaded, the server restarted: what was running is there, or its loss is said."""

import re
import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LAPTOP, start_app, watched

MORE_THAN = """(least) => {
  const found = document.body.innerText.match(/update ([\\d,]+) of/);
  return found && Number(found[1].replaceAll(',', '')) > least;
}"""


class Cable:
    """A TCP proxy before a server; pulled, every connection through it ends and no other begins."""

    def __init__(self, url: str) -> None:
        self.goal = (urlsplit(url).hostname, urlsplit(url).port)
        self.entry = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.entry.getsockname()[1]}"
        self.pulled = False
        self.ends: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def pull(self) -> None:
        self.pulled = True
        for end in list(self.ends):
            self._close(end)

    def plug(self, url: str = "") -> None:
        if url:
            self.goal = (urlsplit(url).hostname, urlsplit(url).port)
        self.pulled = False

    def close(self) -> None:
        self.pull()
        self.entry.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.entry.accept()
                if self.pulled:
                    near.close()
                    continue
                far = socket.create_connection(self.goal)
            except OSError:
                return
            self.ends |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for end in (one, other):
            self._close(end)

    def _close(self, end: socket.socket) -> None:
        self.ends.discard(end)
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@pytest.fixture
def cable(app_url):
    made = Cable(app_url)
    yield made
    made.close()


@pytest.fixture
def tab(browser, cable):
    """A tab behind the cable; that the server is out of reach meanwhile is no complaint."""
    with browser.new_context(base_url=cable.url, **LAPTOP) as context:
        yield watched(context, cable.url)[0]


def updates(page) -> int:
    text = page.get_by_text(re.compile(r"update [\d,]+ of")).first.inner_text()
    return int(re.search(r"update ([\d,]+) of", text)[1].replace(",", ""))


def train(page) -> None:
    """A run long enough to be still going on after the cut."""
    page.goto("/network?epochs=60&hidden_units=1024")
    page.get_by_role("button", name="Train", exact=True).click(timeout=60_000)
    page.wait_for_function(MORE_THAN, arg=20, timeout=120_000)


def test_a_run_goes_on_through_a_cut_and_is_there_after_a_reload(tab, cable):
    train(tab)
    before = updates(tab)
    cable.pull()
    tab.wait_for_timeout(5_000)
    cable.plug()
    tab.wait_for_function(MORE_THAN, arg=before, timeout=60_000)
    tab.get_by_role("button", name="Stop", exact=True).click()
    expect(tab.get_by_text("Stopped").first).to_be_visible()
    made = updates(tab)
    tab.reload()
    expect(tab.get_by_text("Stopped").first).to_be_visible(timeout=60_000)
    assert updates(tab) == made > before


@pytest.mark.slow
def test_another_tab_has_nothing_of_it(tab):
    train(tab)
    other = tab.context.new_page()
    other.goto("/network")
    expect(other.get_by_text("Not begun").first).to_be_visible(timeout=60_000)
    assert updates(other) == 0


@pytest.mark.slow
def test_after_a_restart_the_loss_is_said_once(browser):
    process, url = start_app()
    cable = Cable(url)
    try:
        with browser.new_context(base_url=cable.url, **LAPTOP) as context:
            page, _ = watched(context, cable.url)
            train(page)
            page.get_by_role("button", name="Stop", exact=True).click()
            expect(page.get_by_text("Stopped").first).to_be_visible()
            page.reload()
            expect(page.get_by_text("Stopped").first).to_be_visible(timeout=60_000)
            cable.pull()
            process.terminate()
            process.wait(10)
            process, url = start_app()
            cable.plug(url)
            page.reload()
            expect(page.get_by_text("The server began anew")).to_be_visible(timeout=60_000)
            expect(page.get_by_text("Not begun").first).to_be_visible(timeout=60_000)
            page.reload()
            expect(page.get_by_text("Not begun").first).to_be_visible(timeout=60_000)
            expect(page.get_by_text("The server began anew")).to_have_count(0)
    finally:
        cable.close()
        process.terminate()
        process.wait(10)
