"""No data set, no network: the app does its main job all the same, and never calls its own digits MNIST."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import open_page, start_app


@pytest.fixture(scope="module")
def offline(tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    process, address = start_app(UNCRUMPLE_MNIST="", UNCRUMPLE_MIRRORS="http://127.0.0.1:9/", XDG_CACHE_HOME=str(cache))
    yield address
    process.terminate()
    process.wait(10)


@pytest.mark.slow
def test_procedural_digits_are_trained_on_and_labelled(browser, offline):
    page, complaints = open_page(browser, offline, viewport={"width": 1440, "height": 900})
    page.goto("/network")
    # The page is there before the data.
    expect(page.get_by_role("heading", name="A first network")).to_be_visible()
    expect(page.get_by_text("These digits are procedural, not MNIST")).to_be_visible(timeout=90_000)
    expect(page.get_by_text("of the 10,000 test digits (procedural digits)")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("of procedural digits is a")).to_be_visible()
    page.get_by_role("button", name="One update", exact=True).click()
    expect(page.get_by_text("your own network after 1 update on procedural digits")).to_be_visible()
    page.get_by_text("What was tried").click()
    expect(page.get_by_text("No mirror delivered train-images-idx3-ubyte")).to_be_visible()
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_text("These digits are procedural, not MNIST")).to_be_visible(timeout=60_000)
    page.context.close()
    assert complaints == []
