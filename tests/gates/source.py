"""Reads the product's own source, for the gates."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
Function = ast.FunctionDef | ast.AsyncFunctionDef
_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One Python file of ours."""

    name: str
    """Relative to the checkout, such as ``bot/app.py``."""
    text: str
    tree: ast.Module


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Return every module below these folders of the checkout."""
    found: list[Module] = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text("utf-8")
            found.append(Module(name=str(path.relative_to(ROOT)), text=text, tree=ast.parse(text)))
    return tuple(found)


def functions(module: Module) -> Iterator[Function]:
    """Yield every function of a module, methods and nested ones included."""
    for node in ast.walk(module.tree):
        if isinstance(node, Function):
            yield node


def code_lines(function: Function) -> int:
    """Count a function's lines from its def to its end, its docstring left out."""
    end = function.end_lineno or function.lineno
    lines = end - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def depth(node: ast.AST) -> int:
    """Return how deep blocks are nested below a node; an elif chain is one level."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and node.orelse == [child]
        own = 1 if isinstance(child, _BLOCKS) and not is_elif else 0
        deepest = max(deepest, own + depth(child))
    return deepest
