"""Which learning rates and momenta arrive: every pair tried at once, and what theory says of quadratics.

A run has arrived when its loss stays within a fraction ``tolerance`` of the start's loss above the lowest loss.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from engine.descent import descent, surfaces
from engine.descent.descent import DIVERGED, GOES_ON, RATES, Family, Lowest
from engine.descent.surfaces import Surface

METHODS = ("momentum", "nesterov", "book", "book_plus")
MOMENTA = 34
STEPS = (200, 400)
STAY = 10
"""So many steps more are made: a run that wanders must not count as arrived because its last step hit the goal."""
TOLERANCES = (0.1, 0.01, 0.001)
NOT_WITHIN = -1
QUADRATIC_RATES = (0.01, 4.5)
"""Learning rates tried on a quadratic, times its largest curvature: heavy ball's last one that converges is 4."""


class Choice(NamedTuple):
    """One cell: its position among the learning rates and among the momenta."""

    rate: int
    momentum: int


class SettingsMap(NamedTuple):
    """What every pair of settings comes to.

    rates (61,), momenta (34,); steps (61, 34): the first step, up to ``limit``, from which the loss stays at most
    ``goal`` until ten steps after ``limit``, NOT_WITHIN if there is none, DIVERGED, FELL or UNDEFINED if so it went;
    best: the cell with the fewest steps, None if none arrives;
    as_good: how many cells need as few; lowest: the lowest loss known, of which ``goal`` is ``tolerance`` short;
    attained: whether it is the function's floor. Where it is not, nothing can arrive, and ``goal`` is −∞.
    """

    rates: np.ndarray
    momenta: np.ndarray
    steps: np.ndarray
    best: Choice | None
    as_good: int
    start_loss: float
    lowest: float
    attained: bool
    goal: float
    tolerance: float
    limit: int


class Theory(NamedTuple):
    """What is known of a method on a quadratic with curvatures from ``flattest`` to ``steepest``.

    momenta (m,), largest_rates (m,): below them it converges; converges (61, 34): the same for the cells of a map;
    optimum: the learning rate and momentum whose error shrinks fastest in the long run, None where unknown.
    """

    flattest: float
    steepest: float
    momenta: np.ndarray
    largest_rates: np.ndarray
    converges: np.ndarray
    optimum: tuple[float, float] | None


class Agreement(NamedTuple):
    """Of ``cells`` cells, ``disagreeing`` diverge where theory has them converge or the reverse; ``beside`` of these
    touch the theoretical boundary."""

    cells: int
    disagreeing: int
    beside: int


def curvatures(surface: Surface) -> np.ndarray:
    """Second derivatives along the principal axes at the origin, ascending, (d,): a quadratic's are these everywhere.

    >>> curvatures(surfaces.bowl_of(20)).tolist()
    [1.0, 20.0]
    """
    origin = jnp.zeros(len(surface.window), jnp.float32)
    return np.linalg.eigvalsh(np.asarray(surfaces.curvature(surface.expression, origin), np.float64))


def settings(surface: Surface) -> tuple[np.ndarray, np.ndarray]:
    """The learning rates (61,), evenly spaced on a log scale, and the momenta (34,), 0 to 0.99 in steps of 0.03."""
    low, high = surface.rates
    if surface.quadratic:
        low, high = (rate / curvatures(surface)[-1] for rate in QUADRATIC_RATES)
    return np.geomspace(low, high, RATES).astype(np.float32), np.arange(MOMENTA) * 0.03


def lowest(surface: Surface, losses: np.ndarray) -> Lowest:
    """The lowest loss known: at the known minima, else on a grid over the window and on these runs."""
    values = np.zeros(0) if surface.minima else surfaces.grid(surface, 201)[1]
    return descent.lowest(surface, values, [losses])


def runs(surface: Surface, method: str, start: tuple[float, ...], limit: int) -> Family:
    """Every run of the map from start (d,), ``limit`` steps and ten more, float32.

    points (61, 34, limit + 11, d) and losses (61, 34, limit + 11).
    """
    rates, momenta = (jnp.asarray(values, jnp.float32) for values in settings(surface))
    point = jnp.asarray(start, jnp.float32)
    tried = descent.family(surface.expression, method, point, rates, momenta, steps=limit + STAY)
    return Family(*map(np.asarray, tried))


def measure(surface: Surface, tried: Family, tolerance: float) -> SettingsMap:
    """The map of runs that ``runs`` made; where the start's loss is not finite, none arrives."""
    rates, momenta = settings(surface)
    first, least = float(tried.losses[0, 0, 0]), lowest(surface, tried.losses)
    goal = least.loss + tolerance * (first - least.loss) if least.attained else -np.inf
    limit = tried.losses.shape[-1] - 1 - STAY
    steps = _counted(tried, goal, limit)
    best, as_good = fewest(steps)
    return SettingsMap(rates, momenta, steps, best, as_good, first, *least, goal, tolerance, limit)


def _counted(tried: Family, goal: float, limit: int) -> np.ndarray:
    steps, kind = descent.steps_to_reach(tried.losses, goal), descent.fates(*tried).kind
    return np.where(kind != GOES_ON, kind, np.where(steps > limit, NOT_WITHIN, steps))


def fewest(steps: np.ndarray) -> tuple[Choice | None, int]:
    """The cell with the fewest steps, of equals the one with the least momentum, then rate; and how many equal it."""
    if not (steps >= 0).any():
        return None, 0
    equal = steps == steps[steps >= 0].min()
    momentum, rate = np.argwhere(equal.T)[0]
    return Choice(int(rate), int(momentum)), int(equal.sum())


def nearest(settings_map: SettingsMap, rate: float, momentum: float) -> Choice:
    """The cell around a point of the map: nearest on the log scale of rates and on the scale of momenta."""
    rates = np.log(settings_map.rates.astype(np.float64))
    place = np.log(max(rate, np.finfo(np.float64).tiny))
    return Choice(int(np.abs(rates - place).argmin()), int(np.abs(settings_map.momenta - momentum).argmin()))


def largest_rate(method: str, momentum: ArrayLike, curvature: float) -> np.ndarray:
    """As ``descent.largest_rate``; for the first edition's plus 2 (1 + m) / h below momentum 1/2, and 0 from there.

    The plus has determinant m (1 − rate h) and trace 1 + m − (1 − m) rate h; both roots lie inside the unit circle
    where rate h (1 − 2 m) > 0 and rate h < 2 (1 + m) (Jury's conditions).
    """
    if method == "book_plus":
        momentum = np.asarray(momentum, np.float64)
        return np.where(momentum < 0.5, 2 * (1 + momentum), 0) / curvature
    return descent.largest_rate(method, momentum, curvature)


def optimum(method: str, flattest: float, steepest: float) -> tuple[float, float] | None:
    """The learning rate and momentum whose slowest root is smallest on curvatures from ``flattest`` to ``steepest``.

    Heavy ball: 4 / (√L + √l)² and ((√L − √l) / (√L + √l))² (Polyak 1964). Nesterov, the book's loop: 4 / (3 L + l)
    and (√(3 c + 1) − 2) / (√(3 c + 1) + 2) with c = L / l (Lessard, Recht and Packard 2016). Else None.
    """
    if method == "momentum":
        high, low = np.sqrt(steepest), np.sqrt(flattest)
        return float(4 / (high + low) ** 2), float(((high - low) / (high + low)) ** 2)
    if method in ("nesterov", "book"):
        root = np.sqrt(3 * steepest / flattest + 1)
        return float(4 / (3 * steepest + flattest)), float((root - 2) / (root + 2))
    return None


def theory(surface: Surface, method: str) -> Theory | None:
    """What is known of a method on a quadratic surface; None on any other."""
    if not surface.quadratic:
        return None
    flattest, steepest = (float(value) for value in curvatures(surface)[[0, -1]])
    rates, momenta = settings(surface)
    fine = np.linspace(0, momenta[-1], 199)
    converges = rates[:, None] < largest_rate(method, momenta, steepest)
    largest = largest_rate(method, fine, steepest)
    return Theory(flattest, steepest, fine, largest, converges, optimum(method, flattest, steepest))


def steps_at(
    settings_map: SettingsMap, surface: Surface, method: str, start: tuple[float, ...], setting: tuple[float, float]
) -> int:
    """What exactly this learning rate and momentum come to, between the map's cells, counted as in the map."""
    rate, momentum = (jnp.asarray([value], jnp.float32) for value in setting)
    point = jnp.asarray(start, jnp.float32)
    tried = descent.family(surface.expression, method, point, rate, momentum, steps=settings_map.limit + STAY)
    return int(_counted(Family(*map(np.asarray, tried)), settings_map.goal, settings_map.limit)[0, 0])


def agreement(settings_map: SettingsMap, known: Theory) -> Agreement:
    """How many measured cells contradict theory, and how many of these touch its boundary.

    A cell contradicts it that diverged although theory has it converge, or the reverse; one that merely did not
    arrive within the steps made contradicts nothing.
    """
    different = known.converges == (settings_map.steps == DIVERGED)
    around = np.pad(known.converges, 1, mode="edge")
    rows, columns = known.converges.shape
    shifts = [around[row : row + rows, column : column + columns] for row in range(3) for column in range(3)]
    touching = np.any([shift != known.converges for shift in shifts], axis=0)
    return Agreement(different.size, int(different.sum()), int((different & touching).sum()))
