"""Every page's own name works as its address; an unknown one leads to the first page with the nearest named."""

from urllib.parse import parse_qs, urlsplit

import pytest

from pages.shell import signpost
from pages.shell.chapter import GLOSSARY, LESSONS
from tests.pages.reading import awaited

HTML = [(b"accept", b"text/html,*/*;q=0.8")]


def scope(path: str, query: str = "", headers=HTML) -> dict:
    return {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": headers}


@pytest.mark.parametrize("page", [*LESSONS[1:], GLOSSARY], ids=lambda page: page.stem)
def test_a_pages_own_address_is_left_alone_and_its_other_names_lead_there(page):
    assert signpost.direction(scope(f"/{page.stem}", "rank=3")) is None
    others = [
        page.stem.upper(),
        page.title,
        page.title.replace(" ", "-").lower(),
        f"{page.stem}.html",
        f"chapter/2/{page.stem}",
        page.stem.replace("_", "-") + ".py",
    ]
    for name in {*others} - {page.stem}:
        assert signpost.direction(scope(f"/{name}", "rank=3&a=%C3%A9")) == f"/{page.stem}?rank=3&a=%C3%A9", name


def test_the_first_pages_name_is_its_address_too():
    assert signpost.direction(scope("/")) is None
    assert signpost.direction(scope("/whole_picture")) == "/"
    assert signpost.direction(scope("/the-whole-picture", "ink=a&hide=b")) == "/?ink=a&hide=b"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("tensrs", "tensors"), ("Broadcast", "broadcasting"), ("gradients", "gradient"), ("autodiff", "autodiff_modes"),
        ("stacked_layer", "layer_stack"), ("datatype", "dtypes"), ("netwrok", "network"), ("x" * 5_000, None),
        ("zzz", None), ("…", None), ("**[x](//a.b)**", None),
    ],
)  # fmt: skip
def test_an_unknown_name_goes_to_the_first_page_with_the_nearest_by_name(name, stem):
    target = urlsplit(signpost.direction(scope(f"/{name}", "rank=3")))
    assert (target.netloc, target.path) == ("", "/")
    assert parse_qs(target.query) == {signpost.ASKED: [name.rsplit("/", 1)[-1][: signpost.MAX_NAME]]}
    found = signpost.nearest(name)
    assert (found and found.stem) == stem


@pytest.mark.parametrize("path", ["//evil.example/x", "/\\evil.example", "/https:/evil.example/tensors"])
def test_no_address_leads_to_another_host(path):
    target = signpost.direction(scope(path))
    assert target.startswith("/") and not target.startswith(("//", "/\\"))


def test_under_a_base_path_it_stays_there(monkeypatch):
    monkeypatch.setattr(signpost.wayfinding, "home", lambda: "/class/")
    assert signpost.direction(scope("/class/tensors")) is None
    assert signpost.direction(scope("/class/Tensors")) == "/class/tensors"
    assert signpost.direction(scope("/class/tensrs")) == "/class/?no-page=tensrs"
    assert signpost.direction(scope("/elsewhere")) is None


def passed(asked: dict, status: int, kind: bytes) -> list[dict]:
    """What a browser gets where the app behind answers like this, in two pieces."""
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await send({"type": "http.response.body", "body": b"b"})

    async def send(message):
        sent.append(message)

    awaited(signpost.Signpost(app)(asked, None, send))
    return sent


def test_only_streamlits_empty_page_for_an_unknown_name_is_replaced():
    start, *body = passed(scope("/tensrs"), 200, b"text/html; charset=utf-8")
    assert start["status"] == 307 and (b"location", b"/?no-page=tensrs") in start["headers"]
    assert [message["body"] for message in body] == [b""]
    untouched = [
        (scope("/tensors"), 200, b"text/html"),
        (scope("/tensrs"), 404, b"text/html"),
        (scope("/media/a.png"), 200, b"image/png"),
        (scope("/tensrs", headers=[(b"accept", b"*/*")]), 200, b"text/html"),
        (scope("/_stcore/health"), 200, b"text/html"),
        (scope("/tensrs") | {"method": "POST"}, 200, b"text/html"),
    ]
    for asked, status, kind in untouched:
        start, *body = passed(asked, status, kind)
        assert start["status"] == status and [message["body"] for message in body] == [b"a", b"b"], asked
