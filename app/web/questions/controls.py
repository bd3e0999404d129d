"""How the conditions of a question are filled in: what each is called, and its controls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.base.i18n import N_, _
from app.history.catalogue import type_name
from app.services.core.access import STATES
from app.services.numbers import counted
from app.services.numbers import words as figures
from app.services.questions.choices import Choices, Options
from app.services.search import case_terms
from app.services.search.question import CASES, Condition, Question
from app.services.search.terms import NOT_FILLED
from app.web.questions import words

Kind = Literal["select", "text", "date", "number"]


@dataclass(frozen=True)
class Control:
    """One control of a condition: its name in the address, what it is called, how it is filled in, what is in it.

    ``choose``: what a list says while nothing is chosen from it.
    """

    name: str
    label: str
    kind: Kind
    value: str
    options: Options = ()
    hint: str = ""
    choose: str = ""


@dataclass(frozen=True)
class Row:
    """A condition as the page shows it; ``place``: its name in the address."""

    place: str
    subject: str
    label: str
    controls: Sequence[Control]
    negated: bool
    error: str


@dataclass(frozen=True)
class Box:
    """A group as the page shows it. ``number`` counts from 1."""

    number: int
    any: bool
    negated: bool
    rows: Sequence[Row]


CASE_SUBJECTS: Mapping[str, str] = {
    "diterima": N_("Diterima dalam masa"),
    "berakhir": N_("Berakhir dalam masa"),
    "berjalan": N_("Berjalan dalam masa"),
    "keadaan": N_("Keadaan perkara"),
    "hasil": N_("Hasil akhir"),
    "tugas": N_("Tugas: kegiatan, lajur, petugas, lewat tenggat"),
    "cabang": N_("Cabang yang ditempuh"),
    "proses": N_("Proses"),
    "versi": N_("Versi proses"),
    "kategori": N_("Kategori"),
    "unit": N_("Unit perkara"),
    "wilayah": N_("Wilayah"),
    "prioritas": N_("Prioritas"),
    "saluran": N_("Saluran"),
    "identitas": N_("Identitas dibuka oleh"),
    "peristiwa": N_("Peristiwa atau campur tangan"),
    "nomor": N_("Nomor perkara"),
    "angka": N_("Terhitung dalam angka"),
    "kata": N_("Kata dalam perkara"),
    "variabel": N_("Isian formulir"),
}
TASK_STATES: Mapping[str, str] = {
    "late": N_("Lewat tenggat"),
    "timely": N_("Selesai tepat waktu"),
    "open": N_("Masih terbuka"),
    "done": N_("Sudah selesai"),
    "free": N_("Belum diambil"),
    "held": N_("Diambil"),
}
DUE: Mapping[str, str] = {
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


def subjects(question: Question) -> list[tuple[str, str]]:
    """What a condition more may be about."""
    named = CASE_SUBJECTS if question.about == CASES else words.EVENT_SUBJECTS
    return [(name, _(label)) for name, label in named.items()]


def boxes(question: Question, choices: Choices, errors: Mapping[str, str]) -> list[Box]:
    """The groups of a question with their controls; ``errors``: by place."""
    return [
        Box(
            number,
            group.any,
            group.negated,
            [
                _row(f"k{number}.{place}", one, choices, errors, question.about)
                for place, one in enumerate(group.conditions, 1)
            ],
        )
        for number, group in enumerate(question.groups, 1)
    ]


def _row(place: str, one: Condition, choices: Choices, errors: Mapping[str, str], about: str) -> Row:
    named = CASE_SUBJECTS if about == CASES else words.EVENT_SUBJECTS
    makers = CASE_CONTROLS if about == CASES else EVENT_CONTROLS
    controls = [
        _control(
            f"{place}.{name}",
            _(label),
            kind,
            one.values.get(name, ""),
            options(choices),
            _(hint) if hint else "",
            _choose(one.subject, name),
        )
        for name, label, kind, options, hint in makers.get(one.subject, ())
    ]
    if one.subject == "variabel" and about == CASES:
        controls[1] = replace(controls[1], value=controls[1].value or "sama")  # as it is asked then
        controls[-1] = _of_variable(controls[-1], one.values, choices)
    label = _(named[one.subject]) if one.subject in named else one.subject
    return Row(place, one.subject, label, controls, one.negated, errors.get(place, ""))


def _choose(subject: str, name: str) -> str:
    """What a list without a choice means: any, anybody, or that there is something to choose yet."""
    if subject == "tugas" or (subject == "angka" and name not in ("proses", "nilai")):
        return _("Semua")
    return _("Siapa pun") if name == "petugas" and subject != "pelaku" else _("Pilih…")


def _control(
    name: str, label: str, kind: Kind, value: str, options: Options, hint: str = "", choose: str = ""
) -> Control:
    """A control; what was typed into the address and is not offered stays in it."""
    if kind == "select" and value and all(offered != value for offered, _text in options):
        options = [*options, (value, _("Tidak diisi") if value == NOT_FILLED else value)]
    return Control(name, label, kind, value, options, hint, choose)


def _of_variable(control: Control, values: Mapping[str, str], choices: Choices) -> Control:
    """Where the field of the variable offers a list, its words to choose from."""
    name, value = values.get("nama", ""), control.value
    offered = choices.offered_by(name)
    if not offered or values.get("cara", "") not in ("", "sama"):
        return control
    plain = value.casefold()
    value = next((code for code, label in offered if plain in (code.casefold(), label.casefold())), value)
    return _control(control.name, control.label, "select", value, offered, choose=control.choose)


def _none(_choices: Choices) -> Options:
    return ()


def _known(name: str) -> Callable[[Choices], Options]:
    return lambda choices: choices.known[name]


def _fixed(named: Mapping[str, str]) -> Callable[[Choices], Options]:
    return lambda _choices: [(value, _(label)) for value, label in named.items()]


def _states(_choices: Choices) -> Options:
    return [(name, _(words.STATES[name])) for name in STATES]


def _happenings(_choices: Choices) -> Options:
    first = [("campur_tangan", _("Campur tangan apa pun"))]
    return [
        *first,
        *((name, type_name(name)) for name in case_terms.INTERVENTIONS),
        *words.other_events(),
    ]


def _outcomes(choices: Choices) -> Options:
    return [*choices.outcomes, ("-", _("Dibatalkan")), (":joined", _("Digabung"))]


_Spec = tuple[str, str, Kind, Callable[[Choices], Any], str]
_PERIOD: tuple[_Spec, ...] = (
    ("dari", N_("Dari"), "date", _none, ""),
    ("sampai", N_("Sampai"), "date", _none, ""),
)


def _between(first: str, last: str) -> tuple[_Spec, ...]:
    return (("dari", first, "date", _none, ""), ("sampai", last, "date", _none, ""))


_OFFICER: _Spec = ("petugas", N_("Petugas"), "select", lambda choices: choices.officers, "")


_NUMBER: _Spec = ("nilai", N_("Nomor perkara"), "text", _none, "")
_MONTH = N_("Bulan, misalnya 2026-11; untuk yang masih terbuka tanggal, misalnya 2026-11-24.")


def _figures(_choices: Choices) -> Options:
    return [(figure, figures.label(figure)) for figure in counted.FIGURES]


def _one(label: str, options: Callable[[Choices], Options]) -> tuple[_Spec, ...]:
    return (("nilai", label, "select", options, ""),)


CASE_CONTROLS: Mapping[str, tuple[_Spec, ...]] = {
    "diterima": _PERIOD,
    "berakhir": _PERIOD,
    "berjalan": _PERIOD,
    "keadaan": _one(N_("Keadaan"), _states),
    "hasil": _one(N_("Hasil"), _outcomes),
    "tugas": (
        ("kegiatan", N_("Kegiatan"), "select", _known("activity"), ""),
        ("lajur", N_("Lajur"), "select", _known("lane"), ""),
        ("unit", N_("Unit"), "select", _known("unit"), ""),
        _OFFICER,
        ("keadaan", N_("Keadaan"), "select", _fixed(TASK_STATES), ""),
        ("hari", N_("Lewat lebih dari (hari kalender)"), "number", _none, ""),
        ("tenggat", N_("Tenggat tugas terbuka"), "select", _fixed(DUE), ""),
        ("umur", N_("Terbuka paling sedikit (hari)"), "number", _none, ""),
        ("dari", N_("Terbuka pada atau sesudah"), "date", _none, ""),
        ("sampai", N_("Terbuka pada atau sebelum"), "date", _none, ""),
    ),
    "cabang": _one(N_("Cabang"), lambda choices: choices.branches),
    "proses": _one(N_("Proses"), _known("key")),
    "versi": _one(N_("Versi"), lambda choices: choices.versions),
    "kategori": _one(N_("Kategori"), _known("category")),
    "unit": _one(N_("Unit"), _known("case_unit")),
    "wilayah": _one(N_("Wilayah"), _known("area")),
    "prioritas": _one(N_("Prioritas"), _known("priority")),
    "saluran": _one(N_("Saluran"), lambda choices: choices.channels),
    "identitas": (_OFFICER, *_between(N_("Dibuka dari"), N_("Dibuka sampai"))),
    "peristiwa": (
        ("nilai", N_("Peristiwa"), "select", _happenings, ""),
        _OFFICER,
        *_between(N_("Terjadi dari"), N_("Terjadi sampai")),
    ),
    "nomor": (_NUMBER,),
    "angka": (
        ("proses", N_("Proses"), "select", _known("key"), ""),
        ("nilai", N_("Angka"), "select", _figures, ""),
        ("dari", N_("Dari"), "text", _none, _MONTH),
        ("sampai", N_("Sampai"), "text", _none, _MONTH),
        ("kegiatan", N_("Kegiatan"), "select", _known("activity"), ""),
        ("unit", N_("Unit"), "select", _known("unit"), ""),
        ("saluran", N_("Saluran"), "select", lambda choices: choices.channels, ""),
        ("hasil", N_("Hasil"), "select", _outcomes, ""),
        ("versi", N_("Versi"), "select", lambda choices: choices.versions, ""),
        ("jalan", N_("Jalan perkara"), "text", _none, ""),
        ("lewat", N_("Tenggat"), "select", lambda _choices: [("1", _("ada tugas yang lewat"))], ""),
    ),
    "kata": (("nilai", N_("Kata"), "text", _none, ""),),
    "variabel": (
        ("nama", N_("Isian"), "select", lambda choices: choices.variables, ""),
        ("cara", N_("Dibandingkan"), "select", _fixed(WAYS), ""),
        ("nilai", N_("Nilai"), "text", _none, ""),
    ),
}
EVENT_CONTROLS: Mapping[str, tuple[_Spec, ...]] = {
    "jenis": (("nilai", N_("Jenis"), "select", words.grouped_events, ""),),
    "waktu": _PERIOD,
    "jam": _one(N_("Jam"), _fixed(words.HOURS)),
    "pelaku": (_OFFICER,),
    "kegiatan": _one(N_("Kegiatan"), _known("activity")),
    "proses": _one(N_("Proses"), _known("key")),
    "nomor": (_NUMBER,),
}
