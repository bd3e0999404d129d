"""How the conditions of a question are filled in: the controls of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.base.i18n import _
from app.services.questions import vocabulary
from app.services.questions.choices import Choices, Options
from app.services.questions.vocabulary import Kind, Subject
from app.services.search.question import CASES, Condition, Question
from app.services.search.terms import NOT_FILLED


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


def subjects(question: Question) -> list[tuple[str, str]]:
    """What a condition more may be about."""
    return [(name, _(one.label)) for name, one in vocabulary.subjects(question.about).items()]


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
    subject = vocabulary.subjects(about).get(one.subject, Subject(one.subject, ()))
    controls = [
        _control(
            f"{place}.{asked.name}",
            _(asked.label),
            asked.kind,
            one.values.get(asked.name, ""),
            asked.options(choices),
            _(asked.hint) if asked.hint else "",
            _choose(one.subject, asked.name),
        )
        for asked in subject.values
    ]
    if one.subject == "variabel" and about == CASES:
        controls[1] = replace(controls[1], value=controls[1].value or "sama")  # as it is asked then
        controls[-1] = _of_variable(controls[-1], one.values, choices)
    return Row(place, one.subject, _(subject.label), controls, one.negated, errors.get(place, ""))


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
