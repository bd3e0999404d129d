"""The cases behind a figure, as the list's address names them: which figure, of which months, under what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from flask import g
from sqlalchemy.orm import Session

from app.base import i18n
from app.base.errors import InvalidForm
from app.base.i18n import N_, _
from app.models import ProcessDefinition
from app.services.core import ids
from app.services.numbers import counted, overview, words
from app.services.numbers.counted import Counted
from app.services.performance import compared_diagrams, conformance
from app.services.performance.conformance import Against
from app.services.performance.period import Period
from app.services.search.terms import NOT_FILLED
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
#: What it says of a figure by itself, by the names of its condition.
_TERMS = {
    "figure": "nilai",
    "since": "dari",
    "until": "sampai",
    "channel": "saluran",
    "activity": "kegiatan",
    "outcome": "hasil",
    "versi": "versi",
    "jalan": "jalan",
    "lewat": "lewat",
}
_HASH = re.compile(r"[0-9a-f]{16}", re.ASCII)


def asked(session: Session, key: str, unit: str) -> Counted | None:
    """The figure that the address asks for; None where it asks for none, or for what there is not.

    ``key`` and ``unit``: of the list's other filters.
    """
    given = {term: lists.argument(name) for name, term in _TERMS.items()}
    given |= {"proses": key, "unit": unit if given["nilai"] in counted.OF_TASKS else ""}
    try:
        found = counted.of_values(session, {term: value for term, value in given.items() if value})
    except InvalidForm:
        return None
    return _fitting(session, found) if lists.argument("kesesuaian") else found


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
        "since": not counted.is_time(figure, names["since"]),
        "until": not counted.is_time(figure, names["until"]),
        "activity": bool(names["activity"]) and not overview.has_element(session, key, names["activity"]),
        "versi": bool(names["versi"] or fitting)
        and not _has_version(session, lists.number("versi") or 0, key),
        "jalan": bool(names["jalan"]) and _HASH.fullmatch(names["jalan"]) is None,
        "lewat": names["lewat"] not in ("", "1"),
        "kesesuaian": bool(fitting) and not conformance.is_figure(fitting),
        "terhadap": bool(fitting) and _against(session, key) is None,
    }
    return [lists.unknown_value(_(_LABELS[name]), names[name]) for name, is_so in wrong.items() if is_so]


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
        "channel": _("Tidak diisi") if names["channel"] == NOT_FILLED else names["channel"],
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
    if counted.is_month(text):
        return words.month(text)
    return i18n.day(date.fromisoformat(text)) if counted.is_day(text) else text
