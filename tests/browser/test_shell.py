"""What the server around the script promises."""

import json
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import open_page, start_app


@pytest.fixture
def fresh():
    """The address of a server that nobody has visited yet."""
    process, address = start_app()
    yield address
    process.terminate()
    process.wait(10)


def test_the_first_visitor_may_come_by_a_link_to_any_page(browser, fresh):
    page, complaints = open_page(browser, fresh, viewport={"width": 1440, "height": 900})
    page.goto("/drawing")
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()
    sidebar = page.get_by_test_id("stSidebarNav")
    expect(sidebar.get_by_role("link", name="A first network")).to_be_visible()
    expect(sidebar.get_by_role("link", name="app", exact=True)).to_have_count(0)
    page.context.close()
    assert complaints == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("nonsense", 400),
        ('{"session": "x", "strokes": [], "brush": 22}', 422),
        ('{"session": 1}', 422),
        ("[1, 2]", 400),
        ("[" * 300_000, 400),
        (" " * 500_000, 413),
    ],
    ids=["no JSON", "unknown session", "half a request", "a list", "deep nesting", "too long"],
)
def test_a_request_no_board_would_send_is_refused_in_a_sentence(app_url, body, status):
    request = urllib.request.Request(f"{app_url}/uncrumple/predict", body.encode(), method="POST")
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request)
    assert refusal.value.code == status
    assert json.loads(refusal.value.read())["error"].endswith(".")
