"""A class on one server, over the wire: how long page changes, sliders and predictions take, and for how many.

`python -m tests.bench.classroom [LEARNERS] [SECONDS]`: one line per figure. Learners are sessions of the websocket
protocol: each draws in bursts of two predictions a second, moves a slider about every three seconds and changes pages
about every eight. First they arrive within ten seconds on a server that has just started; then, every page seen, they
work, with two of them training; then more and more come, until a goal is missed. This machine only.
"""

import asyncio
import http.client
import json
import random
import re
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.bench import digits, report
from tests.browser import conftest
from viz.components.assets import PREFIX

GOALS = {"stroke": 0.1, "slider": 0.3, "page": 1.0}
TRAINING_GOALS = {"stroke": 0.25, "slider": 0.6, "page": 2.0}
ARRIVAL, ARRIVAL_GOAL = 10.0, 5.0
MOST = 120
PATIENCE = 60
TOKEN = re.compile(r'"session":\s*"([\w-]{16,})"')
Times = dict[str, list[float]]


class Learner:
    """One tab, without a browser."""

    def __init__(self, url: str, times: Times, pool: ThreadPoolExecutor) -> None:
        self.url, self.times, self.pool = url, times, pool
        self.pages: dict[str, str] = {}
        self.sliders: dict[str, tuple] = {}
        self.buttons: dict[str, tuple[str, str]] = {}
        self.token = self.page = ""
        self.finished = asyncio.Event()
        self.polls: dict[str, asyncio.Task] = {}
        self.post: http.client.HTTPConnection | None = None

    async def open(self) -> None:
        address = f"{self.url.replace('http', 'ws')}/_stcore/stream"
        self.socket = await websockets.connect(
            address, subprotocols=["streamlit"], max_size=None, origin=self.url, open_timeout=PATIENCE
        )
        self.reading = asyncio.create_task(self.read())
        await self.run()

    async def close(self) -> None:
        for task in [*self.polls.values(), self.reading]:
            task.cancel()
        await self.socket.close()

    async def read(self) -> None:
        with suppress(websockets.ConnectionClosed):
            async for raw in self.socket:
                message = ForwardMsg.FromString(raw)
                kind = message.WhichOneof("type")
                if kind == "navigation":
                    self.pages = {each.url_pathname: each.page_script_hash for each in message.navigation.app_pages}
                elif kind == "new_session":
                    self.sliders, self.buttons = {}, {}
                    for poll in self.polls.values():
                        poll.cancel()
                    self.polls = {}
                elif kind == "auto_rerun":
                    fragment = message.auto_rerun.fragment_id
                    self.polls[fragment] = asyncio.create_task(self.poll(fragment, message.auto_rerun.interval))
                elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                    self.note(message.delta)
                elif kind == "script_finished":
                    self.finished.set()

    def note(self, delta) -> None:
        element, fragment = delta.new_element, delta.fragment_id
        kind = element.WhichOneof("type")
        if kind == "slider" and not element.slider.options:
            self.sliders[element.slider.id] = (element.slider, fragment)
        elif kind == "button":
            self.buttons[element.button.label] = (element.button.id, fragment)
        elif kind == "bidi_component" and (found := TOKEN.search(element.bidi_component.json)):
            self.token = found[1]

    async def poll(self, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self.send(fragment, automatic=True)

    async def send(self, fragment: str = "", change: Callable | None = None, *, automatic: bool = False) -> None:
        message = BackMsg()
        message.rerun_script.page_script_hash = self.page
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = automatic
        if change is not None:
            change(message.rerun_script.widget_states.widgets.add())
        await self.socket.send(message.SerializeToString())

    async def run(self, fragment: str = "", change: Callable | None = None) -> float:
        self.finished.clear()
        began = time.perf_counter()
        await self.send(fragment, change)
        await asyncio.wait_for(self.finished.wait(), PATIENCE)
        return time.perf_counter() - began

    async def go(self, name: str) -> float:
        self.page = self.pages[name]
        return await self.run()

    async def slide(self) -> None:
        if not self.sliders:
            return
        slider, fragment = random.choice(list(self.sliders.values()))
        steps = random.randint(0, max(1, round((slider.max - slider.min) / (slider.step or 1))))

        def change(widget) -> None:
            widget.id = slider.id
            widget.double_array_value.data.extend(
                [slider.min + steps * (slider.step or 1)] * max(1, len(slider.default))
            )

        self.times["slider"].append(await self.run(fragment, change))

    async def press(self, label: str) -> None:
        identity, fragment = next(found for name, found in self.buttons.items() if label in name)

        def change(widget) -> None:
            widget.id, widget.trigger_value = identity, True

        await self.run(fragment, change)

    def draw(self) -> None:
        place, stroke = [140.0, 140.0], []
        for _ in range(random.randint(4, 30)):
            place = [min(270.0, max(10.0, at + random.uniform(-20, 20))) for at in place]
            stroke += place
        body = json.dumps({"session": self.token, "strokes": [stroke], "brush": 22})
        began = time.perf_counter()
        for _ in range(2):
            try:
                self.post = self.post or http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE)
                self.post.request("POST", f"{PREFIX}/predict", body, {"Content-Type": "application/json"})
                answer = self.post.getresponse()
                answer.read()
                assert answer.status == 200, answer.status
                break
            except (OSError, http.client.HTTPException):  # an idle connection that the server has closed
                self.post, began = None, time.perf_counter()
        self.times["stroke"].append(time.perf_counter() - began)

    async def work(self, until: float, training: bool) -> None:
        await self.go("drawing")
        if training:
            await self.go("network")
            await self.press("Train")
        names = [name for name in self.pages if name]
        now = time.monotonic()
        due = {"draw": now, "slide": now + random.uniform(1, 4), "turn": now + random.uniform(2, 12)}
        while (now := time.monotonic()) < until:
            if now > due["draw"]:
                await asyncio.get_running_loop().run_in_executor(self.pool, self.draw)
                due["draw"] = now + random.uniform(0.3, 0.7)
            elif now > due["slide"]:
                await self.slide()
                due["slide"] = now + random.uniform(2, 4)
            elif now > due["turn"] and not training:
                self.times["page"].append(await self.go(random.choice(names)))
                due["turn"] = now + random.uniform(5, 11)
            await asyncio.sleep(0.02)


async def arrive(url: str, learners: int) -> list[float]:
    """Each opens the app and one page of the chapter; seconds of each until that page is complete."""
    with ThreadPoolExecutor(1) as pool:

        async def one() -> float:
            await asyncio.sleep(random.uniform(0, ARRIVAL))
            learner = Learner(url, defaultdict(list), pool)
            began = time.perf_counter()
            await learner.open()
            await learner.go(random.choice([name for name in learner.pages if name]))
            seconds = time.perf_counter() - began
            await learner.close()
            return seconds

        return list(await asyncio.gather(*(one() for _ in range(learners))))


async def lesson(url: str, learners: int, seconds: float, trainings: int) -> Times:
    """All work for so long; seconds by what was waited for."""
    times: Times = defaultdict(list)
    with ThreadPoolExecutor(64) as pool:
        tabs = [Learner(url, times, pool) for _ in range(learners)]
        await asyncio.gather(*(tab.open() for tab in tabs))
        until = time.monotonic() + seconds
        await asyncio.gather(*(tab.work(until, number < trainings) for number, tab in enumerate(tabs)))
        await asyncio.gather(*(tab.close() for tab in tabs))
    return times


async def every_page(url: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        learner = Learner(url, defaultdict(list), pool)
        await learner.open()
        for name in [name for name in learner.pages if name] * 2:
            await learner.go(name)
        await learner.close()


def late(times: Times, goals: dict[str, float]) -> dict[str, float]:
    """95th percentiles beyond their goals."""
    return {what: found for what, goal in goals.items() if (found := percentile(times[what])) > goal}


def percentile(seconds: list[float]) -> float:
    return sorted(seconds)[int(0.95 * len(seconds))] if seconds else 0.0


def tell(words: str, times: Times, goals: dict[str, float]) -> None:
    for what, goal in goals.items():
        found = f"{1e3 * statistics.median(times[what]):.0f} / {1e3 * percentile(times[what]):.0f}"
        report(f"{words}, {what}, median / 95 % of {len(times[what])}", found, f"ms (95 % at most {1e3 * goal:.0f})")


def main() -> None:
    learners = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 40.0
    digits()
    random.seed(0)
    process, url = conftest.start_app()
    try:
        slowest = max(asyncio.run(arrive(url, learners)))
        report(
            f"{learners} arrive on a server just started, slowest page",
            f"{slowest:.1f}",
            f"s (at most {ARRIVAL_GOAL:g})",
        )
        asyncio.run(every_page(url))
        tell(f"{learners} learners", asyncio.run(lesson(url, learners, seconds, 0)), GOALS)
        tell(f"{learners} learners, 2 train", asyncio.run(lesson(url, learners, seconds, 2)), TRAINING_GOALS)
        missed: dict[str, int] = {}
        for more in range(learners + 15, MOST + 1, 15):
            for what in late(asyncio.run(lesson(url, more, seconds / 2, 0)), GOALS):
                missed.setdefault(what, more)
            if len(missed) == len(GOALS):
                break
        for what in GOALS:
            report(f"{what}: first missed with", missed.get(what, f"more than {MOST}"), "learners")
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    main()
