"""Compiled programs kept from one start to the next: XLA then reads in milliseconds what it once made in seconds."""

import hashlib
import platform
import shutil
from pathlib import Path

import jax
import jaxlib

from engine.digits.mnist import cache_folder

MOST_BYTES = 200_000_000
"""Of all programs together; where they are more, all are made anew."""


def keep(folder: Path | None = None) -> Path | None:
    """From now on compile to, and read from, a folder of this user's cache; where it is. None if it cannot be used.

    Programs are made for one processor and one version of the compiler: each such pair has a folder of its own,
    which only this user can read or change.
    """
    folder = (cache_folder() / "compiled" if folder is None else folder) / _maker()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        if sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) > MOST_BYTES:
            shutil.rmtree(folder)
            folder.mkdir(mode=0o700)
    except OSError:
        return None
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
    return folder


def _maker() -> str:
    """Names the compiler and the processor it compiles for."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    except OSError:
        processor = platform.processor()
    text = f"{jax.__version__} {jaxlib.__version__} {platform.machine()} {processor}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
