"""Pictures and sentences write a number in one form."""

import math
import random
import struct

from engine.numbers import number


def values() -> list[float]:
    """Corners, ties, powers of ten, and numbers of every size."""
    draw = random.Random(0)
    any_bits = [struct.unpack("<d", draw.randbytes(8))[0] for _ in range(300)]
    powers = [
        sign * float(f"{mantissa}e{power}") for sign in (1, -1) for mantissa in (1, 9.995, 5) for power in range(-8, 9)
    ]
    ties = [0.125, 0.375, 2.5, 12345.0, 1.0005, 99999.5, 0.00099995, 1e-3, 1e5, 5e-324, 1.7976931348623157e308]
    return [*powers, *ties, *(v for v in any_bits if not math.isnan(v)), 0.0, -0.0]


def test_javascript_writes_every_number_as_python_does(modules):
    asked = [[value, digits] for value in values() for digits in (1, 3, 4, 10)]
    texts = modules.evaluate(
        "async (asked) => { const { number } = await import('/shared/numbers.js');"
        " return asked.map(([value, digits]) => number(value, digits)); }",
        asked,
    )
    assert texts == [number(value, digits) for value, digits in asked]
    assert len(set(texts)) > 1000


def test_what_is_no_number_or_has_no_end_is_said(modules):
    script = "async (text) => (await import('/shared/numbers.js')).number(Number(text))"
    for text, said in (
        ("NaN", "nan"),
        ("Infinity", "∞"),
        ("-Infinity", "−∞"),
        ("-0", "0"),
        ("0.0001", "10⁻⁴"),
    ):
        assert modules.evaluate(script, text) == said == number(float(text))
