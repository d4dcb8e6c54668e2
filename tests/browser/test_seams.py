"""Names of Streamlit's and Plotly's insides that style sheets and scripts rely on: each is found in the running app."""

import re

import pytest

from tests.browser.conftest import COMPONENTS
from viz import streamlit_dom

SCRIPT = (COMPONENTS / "shared" / "streamlit.js").read_text(encoding="utf-8")
STYLES = "\n".join(path.read_text(encoding="utf-8") for path in COMPONENTS.rglob("*.css"))
OWN = re.compile(r"\[data-testid=\"?(?!st)")
NAMES = sorted(
    {value for name, value in vars(streamlit_dom).items() if name.isupper()}
    | set(re.findall(r"""= ['"](.+)['"];""", SCRIPT))
    | {name for name in re.findall(r"\[data-testid[^\]]+\]|\.st[A-Z]\w+", STYLES) if not OWN.match(name)}
)
ADDRESSES = (
    "/drawing",
    "/whole_picture",
    "/product",
    "/glossary",
    "/broadcasting",
    "/tensors?hide=%3C",
    "/elementwise",
    "/graph",
)


@pytest.fixture(scope="module")
def found(browser, app_url):
    """The names that some page has."""
    there: set[str] = set()
    with browser.new_context(base_url=app_url, viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        for address in ADDRESSES:
            page.goto(address)
            page.locator("h1").wait_for()
            page.locator(".uncrumple-address-row button, .uncrumple-take, dl").first.wait_for()
            script = "names => names.filter((name) => document.querySelector(name))"
            page.wait_for_timeout(500)
            there |= set(page.evaluate(script, NAMES))
        page.set_viewport_size({"width": 390, "height": 844})
        page.locator(streamlit_dom.SIDEBAR_OPENER).wait_for()
        there |= set(page.evaluate(script, NAMES))
    return there


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_streamlits_document_still_has(found, name):
    assert name in found


def test_no_other_file_names_streamlits_document():
    spelled = re.compile(r"""data-testid[\^*]?=\\?"?st[A-Z]|["'` (]\.st[A-Z][a-z]\w+""")
    allowed = {"streamlit.js"}
    for path in COMPONENTS.rglob("*.js"):
        if path.name not in allowed:
            assert not spelled.search(path.read_text(encoding="utf-8")), path
    for folder in ("viz", "pages"):
        for path in (COMPONENTS.parents[1] / folder).rglob("*.py"):
            if path.name != "streamlit_dom.py":
                assert not spelled.search(path.read_text(encoding="utf-8")), path


def test_plotly_still_has_what_a_click_beside_a_point_needs(page):
    page.goto("/settings_map")
    plot = page.locator(".js-plotly-plot").first
    plot.wait_for()
    page.wait_for_function("() => document.querySelector('.js-plotly-plot')?._fullLayout?.xaxis")
    middle = plot.evaluate(
        "async (plot) => { const axis = plot._fullLayout.xaxis; return [axis.p2d(axis._length / 2), axis.range,"
        " axis.type, axis._offset]; }"
    )
    value, (low, high), kind, offset = middle
    ends = (10**low, 10**high) if kind == "log" else (low, high)
    assert min(ends) < value < max(ends) and offset > 0
