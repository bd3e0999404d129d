"""What modelers add to an element, read into one shape: properties, form key, decision.

Understood: what SpiffWorkflow, Camunda 7 (with Flowable and Activiti) and Camunda 8 (Zeebe) write.
Scripts in it are refused (`programs`), what has no meaning here is listed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.engine.reading.source import Source
from app.engine.reading.texts import foreign_code, form_data, timer_labels
from app.engine.xml import BPMN, Element, attribute, children, engine_attributes, local, text_of, vendor

#: What has a meaning for the work, and none here: told where it stands.
_UNUSED = frozenset({"inputOutput", "ioMapping", "in", "out", "loopCharacteristics"})
UNUSED_ATTRIBUTES = frozenset(
    {
        *("assignee", "candidateUsers", "candidateGroups", "dueDate", "followUpDate"),
        *("resultVariable", "retries"),
    }
)
#: The property that says who does a service step, see `worker_jobs`.
DONE_BY = "dikerjakan oleh"
#: Who does it in BPMN's own words, which no lane says.
_PERFORMERS = ("performer", "humanPerformer", "potentialOwner", "resourceRole")
#: Where `mapping_reader` and `called_mappings` read, and what.
MAPPED = frozenset(
    {
        *("task", "manualTask", "userTask", "sendTask", "serviceTask", "businessRuleTask", "receiveTask"),
        *("scriptTask", "subProcess", "adHocSubProcess", "transaction", "callActivity"),
        *("startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"),
    }
)
_MAPPINGS = frozenset({"inputOutput", "ioMapping"})
_USED = frozenset(
    {
        "properties",
        "formDefinition",
        "formData",
        "formProperty",
        "calledDecision",
        "calledDecisionId",
        "calledElement",
        "taskDefinition",
        "assignmentDefinition",
        "taskSchedule",
        "executionListeners",
        "taskListeners",
        "userTask",
        "adHoc",
    }
)
_USED_ATTRIBUTES = frozenset(
    {"formKey", "formRef", "decisionRef", "topic", "type", "mapDecisionResult", "inheritVariables"}
)
_FORM_NAME = re.compile(r"\w[\w.-]{0,99}")
_FORM_FILE = re.compile(r"\.(form|html|json)$", re.IGNORECASE)
_GROUP = re.compile(r"[^\s,;${}#=\"()][^,;${}#=\"()]{0,99}")
_LITERAL = re.compile(r'=\s*"([^"]*)"')
_DECISION_NAME = re.compile(r"[^\W\d][\w.-]{0,127}")


@dataclass(frozen=True)
class Extensions:
    """What a modeler added to one element."""

    properties: Mapping[str, str] = field(default_factory=dict)
    form_key: str | None = None
    decision: str | None = None
    worker: str | None = None  # the program outside that does its work


def read_extensions(element: Element, source: Source) -> Extensions:
    """Read what modelers added to ``element``; code, and names that only code could work out, are errors."""
    found = tuple(added(element))
    attributes = engine_attributes(element)
    properties = {name: value for name, value in _properties(found) if name != form_data.PROPERTY}
    foreign_code.check_foreign_code(element, found, attributes, source)
    _list_unused(element, found, attributes, properties, source)
    form_key = _form_key(element, _form_texts(found, attributes, properties), source)
    if form_key is None and (fields := form_data.read_form_data(found)):
        form_key, properties[form_data.PROPERTY] = form_data.key(element), fields
    return Extensions(
        properties=properties,
        form_key=form_key,
        decision=_decision(element, _decision_text(found, attributes), source),
        worker=foreign_code.worker(element, found, attributes),
    )


def group(element: Element) -> str | None:
    """The one group that a task is given to, written as it is; None when there is none, several, or a formula."""
    found = [engine_attributes(element).get("candidateGroups", "")]
    found += [attribute(e, "candidateGroups") for e in added(element) if vendor(e) == "assignmentDefinition"]
    texts = [_LITERAL.sub(r"\1", text.strip()) for text in found if text.strip()]
    return texts[0] if len(texts) == 1 and _GROUP.fullmatch(texts[0]) else None


def due_date(element: Element) -> str:
    """When a task is due, as its modeler keeps it; empty when it does not."""
    schedules = [attribute(each, "dueDate") for each in added(element) if vendor(each) == "taskSchedule"]
    return next(filter(None, [*schedules, engine_attributes(element).get("dueDate", "")]), "")


def reads(extension: Element) -> bool:
    """Whether anything here reads, refuses or tells of this addition."""
    if vendor(extension) == "taskHeaders":
        return DONE_BY in dict(_properties(tuple(extension.getparent())))
    return vendor(extension) in _USED | foreign_code.ELEMENTS | _UNUSED


def reads_attribute(name: str) -> bool:
    """The same of an attribute, by its name with or without a prefix."""
    return name.rpartition(":")[2] in _USED_ATTRIBUTES | UNUSED_ATTRIBUTES | set(foreign_code.ATTRIBUTES)


def _in_lanes(element: Element) -> bool:
    process = next(element.iterancestors(f"{BPMN}process"), None)
    return process is not None and next(process.iter(f"{BPMN}lane"), None) is not None


def added(element: Element) -> Iterator[Element]:
    """What a modeler keeps inside ``element``."""
    for extension in children(element, "extensionElements"):
        yield from extension


def _properties(found: tuple[Element, ...]) -> Iterator[tuple[str, str]]:
    for group in found:
        if vendor(group) != "properties":
            continue
        for entry in group:
            name = attribute(entry, "name")
            if vendor(entry) == "property" and name:
                # The value is kept as it is: the SOP's words are printed exactly as its owner wrote them.
                yield name, str(entry.get("value") if entry.get("value") is not None else text_of(entry))


def _list_unused(
    element: Element,
    found: tuple[Element, ...],
    attributes: Mapping[str, str],
    properties: Mapping[str, str],
    source: Source,
) -> None:
    names = [vendor(extension) for extension in found if vendor(extension) in _UNUSED]
    names += [name for name in attributes if name in UNUSED_ATTRIBUTES]
    names += [name for extension in found for name in extension.attrib if name in UNUSED_ATTRIBUTES]
    names += [local(child) for child in children(element, *_PERFORMERS)]
    used = _used_here(element) | ({"retries"} if DONE_BY in properties else set())
    names = [name for name in names if name not in used]
    if names:
        source.warning("extension_ignored", element, found=_listed(names))


def _used_here(element: Element) -> frozenset[str]:
    """Of what has no meaning elsewhere, what has one on this element."""
    tag, found = local(element), set[str]()
    if tag in MAPPED:
        found |= _MAPPINGS
    if tag == "callActivity":
        found |= {"in", "out"}
    if tag in {"businessRuleTask", "scriptTask"}:
        found |= {"resultVariable"}
    if tag == "userTask" and group(element) and not _in_lanes(element):
        found |= {"candidateGroups"}
    if tag == "userTask" and timer_labels.constant(due_date(element)):
        found |= {"dueDate"}
    return frozenset(found)


def _listed(names: list[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _form_texts(
    found: tuple[Element, ...], attributes: Mapping[str, str], properties: Mapping[str, str]
) -> list[tuple[str, str]]:
    """What names the form, and how: (attribute or property, text). The first one counts."""
    definitions = [extension for extension in found if vendor(extension) == "formDefinition"]
    names = ("formId", "externalReference", "formKey")
    candidates = [
        *((name, properties.get(name, "")) for name in ("formJsonSchemaFilename", "formKey")),
        *((name, attribute(definition, name)) for definition in definitions for name in names),
        *((name, attributes.get(name, "")) for name in ("formRef", "formKey")),
    ]
    return [(name, text.strip()) for name, text in candidates if text.strip()]


def _form_key(element: Element, texts: list[tuple[str, str]], source: Source) -> str | None:
    """``x.form``, ``embedded:app:forms/x.html`` and ``camunda-forms:bpmn:x`` all mean ``x``."""
    if not texts:
        return None
    _name, text = texts[0]
    form = _form_named(text)
    if text.startswith(("=", "$", "#")) or not _FORM_NAME.fullmatch(form):
        source.error("form_key_unreadable", element, text=text)
        return None
    if any(_form_named(other) != form for _name, other in texts):
        source.warning(
            "form_named_twice", element, found=_listed([f"{n} “{t}”" for n, t in texts]), used=form
        )
    return form


def _form_named(text: str) -> str:
    return _FORM_FILE.sub("", text.rpartition(":")[2].rpartition("/")[2])


def _decision_text(found: tuple[Element, ...], attributes: Mapping[str, str]) -> str:
    for extension in found:
        if vendor(extension) == "calledDecisionId":
            return text_of(extension)
        if vendor(extension) == "calledDecision":
            return attribute(extension, "decisionId")
    return attributes.get("decisionRef", "")


def _decision(element: Element, text: str, source: Source) -> str | None:
    name = text.removeprefix("=").strip().strip("\"'")
    if not name:
        return None
    # ``=tabel`` without quotes would look the table up in a variable; taken as the name it most often is.
    if not _DECISION_NAME.fullmatch(name):
        source.error("decision_unreadable", element, text=text)
        return None
    return name
