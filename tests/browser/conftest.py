"""The app in a process of its own, and Chromium pages that fail a test on any console error or foreign request."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 60

expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser on a busy machine may miss a deadline once, in a slow test twice; more often is a defect."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=2 if item.get_closest_marker("slow") else 1))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_app(script: str = "app.py", **environment: str) -> tuple[subprocess.Popen, str]:
    """`streamlit run` on a free port; returns once it answers."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless", "true"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.fileWatcherType", "none"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)} | environment, stdout=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
            return process, url
        except OSError:
            time.sleep(0.05)
    process.kill()
    raise TimeoutError(f"the app did not answer within {START_SECONDS} s")


@pytest.fixture(scope="session")
def app_url():
    process, url = start_app()
    yield url
    process.terminate()
    process.wait(10)


def chromium() -> str | None:
    """Where Chromium is installed, if it is."""
    return shutil.which("chromium") or shutil.which("google-chrome")


def launch(playwright) -> Browser:
    return playwright.chromium.launch(executable_path=chromium(), args=FLAGS)


@pytest.fixture(scope="session")
def browser():
    if chromium() is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing; with CI set, browser tests may not be skipped")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        launched = launch(playwright)
        yield launched
        launched.close()


def open_page(browser: Browser, url: str, **context) -> tuple[Page, list[str]]:
    """A page in a fresh context, and the list its complaints go to."""
    return watched(browser.new_context(base_url=url, **context), url)


def watched(context: BrowserContext, url: str) -> tuple[Page, list[str]]:
    """A new page of this context, and the list its complaints go to."""
    page = context.new_page()
    page.set_default_timeout(30_000)
    complaints: list[str] = []

    def listen(message) -> None:
        # Reached by a link to a page, Streamlit first looks for its server below that page's address.
        probing = re.search(r"/\w+/_stcore/(health|host-config)$", message.location.get("url", ""))
        # A test has taken the server away; the page may look for it meanwhile.
        sought = "ERR_INTERNET_DISCONNECTED" in message.text
        if message.type == "error" and not probing and not sought:
            complaints.append(f"{message.text} ({message.location.get('url', '')})")

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def watch(request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != urlsplit(url).netloc:
            complaints.append(f"a request left the machine: {request.url}")

    page.on("request", watch)
    return page, complaints


LAPTOP = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "color_scheme": "dark",
    "reduced_motion": "reduce",
}


class Window(NamedTuple):
    """A page that all tests of a file use in turn, each in a session of its own, and the complaints of this one."""

    page: Page
    complaints: list[str]


@pytest.fixture(scope="module")
def laptop(browser, app_url):
    """Opened once: a window costs more than a page, and Streamlit's hundred scripts stay in its cache."""
    with browser.new_context(base_url=app_url, **LAPTOP) as context:
        yield Window(*watched(context, app_url))


@pytest.fixture(scope="module")
def mobile(browser, app_url):
    """As laptop."""
    with browser.new_context(base_url=app_url, **PHONE) as context:
        yield Window(*watched(context, app_url))


def turn(window: Window, kind: dict) -> Iterator[Page]:
    """One test's turn, without what an earlier one left: the session, storage, a theme, the mouse."""
    page, complaints = window
    page.emulate_media(color_scheme=kind["color_scheme"], reduced_motion=kind.get("reduced_motion", "no-preference"))
    page.mouse.move(0, 0)
    page.goto("/_stcore/health")
    page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    complaints.clear()
    yield page
    page.goto("about:blank")
    assert complaints == []


@pytest.fixture
def page(laptop):
    """A laptop: 1440×900, light."""
    yield from turn(laptop, LAPTOP)


@pytest.fixture
def phone(mobile):
    """A phone: 390×844, touch, dark, reduced motion."""
    yield from turn(mobile, PHONE)


COMPONENTS = ROOT / "viz" / "components"
MODULES = "http://modules.test"


@pytest.fixture
def modules(browser):
    """A blank page that imports the components' own modules: ``await import("/number_bits/arithmetic.js")``."""
    with browser.new_context() as context:
        page = context.new_page()

        def offer(route) -> None:
            file = COMPONENTS / urlsplit(route.request.url).path.lstrip("/")
            if file.suffix == ".js":
                route.fulfill(body=file.read_text(encoding="utf-8"), content_type="text/javascript")
            else:
                route.fulfill(body="<!doctype html>", content_type="text/html")

        page.route(f"{MODULES}/**", offer)
        page.goto(MODULES)
        yield page
