"""What is done with several tasks of a list at once: claimed, released, handed on, completed by one form."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import EndsCase, InvalidForm
from app.base.i18n import _, ngettext
from app.commands.tasks import selections as commands
from app.commands.tasks.selections import Outcome
from app.commands.tasks.tasks import Answers, complete_task
from app.forms import Component
from app.models import UserTask
from app.services.core.access import Actor
from app.services.people import loads, officers
from app.services.tasks import permissions, selections, tasks
from app.services.tasks.selections import Shown
from app.services.tasks.tasks import Work
from app.web import context, entries, errors
from app.web.entries import Drawn
from app.web.loads import load_in_words
from app.web.tasks.task_page import ANSWER

blueprint = Blueprint("selection", __name__)

#: Names of our own fields: those of a process have no colon in them.
ROWS, ACT = "pilih:", "tindakan:"
#: Those that were selected as well, and are completed in a step of their own.
REST = "sisa:"


@dataclass(frozen=True)
class Row:
    """A selected task as these pages list it; ``task`` is None where it is not the reader's to see."""

    shown: Shown
    task: UserTask | None
    words: str = ""
    state: str = ""
    undo: bool = False


@dataclass(frozen=True)
class Alike:
    """What one form completes. ``apart``: the rows that it does not, each with why."""

    works: Sequence[Work]
    rows: Sequence[Row]
    apart: Sequence[Row]
    drawn: Drawn
    answers: Sequence[str]


@blueprint.get("/tugas/pilihan")
def begin() -> Response:
    """Where one selects."""
    return redirect(url_for("tasks.listed"))


@blueprint.post("/tugas/pilihan")
def act() -> Response | str:
    """Claim or release what is selected; or ask to whom, or with which words."""
    rows, wish = selections.selected(request.form.getlist(ROWS)), request.form.get(ACT, "")
    if not rows:
        return _told([], wish)
    if wish == "reassign":
        return _ask_whom(rows)
    if wish == "complete":
        return _ask_words(rows)
    change = {"claim": tasks.claim, "release": tasks.release}.get(wish)
    if change is None:
        return redirect(_back(), 303)
    actor = context.actor()
    done = commands.change_each(
        context.database(),
        rows,
        f"{wish}_task",
        lambda session, task_id: change(session, task_id, actor=actor),
        actor=actor,
        key=entries.key(),
    )
    return _told(done, wish)


@blueprint.post("/tugas/pilihan/alihkan")
def reassign() -> Response | str:
    """Hand what is selected to one colleague, with one reason."""
    rows, actor = selections.selected(request.form.getlist(ROWS)), context.actor()
    sent = {"to": request.form.get("to", ""), "reason": request.form.get("reason", "")}
    problems = tasks.without_reason(sent["reason"])
    try:
        with context.database().reading() as session:
            to = officers.chosen(session, sent["to"])
    except InvalidForm as error:
        problems = {**error.errors, **problems}
    if problems:
        return _ask_whom(rows, sent, problems)
    done = commands.change_each(
        context.database(),
        rows,
        "reassign_task",
        lambda session, task_id: tasks.reassign(session, task_id, to, sent["reason"], actor=actor),
        actor=actor,
        key=entries.key(),
        body=sent,
    )
    return _told(done, "reassign", to.full_name)


@blueprint.post("/tugas/pilihan/selesaikan")
def complete() -> Response | str:
    """Complete what is selected with the same words, each task by itself."""
    rows, actor = selections.selected(request.form.getlist(ROWS)), context.actor()
    with context.database().reading() as session:
        alike = _alike(session, rows, actor)
        rest = [
            Row(row, task, _("Belum diselesaikan."), "apart")
            for row, task in _tasks_of(session, selections.selected(request.form.getlist(REST)), actor)
        ]
    rows = [*rows, *(one.shown for one in rest)]
    if not alike.works:
        return _ask_words(rows)
    first = alike.works[0]
    entry = entries.read_entry(first.form, actor=actor, take_files=False)
    answers = _answers(first)
    if entry.unfinished:
        return _ask_words(rows, entry.values, answers)
    done: list[Outcome] = []
    for row in alike.rows:
        done += commands.run_each([row.shown], lambda shown: _complete(shown, entry, answers, actor))
        error = done[-1].error
        if isinstance(error, InvalidForm | EndsCase) and not any(one.state == "done" for one in done):
            return _ask_words(rows, entry.values, answers, error)
    return _told(done, "complete", apart=[*alike.apart, *rest])


def _tasks_of(session: Session, rows: Sequence[Shown], actor: Actor) -> list[tuple[Shown, UserTask]]:
    found = selections.tasks_of(session, rows, actor=actor)
    return [(row, found[row.task_id]) for row in rows if row.task_id in found]


def _complete(row: Shown, entry: entries.Entry, answers: Answers, actor: Actor) -> dict[str, Any]:
    return complete_task(
        context.database(),
        commands.row_command("complete_task", row, entries.key(), entry.sent),
        row.task_id,
        entry.values,
        answers,
        actor=actor,
        answer=lambda _session, work: {"task": work.task.id, "undo": bool(work.undo_until)},
        typed=entry.kept,
        undoable=True,
        ends_meant=entries.ends_meant(),
        before=lambda session: selections.require_as_shown(session, row, actor=actor, whole=True),
    )


def _told(done: Sequence[Outcome], wish: str, to: str = "", apart: Sequence[Row] = ()) -> str:
    """What came of each of them; what was claimed or released can be taken back together."""
    actor = context.actor()
    with context.database().reading() as session:
        found = selections.tasks_of(session, [one.row for one in done], actor=actor)
        rows = [_row(one, found.get(one.row.task_id), wish, to) for one in done]
        back = {"claim": "release", "release": "claim"}.get(wish, "")
        undo = [
            selections.as_shown(row.task).text
            for row in rows
            if row.state == "done" and row.task is not None and _can_undo(row.task, back, actor)
        ]
    count = sum(row.state == "done" for row in rows)
    return render_template(
        "tasks/selection.html",
        rows=[*rows, *apart],
        count=count,
        summary=_summary(wish, count),
        undo=undo,
        undo_act=back,
        names=(ROWS, ACT),
        back=_back(),
    )


def _can_undo(task: UserTask, back: str, actor: Actor) -> bool:
    wanted = {"release": actor.id, "claim": None}
    return back in wanted and task.state == "open" and task.assignee_id == wanted[back]


def _row(one: Outcome, task: UserTask | None, wish: str, to: str) -> Row:
    if one.state == "done":
        words = {
            "claim": _("Sekarang tugas Anda."),
            "release": _("Kembali ke antrean."),
            "reassign": _("Dialihkan kepada {name}.", name=to),
            "complete": _("Selesai."),
        }[wish]
        return Row(one.row, task, words, "done", undo=bool(one.answer and one.answer.get("undo")))
    error = one.error
    if isinstance(
        error, EndsCase
    ):  # another end than that of the others: it is asked about in a step of its own
        return Row(one.row, task, errors.tell_error(error), "apart")
    more = " ".join(error.errors.values()) if isinstance(error, InvalidForm) else ""
    words = f"{errors.tell_error(error)} {more}".strip() if error else ""
    return Row(one.row, task, words, one.state)


def _summary(wish: str, count: int) -> str:
    if wish == "claim":
        return ngettext("{count} tugas diambil.", "{count} tugas diambil.", count)
    if wish == "release":
        return ngettext("{count} tugas dilepas.", "{count} tugas dilepas.", count)
    if wish == "reassign":
        return ngettext("{count} tugas dialihkan.", "{count} tugas dialihkan.", count)
    return ngettext("{count} tugas selesai.", "{count} tugas selesai.", count)


def _ask_whom(
    rows: Sequence[Shown], sent: Mapping[str, str] | None = None, problems: Mapping[str, str] | None = None
) -> Response:
    """To whom they go, and why. Of what is not his to hand on the page says so."""
    actor = context.actor()
    with context.database().reading() as session:
        found = selections.tasks_of(session, rows, actor=actor)
        his = [task for task in found.values() if officers.may_reassign(actor, task)]
        people = officers.of_tasks(session, his, actor=actor)
        load = loads.of_users(session, [user.id for user, _count in people])
        choices = [
            (str(user.id), f"{_named(user.full_name, count, len(his))}: {load_in_words(load[user.id])}")
            for user, count in people
        ]
    kept = {task.id for task in his}
    no = _("Hanya pemegang tugas dan koordinator lajur yang dapat mengalihkan tugas ini.")
    listed = [
        Row(
            row,
            found.get(row.task_id),
            "" if row.task_id in kept else no,
            "" if row.task_id in kept else "refused",
        )
        for row in rows
    ]
    page = render_template(
        "tasks/selection_reassign.html",
        rows=listed,
        choices=choices,
        sent=sent or {},
        problems=problems or {},
        names=(ROWS, ACT),
        back=_back(),
    )
    return make_response(page, 422 if problems else 200)


def _named(name: str, count: int, all_: int) -> str:
    if count == all_:
        return name
    return _("{name} ({count} dari {all} tugas)", name=name, count=count, all=all_)


def _ask_words(
    rows: Sequence[Shown],
    values: Mapping[str, Any] | None = None,
    answers: Answers | None = None,
    error: InvalidForm | EndsCase | None = None,
) -> Response:
    """The form that completes all of them; of what it does not complete the page says why."""
    problems = dict(error.errors) if isinstance(error, InvalidForm) else {}
    with context.database().reading() as session:
        alike = _alike(session, rows, context.actor(), values, answers, problems)
        question = alike.works[0].question if alike.works else None
        page = render_template(
            "tasks/selection_complete.html",
            alike=alike,
            question=question,
            question_problem=problems.get(question.gateway_id, "") if question else "",
            answer_name=ANSWER.format(question.gateway_id) if question else "",
            words=errors.tell_error(error) if error else "",
            ends=[*entries.ends_meant(), error.end] if isinstance(error, EndsCase) else [],
            names=(ROWS, ACT, REST),
            zone=context.config().timezone.key,
            back=_back(),
        )
    return make_response(page, errors.problem_of(error).status if error else 200)


def _alike(
    session: Session,
    rows: Sequence[Shown],
    actor: Actor,
    values: Mapping[str, Any] | None = None,
    answers: Answers | None = None,
    problems: Mapping[str, str] | None = None,
) -> Alike:
    """Those that one form completes, with the same things filled in already: the most that are so; and the others."""
    found = selections.tasks_of(session, rows, actor=actor)
    works: dict[Shown, Work] = {}
    kinds: dict[Shown, Any] = {}
    forms: dict[Shown, Sequence[Component]] = {}
    why: dict[Shown, tuple[str, str]] = {}
    for shown in rows:
        task = found.get(shown.task_id)
        if task is None:
            why[shown] = "refused", _("Tugas ini tidak ada, atau bukan tugas Anda.")
            continue
        if (reason := _why_apart(shown, task, actor)) is not None:
            why[shown] = reason
            continue
        works[shown] = work = tasks.get(session, task.id, actor=actor)
        drawn = _draw(session, work, {}, {}, actor)
        kinds[shown] = (task.instance.definition_id, task.activity_id, _filled(drawn.components))
        forms[shown] = drawn.components
    most = Counter(kinds.values()).most_common(1)
    alike = [shown for shown in kinds if kinds[shown] == most[0][0]]
    for shown in kinds:
        if shown not in alike:
            same = kinds[shown][:2] == most[0][0][:2]
            names = _differing(forms[shown], forms[alike[0]]) if same else []
            why[shown] = ("apart", _why_other(same, names))
    kept = [works[shown] for shown in alike]
    drawn = _draw(session, kept[0], values or {}, problems or {}, actor) if kept else Drawn()
    return Alike(
        kept,
        [Row(shown, found[shown.task_id]) for shown in alike],
        [Row(shown, found.get(shown.task_id), words, state) for shown, (state, words) in why.items()],
        drawn,
        _chosen(kept, answers or {}),
    )


def _why_apart(shown: Shown, task: UserTask, actor: Actor) -> tuple[str, str] | None:
    """Why a task cannot be completed as it was shown: what came of it, and words; None where it can."""
    if selections.as_shown(task) != shown:
        return "changed", _("Berubah sejak daftar dibuka.")
    return None if permissions.holding(actor, task) == "work" else ("refused", _("Bukan tugas Anda."))


def _why_other(same: bool, names: Sequence[str]) -> str:
    """Why one form does not complete a task with the others: its form is another one, or differs in ``names``."""
    if not same:
        return _("Formulirnya lain dari tugas lainnya.")
    if not names:
        return _("Formulirnya sudah terisi lain dari tugas lainnya.")
    return _("Formulirnya sudah terisi lain dari tugas lainnya: {fields}.", fields=", ".join(names))


def _differing(components: Sequence[Component], others: Sequence[Component]) -> list[str]:
    """The names of the fields in which two forms are filled in otherwise."""
    found: list[str] = []
    for one, other in zip(components, others, strict=False):
        if _filled([one]) == _filled([other]):
            continue
        inner = _differing(one.components, other.components)
        found += inner or ([one.field.name] if one.field.name else [])
    return list(dict.fromkeys(found))


def _draw(
    session: Session, work: Work, values: Mapping[str, Any], problems: Mapping[str, str], actor: Actor
) -> Drawn:
    """The form without its places for files: a file belongs to one case."""
    drawn = entries.draw_form(
        session,
        work.form,
        values,
        problems,
        variables=work.task.variables,
        actor=actor,
        instance_id=work.task.instance_id,
    )
    return replace(drawn, components=_without_files(drawn.components))


def _without_files(components: Sequence[Component]) -> tuple[Component, ...]:
    return tuple(
        replace(one, components=_without_files(one.components))
        for one in components
        if one.field.type != "filepicker"
    )


def _filled(components: Sequence[Component]) -> tuple[Any, ...]:
    """What a form shows as filled in, and what of it is hidden."""
    found: list[Any] = []
    for one in components:
        chosen = tuple(choice.value for choice in one.choices if choice.chosen)
        found.append((one.id, one.hidden, one.value, one.checked, chosen, _filled(one.components)))
    return tuple(found)


def _answers(work: Work) -> dict[str, str | list[str]]:
    if work.question is None:
        return {}
    chosen = request.form.getlist(ANSWER.format(work.question.gateway_id))
    return {work.question.gateway_id: chosen} if chosen else {}


def _chosen(works: Sequence[Work], answers: Answers) -> list[str]:
    question = works[0].question if works else None
    given = answers.get(question.gateway_id, []) if question else []
    return [given] if isinstance(given, str) else list(given)


def _back() -> str:
    return context.local_path(request.form.get("next"), url_for("tasks.listed"))
