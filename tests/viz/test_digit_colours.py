"""The ten digits' colours are told apart by every reader: CIEDE2000 distances, also as colour-blind eyes see them."""

import itertools
import math

import numpy as np
import pytest

from tests.viz.test_theme import contrast
from viz import theme

XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1, 1.08883])
EYES = {
    "usual": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB."""
NAMES = (*theme.DIGITS, "truth")
"""The reader's own digit lies among the ten, in the colour of truth."""


def seen(value, eyes):
    """#RRGGBB as these eyes see it, in CIELAB."""
    channels = np.array([int(value[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    xyz = XYZ @ np.clip(np.asarray(EYES[eyes]) @ linear, 0, 1) / WHITE
    x, y, z = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one, other):
    """CIEDE2000 of two CIELAB colours. Sharma, Wu and Dalal 2005."""
    (L1, a1, b1), (L2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    more = 1.5 - 0.5 * math.sqrt(mean**7 / (mean**7 + 25**7))
    (C1, h1), (C2, h2) = (
        (math.hypot(a * more, b), math.degrees(math.atan2(b, a * more)) % 360) for a, b in ((a1, b1), (a2, b2))
    )
    turn = (h2 - h1 + 180) % 360 - 180 if C1 * C2 else 0.0
    hue = (h1 + turn / 2) % 360 if C1 * C2 else h1 + h2
    L, C = (L1 + L2) / 2, (C1 + C2) / 2
    cosines = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.2, 4, -63))
    T = 1 + sum(size * math.cos(math.radians(times * hue + shift)) for size, times, shift in cosines)
    lightness = (L2 - L1) / (1 + 0.015 * (L - 50) ** 2 / math.sqrt(20 + (L - 50) ** 2))
    chroma = (C2 - C1) / (1 + 0.045 * C)
    around = 2 * math.sqrt(C1 * C2) * math.sin(math.radians(turn / 2)) / (1 + 0.015 * C * T)
    rotation = -math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    rotation *= 2 * math.sqrt(C**7 / (C**7 + 25**7))
    return math.sqrt(lightness**2 + chroma**2 + around**2 + rotation * chroma * around)


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (56, -27, -3), 31.9030),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_distance_is_that_of_the_published_pairs(one, other, wanted):
    assert distance(one, other) == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("name", theme.PALETTES)
def test_no_two_digits_have_nearly_one_colour(name, eyes):
    """0 and 6 were 8 apart, 7 and 9 0.1 to readers without red cones; 2.3 is just noticeable side by side."""
    colours = {each: seen(theme.PALETTES[name][each], eyes) for each in NAMES}
    near = {pair: distance(*(colours[each] for each in pair)) for pair in itertools.combinations(NAMES, 2)}
    pair = min(near, key=near.get)
    assert near[pair] >= (20 if eyes == "usual" else 10), (pair, near[pair])


@pytest.mark.parametrize("name", theme.PALETTES)
def test_every_numeral_reads_on_the_page(name):
    for digit in theme.DIGITS:
        assert contrast(theme.PALETTES[name][digit], theme.PALETTES[name]["surface"]) >= 4.5, digit
        assert contrast(theme.PALETTES[name][digit], theme.PALETTES[name]["panel"]) >= 4, digit
