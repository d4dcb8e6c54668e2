"""The map's figure, the run's frames and the sentences carry the engine's numbers."""

import numpy as np
import pytest

from engine.descent import settings_map, surfaces
from engine.descent.descent import DIVERGED, FELL
from engine.descent.settings_map import NOT_WITHIN, Choice
from engine.descent.surfaces import CURVES, SURFACES
from viz import theme
from viz.descent import settings_run, settings_words
from viz.descent.settings_map import map_figure


def made(surface, method="momentum", limit=200, tolerance=0.01):
    tried = settings_map.runs(surface, method, surface.start, limit)
    return tried, settings_map.measure(surface, tried, tolerance)


def trace(figure, name, kind="scatter"):
    found = [one for one in figure.data if one.name == name and one.type == kind]
    assert len(found) == 1, name
    return found[0]


@pytest.mark.parametrize("method", settings_map.METHODS)
@pytest.mark.parametrize("name", ["ravine", "beale"])
def test_the_maps_cells_are_the_engines(method, name):
    surface = SURFACES[name]
    _, shown = made(surface, method)
    figure = map_figure(shown, Choice(20, 5), method, settings_map.theory(surface, method))
    cells = trace(figure, "steps", "heatmap")
    np.testing.assert_allclose(cells.x, shown.rates)
    np.testing.assert_allclose(cells.y, shown.momenta)
    arrived = shown.steps.T >= 0
    np.testing.assert_array_equal(np.isfinite(np.array(cells.z)), arrived)
    np.testing.assert_allclose(10 ** np.array(cells.z)[arrived], np.maximum(shown.steps.T[arrived], 1))
    np.testing.assert_array_equal(cells.customdata, shown.steps.T)
    for kind, code in (("diverging", DIVERGED), ("late", NOT_WITHIN)):
        marked = np.argwhere(np.isfinite(np.array(trace(figure, kind, "heatmap").z)).T)
        np.testing.assert_array_equal(marked, np.argwhere(shown.steps == code))
    assert figure.layout.xaxis.title.text == "learning rate (log scale)" and figure.layout.xaxis.type == "log"
    assert figure.layout.yaxis.title.text == "momentum"
    own = trace(figure, "your cell")
    assert (own.x[0], own.y[0]) == (float(shown.rates[20]), shown.momenta[5])
    best = trace(figure, "fewest steps")
    assert (best.x[0], best.y[0]) == (float(shown.rates[shown.best.rate]), shown.momenta[shown.best.momentum])


def test_colour_is_never_the_only_sign():
    surface = surfaces.bowl_of(20)
    _, shown = made(surface, "nesterov")
    figure = map_figure(shown, Choice(0, 0), "nesterov", None)
    for name, code in (("diverges", DIVERGED), ("not within 200 steps", NOT_WITHIN)):
        signs = trace(figure, name)
        wanted = {
            (float(shown.rates[i]), float(shown.momenta[j]))
            for i, j in np.argwhere(shown.steps == code)
            if (i + j) % 2 == 0
        }
        assert set(zip(map(float, signs.x), map(float, signs.y), strict=True)) == wanted and wanted
    assert trace(figure, "diverges").marker.symbol != trace(figure, "not within 200 steps").marker.symbol
    assert "diverges" in trace(figure, "diverging", "heatmap").hovertemplate


def test_the_boundary_and_the_optimum_are_theorys():
    surface = surfaces.bowl_of(20)
    _, shown = made(surface)
    known = settings_map.theory(surface, "momentum")
    figure = map_figure(shown, Choice(0, 0), "momentum", known)
    line = trace(figure, "boundary in theory")
    np.testing.assert_allclose(line.x, 2 * (1 + np.array(line.y)) / 20)
    mark = trace(figure, "Polyak's optimum")
    assert (mark.x[0], mark.y[0]) == pytest.approx((0.13358, 0.40260), abs=1e-5)
    names = [one.name for one in map_figure(shown, Choice(0, 0), "momentum", None).data]
    assert "boundary in theory" not in names and "Polyak's optimum" not in names


def test_the_plus_turns_to_the_left_at_one_half():
    surface = surfaces.bowl_of(20)
    _, shown = made(surface, "book_plus")
    line = trace(
        map_figure(shown, Choice(0, 0), "book_plus", settings_map.theory(surface, "book_plus")), "boundary in theory"
    )
    assert list(line.y[-2:]) == [0.5, 0.5] and line.x[-1] < shown.rates[0] < line.x[-2]
    assert max(line.y) == 0.5


@pytest.mark.parametrize("name", ["ravine", "himmelblau", "valleys"])
@pytest.mark.parametrize("cell", [Choice(10, 3), Choice(40, 12), Choice(60, 0)])
def test_the_run_drawn_is_the_cells(name, cell):
    surface = (SURFACES | CURVES)[name]
    tried, shown = made(surface)
    curve = len(surface.window) == 1
    run = settings_run.drawn(surface, shown, cell, tried.points[cell], tried.losses[cell])
    grid = surfaces.grid(surface, 401 if curve else 81)
    figure = settings_run.run_figure(surface, grid, run, "momentum")
    kept = slice(run.last + 1)
    path = trace(figure, "path")
    np.testing.assert_allclose(path.x, tried.points[cell][kept, 0], rtol=1e-6)
    np.testing.assert_allclose(path.y, tried.losses[cell][kept] if curve else tried.points[cell][kept, 1], rtol=1e-6)
    losses = trace(figure, "loss")
    heights = tried.losses[cell][kept] - shown.lowest
    np.testing.assert_allclose(np.array(losses.y)[heights > 0], heights[heights > 0], rtol=1e-4)
    np.testing.assert_array_equal(losses.x, np.arange(run.last + 1))
    assert trace(figure, "goal").y == pytest.approx([shown.goal - shown.lowest] * 2)
    assert len(figure.frames) == run.last + 1
    for step in {0, min(3, run.last), run.last}:
        frame = figure.frames[step]
        assert frame.name.startswith(f"step {step}: loss ")
        assert [figure.data[index].name for index in frame.traces] == ["last steps", "now", "loss now"]
        assert frame.data[1].x[0] == pytest.approx(tried.points[cell][step, 0], rel=1e-4)
        assert frame.data[0].x[-1] == frame.data[1].x[0] and len(frame.data[0].x) == min(step, 10) + 1
        assert frame.data[2].x[0] == step
    titles = [figure.layout[axis].title.text for axis in ("xaxis", "yaxis", "xaxis2", "yaxis2")]
    assert titles == ["x", "loss" if curve else "y", "step", "loss above the lowest"]
    assert figure.layout.xaxis.range == surface.window[0]


def test_a_run_is_drawn_until_it_leaves():
    surface = surfaces.bowl_of(20)
    tried, shown = made(surface, limit=400)
    away = Choice(60, 0)
    run = settings_run.drawn(surface, shown, away, tried.points[away], tried.losses[away])
    assert np.abs(np.append(run.x, run.y)).max() <= 27 < np.abs(tried.points[away][run.last + 1]).max()
    slow = Choice(0, 0)
    run = settings_run.drawn(surface, shown, slow, tried.points[slow], tried.losses[slow])
    assert run.last == 400
    figure = settings_run.run_figure(surface, surfaces.grid(surface), run, "momentum")
    assert [frame.name.split(":")[0] for frame in figure.frames][:2] == ["step 0", "step 2"]
    assert len(figure.frames) == 201


def test_a_function_without_a_value_at_the_start_is_drawn_and_said():
    surface = surfaces.typed("log(x) + log(y)", 2)
    tried, shown = made(surface)
    cell = Choice(30, 10)
    run = settings_run.drawn(surface, shown, cell, tried.points[cell], tried.losses[cell])
    figure = settings_run.run_figure(surface, surfaces.grid(surface), run, "momentum")
    assert np.isfinite(figure.layout.yaxis2.range).all()
    assert "no finite value" in settings_words.start_problem(shown)
    assert settings_words.best_words(shown).startswith("No setting arrives")
    assert "fewest steps" not in [one.name for one in map_figure(shown, cell, "momentum", None).data]


def test_sentences_carry_the_numbers():
    surface = surfaces.bowl_of(20)
    tried, shown = made(surface)
    known = settings_map.theory(surface, "momentum")
    best = settings_words.best_words(shown)
    assert f"Fewest steps: {shown.steps[shown.steps >= 0].min()}**" in best
    assert f"{(shown.steps == NOT_WITHIN).sum()} do not" in best
    assert f"{(shown.steps == DIVERGED).sum()} diverge" in best
    said = settings_words.theory_words(known, settings_map.Agreement(2074, 0, 0), "momentum", 9)
    assert "agree in all 2,074 cells" in said and "0.134" in said and "Polyak 1964" in said and "needs 9 steps" in said
    assert "1 of 2,074 cell disagrees, beside" in settings_words.theory_words(
        known, settings_map.Agreement(2074, 1, 1), "momentum", DIVERGED
    )
    assert "30 of 2,074 cells disagree, 28 of them not beside" in settings_words.theory_words(
        known, settings_map.Agreement(2074, 30, 2), "momentum", 9
    )
    assert "quadratics only" in settings_words.theory_words(None, None, "momentum", 0)
    for cell, words in ((Choice(60, 0), "**diverges**"), (Choice(0, 0), "within 200 steps the loss does not come")):
        assert words in settings_words.run_words(shown, cell, tried.points[cell], tried.losses[cell], 200)
    said = settings_words.run_words(shown, shown.best, tried.points[shown.best], tried.losses[shown.best], 40)
    assert f"from step **{shown.steps[shown.best]}** on" in said and "the first 40 steps" in said
    assert settings_words.start_problem(shown) == ""
    assert settings_words.start_problem(shown._replace(start_loss=0.0)).startswith("The start already lies")


@pytest.mark.parametrize("text", ["x*y", "-x^2-y^2"])
def test_a_function_without_a_floor_is_said_and_drawn_without_one(text):
    surface = surfaces.typed(text, 2)
    tried, shown = made(surface)
    assert settings_words.start_problem(shown).startswith("No floor of this function was found")
    assert f"with {(shown.steps == FELL).sum():,} the loss falls without end" in settings_words.best_words(shown)
    for cell in (Choice(*map(int, spot)) for spot in np.argwhere(shown.steps < 0)[::250]):
        losses = tried.losses[cell]
        said = settings_words.run_words(shown, cell, tried.points[cell], losses, 200)
        assert ("falls without end" in said) == (not np.isfinite(losses).all())
        assert said.count("the loss is ") <= 1 and "began" not in said and "inf" not in said and "∞" not in said
        run = settings_run.drawn(surface, shown, cell, tried.points[cell], losses)
        figure = settings_run.run_figure(surface, surfaces.grid(surface), run, "momentum")
        np.testing.assert_allclose(np.array(trace(figure, "loss").y, float), losses[: run.last + 1], rtol=1e-4)
        assert figure.layout.yaxis2.type == "linear" and figure.layout.yaxis2.title.text == "loss"
        ground = trace(figure, "surface", "contour")
        np.testing.assert_allclose(np.diff(ground.z), np.diff(ground.customdata), rtol=1e-3, atol=1e-4)
        low, high = figure.layout.yaxis2.range
        assert low < np.min(losses[: run.last + 1]) and np.max(losses[: run.last + 1]) < high
    figure = map_figure(shown, Choice(0, 0), "momentum", None)
    marked = np.argwhere(np.isfinite(np.array(trace(figure, "falling", "heatmap").z)).T)
    np.testing.assert_array_equal(marked, np.argwhere(shown.steps == FELL))


def test_lines_of_equal_loss_have_the_losss_colour():
    surface = SURFACES["bowl"]
    tried, shown = made(surface)
    run = settings_run.drawn(surface, shown, Choice(0, 0), tried.points[0, 0], tried.losses[0, 0])
    figure = settings_run.run_figure(surface, surfaces.grid(surface), run, "momentum")
    assert trace(figure, "surface", "contour").colorscale[0][1] == theme.color("loss")
