"""Whether the codes in the address of a question are codes of anything: one that is none would find nothing, and not
tell why."""

from collections.abc import Callable, Mapping
from typing import cast

from sqlalchemy import Table, literal_column, select
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm
from app.base.i18n import N_, _
from app.models import CaseBranch, CaseFact, ProcessDefinition, ProcessInstance, Unit
from app.services.core import access, filter_values, ids
from app.services.core.access import Actor
from app.services.questions.choices import Choices, Options
from app.services.search import task_terms, terms
from app.services.search.question import CASES, Condition, Question, problems

_FACT, _BRANCH = cast("Table", CaseFact.__table__), cast("Table", CaseBranch.__table__)
#: Whether a value is known.
_Known = Callable[[Session, Actor, str], bool]


def require(session: Session, asked: Question, *, actor: Actor) -> None:
    """Refuse a question with a code that is none, or that nothing which the actor sees ever had. At most 2 SQL for
    each, by its index. What cannot be asked at all is passed over: it is refused where it becomes terms.

    Raises:
        InvalidForm: by the names of the address, as `cases.page`.
    """
    errors, not_asked = dict[str, str](), problems(asked)
    kinds = _OF_CASES if asked.about == CASES else _OF_EVENTS
    for number, group in enumerate(asked.groups, 1):
        for place, one in enumerate(group.conditions, 1):
            if f"k{number}.{place}" in not_asked:
                continue
            if message := _unknown(session, actor, one, kinds.get(one.subject, {})):
                errors[f"k{number}.{place}"] = message
    if errors:
        raise InvalidForm(_("Ada syarat yang perlu diperbaiki."), errors)


def _unknown(session: Session, actor: Actor, one: Condition, kinds: Mapping[str, tuple[str, _Known]]) -> str:
    for name, (label, known) in kinds.items():
        value = one.values.get(name, "")
        if value and not known(session, actor, value):
            return _(
                "{label} “{value}” tidak dikenal. Periksa tulisannya, atau pilih dari daftar.",
                label=_(label),
                value=value,
            )
    return ""


def _held(name: str) -> _Known:
    """A value that tasks or cases hold, or once held: of `FilterValue`."""
    return lambda session, actor, value: filter_values.holds(
        session, name, value, actor=None if actor.sees_all else actor
    )


def _filled(known: _Known) -> _Known:
    """The same, or that nothing was filled in."""
    return lambda session, actor, value: value == terms.NOT_FILLED or known(session, actor, value)


def _unit(name: str) -> _Known:
    held = _held(name)
    return lambda session, actor, value: session.get(Unit, value) is not None or held(session, actor, value)


def _among(options: Callable[[Choices], Options], column: Table, name: str) -> _Known:
    """What the processes in force have, or a row holds; by an index of questions."""

    def known(session: Session, actor: Actor, value: str) -> bool:
        if value in dict(options(Choices(session, actor))):
            return True
        row = column.c.instance_id > literal_column("0")
        query = select(column.c.instance_id).where(column.c[name] == value, row).limit(1)
        return session.scalar(query) is not None

    return known


def _outcome(session: Session, actor: Actor, value: str) -> bool:
    return value in ("-", ":joined") or _among(lambda choices: choices.outcomes, _FACT, "outcome")(
        session, actor, value
    )


def _activity(session: Session, actor: Actor, value: str) -> bool:
    return _held("activity")(session, actor, value) or value in Choices(session, actor).elements


def _process(session: Session, _actor: Actor, value: str) -> bool:
    query = select(ProcessDefinition.id).where(ProcessDefinition.key == value).limit(1)
    return session.scalar(query) is not None


def _version(session: Session, _actor: Actor, value: str) -> bool:
    number = ids.parse_id(value)
    return number is not None and session.get(ProcessDefinition, number) is not None


def _number(session: Session, _actor: Actor, value: str) -> bool:
    query = select(ProcessInstance.id).where(ProcessInstance.business_key == value).limit(1)
    return session.scalar(query) is not None


_channel = _filled(_among(lambda choices: choices.channels, _FACT, "channel"))


def _one(label: str, known: _Known) -> Mapping[str, tuple[str, _Known]]:
    return {"nilai": (label, known)}


_OF_CASES: Mapping[str, Mapping[str, tuple[str, _Known]]] = {
    "keadaan": _one(N_("Keadaan"), lambda _session, _actor, value: value in access.STATES),
    "hasil": _one(N_("Hasil"), _outcome),
    "tugas": {
        "kegiatan": (N_("Kegiatan"), _activity),
        "lajur": (N_("Lajur"), _held("lane")),
        "unit": (N_("Unit"), _unit("unit")),
        "keadaan": (N_("Keadaan"), lambda _session, _actor, value: value in task_terms.STATES),
        "tenggat": (N_("Tenggat"), lambda _session, _actor, value: value in task_terms.DUE),
    },
    "cabang": _one(N_("Cabang"), _among(lambda choices: choices.branches, _BRANCH, "element_id")),
    "proses": _one(N_("Proses"), _process),
    "versi": _one(N_("Versi"), _version),
    "kategori": _one(N_("Kategori"), _filled(_held("category"))),
    "unit": _one(N_("Unit"), _filled(_unit("case_unit"))),
    "wilayah": _one(N_("Wilayah"), _filled(_held("area"))),
    "prioritas": _one(N_("Prioritas"), _filled(_held("priority"))),
    "saluran": _one(N_("Saluran"), _channel),
    "nomor": _one(N_("Nomor perkara"), _number),
    "angka": {
        "proses": (N_("Proses"), _process),
        "kegiatan": (N_("Kegiatan"), _activity),
        "unit": (N_("Unit"), _filled(_unit("unit"))),
        "saluran": (N_("Saluran"), _channel),
        "hasil": (N_("Hasil"), _outcome),
        "versi": (N_("Versi"), _version),
    },
}
_OF_EVENTS: Mapping[str, Mapping[str, tuple[str, _Known]]] = {
    "kegiatan": _one(N_("Kegiatan"), _activity),
    "proses": _one(N_("Proses"), _process),
    "nomor": _one(N_("Nomor perkara"), _number),
}
