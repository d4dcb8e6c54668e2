"""The code of the race ends where the paths on the screen end."""

import jax
import numpy as np
import pytest

from engine.descent import noise
from engine.digits import procedural
from engine.digits.mnist import Digits
from tests.cases import some
from tests.viz.running import run
from viz.descent import noise_snippets as snippets

RATES = {1: 10, 8: 10, 32: 14, 256: 20}
OWN = ([-2.0, -1.5, 0.25, 1.0, 2.0], [-1.0, 0.5, 0.25, 1.5, 0.75])


def ends(source):
    names = run(source)
    return names["ends"], names


def check(found, x, y, seed, start, places, kind):
    room = noise.ROOM if kind == "own" else None
    data = noise.points(x, y, room=room)
    shuffled = noise.orders(jax.random.key(seed), len(x), noise.EPOCHS[kind], room=room)
    assert list(found) == list(places)
    for size, place in places.items():
        np.testing.assert_allclose(found[size], noise.runs(data, shuffled, size, start)[place, -1], atol=2e-4)


@pytest.mark.parametrize("library", some(["NumPy", "JAX"], every=2))
@pytest.mark.parametrize("measures", [("width", "inked"), ("brightness", "height")])
def test_code_of_the_digits(library, measures, mnist, capsys):
    rates = {size: noise.RATES[place] for size, place in RATES.items()}
    source = snippets.race(
        "digits", measures=measures, own=OWN, procedural=False, seed=7, start=(-2.0, 1.5), rates=rates
    )
    found, names = ends(source[library])
    x, y = noise.measured(mnist.train_images, *measures)
    np.testing.assert_allclose(names["x"], x, atol=1e-5)
    np.testing.assert_allclose(names["y"], y, atol=1e-5)
    check(found, x, y, 7, (-2.0, 1.5), RATES, "digits")
    assert "batch 256: w, b = " in capsys.readouterr().out


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_code_of_points_of_ones_own(library):
    places = {1: 8, 2: 12, 5: 15}
    rates = {size: noise.RATES[place] for size, place in places.items()}
    source = snippets.race("own", measures=("", ""), own=OWN, procedural=False, seed=3, start=(1.0, -2.0), rates=rates)
    check(ends(source[library])[0], *OWN, 3, (1.0, -2.0), places, "own")


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_code_of_procedural_digits(library, monkeypatch):
    images = np.random.default_rng(0).integers(0, 256, (300, 28, 28)).astype(np.uint8)
    images[:, 14:] //= 3
    images[np.arange(300) % 2 == 0, :, 20:] = 0
    digits = Digits(images, np.zeros(300), images, np.zeros(300), "procedural")
    monkeypatch.setattr(procedural, "load", lambda: digits)
    source = snippets.race(
        "digits", measures=("inked", "width"), own=OWN, procedural=True, seed=0, start=(0, 0), rates={256: 0.1}
    )[library]
    assert "MNIST" not in source
    place = 17
    source = source.replace("(256, 0.1)", f"(256, {float(noise.RATES[place])!r})")
    check(ends(source)[0], *noise.measured(images, "inked", "width"), 0, (0, 0), {256: place}, "digits")


def test_code_fits_the_panel():
    for kind in ("digits", "own"):
        for source in snippets.race(
            kind, measures=("width", "height"), own=OWN, procedural=False, seed=0, start=(0, 0), rates={1: 0.1}
        ).values():
            assert max(map(len, source.splitlines())) <= 110
