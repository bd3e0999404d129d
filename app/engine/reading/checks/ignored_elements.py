"""What modelers keep in a file and nothing here reads: told once for the whole file, never passed over in silence."""

from collections import Counter

from lxml import etree

from app.engine.reading.checks import bpmn_parts
from app.engine.reading.elements import kinds
from app.engine.reading.source import Source, model_elements
from app.engine.reading.texts import extensions, foreign_code
from app.engine.xml import BPMN, Element, local, vendor

_MOST_SHOWN = 12
#: What is read of additions that say several things.
_READ = {
    "calledDecision": frozenset({"decisionId"}),
    "calledElement": frozenset({"processId", "propagateAllParentVariables", "propagateAllChildVariables"}),
    "formDefinition": frozenset({"formId", "formKey", "externalReference"}),
    "taskDefinition": frozenset({"type"}),
    "in": frozenset({"source", "sourceExpression", "target", "variables", "businessKey", "local"}),
    "out": frozenset({"source", "sourceExpression", "target", "variables"}),
}
#: Read of what stands in an activity and is no element of the flow itself: who repeats it, and for what.
_IN_MARKER = frozenset({"collection", "elementVariable", "loopCharacteristics"})
_READ_WHOLE = frozenset({"process", "participant", "lane", "sequenceFlow"})
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def check_ignored_elements(source: Source) -> None:
    """Warn of what has no effect, each kind with how often it stands in the file: additions, and BPMN's own."""
    additions = Counter(name for element in model_elements(source.root) for name in _unread(element))
    for code, found in (
        ("additions_ignored", additions),
        ("bpmn_ignored", Counter(bpmn_parts.unread(source.root))),
    ):
        if found:
            source.warning(code, source.root, found=_shown(found))


def _shown(found: Counter[str]) -> str:
    shown = [f"{name} ({count}×)" for name, count in found.most_common(_MOST_SHOWN)]
    return ", ".join([*shown, "…"] if len(found) > _MOST_SHOWN else shown)


def _unread(element: Element) -> list[str]:
    foreign = [
        str(key) for key in element.attrib if str(key).startswith("{") and not str(key).startswith(_XSI)
    ]
    if local(element) == "definitions":
        foreign = []  # which program wrote the file, and for which
    names = [_prefixed(element, key) for key in foreign]
    names = [name for name in names if not _is_read(element, name.rpartition(":")[2])]
    for added in extensions.added(element):
        name = _prefixed(added, str(added.tag))
        if not str(added.tag).startswith(BPMN) and not _is_read(element, added):
            names.append(name)
        names += [f"{name} {attribute}" for attribute in _unsaid(added)]
    return names


def _is_read(element: Element, what: str | Element) -> bool:
    """Whether an attribute, by its bare name, or an addition of ``element`` is read, refused or told of elsewhere."""
    if local(element) == "multiInstanceLoopCharacteristics":
        return (what if isinstance(what, str) else vendor(what)) in _IN_MARKER
    if kinds.is_flow_node(element) or local(element) in _READ_WHOLE:
        return extensions.reads_attribute(what) if isinstance(what, str) else extensions.reads(what)
    refused = local(element).endswith("EventDefinition") and isinstance(what, str)
    return refused and what in foreign_code.ATTRIBUTES


def _unsaid(extension: Element) -> list[str]:
    """The attributes of an addition that is read, of which nothing here takes notice."""
    known = _READ.get(vendor(extension))
    own = (str(name) for name in extension.attrib)
    return [] if known is None else [name for name in own if name not in known | extensions.UNUSED_ATTRIBUTES]


def _prefixed(element: Element, tag: str) -> str:
    """The name with the prefix that the file uses, so that a person finds it there."""
    name = etree.QName(tag)
    prefix = next((key for key, uri in element.nsmap.items() if uri == name.namespace and key), None)
    return f"{prefix}:{name.localname}" if prefix else str(name.localname)
