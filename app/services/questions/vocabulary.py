"""What can be asked: each subject with its name, what it is filled in with, and which values are known.

A code in an address that is none would find nothing, and not tell why; see `require`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import Table, literal_column, select
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm
from app.base.i18n import N_, _
from app.history.catalogue import GROUPS, Event, InstanceEvent, type_name
from app.models import CaseBranch, CaseFact, ProcessDefinition, ProcessInstance, Unit
from app.services.core import access, filter_values, ids
from app.services.core.access import STATES, Actor
from app.services.numbers import counted
from app.services.numbers import words as figures
from app.services.questions.choices import Choices, Options
from app.services.search import case_terms, terms
from app.services.search.question import CASES, Condition, Question, problems

_FACT, _BRANCH = cast("Table", CaseFact.__table__), cast("Table", CaseBranch.__table__)
Kind = Literal["select", "text", "date", "number"]
#: Whether a value is known.
_Known = Callable[[Session, Actor, str], bool]


@dataclass(frozen=True)
class Value:
    """A value of a condition: its name in the address, what it is called, how it is filled in, and what is offered;
    without ``known`` it may be anything."""

    name: str
    label: str
    kind: Kind = "text"
    options: Callable[[Choices], Options] = lambda _choices: ()
    known: _Known | None = None
    hint: str = ""


@dataclass(frozen=True)
class Subject:
    """What a condition is about: what it is called, and its values."""

    label: str
    values: tuple[Value, ...]


def subjects(about: str) -> Mapping[str, Subject]:
    """What may be asked of cases, or of events, in the order in which it is offered."""
    return OF_CASES if about == CASES else OF_EVENTS


def require(session: Session, asked: Question, *, actor: Actor) -> None:
    """Refuse a question with a code that is none, or that nothing which the actor sees ever had. At most 2 SQL for
    each, by its index. What cannot be asked at all is passed over: it is refused where it becomes terms.

    Raises:
        InvalidForm: by the names of the address, as `cases.page`.
    """
    errors, not_asked = dict[str, str](), problems(asked)
    for number, group in enumerate(asked.groups, 1):
        for place, one in enumerate(group.conditions, 1):
            if f"k{number}.{place}" in not_asked:
                continue
            if message := _unknown(session, actor, one, subjects(asked.about)[one.subject]):
                errors[f"k{number}.{place}"] = message
    if errors:
        raise InvalidForm(_("Ada syarat yang perlu diperbaiki."), errors)


def _unknown(session: Session, actor: Actor, one: Condition, subject: Subject) -> str:
    for asked in subject.values:
        value = one.values.get(asked.name, "")
        if value and asked.known is not None and not asked.known(session, actor, value):
            return _(
                "{label} “{value}” tidak dikenal. Periksa tulisannya, atau pilih dari daftar.",
                label=_(asked.label),
                value=value,
            )
    return ""


# Which values are known --------------------------------------------------------------------------------------------


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


def _number(session: Session, actor: Actor, value: str) -> bool:
    """Whether the actor sees a case of this number: nobody else learns what there is."""
    query = select(ProcessInstance.id).where(ProcessInstance.business_key == value, access.visible(actor))
    return session.scalar(query.limit(1)) is not None


_channel = _filled(_among(lambda choices: choices.channels, _FACT, "channel"))


# What they are called ----------------------------------------------------------------------------------------------

STATE_NAMES: Mapping[str, str] = {
    "active": N_("Berjalan"),
    "incident": N_("Terkendala"),
    "ended": N_("Berakhir"),
    "cancelled": N_("Dibatalkan"),
    "joined": N_("Digabung"),
}
HOURS: Mapping[str, str] = {
    "malam": N_("Malam (20.00 sampai 06.00)"),
    "luar": N_("Di luar jam kantor"),
    "kantor": N_("Dalam jam kantor"),
}
_TASK_STATES: Mapping[str, str] = {
    "late": N_("Lewat tenggat"),
    "timely": N_("Selesai tepat waktu"),
    "open": N_("Masih terbuka"),
    "done": N_("Sudah selesai"),
    "free": N_("Belum diambil"),
    "held": N_("Diambil"),
}
_DUE: Mapping[str, str] = {
    "overdue": N_("Lewat tenggat"),
    "today": N_("Hari ini"),
    "week": N_("7 hari ke depan"),
    "none": N_("Tanpa tenggat"),
}
WAYS: Mapping[str, str] = {
    "sama": N_("sama dengan"),
    "memuat": N_("memuat"),
    "lebih": N_("lebih dari, atau sesudah"),
    "kurang": N_("kurang dari, atau sebelum"),
    "terisi": N_("terisi"),
    "kosong": N_("kosong"),
}


def _happenings(_choices: Choices) -> Options:
    """Interventions first, then what else happens to cases."""
    others = [
        (kind.type, type_name(kind.type))
        for _heading, kind in _by_heading()
        if issubclass(kind, InstanceEvent) and kind.type not in case_terms.INTERVENTIONS
    ]
    interventions = [(name, type_name(name)) for name in case_terms.INTERVENTIONS]
    return [("campur_tangan", _("Campur tangan apa pun")), *interventions, *others]


def grouped_events(_choices: object) -> list[tuple[str, str]]:
    """All types of events, those of cases first, each with its group before its name."""
    found = [(kind.type, f"{_(heading)}: {_(kind.called)}") for heading, kind in _by_heading()]
    return [("campur_tangan", _("Campur tangan apa pun")), *found]


def _by_heading() -> list[tuple[str, type[Event]]]:
    """Events under their headings, by what they are called."""
    return [
        (heading, kind)
        for heading, kinds in GROUPS.items()
        for kind in sorted(kinds, key=lambda kind: _(kind.called))
    ]


def _figures(_choices: Choices) -> Options:
    return [(figure, figures.label(figure)) for figure in counted.FIGURES]


def _outcomes(choices: Choices) -> Options:
    return [*choices.outcomes, (terms.NOT_FILLED, _("Dibatalkan")), (":joined", _("Digabung"))]


# Subjects ----------------------------------------------------------------------------------------------------------


def _chosen(
    label: str, options: Callable[[Choices], Options], known: _Known | None = None, name: str = "nilai"
) -> Value:
    return Value(name, label, "select", options, known)


def _among_held(label: str, of: str, known: _Known, name: str = "nilai") -> Value:
    """Of the values of `filter_values`."""
    return _chosen(label, lambda choices: choices.known[of], known, name)


def _fixed(label: str, named: Mapping[str, str], known: bool = False, name: str = "nilai") -> Value:
    told: _Known = lambda _session, _actor, value: value in named  # noqa: E731
    return _chosen(
        label, lambda _choices: [(v, _(text)) for v, text in named.items()], told if known else None, name
    )


def _between(first: str = N_("Dari"), last: str = N_("Sampai")) -> tuple[Value, Value]:
    return Value("dari", first, "date"), Value("sampai", last, "date")


def _activity_value(name: str = "nilai") -> Value:
    return _among_held(N_("Kegiatan"), "activity", _activity, name)


def _process_value(name: str = "nilai") -> Value:
    return _among_held(N_("Proses"), "key", _process, name)


def _version_value(name: str = "nilai") -> Value:
    return _chosen(N_("Versi"), lambda choices: choices.versions, _version, name)


def _channel_value(name: str = "nilai") -> Value:
    return _chosen(N_("Saluran"), lambda choices: choices.channels, _channel, name)


def _outcome_value(name: str = "nilai") -> Value:
    return _chosen(N_("Hasil"), _outcomes, _outcome, name)


_OFFICER = _chosen(N_("Petugas"), lambda choices: choices.officers, name="petugas")
_NUMBER = Value("nilai", N_("Nomor perkara"), known=_number)
_MONTH = N_("Bulan, misalnya 2026-11; untuk yang masih terbuka tanggal, misalnya 2026-11-24.")
_BRANCHES = _among(lambda choices: choices.branches, _BRANCH, "element_id")

OF_CASES: Mapping[str, Subject] = {
    "diterima": Subject(N_("Diterima dalam masa"), _between()),
    "berakhir": Subject(N_("Berakhir dalam masa"), _between()),
    "berjalan": Subject(N_("Berjalan dalam masa"), _between()),
    "keadaan": Subject(
        N_("Keadaan perkara"), (_fixed(N_("Keadaan"), {one: STATE_NAMES[one] for one in STATES}, True),)
    ),
    "hasil": Subject(N_("Hasil akhir"), (_outcome_value(),)),
    "tugas": Subject(
        N_("Tugas: kegiatan, lajur, petugas, lewat tenggat"),
        (
            _activity_value("kegiatan"),
            _among_held(N_("Lajur"), "lane", _held("lane"), "lajur"),
            _among_held(N_("Unit"), "unit", _unit("unit"), "unit"),
            _OFFICER,
            _fixed(N_("Keadaan"), _TASK_STATES, True, "keadaan"),
            Value("hari", N_("Lewat lebih dari (hari kalender)"), "number"),
            _fixed(N_("Tenggat tugas terbuka"), _DUE, True, "tenggat"),
            Value("umur", N_("Terbuka paling sedikit (hari)"), "number"),
            *_between(N_("Terbuka pada atau sesudah"), N_("Terbuka pada atau sebelum")),
        ),
    ),
    "cabang": Subject(
        N_("Cabang yang ditempuh"), (_chosen(N_("Cabang"), lambda choices: choices.branches, _BRANCHES),)
    ),
    "proses": Subject(N_("Proses"), (_process_value(),)),
    "versi": Subject(N_("Versi proses"), (_version_value(),)),
    "kategori": Subject(
        N_("Kategori"), (_among_held(N_("Kategori"), "category", _filled(_held("category"))),)
    ),
    "unit": Subject(N_("Unit perkara"), (_among_held(N_("Unit"), "case_unit", _filled(_unit("case_unit"))),)),
    "wilayah": Subject(N_("Wilayah"), (_among_held(N_("Wilayah"), "area", _filled(_held("area"))),)),
    "prioritas": Subject(
        N_("Prioritas"), (_among_held(N_("Prioritas"), "priority", _filled(_held("priority"))),)
    ),
    "saluran": Subject(N_("Saluran"), (_channel_value(),)),
    "identitas": Subject(
        N_("Identitas dibuka oleh"), (_OFFICER, *_between(N_("Dibuka dari"), N_("Dibuka sampai")))
    ),
    "peristiwa": Subject(
        N_("Peristiwa atau campur tangan"),
        (
            _chosen(N_("Peristiwa"), _happenings),
            _OFFICER,
            *_between(N_("Terjadi dari"), N_("Terjadi sampai")),
        ),
    ),
    "nomor": Subject(N_("Nomor perkara"), (_NUMBER,)),
    "angka": Subject(
        N_("Terhitung dalam angka"),
        (
            _process_value("proses"),
            _chosen(N_("Angka"), _figures),
            Value("dari", N_("Dari"), hint=_MONTH),
            Value("sampai", N_("Sampai"), hint=_MONTH),
            _activity_value("kegiatan"),
            _among_held(N_("Unit"), "unit", _filled(_unit("unit")), "unit"),
            _channel_value("saluran"),
            _outcome_value("hasil"),
            _version_value("versi"),
            Value("jalan", N_("Jalan perkara")),
            _fixed(N_("Tenggat"), {"1": N_("ada tugas yang lewat")}, True, "lewat"),
        ),
    ),
    "kata": Subject(N_("Kata dalam perkara"), (Value("nilai", N_("Kata")),)),
    "variabel": Subject(
        N_("Isian formulir"),
        (
            _chosen(N_("Isian"), lambda choices: choices.variables, name="nama"),
            _fixed(N_("Dibandingkan"), WAYS, name="cara"),
            Value("nilai", N_("Nilai")),
        ),
    ),
}
OF_EVENTS: Mapping[str, Subject] = {
    "jenis": Subject(N_("Jenis peristiwa"), (_chosen(N_("Jenis"), grouped_events),)),
    "waktu": Subject(N_("Terjadi dalam masa"), _between()),
    "jam": Subject(N_("Jam terjadinya"), (_fixed(N_("Jam"), HOURS),)),
    "pelaku": Subject(N_("Dilakukan oleh"), (_OFFICER,)),
    "kegiatan": Subject(N_("Di kegiatan"), (_activity_value(),)),
    "proses": Subject(N_("Proses"), (_process_value(),)),
    "nomor": Subject(N_("Nomor perkara"), (_NUMBER,)),
}
