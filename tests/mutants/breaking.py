"""The ways to break a line: comparisons, and/or, not, constants, arithmetic, and what is returned."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
}


@dataclass(frozen=True)
class Break:
    """One change of a source: its bytes from ``start`` to ``end`` become ``text``."""

    line: int
    start: int
    end: int
    text: str

    def of(self, source: bytes) -> bytes:
        """The source with this change."""
        return source[: self.start] + self.text.encode() + source[self.end :]


def breaks(source: bytes) -> list[Break]:
    """Every way to break a module. Annotations, formatted strings and what only types need are left alone."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for node in _expressions(ast.parse(source)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        found += [Break(node.lineno, start, end, text) for text in _texts(node)]
    return found


def _expressions(tree: ast.AST) -> Iterator[ast.expr]:
    """Expressions that run, with what is returned among them."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.JoinedStr):  # Python 3.11 does not say where its parts stand
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.AnnAssign):
            if child.value is not None:
                yield from _expressions(ast.Expr(child.value))
            continue
        if isinstance(child, ast.arg):  # its annotation
            continue
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            child.returns = None
        if isinstance(child, ast.Return) and child.value is not None:
            child.value.returned = True  # type: ignore[attr-defined]
        if isinstance(child, ast.expr):
            yield child
        yield from _expressions(child)


def _texts(node: ast.expr) -> Iterator[str]:
    """What may stand in place of an expression."""
    if isinstance(node, ast.Compare):
        for n, operator in enumerate(node.ops):
            operators = [*node.ops[:n], _OTHER[type(operator)](), *node.ops[n + 1 :]]
            yield _told(ast.Compare(node.left, operators, node.comparators))  # type: ignore[arg-type]
    elif isinstance(node, ast.BoolOp):
        yield _told(ast.BoolOp(_OTHER[type(node.op)](), node.values))  # type: ignore[arg-type]
    elif isinstance(node, ast.BinOp) and type(node.op) in _OTHER and not _is_text(node):
        yield _told(ast.BinOp(node.left, _OTHER[type(node.op)](), node.right))  # type: ignore[arg-type]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield _told(node.operand)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield str(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield str(node.value + 1)
    if getattr(node, "returned", False) and not (isinstance(node, ast.Constant) and node.value is None):
        yield "None"


def _told(node: ast.expr) -> str:
    return f"({ast.unparse(ast.fix_missing_locations(node))})"


def _is_text(node: ast.BinOp) -> bool:
    """Whether texts are joined or filled in: the other way round it is no operation at all."""
    sides = (node.left, node.right)
    return any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str | bytes))
        for side in sides
    )
