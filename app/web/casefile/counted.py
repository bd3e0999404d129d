"""The cases behind a figure, as the list's address names them: which figure, of which months, under what."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app import i18n
from app.i18n import _
from app.models import ProcessDefinition
from app.services.core import clock, holidays
from app.services.facts import counted
from app.services.facts.counted import Counted
from app.services.numbers import overview, words
from app.web import lists
from app.web.lists import Filter

#: What else the address may say of a figure.
NAMES = ("figure", "since", "until", "channel", "activity", "outcome", "versi", "jalan")


def asked(session: Session, key: str, unit: str) -> Counted | None:
    """The figure that the address asks for; None where it asks for none, or for what there is not.

    ``key`` and ``unit``: of the list's other filters.
    """
    figure, since, until = (lists.argument(name) for name in NAMES[:3])
    if figure not in counted.FIGURES or not key:
        return None
    of_days = figure in ("open", *counted.OF_OPEN_TASKS)
    if not all(_is_day(text) if of_days else _is_month(text) for text in (since, until) if text):
        return None
    found = Counted(
        figure,
        key,
        channel=lists.argument("channel") or None,
        activity=lists.argument("activity") or None,
        outcome=lists.argument("outcome") or None,
        unit=unit or None if figure in counted.OF_TASKS else None,
        version=lists.number("versi"),
        variant=lists.argument("jalan") or None,
    )
    if figure in counted.OF_OPEN_TASKS:
        return _due(session, found, since, until)
    return counted.within(found, since, until)


def _due(session: Session, found: Counted, since: str, until: str) -> Counted:
    """Open tasks that are due up to now, or from now on and on the days of the address."""
    now, calendar = clock.now(session), holidays.calendar(session)
    if found.figure == "overdue":
        return counted.due(found, None, now)
    begin = calendar.end_of_day(date.fromisoformat(since) - timedelta(days=1)) if since else now
    end = calendar.end_of_day(date.fromisoformat(until)) if until else None
    minute = timedelta(minutes=1)
    return counted.due(found, max(now, begin + minute), end + minute if end else None)


def filters(session: Session, found: Counted | None) -> Sequence[Filter]:
    """The figure and what it is narrowed to, as filters of the list that can be taken away."""
    if found is None:
        return ()
    names = {name: lists.argument(name) for name in NAMES}
    of_elements = overview.names(session, found.key)
    told = {
        "figure": words.label(found.figure),
        "since": _period(names["since"]),
        "until": _period(names["until"]),
        "channel": names["channel"],
        "activity": of_elements.get(names["activity"], names["activity"]),
        "outcome": overview.outcome_name(of_elements, names["outcome"]),
        "versi": _version(session, found.version),
        "jalan": names["jalan"][:8],
    }
    labels = (
        _("Angka"),
        _("Sejak"),
        _("Sampai"),
        _("Saluran"),
        _("Kegiatan"),
        _("Akhir"),
        _("Versi"),
        _("Jalan perkara"),
    )
    return [
        Filter(name, label, [(value, told[name])], value)
        for (name, value), label in zip(names.items(), labels, strict=True)
        if value
    ]


def _version(session: Session, definition_id: int | None) -> str:
    """The number of a version; "?" where there is none."""
    row = session.get(ProcessDefinition, definition_id) if definition_id is not None else None
    return str(row.version) if row is not None else "?"


def _period(text: str) -> str:
    if _is_month(text):
        return words.month(text)
    return i18n.day(date.fromisoformat(text)) if _is_day(text) else text


def _is_month(text: str) -> bool:
    return len(text) == 7 and _is_day(f"{text}-01")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
