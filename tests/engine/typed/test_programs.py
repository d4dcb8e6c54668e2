"""What a program may contain before it is run: everything snippets are made of, and nothing that reaches further."""

import pytest

from engine.errors import InvalidInput
from engine.typed import programs

FINE = """
import os
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from engine.digits import procedural

folder = Path(os.environ.get("UNCRUMPLE_MNIST", Path.home() / ".cache"))


class Layer:
    def __init__(self, width):
        self.width = width


def f(x, *, rate=0.5):
    return [rate * each for each in x if (y := each) > 0]


try:
    print(f(np.arange(3)), np.float32.__name__, folder.read_bytes()[:4])
except ValueError as error:
    print(error)
"""


def test_what_snippets_are_made_of_passes():
    assert programs.check(FINE).body
    assert programs.imported(FINE) == {"os", "pathlib", "jax", "numpy", "engine"}
    # A variable may be called os where the module of that name is not there.
    assert programs.check("os = 2\nprint(os)")


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("import subprocess", "subprocess"),
        ("import os as harmless", "harmless"),
        ("from os import environ", "environ"),
        ("from engine.digits import mnist", "mnist"),
        ("from .engine import procedural", "procedural"),
        ("from engine import procedural", "procedural"),
        ("from numpy import save", "save"),
        ("import os\nos.remove('x')", "os"),
        ("import os\nalias = os\nalias.remove('x')", "os"),
        ("import os\nos.environ.__class__", "__class__"),
        ("import gzip\ngzip.open('x')", "open"),
        ("import pathlib\npathlib.os.remove('x')", "os"),
        ("().__class__.__base__.__subclasses__()", "__subclasses__"),
        ("open('x', 'w')", "open"),
        ("exec('1')", "exec"),
        ("eval('1')", "eval"),
        ("__import__('os')", "__import__"),
        ("getattr(1, 'real')", "getattr"),
        ("__builtins__", "__builtins__"),
        ("from pathlib import Path\nPath('x').write_text('y')", "write_text"),
        ("import numpy as np\nnp.array([1]).tofile('x')", "tofile"),
        ("from pathlib import Path\nPath('/secret').read_bytes()", "/secret"),
        ("from pathlib import Path\nPath('x', '../secret').read_bytes()", "../secret"),
        ("def f():\n    global g\n    g = 1", "Global"),
    ],
)
def test_what_reaches_further_is_refused(source, named):
    with pytest.raises(InvalidInput, match=f"“{named}”"):
        programs.check(source)


def test_what_is_no_python_is_refused():
    for source in ("x = (", "x = 1\0", "(" * 5000):
        with pytest.raises(InvalidInput, match="not Python"):
            programs.check(source)
