"""``x @ y`` by three nested Python loops, by NumPy and by JAX, timed on this machine."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from engine.errors import InvalidInput
from engine.operations.product import product_shape
from engine.timing import measuring
from engine.timing.measuring import Contest, Measurement, Piece, Work

BUDGETS = {"loops": 0.6, "NumPy": 0.2, "JAX": 0.2}
"""Seconds after which a run is cut."""
MAX_SIZE = 4_096
CALLS = 200
"""The most products of one run of NumPy or JAX."""
PIECE = 20_000
"""Multiply–adds the loops make before other threads get the interpreter, about a millisecond."""


@dataclass(frozen=True)
class Settings:
    """x is (rows, terms), y is (terms, columns), float32."""

    rows: int = 128
    terms: int = 128
    columns: int = 128

    @property
    def multiply_adds(self) -> int:
        """Multiplications, each with an addition."""
        return product_shape((self.rows, self.terms), (self.terms, self.columns)).multiply_adds


class Snapshot(measuring.Snapshot[Settings]):
    """One measurement at one moment; a repetition is the whole product."""

    def gigaflops(self, contestant: str) -> float | None:
        """Billions of additions and multiplications per second, two for each multiply–add; None before it has run."""
        seconds = self.seconds(contestant)
        return None if not seconds else 2 * self.settings.multiply_adds / seconds / 1e9

    def share(self, contestant: str) -> float:
        """The mean number of whole products a run made; below 1 where runs were cut and scaled up."""
        return self.measured(contestant) / max(len(self.samples[contestant]), 1)


def require(settings: Settings) -> Settings:
    """The same settings; InvalidInput unless every size is from 1 to MAX_SIZE."""
    for name, size in (("rows", settings.rows), ("terms", settings.terms), ("columns", settings.columns)):
        if not 1 <= size <= MAX_SIZE:
            raise InvalidInput(f"{name} must be from 1 to {MAX_SIZE:,}; {size:,} is not.")
    return settings


def naive_product(
    x: Sequence[Sequence[float]],
    y: Sequence[Sequence[float]],
    *,
    rows: range | None = None,
    columns: range | None = None,
) -> list[list[float]]:
    """``x @ y`` by three nested loops over lists of lists; only some rows and columns of it if asked.

    >>> naive_product([[1, 2], [3, 4]], [[5, 6], [7, 8]])
    [[19, 22], [43, 50]]
    """
    result = []
    for i in rows if rows is not None else range(len(x)):
        row = []
        for j in columns if columns is not None else range(len(y[0])):
            total: float = 0
            for k in range(len(y)):
                total += x[i][k] * y[k][j]
            row.append(total)
        result.append(row)
    return result


def operands(settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """x and y: float32, uniform from 0 to 1, the same every time."""
    generator = np.random.default_rng(0)
    x = generator.random((settings.rows, settings.terms), np.float32)
    return x, generator.random((settings.terms, settings.columns), np.float32)


def loop_pieces(x: list[list[float]], y: list[list[float]]) -> Iterator[Piece]:
    """The product by loops once, a few cells at a time."""
    rows, terms, columns = len(x), len(y), len(y[0])
    width = min(columns, max(1, PIECE // terms))
    height = max(1, PIECE // (terms * columns))
    for top in range(0, rows, height):
        for left in range(0, columns, width):
            tall = range(top, min(top + height, rows))
            wide = range(left, min(left + width, columns))
            share = len(tall) * len(wide) / (rows * columns)
            yield partial(naive_product, x, y, rows=tall, columns=wide), share


def call_pieces(call: Callable[[], Any]) -> Iterator[Piece]:
    """A library's product CALLS times, each a piece."""
    for _ in range(CALLS):
        yield call, 1.0


def fresh_jax() -> Callable[[Any, Any], jax.Array]:
    """``x @ y`` by JAX, not compiled yet, whatever was compiled before."""

    @jax.jit
    def product(x: jax.Array, y: jax.Array) -> jax.Array:
        return x @ y

    return product


def prepare(settings: Settings) -> Contest:
    """The operands, and what the three do with them; NumPy has done it once, which starts its threads."""
    x, y = operands(settings)
    x_list, y_list = x.tolist(), y.tolist()
    on_device = jax.block_until_ready((jnp.asarray(x), jnp.asarray(y)))
    call = fresh_jax()
    _ = x @ y

    def by_jax() -> None:
        call(*on_device).block_until_ready()

    works = {
        "loops": Work(lambda: loop_pieces(x_list, y_list), 1, BUDGETS["loops"]),
        "NumPy": Work(lambda: call_pieces(lambda: x @ y), CALLS, BUDGETS["NumPy"]),
        "JAX": Work(lambda: call_pieces(by_jax), CALLS, BUDGETS["JAX"]),
    }
    return Contest(by_jax, works)


class Speed(Measurement[Settings, Snapshot]):
    """Measurements of products in a daemon thread of their own."""

    def __init__(self, *, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(
            prepare,
            Snapshot.blank(Settings()),
            name="speed",
            too_large="There is no memory left for matrices of this size; try smaller ones.",
            clock=clock,
        )

    def start(self, settings: Settings) -> None:
        """Begin, in place of a measurement under way. InvalidInput unless the settings are possible."""
        super().start(require(settings))
