"""Values that never meet: a date compared with a number, a text reckoned with. FEEL gives null for each.

Gateways, timers, mappings and tables take what a form's date field holds for a date where it meets one; forms, whose
expressions browsers work out by form-js, take it for text everywhere, and write ``date(x)``.
"""

from collections.abc import Iterator
from dataclasses import replace

from app.base.errors import ExpressionFailed
from app.base.i18n import _
from app.bpmnio import feel
from app.bpmnio.feelin import Dialect
from app.bpmnio.kinds import Clash, Kind, Kinds, Typed, as_text
from app.engine.decisions import Decision, Expression, Table, literals
from app.engine.dmn.cells import is_any
from app.engine.dmn.deciding import heading_kinds, seen_by
from app.engine.dmn.types import CONVERSIONS, Type, kind_of
from app.engine.reading import reader
from app.findings import Finding
from app.forms.submission.identity_flow import slots
from app.services.deployment.bundle import Bundle

_MAKERS = {"date": "date", "time": "time", "moment": "date and time", "duration": "duration"}
_EXAMPLES = {
    "date": 'date("2026-12-31")',
    "time": 'time("08:00")',
    "moment": 'date and time("2026-12-31T08:00")',
    "duration": 'duration("P3D")',
}
_Text = tuple[str, Dialect, Kind]


def check_kinds(bundle: Bundle) -> Iterator[Finding]:
    """Errors about such values, wherever FEEL stands; one where looking at it all takes too long."""
    try:
        yield from _of_all(bundle)
    except ExpressionFailed as stopped:
        params = {"name": bundle.diagram.name, "detail": stopped.said}
        yield Finding("kinds_not_compared", "error", line=bundle.diagram.line, params=params)


def _of_all(bundle: Bundle) -> Iterator[Finding]:
    yield from _of_diagram(bundle)
    for table in bundle.tables.values():
        for decision in table.chain:
            yield from _of_decision(decision, seen_by(decision, bundle.diagram.kinds))
    for key, form in bundle.forms.items():
        for part in form.everything:
            texts = [(one.text, one.way, None) for one in slots(part) if one.way in ("expression", "unary")]
            where = Finding("", "error", part.key or part.id, part.name, file=f"{key}.form")
            yield from _of_form(where, texts, bundle.diagram.kinds)


def _of_diagram(bundle: Bundle) -> Iterator[Finding]:
    diagram = bundle.diagram
    names, lines = reader.element_names(diagram), {one.id: one.line for one in diagram.flows}
    lines |= {node.id: node.line for node in diagram.nodes.values()}
    sources = {flow.id: diagram.nodes[flow.source] for flow in diagram.flows}
    expressions = reader.expressions(diagram)
    found = feel.typed([(one.text, one.dialect, None) for one in expressions], diagram.kinds)
    for one, typed in zip(expressions, found, strict=True):
        gateway = sources.get(one.element_id)
        name = (gateway.name or gateway.id) if gateway else names.get(one.element_id, diagram.name)
        yield from _clash_findings(
            Finding("", "error", one.element_id, name, lines.get(one.element_id, diagram.line)), typed
        )


def _of_form(where: Finding, texts: list[_Text], kinds: Kinds) -> Iterator[Finding]:
    """A date is text here; the offer is what would be worked out elsewhere."""
    plain = kinds.once(
        "forms", lambda: kinds.with_names({name: as_text(kind) for name, kind in kinds.names.items()})
    )
    for typed, offered in zip(feel.typed(texts, plain), feel.typed(texts, kinds), strict=True):
        offer = offered.text if not offered.clashes and offered.text != typed.text else ""
        yield from _clash_findings(where, typed, offer)


def _of_decision(decision: Decision, kinds: Kinds) -> Iterator[Finding]:
    where = Finding("", "error", decision.id, decision.name, decision.line, decision.file)
    placed = list(_placed(where, decision, kinds))
    for (at, _text), typed in zip(placed, feel.typed([text for _at, text in placed], kinds), strict=True):
        yield from _clash_findings(at, typed)


def _placed(where: Finding, decision: Decision, kinds: Kinds) -> Iterator[tuple[Finding, _Text]]:
    """Each text of a decision with where it stands; strings in a column that may hold any are not looked at."""
    for function in decision.functions:
        yield where, (function.text, "expression", None)
    if isinstance(decision.logic, Expression):
        yield where, (decision.logic.text, "expression", None)
        return
    table = decision.logic
    for text in (*(one.expression for one in table.inputs), *(one.default for one in table.outputs)):
        if not is_any(text):
            yield where, (text, "expression", None)
    asked = _asked(table, kinds)
    for rule in table.rules:
        at = replace(where, element_id=rule.id, line=rule.line)
        for cell, kind in zip(rule.inputs, asked, strict=True):
            if not is_any(cell) and (literals(cell) is None or kind not in ("text", None)):
                yield at, (cell, "unary", kind)
        for cell in rule.outputs:
            if not is_any(cell) and literals(cell) is None:
                yield at, (cell, "expression", None)


def _asked(table: Table, kinds: Kinds) -> list[Kind]:
    """What the tests of each column are put to. A column that says that it holds dates converts what it tests, and
    text with it."""
    found = heading_kinds(table, kinds)
    own = [
        kind_of(Type(column.type)) if column.type in CONVERSIONS else kind
        for column, kind in zip(table.inputs, found, strict=False)
    ]
    return own or [None] * len(table.inputs)


def _clash_findings(where: Finding, typed: Typed, offer: str = "") -> Iterator[Finding]:
    for clash in typed.clashes:
        params = {
            "left": clash.left,
            "left_kind": _word(clash.left_kind),
            "right": clash.right,
            "right_kind": _word(clash.right_kind),
            "text": typed.text,
            "offer": offer or _offer(clash),
        }
        yield replace(where, code="kinds_never_meet" if clash.right else "kind_unfit", params=params)


def _offer(clash: Clash) -> str:
    """What to write instead, as far as one can tell."""
    sign, left, right = clash.sign, clash.left, clash.right
    one, other = clash.left_kind.rstrip("~"), clash.right_kind.rstrip("~")
    if clash.left_kind == "text" and other in _MAKERS and left != "?":
        return f"{_MAKERS[other]}({left}) {sign} {right}"
    if clash.right_kind == "text" and one in _MAKERS:
        made = _EXAMPLES[one] if right.startswith('"') else f"{_MAKERS[one]}({right})"
        return f"{left} {sign} {made}"
    if one in _MAKERS and other == "number" and sign in ("+", "-"):
        return f'{left} {sign} duration("P{right}D")' if right.isdecimal() else _EXAMPLES["duration"]
    if {one, other} == {"number", "text"}:
        text, is_left = (left, True) if one == "text" else (right, False)
        made = text.strip('"') if text.startswith('"') else f"number({text})"
        return f"{made} {sign} {right}" if is_left else f"{left} {sign} {made}"
    if other == "truth" and right.startswith('"'):
        return f"{left} {sign} true"
    if one == "truth" and right.startswith('"'):
        return f"{left} {sign} {'true' if right.strip(chr(34)).lower() in ('true', 'ya') else 'false'}"
    if "list" in (one, other):
        return f"list contains({left}, {right})" if one == "list" else f"{left} in {right}"
    return f"{left} {sign} …"


def _word(kind: str) -> str:
    words = {
        "number": _("angka"),
        "text": _("teks"),
        "truth": _("ya atau tidak"),
        "date": _("tanggal"),
        "time": _("jam"),
        "moment": _("tanggal dan jam"),
        "duration": _("lama waktu"),
        "list": _("daftar"),
        "record": _("kumpulan isian"),
    }
    return words.get(kind.rstrip("~"), kind)
