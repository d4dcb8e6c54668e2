"""A program in cells stays the same program; a notebook is one that Jupyter accepts."""

import ast
import json

import nbformat
import pytest

from viz.notebook import Output, Program, Text, cells, notebook
from viz.operations.elementwise_snippets import race
from viz.tensors.real_world_snippets import View, shape_code
from viz.training.training_snippets import Settings, training_snippets

SOURCES = [
    *training_snippets(Settings()).values(),
    *race((3, 4), 2).values(),
    *shape_code(View("series", (390, 3))).values(),
]
TEXT = Text("Sums", ("Add.", "**Try this**\n\n- Subtract."), "*Made here.*", "It needs files.")


@pytest.mark.parametrize("source", SOURCES)
def test_cells_are_the_program_in_order(source):
    made = cells(source)
    joined = "\n".join(made)
    assert ast.dump(ast.parse(joined)) == ast.dump(ast.parse(source))
    # Nothing is lost, comments neither.
    assert [line for line in joined.splitlines() if line.strip()] == [x for x in source.splitlines() if x.strip()]
    assert len(made) > 1 and all(each.strip() for each in made)
    first = {type(statement) for statement in ast.parse(made[0]).body}
    assert first <= {ast.Import, ast.ImportFrom}
    assert not any(isinstance(each, ast.Import) for part in made[1:] for each in ast.parse(part).body)


def test_a_comment_stays_with_what_it_speaks_of():
    assert cells("import os\n\nx = 1\nprint(x)\n\n# Two.\n\ny = 2\n\n\ndef f():\n\n    return 1\n") == (
        "import os",
        "x = 1\nprint(x)",
        "# Two.\n\ny = 2\n\n\ndef f():\n\n    return 1",
    )
    long = "\n\n".join(f"x{k} = [\n    {k},\n]" for k in range(9))
    assert [len(each.splitlines()) for each in cells(long)] == [11, 11, 11]


def read(*programs):
    made = nbformat.reads(notebook(TEXT, programs), as_version=4)
    nbformat.validate(made)
    return made.cells


def test_outputs_stand_below_their_cells():
    ran = Program("NumPy", ("import math", "print(2)\n3"), (Output(""), Output("2\n", "3")))
    made = read(ran, Program("Keras", ("import keras",), problem="Keras is not here."))
    assert [cell.cell_type for cell in made] == ["markdown", "markdown", "code", "code", "markdown", "markdown", "code"]
    assert made[0].source == "# Sums\n\nAdd.\n\n**Try this**\n\n- Subtract.\n\nIt needs files.\n\n*Made here.*"
    assert [made[k].source for k in (1, 4, 5)] == ["## NumPy", "## Keras", "Keras is not here."]
    stream, result = made[3].outputs
    assert (stream.name, stream.text, result.data["text/plain"]) == ("stdout", "2\n", "3")
    assert [made[k].execution_count for k in (2, 3, 6)] == [1, 2, None]
    assert made[2].outputs == made[6].outputs == []
    assert len({cell.id for cell in made}) == len(made)


def test_a_problem_stands_below_the_cell_that_had_it():
    made = read(Program("JAX", ("1 / 2", "1 / 0", "2"), (Output("", "0.5"), Output("so far\n")), "It ended."))
    assert [cell.source for cell in made[1:]] == ["## JAX", "1 / 2", "1 / 0", "It ended.", "2"]
    assert made[3].outputs[0].text == "so far\n" and made[5].outputs == []


def test_the_text_is_plain_json():
    made = json.loads(notebook(TEXT, [Program("NumPy", ("x = '–'",))]))
    assert (made["nbformat"], made["nbformat_minor"], made["metadata"]["kernelspec"]["name"]) == (4, 5, "python3")
