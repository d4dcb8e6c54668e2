"""A stranger's link in a real browser: nothing of it is a picture, a link or an icon, and nothing foreign is asked."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

HOSTILE = (
    "x*w` ![m](http://f.example/i.png) [m](//f.example) <img src=//f.example> www.f.example http://f.example "
    "m@f.example :material_home: :red[m] $m^2$ a -> b"
)


@pytest.mark.slow
def test_text_of_a_link_is_only_text(page):
    page.goto("/broadcasting?" + urlencode({"a": HOSTILE, "nobody": HOSTILE}))
    box = page.get_by_role("textbox", name="Shape of a", exact=True)
    expect(box).to_be_visible()
    box.fill(HOSTILE)
    alert = page.get_by_role("alert").filter(has_text="The shape of “a”")
    expect(alert).to_be_visible()
    for shown in page.get_by_role("alert").all():
        markdown = shown.get_by_test_id("stMarkdownContainer")
        assert markdown.locator("a, img, code, .katex, strong, span[style], span[role=img]").count() == 0
    page.goto("/graph?" + urlencode({"text": HOSTILE.replace("x*w`", "x * w # `")}))
    expect(page.get_by_role("textbox", name="Expression")).to_be_visible()
    assert page.locator('[data-testid="stMain"] :is(a, img)[href*="f.example"], [src*="f.example"]').count() == 0


@pytest.mark.slow
def test_refused_text_is_shown_sign_by_sign(page):
    page.goto("/graph")
    page.get_by_role("textbox", name="Expression").fill("www.f.example")
    alert = page.get_by_role("alert").filter(has_text="www")
    expect(alert).to_be_visible()
    assert "“www”" in alert.inner_text().replace("\u2060", "")
    page.get_by_role("textbox", name="Variables and their values").fill("www.f.example -> m@f.example = 1")
    alert = page.get_by_role("alert").filter(has_text="A variable's name")
    expect(alert).to_contain_text("f.example")
    assert alert.locator("a").count() == 0
    assert "www.f.example -> m@f.example" in alert.inner_text().replace("\u2060", "")
