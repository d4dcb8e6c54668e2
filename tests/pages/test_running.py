"""Programs run in an interpreter of their own: their output as Jupyter shows it, and an end to what does not end."""

import os
import threading

import pytest

from pages.shell import running
from pages.shell.running import Files, executed, run
from viz.notebook import Output, Program

NOTHING = Files({})


def ran(*cells, files=NOTHING, seconds=60.0):
    return executed(Program("Python", cells), files, seconds=seconds)


@pytest.fixture(autouse=True)
def nothing_kept():
    running._kept.clear()


def test_each_cell_shows_what_it_printed_and_its_last_value():
    found = ran("x = 20\nprint('one', end='')\nprint(' line')", "x + 1", "y = x\nprint(y)\n[y, '–']", "None")
    assert found.outputs == (Output("one line\n"), Output("", "21"), Output("20\n", "[20, '–']"), Output(""))
    assert found.problem == ""


def test_it_knows_nothing_of_the_server(monkeypatch):
    monkeypatch.setenv("HARMLESS_SECRET", "secret")
    found = ran(
        "import os, sys\nprint(os.environ.get('HARMLESS_SECRET'), sys.flags.isolated, os.listdir('.'))",
        "print(open('engine/weights.npz').read())",
        files=Files({"engine/weights.npz": b"ab"}),
    )
    assert [each.printed for each in found.outputs] == ["None 1 ['engine']\n", "ab\n"]


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("1 / 0", "It ended with an error here, ZeroDivisionError: division by zero."),
        ("open('/not/at/hand')", "It ended here: it reads a file that is not at hand where this notebook was made."),
        ("raise SystemExit", "It ended with an error here, SystemExit."),
        ("import os; os._exit(3)", "The program was ended before it had finished; run it yourself."),
    ],
)
def test_what_goes_wrong_is_said_in_a_sentence(cell, problem):
    found = ran("print(1)", f"print(2)\n{cell}", "print(3)")
    assert found.problem == problem
    assert [each.printed for each in found.outputs] == ["1\n", "2\n"]


def test_memory_is_bounded():
    pytest.importorskip("resource")
    found = ran("import numpy as np", "np.ones(10**10).sum()")
    assert found.problem == "It ended here: it needs more memory than it is given where this notebook was made."


def test_what_does_not_end_is_ended():
    found = ran("import time\ntime.sleep(600)", seconds=0.2)
    assert found.problem == "Stopped after 0 seconds; run it yourself for the rest."
    assert len(found.outputs) == 1


@pytest.mark.slow
def test_all_it_started_ends_with_it():
    start = (
        "import subprocess, sys, time\nchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    )
    found = ran(f"{start}\nprint(child.pid, flush=True)\ntime.sleep(600)", seconds=10)
    with open(f"/proc/{int(found.outputs[0].printed)}/stat") if _there(found) else open(os.devnull) as status:
        assert status.read().rpartition(")")[2].split()[:1] in ([], ["Z"])


def _there(found):
    return os.path.exists(f"/proc/{int(found.outputs[0].printed)}/stat")


def test_a_program_that_no_snippet_is_does_not_start(monkeypatch):
    monkeypatch.setattr(running, "executed", lambda *_, **__: pytest.fail("it was started"))
    [found] = run({"NumPy": "import subprocess\nsubprocess.run(['ls'])"}, {})
    assert (found.outputs, found.problem) == ((), "Its output is left empty: this code is not run by the app.")
    [found] = run({"Keras": "import keras\nkeras.datasets.mnist.load_data()"}, {})
    assert found.outputs == () and found.problem.startswith("Its output is left empty: ")


def test_a_library_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(running.importlib.util, "find_spec", lambda name: None if name == "keras" else name)
    [found] = run({"Keras": "import keras\nprint(keras.__version__)".replace("__version__", "version")}, {})
    assert found.problem == "Its output is left empty: Keras is not installed where this notebook was made."


def test_what_ran_is_kept_until_its_code_or_a_file_changes(monkeypatch):
    started = []

    def spy(program, beside, *, seconds):
        started.append((program.library, round(seconds)))
        return program._replace(outputs=(Output(str(len(started))),) * len(program.cells))

    monkeypatch.setattr(running, "executed", spy)
    programs = {"NumPy": "print(1)", "JAX": "print(2)"}
    first = run(programs, {"weights.npz": b"1"}, seconds=120)
    assert run(programs, {"weights.npz": b"1"}) == first
    assert started == [("NumPy", 100), ("JAX", 120)]
    run(programs, {"weights.npz": b"2"})
    run(programs | {"JAX": "print(3)"}, {"weights.npz": b"2"})
    assert [library for library, _ in started] == ["NumPy", "JAX", "NumPy", "JAX", "JAX"]


def test_with_no_turn_free_the_notebook_comes_without_output(monkeypatch):
    monkeypatch.setattr(running, "WAIT", 0.05)
    monkeypatch.setattr(running, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(running, "_line", threading.BoundedSemaphore(2))
    running._turns.acquire()
    assert [each.problem for each in run({"NumPy": "print(1)"}, {})] == [running.BUSY]
    running._line.acquire()
    running._line.acquire()
    running._turns.release()
    # The line is full: nobody waits any longer.
    assert [each.problem for each in run({"NumPy": "print(1)"}, {})] == [running.BUSY]
    running._line.release()
    assert run({"NumPy": "print(1)"}, {})[0].outputs == (Output("1\n"),)
