"""The picture of a run: every array against the run's own, every axis, every frame."""

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.training.network import Params
from engine.training.runner import Epochs, Snapshot
from engine.training.timeline import Limits, Moment
from engine.training.training import Settings
from viz import theme
from viz.training.training import bin_means, narrow_layout, run_figure, weight_tiles

PER_EPOCH, TOTAL = 8, 24
LIMITS = Limits(hidden=0.2, output=0.5)
NUMBERS = [f"{axis}{panel}" for axis in ("xaxis", "yaxis") for panel in ("", "2", "3", "4", "5", "6")]


def snapshot(updates, *, per_epoch=PER_EPOCH, total=TOTAL, loss=None, accuracy=0.5, epochs=None):
    """A run of so many updates, made up: losses that fall, accuracies around the given one."""
    rng = np.random.default_rng(updates)
    made = updates // per_epoch
    loss = (2 * np.exp(-np.arange(updates) / 20) + 0.1).astype(np.float32) if loss is None else np.float32(loss)
    rows = rng.uniform(0.2, 0.9, (4, made)).astype(np.float32) if epochs is None else np.float32(epochs)
    rows[1, :] = accuracy
    empty = np.zeros((1, 1), np.float16)
    return Snapshot(
        state="running" if updates else "new",
        settings=Settings(epochs=total // per_epoch),
        update=updates,
        total=total,
        updates_per_epoch=per_epoch,
        learning_rate=0.001,
        seconds=1.0,
        updates_per_second=100.0,
        loss=loss,
        accuracy=rng.uniform(0, 1, updates).astype(np.float32),
        epochs=Epochs(*rows),
        params=Params(empty, empty, empty, empty),
        optimizer_state=(),
        checkpoints=(),
        message="",
    )


def moment(update):
    rng = np.random.default_rng(1000 + update)
    hidden, output, probabilities = (rng.dirichlet(np.ones(size)).astype(np.float32) for size in (41, 41, 10))
    return Moment(update, rng.normal(0, 0.1, (784, 12)).astype(np.float16), hidden, output, probabilities)


def drawn(run, updates=(0, 8, 20), *, truth=7):
    moments = [moment(update) for update in updates]
    return SimpleNamespace(
        moments=moments, figure=run_figure(run, moments, LIMITS, scored="Probabilities of test digit 3", truth=truth)
    )


def trace(figure, name, panel=None):
    axes = {None: None, 1: "x", 2: "x2"}[panel]
    (found,) = [found for found in figure.data if found.name == name and axes in (None, found.xaxis)]
    return found


class TestCurves:
    """Light per update, bold per epoch, on a logarithmic and a linear axis."""

    @pytest.mark.parametrize(("panel", "measure", "test"), [(1, "loss", "test_loss"), (2, "accuracy", "test_accuracy")])
    def test_every_update_and_every_epoch_is_drawn_where_it_ended(self, panel, measure, test):
        run = snapshot(20)
        figure = drawn(run).figure
        light = trace(figure, "each update", panel)
        np.testing.assert_allclose(light.x, np.arange(1, 21) / 8)
        np.testing.assert_array_equal(light.y, getattr(run, measure))
        bold, dotted = (
            trace(figure, "training, mean of the epoch", panel),
            trace(figure, "test, at the epoch's end", panel),
        )
        assert list(bold.x) == list(dotted.x) == [1, 2]
        np.testing.assert_array_equal(bold.y, getattr(run.epochs, measure))
        np.testing.assert_array_equal(dotted.y, getattr(run.epochs, test))
        assert bold.line.width > light.line.width and light.opacity < 1
        assert dotted.line.dash == "dot" and dotted.marker.symbol != bold.marker.symbol
        assert {found.yaxis for found in (light, bold, dotted)} == {"y" if panel == 1 else "y2"}

    def test_many_updates_are_drawn_as_means_over_a_few(self):
        run = snapshot(1001, per_epoch=250, total=1250)
        light = trace(drawn(run).figure, "mean of 4 updates", 1)
        np.testing.assert_allclose(light.y, run.loss[:1000].reshape(250, 4).mean(axis=1), rtol=1e-6)
        np.testing.assert_allclose(light.x, np.arange(4, 1001, 4) / 250)

    def test_axes_have_titles_ranges_and_a_logarithm(self):
        layout = drawn(snapshot(20)).figure.layout
        assert (layout.xaxis.title.text, layout.xaxis2.title.text, layout.yaxis.title.text) == (
            "epoch",
            "epoch",
            "nats",
        )
        assert tuple(layout.xaxis.range) == tuple(layout.xaxis2.range) == (0, TOTAL / PER_EPOCH)
        assert layout.yaxis.type == "log" and layout.yaxis2.type != "log"
        np.testing.assert_allclose(layout.yaxis.range, np.log10([0.02, 3]))
        np.testing.assert_allclose(layout.yaxis.tickvals, [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2])
        assert list(layout.yaxis.ticktext) == ["0.02", "0.05", "0.1", "0.2", "0.5", "1", "2"]

    @pytest.mark.parametrize(("accuracy", "lowest"), [(0.3, 0.0), (0.81, 0.0), (0.83, 0.8), (0.99, 0.8)])
    def test_the_accuracy_axis_closes_in_once_there_is_nothing_below(self, accuracy, lowest):
        assert tuple(drawn(snapshot(20, accuracy=accuracy)).figure.layout.yaxis2.range) == (lowest, 1)

    def test_the_legend_names_each_line_once(self):
        figure = drawn(snapshot(20)).figure
        shown = [found.name for found in figure.data if found.type == "scatter" and found.showlegend is not False]
        assert shown == ["each update", "training, mean of the epoch", "test, at the epoch's end"]

    def test_an_empty_run_has_empty_curves_and_the_usual_axes(self):
        run = snapshot(0)
        figure = drawn(run, [0]).figure
        for panel, name in itertools.product(
            (1, 2), ("each update", "training, mean of the epoch", "test, at the epoch's end")
        ):
            assert len(trace(figure, name, panel).x) == len(trace(figure, name, panel).y) == 0
        np.testing.assert_allclose(figure.layout.yaxis.range, np.log10([0.02, 3]))
        assert list(trace(figure, "cursor 1").x) == [0, 0]

    def test_a_loss_beyond_the_usual_widens_the_axis_by_whole_powers_of_ten(self):
        loss = [2.3, 4e5, 3e29]
        layout = drawn(snapshot(3, loss=loss)).figure.layout
        np.testing.assert_allclose(layout.yaxis.range, [math.log10(0.02), 30])
        assert layout.yaxis.nticks <= 7 and layout.yaxis.exponentformat == "power", "32 labels lay on one another"
        assert layout.yaxis.tickvals is None and layout.yaxis.dtick is None

    def test_an_epoch_below_the_usual_widens_it_downwards(self):
        rows = [[0.2, 0.004], [0.9, 0.9], [0.3, 0.2], [0.8, 0.9]]
        layout = drawn(snapshot(16, epochs=rows)).figure.layout
        np.testing.assert_allclose(layout.yaxis.range, [-3, math.log10(3)])

    @pytest.mark.parametrize("strange", [math.nan, math.inf, -math.inf, 0.0])
    def test_numbers_a_logarithm_cannot_show_leave_the_axis_finite(self, strange):
        rows = [[0.2, 0.1], [0.9, 0.9], [0.3, strange], [0.8, 0.9]]
        figure = drawn(snapshot(16, epochs=rows)).figure
        assert np.all(np.isfinite(figure.layout.yaxis.range)) and np.all(np.isfinite(trace(figure, "cursor 1").y))
        np.testing.assert_allclose(figure.layout.yaxis.range, np.log10([0.02, 3]))
        np.testing.assert_array_equal(trace(figure, "test, at the epoch's end", 1).y, np.float32([0.3, strange]))


class TestMoments:
    """The cursor, the probabilities, the weights and their histograms of the moment shown."""

    def assert_shows(self, found, expected, traces):
        cursor1, cursor2, probabilities, weights, hidden, output = traces
        position = expected.update / PER_EPOCH
        assert list(cursor1.x) == list(cursor2.x) == [position, position]
        np.testing.assert_allclose(cursor1.y, [0.02, 3])
        assert list(cursor2.y) == [0, 1]
        np.testing.assert_array_equal(probabilities.y, expected.probabilities)
        np.testing.assert_array_equal(weights.z, weight_tiles(expected.hidden_weights, 0.2))
        np.testing.assert_array_equal(hidden.y, expected.hidden)
        np.testing.assert_array_equal(output.y, expected.output)

    def test_the_figure_shows_the_last_moment(self):
        found = drawn(snapshot(20))
        names = ("cursor 1", "cursor 2", "probabilities", "weights", "hidden", "output")
        traces = [trace(found.figure, name) for name in names]
        self.assert_shows(found, found.moments[-1], traces)
        assert [shown.xaxis for shown in traces] == ["x", "x2", "x3", "x4", "x5", "x6"]
        assert [shown.yaxis for shown in traces] == ["y", "y2", "y3", "y4", "y5", "y6"]

    def test_each_frame_shows_its_moment_in_the_traces_that_move(self):
        found = drawn(snapshot(20))
        assert [frame.name for frame in found.figure.frames] == [
            "update 0 · epoch 0.00",
            "update 8 · epoch 1.00",
            "update 20 · epoch 2.50",
        ]
        for frame, expected in zip(found.figure.frames, found.moments, strict=True):
            moved = [found.figure.data[index].name for index in frame.traces]
            assert moved == ["cursor 1", "cursor 2", "probabilities", "weights", "hidden", "output"]
            assert [change.type for change in frame.data] == [found.figure.data[i].type for i in frame.traces]
            self.assert_shows(found, expected, frame.data)

    def test_frames_carry_only_what_changes(self):
        figure = drawn(snapshot(20)).figure
        for frame in figure.frames:
            changed = [set(change.to_plotly_json()) - {"type"} for change in frame.data]
            assert changed == [{"x", "y"}, {"x", "y"}, {"y"}, {"z"}, {"y"}, {"y"}]

    def test_one_moment_alone_has_no_frames(self):
        figure = drawn(snapshot(20), [20]).figure
        assert figure.frames == () and list(trace(figure, "cursor 1").x) == [2.5, 2.5]

    def test_bars_stand_at_the_classes_and_the_bins(self):
        figure = drawn(snapshot(20)).figure
        assert list(trace(figure, "probabilities").x) == list(range(10))
        for name, limit in (("hidden", 0.2), ("output", 0.5)):
            bars = trace(figure, name)
            edges = np.linspace(-limit, limit, 42)
            np.testing.assert_allclose(bars.x, (edges[:-1] + edges[1:]) / 2, atol=1e-12)
            assert bars.width * 41 == pytest.approx(2 * limit)

    @pytest.mark.parametrize("truth", [0, 7, None])
    def test_the_true_class_is_outlined_and_no_other(self, truth):
        widths = trace(drawn(snapshot(20), truth=truth).figure, "probabilities").marker.line.width
        assert [digit for digit, width in enumerate(widths) if width] == ([] if truth is None else [truth])

    def test_weights_are_drawn_within_the_limits_zero_in_the_middle(self):
        heatmap = trace(drawn(snapshot(20)).figure, "weights")
        assert (heatmap.zmin, heatmap.zmax) == (-127, 127)
        assert [colour for _, colour in heatmap.colorscale] == [colour for _, colour in theme.DIVERGING]


class TestLayout:
    """Six panels that do not overlap, wide and narrow."""

    def test_titles_stand_over_their_panels(self):
        annotations = drawn(snapshot(20)).figure.layout.annotations
        titles = {note.xref: note.text for note in annotations}
        assert titles == {
            "x domain": "<b>Loss (log scale)</b>",
            "x2 domain": "<b>Accuracy</b>",
            "x3 domain": "<b>Probabilities of test digit 3</b>",
            "x4 domain": "<b>What 12 hidden units look for</b>",
            "x5 domain": "<b>Weights of layer 1</b>",
            "x6 domain": "<b>Weights of layer 2</b>",
        }
        assert all(note.yref == note.xref.replace("x", "y") and note.y > 1 for note in annotations)

    def assert_disjoint(self, axes):
        """axes: name → anything with a domain. No two of the six boxes share a point, none leaves 0..1."""
        boxes = [(axes[f"xaxis{panel}"], axes[f"yaxis{panel}"]) for panel in ("", "2", "3", "4", "5", "6")]
        for low, high in itertools.chain(*boxes):
            assert 0 <= low < high <= 1
        for (x, y), (other_x, other_y) in itertools.combinations(boxes, 2):
            assert x[1] <= other_x[0] or other_x[1] <= x[0] or y[1] <= other_y[0] or other_y[1] <= y[0]

    def test_wide_panels_are_disjoint_in_two_rows_of_three(self):
        layout = drawn(snapshot(20)).figure.layout
        domains = {name: tuple(layout[name].domain) for name in NUMBERS}
        self.assert_disjoint(domains)
        assert len({domains[name] for name in NUMBERS if name[0] == "y"}) == 2
        assert domains["yaxis"][0] > domains["yaxis4"][1]

    def test_narrow_panels_are_stacked_in_order_with_room_for_titles(self):
        layout = narrow_layout()
        assert sorted(layout) == sorted(NUMBERS)
        domains = {name: tuple(layout[name]["domain"]) for name in layout}
        self.assert_disjoint(domains)
        stacked = [domains[name] for name in NUMBERS if name[0] == "y"]
        for above, below in itertools.pairwise(stacked):
            assert above[0] - below[1] > 0.05
        assert {domains[name] for name in NUMBERS if name[0] == "x"} == {(0, 1)}

    @pytest.mark.parametrize("name", theme.PALETTES)
    def test_every_colour_is_a_name_of_the_palette(self, name):
        figure = drawn(snapshot(20)).figure
        assert "var(--" not in theme.resolve(figure, name).to_json()
        assert trace(figure, "each update", 1).line.color == theme.color("loss")
        assert trace(figure, "each update", 2).line.color == theme.color("prediction")
        assert trace(figure, "hidden").marker.color == theme.color("weights")


class TestTiles:
    """Twelve units' weights as one picture."""

    def test_each_unit_has_its_place_and_its_pixels_in_order(self):
        weights = np.zeros((784, 12))
        for unit in range(12):
            weights[:, unit] = np.linspace(-1, 1, 784) * (unit + 1) / 12
        tiles = weight_tiles(weights, 1.0)
        assert tiles.shape == (90, 120) and tiles.dtype == np.int8
        for unit in range(12):
            top, left = 30 * (unit // 4), 30 * (unit % 4)
            expected = np.round(127 * weights[:, unit].reshape(28, 28))
            np.testing.assert_array_equal(tiles[top : top + 28, left : left + 28], expected)
            assert not np.any(tiles[top + 28 : top + 30, left : left + 30])
            assert not np.any(tiles[top : top + 30, left + 28 : left + 30])

    def test_weights_beyond_the_limit_are_cut_and_nan_is_nothing(self):
        weights = np.zeros((784, 1), np.float16)
        weights[:6, 0] = [0.05, 0.2, -0.2, 5, -np.inf, np.nan]
        with np.errstate(invalid="raise"):
            tiles = weight_tiles(weights, 0.2)
        assert tiles[0, :6].tolist() == [32, 127, -127, 127, -127, 0]

    def test_fewer_units_leave_the_other_places_empty(self):
        tiles = weight_tiles(np.ones((784, 5)), 1.0)
        assert np.all(tiles[30:58, :28] == 127)
        assert not np.any(tiles[30:, 30:]) and not np.any(tiles[60:])


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.integers(0, 3_000), st.integers(1, 500))
@example(400, 400)
@example(401, 400)
@example(0, 1)
def test_bin_means_are_means_over_the_smallest_power_of_two_that_fits(length, most):
    values = np.random.default_rng(length).normal(size=length)
    last, means, width = bin_means(values, most)
    assert width & (width - 1) == 0 and length / width <= most
    assert width == 1 or length / (width // 2) > most
    assert len(means) == length // width <= most
    expected = [values[start : start + width].mean() for start in range(0, length - width + 1, width)]
    np.testing.assert_allclose(means, expected, rtol=1e-12, atol=1e-12)
    assert last.tolist() == [width * (index + 1) - 1 for index in range(len(means))]
