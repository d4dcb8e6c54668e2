"""The app's own routes: what they refuse, and that a large drawing does not keep a small one waiting."""

import http.client
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from json import dumps
from typing import NamedTuple

import pytest
import uvicorn
from starlette.applications import Starlette

from pages.shell import server, session
from viz.components import assets, payload

PREDICT = f"{assets.PREFIX}/predict"


class Answer(NamedTuple):
    status_code: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> dict:
        return json.loads(self.content)


class Client:
    def __init__(self, port: int) -> None:
        self.port = port

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, *, content: bytes | str = b"", json: dict | None = None) -> Answer:
        return self._ask("POST", path, content if json is None else dumps(json))

    def _ask(self, method: str, path: str, body: bytes | str | None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body)
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, headers, answer.read())


@pytest.fixture(scope="module")
def client():
    """The routes in a server of their own, whose loop runs in another thread."""
    listening = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(Starlette(routes=server.ROUTES), log_level="critical"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield Client(listening.getsockname()[1])
    running.should_exit = True
    thread.join(10)


@pytest.fixture
def reader():
    made = session.Session()
    yield made
    made.close()


def drawing(reader, **changes) -> dict:
    return {"session": reader.token, "strokes": [[60, 60, 200, 60, 120, 220]], "brush": 22} | changes


def test_a_drawing_is_seen(client, reader):
    answer = client.post(PREDICT, json=drawing(reader))
    assert answer.status_code == 200 and len(answer.json()["probabilities"]) == 10


@pytest.mark.parametrize(
    "changes",
    [
        {"brush": int("9" * 4_000)}, {"brush": "wide"}, {"brush": None}, {"strokes": 3}, {"strokes": [[1, 2, 3]]},
        {"strokes": [["a", "b"]]}, {"strokes": None},
    ],
)  # fmt: skip
def test_what_no_board_would_send_is_refused(client, reader, changes):
    answer = client.post(PREDICT, json=drawing(reader, **changes))
    assert answer.status_code in (400, 422) and answer.json()["error"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"3", b"\xff", b'{"session": NaN}', b"[" * 100_000])
def test_what_is_no_drawing_at_all_is_refused(client, body):
    answer = client.post(PREDICT, content=body)
    assert answer.status_code in (400, 422) and answer.json()["error"]


def test_too_long_a_drawing_is_refused(client, reader):
    strokes = [[1.5, 2.5] * 200_000]
    assert client.post(PREDICT, json=drawing(reader, strokes=strokes)).status_code == 413


def test_a_small_drawing_overtakes_large_ones_and_of_those_only_so_many_wait(client, reader, monkeypatch):
    go_on, small = threading.Event(), []

    def seen(request):
        if request["large"]:
            go_on.wait(20)
        else:
            small.append(request)
        return {}

    monkeypatch.setattr(server.session, "predict", seen)
    large = json.dumps({"large": True, "filling": "x" * server.LARGE_DRAWING_BYTES})
    with ThreadPoolExecutor(40) as pool:
        sent = [pool.submit(client.post, PREDICT, content=large) for _ in range(server.MOST_WAITING + 9)]
        try:
            assert client.post(PREDICT, json={"large": False}).status_code == 200 and len(small) == 1
            deadline = time.monotonic() + 20
            while sum(future.done() for future in sent) < 8 and time.monotonic() < deadline:
                time.sleep(0.01)
        finally:
            go_on.set()
        codes = [future.result().status_code for future in sent]
    assert codes.count(503) == 8 and codes.count(200) == server.MOST_WAITING + 1


@pytest.mark.parametrize("path", ["parts/takeaway/menu.json", "parts/..%2f..%2fapp.json", "data/none"])
def test_what_is_not_there_is_not_found(client, path):
    assert client.get(f"{assets.PREFIX}/{path}").status_code == 404


def test_data_lie_under_the_name_of_their_content(client):
    name = payload.shelf.put(b"some content")
    answer = client.get(f"{assets.PREFIX}/data/{name}")
    assert answer.content == b"some content" and "immutable" in answer.headers["cache-control"]
