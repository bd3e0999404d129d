"""Forms of a deployment: where identity flows, what they read that nobody sets, choices that nobody can make."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from app import forms
from app.engine import decisions, mappings
from app.findings import Finding
from app.findings.likeness import meant
from app.forms.condition_tree import All, Test, Tree, parse
from app.forms.model import SINGLE_CHOICE
from app.services.deployment.bundle import Bundle

_SHOWN = 8  # options named in one finding


def check_identity_fields(bundle: Bundle) -> Iterator[Finding]:
    """Errors about texts of forms that read identity and act on what is none, or show it."""
    private = frozenset(key for form in bundle.forms.values() for key in form.private_keys)
    for key, form in bundle.forms.items():
        name = f"{key}.form"
        yield from forms.check_identity(form, bundle.files.get(name, b""), private=private, file=name)


def never_set(bundle: Bundle, known: Collection[str] | None) -> Iterator[Finding]:
    """Errors about names that forms read and that are not ``known``; none when anything may come from outside."""
    for key, form in bundle.forms.items() if known is not None else ():
        name = f"{key}.form"
        yield from forms.check_names(form, bundle.files.get(name, b""), known=known or (), file=name)


def check_options(bundle: Bundle) -> Iterator[Finding]:
    """Warnings: such a condition never holds, such a rule never fires, such a result fits no field."""
    offered = dict(_offered(bundle))
    decided = {name for table in bundle.tables.values() for name in decisions.outputs(table)}
    filled = {key: options for key, options in offered.items() if key not in decided}
    for flow in bundle.diagram.flows:
        where = Finding("value_never_chosen", "warning", flow.id, flow.name or flow.id, flow.line)
        yield from _of_condition(where, flow.condition or "", filled)
    for key, form in bundle.forms.items():
        for part in form.everything:
            name = part.label or part.key
            where = Finding("value_never_chosen", "warning", part.key or part.id, name, file=f"{key}.form")
            yield from _of_condition(where, part.hide or "", filled)
    for table in bundle.tables.values():
        yield from _of_table(table, filled, offered)


def _offered(bundle: Bundle) -> Iterator[tuple[str, frozenset[object]]]:
    """The variables that are only ever chosen from fixed lists, each with all that can be chosen."""
    mapped = {
        name for node in bundle.diagram.nodes.values() for name in mappings.variable_names(node.mappings)
    }
    parts = [part for form in bundle.forms.values() for part in form.leaves if part.takes_input]
    for key in {part.key for part in parts if part.key} - mapped:
        own = [part for part in parts if part.key == key]
        if all(p.type in SINGLE_CHOICE and not (p.options_key or p.options_expression) for p in own):
            yield key, frozenset(option.value for part in own for option in part.options)


def _of_condition(where: Finding, text: str, offered: dict[str, frozenset[object]]) -> Iterator[Finding]:
    for test in _tests(parse(text)):
        if test.sign in {"=", "!="} and test.key in offered:
            for value in test.values:
                if isinstance(value, str) and value and value not in offered[test.key]:
                    yield _with_options(where, test.key, value, offered[test.key])


def _tests(tree: Tree | None) -> Iterator[Test]:
    if isinstance(tree, Test):
        yield tree
    elif isinstance(tree, All):
        for part in tree.parts:
            yield from _tests(part)


def _of_table(
    decision: decisions.Decision,
    filled: dict[str, frozenset[object]],
    offered: dict[str, frozenset[object]],
) -> Iterator[Finding]:
    table = decision.table
    for row, rule in enumerate(table.rules if table else (), 1):
        where = Finding("", "warning", rule.id, decision.name, rule.line, decision.file, {"row": str(row)})
        for cell, asked in zip(rule.inputs, table.inputs if table else (), strict=True):
            found = replace(where, code="cell_value_never_chosen")
            yield from _of_cell(found, cell, asked.heading, asked.expression, filled)
        for cell, given in zip(rule.outputs, table.outputs if table else (), strict=True):
            found = replace(where, code="cell_gives_no_choice")
            yield from _of_cell(found, cell, given.heading, given.name, offered)


def _of_cell(
    where: Finding, cell: str, column: str, variable: str, offered: dict[str, frozenset[object]]
) -> Iterator[Finding]:
    for value in sorted(decisions.literals(cell) or ()) if variable in offered else ():
        if value not in offered[variable]:
            found = _with_options(where, variable, value, offered[variable])
            yield replace(found, params={**found.params, "column": column})


def _with_options(where: Finding, variable: str, value: str, options: Iterable[object]) -> Finding:
    texts = sorted(str(option) for option in options)
    near = meant(value, texts)
    shown = [near] if near else texts[:_SHOWN] + (["…"] if len(texts) > _SHOWN else [])
    listed = ", ".join(f"“{text}”" if text != "…" else text for text in shown)
    return replace(where, params={**where.params, "variable": variable, "value": value, "options": listed})
