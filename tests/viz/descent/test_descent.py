"""The descent board's data: codes decode to the engine's runs, and every explained line is true arithmetic."""

import base64
import re
import zlib

import jax.numpy as jnp
import numpy as np
import pytest

from engine.descent import descent, surfaces
from engine.descent.descent import METHODS
from engine.descent.surfaces import CURVES, SURFACES
from tests.cases import some
from viz import theme
from viz.descent import descent as viz

STEPS = 40


def made(name, methods=("sgd", "momentum"), rates=None, setting=None):
    surface = {**SURFACES, **CURVES}[name]
    grid, momenta = descent.settings(surface.rates)
    rates = np.float32(rates) if rates is not None else grid
    start = jnp.array(surface.start)
    families = {
        method: descent.family(
            surface.expression,
            method,
            start,
            jnp.array(rates),
            jnp.array(momenta if METHODS[method].uses_momentum else momenta[:1]),
            steps=STEPS,
        )
        for method in methods
    }
    _, values = surfaces.grid(surface, 41)
    setting = setting or viz.Setting(0, 3, 5, methods[0])
    rate, beta = float(rates[setting.rate]), float(momenta[setting.momentum])
    trace = descent.descend(surface.expression, setting.method, start, rate, beta, steps=STEPS)
    raced = viz.race(surface, values, surfaces.heights(surface), families)
    shown = viz.board(
        raced,
        rates=rates,
        momenta=momenta,
        start=surface.start,
        setting=setting,
        trace=trace,
        alt="",
        answer=viz.Answer(),
    )
    return surface, families, shown, trace


def decoded(entry, family, window):
    """Points, losses above the base and ends as descent_runs.js reads them: differences along time, undone."""
    stream = zlib.decompress(base64.b64decode(entry["packed"]))
    shape, dims = family.losses.shape, family.points.shape[-1]
    count = int(np.prod(shape))
    changes = np.frombuffer(stream, "<u2", dims * count).reshape(*shape[:2], dims, shape[2])
    low, high = np.array(window).T
    points = np.moveaxis(np.cumsum(changes, axis=-1, dtype=np.uint16), -2, -1).astype(float)
    points[points == viz.OUTSIDE] = np.nan
    points = low - viz.REACH * (high - low) + points / viz.LEVELS * (2 * viz.REACH + 1) * (high - low)
    planes = np.frombuffer(stream, np.uint8, 3 * count, 2 * dims * count).reshape(3, *shape).astype(np.uint32)
    changes = planes[0] | planes[1] << 8 | planes[2] << 16
    bits = (np.cumsum(changes, axis=-1, dtype=np.uint32) & 0xFFFFFF) << viz.CUT
    ends = np.frombuffer(stream, "<u2", offset=(2 * dims + 3) * count).reshape(*shape[:2], 2)
    return points, bits.astype(np.uint32).view(np.float32), ends


@pytest.mark.parametrize("name", some(["rosenbrock", "ravine", "valleys", "edge", "plateau", "saddle"], every=3))
def test_codes_decode_to_the_engines_runs(name):
    surface, families, shown, _ = made(name)
    low, high = np.array(surface.window).T
    for entry in shown["methods"]:
        family = families[entry["key"]]
        points, above, ends = decoded(entry, family, surface.window)
        exact = np.asarray(family.points, float)
        near = (exact > low - 3.9 * (high - low)).all(-1) & (exact < high + 3.9 * (high - low)).all(-1)
        assert near.mean() > 0.3
        np.testing.assert_allclose(points[near], exact[near], atol=float((high - low).max()) / 7000)
        assert np.isnan(points[(exact > high + 4.1 * (high - low)).any(-1)]).any(-1).all()
        losses = np.asarray(family.losses)
        np.testing.assert_allclose(above, losses - np.float32(shown["base"]), rtol=1.3e-4, equal_nan=True)
        goes_on = np.isfinite(losses).all(-1) & np.isfinite(exact).all((-1, -2))
        assert (ends[..., 0][goes_on] == STEPS + 1).all() and not ends[..., 1][goes_on].any()
        assert (ends[..., 1][~goes_on] == list(viz.FATES).index(descent.DIVERGED)).all()


def test_too_small_too_large_and_undefined_losses_are_told_apart():
    """A loss at the base, or a billionth of a billionth above it, is a loss: only its own numbers can end a run."""
    tiny = [1.0, 1e-10, 1e-19, 1e-36, 0.0]
    losses = [
        tiny,
        [1.0, 1e25, 3e38, np.inf, np.nan],
        [1.0, 0.5, np.nan, np.nan, np.nan],
        [-1.0, -1e20, -3e38, -np.inf, np.nan],
    ]
    points = [
        [0.5, 0.1, 0.0, 0.0, 0.0],
        [0.5, 9, 1e19, 1e30, 1e38],
        [0.5, 0.1, -0.2, -0.2, -0.2],
        [1, 9, 1e19, 1e30, 1e38],
    ]
    family = descent.Family(np.float32(points)[:, None, :, None], np.float32(losses)[:, None])
    entry = {"packed": viz.packed(family, ((-1.0, 1.0),), 0.0)}
    _, above, ends = decoded(entry, family, ((-1.0, 1.0),))
    np.testing.assert_allclose(above, family.losses, rtol=1.3e-4, equal_nan=True)
    fates = list(viz.FATES.values())
    assert [(int(step), fates[kind]) for step, kind in ends[:, 0]] == [
        (5, ""),
        (3, "diverged"),
        (2, "undefined"),
        (3, "fell"),
    ]


@pytest.mark.parametrize("text", ["x*y", "-x^2 - y^2", "1 / x + 0 * y"])
def test_losses_of_a_function_without_a_floor_are_sent_as_they_are(text):
    surface = surfaces.typed(text, 2)
    _, values = surfaces.grid(surface, 41)
    runs = descent.family(
        surface.expression, "momentum", jnp.array(surface.start), jnp.array([0.1, 1.0]), jnp.array([0.9])
    )
    raced = viz.race(surface, values, np.zeros(0), {"momentum": runs})
    assert raced["base"] == 0 and not raced["lowest"]["attained"]
    (entry,) = raced["methods"]
    _, losses, _ = decoded(entry, runs, surface.window)
    np.testing.assert_allclose(losses, runs.losses, rtol=1.3e-4, equal_nan=True)


def test_the_explained_run_and_its_end_are_the_traces():
    found, trace = explained("x*y", "momentum", (-2.0, 1.5), 1.0)
    lost = int(np.argmin(np.isfinite(trace.losses)))
    assert (found["lost"], found["fate"]) == (lost, "fell")
    np.testing.assert_array_equal(np.float32(found["losses"]), trace.losses[:lost])
    assert "falls without end" in found["ending"] and "diverged" not in found["ending"]


@pytest.mark.parametrize(
    ("text", "half", "curvature"), [("x**2 / 2", 3, 1.0), ("50x**2", 1, 100.0), ("x**2 / 2 + y**2 / 2", 10, 1.0)]
)
def test_rates_offered_reach_a_little_beyond_the_last_that_converges(text, half, curvature):
    surface = viz.windowed(surfaces.typed(text, 2 if "y" in text else 1), half)
    axes, values = surfaces.grid(surface, 81)
    low, high = viz.offered(surface, axes, values).rates
    assert 2 / curvature < high <= 5.001 / curvature
    assert high / low == pytest.approx(1000, rel=1e-6)


@pytest.mark.parametrize("text", ["3", "x", "x + y", "log(x)", "exp(x**2)", "1 / x", "log(0 - 1 - x**2)", "floor(x)"])
@pytest.mark.parametrize("half", [1, 30])
def test_every_typed_function_gets_a_start_and_rates(text, half):
    surface = viz.windowed(surfaces.typed(text, 2), half)
    axes, values = surfaces.grid(surface, 81)
    found = viz.offered(surface, axes, values)
    low, high = found.rates
    assert 0 < low < high < np.inf
    assert np.float32(low) > 0
    assert all(-half <= value <= half for value in found.start)
    here = float(surfaces.values(surface.expression, jnp.array(found.start, jnp.float32)))
    assert np.isfinite(here) == np.isfinite(values).any()
    if np.isfinite(values).all():
        assert found.start == surface.start


def test_a_window_keeps_the_starts_place_in_the_picture():
    wide = viz.windowed(surfaces.typed("x + y", 2), 30)
    assert wide.window == ((-30, 30), (-30, 30))
    assert wide.start == pytest.approx((-20, 15))


def test_losses_are_drawn_above_the_lowest_known_minimum():
    assert made("valleys")[2]["base"] == pytest.approx(0.4472, abs=1e-4)
    typed = surfaces.typed("x**2 - 7", 1)
    _, values = surfaces.grid(typed, 40)
    family = descent.family(typed.expression, "sgd", jnp.array([1.0]), jnp.array([0.1]), jnp.array([0.0]), steps=99)
    raced = viz.race(typed, values, np.zeros(0), {"sgd": family})
    assert raced["base"] == raced["lowest"]["loss"] == float(np.min(family.losses)) < values.min()
    assert raced["lowest"] == {"loss": raced["base"], "attained": True, "known": False}


def test_minima_stand_on_the_curve():
    surface, _, shown, _ = made("valleys")
    for place, drawn in zip(surface.minima, shown["surface"]["minima"], strict=True):
        assert drawn[0] == place[0]
        assert drawn[1] == pytest.approx(float(surfaces.values(surface.expression, jnp.array(place, jnp.float32))))


def test_methods_keep_their_colour_and_dash():
    assert set(viz.STYLES) == set(METHODS)
    assert all(color in theme.LIGHT for color, _ in viz.STYLES.values())
    assert len({dash for _, dash in viz.STYLES.values()}) == len(METHODS)
    assert "loss" not in {color for color, _ in viz.STYLES.values()}, "the surface is drawn in it"


def computed(line):
    """Left and right side of an explained line, by arithmetic."""
    text = line.split(": ", 1)[1]
    left, right = text.rsplit(" = ", 1)
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    left, right = (
        re.sub(r"\b10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda power: f"1e{power[1].translate(raised)}", side) for side in (left, right)
    )
    for old, new in (("−", "-"), ("·", "*"), ("^", "**"), ("²", "**2")):
        left, right = left.replace(old, new), right.replace(old, new)
    left = re.sub(r"√\(", "SQRT(", left)
    left = re.sub(r"√([\d.e+-]+)", r"SQRT(\1)", left)
    assert re.fullmatch(r"[-+*/(). \deSQRT]+", left), left
    return eval(left, {"__builtins__": {}, "SQRT": np.sqrt}), eval(right, {"__builtins__": {}})


@pytest.mark.parametrize("name", ["beale", "waves"])
@pytest.mark.parametrize("method", some(METHODS, every=5))
def test_every_explained_line_is_true_arithmetic(method, name):
    _, _, shown, trace = made(name, methods=(method,), rates=[0.004], setting=viz.Setting(0, 16, 5, method))
    lines = shown["trace"]["lines"]
    assert len(lines) >= 9
    for step in (0, 1, 7, len(lines) - 1):
        assert lines[step][0].startswith(f"Step {step + 1}, {METHODS[method].title}")
        assert len(lines[step]) > trace.points.shape[1]
        for line in lines[step][1:]:
            if line.startswith("The point does not move"):
                assert np.array_equal(trace.points[step], trace.points[step + 1])
                continue
            left, right = computed(line)
            assert left == pytest.approx(right, rel=2e-3, abs=2e-4)
        for axis, label in enumerate("xy"[: trace.points.shape[1]]):
            last = next(line for line in lines[step][::-1] if line.startswith(f"{label}: "))
            assert computed(last)[1] == pytest.approx(float(trace.points[step + 1, axis]), rel=1e-4, abs=1e-9)


def explained(text, method, start, rate, momentum=0.8):
    """One run on a typed function, as explained and as computed."""
    surface = surfaces.typed(text, len(start))
    trace = descent.descend(surface.expression, method, jnp.array(start, jnp.float32), rate, momentum)
    return viz.explained(trace, viz.Setting(0, 0, 0, method), rate, momentum), trace


def test_a_diverging_run_is_explained_as_far_as_it_is_finite():
    _, _, shown, trace = made("rosenbrock", methods=("sgd",), rates=[0.05], setting=viz.Setting(0, 0, 5, "sgd"))
    finite = np.isfinite(np.asarray(trace.points)).all(1) & np.isfinite(np.asarray(trace.gradients)).all(1)
    assert len(shown["trace"]["lines"]) == int(np.argmin(finite)) < STEPS
    assert "nan" not in str(shown["trace"])
    assert "inf" not in str(shown["trace"])


@pytest.mark.parametrize(
    ("text", "start", "rate", "sentence"),
    [
        ("x**2", (1.0,), 0.1, r"The run ends here, after 200 steps, at x = \S+ with loss \S+\.$"),
        ("log(x)", (1.0,), 2.0, r"After step 1 the run stands at x = −1\. There the function is undefined"),
        ("x**4", (3.0,), 1.0, r"After step \d the run stands at x = \S+\. There the loss is beyond float32"),
        ("exp(x)", (-1.0,), -50.0, r"There the loss is beyond float32"),
        ("sqrt(x)", (0.0,), 0.1, r"At the start the run stands at x = 0\. There the slope is not a finite number"),
        ("-exp(x/20) * exp(x/20)", (99.0,), 1e36, r"the loss is below −3\.4·10³⁸, .*: it falls without end"),
        ("log(x)", (-1.0,), 0.1, r"At the start the run stands at x = −1\. There the function is undefined"),
    ],
)
def test_the_end_of_a_run_is_said(text, start, rate, sentence):
    found, trace = explained(text, "sgd", start, rate)
    assert re.search(sentence, found["ending"])
    steps = len(found["lines"])
    finite = np.isfinite(trace.losses)
    assert steps == (200 if finite.all() else 0 if "slope" in sentence else int(np.argmin(finite)))
    assert len(found["squares"]) == steps
    assert len(found["points"]) == len(found["losses"]) == found["lost"] == (201 if finite.all() else np.argmin(finite))
    assert all(len(arrow["vectors"]) == steps for arrow in found["arrows"])


def test_a_flat_place_is_explained():
    lines = explained("floor(x)", "sgd", (0.5,), 0.1)[0]["lines"]
    assert lines[3][-1] == "The point does not move: the gradient is 0 here."
    creeping = explained("x / 10**9", "sgd", (0.5,), 1e-4)[0]["lines"]
    assert creeping[3][-1] == "The point does not move: the update is too small to change a float32 number."


def test_squares_are_the_roots_of_the_second_moments():
    found, trace = explained("x**2 + 9y**2", "rmsprop", (2.0, 1.0), 0.05)
    roots = np.sqrt(np.asarray(trace.squares[1:]))
    np.testing.assert_allclose(found["squares"], roots / roots.max(), rtol=1e-5)
    assert not np.any(explained("x**2", "sgd", (2.0,), 0.05)[0]["squares"])


def test_the_first_editions_plus_climbs_above_half_a_momentum():
    for momentum, climbs in ((0.3, False), (0.45, False), (0.55, True), (0.9, True)):
        losses = explained("x**2 / 2", "book_plus", (1.0,), 0.1, momentum)[1].losses
        assert (losses[-1] > losses[0]) == climbs


def test_arrows_are_the_traces_vectors():
    _, _, shown, trace = made("beale", methods=("momentum",), rates=[0.004], setting=viz.Setting(0, 16, 5, "momentum"))
    arrows = {arrow["text"]: np.array(arrow["vectors"]) for arrow in shown["trace"]["arrows"]}
    assert list(arrows) == ["gradient", "velocity", "update"]
    np.testing.assert_allclose(arrows["gradient"], trace.gradients[:STEPS], rtol=1e-6)
    np.testing.assert_allclose(arrows["velocity"], trace.velocities[:STEPS], rtol=1e-6)
    np.testing.assert_allclose(arrows["update"], np.diff(np.asarray(trace.points, float), axis=0), rtol=1e-6)
