"""Running clocks in words: how far they are, what happens when they ring, and why they ring just then."""

import re
from datetime import datetime
from typing import Any

from flask import url_for

from app.base import i18n
from app.base.i18n import N_, _, ngettext
from app.models import UserTask
from app.services.casefile.casefile import CaseFile
from app.services.casefile.queries import Clock
from app.services.casefile.vocabulary import Vocabulary
from app.web import context, deadlines

_RULES = {
    "working_days": N_(
        "{amount} hari kerja sejak {since}. Hari itu hari ke-0; tenggat jatuh saat kantor tutup."
    ),
    "calendar_days": N_(
        "{amount} hari kalender sejak {since}. Hari itu hari ke-0; tenggat jatuh pukul 23.59."
    ),
    "office_hours": N_("{text} jam kerja sejak {since}. Hanya jam kantor yang dihitung."),
    "elapsed": N_("{text} tepat sejak {since}; malam dan hari libur ikut dihitung."),
    "date": N_("Tanggalnya ditetapkan sendiri: {text}."),
}
_BACKWARDS = {
    "working_days": N_("{amount} hari kerja sebelum tenggat tugas ini, {since}."),
    "calendar_days": N_("{amount} hari kalender sebelum tenggat tugas ini, {since}."),
}

#: A calendar's name as `Calendar.name` gives it and deadlines keep it. Which release of a package knew the days off
#: is kept to explain a date later; it tells an officer nothing.
_CALENDAR = re.compile(
    r"(.*?)(?: \(holidays [\w.]+\))?(?: \+ (\d+) hari libur daerah)?(?: − (\d+) hari)?", re.ASCII | re.DOTALL
)


def calendar_in_words(name: str) -> str:
    """The name that a deadline keeps of its calendar, in the reader's language."""
    found = _CALENDAR.fullmatch(name)
    source, added, revoked = found.groups() if found else (name, None, None)
    words = [source]
    if added:
        words.append("+ " + ngettext("{count} hari libur daerah", "{count} hari libur daerah", int(added)))
    if revoked:
        words.append("− " + ngettext("{count} hari", "{count} hari", int(revoked)))
    return " ".join(words)


def rule(explanation: Any) -> str:
    """Why a date: the rule in a sentence, `timers.Explanation` in hand."""
    due = explanation.due
    texts = _BACKWARDS if explanation.backwards else _RULES
    text = _(
        texts[explanation.rule],
        amount=i18n.decimal(abs((due.amount or 0) - (due.taken if due.amount is not None else 0))),
        since=i18n.moment(due.since, context.config().timezone),
        text=due.text,
    )
    if due.around:
        text += " " + _("Ini tenggat “{name}”, yang memuat tugas ini.", name=due.around)
    if due.first:
        text += " " + _("Itu saat langkah ini pertama kali dibuka dalam perkara ini.")
    if due.taken:
        taken = i18n.span_of(due.taken) if due.unit == "iso" else i18n.span(due.unit, due.taken)
        text += " " + _("Waktu yang dipakai pelapor untuk menjawab tidak dihitung: {taken}.", taken=taken)
    if due.every:
        text += " " + _("Berulang setiap {every}; ini yang ke-{n}.", every=due.every, n=due.number)
    return text


def why(explanation: Any, url: str) -> dict[str, Any]:
    """Arguments of the macros that explain a date; empty ones for a task without a deadline.

    ``url``: where the days are that were counted.
    """
    if explanation is None:
        return {"days": (), "rule": "", "calendar": "", "url": ""}
    name = calendar_in_words(explanation.due.calendar)
    return {"days": explanation.days, "rule": rule(explanation), "calendar": name, "url": url}


def why_task(task: UserTask, explanation: Any) -> dict[str, Any]:
    """Arguments of the macro ``why`` for a task's deadline."""
    url = url_for("tasks.deadline", task_id=task.id)
    return {**deadlines.of_task(task).as_dict(), **why(explanation, url)}


def why_clock(clock: Clock) -> dict[str, Any]:
    """The same for a running clock."""
    due = deadlines.due(clock.due_at, clock.explanation.due.unit)
    url = url_for("casefile.deadline", instance_id=clock.instance_id, clock_id=clock.id)
    return {**due.as_dict(), **why(clock.explanation, url)}


def all_of(file: CaseFile, explanations: dict[str, Any], words: Vocabulary) -> list[dict[str, Any]]:
    """Every running clock of a case for the macro ``clocks``, passed deadlines of open tasks first.

    ``explanations``: why each open task is due when it is, by its id. A deadline stays on its task after its
    timer has rung.
    """
    ringing = {words.node(clock.activity_id).attached_to for clock in file.clocks if clock.is_deadline}
    passed = [task for task in file.tasks if task.due_at and task.activity_id not in ringing]
    return [_of_task(task, explanations[task.id]) for task in passed] + [
        _of_clock(c, words) for c in file.clocks
    ]


def _of_task(task: UserTask, explanation: Any) -> dict[str, Any]:
    what = _("Tenggat tugas; tugas tetap terbuka.")
    shown = {**why_task(task, explanation), "name": task.name, "what": what}
    return shown | _bar(explanation, task.opened_at)


def _of_clock(clock: Clock, words: Vocabulary) -> dict[str, Any]:
    name, what = _purpose(clock, words)
    shown = {**why_clock(clock), "name": name, "what": what}
    return shown | _bar(clock.explanation, clock.opened_at)


def _purpose(clock: Clock, words: Vocabulary) -> tuple[str, str]:
    """What a clock is called, and what happens when it rings."""
    node, then = words.node(clock.activity_id), words.following(clock.activity_id)
    if not node.attached_to:
        return clock.name, _("Waktu tunggu. Bila habis, perkara lanjut ke {then}.", then=then)
    if words.is_around(clock.activity_id):
        if node.interrupting:
            told = _("Bila habis, yang sedang berjalan ditutup dan perkara lanjut ke {then}.", then=then)
        else:
            told = _("Bila habis, {then} dimulai di samping yang sedang berjalan.", then=then)
        return clock.name, told
    task = words.activity(node.attached_to)
    if node.interrupting:
        return task, _(
            "Batas waktu: {name}. Bila lewat, tugas ditutup dan perkara lanjut ke {then}.",
            name=clock.name,
            then=then,
        )
    if clock.is_deadline:
        return task, _(
            "Tenggat tugas: {name}. Bila lewat: {then}; tugas tetap terbuka.", name=clock.name, then=then
        )
    return _("Pengingat {name}", name=clock.name), _("{task}: {then}.", task=task, then=then)


def _bar(explanation: Any, opened_at: datetime) -> dict[str, int]:
    """How much of the time is used, in counted days where days are counted, else in hundredths."""
    now, calendar = deadlines.moment().now, deadlines.moment().calendar
    if explanation.rule in ("working_days", "calendar_days") and not explanation.backwards:
        today = calendar.local_date(now)
        used = [day.number for day in explanation.days if day.on <= today and day.number is not None]
        total = int(explanation.due.amount or 0)
        return {"passed": min(int(used[-1]) if used else 0, total), "total": total}
    whole = (explanation.due.at - opened_at).total_seconds()
    part = (now - opened_at).total_seconds()
    return {"passed": max(0, min(100, round(100 * part / whole))) if whole > 0 else 100, "total": 100}
