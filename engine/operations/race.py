"""The race: relu(x + y) by nested Python loops, by NumPy and by JAX, timed on this machine."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from engine.errors import InvalidInput
from engine.timing import measuring
from engine.timing.measuring import RUNS, Contest, Measurement, Piece, Work
from engine.typed.literals import parse_shape

BUDGETS = {"loops": 0.8, "NumPy": 0.4, "JAX": 0.4}
"""Seconds after which a run is cut."""
MAX_ELEMENTS = 10**7
MAX_REPETITIONS = 100_000
BLOCK = 2_000
"""Cells the loops compute before other threads get the interpreter, about a millisecond: (20, 100) is one block."""
BATCH_CELLS, BATCH_CALLS = 2 * 10**6, 200
REMEMBERED = 8


@dataclass(frozen=True)
class Settings:
    """shape: (rows, columns) of x and of y. repetitions: how often relu(x + y) is computed."""

    shape: tuple[int, int] = (20, 100)
    repetitions: int = 1_000


class Snapshot(measuring.Snapshot[Settings]):
    """A race at one moment."""

    def seconds(self, contestant: str) -> float | None:
        """Median of its runs, each scaled to the repetitions asked for; None before the first run."""
        each = super().seconds(contestant)
        return None if each is None else each * self.settings.repetitions


def naive_add(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """x + y of two matrices, cell by cell, as section 2.3.1 writes it.

    >>> naive_add(np.array([[1, 2]]), np.array([[3, 4]])).tolist()
    [[4, 6]]
    """
    x = x.copy()
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] += y[i, j]
    return x


def naive_relu(x: np.ndarray) -> np.ndarray:
    """max(x, 0) of a matrix, cell by cell, as section 2.3.1 writes it.

    >>> naive_relu(np.array([[-1, 2]])).tolist()
    [[0, 2]]
    """
    x = x.copy()
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] = max(x[i, j], 0)
    return x


def loops(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """relu(x + y) of two matrices by nested Python loops."""
    return naive_relu(naive_add(x, y))


def vectorised(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """relu(x + y) by NumPy."""
    return np.maximum(x + y, 0)


def fresh_jax() -> Callable[[Any, Any], jax.Array]:
    """relu(x + y) by JAX, not compiled yet, whatever was compiled before."""

    @jax.jit
    def relu_of_sum(x: jax.Array, y: jax.Array) -> jax.Array:
        return jnp.maximum(x + y, 0)

    return relu_of_sum


def parse_size(text: str) -> tuple[int, int]:
    """(rows, columns) as typed; InvalidInput unless there are two sizes of at least 1 and at most 10**7 cells.

    >>> parse_size("20, 100")
    (20, 100)
    """
    shape = parse_shape(text, what="the size of the matrices")
    if len(shape) != 2:
        raise InvalidInput(f"the race takes matrices, two sizes such as (20, 100); {shape} has {len(shape)}.")
    if not 1 <= prod(shape) <= MAX_ELEMENTS:
        raise InvalidInput(f"the matrices may have 1 to {MAX_ELEMENTS:,} elements; {shape} has {prod(shape):,}.")
    return shape


def require(settings: Settings) -> Settings:
    """The same settings; InvalidInput unless they are possible."""
    parse_size(str(tuple(settings.shape)))
    if not 1 <= settings.repetitions <= MAX_REPETITIONS:
        raise InvalidInput(f"repetitions must be 1 to {MAX_REPETITIONS:,}; {settings.repetitions:,} is not.")
    return settings


def operands(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """x and y: float32, uniform from -1 to 1, the same at every race."""
    generator = np.random.default_rng(0)
    x, y = (generator.random(shape, np.float32) for _ in range(2))
    for array in (x, y):
        array *= 2
        array -= 1
    return x, y


def blocks(shape: tuple[int, int]) -> Iterator[tuple[slice, slice]]:
    """The matrix in rectangles of at most BLOCK cells, each cell once."""
    rows, columns = shape
    width = min(columns, BLOCK)
    height = max(1, BLOCK // width)
    for top in range(0, rows, height):
        for left in range(0, columns, width):
            yield slice(top, min(top + height, rows)), slice(left, min(left + width, columns))


def loop_pieces(x: np.ndarray, y: np.ndarray, result: np.ndarray) -> Iterator[Piece]:
    """Endless repetitions of the loops, block by block, into result."""

    def compute(block: tuple[slice, slice]) -> None:
        result[block] = loops(x[block], y[block])

    while True:
        for block in blocks(x.shape):
            yield partial(compute, block), x[block].size / x.size


def call_pieces(call: Callable[[], Any], cells: int, repetitions: int) -> Iterator[Piece]:
    """``call`` repeated, in batches that take about a millisecond."""
    batch = min(max(BATCH_CELLS // cells, 1), BATCH_CALLS)

    def compute(count: int) -> None:
        for _ in range(count):
            call()

    for begin in range(0, repetitions, batch):
        count = min(batch, repetitions - begin)
        yield partial(compute, count), count


def prepare(settings: Settings) -> Contest:
    """The operands, and what the three do with them; NumPy has done it once."""
    x, y = operands(settings.shape)
    on_device = jax.block_until_ready((jnp.asarray(x), jnp.asarray(y)))
    call = fresh_jax()
    result, wanted = np.empty_like(x), max(1, round(settings.repetitions / RUNS))
    vectorised(x, y)

    def by_jax() -> None:
        call(*on_device).block_until_ready()

    pieces = {
        "loops": lambda: loop_pieces(x, y, result),
        "NumPy": lambda: call_pieces(lambda: vectorised(x, y), x.size, wanted),
        "JAX": lambda: call_pieces(by_jax, x.size, wanted),
    }
    return Contest(by_jax, {name: Work(made, wanted, BUDGETS[name]) for name, made in pieces.items()})


class Race(Measurement[Settings, Snapshot]):
    """Races in a daemon thread of their own; the last REMEMBERED that finished are kept."""

    def __init__(self, *, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(
            prepare,
            Snapshot.blank(Settings()),
            name="race",
            too_large="There is no memory left for matrices of {0.shape}; try smaller ones.",
            remembered=REMEMBERED,
            clock=clock,
        )

    def start(self, settings: Settings) -> None:
        """Begin a race, in place of one under way. InvalidInput unless the settings are possible."""
        super().start(require(settings))
