"""Programs in what modelers add: those written into the diagram are refused, those it only names are not called.

A script in the file would have to be run to do what was drawn, and so would SpiffWorkflow's service operator with its
parameters. A class, bean or connector elsewhere is like Camunda's external task: another program does the work, and
none does here.
"""

from collections.abc import Iterator, Mapping

from app.engine.reading.source import Source
from app.engine.xml import Element, attribute, children, engine_attributes, local, text_of, vendor

_REFUSED = frozenset({"preScript", "postScript", "script", "serviceTaskOperator"})
_LISTENERS = frozenset({"executionListener", "taskListener"})
_CONNECTOR = "connector"
#: Additions that are looked at here.
ELEMENTS = _REFUSED | _LISTENERS | {_CONNECTOR}
ATTRIBUTES = ("class", "expression", "delegateExpression")
#: What a program may do the work of.
WORK = frozenset({"serviceTask", "sendTask", "businessRuleTask", "scriptTask"})
_MOST = 80


def check_foreign_code(
    element: Element, found: tuple[Element, ...], attributes: Mapping[str, str], source: Source
) -> None:
    """Refuse scripts that are the work of ``element``, and tell of others and of programs that are only named."""
    scripts = [part for part in _parts(found) if vendor(part) in _REFUSED and (part.attrib or text_of(part))]
    scripts = [part for part in scripts if local(element) != "scriptTask" or not is_formula(part)]
    own = [
        part
        for part in scripts
        if part in found and (vendor(part) != "script" or local(element) == "scriptTask")
    ]
    if own:
        source.error("code_in_extension", element, found=_listed(vendor(part) for part in own))
        return
    if scripts:  # beside the work, as listeners are
        source.warning("code_not_run", element, found=_listed(vendor(part) for part in scripts))
    named = [vendor(part) for part in _parts(found) if vendor(part) in _LISTENERS and _says_what(part)]
    if local(element) not in WORK:
        named += [vendor(part) for part in _parts(found) if vendor(part) == _CONNECTOR]
        named += _attributes(attributes)
    for child in children(element):
        if local(child).endswith("EventDefinition"):
            named += _attributes(engine_attributes(child))
    if named:
        source.warning("program_elsewhere", element, found=_listed(named))


def worker(element: Element, found: tuple[Element, ...], attributes: Mapping[str, str]) -> str | None:
    """The program elsewhere that does the work of ``element``, by the name the file has for it; None: none."""
    names = [attribute(part, "type") for part in found if vendor(part) == "taskDefinition"]
    names.append(attributes.get("topic", ""))
    if local(element) in WORK:
        names += [attributes.get(name, "") for name in ATTRIBUTES]
        names += [_connector(part) for part in found if vendor(part) == _CONNECTOR]
        names.append("" if _kind(attributes) == "external" else _kind(attributes))
    return next((name[:_MOST] for name in names if name), None)


def works_out(task: Element) -> bool:
    """Whether a script task works out a variable by FEEL, as Camunda 8 has it, and is no program."""
    return any(is_formula(part) for holder in children(task, "extensionElements") for part in holder)


def is_formula(script: Element) -> bool:
    """Whether an addition is Camunda 8's script: FEEL, and the variable that gets its value."""
    return vendor(script) == "script" and attribute(script, "expression").startswith("=")


def _parts(found: tuple[Element, ...]) -> Iterator[Element]:
    """All additions but what is inside a mapping: a script there is told by `mapping_reader`, and not done."""
    for extension in found:
        if vendor(extension) != "inputOutput":
            yield extension
            yield from _parts(tuple(extension.iterchildren("*")))


def _says_what(listener: Element) -> bool:
    """Modelers leave a class that is empty behind when a listener was added and not filled in."""
    return any(value for name, value in listener.attrib.items() if name != "event")


def _attributes(attributes: Mapping[str, str]) -> list[str]:
    named = [name for name in ATTRIBUTES if attributes.get(name)]
    return named if _kind(attributes) == "external" else [*named, f"type={_kind(attributes)}"]


def _kind(attributes: Mapping[str, str]) -> str:
    return attributes.get("type") or "external"


def _connector(part: Element) -> str:
    return next((text_of(each) for each in part if vendor(each) == "connectorId"), "") or vendor(part)


def _listed(names: Iterator[str] | list[str]) -> str:
    return ", ".join(dict.fromkeys(names))
