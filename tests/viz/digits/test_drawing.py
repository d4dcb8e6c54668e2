"""How a picture file was read, as a reader sees it."""

import numpy as np

from engine.digits.upload import Reading
from viz.digits.drawing import reading_pictures, reading_sentence

GREY = np.tile(np.arange(0, 240, 4, dtype=np.uint8), (60, 1))
PAPER = np.zeros((60, 60), bool)
PAPER[10:50, 10:50] = True


def reading(**changes):
    return Reading(np.zeros((280, 280), np.uint8), GREY, PAPER, True, True)._replace(**changes)


def test_the_sentence_names_the_tones_and_what_was_left_aside():
    assert "dark ink on lighter paper" in reading_sentence(reading())
    assert "light ink on darker paper" in reading_sentence(reading(dark_ink=False))
    assert "left aside" in reading_sentence(reading())
    assert "left aside" not in reading_sentence(reading(paper=np.ones_like(PAPER), paper_found=False))


def test_what_was_left_aside_is_pale_and_the_paper_has_its_own_tones_in_a_dark_line():
    picture, image = reading_pictures(reading(), np.zeros((28, 28), np.uint8))
    assert picture.shape == image.shape == (170, 170)
    shown = np.s_[1:-1:2]
    inside = picture[50:120, 50:120]
    assert picture[2:20, 2:168].min() >= 176
    np.testing.assert_allclose(inside.mean(axis=0), np.interp(np.arange(50, 120), [1, 169], [0, 236]), atol=6)
    assert picture[85].min() == 0 and (picture[85, 20:36] < 60).any()
    assert (image[shown, shown] == 255).all()


def test_the_image_is_what_the_network_gets_ink_dark():
    centred = np.random.default_rng(0).integers(0, 256, (28, 28)).astype(np.uint8)
    _, image = reading_pictures(reading(), centred)
    np.testing.assert_array_equal(255 - image[4:-1:6, 4:-1:6], centred)
