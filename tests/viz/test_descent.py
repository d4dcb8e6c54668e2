"""The descent board's data: codes decode to the engine's runs, and every explained line is true arithmetic."""

import base64
import re
import zlib

import jax.numpy as jnp
import numpy as np
import pytest

from engine import descent, surfaces
from engine.descent import METHODS
from engine.surfaces import CURVES, SURFACES
from viz import descent as viz
from viz import theme

STEPS = 40


def made(name, methods=("sgd", "momentum"), rates=None, setting=None):
    surface = {**SURFACES, **CURVES}[name]
    grid, momenta = descent.settings(surface.rates)
    rates = np.float32(rates) if rates is not None else grid
    start = jnp.array(surface.start)
    families = {
        method: descent.family(
            surface.expression, method, start, jnp.array(rates),
            jnp.array(momenta if METHODS[method].uses_momentum else momenta[:1]), steps=STEPS,
        )
        for method in methods
    }  # fmt: skip
    _, values = surfaces.grid(surface, 41)
    setting = setting or viz.Setting(0, 3, 5, methods[0])
    rate, beta = float(rates[setting.rate]), float(momenta[setting.momentum])
    trace = descent.descend(surface.expression, setting.method, start, rate, beta, steps=STEPS)
    raced = viz.race(surface, values, surfaces.heights(surface), families)
    shown = viz.board(
        raced, rates=rates, momenta=momenta, start=surface.start, setting=setting, trace=trace, alt="",
        answer=viz.Answer(),
    )  # fmt: skip
    return surface, families, shown, trace


def decoded(entry, family, window):
    """Points, log losses and codes of the losses, as descent_runs.js reads them: differences along time, undone."""
    changes = np.frombuffer(zlib.decompress(base64.b64decode(entry["packed"])), "<u2")
    dims = family.points.shape[-1]
    changes = changes.reshape(*family.losses.shape[:2], dims + 1, family.losses.shape[2])
    codes = np.cumsum(changes, axis=-1, dtype=np.uint16)
    low, high = np.array(window).T
    points = np.moveaxis(codes[..., :dims, :], -2, -1).astype(float)
    points[points == viz.OUTSIDE] = np.nan
    points = low - viz.REACH * (high - low) + points / viz.LEVELS * (2 * viz.REACH + 1) * (high - low)
    losses = codes[..., dims, :].astype(float)
    losses[losses >= viz.UNDEFINED] = np.nan
    return points, viz.LOSS_RANGE[0] + losses / viz.LEVELS * viz.LOSS_RANGE[1], codes[..., dims, :]


@pytest.mark.parametrize("name", ["rosenbrock", "ravine", "valleys", "edge"])
def test_codes_decode_to_the_engines_runs(name):
    surface, families, shown, _ = made(name)
    low, high = np.array(surface.window).T
    for entry in shown["methods"]:
        family = families[entry["key"]]
        points, logs, _ = decoded(entry, family, surface.window)
        exact = np.asarray(family.points, float)
        near = (exact > low - 3.9 * (high - low)).all(-1) & (exact < high + 3.9 * (high - low)).all(-1)
        assert near.mean() > 0.3
        np.testing.assert_allclose(points[near], exact[near], atol=float((high - low).max()) / 7000)
        assert np.isnan(points[(exact > high + 4.1 * (high - low)).any(-1)]).any(-1).all()
        losses = np.asarray(family.losses, float)
        seen = np.isfinite(losses) & (losses - shown["base"] > 1e-9) & (losses < 1e19)
        above = losses[seen] - shown["base"]
        # The engine's losses are float32: above a base they are known to its spacing only.
        np.testing.assert_allclose(10 ** logs[seen], above, rtol=1e-3, atol=2e-7 * abs(shown["base"]))
        assert np.isnan(logs[~np.isfinite(losses)]).all()


def test_undefined_and_diverged_losses_have_codes_of_their_own():
    losses = np.array([[[1.0, np.nan, np.inf, 1e25, np.nan]]], np.float32)
    points = np.array([[[[0.5], [0.1], [0.2], [0.3], [1e9]]]], np.float32)
    family = descent.Family(points, losses)
    entry = {"packed": viz.packed(family, ((-1.0, 1.0),), 0.0)}
    codes = decoded(entry, family, ((-1.0, 1.0),))[2][0, 0]
    assert list(codes[1:]) == [viz.UNDEFINED, viz.OUTSIDE, viz.OUTSIDE, viz.OUTSIDE]


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
    family = descent.family(typed.expression, "sgd", jnp.array([1.0]), jnp.array([0.1]), jnp.array([0.0]), steps=5)
    assert viz.lowest(typed, np.array([-6.5, np.nan, np.inf]), np.array([]), {"sgd": family}) == pytest.approx(
        float(np.min(family.losses))
    )


def test_minima_stand_on_the_curve():
    surface, _, shown, _ = made("valleys")
    for place, drawn in zip(surface.minima, shown["surface"]["minima"], strict=True):
        assert drawn[0] == place[0]
        assert drawn[1] == pytest.approx(float(surfaces.values(surface.expression, jnp.array(place, jnp.float32))))


def test_methods_keep_their_colour_and_dash():
    assert set(viz.STYLES) == set(METHODS)
    assert all(color in theme.LIGHT for color, _ in viz.STYLES.values())
    assert len({dash for _, dash in viz.STYLES.values()}) == len(METHODS)


def computed(line):
    """Left and right side of an explained line, by arithmetic."""
    text = line.split(": ", 1)[1]
    left, right = text.rsplit(" = ", 1)
    for old, new in (("−", "-"), ("·", "*"), ("^", "**"), ("²", "**2")):
        left, right = left.replace(old, new), right.replace(old, new)
    left = re.sub(r"√\(", "SQRT(", left)
    left = re.sub(r"√([\d.e+-]+)", r"SQRT(\1)", left)
    assert re.fullmatch(r"[-+*/(). \deSQRT]+", left), left
    return eval(left, {"__builtins__": {}, "SQRT": np.sqrt}), eval(right, {"__builtins__": {}})


@pytest.mark.parametrize("name", ["beale", "waves"])
@pytest.mark.parametrize("method", METHODS)
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
        ("-exp(x/20) * exp(x/20)", (99.0,), 1e36, r"the point is beyond the largest float32 number|beyond float32"),
        ("log(x)", (-1.0,), 0.1, r"At the start the run stands at x = −1\. There the function is undefined"),
    ],
)
def test_the_end_of_a_run_is_said(text, start, rate, sentence):
    found, trace = explained(text, "sgd", start, rate)
    assert re.search(sentence, found["ending"])
    steps = len(found["lines"])
    finite = np.isfinite(trace.losses)
    assert steps == (200 if finite.all() else 0 if "slope" in sentence else int(np.argmin(finite)))
    assert len(found["points"]) == len(found["losses"]) == len(found["squares"]) == steps
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
