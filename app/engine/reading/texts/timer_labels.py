"""Time in a drawing: an event's name, or the text of an annotation tied to it, read as a timer's text.

``5 hari kerja``, ``H+3``, ``maks. 60 hari``, ``2x24 jam``, ``within 3 days``, ``setelah 2 minggu``, ``30'``,
``tiap Senin``.
"""

from collections.abc import Iterator
from dataclasses import replace

from app.bpmnio import feel
from app.engine import timers
from app.engine.diagram import Timer
from app.engine.reading.source import Source
from app.engine.reading.texts import conditions
from app.engine.xml import Element, attribute, children, local, one_line, text_of


def read_timer_label(element: Element, source: Source) -> Timer | None:
    """The timer that the words at ``element`` tell, with a warning of how they were understood; None: none."""
    for text in words(element, source):
        try:
            told = timers.read_sentence(text)
        except timers.Unreadable:
            continue
        if local(element) == "startEvent":
            # What begins on a day by name begins on each such day.
            told = replace(told, text=timers.each_day(told.text))
        _tell("timer_read_from_words", element, text, told, source)
        return _timer(told.text)
    return None


def fault(element: Element, source: Source) -> str:
    """The code of the finding about the words at ``element`` of which none tells a time."""
    told = [timers.timer_fault(Timer("duration", text), "kerja") for text in words(element, source)]
    specific = {"timer_is_bound", "timer_before_unknown", "timer_tells_two"}
    return next((code for code in told if code in specific), "timer_words_not_understood")


def read_text(element: Element, timer: Timer, source: Source) -> Timer | None:
    """What a timer with words in it that are no timer text tells (``3 hari kerja sejak surat diterima``), with a
    warning; None when it is a timer text, or no time. A timer text that others may count otherwise is told too."""
    if timer.text.startswith("="):
        return None
    try:
        told = timers.read_sentence(timer.text, typed=True)
    except timers.Unreadable:
        return None
    if told.text == " ".join(timer.text.split()) and not timers.is_ambiguous(timer.text, source.day_unit):
        return None
    _tell("timer_text_understood", element, timer.text, told, source)
    return _timer(told.text) if told.text != " ".join(timer.text.split()) else None


def _tell(code: str, element: Element, text: str, told: timers.Told, source: Source) -> None:
    said = timers.explicit(told.text, source.day_unit)
    if told.rest:
        source.warning("timer_read_in_part", element, text=text, understood=said, rest=told.rest)
    else:
        source.warning(code, element, text=text, understood=said)


def _timer(text: str) -> Timer:
    repeats = timers.cycle(Timer("duration", text)) is not None
    return Timer("cycle" if repeats else "duration", text)


def words(element: Element, source: Source) -> list[str]:
    """What is written at an element: its name, then the annotations tied to it."""
    name = one_line(attribute(element, "name"))
    return [text for text in (name, *_annotations(element, source)) if text]


def constant(text: str) -> Timer | None:
    """The deadline that a due date tells: a date, a duration, or FEEL over nothing but the clock."""
    if text.startswith("="):
        formula = conditions.unwrap(text)
        constant = conditions.fault(formula) is None and not feel.variable_names(formula)
        return Timer("date", f"={formula}") if constant else None
    timer = Timer("date", text)
    return timer if text and not timers.is_relative(timer) and _is_single(timer) else None


def _is_single(timer: Timer) -> bool:
    return timers.timer_fault(timer, "kerja") is None and timers.cycle(timer) is None


def _annotations(element: Element, source: Source) -> Iterator[str]:
    """The texts of annotations that an association ties to ``element``, wherever the association stands."""
    for other_id in source.ties.get(attribute(element, "id"), ()):
        other = source.ids.get(other_id)
        if other is not None and local(other) == "textAnnotation":
            yield one_line(" ".join(text_of(child) for child in children(other, "text")))
