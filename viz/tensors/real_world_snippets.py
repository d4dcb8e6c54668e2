"""The code of one shape: its elements and bytes, and the channels moved, without taking the memory."""

from typing import Any

from engine.tensors.real_world import KINDS, View

LARGEST = 2**63 - 1
"""Bytes NumPy can count in one array."""

_NUMPY = """\
import math

import numpy as np

shape = {shape}  # {axes}
dtype = np.dtype("{dtype}")
elements = math.prod(shape)  # whole numbers of Python are exact, however large
nbytes = elements * dtype.itemsize
print(f"{{elements:,}} elements, {{nbytes:,}} bytes")
print(f"{{nbytes / 10**6:,.6g}} MB, {{nbytes / 2**20:,.6g}} MiB")
"""
_NUMPY_SHAPE = """
# A single zero, repeated with strides of 0: this shape, but none of its memory.
x = np.broadcast_to(np.zeros((), dtype), shape)
print(x.shape, x.strides)
"""
_NUMPY_REFUSES = """
# np.empty(shape, dtype) would be refused: NumPy counts at most 2**63 - 1 bytes.
"""
_NUMPY_MOVED = """
moved = np.moveaxis(x, {start}, {end})  # {to}: a view with other strides, nothing is copied
print(moved.shape)
"""
_JAX = """\
import jax
import jax.numpy as jnp
{wide}
# A shape and a dtype without memory; JAX traces programs on these.
shape = {shape}  # {axes}
x = jax.ShapeDtypeStruct(shape, "{dtype}")
elements = x.size
nbytes = elements * x.dtype.itemsize
print(f"{{elements:,}} elements, {{nbytes:,}} bytes")
"""
_JAX_WIDE = '\njax.config.update("jax_enable_x64", True)  # 64 bits as chosen; JAX would take 32\n'
_JAX_MOVED = """
moved = jax.eval_shape(lambda x: jnp.moveaxis(x, {start}, {end}), x)  # {to}
print(moved.shape)
"""
_KERAS = """\
import keras

# {axes}; like a layer, this describes data and takes no memory for them.
x = keras.Input({sample}, batch_size={samples}, dtype="{dtype}")
moved = keras.layers.Permute({permutation}, dtype="{dtype}")(x)  # {to}
print(x.shape, moved.shape)
"""


def shape_code(view: View) -> dict[str, str]:
    """Library → source that counts ``elements`` and ``nbytes``; with channels also ``moved``, the other order.

    Keras is there for whole batches of images and video, the kinds with a choice of order.

    >>> print(shape_code(View("series", (390, 3)))["NumPy"].splitlines()[4])
    shape = (390, 3)  # timesteps, features
    """
    values: dict[str, Any] = {"shape": view.shape, "axes": ", ".join(view.axes), "dtype": view.dtype}
    channels = view.axes.index("channels") if "channels" in view.axes else None
    first = 1 if view.axes[0] == "samples" else 0
    values["start"], values["end"] = (channels, -1) if view.channels_first else (-1, first)
    values["to"] = "channels-last" if view.channels_first else "channels-first"
    moves = channels is not None and len(view.shape) > 1
    fits = view.bytes <= LARGEST
    numpy = _NUMPY + (_NUMPY_SHAPE if fits else _NUMPY_REFUSES) + (_NUMPY_MOVED if moves and fits else "")
    jax = _JAX + (_JAX_MOVED if moves else "")
    values["wide"] = _JAX_WIDE if view.dtype == "float64" else ""
    sources = {"NumPy": numpy, "JAX": jax}
    if moves and len(view.shape) == len(KINDS[view.kind].axes):
        later = range(1, len(view.shape))
        order = (*later[1:], 1) if view.channels_first else (later[-1], *later[:-1])
        values |= {"sample": view.shape[1:], "samples": view.shape[0], "permutation": order}
        sources["Keras"] = _KERAS
    return {library: source.format(**values) for library, source in sources.items()}
