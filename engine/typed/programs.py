"""A program the app wrote, looked at before it is run: what it imports, which names it uses, what it may touch.

Snippets are made from parsed values, never from typed text. This is the second lock: whatever slipped through the
first would have to be written in numbers, the names of the program itself, and a few harmless ones.
"""

import ast
from collections.abc import Iterator

from engine.errors import InvalidInput

MODULES = {
    "base64", "collections", "dataclasses", "decimal", "functools", "gzip", "itertools", "jax", "jax.numpy", "keras",
    "math", "numpy", "os", "pathlib", "struct", "time", "typing", "zlib",
}  # fmt: skip
OWN = {"engine.digits": {"procedural"}}
"""Modules of the engine that a program may import, by their package."""
BUILTINS = {
    "AssertionError", "Ellipsis", "IndexError", "TypeError", "ValueError", "abs", "all", "any", "bool", "bytes",
    "callable", "complex", "dict", "divmod", "enumerate", "filter", "float", "frozenset", "hash", "int", "isinstance",
    "iter", "len", "list", "map", "max", "min", "next", "object", "pow", "print", "property", "range", "repr",
    "reversed", "round", "set", "slice", "sorted", "staticmethod", "str", "sum", "super", "tuple", "type", "zip",
}  # fmt: skip
NEVER = {
    "builtins", "chmod", "ctypeslib", "dump", "f2py", "fromfile", "importlib", "io_callback", "memmap", "mkdir", "open",
    "os", "pure_callback", "rename", "rmdir", "save", "savetxt", "savez", "savez_compressed", "subprocess",
    "symlink_to", "sys", "tofile", "touch", "unlink", "write_bytes", "write_text",
}  # fmt: skip
"""Attributes by which a file could be written or other code be reached."""


def check(source: str) -> ast.Module:
    """The program's syntax tree; InvalidInput, with the line, for anything a snippet would not contain.

    >>> check("import numpy as np\\nprint(np.ones(3))").body[1].lineno
    2
    >>> check("print(open('secret').read())")
    Traceback (most recent call last):
    engine.errors.InvalidInput: line 1 uses “open”, which no program of this app does.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InvalidInput("the program is not Python.") from None
    known = BUILTINS | set(_defined(tree))
    known -= {"os"} & imported(source)
    for node in _looked_at(tree):
        for name in _foreign(node, known):
            line = getattr(node, "lineno", 1)
            raise InvalidInput(f"line {line} uses “{name}”, which no program of this app does.")
    return tree


def _foreign(node: ast.AST, known: set[str]) -> Iterator[str]:
    """What this node uses beyond the whitelist."""
    match node:
        case ast.Import(names=names):
            yield from (each.name for each in names if each.name not in MODULES)
            yield from (each.asname for each in names if each.name == "os" and each.asname)
        case ast.ImportFrom(module=module, names=names, level=level):
            allowed = {"pathlib": {"Path"}} | OWN
            ours = level == 0 and module in MODULES - {"os"} | set(OWN)
            fine = allowed.get(module, {each.name for each in names} - NEVER) if ours else set()
            yield from (each.name for each in names if each.name not in fine)
        case ast.Attribute(attr=name) if name in NEVER or (name.startswith("_") and name != "__name__"):
            yield name
        case ast.Name(id=name) if name not in known or name.startswith("__"):
            yield name
        case ast.Constant(value=str(text)) if (
            text.startswith(("/", "~")) or ".." in text.replace("...", "") or ":\\" in text
        ):
            yield text[:20]
        case ast.Global() | ast.Nonlocal() | ast.Await() | ast.AsyncFunctionDef():
            yield type(node).__name__


def _looked_at(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but os.environ, the one thing for which programs import os."""
    left = [tree]
    while left:
        node = left.pop()
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr="environ"):
                continue
        yield node
        left += ast.iter_child_nodes(node)


def _defined(tree: ast.Module) -> Iterator[str]:
    """The names the program itself gives to something."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
                yield name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name.partition(".")[0]


def imported(source: str) -> set[str]:
    """The top names of all modules it imports.

    >>> sorted(imported("import jax.numpy as jnp\\nfrom pathlib import Path"))
    ['jax', 'pathlib']
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found
