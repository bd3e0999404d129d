"""The cases behind a figure, as the list's address names them: which figure, of which months, under what."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from flask import g
from sqlalchemy.orm import Session

from app.base import i18n
from app.base.i18n import N_, _
from app.models import ProcessDefinition
from app.services.core import clock, holidays, ids
from app.services.numbers import counted, overview, words
from app.services.numbers.counted import Counted
from app.services.performance import compared_diagrams, conformance
from app.services.performance.conformance import Against
from app.services.performance.period import Period
from app.web import context, lists
from app.web.lists import Filter

#: What else the address may say of a figure.
_LABELS = {
    "figure": N_("Angka"),
    "since": N_("Sejak"),
    "until": N_("Sampai"),
    "channel": N_("Saluran"),
    "activity": N_("Kegiatan"),
    "outcome": N_("Akhir"),
    "versi": N_("Versi"),
    "jalan": N_("Jalan perkara"),
    "lewat": N_("Tenggat"),
    "kesesuaian": N_("Kesesuaian"),
    "terhadap": N_("Diagram pembanding"),
}
NAMES = tuple(_LABELS)
_HASH = re.compile(r"[0-9a-f]{16}", re.ASCII)


def asked(session: Session, key: str, unit: str) -> Counted | None:
    """The figure that the address asks for; None where it asks for none, or for what there is not.

    ``key`` and ``unit``: of the list's other filters.
    """
    figure, since, until = (lists.argument(name) for name in NAMES[:3])
    if figure not in counted.FIGURES or not key or not all(map(_is_time(figure), (since, until))):
        return None
    found = Counted(
        figure,
        key,
        channel=_value(lists.argument("channel")),
        activity=lists.argument("activity") or None,
        outcome=lists.argument("outcome") or None,
        unit=_value(unit) if figure in counted.OF_TASKS else None,
        # 0 is the id of none: what can be no version has no cases.
        version=lists.number("versi") or 0 if lists.argument("versi") else None,
        variant=lists.argument("jalan") or None,
        late=lists.argument("lewat") == "1",
    )
    if lists.argument("kesesuaian"):
        return _fitting(session, counted.within(found, since, until))
    if figure in counted.OF_OPEN_TASKS:
        return _due(session, found, since, until)
    return counted.within(found, since, until)


def _value(asked: str) -> str | None:
    """What must be held; "" where nothing was filled in, None for any."""
    return "" if asked == counted.NOT_FILLED else asked or None


def _fitting(session: Session, found: Counted) -> Counted:
    """Those of the cases that a figure of conformance counted; none where there is no such figure or diagram."""
    figure, version = lists.argument("kesesuaian"), found.version or 0
    against, actor = _against(session, found.key), context.actor()
    if (
        against is None
        or not conformance.is_figure(figure)
        or not actor.sees_all
        or not _has_version(session, version, found.key)
    ):
        return replace(found, variants=())
    asked = Period(version, found.first or "0000-00", found.last or "9999-99")
    behind = conformance.ways_behind(session, asked, against, figure, actor=actor)
    return replace(found, variants=behind.variants, other_ways=behind.others)


def _against(session: Session, key: str) -> Against | None:
    """The diagram that the address compares with: of a version of the process, or one that was sent along; where it
    names none, that of the version of the cases. Read once for a page: one that was sent may be large."""
    to = lists.argument("terhadap") or lists.argument("versi")
    read: dict[tuple[str, str], Against | None] = g.setdefault("compared_diagrams", {})
    if (to, key) not in read:
        read[to, key] = _read(session, to, key)
    return read[to, key]


def _read(session: Session, to: str, key: str) -> Against | None:
    if (id_ := ids.parse_id(to)) and _has_version(session, id_, key):
        return conformance.of_version(session, id_)
    sent = compared_diagrams.find(session, to, key, actor=context.actor())
    return sent[0] if sent is not None else None


def _has_version(session: Session, id_: int, key: str) -> bool:
    row = session.get(ProcessDefinition, id_)
    return row is not None and row.key == key


def unknown(session: Session, key: str) -> list[str]:
    """What the address says of a figure that is not known, in sentences."""
    names = {name: lists.argument(name) for name in NAMES}
    figure, fitting = names["figure"], names["kesesuaian"]
    wrong = {
        "figure": bool(figure) and figure not in counted.FIGURES,
        "since": not _is_time(figure)(names["since"]),
        "until": not _is_time(figure)(names["until"]),
        "activity": bool(names["activity"]) and not overview.has_element(session, key, names["activity"]),
        "versi": bool(names["versi"] or fitting)
        and not _has_version(session, lists.number("versi") or 0, key),
        "jalan": bool(names["jalan"]) and _HASH.fullmatch(names["jalan"]) is None,
        "lewat": names["lewat"] not in ("", "1"),
        "kesesuaian": bool(fitting) and not conformance.is_figure(fitting),
        "terhadap": bool(fitting) and _against(session, key) is None,
    }
    return [lists.unknown_value(_(_LABELS[name]), names[name]) for name, is_so in wrong.items() if is_so]


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
        "lewat": _("ada tugas yang lewat"),
        "kesesuaian": _fitting_name(names["kesesuaian"], of_elements),
        "terhadap": _name_of_diagram(session, found.key) if names["kesesuaian"] else "",
        "figure": words.label(found.figure),
        "since": _period(names["since"]),
        "until": _period(names["until"]),
        "channel": _("Tidak diisi") if names["channel"] == counted.NOT_FILLED else names["channel"],
        "activity": of_elements.get(names["activity"], names["activity"]),
        "outcome": overview.outcome_name(of_elements, names["outcome"]),
        "versi": _version(session, found.version),
        "jalan": names["jalan"][:8],
    }
    return [
        Filter(name, _(_LABELS[name]), [(value, told[name])], value) for name, value in names.items() if value
    ]


def _fitting_name(figure: str, of_elements: Mapping[str, str]) -> str:
    kind, _sign, element = figure.partition(":")
    if kind in conformance.KINDS and element:
        return f"{_(conformance.KINDS[kind])}: {of_elements.get(element, element)}"
    return _({**conformance.FIGURES, **conformance.INTERVENTIONS}.get(figure, figure))


def _name_of_diagram(session: Session, key: str) -> str:
    against = _against(session, key)
    return against.name if against is not None else "?"


def _version(session: Session, definition_id: int | None) -> str:
    """The number of a version; "?" where there is none."""
    row = session.get(ProcessDefinition, definition_id) if definition_id is not None else None
    return str(row.version) if row is not None else "?"


def _period(text: str) -> str:
    if _is_month(text):
        return words.month(text)
    return i18n.day(date.fromisoformat(text)) if _is_day(text) else text


def _is_time(figure: str) -> Callable[[str], bool]:
    """Whether a text is none, or a day or month as this figure is counted by."""
    of_days = figure in ("open", *counted.OF_OPEN_TASKS)
    return lambda text: not text or (_is_day(text) if of_days else _is_month(text))


def _is_month(text: str) -> bool:
    return len(text) == 7 and _is_day(f"{text}-01")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
