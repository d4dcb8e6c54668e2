"""A Jupyter notebook as text: what a page says in short, its programs in cells, and what each cell printed.

The format is JSON, nbformat 4.5: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

import ast
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

LINES = 12
"""A cell ends at the first blank line after so many."""


class Output(NamedTuple):
    """What one cell left. printed: its text; value: of its last expression, as Python shows it, or ""."""

    printed: str
    value: str = ""


class Program(NamedTuple):
    """One library's version. cells: its source in pieces; outputs: of those that ran; problem: why not all did.

    With a problem, the last output is that of the cell that had it.
    """

    library: str
    cells: tuple[str, ...]
    outputs: tuple[Output, ...] = ()
    problem: str = ""


class Text(NamedTuple):
    """What surrounds the programs, all in Markdown. origin: where the notebook comes from; needs: what it reads."""

    title: str
    said: tuple[str, ...]
    origin: str
    needs: str = ""


def cells(source: str) -> tuple[str, ...]:
    """The program in pieces: imports first; a piece ends where something is printed, or after a dozen lines.

    Only blank lines between statements divide it, so a comment stays with what it speaks of.

    >>> cells("import math\\n\\nx = 2\\n\\n# The root.\\nprint(math.sqrt(x))\\n\\nprint(x)\\n")
    ('import math', 'x = 2\\n\\n# The root.\\nprint(math.sqrt(x))', 'print(x)')
    """
    made: list[list[str]] = []
    lines: list[str] = []
    for block, kind in _blocks(source):
        if lines and (kind == "import") != (made == [] and _only_imports(lines)):
            made.append(lines)
            lines = []
        lines += block
        if kind == "print" or len(lines) >= LINES:
            made.append(lines)
            lines = []
    texts = ["\n".join(each).strip("\n") for each in [*made, lines]]
    return tuple(text for text in texts if text.strip())


def _blocks(source: str) -> list[tuple[list[str], str]]:
    """Lines between blank lines outside any statement, and what a block is: "import", "print" or ""."""
    lines, blocks, start, kinds = source.splitlines(), [], 0, set()
    body = ast.parse(source).body
    for statement, after in zip(body, [*body[1:], None], strict=True):
        kinds.add(_kind(statement))
        end = len(lines) if after is None else after.lineno - 1
        blank = next((k for k in range(statement.end_lineno, end) if not lines[k].strip()), None)
        if after is None or blank is not None:
            stop = end if after is None else blank + 1
            kind = "import" if kinds == {"import"} else "print" if "print" in kinds else ""
            blocks.append((lines[start:stop], kind))
            start, kinds = stop, set()
    return blocks


def _kind(statement: ast.stmt) -> str:
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return "import"
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return ""
    calls = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
    return "print" if any(isinstance(name, ast.Name) and name.id == "print" for name in calls) else ""


def _only_imports(lines: Sequence[str]) -> bool:
    return all(_kind(statement) == "import" for statement in ast.parse("\n".join(lines)).body)


def notebook(text: Text, programs: Sequence[Program]) -> str:
    """The whole notebook as JSON: title and text, then a section for each program.

    >>> made = json.loads(notebook(Text("Sums", ("Add.",), ""), [Program("Python", ("1 + 1",), (Output("", "2"),))]))
    >>> [cell["cell_type"] for cell in made["cells"]], made["cells"][2]["outputs"][0]["data"]
    (['markdown', 'markdown', 'code'], {'text/plain': ['2']})
    """
    made = [_markdown("\n\n".join(part for part in (f"# {text.title}", *text.said, text.needs, text.origin) if part))]
    count = 0
    for program in programs:
        word = [_markdown(program.problem)] if program.problem else []
        made += [_markdown(f"## {program.library}"), *(word if not program.outputs else [])]
        for place, source in enumerate(program.cells):
            done = program.outputs[place] if place < len(program.outputs) else None
            count += done is not None
            made += [_code(source, done, count), *(word if place == len(program.outputs) - 1 else [])]
    for place, cell in enumerate(made):
        cell["id"] = f"cell-{place}"
    about = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return json.dumps({"cells": made, "metadata": about, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(source: str, done: Output | None, count: int) -> dict[str, Any]:
    outputs: list[dict[str, Any]] = []
    if done and done.printed:
        outputs.append({"output_type": "stream", "name": "stdout", "text": done.printed.splitlines(keepends=True)})
    if done and done.value:
        shown = {"text/plain": done.value.splitlines(keepends=True)}
        outputs.append({"output_type": "execute_result", "execution_count": count, "metadata": {}, "data": shown})
    number = count if done else None
    lines = source.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": number, "metadata": {}, "outputs": outputs, "source": lines}
