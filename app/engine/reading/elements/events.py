"""What an event waits for or does: its definition in the file read into timer, message or terminate."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from app.engine import timers
from app.engine.diagram import Timer
from app.engine.reading.elements import event_references, message_flows
from app.engine.reading.source import NAME_LENGTH, Placed, Source, place, start_of
from app.engine.reading.texts import conditions, timer_labels
from app.engine.xml import Element, attribute, children, local, one_line, reference, text_of

_SUFFIX = "EventDefinition"
_ALLOWED: Mapping[str, frozenset[str]] = {
    "startEvent": frozenset({"message", "timer", "signal", "conditional"}),
    "endEvent": frozenset({"message", "terminate", "signal", "error", "escalation", "cancel", "compensate"}),
    "intermediateThrowEvent": frozenset({"message", "link", "signal", "escalation", "compensate"}),
    "intermediateCatchEvent": frozenset({"message", "timer", "link", "signal", "conditional"}),
    "boundaryEvent": frozenset(
        {"message", "timer", "signal", "error", "escalation", "cancel", "compensate", "conditional"}
    ),
}
#: What BPMN gives no meaning there: such an event is a plain one.
_MEANINGLESS: Mapping[str, frozenset[str]] = {
    "startEvent": frozenset({"error", "escalation", "compensate", "cancel", "terminate", "link"}),
    "endEvent": frozenset({"timer", "conditional"}),
}
#: What begins an event sub-process: whatever may come to the edge of an activity.
_IN_EVENT_SUB_PROCESS = _ALLOWED["boundaryEvent"] - {"cancel"}
_NOT_YET: Mapping[str, str] = {
    "escalation": "event_misplaced",
    "error": "event_misplaced",
    "compensate": "event_misplaced",
    "conditional": "event_misplaced",
    "link": "link_misplaced",
    "cancel": "event_misplaced",
    "timer": "event_misplaced",
}
#: What timer texts are refused for that somebody could say: see `app.engine.timers`.
_UNREADABLE = frozenset({"timer_not_understood", "timer_is_bound", "timer_before_unknown", "timer_tells_two"})
_COMPUTED = re.compile(r"[$#]\{([^{}]*)\}")
_LITERAL = re.compile(r"""(["'])([^"']+)\1""")
_TIMER_KINDS: Mapping[str, Literal["duration", "date", "cycle"]] = {
    "timeDuration": "duration",
    "timeDate": "date",
    "timeCycle": "cycle",
}


@dataclass(frozen=True)
class Trigger:
    """What sets an event off, or what it sets off."""

    timer: Timer | None = None
    message: str | None = None
    signal: str | None = None
    error: str | None = None
    escalation: str | None = None
    terminate: bool = False
    compensates: str | None = None
    asks: Literal["", "time", "condition"] = ""
    condition: str | None = None


def read_trigger(element: Element, source: Source) -> Trigger:
    """Read the first definition of the event ``element``; what cannot run yet is an error."""
    for ref in _unknown_references(element, source):
        source.error("trigger_unknown", element, ref=ref)
    definitions = _definitions(element, source)
    return _read(element, definitions[0], source) if definitions else _untyped(element, source)


def other_triggers(element: Element, source: Source) -> list[Trigger]:
    """Read the other definitions of the event ``element``, see `multiple_events`."""
    return [_read(element, definition, source) for definition in _definitions(element, source)[1:]]


def _read(element: Element, definition: Element, source: Source) -> Trigger:
    tag = local(element)
    kind = local(definition).removesuffix(_SUFFIX)
    begins = begins_event_sub_process(element)
    if kind in _MEANINGLESS.get(tag, ()) and not (begins and kind in _IN_EVENT_SUB_PROCESS):
        source.warning("definition_meaningless", element, found=local(definition))
        return _untyped(element, source)
    if kind not in (_IN_EVENT_SUB_PROCESS if begins else _ALLOWED[tag]):
        source.error(_NOT_YET.get(kind, "unknown_element"), element, found=local(definition))
        return Trigger()
    if kind == "timer":
        return _timed(element, definition, source)
    if kind == "conditional":
        return _conditional(element, definition, source)
    if kind == "message":
        return Trigger(message=message(element, definition, source))
    if kind in event_references.REFERRED:
        return replace(Trigger(), **{kind: event_references.name(element, definition, kind, source)})  # type: ignore[arg-type]
    if (
        kind == "cancel"
    ):  # a transaction is given up: an error that only it catches, once what was done is undone
        return Trigger(error=event_references.CANCELLED)
    if kind == "compensate":
        return Trigger(compensates=reference(definition.get("activityRef")))
    return Trigger(terminate=kind == "terminate")


def starts_by_event(element: Element) -> bool:
    """Whether ``element`` is a sub-process that waits for an event instead of a token."""
    return attribute(element, "triggeredByEvent").lower() in {"true", "1"}


def begins_event_sub_process(element: Element) -> bool:
    """Whether ``element`` is the start of an event sub-process."""
    return local(element) == "startEvent" and starts_by_event(element.getparent())


def message(element: Element, holder: Element, source: Source) -> str | None:
    """The name of the message that ``holder`` (a definition, or a receive task) refers to.

    A message without a name goes by its id, one that the file does not hold by what refers to it. Where none is
    referred to, the message flow drawn to or from the element names it, else the element does; a start that nothing
    names is begun by people: None.
    """
    found, wanted = _referred(element, holder, source), reference(holder.get("messageRef"))
    if found is None and not wanted:
        return _unnamed(element, source)
    if found is None:
        source.warning("reference_to_nothing", element, ref=wanted)
        name = wanted
    else:
        name = one_line(attribute(found, "name")) or attribute(found, "id")
    if name.startswith(("=", "${", "#{")):
        literal = _LITERAL.fullmatch(conditions.unwrap(name))
        if literal is None:
            source.error("message_name_computed", element, text=name)
            return None
        name = literal[2]
    if len(name) > NAME_LENGTH:
        source.error("name_too_long", element, start=start_of(name), limit=str(NAME_LENGTH))
    return name


def _unnamed(element: Element, source: Source) -> str | None:
    tag, drawn = local(element), message_flows.name_at(element, source)
    if tag == "startEvent" and message_flows.comes_from_outside(element, source):
        drawn = None  # what comes from outside is taken in by a person
    own = _own_name(element)
    if tag in {"endEvent", "intermediateThrowEvent"}:
        return drawn or own
    if tag == "startEvent" and drawn is None and not begins_event_sub_process(element):
        source.warning("start_message_unnamed", element)
        return None
    if not message_flows.joins(element, source):
        source.warning("message_named_by_drawing", element, message=drawn or own)
    return drawn or own


def is_untyped(element: Element) -> bool:
    """Whether nothing in the event says what it waits for or does."""
    return not any(local(child).endswith((_SUFFIX, f"{_SUFFIX}Ref")) for child in children(element))


def _untyped(element: Element, source: Source) -> Trigger:
    """An event with nothing inside. One that a message between two pools comes to or goes from is that message's; on
    the edge of an activity its name is the message that it waits for. What it is called makes it no timer: words are
    read as a time only where somebody drew one. What waits on the way: `normalization`."""
    tag = local(element)
    if message_flows.joins(element, source):
        message = message_flows.name_at(element, source)
        source.warning("event_by_message_flow", element, message=message or "")
        return Trigger(message=message)
    if tag not in {"intermediateCatchEvent", "boundaryEvent"} or attribute(element, "id") in source.failed:
        return Trigger()
    if not source.refuse and (timer := timer_labels.read_timer_label(element, source)) is not None:
        return Trigger(timer=timer)  # so it was read when it was deployed, and cases may stand there
    if tag == "intermediateCatchEvent":
        return Trigger()
    return Trigger(message=message_by_name(element, one_line(attribute(element, "name")), source))


def message_by_name(where: Element | Placed, name: str, source: Source) -> str | None:
    """The message that an event waits for of which only the name is known, told of; None: refused, it has none."""
    name = name[:NAME_LENGTH]
    if not name:
        source.error("event_without_trigger", where)
        return None
    source.warning("event_by_its_name", where, message=name)
    return name


def _referred(element: Element, holder: Element, source: Source) -> Element | None:
    """The message, or the operation that stands in for it; None: none is referred to, or none that is there."""
    if wanted := reference(holder.get("messageRef")):
        found = source.ids.get(wanted)
        return found if found is not None and local(found) == "message" else None
    operation = source.ids.get(reference(holder.get("operationRef") or _operation(holder)))
    if operation is None or local(operation) != "operation":
        return None
    received = next(children(operation, "inMessageRef"), None)
    named = source.ids.get(reference(text_of(received))) if received is not None else None
    return operation if named is None else named


def _operation(holder: Element) -> str:
    child = next(children(holder, "operationRef"), None)
    return "" if child is None else text_of(child)


def _definitions(element: Element, source: Source) -> list[Element]:
    found = [child for child in children(element) if local(child).endswith(_SUFFIX)]
    wanted = (source.ids.get(reference(text_of(child))) for child in children(element, "eventDefinitionRef"))
    return found + [one for one in wanted if one is not None and local(one).endswith(_SUFFIX)]


def _unknown_references(element: Element, source: Source) -> Iterator[str]:
    for child in children(element, "eventDefinitionRef"):
        wanted = source.ids.get(reference(text_of(child)))
        if wanted is None or not local(wanted).endswith(_SUFFIX):
            yield text_of(child)


def _timed(element: Element, definition: Element, source: Source) -> Trigger:
    """A timer. One whose time nobody can read is asked for: a start begins by hand, elsewhere somebody of the lane
    says until when it waits."""
    texts = [(local(child), _timer_text(child)) for child in children(definition, *_TIMER_KINDS)]
    texts = [(tag, text) for tag, text in texts if text]
    if len(texts) > 1:
        source.error("timer_twice", element)
        return Trigger()
    if not texts:
        timer = timer_labels.read_timer_label(element, source)
        if timer is not None:
            return Trigger(timer=timer)
        words = "; ".join(timer_labels.words(element, source))
        code = timer_labels.fault(element, source) if words else "timer_without_value"
        return _asked(element, code, words, source)
    tag, text = texts[0]
    timer = Timer(_TIMER_KINDS[tag], text)
    timer = timer_labels.read_text(element, timer, source) or timer
    code = timers.timer_fault(timer, source.day_unit) or ""
    return _asked(element, code, text, source) if code in _UNREADABLE else Trigger(timer=timer)


def _asked(element: Element, code: str, text: str, source: Source) -> Trigger:
    """What becomes of a timer of which ``text`` is written, that is no time for what ``code`` says."""
    source.warning(code, element, text=text)
    if local(element) == "startEvent" and not begins_event_sub_process(element):
        source.warning("timer_start_by_hand", element)
        return Trigger()
    source.warning("timer_asked", element)
    return Trigger(message=_own_name(element), asks="time")


def _conditional(element: Element, definition: Element, source: Source) -> Trigger:
    """A condition: FEEL is looked at when what it reads changes; of others somebody of the lane says that they hold.
    A start begins by hand."""
    if local(element) == "startEvent" and not begins_event_sub_process(element):
        source.warning("condition_start_by_hand", element)
        return Trigger()
    return until_holds(next(map(text_of, children(definition, "condition")), ""), element, source)


def until_holds(text: str, element: Element, source: Source) -> Trigger:
    """What an event waits for until the condition ``text`` of ``element`` holds."""
    # One word is no expression by itself; as the name of a variable modelers write =x or ${x}.
    condition = None if conditions.is_bare_word(text) else conditions.translated(text, place(element), source)
    if condition and not conditions.is_words(condition) and conditions.is_readable(condition):
        return Trigger(message=_own_name(element), condition=condition)
    source.warning("condition_asked", element)
    return Trigger(message=_own_name(element), asks="condition")


def _own_name(element: Element) -> str:
    return (one_line(attribute(element, "name")) or attribute(element, "id"))[:NAME_LENGTH]


def _timer_text(element: Element) -> str:
    """The timer's text without quotes; an expression starts with ``=``, whoever wrote it. So does a text with
    expressions in it (``R3/PT${n}M``)."""
    text = text_of(element)
    parts = _COMPUTED.split(text)
    if len(parts) > 1 and any(literal.strip() for literal in parts[::2]) and not text.startswith("="):
        joined = (
            _quoted(part) if n % 2 == 0 else f"string({part.strip()})" for n, part in enumerate(parts) if part
        )
        return "=" + " + ".join(joined)
    if text.startswith(("=", "${", "#{")):
        cleaned = conditions.unwrap(text)
        return f"={cleaned}" if cleaned else ""
    return text.strip("\"'“”").strip() if text[:1] in "\"'“”" else text.strip()  # but "30'" is minutes


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
