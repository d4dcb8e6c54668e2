"""What a reader's browser session holds: the run, the current network, the drawing; and the data all share."""

import secrets
import threading
import time
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import jax
import numpy as np
import streamlit as st

from engine import drawing, evaluation, prediction, pretrained, training, whole_picture
from engine.errors import InvalidInput
from engine.loading import Loader
from engine.mnist import Digits
from engine.network import Params
from engine.runner import Runner
from engine.training import Data, Settings
from pages.shell import weights
from viz.drawing import board_pictures


class Network(NamedTuple):
    """The network every page uses just now. version differs whenever the weights do."""

    params: Params
    name: str
    sentence: str
    version: str


class Session:
    """One browser tab. Held by Streamlit until the tab closes; the prediction route finds it by its token."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(16)
        self.runner: Runner | None = None
        self.digits: Digits | None = None
        self.base: np.ndarray | None = None
        self.drawn: np.ndarray | None = None
        self._evaluation: tuple[str, Digits, evaluation.Evaluation] | None = None
        self._runs = 0
        _sessions[self.token] = self

    def prepare(self, digits: Digits, settings: Settings) -> Runner:
        """A run that has not begun, of these settings on these digits, in place of the one before."""
        self.close()
        self._runs += 1
        self.digits = digits
        self.runner = Runner(*placed(digits), settings)
        return self.runner

    def network(self) -> Network:
        """The reader's own network once it has made an update, else the pretrained one."""
        runner = self.runner
        run = runner.poll() if runner else None
        if run is None or not run.update:
            return pretrained_network()
        practised = " on procedural digits" if self.digits and self.digits.source == "procedural" else ""
        updates = "1 update" if run.update == 1 else f"{run.update:,} updates"
        sentence = f"your own network after {updates}{practised}"
        return Network(run.params, "yours", sentence, f"{self._runs}.{run.update}")

    def weights_file(self) -> bytes:
        """The current network's weights as an .npz file: W1, b1, W2, b2, float32."""
        return weights.file(self.network().params)

    def evaluation(self, digits: Digits) -> evaluation.Evaluation:
        """The current network on all test digits; while a run goes on, the last one made before it."""
        network = self.network()
        known = self._evaluation
        if known is None or known[1] is not digits or (known[0] != network.version and not self.training):
            found = evaluation.evaluate(network.params, digits.test_images, digits.test_labels)
            known = self._evaluation = network.version, digits, found
        return known[2]

    def scored_digit(self) -> tuple[np.ndarray, int | None, str]:
        """The (28, 28) digit whose probabilities are followed, its label if known, and what to call it."""
        if self.drawn is not None:
            return self.drawn, None, "Your digit, scored"
        digits = loader().poll().digits
        if digits is None:
            return np.zeros((28, 28), np.uint8), None, "An empty page, scored"
        label = int(digits.test_labels[0])
        return digits.test_images[0], label, f"Test digit 0 (a {label}), scored"

    @property
    def training(self) -> bool:
        """Whether a run is making updates just now."""
        runner = self.runner
        return runner is not None and runner.poll().state == "running"

    def close(self) -> None:
        """End the training thread, if there is one."""
        runner, self.runner, self.digits = self.runner, None, None
        if runner:
            runner.close()


_sessions: WeakValueDictionary[str, Session] = WeakValueDictionary()
_placing = threading.Lock()
_placed: list[tuple[Digits, tuple[Data, Data]]] = []


@st.cache_resource(scope="session", on_release=Session.close, show_spinner=False)
def current() -> Session:
    """The session of the reader whose script is running; told within 0.1 s when the tab closes."""
    return Session()


@cache
def loader() -> Loader:
    """The one loader of the process; its thread starts with the server."""
    started = Loader()
    started.start()
    return started


@cache
def pretrained_network() -> Network:
    """The network that ships with the app."""
    loaded = pretrained.load()
    params = Params(*map(jax.numpy.asarray, loaded.params))
    return Network(params, "pretrained", "the pretrained network that comes with the app", "pretrained")


def placed(digits: Digits) -> tuple[Data, Data]:
    """Training and test data on the devices; one copy serves all sessions."""
    with _placing:
        if not _placed or _placed[0][0] is not digits:
            mesh = training.device_mesh()
            train = training.place(digits.train_images, digits.train_labels, mesh)
            test = training.place(digits.test_images, digits.test_labels, mesh)
            _placed[:] = [(digits, (train, test))]
        return _placed[0][1]


def warm_up() -> None:
    """Begin loading the data; compile what the first visitor will press, so that the first press is quick too."""
    loader()
    params = pretrained_network().params
    jax.block_until_ready(prediction.predict(params, np.zeros((28, 28), np.uint8)))
    training.half_precision(training.initial_state(Settings()).params)
    while loader().poll().digits is None:
        if loader().poll().state == "failed":
            return
        time.sleep(0.05)
    digits = loader().poll().digits
    evaluation.evaluate(params, digits.test_images[: evaluation.SLICE], digits.test_labels[: evaluation.SLICE])
    rehearsal = Runner(*placed(digits), Settings())
    rehearsal.step()
    rehearsal.wait()
    run, train = rehearsal.poll(), placed(digits)[0]
    first = whole_picture.batch(run.settings, 0, len(train.labels))
    state = training.State(run.params, run.optimizer_state)
    whole_picture.turn(state, train, first, run.learning_rate, optimizer=run.settings.optimizer)
    rehearsal.close()


def predict(request: Mapping[str, Any]) -> dict[str, Any]:
    """What the drawing board shows of one drawing. Called by the server's route, in any thread.

    request: {"session": token, "strokes": [[x, y, x, y, …], …] in canvas units, "brush": diameter,
    "base": true if the picture the session holds lies under the strokes}.
    Returns {"empty": true} for a canvas without ink, else the stages, activations, probabilities and evidence as
    base64 arrays {"shape", "bytes"}; "penned" is None where it equals "cropped". Raises InvalidInput for what a
    reader can mend, KeyError, TypeError or ValueError for what no board would send.
    """
    session = _sessions.get(str(request["session"]))
    if session is None:
        raise InvalidInput("The server does not know this page any more. Reload it; the drawing stays.")
    network = session.network()
    about = {"network": network.sentence, "version": network.version, "training": session.training}
    canvas = _canvas(request, session.base)
    if not canvas.any():
        session.drawn = None
        return {"empty": True} | about
    stages = drawing.normalize(canvas)
    session.drawn = stages.centred
    seen = jax.device_get(prediction.predict(network.params, stages.centred))
    return about | {"empty": False} | board_pictures(stages, seen)


def _canvas(request: Mapping[str, Any], base: np.ndarray | None) -> np.ndarray:
    strokes = [np.asarray(stroke, np.float64).reshape(-1, 2) for stroke in request["strokes"]]
    canvas = drawing.rasterize(strokes, brush=float(request["brush"]))
    if request.get("base") and base is not None:
        canvas = np.maximum(canvas, base)
    return canvas
