"""Names the server does not go by are refused, over HTTP and websockets; answers say what browsers must refuse."""

import pytest

from pages.shell import guard
from pages.shell.guard import Guard
from tests.pages.reading import awaited


async def answered(scope, receive, send):
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    headers = [(b"content-type", b"text/plain"), (b"x-content-type-options", b"guess")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"here"})


def asked(host: str | None, kind: str = "http") -> list[dict]:
    sent: list[dict] = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request"}

    headers = [] if host is None else [(b"host", host.encode())]
    scope = {"type": kind, "method": "GET", "path": "/", "query_string": b"", "headers": headers}
    awaited(Guard(answered)(scope, receive, send))
    return sent


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1", "[::1]:8501", "10.1.2.3:80", "LOCALHOST"])
def test_addresses_in_digits_and_this_machine_are_answered(host):
    assert asked(host)[0]["status"] == 200
    assert asked(host, "websocket") == [{"type": "websocket.accept"}]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8501", "127.0.0.1.evil.example", "", None, "a b"])
def test_any_other_name_is_refused(host):
    first, second = asked(host)
    assert first["status"] == 421 and b"does not go by that name" in second["body"]
    assert asked(host, "websocket") == [{"type": "websocket.close", "code": 1008}]


def test_names_can_be_added(monkeypatch):
    monkeypatch.setenv(guard.HOSTS, "School.example, other.example")
    assert asked("school.example:443")[0]["status"] == 200 and asked("other.example")[0]["status"] == 200
    assert asked("third.example")[0]["status"] == 421


def test_every_answer_says_what_browsers_must_refuse(monkeypatch):
    monkeypatch.setenv(guard.FRAMES, "https://learn.example")
    headers = asked("localhost")[0]["headers"]
    assert [value for name, value in headers if name == b"x-content-type-options"] == [b"nosniff"]
    policy = dict(headers)[b"content-security-policy"].decode()
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["frame-ancestors"] == "'self' https://learn.example"
    assert rules["object-src"] == "'none'" and "http" not in policy.replace("https://learn.example", "")
