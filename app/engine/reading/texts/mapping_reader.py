"""Variable mappings as modelers draw them: Camunda 7 and Flowable, Camunda 8, BPMN's own assignments.

What works by a script, or stands where nothing could use it, is a warning: told, and not done.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import orjson

from app.bpmnio import feel
from app.engine.diagram import Node
from app.engine.local_variables import COUNTER
from app.engine.mappings import Assignment, Mappings, Shape
from app.engine.reading.source import Source, place
from app.engine.reading.texts import conditions, foreign_code, scripts
from app.engine.reading.texts.extensions import MAPPED
from app.engine.xml import (
    BPMN,
    Element,
    attribute,
    children,
    engine_attributes,
    local,
    reference,
    text_of,
    vendor,
)

#: The longest constant; a letter's text fits, a file does not.
_MOST_CHARS = 20_000
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,9})?")
_TRUTH = {"true": True, "false": False}
_QUOTED = re.compile(r'=\s*"([^"\\]*)"\s*')
_INSERTED = re.compile(r"[$#]\{([^{}]*)\}")


@dataclass(frozen=True)
class _Part:
    """FEEL, or where ``text`` is None the constant ``value``."""

    text: str | None = None
    value: Any = None

    @property
    def feel(self) -> str:
        """The same as FEEL."""
        return orjson.dumps(self.value).decode() if self.text is None else self.text


#: The called process belongs to the case, and has its number.
_OWN_KEYS = frozenset({"processBusinessKey", "processInstanceBusinessKey", "businessKey"})

#: Mappings of one element, in one direction.
MOST = 100
_NAME = re.compile(r"[^\W\d]\w{0,99}(?:\.[^\W\d]\w{0,99}){0,4}")
#: Names that expressions understand otherwise.
_TAKEN = frozenset(
    {
        *("now", "today", "true", "false", "null", "and", "or", "not", "if", "then", "else", "for", "in"),
        COUNTER,
        *("return", "some", "every", "satisfies", "between", "function", "instance", "of"),
    }
)
_SHAPES: dict[str, Shape] = {
    "singleEntry": "singleEntry",
    "singleResult": "singleResult",
    "collectEntries": "collectEntries",
    "resultList": "resultList",
}
_MESSAGES = frozenset({"intermediateCatchEvent", "boundaryEvent"})
_ACTIVITIES = frozenset({"userTask", "sendTask", "businessRuleTask", "subProcess"})
Way = Literal["in", "out"]


@dataclass(frozen=True)
class _Drawn:
    """One mapping: which way, from which element, into which variable. ``read`` says what, None where a script does;
    only of what is used, so that nothing else is found fault with."""

    way: Way
    element: Element
    target: str
    read: Callable[[], _Part | None]
    is_camunda_8: bool = False


def read_mappings(element: Element, node: Node, worker: str | None, source: Source) -> Mappings | None:
    """The mappings of the flow node ``element``, which was read as ``node``; None when it has none.

    ``worker``: the program outside that does the work, whose results never arrive here.
    """
    if local(element) not in MAPPED:
        return None  # told with all else that has no meaning there
    drawn = list(_drawn(element, source))
    result, shape = _result(element, node, source)
    if drawn and worker and node.kind == "sendTask":
        source.warning("mapping_of_worker", element, worker=worker, found=_listed(drawn))
        return None
    usable = [one for one in drawn if one.way in _ways(node)]
    if len(usable) < len(drawn):
        source.warning("mapping_misplaced", element, found=_listed([d for d in drawn if d not in usable]))
    inputs, outputs = _assigned(usable, "in", element, source), _assigned(usable, "out", element, source)
    strict = any(one.is_camunda_8 for one in usable if one.way == "out")
    # What a case is started with, but for a message, is its own before anything is mapped.
    keeps = strict and node.kind != "subProcess" and (node.kind != "startEvent" or node.message is not None)
    found = Mappings(inputs, outputs, keeps=keeps, result=result, shape=shape)
    if node.calls:
        found = _read_called_mappings(element, found, source, _is_name)
    script = scripts.read_script(element) if local(element) == "scriptTask" else None
    # A script that does nothing here is no notice to anybody, as one without mappings would be.
    return None if found == Mappings() and script is None else found


def _ways(node: Node) -> tuple[Way, ...]:
    if node.kind in _ACTIVITIES or node.job is not None:
        return ("in", "out")
    begins = node.kind == "startEvent"
    return ("out",) if begins or (node.kind in _MESSAGES and node.message is not None) else ()


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None and text not in _TAKEN


def _assigned(drawn: list[_Drawn], way: Way, element: Element, source: Source) -> tuple[Assignment, ...]:
    found = [one for one in drawn if one.way == way]
    if len(found) > MOST:
        source.error("mapping_too_many", element, count=str(len(found)), limit=str(MOST))
    return tuple(filter(None, (_assignment(one, source) for one in found[:MOST])))


def _assignment(one: _Drawn, source: Source) -> Assignment | None:
    if not _is_name(one.target):
        source.warning("mapping_target", one.element, target=one.target)
        return None
    part = one.read()
    if part is None:
        source.warning("mapping_script", one.element, target=one.target)
        return None
    return Assignment(one.target, part.text, part.value)


def _listed(drawn: list[_Drawn]) -> str:
    return ", ".join(dict.fromkeys(one.target or "?" for one in drawn))


def _drawn(element: Element, source: Source) -> Iterator[_Drawn]:
    yield from _scripted(element, source)
    for group in children(element, "extensionElements"):
        for extension in group:
            if vendor(extension) == "ioMapping":
                yield from _camunda_8(extension, source)
            elif vendor(extension) == "inputOutput":
                yield from _camunda_7(extension, source)
            elif local(element) == "scriptTask" and foreign_code.is_formula(extension):
                yield _script(extension, group, source)
    yield from _assignments(element, source)


def _scripted(element: Element, source: Source) -> Iterator[_Drawn]:
    """What the script of a script task sets, before its outputs are worked out."""
    script = scripts.read_script(element) if local(element) == "scriptTask" else None
    for name, text in script.assignments if script is not None else ():
        if script is not None and script.is_feel:
            yield _Drawn("out", element, name, partial(_checked, element, text, source))
        else:
            yield _Drawn("out", element, name, partial(_made, element, text, source))


def _made(element: Element, text: str, source: Source) -> _Part:
    """FEEL that was made of a script."""
    conditions.check_condition(text, place(element), source)
    return _Part(text)


def _script(script: Element, group: Element, source: Source) -> _Drawn:
    """Camunda 8's script: its value goes out; beside outputs that say what goes out it is theirs to read."""
    read = partial(_text_of_camunda_8, script, attribute(script, "expression"), source)
    mapped = any(vendor(part) == "output" for other in group for part in other)
    return _Drawn("in" if mapped else "out", script, attribute(script, "resultVariable"), read)


def _camunda_8(mapping: Element, source: Source) -> Iterator[_Drawn]:
    ways: dict[str, Way] = {"input": "in", "output": "out"}
    for one in mapping:
        if vendor(one) in ways:
            part = partial(_text_of_camunda_8, one, attribute(one, "source"), source)
            yield _Drawn(ways[vendor(one)], one, attribute(one, "target"), part, is_camunda_8=True)


def _camunda_7(mapping: Element, source: Source) -> Iterator[_Drawn]:
    ways: dict[str, Way] = {"inputParameter": "in", "outputParameter": "out"}
    for one in mapping:
        if vendor(one) in ways:
            part = partial(_parameter, one, source)
            yield _Drawn(ways[vendor(one)], one, attribute(one, "name"), part)


def _assignments(element: Element, source: Source) -> Iterator[_Drawn]:
    """BPMN's own: data associations with an assignment; those without only show where data comes from."""
    ways: dict[str, Way] = {"dataInputAssociation": "in", "dataOutputAssociation": "out"}
    for association in children(element, *ways):
        for assignment in children(association, "assignment"):
            origin, target = (next(children(assignment, tag), None) for tag in ("from", "to"))
            if origin is not None and target is not None:
                name = _named(text_of(target), element, source)
                part = partial(_bpmn, origin, source)
                yield _Drawn(ways[local(association)], assignment, name, part)


def _named(text: str, element: Element, source: Source) -> str:
    """What an assignment sets: an id means the data that has it, by its name where that is one."""
    wanted = reference(text.removeprefix("=").strip(" ${}#"))
    found = source.ids.get(wanted)
    if found is None or not str(found.tag).startswith(BPMN):
        return wanted
    name = attribute(found, "name")
    return name if _is_name(name) else wanted


def _result(element: Element, node: Node, source: Source) -> tuple[str, Shape]:
    """The variable that a decision's result goes to, and how."""
    if node.kind != "businessRuleTask":
        return "", "value"
    own = engine_attributes(element)
    name, shape = own.get("resultVariable", ""), _SHAPES.get(own.get("mapDecisionResult", ""), "resultList")
    for group in children(element, "extensionElements"):
        for extension in group:
            if vendor(extension) == "calledDecision" and attribute(extension, "resultVariable"):
                name, shape = attribute(extension, "resultVariable"), "value"
    if name and ("." in name or not _is_name(name)):
        source.warning("mapping_target", element, target=name)
        name = ""
    return (name, shape) if name else ("", "value")


def _read_called_mappings(
    element: Element, mappings: Mappings, source: Source, is_name: Callable[[str], bool]
) -> Mappings:
    """``mappings`` of the call with what passes between the two processes."""
    added = [one for group in children(element, "extensionElements") for one in group]
    ins, outs = ([one for one in added if vendor(one) == way] for way in ("in", "out"))
    ins = [one for one in ins if not _is_key(one, source)]
    if ins or outs:
        found = _called_camunda_7(element, mappings, ins, outs, source, is_name)
    else:
        found = _called_camunda_8(
            next((one for one in added if vendor(one) == "calledElement"), None), mappings
        )
    if found.keeps and not (found.outputs or found.hands_out):
        source.warning("call_returns_nothing", element)
    return found


def _called_camunda_7(
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


def _called_camunda_8(called: Element | None, mappings: Mappings) -> Mappings:
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
        part = _Part(plain) if plain else _juel(one, text, source)
        yield Assignment(target, part.text, part.value)


def _text_of_camunda_8(element: Element, text: str, source: Source) -> _Part:
    """The ``source`` of a Zeebe mapping: FEEL behind ``=``, else a constant. A text in quotes is a constant too, and
    may be longer than an expression."""
    if quoted := _QUOTED.fullmatch(text):
        return _Part(value=_bounded(element, quoted.group(1), source))
    return _checked(element, text, source) if text.startswith("=") else _constant(element, text, source)


def _bpmn(element: Element, source: Source) -> _Part:
    """The ``from`` of an assignment: FEEL where it says so or is wrapped as an expression, else a constant."""
    text = text_of(element)
    if text.startswith("=") or "feel" in attribute(element, "language").lower():
        return _checked(element, text, source)
    return _juel(element, text, source)


def _juel(element: Element, text: str, source: Source) -> _Part:
    """Text with or without ``${…}`` in it, as Camunda 7 and Flowable write it."""
    if conditions.unwrap(text) != text.strip() and not text.startswith("="):
        return _checked(element, text, source)
    if not _INSERTED.search(text):
        return _constant(element, text, source)
    pieces, at = [], 0
    for found in _INSERTED.finditer(text):
        pieces += [orjson.dumps(text[at : found.start()]).decode()] if text[at : found.start()] else []
        inner = _checked(element, found.group(), source).feel
        pieces.append(f'(if ({inner}) = null then "" else string({inner}))')
        at = found.end()
    pieces += [orjson.dumps(text[at:]).decode()] if text[at:] else []
    return _checked(element, " + ".join(pieces), source)


def _parameter(element: Element, source: Source) -> _Part | None:
    """The value of a Camunda 7 parameter, list item or map entry; None where a script would work it out."""
    for child in element:
        if vendor(child) == "script":
            return _of_script(child, source)
        if vendor(child) == "list":
            return _whole(element, _text_listed([_parameter(item, source) for item in child]), source)
        if vendor(child) == "map":
            keys = [attribute(entry, "key") for entry in child]
            found = _mapped(keys, [_parameter(entry, source) for entry in child])
            return _whole(element, found, source)
    return (
        _juel(element, text_of(element), source)
        if vendor(element) != "script"
        else _of_script(element, source)
    )


def _of_script(script: Element, source: Source) -> _Part | None:
    """The value of a script where it is read, and works out nothing else."""
    found = scripts.read_text(text_of(script), attribute(script, "scriptFormat"), "hasil")
    if len(found.assignments) != 1:
        return None
    text = found.assignments[0][1]
    if not found.is_feel:
        source.warning("expression_translated", script, text=text_of(script), offer=text)
    return _checked(script, text, source) if found.is_feel else _made(script, text, source)


def _constant(element: Element, text: str, source: Source) -> _Part:
    """The text itself; a plain number is one, as is true or false. "007" is not: it is a code."""
    text = _bounded(element, text.strip(), source)
    if _NUMBER.fullmatch(text):
        return _Part(value=orjson.loads(text))
    return _Part(value=_TRUTH.get(text, text or None))


def _bounded(element: Element, text: str, source: Source) -> str:
    if len(text) > _MOST_CHARS:
        source.error("mapping_too_long", element, limit=str(_MOST_CHARS))
    return text[:_MOST_CHARS]


def _checked(element: Element, text: str, source: Source) -> _Part:
    cleaned = conditions.translated(text, place(element), source)
    if not cleaned:
        return _Part()
    conditions.check_condition(cleaned, place(element), source)
    return _Part(cleaned)


def _whole(element: Element, part: _Part | None, source: Source) -> _Part | None:
    """A list or map with expressions in it: each of them was looked at, but together they may be too long."""
    if part is not None and part.text is not None and len(part.text) > feel.MAX_CHARS:
        conditions.check_condition(part.text, place(element), source)
    return part


def _text_listed(items: list[_Part | None]) -> _Part | None:
    parts = list(_all(items))
    if len(parts) < len(items):
        return None
    if all(part.text is None for part in parts):
        return _Part(value=[part.value for part in parts])
    return _Part(f"[{', '.join(part.feel for part in parts)}]")


def _mapped(keys: list[str], items: list[_Part | None]) -> _Part | None:
    parts = list(_all(items))
    if len(parts) < len(items):
        return None
    if all(part.text is None for part in parts):
        return _Part(value={key: part.value for key, part in zip(keys, parts, strict=True)})
    entries = (f"{orjson.dumps(key).decode()}: {part.feel}" for key, part in zip(keys, parts, strict=True))
    return _Part(f"{{{', '.join(entries)}}}")


def _all(items: list[_Part | None]) -> Iterator[_Part]:
    return (item for item in items if item is not None)
