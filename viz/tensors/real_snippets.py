"""The lines that make a page's real tensors again: its digit, the network's weights, MNIST's images."""

import base64
import textwrap
import zlib
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np

LAYERS = ("W1", "b1", "W2", "b2")
NAMES = ("digit", "x", "inputs", "hidden", *LAYERS, "train_images", "batch")
FOLDER = 'folder = Path(os.environ.get("UNCRUMPLE_MNIST", Path.home() / ".cache" / "uncrumple" / "mnist"))\n'
READ = f"""
# The original files of MNIST, as the app keeps them.
{FOLDER}

def read(name, header):
    path = folder / name
    content = path.read_bytes() if path.exists() else gzip.decompress((folder / f"{{name}}.gz").read_bytes())
    return np.frombuffer(content, np.uint8)[header:]


"""
"""Defines ``read(name, header)``: the bytes of one of MNIST's files after its header."""
FILES = ("import gzip", "import os", "from pathlib import Path")
"""What READ and the images need."""
_IMAGES = f"""
# The file of MNIST's training images, as the app keeps it.
{FOLDER}path = folder / "train-images-idx3-ubyte"
content = path.read_bytes() if path.exists() else gzip.decompress((folder / f"{{path.name}}.gz").read_bytes())
train_images = np.frombuffer(content, np.uint8)[16:].reshape(60000, 28, 28)
"""
_BATCH = "batch = train_images[:128].reshape(128, 784).astype(np.float32) / 255\n"
_DIGIT = "digit = np.frombuffer(zlib.decompress(base64.b64decode(picture)), np.uint8).reshape(28, 28)\n"


class Source(NamedTuple):
    """modules: lines that import from the standard library. lines: what makes the tensors; they need NumPy as np."""

    modules: tuple[str, ...]
    lines: str


def source(names: Collection[str], image: np.ndarray | None = None, weights: str = "") -> Source:
    """Source that makes the real tensors of these names; other names are passed over.

    Names are those of NAMES: digit (28, 28) uint8; x or inputs (784,), its pixels divided by 255, under the name that
    is asked for; hidden (h,), made from x if that is asked for too, else from inputs; W1, b1, W2, b2; train_images
    (60000, 28, 28) uint8; batch (128, 784). All but the images are float32. image: (28, 28) uint8, the digit on the
    page, and weights: path of an .npz file with W1, b1, W2, b2; each needed only for what is made from it.

    >>> print(source({"W1"}, weights="weights.npz").lines)
    <BLANKLINE>
    with np.load("weights.npz") as file:
        W1 = file["W1"].astype(np.float32)
    <BLANKLINE>
    """
    wanted = set(names) & set(NAMES)
    if "hidden" in wanted:
        wanted |= {"W1", "b1"} | ({"inputs"} - wanted if "x" not in wanted else set())
    if wanted & {"x", "inputs"}:
        wanted.add("digit")
    modules: tuple[str, ...] = ()
    lines = ""
    if wanted & {"train_images", "batch"}:
        modules, lines = FILES, _IMAGES + (_BATCH if "batch" in wanted else "")
    if "digit" in wanted:
        modules = ("import base64", *modules, "import zlib")
        lines += f"\n# The digit's 28 × 28 bytes, compressed.\n{picture(image)}{_DIGIT}"
    if layers := [name for name in LAYERS if name in wanted]:
        lines += "\n" + loaded(layers, weights)
    for name in ("x", "inputs"):
        lines += f"{name} = digit.reshape(784).astype(np.float32) / 255\n" if name in wanted else ""
    if "hidden" in wanted:
        inputs = "x" if "x" in wanted else "inputs"
        lines += f"hidden = np.maximum(0, {inputs} @ W1 + b1)  # relu: negative sums become 0\n"
    return Source(modules, lines)


def picture(image: np.ndarray) -> str:
    """Source that makes ``picture``, the compressed bytes of an image: literals that Python joins again."""
    text = base64.b64encode(zlib.compress(image.tobytes(), 9)).decode("ascii")
    lines = "\n".join(f'    "{line}"' for line in textwrap.wrap(text, 84))
    return f"picture = (\n{lines}\n)\n"


def loaded(layers: Sequence[str], weights: str) -> str:
    """Source that reads some of W1, b1, W2, b2, float32, from the .npz file at the path ``weights``."""
    made = f'{layers[0]} = file["{layers[0]}"].astype(np.float32)'
    if len(layers) > 1:
        quoted = ", ".join(f'"{name}"' for name in layers)
        made = f"{', '.join(layers)} = (file[name].astype(np.float32) for name in ({quoted}))"
    return f'with np.load("{weights}") as file:\n    {made}\n'


def imports(modules: Iterable[str], libraries: Iterable[str]) -> str:
    """Lines that import from the standard library, in order, above those that import libraries.

    >>> print(imports(["from pathlib import Path", "import os"], ["import numpy as np"]))
    import os
    from pathlib import Path
    <BLANKLINE>
    import numpy as np
    <BLANKLINE>
    """
    first = sorted(modules, key=lambda line: (line.startswith("from"), line))
    return "\n".join([*first, *([""] if first else []), *libraries]) + "\n"
