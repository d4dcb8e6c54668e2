"""The rules of the house that a machine can check."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from pages.shell.chapter import LESSONS

ROOT = Path(__file__).resolve().parent.parent
TOP_LEVEL = {"pyproject.toml", "README.md", "app.py", "pages", "viz", "engine", "tests"}


def test_imports_run_from_pages_to_viz_to_engine():
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_nothing_but_the_agreed_folders_at_the_top():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tops = {path.split("/")[0] for path in tracked.splitlines()}
    assert {top for top in tops if not top.startswith(".")} <= TOP_LEVEL


def test_runtime_packages_are_the_six():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {requirement.split(">=")[0] for requirement in project["dependencies"]}
    assert names == {"streamlit", "plotly", "numpy", "jax", "jaxlib", "pillow"}


def test_every_package_is_found_for_installation():
    from setuptools import find_packages

    include = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]
    modules = {path.parent for folder in ("engine", "viz", "pages") for path in (ROOT / folder).rglob("*.py")}
    assert {".".join(folder.relative_to(ROOT).parts) for folder in modules} == set(find_packages(ROOT, include=include))


def test_pages_never_import_each_other():
    """Only the navigation names them; what two share is a part beside them, or stands in pages.shell."""
    pages = {lesson.file.removesuffix(".py").replace("/", ".") for lesson in LESSONS}
    for path in (ROOT / "pages").rglob("*.py"):
        assert not pages & set(_imported(ast.parse(path.read_text(encoding="utf-8")))), path


def _imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_no_module_evaluates_text():
    for folder in ("engine", "viz", "pages"):
        for path in (ROOT / folder).rglob("*.py"):
            code = compile(path.read_text(encoding="utf-8"), str(path), "exec")
            assert not {"eval", "exec"} & set(_names(code)), path


def _names(code):
    yield from code.co_names
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            yield from _names(constant)


def test_the_engine_speaks_of_no_page_and_no_control():
    """It returns facts; the sentences around them stand in viz and pages. Docstrings and comments may say for whom."""
    spoken = re.compile(
        r"\b(?:click|drag|slider|button|(?:this|the|a|first|second) (?:page|picture shows|first picture))\b", re.I
    )
    for path in (ROOT / "engine").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documented = [n for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)]
        docstrings = {id(node.value) for node in documented}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                assert not spoken.search(node.value), (path, node.lineno)
