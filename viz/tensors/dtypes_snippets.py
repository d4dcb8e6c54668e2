"""The code of the chosen number in the chosen data type, and of the network's step from uint8 to float32."""

import textwrap
from collections.abc import Sequence

import numpy as np

from engine.tensors.dtypes import Format, Number

_NUMPY = """\
import numpy as np

number = {text}
dtypes = ["bool", "uint8", "int8", "int32", "float16", "float32", "float64"]

with np.errstate(all="ignore"):  # overflow is what we want to see
    table = {{dtype: np.array(number).astype(dtype) for dtype in dtypes}}
for dtype, value in table.items():
    print(f"{{dtype:8}} {{value.nbytes}} bytes: {{value.item()}}")

stored = table["{dtype}"]
bits = f"{{int.from_bytes(stored.tobytes(), 'little'):0{bits}b}}"
print("bits of {dtype}:", bits)

# The network's step: pixels of one row as stored, and as the network gets them.
pixels = np.array({pixels}, np.uint8)
x = pixels.astype("float32") / 255
back = (x * 255).astype("uint8")
wrapped = pixels + np.uint8(100)  # uint8 arithmetic knows only 0 to 255
print(pixels.nbytes, "bytes become", x.nbytes, "bytes;", "200 + 100 =", np.array([200], np.uint8) + np.uint8(100))
"""

_JAX = """\
import jax
import jax.numpy as jnp
import numpy as np

pixels = jnp.array({pixels}, jnp.uint8)
x = pixels.astype(jnp.float32) / 255  # JAX multiplies by 1 / 255: the last bit may differ from NumPy's
back = (x * 255).astype(jnp.uint8)
wrapped = pixels + jnp.uint8(100)  # uint8 arithmetic knows only 0 to 255
print(pixels.nbytes, "bytes become", x.nbytes, "bytes;", "200 + 100 =", jnp.array([200], jnp.uint8) + jnp.uint8(100))

# The bits of one float32, seen as an integer of the same size. JAX's own default is float32, not float64.
pattern = jax.lax.bitcast_convert_type(x.max(), jnp.uint32)
print("bits of", x.max(), f"are {{int(pattern):032b}}")
"""

_PYTHON = """\
import struct
from decimal import Decimal

bits = "{bits}"  # {shown} as {dtype}, the highest bit first
content = int(bits, 2).to_bytes({bytes}, "little")
(stored,) = struct.unpack("<{code}", content)
exact = Decimal(stored)  # every digit of what is stored

print(stored, "is exactly", exact)
"""

CODES = {
    "bool": "?",
    "uint8": "B",
    "int8": "b",
    "int32": "i",
    "float16": "e",
    "float32": "f",
    "float64": "d",
}


def conversion(number: Number, form: Format, bits: str, pixels: Sequence[int]) -> dict[str, str]:
    """Library → source. NumPy: ``table``, ``stored``, ``bits``; Python: ``stored``, ``exact`` from the bits.

    NumPy and JAX also compute ``x``, ``back`` and ``wrapped`` of the pixels. Each number is converted by itself: in
    a list, NumPy would first give all of them one data type.

    >>> from engine.tensors.dtypes import FORMATS, convert, parse_numbers
    >>> number = parse_numbers("256")[0]
    >>> list(conversion(number, FORMATS["uint8"], convert(number, FORMATS["uint8"]).bits, [200]))
    ['NumPy', 'Python', 'JAX']
    """
    row = str(np.asarray(pixels).tolist())
    text = f'float("{number.value}")' if number.value != number.value else _literal(number.value)
    return {
        "NumPy": _NUMPY.format(text=text, dtype=form.name, bits=form.bits, pixels=row),
        "Python": _PYTHON.format(
            bits=bits, shown=textwrap.shorten(number.text, 40), dtype=form.name, bytes=form.bytes, code=CODES[form.name]
        ),
        "JAX": _JAX.format(pixels=row),
    }


def _literal(value: bool | int | float) -> str:
    return f'float("{value}")' if value in (float("inf"), float("-inf")) else repr(value)
