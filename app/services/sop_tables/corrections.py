"""What the owner corrects in a table that was read, before it becomes a draft: who does a row, its questions and
where their answers lead, its time. What he leaves as it was shown stays a guess and is told as one."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.base.i18n import _
from app.engine import timers
from app.services.sop_tables.reading import Answers, Choice, SopTable

MOST_QUESTIONS = 4
LONGEST_NAME = 500
#: Of the name of a line among those that an answer can lead to.
_SHOWN = 90
#: An answer that leads on to what comes next.
NEXT = ""
_LINE, _END = "baris:", "akhir:"


@dataclass(frozen=True)
class Plan:
    """A line of the table as the draft has it. ``deadline`` "" for none; ``performers`` by their places."""

    activity: str
    performers: tuple[int, ...]
    deadline: str
    questions: tuple[Answers, ...]


def to_line(place: int) -> str:
    """The target that is the line at this place."""
    return f"{_LINE}{place}"


def to_end(name: str) -> str:
    """The target that is an end with this name."""
    return f"{_END}{name}"


def line_of(target: str) -> int | None:
    """The place of the line that an answer leads to; None where it leads elsewhere."""
    place = target.removeprefix(_LINE)
    return int(place) if target.startswith(_LINE) and place.isascii() and place.isdigit() else None


def end_of(target: str) -> str | None:
    """The name of the end that an answer leads to; None where it leads elsewhere."""
    return target.removeprefix(_END) if target.startswith(_END) else None


def targets(table: SopTable, plans: Sequence[Plan]) -> list[tuple[str, str]]:
    """Where an answer can lead, with its words: on, to a line, or to an end."""
    found = {NEXT: _("berikutnya")}
    for place, (line, plan) in enumerate(zip(table.lines, plans, strict=True)):
        said = " ".join(filter(None, (line.number, plan.activity)))
        found[to_line(place)] = _("ke {name}", name=textwrap.shorten(said, _SHOWN, placeholder="…"))
    ends = [mark.text for line in table.lines for mark in line.marks if mark.kind == "end" and mark.text]
    chosen = [one for plan in plans for question in plan.questions for one in (question.yes, question.no)]
    ends += [name for one in chosen if (name := end_of(one)) is not None]
    for name in (*ends, _("Tidak dilanjutkan")):
        found[to_end(name)] = _("berakhir: {name}", name=name)
    return list(found.items())


def problems(plan: Plan, performers: int, lines: int) -> dict[str, str]:
    """What cannot be in a plan that was typed, by the name of its field; a question's are ``q0-ya`` and so on."""
    found = dict[str, str]()
    if not 0 < len(plan.activity) <= LONGEST_NAME:
        found["kegiatan"] = _("Isi kegiatannya, paling panjang {most} huruf.", most=LONGEST_NAME)
    if not plan.performers or not all(0 <= one < performers for one in plan.performers):
        found["pelaksana"] = _("Pilih pelaksananya.")
    if plan.deadline and timers.length_of(plan.deadline) is None:
        found["tenggat"] = _("Tulis lama waktu seperti 3 hari atau 30 menit, atau kosongkan.")
    for number, question in enumerate(plan.questions):
        found |= {f"q{number}-{name}": text for name, text in _question(question, performers, lines).items()}
    return found


def _question(question: Answers, performers: int, lines: int) -> dict[str, str]:
    found = dict[str, str]()
    if not 0 < len(question.text) <= LONGEST_NAME:
        found["teks"] = _("Isi pertanyaannya, paling panjang {most} huruf.", most=LONGEST_NAME)
    if not 0 <= question.performer < performers:
        found["pelaksana"] = _("Pilih pelaksananya.")
    for name, target in (("ya", question.yes), ("tidak", question.no)):
        place, end = line_of(target), end_of(target)
        known = target == NEXT or (place is not None and place < lines) or (end or "").strip()
        if not known:
            found[name] = _("Pilih ke mana jawaban ini menuju.")
    if not found and (question.yes == NEXT) == (question.no == NEXT):
        found["tidak"] = _("Satu jawaban harus menuju yang berikutnya, jawaban yang lain tidak.")
    return found


def renamed(table: SopTable, name: str) -> SopTable:
    """The table under the name that was typed for it; the identity block's own follows where that was offered."""
    if not name or name == table.name:
        return table
    identity = {**table.identity, "nama sop": name} if "nama sop" in table.identity else table.identity
    return replace(table, name=name, identity=identity)


def corrected(
    table: SopTable, read: Sequence[Plan], names: Sequence[str], typed: Sequence[Plan | None]
) -> SopTable:
    """The table with what was typed in place of what was guessed.

    ``read`` is the plan of the table as it was read, ``typed`` what stands in the page's form: None for a line that
    has something wrong. Only what differs from ``read`` is a correction. ``names`` are those of the lanes.
    """
    lines = [
        replace(line, choice=_choice(was, now) if now is not None else None)
        for line, was, now in zip(table.lines, read, typed, strict=True)
    ]
    return replace(table, performers=list(names), lines=lines)


def _choice(was: Plan, now: Plan) -> Choice:
    return Choice(
        activity=now.activity if now.activity != was.activity else None,
        performers=now.performers if now.performers != was.performers else None,
        deadline=now.deadline if now.deadline != was.deadline else None,
        questions=now.questions if now.questions != was.questions else None,
    )
