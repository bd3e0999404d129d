"""What a call activity hands to the process that it calls, and gets back.

Camunda 7 and Flowable hand over what is listed and nothing else; Camunda 8 hands over all unless it is told not to.
A call that says nothing of data shares the variables of the case, as a sub-process does.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Literal

from app.engine.mappings import Assignment, Mappings
from app.engine.reading.source import Source
from app.engine.reading.texts import mapping_texts
from app.engine.xml import Element, attribute, children, engine_attributes, vendor

#: The called process belongs to the case, and has its number.
_OWN_KEYS = frozenset({"processBusinessKey", "processInstanceBusinessKey", "businessKey"})


def read_called_mappings(
    element: Element, mappings: Mappings, source: Source, is_name: Callable[[str], bool]
) -> Mappings:
    """``mappings`` of the call with what passes between the two processes."""
    added = [one for group in children(element, "extensionElements") for one in group]
    ins, outs = ([one for one in added if vendor(one) == way] for way in ("in", "out"))
    ins = [one for one in ins if not _is_key(one, source)]
    if ins or outs:
        found = _camunda_7(element, mappings, ins, outs, source, is_name)
    else:
        found = _camunda_8(next((one for one in added if vendor(one) == "calledElement"), None), mappings)
    if found.keeps and not (found.outputs or found.hands_out):
        source.warning("call_returns_nothing", element)
    return found


def _camunda_7(
    element: Element,
    mappings: Mappings,
    ins: list[Element],
    outs: list[Element],
    source: Source,
    is_name: Callable[[str], bool],
) -> Mappings:
    inherits = engine_attributes(element).get("inheritVariables", "").lower() == "true"
    return replace(
        mappings,
        inputs=(*mappings.inputs, *_passed(ins, source, is_name)),
        outputs=(*_passed(outs, source, is_name), *mappings.outputs),
        keeps=True,
        sealed=not (inherits or any(_is_all(one) and attribute(one, "local") != "true" for one in ins)),
        hands_out="all" if any(map(_is_all, outs)) else "",
    )


def _camunda_8(called: Element | None, mappings: Mappings) -> Mappings:
    if called is None or called.get("processId") is None:
        return mappings
    all_in, all_out = (
        attribute(called, f"propagateAll{which}Variables").lower() != "false" for which in ("Parent", "Child")
    )
    if all_in and all_out and not (mappings.inputs or mappings.outputs):
        return mappings
    hands_out: Literal["", "new"] = "new" if all_out and not mappings.outputs else ""
    return replace(mappings, keeps=True, sealed=not all_in, hands_out=hands_out)


def _is_all(one: Element) -> bool:
    return attribute(one, "variables").lower() == "all"


def _is_key(one: Element, source: Source) -> bool:
    key = attribute(one, "businessKey")
    if key and key.strip("${}#").removeprefix("execution.") not in _OWN_KEYS:
        source.warning("call_business_key", one, text=key)
    return bool(key)


def _passed(ones: list[Element], source: Source, is_name: Callable[[str], bool]) -> Iterator[Assignment]:
    for one in ones:
        target, plain = attribute(one, "target"), attribute(one, "source")
        text = plain or attribute(one, "sourceExpression")
        if _is_all(one):
            continue
        if not is_name(target) or not (is_name(plain) if plain else text):
            source.warning("mapping_target", one, target=target or plain or "?")
            continue
        part = mapping_texts.Part(plain) if plain else mapping_texts.juel(one, text, source)
        yield Assignment(target, part.text, part.value)
