"""What a deployment's mappings keep from somebody who needs it: answers that go no further, names not handed over."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from app.bpmnio import feel
from app.engine import decisions, mappings
from app.engine.diagram import Node
from app.engine.reading.elements import loops
from app.findings import Finding
from app.services.deployment.bundle import Bundle

#: Element id, and the names that are read there.
Reads = Iterable[tuple[str, frozenset[str]]]


def check_mappings(bundle: Bundle, reads: Reads) -> Iterator[Finding]:
    """Warnings about answers that stay in their task, and about what a called process reads and is not given; errors
    about identity that a mapping would set."""
    yield from _into_identity(bundle)
    yield from _kept_answers(bundle)
    yield from _not_given(bundle, list(reads))


def own_names(node: Node) -> frozenset[str]:
    """The variables that a node sets by itself."""
    return loops.local_names(node.loop) | mappings.variable_names(node.mappings)


def set_by(node: Node, bundle: Bundle) -> frozenset[str]:
    """The variables that a node may set: by its form, its table, its mappings, its loop."""
    form, table = bundle.forms.get(node.form_key or ""), bundle.tables.get(node.decision or "")
    fields = {part.key for part in form.fields if part.key} if form else set[str]()
    return own_names(node) | fields | (decisions.outputs(table) if table else frozenset())


def _into_identity(bundle: Bundle) -> Iterator[Finding]:
    fields = [part for form in bundle.forms.values() for part in form.fields if part.key and part.private]
    private = {(part.key or "").partition(".")[0] for part in fields}
    for node in bundle.diagram.nodes.values():
        table = bundle.tables.get(node.decision or "")
        names = own_names(node) | (decisions.outputs(table) if table else frozenset())
        for name in sorted(names & private):
            yield replace(_warning("private_field_mapped", node, variable=name), severity="error")


def _kept_answers(bundle: Bundle) -> Iterator[Finding]:
    for node in bundle.diagram.nodes.values():
        form = bundle.forms.get(node.form_key or "")
        if form is None or node.mappings is None:
            continue
        local = {one.name for one in node.mappings.inputs}
        carried = {name for one in node.mappings.outputs if one.text for name in feel.mentions(one.text)}
        collected = set(feel.mentions(node.loop.collect)) if node.loop and node.loop.collect else set()
        asked = [part.key for part in form.fields if part.key and part.takes_input and not part.private]
        kept = [key for key in asked if node.mappings.keeps or key in local]
        if stays := [key for key in kept if key not in carried | collected]:
            yield _warning("answers_stay", node, fields=", ".join(stays))


def _not_given(bundle: Bundle, reads: list[tuple[str, frozenset[str]]]) -> Iterator[Finding]:
    for call in bundle.diagram.nodes.values():
        if call.mappings is None or not call.mappings.sealed:
            continue
        inside = {id: n for id, n in bundle.diagram.nodes.items() if id.startswith(f"{call.id}:")}
        if any(node.message and node.form_key is None for node in inside.values()):
            continue  # whatever the message brings
        known = own_names(call).union(*(set_by(node, bundle) for node in inside.values()))
        read = {name for id, names in reads if id.startswith(f"{call.id}:") for name in names}
        for name in sorted(read - known):
            yield _warning("name_not_handed_over", call, variable=name)


def _warning(code: str, node: Node, **params: str) -> Finding:
    name = node.name or node.id
    return Finding(code, "warning", element_id=node.id, element_name=name, line=node.line, params=params)
