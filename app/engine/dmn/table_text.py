"""A decision table inside a box or function as FEEL text: there it is called, and nobody asks which rule it was."""

from app.engine.dmn import unary
from app.engine.dmn.cells import is_any
from app.engine.dmn.model import Rule, Table
from app.engine.dmn.types import CONVERSIONS, quoted

_HITS = "__hits"


def in_feel(table: Table) -> str:
    """FEEL that gives what the table gives; null where several rules of a UNIQUE or ANY table contradict.

    Source: DMN 1.3, 8.2.10, where a table that breaks its own hit policy gives null.
    """
    default = _default(table)
    if table.hit_policy == "FIRST":
        ways = "".join(f"if {_holds(table, rule)} then {_result(table, rule)} else " for rule in table.rules)
        return f"({ways}{default})"
    hits = ", ".join(
        f"if {_holds(table, rule)} then [{_result(table, rule)}] else []" for rule in table.rules
    )
    found = f"concatenate({hits})" if hits else "[]"
    return f"(for {_HITS} in [{_sorted(table, found)}] return {_of_hits(table, default)})[1]"


def _of_hits(table: Table, default: str) -> str:
    none, first = f"count({_HITS}) = 0", f"{_HITS}[1]"
    if table.aggregation == "COUNT" and default == "null":
        return f"count({_HITS})"
    if table.aggregation:
        return f"if {none} then {default} else {table.aggregation.lower()}({_HITS})"
    if table.gives_list:
        return _HITS if default == "null" else f"if {none} then [{default}] else {_HITS}"
    single = {"UNIQUE": f"count({_HITS}) = 1", "ANY": f"count(distinct values({_HITS})) = 1"}
    must = single.get(table.hit_policy, "true")
    return f"if {none} then {default} else if {must} then {first} else null"


def _sorted(table: Table, hits: str) -> str:
    if table.hit_policy not in {"PRIORITY", "OUTPUT ORDER"}:
        return hits
    return f"sort({hits}, function(a, b) {_before(table, 0)})"


def _before(table: Table, at: int) -> str:
    """Whether result ``a`` comes before ``b``, by the first output that tells."""
    ranked = [column for column in table.outputs if column.ranks]
    if at >= len(ranked):
        return "false"
    several = len(table.outputs) > 1
    a, b = (_rank(ranked[at].ranks, _part(one, ranked[at].name) if several else one) for one in ("a", "b"))
    return f"({a} < {b} or ({a} = {b} and {_before(table, at + 1)}))"


def _part(value: str, name: str) -> str:
    return f"get value({value}, {quoted(name)})"


def _rank(ranks: tuple[object, ...], value: str) -> str:
    listed = ", ".join(quoted(rank) if isinstance(rank, str) else str(rank).lower() for rank in ranks)
    return f"append(index of([{listed}], {value}), {len(ranks) + 1})[1]"


def _default(table: Table) -> str:
    if all(is_any(column.default) for column in table.outputs):
        return "null"
    return _boxed(table, [column.default for column in table.outputs])


def _result(table: Table, rule: Rule) -> str:
    return _boxed(table, list(rule.outputs))


def _boxed(table: Table, cells: list[str]) -> str:
    texts = ["null" if is_any(cell) else f"({cell}\n)" for cell in cells]
    if len(texts) == 1:
        return texts[0]
    named = (f"{quoted(c.name)}: {text}" for c, text in zip(table.outputs, texts, strict=True))
    return "{" + ", ".join(named) + "}"


def _holds(table: Table, rule: Rule) -> str:
    tests = [
        _test(cell, f"{CONVERSIONS.get(column.type, '')}({column.expression}\n)")
        for cell, column in zip(rule.inputs, table.inputs, strict=True)
        if not is_any(cell)
    ]
    return " and ".join(tests) or "true"


def _test(cell: str, value: str) -> str:
    """A unary test as an expression about ``value``. Source: DMN 1.3, table 54, semantics of unary tests."""
    inner = unary.negated(cell)
    if inner is not None:
        return f"not({_test(inner, value)} = true)"
    return "(" + " or ".join(_one(part, value) for part in unary.parts(cell)) + ")"


def _one(part: str, value: str) -> str:
    """One test; in brackets, as feelin takes ``a in (b) and c`` for ``a in (b and c)``."""
    if part == "null":
        return f"({value} = null)"
    if unary.asks(part):
        return f"({unary.asked_of(part, value)})"
    return f"({value} in ({part}))"
