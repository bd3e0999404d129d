"""Time in a drawing: an event's name, or the text of an annotation tied to it, read as a timer's text.

``5 hari kerja``, ``H+3``, ``maks. 60 hari``, ``2x24 jam``, ``within 3 days``, ``setelah 2 minggu``, ``30'``,
``tiap Senin``.
"""

import re
from collections.abc import Iterator

from app.bpmnio import feel
from app.engine import timers
from app.engine.diagram import Timer
from app.engine.reading.source import Source
from app.engine.reading.texts import conditions
from app.engine.timers import vocabulary
from app.engine.xml import Element, attribute, children, local, one_line, text_of

_TIMES_24 = re.compile(r"(?<![\w.,])(\d{1,3})\s*[x×*]\s*24\s*(?:jam|hours?|h)\b")
_AFTER = re.compile(r"(?<!\w)[htd]\s*\+\s*(\d{1,4})(?!\w)")
_UNIT = "|".join(sorted(vocabulary.UNITS, key=len, reverse=True))
_KIND = "|".join(vocabulary.KINDS)
_SPAN = re.compile(
    r"(?<![\w.,/:-])(?:\d{1,4}\s*(?:-|–|s\.?d\.?|sampai|to|atau|or)\s*)?"
    rf"({vocabulary.NUMBER})\s*(?:({_KIND})\s+)?({_UNIT})(?:[\s-]*({_KIND})\b|(?!\w)(?!-\w))"
)
_EVERY = re.compile(rf"\b(?:{vocabulary.EVERY_SO_OFTEN})\b")
_MOST = 300


def read_timer_label(element: Element, source: Source) -> Timer | None:
    """The timer that the words at ``element`` tell, with a warning of how they were understood; None: none."""
    for text in words(element, source):
        understood = meaning(text)
        if understood is not None and local(element) == "startEvent":
            # What begins on a day by name begins on each such day.
            understood = timers.named_day(f"setiap {understood.lower()}") or understood
        if understood is not None:
            said = timers.explicit(understood, source.day_unit)
            source.warning("timer_read_from_words", element, text=text, understood=said)
            return _timer(understood)
    return None


def read_text(element: Element, timer: Timer, source: Source) -> Timer | None:
    """What a timer with words in it that are no timer text tells (``3 hari kerja sejak surat diterima``), with a
    warning; None when it is a timer text, or no time. A timer text that others may count otherwise is told too."""
    understood = timer.text
    if timers.timer_fault(timer, "kerja") == "timer_not_understood":
        understood = meaning(timer.text) or ""
    elif not timers.counts_long_office_hours(timer.text, source.day_unit):
        return None
    if understood:
        said = timers.explicit(understood, source.day_unit)
        source.warning("timer_text_understood", element, text=timer.text, understood=said)
    return _timer(understood) if understood and understood != timer.text else None


def _timer(text: str) -> Timer:
    repeats = timers.cycle(Timer("duration", text)) is not None
    return Timer("cycle" if repeats else "duration", text)


def words(element: Element, source: Source) -> list[str]:
    """What is written at an element: its name, then the annotations tied to it."""
    name = one_line(attribute(element, "name"))
    return [text for text in (name, *_annotations(element, source)) if text]


def meaning(text: str) -> str | None:
    """The timer text that ``text`` tells; None when it tells no time, or more than one."""
    text = one_line(text)
    if len(text) > _MOST:
        return None
    plain = vocabulary.plain(text)
    found, named = set(_spans(plain)), timers.named_day(plain)
    if named:
        return None if found else named
    # What the timers read stays as it was written, unless figures and units can be told more plainly.
    as_written = not found or (re.search(r"\d", text) and not any(span.startswith("P") for span in found))
    if (
        as_written
        and not text.startswith("=")
        and timers.timer_fault(Timer("duration", text), "kerja") is None
    ):
        return text
    if len(found) != 1:
        return None
    (span,) = found
    every = f"setiap {span}"
    if _EVERY.search(plain) and timers.timer_fault(Timer("cycle", every), "kerja") is None:
        span = every
    return span if timers.timer_fault(Timer("duration", span), "kerja") is None else None


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


def _spans(plain: str) -> Iterator[str]:
    for match in _TIMES_24.finditer(plain):
        yield f"{int(match[1]) * 24} jam kalender"
    rest = _TIMES_24.sub(" ", plain)
    for match in _AFTER.finditer(rest):
        yield f"{match[1]} hari"
    for match in _SPAN.finditer(_AFTER.sub(" ", rest)):
        number, unit = vocabulary.figure(match[1]), vocabulary.UNITS[match[3]]
        kind = vocabulary.KINDS.get(match[2] or match[4] or "", "")
        if unit in vocabulary.EXACT:
            yield vocabulary.EXACT[unit].format(number)
        else:
            yield f"{number} {unit} {kind or ('kalender' if match[3] in vocabulary.OF_THE_CLOCK else '')}".strip()


def _annotations(element: Element, source: Source) -> Iterator[str]:
    """The texts of annotations that an association ties to ``element``, wherever the association stands."""
    for other_id in source.ties.get(attribute(element, "id"), ()):
        other = source.ids.get(other_id)
        if other is not None and local(other) == "textAnnotation":
            yield one_line(" ".join(text_of(child) for child in children(other, "text")))
