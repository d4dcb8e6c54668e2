"""The code of the dtypes page computes what the page shows."""

from decimal import Decimal

import numpy as np
import pytest

from engine.tensors import dtypes
from engine.tensors.dtypes import FORMATS, parse_numbers
from tests.viz.running import run
from viz.tensors import dtypes_snippets as snippets

PIXELS = [0, 3, 128, 200, 253, 255]


def sources(text, name):
    number, form = parse_numbers(text)[0], FORMATS[name]
    stored = dtypes.convert(number, form)
    return stored, snippets.conversion(number, form, stored.bits, PIXELS)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", ["3", "-1", "0.1", "1e39", "nan", "-inf", "True", "-0.0", "0x1f", "16777217"])
def test_numpy_and_struct_agree_with_the_table(text, name, capsys):
    stored, code = sources(text, name)
    found = run(code["NumPy"])
    assert found["bits"] == stored.bits
    for other, form in FORMATS.items():
        np.testing.assert_array_equal(found["table"][other], dtypes.convert(parse_numbers(text)[0], form).value)
    unpacked = run(code["Python"])
    np.testing.assert_array_equal(unpacked["stored"], stored.value)
    assert str(unpacked["exact"]) == str(Decimal(stored.value.item()))
    assert stored.bits in capsys.readouterr().out


@pytest.mark.parametrize("library", ["NumPy", "JAX"])
def test_the_networks_step_is_the_pages(library, capsys):
    found = run(sources("0.1", "float32")[1][library])
    pixels = np.array(PIXELS, np.uint8)
    # JAX's compiler divides by multiplying with the reciprocal, which may differ in the last bit; NumPy divides.
    np.testing.assert_array_max_ulp(np.asarray(found["x"]), dtypes.scaled(pixels), 1 if library == "JAX" else 0)
    np.testing.assert_array_equal(found["back"], pixels)
    np.testing.assert_array_equal(found["wrapped"], dtypes.brightened(pixels, 100).wrapped)
    assert "6 bytes become 24 bytes; 200 + 100 = [44]" in capsys.readouterr().out


def test_jax_prints_the_bits_of_a_float32(capsys):
    found = run(sources("0.1", "float32")[1]["JAX"])
    assert f"{int(found['pattern']):032b}" == dtypes.bits_of(np.float32(1))
