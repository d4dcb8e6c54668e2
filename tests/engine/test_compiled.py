"""Compiled programs outlive the process that made them, and nothing that is wrong with their folder stops the app."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine import compiled

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys, jax, jax.numpy as jnp
from jax import monitoring
from pathlib import Path
from engine import compiled
hits = []
monitoring.register_event_listener(lambda name, **_: hits.append(name) if name.endswith("cache_hits") else None)
folder = compiled.keep(Path(sys.argv[1]))
answer = float(jax.jit(lambda x: jnp.sin(x).sum() * 3)(jnp.ones(7)))
print(answer, len(hits), folder is not None)
"""


def ran(folder: Path) -> list[str]:
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=dict(os.environ))
    return done.stdout.split()


def test_a_second_process_reads_what_the_first_compiled(tmp_path):
    first, second = ran(tmp_path), ran(tmp_path)
    assert first[0] == second[0] and float(first[0]) == pytest.approx(17.67089, rel=1e-5)
    assert int(first[1]) == 0 and int(second[1]) > 0
    (folder,) = tmp_path.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_damaged_program_is_compiled_anew(tmp_path):
    answer = ran(tmp_path)[0]
    for file in tmp_path.rglob("*"):
        if file.is_file():
            file.write_bytes(b"not a program")
    assert ran(tmp_path)[0] == answer


def test_a_folder_that_cannot_be_used_is_none(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert compiled.keep(tmp_path / "file") is None
    assert ran(tmp_path / "file")[2] == "False"
