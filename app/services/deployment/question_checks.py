"""Questions of forms that look as if they decided something, and nothing reads the answer.

An office asks much only to have it on record: texts, numbers, lists and most choices are never read by a rule, and
that is their use. Worth a note is a choice that is put as the process's own question is: with a question mark, in the
words of a gateway, or with its answers.
"""

import re
from collections.abc import Iterator
from itertools import chain

from app.bpmnio import feel, templates
from app.engine import decisions
from app.engine.reading import reader
from app.findings import Finding
from app.forms import Field, Form
from app.forms.model import SINGLE_CHOICE
from app.forms.submission.identity_flow import slots
from app.services.deployment.bundle import Bundle, own_names

_CHOICES = SINGLE_CHOICE | {"checkbox"}


def check_questions(bundle: Bundle) -> Iterator[Finding]:
    """A note about each form with such questions."""
    asked, answers = _put_by_gateways(bundle)
    read = _read(bundle)
    for key, form in bundle.forms.items():
        found = [
            part
            for part in form.leaves
            if _chooses(part)
            and part.key.partition(".")[0] not in read
            and (_plain(part.label) in asked or part.label.rstrip().endswith("?") or _offers(part, answers))
        ]
        if found:
            fields = ", ".join(f"“{part.name}” ({part.key})" for part in found)
            yield Finding("questions_unused", "info", file=f"{key}.form", params={"fields": fields})


def _chooses(part: Field) -> bool:
    return (
        part.type in _CHOICES and part.takes_input and not (part.private or part.rows or part.is_for_reporter)
    )


def _put_by_gateways(bundle: Bundle) -> tuple[set[str], list[frozenset[str]]]:
    """The words in which gateways ask, and the answers of each."""
    diagram = bundle.diagram
    gateways = [n for n in diagram.nodes.values() if n.kind in {"exclusiveGateway", "inclusiveGateway"}]
    deciding = [node for node in gateways if len(diagram.outgoing.get(node.id, ())) > 1]
    names = {_plain(node.name) for node in deciding} - {""}
    named = [{_plain(flow.name) for flow in diagram.outgoing[node.id]} - {""} for node in deciding]
    return names, [frozenset(one) for one in named if len(one) > 1]


def _offers(part: Field, answers: list[frozenset[str]]) -> bool:
    offered = {_plain(text) for option in part.options for text in (option.text, option.label)}
    return any(one <= offered for one in answers)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _read(bundle: Bundle) -> set[str]:
    """Every variable that something reads, or that is set by more than its form."""
    diagram = bundle.diagram
    found = {name for one in reader.expressions(diagram) for name in feel.mentions(one.text)}
    for table in bundle.tables.values():
        found |= decisions.mentions(table) | decisions.outputs(table)
    for node in diagram.nodes.values():
        found |= own_names(node)
    placed = [diagram.properties, *(lane.properties for lane in diagram.lanes)]
    placed += [node.properties for node in diagram.nodes.values()]
    for value in chain.from_iterable(properties.values() for properties in placed):
        found |= set(re.findall(r"\w+", value))
    for form in bundle.forms.values():
        found |= _read_by_form(form)
    return found


def _read_by_form(form: Form) -> set[str]:
    found = set[str]()
    for slot in chain.from_iterable(map(slots, form.everything)):
        if slot.way == "key":
            found.add(slot.text.partition(".")[0])
        elif slot.way == "template":
            found |= templates.look(slot.text).reads
        else:
            found |= feel.mentions(slot.text, dialect=slot.way)
    return found
