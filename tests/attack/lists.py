"""Lists in docs/ that name tests: what those tests are."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def names_in(path: Path) -> set[str]:
    """The tests of a module, by name."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
