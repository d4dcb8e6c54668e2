"""What a teacher's link takes off a page, read as what a stranger may have written."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from pages.shell import first_paint, teaching
from tests.pages.reading import awaited, data_of
from viz import streamlit_dom as dom


def script() -> None:
    import streamlit as st

    from pages.shell import teaching

    teaching.opened("slicing")
    st.title("A page")
    teaching.offer("slicing")


@pytest.fixture(scope="module")
def frame():
    return AppTest.from_function(script)


def shown(frame: AppTest, **address: str | list[str]) -> tuple[str, list[str]]:
    """The style sheet a link leads to, and what is said."""
    frame.query_params.clear()
    for name, value in address.items():
        frame.query_params[name] = value
    frame.run()
    assert not frame.exception
    sheets = [found.proto.body for found in frame._tree.children[2].get("html")]
    return sheets[0], [word.value for word in frame.warning]


def hidden(sheet: str) -> list[str]:
    """Selectors of the rules that take something off the page."""
    return re.findall(
        rf"^(.+?), {re.escape(dom.BLOCK)}:has\(> \1\) \{{ display: none !important \}}$", sheet, re.MULTILINE
    )


def test_a_plain_address_hides_nothing_and_says_nothing(frame):
    sheet, words = shown(frame)
    assert hidden(sheet) == [] and "display" not in sheet and words == []


def test_controls_are_hidden_by_the_class_streamlit_gives_their_keys(frame):
    sheet, words = shown(frame, hide="start,stop,x-1")
    assert words == []
    names = ("start", "stop", "x-1")
    assert hidden(sheet) == [f".st-key-slicing_{name}{box}" for name in names for box in ("", "_box")]
    assert sheet.startswith(f"<style>{teaching.MARK}") and sheet.endswith("</style>")


def test_parts_have_names_of_their_own_and_a_name_counts_once(frame):
    sheet, _ = shown(frame, hide=["notice,sidebar", "notice"])
    assert hidden(sheet) == [selector for part in ("notice", "sidebar") for selector in teaching.PARTS[part][1]]


@pytest.mark.parametrize(
    "name",
    ["</style><script>alert(1)</script>", "a}*{display:none", "Ä", "x y", "a\nb", "_a", "a" * 62, "-a", "*", "a/**/"],
)
def test_a_hostile_name_reaches_no_style_sheet_and_is_left_out_with_a_word(frame, name):
    sheet, words = shown(frame, hide=f"start,{name}")
    assert hidden(sheet) == [".st-key-slicing_start", ".st-key-slicing_start_box"]
    assert words == ["This link hides a name that nothing here can have; the rest of it counts."]
    assert sheet == shown(frame, hide="start")[0]


def test_a_thousand_names_become_a_hundred(frame):
    sheet, words = shown(frame, hide=",".join(f"a{k}" for k in range(1000)))
    assert len(hidden(sheet)) == 2 * teaching.MOST
    assert words == ["This link hides 900 names that nothing here can have; the rest of it counts."]


def test_frozen_keeps_the_title_and_the_pictures(frame):
    sheet, words = shown(frame, frozen="1")
    assert words == []
    for selector in (".stAppHeader", ".stSidebar", '[class*="st-key-part_"]'):
        assert re.search(rf"(^|, ){re.escape(selector)}[, ].*?display: none", sheet, re.MULTILINE | re.DOTALL)
    assert ".stHeading h1" in sheet and "pointer-events: none" in sheet


@pytest.mark.parametrize("value", ["0", "true", "</style>", "", ["1", "0"], ["0", "1"]])
def test_frozen_has_one_value(frame, value):
    sheet, words = shown(frame, frozen=value)
    assert sheet == shown(frame)[0]
    assert words == ["A link freezes a page with frozen=1 and nothing else; this page is not frozen."]


def test_the_panel_knows_the_page_and_every_part(frame):
    shown(frame)
    (panel,) = frame.get("bidi_component")
    data = data_of(panel)
    assert data["stem"] == "slicing"
    assert {part["name"]: part["selectors"] for part in data["parts"]} == {
        name: selectors for name, (_, selectors) in teaching.PARTS.items()
    }


def answered(path: str, query: str) -> tuple[dict[bytes, bytes], str]:
    """Headers and text of an HTML page behind the middleware, sent in two pieces."""
    sent, conditional = [], []

    async def app(scope, receive, send):
        conditional.append((b"if-none-match", b"1") in scope["headers"])
        headers = [(b"content-type", b"text/html"), (b"content-length", b"55"), (b"etag", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for body, more in ((b"<html><head><title>t</title></he", True), (b"ad><body></body></html>", False)):
            await send({"type": "http.response.body", "body": body, "more_body": more})

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"host", b"a"), (b"if-none-match", b"1")],
    }
    awaited(first_paint.FirstPaint(app)(scope, None, send))
    assert conditional == [not first_paint.sheet_of(scope)]
    return dict(sent[0]["headers"]), b"".join(message["body"] for message in sent[1:]).decode()


def test_the_first_answer_already_holds_the_style_sheet():
    headers, text = answered("/app/slicing", "hide=start&frozen=1")
    head = text.partition("</head>")[0]
    assert ".st-key-slicing_start," in head and ".stAppHeader" in head
    assert headers[b"content-length"] == str(len(text.encode())).encode()
    assert headers[b"cache-control"] == b"no-store" and b"etag" not in headers
    assert ".st-key-whole_picture_start," in answered("/app/", "hide=start")[1]


@pytest.mark.parametrize("query", ["", "rate=1", "frozen=0", "hide=%3C/style%3E%3Cb%3E"])
def test_an_address_that_hides_nothing_gets_the_page_as_it_is(query):
    _, text = answered("/slicing", query)
    assert text == "<html><head><title>t</title></head><body></body></html>"
