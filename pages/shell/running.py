"""A page's program run in an interpreter of its own: cell by cell, within limits, and kept for the next who asks.

No text of a reader is evaluated, here or there: what runs is a program that a snippets module of viz wrote from parsed
values, and ``engine.typed.programs`` looks at it again before it starts. DRIVER is text because it belongs to the other
interpreter; in the app's own nothing is ever executed (a test holds that).
"""

import hashlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import engine
from engine.digits import mnist
from engine.errors import InvalidInput
from engine.typed import programs
from viz.notebook import Output, Program, cells

SECONDS = 120.0
"""For all programs of a notebook. With WAIT below the three minutes for which a browser waits for its file."""
SET_ASIDE = 20.0
"""Of these for each program that is still to come."""
WAIT = 40.0
AT_ONCE, IN_LINE = 2, 2
"""Programs that run at once on this server, and readers who may wait for their turn."""
MEMORY = 4 << 30
KEPT = 64
MOST = 100_000
"""Characters that a cell may print."""
PASSED_ON = (
    "PATH",
    "SYSTEMROOT",
    "LANG",
    "LD_LIBRARY_PATH",
    "JAX_COMPILATION_CACHE_DIR",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES",
)
BUSY = (
    "Its output is left empty: other readers' notebooks were being made. Press the button again in a minute, "
    "or run the cells yourself."
)
DRIVER = """
import ast, contextlib, io, json, os, sys

asked = json.loads(sys.stdin.buffer.read())
answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
try:
    import resource
    resource.setrlimit(resource.RLIMIT_DATA, (asked["memory"],) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (asked["cpu"],) * 2)
    os.nice(5)
except (ImportError, OSError, ValueError, AttributeError):
    pass
sys.path.append(asked["root"])

def tell(**what):
    answers.write(json.dumps(what) + "\\n")
    answers.flush()

class Printed(io.TextIOBase):
    left = asked["most"]
    def write(self, text):
        if self.left > 0:
            tell(printed=text[:self.left])
        self.left -= len(text)
        return len(text)

names = {"__name__": "__main__"}
for source in asked["cells"]:
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    value = error = None
    with contextlib.redirect_stdout(Printed()):
        try:
            exec(compile(ast.Module(body, []), "<cell>", "exec"), names)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
            shown = "" if value is None else repr(value)
        except BaseException as problem:
            kinds = [kind.__name__ for kind in type(problem).__mro__]
            error, shown = {"kinds": kinds, "text": str(problem)[:300]}, ""
    tell(value=shown[:asked["most"]], error=error)
    if error:
        break
os._exit(0)
"""
_turns = threading.BoundedSemaphore(AT_ONCE)
_line = threading.BoundedSemaphore(AT_ONCE + IN_LINE)
_guard = threading.Lock()
_kept: OrderedDict[str, Program] = OrderedDict()


class Files(NamedTuple):
    """Files a program finds beside it: path → content."""

    contents: Mapping[str, bytes]

    @property
    def mark(self) -> str:
        """Differs whenever a name or a content does."""
        found = hashlib.sha256()
        for name, content in sorted(self.contents.items()):
            found.update(f"{name} {len(content)} ".encode() + content)
        return found.hexdigest()


def run(snippets: Mapping[str, str], files: Mapping[str, bytes], *, seconds: float = SECONDS) -> list[Program]:
    """Each library's program with the output of its cells, or with the reason why there is none.

    Blocks until all have run: at most WAIT for a turn and ``seconds`` of running. Call it in a thread of its own.
    """
    beside = Files(files)
    wanted = [_prepared(library, source, beside) for library, source in snippets.items()]
    if all(program.problem or program.outputs for program, _ in wanted):
        return [program for program, _ in wanted]
    if not _line.acquire(blocking=False):
        return [_empty(program, BUSY) for program, _ in wanted]
    try:
        if not _turns.acquire(timeout=WAIT):
            return [_empty(program, BUSY) for program, _ in wanted]
        try:
            return _run_all(wanted, beside, time.monotonic() + seconds)
        finally:
            _turns.release()
    finally:
        _line.release()


def _run_all(wanted: Sequence[tuple[Program, str]], beside: Files, until: float) -> list[Program]:
    """Each in turn; a program gets the time left but for what is set aside for those after it."""
    done = []
    for place, (program, mark) in enumerate(wanted):
        known = program if program.problem or program.outputs else _remembered(mark)
        if known is None:
            left, later = until - time.monotonic(), sum(not other.problem for other, _ in wanted[place + 1 :])
            known = executed(program, beside, seconds=max(left - SET_ASIDE * later, left / (later + 1), 0.0))
            if not known.problem:
                _remember(mark, known)
        done.append(known)
    return done


def _prepared(library: str, source: str, beside: Files) -> tuple[Program, str]:
    """The program in cells, with its output if that is known, or the reason why it is not run; and its mark."""
    try:
        programs.check(source)
    except InvalidInput:
        return Program(library, (source,), problem="Its output is left empty: this code is not run by the app."), ""
    program = Program(library, cells(source))
    missing = sorted(name for name in programs.imported(source) if importlib.util.find_spec(name) is None)
    if missing:
        name = {"keras": "Keras", "jax": "JAX"}.get(missing[0], missing[0])
        return _empty(program, f"Its output is left empty: {name} is not installed where this notebook was made."), ""
    if "keras.datasets" in source:
        return _empty(program, "Its output is left empty: it downloads MNIST, which the app does not do for it."), ""
    mark = hashlib.sha256("\0".join((library, source, beside.mark)).encode()).hexdigest()
    return _remembered(mark) or program, mark


def _empty(program: Program, problem: str) -> Program:
    return program if program.problem or program.outputs else program._replace(problem=problem)


def _remembered(mark: str) -> Program | None:
    with _guard:
        if mark in _kept:
            _kept.move_to_end(mark)
        return _kept.get(mark)


def _remember(mark: str, program: Program) -> None:
    with _guard:
        _kept[mark] = program
        while len(_kept) > KEPT:
            _kept.popitem(last=False)


def executed(program: Program, beside: Files, *, seconds: float) -> Program:
    """The program run in a clean interpreter and a folder of its own; with all it started it ends after ``seconds``."""
    with tempfile.TemporaryDirectory(prefix="uncrumple-", ignore_cleanup_errors=True) as folder:
        for name, content in beside.contents.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", DRIVER],
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        root = str(Path(engine.__file__).parent.parent)
        # Should the server end before it, the program ends by itself when it has had its share of the processors.
        cpu = int(seconds * (os.cpu_count() or 1)) + 10
        asked = {"cells": program.cells, "memory": MEMORY, "cpu": cpu, "most": MOST, "root": root}
        late = False
        try:
            answers, _ = process.communicate(json.dumps(asked).encode(), timeout=seconds)
        except subprocess.TimeoutExpired:
            late = True
            _end(process)
            answers, _ = process.communicate()
        finally:
            _end(process)
    return _answered(program, answers.decode("utf-8", "replace").splitlines(keepends=True), seconds if late else None)


def _environment(folder: str) -> dict[str, str]:
    """Nothing of the server's but what programs need to be found; the computation stays on the CPU."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    data = os.path.expanduser(os.environ.get(mnist.FOLDER_VARIABLE) or mnist.cache_folder() / "mnist")
    return kept | {
        mnist.FOLDER_VARIABLE: str(Path(data).absolute()),
        "JAX_PLATFORMS": "cpu",
        "KERAS_BACKEND": "jax",
        "XDG_CACHE_HOME": str(mnist.cache_folder().parent.absolute()),
        **dict.fromkeys(("HOME", "USERPROFILE", "KERAS_HOME", "TMPDIR", "TEMP"), folder),
    }


def _end(process: subprocess.Popen) -> None:
    """End the process and all it started."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return
    else:
        process.kill()


def _answered(program: Program, lines: Sequence[str], limit: float | None) -> Program:
    """What the cells printed; a sentence about the first that came to no good end."""
    outputs, printed = [], ""
    for line in lines:
        if not line.endswith("\n"):
            break
        answer = json.loads(line)
        if "printed" in answer:
            printed += answer["printed"]
            continue
        outputs.append(Output(printed, answer["value"]))
        printed = ""
        if answer["error"]:
            return program._replace(outputs=tuple(outputs), problem=_sentence(**answer["error"]))
    if len(outputs) == len(program.cells):
        return program._replace(outputs=tuple(outputs))
    problem = "The program was ended before it had finished; run it yourself."
    if limit is not None:
        problem = f"Stopped after {limit:.0f} seconds; run it yourself for the rest."
    return program._replace(outputs=(*outputs, Output(printed)), problem=problem)


def _sentence(kinds: Sequence[str], text: str) -> str:
    """What went wrong, without a path of this machine."""
    if "OSError" in kinds:
        return "It ended here: it reads a file that is not at hand where this notebook was made."
    if "MemoryError" in kinds or "RESOURCE_EXHAUSTED" in text:
        return "It ended here: it needs more memory than it is given where this notebook was made."
    first = text.splitlines()[0] if text else ""
    return f"It ended with an error here, {kinds[0]}{f': {first}' if first else ''}."
