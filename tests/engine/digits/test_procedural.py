"""Procedural digits: shaped, sized and centred as MNIST's, and good enough to learn real digits from."""

import os
from itertools import pairwise
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.interpolate import CubicHermiteSpline

from engine.digits import mnist, procedural
from engine.errors import InvalidInput
from tests.bench.procedural import accuracy, trained
from tests.cases import some

REAL = Path(os.environ.get("UNCRUMPLE_MNIST") or Path(__file__).parents[4] / "shared" / "data" / "mnist")


@pytest.fixture(scope="module")
def drawn():
    return procedural.digits(0, train=3000, test=500)


def test_shapes_and_dtypes_are_mnists(drawn):
    assert [array.shape for array in drawn[:4]] == [(3000, 28, 28), (3000,), (500, 28, 28), (500,)]
    assert {array.dtype for array in drawn[:4]} == {np.dtype(np.uint8)}
    assert (drawn.source, drawn.is_mnist) == ("procedural", False)
    assert not any(array.flags.writeable for array in drawn[:4])


def test_classes_are_balanced_and_mixed(drawn):
    assert np.bincount(drawn.train_labels).tolist() == [300] * 10
    assert np.bincount(drawn.test_labels).tolist() == [50] * 10
    assert len(set(drawn.train_labels[:50].tolist())) == 10
    assert drawn.train_labels[:20].tolist() != [*range(10), *range(10)]


def test_equal_seeds_draw_equal_digits_and_others_do_not(drawn):
    again = procedural.digits(0, train=3000, test=500)
    other = procedural.digits(1, train=3000, test=500)
    for first, second, different in zip(drawn[:4], again[:4], other[:4], strict=True):
        np.testing.assert_array_equal(first, second)
        assert (first != different).any()


def test_no_two_digits_are_alike(drawn):
    images = np.concatenate([drawn.train_images, drawn.test_images])
    assert len({image.tobytes() for image in images}) == len(images)


def test_an_image_depends_on_its_place_and_label_alone():
    labels = np.arange(1200) % 10
    images = procedural.draw(jax.random.key(3), labels)
    np.testing.assert_array_equal(procedural.draw(jax.random.key(3), labels[:1100]), images[:1100])
    changed = labels.copy()
    changed[7] = 0
    other = procedural.draw(jax.random.key(3), changed)
    assert np.flatnonzero((other != images).any((1, 2))).tolist() == [7]


def test_drawing_nothing_gives_no_images():
    assert procedural.draw(jax.random.key(0), np.array([], int)).shape == (0, 28, 28)


@pytest.mark.parametrize("labels", [[10], [-1], [0.5], [[1, 2]], 3, ["a"]])
def test_labels_that_are_no_digits_are_refused(labels):
    with pytest.raises(InvalidInput, match="from 0 to 9"):
        procedural.draw(jax.random.key(0), np.array(labels))


def test_the_longer_side_is_twenty_pixels_and_the_ink_is_centred(drawn):
    """As every image of MNIST: its longer side is 20, or 19 in 13 of 60,000, its centre of mass (14, 14) ± 0.5."""
    for image in drawn.train_images:
        rows, columns = np.nonzero(image)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
        mass = np.average(np.stack([rows, columns]), axis=1, weights=image[rows, columns])
        assert np.abs(mass - 14).max() <= 0.501


def test_the_amount_and_profile_of_ink_are_near_mnists(drawn):
    """MNIST: mean 0.1307, half of the images in 0.099 to 0.158, 38 % of the inked pixels at 250 or more."""
    ink = drawn.train_images.mean((1, 2)) / 255
    assert ink.mean() == pytest.approx(0.1307, abs=0.015)
    assert np.percentile(ink, [25, 75]) == pytest.approx([0.099, 0.158], abs=0.02)
    inked = drawn.train_images[drawn.train_images > 0]
    assert (inked >= 250).mean() == pytest.approx(0.38, abs=0.08)


def test_every_skeleton_is_drawn_as_often_as_its_share():
    chances = jax.random.normal(jax.random.key(0), (4000,))
    for digit in range(10):
        chosen = np.asarray(jax.vmap(procedural.choose, (0, None))(chances, digit))
        shares = np.array([s.share if s.digit == digit else 0 for s in procedural.SKELETONS])
        found = np.bincount(chosen, minlength=len(shares)) / len(chosen)
        np.testing.assert_allclose(found, shares / shares.sum(), atol=0.03)
        assert ((found > 0) == (shares > 0)).all()


@pytest.mark.parametrize("chance", [-12.0, -5.6, 5.6, 12.0])
@pytest.mark.parametrize("digit", range(10))
def test_no_chance_however_rare_picks_another_digits_skeleton(digit, chance):
    assert procedural.TABLES.digit[procedural.choose(chance, digit)] == digit


def test_every_digit_has_several_skeletons_with_names_of_their_own():
    names = [(s.digit, s.name) for s in procedural.SKELETONS]
    assert len(set(names)) == len(names)
    assert min(sum(digit == d for d, _ in names) for digit in range(10)) >= 4


def test_unjittered_paths_pass_through_their_control_points_and_stay_joined():
    tables = procedural.TABLES
    for skeleton, controls, weights in zip(procedural.SKELETONS, tables.controls, tables.weights, strict=True):
        starts, ends = weights @ controls
        points = np.concatenate([starts, ends])
        strokes = [[tuple(map(float, p.split(","))) for p in s.split()] for s in skeleton.path.split("|")]
        for end in [stroke[i] for stroke in strokes for i in (0, -1)]:
            assert np.linalg.norm(points - end, axis=1).min() < 1e-3, (skeleton.digit, skeleton.name)
        lifts = (np.linalg.norm(starts[1:] - ends[:-1], axis=1) > 1e-3).sum()
        jumps = sum(a[-1] != b[0] for a, b in pairwise(strokes))
        assert lifts == jumps
        for point in {p for stroke in strokes for p in stroke}:
            assert np.linalg.norm(points - point, axis=1).min() < 8, (skeleton.digit, skeleton.name, point)


@settings(deadline=None)
@given(
    controls=arrays.arrays(float, st.tuples(st.integers(3, 9), st.just(2)), elements=st.floats(-100, 100)),
    closed=st.booleans(),
)
def test_splines_are_catmull_rom(controls, closed):
    """Against SciPy's Hermite spline with half the difference of the neighbours as slope."""
    count = len(controls)
    spans = count if closed else count - 1
    positions = np.linspace(0, spans, 33)
    wrapped = np.concatenate([controls, controls[:1]]) if closed else controls
    padding = ((1, 1), (0, 0))
    around = np.pad(controls, padding, mode="wrap" if closed else "edge")
    slopes = (around[2:] - around[:-2]) / 2
    slopes = np.concatenate([slopes, slopes[:1]]) if closed else slopes
    expected = CubicHermiteSpline(np.arange(spans + 1), wrapped, slopes)(positions)
    weights = procedural.spline_weights(count, closed, positions)
    np.testing.assert_allclose(weights @ controls, expected, atol=1e-9)


PATHS = arrays.arrays(np.float32, (2, 5, 2), elements=st.floats(-5, 25, width=16))


@settings(deadline=None, max_examples=40)
@given(PATHS)
@example(np.full((2, 5, 2), 3, np.float32))
def test_distance_is_that_to_the_nearest_of_many_points(path):
    found = np.asarray(jax.jit(procedural.distance)(path))
    share = np.linspace(0, 1, 300)[:, None, None]
    points = ((1 - share) * path[0] + share * path[1]).reshape(-1, 2)
    y, x = np.mgrid[:20, :20] + 0.5
    expected = np.hypot(x[..., None] - points[:, 0], y[..., None] - points[:, 1]).min(-1)
    np.testing.assert_allclose(found, expected, atol=0.06)
    assert (found <= expected + 1e-4).all()


@settings(deadline=None, max_examples=40)
@given(PATHS.filter(lambda path: np.ptp(path, (0, 1)).max() > 0.1), st.floats(0.5, 5))
def test_fit_fills_the_box_and_keeps_proportions(path, margin):
    fitted = np.asarray(procedural.fit(jnp.asarray(path), margin))
    sides, before = np.ptp(fitted, (0, 1)), np.ptp(path, (0, 1))
    assert sides.max() + 2 * margin == pytest.approx(20, abs=1e-3)
    assert sides.min() / sides.max() == pytest.approx(before.min() / before.max(), abs=1e-3)
    np.testing.assert_allclose((fitted.min((0, 1)) + fitted.max((0, 1))) / 2, 10, atol=1e-3)


@settings(deadline=None)
@given(
    arrays.arrays(np.uint8, (9, 9), elements=st.integers(0, 255)).filter(lambda ink: ink.any()),
    st.tuples(st.integers(0, 11), st.integers(0, 11)),
)
def test_centre_shifts_by_whole_pixels_to_the_centre_of_mass(ink, place):
    box = np.zeros((20, 20), np.float32)
    box[place[0] : place[0] + 9, place[1] : place[1] + 9] = ink
    centred = np.asarray(procedural.centre(jnp.asarray(box)))
    rows, columns = np.mgrid[:28, :28]
    assert (centred * rows).sum() / centred.sum() == pytest.approx(14, abs=0.501)
    assert (centred * columns).sum() / centred.sum() == pytest.approx(14, abs=0.501)

    def trimmed(image):
        inked_rows, inked_columns = np.nonzero(image)
        return image[inked_rows.min() : inked_rows.max() + 1, inked_columns.min() : inked_columns.max() + 1]

    np.testing.assert_array_equal(trimmed(centred), trimmed(box))


def test_drawings_change_only_with_the_version():
    """The cache is found by VERSION: whoever changes a drawing raises it and puts its mean ink here."""
    images = procedural.draw(jax.random.key(0), np.arange(1000) % 10)
    means = images.reshape(100, 10, 784).mean((0, 2)) / 255
    known = {1: [0.14596, 0.0759, 0.13592, 0.13359, 0.12669, 0.12839, 0.12887, 0.10651, 0.15031, 0.13403]}
    np.testing.assert_allclose(means, known[procedural.VERSION], atol=2e-4)


@pytest.fixture
def full_size(monkeypatch):
    """Counts how often 70,000 digits are drawn; the drawing itself is blank."""
    calls = []

    def blank(seed):
        calls.append(seed)
        shapes = procedural.SHAPES.values()
        return mnist.Digits(*(np.full(shape, seed, np.uint8) for shape in shapes), source="procedural")

    monkeypatch.setattr(procedural, "digits", blank)
    return calls


def test_load_draws_once_per_seed(full_size, tmp_path):
    for seed in (4, 4, 5):
        found = procedural.load(seed, cache=tmp_path)
        assert [array.shape for array in found[:4]] == list(procedural.SHAPES.values())
        assert found.test_images[0, 0, 0] == seed
        assert (found.source, found.note) == ("procedural", "")
    assert full_size == [4, 5]
    assert len(list(tmp_path.iterdir())) == 2


def truncated(path):
    path.write_bytes(path.read_bytes()[:-1000])


def empty(path):
    path.write_bytes(b"")


def one_byte_changed(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def other_shapes(path):
    with path.open("wb") as stream:
        np.savez(stream, **{name: np.zeros(3, np.uint8) for name in procedural.SHAPES})


def other_names(path):
    with path.open("wb") as stream:
        np.savez(stream, images=np.zeros(3))


class Executed:
    """Makes a folder of this name beside the archive when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path.parent / "executed"),)


def pickled(path):
    with path.open("wb") as stream:
        np.savez(stream, **{name: np.array([Executed(path)], object) for name in procedural.SHAPES})


@pytest.mark.parametrize(
    "damage", some([truncated, empty, one_byte_changed, other_shapes, other_names, pickled], every=3)
)
def test_a_damaged_cache_is_drawn_again(full_size, tmp_path, damage):
    procedural.load(0, cache=tmp_path)
    (path,) = tmp_path.iterdir()
    damage(path)
    for _ in range(2):
        found = procedural.load(0, cache=tmp_path)
        assert found.train_images.shape == (60_000, 28, 28)
        assert full_size == [0, 0]
    assert list(tmp_path.iterdir()) == [path]


def test_digits_that_cannot_be_kept_are_used_from_memory(full_size, tmp_path):
    (tmp_path / "file").write_text("in the way")
    found = procedural.load(0, cache=tmp_path / "file")
    assert found.train_images.shape == (60_000, 28, 28)
    assert "could not be kept" in found.note


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="no folder with the real MNIST")
def test_a_network_trained_on_procedural_digits_reads_real_ones():
    drawn = procedural.digits(0, train=20_000, test=0)
    real = mnist.read_folder(REAL)
    params = trained(drawn.train_images, drawn.train_labels, epochs=4, seed=0)
    assert accuracy(params, real.test_images, real.test_labels) > 0.895
