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

from engine.digits import drawing
from engine.digits.loading import Loader
from engine.digits.mnist import Digits
from engine.errors import InvalidInput
from engine.training import evaluation, prediction, pretrained, training, whole_picture
from engine.training.network import Params
from engine.training.runner import Runner
from engine.training.training import Data, Settings
from pages.shell import keeping, weights
from viz.digits.drawing import board_pictures


class Network(NamedTuple):
    """The network every page uses just now. version differs whenever the weights do.

    procedural: trained on the digits that this app draws itself, not on MNIST.
    """

    params: Params
    name: str
    sentence: str
    version: str
    procedural: bool = False


class Judged(NamedTuple):
    """A network on all test digits of a data set, and on the training digits if it is the reader's own."""

    network: Network
    digits: Digits
    test: evaluation.Evaluation
    comparison: evaluation.Comparison | None


class Session:
    """One browser tab. Kept as ``keeping`` says; the prediction route finds it by its token."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(16)
        self.runner: Runner | None = None
        self.digits: Digits | None = None
        self.base: np.ndarray | None = None
        self.drawn: np.ndarray | None = None
        self._judged: Judged | None = None
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
        """The reader's own network once it has made an update, be it taken back, else the pretrained one."""
        runner = self.runner
        run = runner.poll() if runner else None
        if run is None or not (run.update or run.state == "diverged"):
            return pretrained_network()
        procedural = self.digits is not None and not self.digits.is_mnist
        updates = "1 update" if run.update == 1 else f"{run.update:,} updates"
        sentence = f"your own network after {updates}{' on procedural digits' if procedural else ''}"
        return Network(run.params, "yours", sentence, f"{self._runs}.{run.update}", procedural)

    def weights_file(self) -> bytes:
        """The current network's weights as an .npz file: W1, b1, W2, b2, float32."""
        return weights.file(self.network().params)

    def judged(self, digits: Digits) -> Judged:
        """The current network on all test digits; while a run goes on, the last one that was judged before it."""
        network, known = self.network(), self._judged
        if (
            known is None
            or known.digits is not digits
            or (known.network.version != network.version and not self.training)
        ):
            known = self._judged = self._judge(network, digits)
        return known

    def _judge(self, network: Network, digits: Digits) -> Judged:
        test = evaluation.evaluate(network.params, digits.test_images, digits.test_labels)
        if network.name != "yours" or self.digits is not digits:
            return Judged(network, digits, test, None)
        practised = float(training.evaluate(network.params, placed(digits)[0])[1])
        compared = evaluation.compare(practised, test.accuracy, digits.train_labels, len(digits.test_labels))
        return Judged(network, digits, test, compared)

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

    def pause(self) -> None:
        """Let a run stand still."""
        if self.runner:
            self.runner.pause()

    def has_run(self) -> bool:
        """Whether there is a run with updates."""
        return self.runner is not None and self.runner.poll().update > 0

    def close(self) -> None:
        """End the training thread, if there is one."""
        runner, self.runner, self.digits = self.runner, None, None
        if runner:
            runner.close()


_sessions: WeakValueDictionary[str, Session] = WeakValueDictionary()
_placing = threading.Lock()
_placed: list[tuple[Digits, tuple[Data, Data]]] = []


@keeping.kept(close=Session.close, pause=Session.pause, busy=Session.has_run)
def current() -> Session:
    """The session of the reader whose script is running; it outlives a lost connection and a reload."""
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
    jax.block_until_ready(training.evaluate(params, placed(digits)[0]))
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
