"""Kotak tugas and the page of one task: what an officer opens, claims, fills in, completes, and hands on."""

from contextlib import suppress
from datetime import datetime
from typing import Any, Literal

from flask import Blueprint, flash, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import AppError, Conflict, InvalidForm, NotAllowed, NotFound
from app.base.i18n import _
from app.commands.tasks.tasks import Answers, as_draft, undo_completion
from app.commands.transaction import Failed, run_command, run_without_key
from app.models import User, UserTask
from app.services.casefile import notes, queries
from app.services.people import officers
from app.services.tasks import permissions, saved_views, tasks
from app.services.tasks.tasks import Work
from app.web import context, cookies, entries, errors, filters, lists
from app.web.casefile import clocks, page_parts
from app.web.entries import Entry
from app.web.security_log import noting
from app.web.tasks import columns, completions, inbox, refusals, task_page
from app.web.tasks import saved_views as saved_views_pages
from app.web.tasks.task_page import ANSWER, Refusal

blueprint = Blueprint("tasks", __name__)

#: The list beside a task. No field of a process has a colon in its name.
LIST = "daftar:"
#: What is told on the next page travels in a cookie: no longer address goes along.
_LONGEST_NEXT = 500


@blueprint.get("/tugas")
def listed() -> Response | str:
    """My tasks, the queue, what I finished: soonest deadline first."""
    with context.database().reading() as session:
        first = saved_views.first_of(session, actor=context.actor()) if not request.args else None
        if first is not None:
            return redirect(saved_views_pages.address_of(first))
        found = inbox.read_inbox(session, actor=context.actor())
    if (
        found.tab == "queue" and "tab" not in request.args
    ):  # claiming the first of several leads back to the others
        return redirect(lists.address({"tab": "queue"}))
    return render_template("tasks/list.html", inbox=found)


@blueprint.get("/tugas/unduh")
def download() -> Response:
    """The same list as a file, all of its pages, without identity."""
    return inbox.download(context.actor())


@blueprint.post("/tugas/kolom")
def choose_columns() -> Response:
    """Keep in the browser which columns the lists show."""
    chosen = columns.choice_of(request.form.getlist("column"))
    back = redirect(context.local_path(request.form.get("next"), url_for("tasks.listed")), 303)
    cookies.put(back, columns.COOKIE, chosen, max_age=cookies.A_YEAR)
    return back


@blueprint.get("/tugas/<task_id>")
def show(task_id: str) -> str:
    """Everything needed to act on one task."""
    with context.database().reading() as session:
        return task_page.draw_task_page(session, task_id, actor=context.actor())


@blueprint.get("/tugas/<task_id>/tenggat")
def deadline(task_id: str) -> str:
    """Why the task is due when it is."""
    with context.database().reading() as session:
        task = tasks.get(session, task_id, actor=context.actor()).task
        noting.case_read(task.instance_id)
        why = clocks.why_task(task, queries.why(task, session))
        back = (url_for("tasks.show", task_id=task_id), task.name)
        return page_parts.deadline(task.instance, task.name, why, back)


@blueprint.post("/tugas/<task_id>")
def complete(task_id: str) -> Response:
    """Complete the task and go on to the next one of its case, or back to the inbox."""
    actor = context.actor()
    with context.database().reading() as session:
        work = tasks.get(session, task_id, actor=actor)
        variables = work.task.variables
    his = permissions.holding(actor, work.task) == "work"
    entry = entries.read_entry(work.form, actor=actor, take_files=his)
    answers = _answers(work.question)
    if his and entry.unfinished:
        return _again(work, entry, answers)
    try:
        if his:
            entries.check_files(work.form, entry, variables)
        came = completions.complete_and_tell(work, entry, answers, actor=actor)
    except (InvalidForm, Conflict, NotAllowed, *Failed) as error:
        if his and isinstance(error, InvalidForm):  # of the others the command has kept what it may
            _keep_refused(work, entry, answers)
        return _refused(task_id, error, refusals.of_completion(error, entry, answers, work))
    completions.say_what_came(came, _list())
    entries.say_left_out(work.form, entry, variables)
    following = came["next"]
    return redirect(url_for("tasks.show", task_id=following) if following else _list(), 303)


@blueprint.post("/tugas/<task_id>/urungkan")
def undo(task_id: str) -> Response:
    """Take back one's completion of the task, shortly after it."""
    try:
        found = undo_completion(
            context.database(),
            entries.sent_command("undo_completion", task_id),
            task_id,
            actor=context.actor(),
            answer=lambda _session, task: _known(task),
        )
    except (Conflict, NotAllowed) as error:
        return _refused(task_id, error, Refusal(words=errors.tell_error(error)))
    flash(_("{task} perkara {number} dibuka lagi. Isian Anda kembali sebagai draf.", **found), "ok")
    return _back(task_id)


@blueprint.post("/tugas/<task_id>/draf")
def save_draft(task_id: str) -> Response:
    """Keep what was typed: the button, and the script while one types."""
    actor = context.actor()
    with context.database().reading() as session:
        work = tasks.get(session, task_id, actor=actor)
    entry = entries.read_entry(
        work.form, actor=actor, take_files=permissions.holding(actor, work.task) == "work"
    )
    answers = _answers(work.question)
    try:
        task, at, kept = _keep(work, entry, answers)
    except InvalidForm as error:
        if _asked_by_script():
            raise
        refusal = Refusal(words=str(error), values=entry.values, answers=answers, left=entry.left)
        return _refused(task_id, error, refusal)
    if entry.left:
        left = ", ".join(entry.left)
        flash(_("Tidak ikut tersimpan, karena tugas ini bukan pada Anda: {files}.", files=left), "warn")
    for message in entry.errors.values():  # the script sends files when the page is left: the next one tells
        flash(message, "warn")
    if _asked_by_script():
        if task.state != "open":  # kept all the same; the script stops and says so
            raise Conflict(_("Tugas ini sudah tidak terbuka."))
        return jsonify(saved=filters.clock(at) if kept else "")
    entries.say_kept(at, kept)
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@blueprint.post("/tugas/<task_id>/buang")
def drop_draft(task_id: str) -> Response:
    """Forget what was typed."""
    actor = context.actor()
    run_without_key(context.database(), lambda session: permissions.drop_draft(session, task_id, actor=actor))
    flash(_("Draf dibuang."), "ok")
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@blueprint.post("/tugas/<task_id>/ambil")
def claim(task_id: str) -> Response:
    """Take the task; from the list one stays in the list, and so does the task."""

    def do(session: Session) -> dict[str, Any]:
        return _known(tasks.claim(session, task_id, actor=context.actor()))

    found = perform(task_id, "claim", {}, do)
    if isinstance(found, Response):
        return found
    state = _whose(task_id)
    if state == "his":
        text = _("{task} perkara {number} sekarang tugas Anda.", **found)
        links = (
            [(_("Buka tugas"), url_for("tasks.show", task_id=task_id))] if request.form.get("next") else []
        )
        _tell({"text": text, "links": links, "undo": _undo(task_id, "tasks.release")})
    elif state == "free":  # an old page, sent again
        flash(_("{task} perkara {number}: sekarang tidak ada yang memegangnya.", **found), "warn")
    else:
        flash(_("{task} perkara {number} sekarang bukan tugas Anda.", **found), "warn")
    return _back(task_id)


@blueprint.post("/tugas/<task_id>/lepas")
def release(task_id: str) -> Response:
    """Give the task back to its lane; the draft stays."""

    def do(session: Session) -> dict[str, Any]:
        return _known(tasks.release(session, task_id, actor=context.actor()))

    found = perform(task_id, "release", {}, do)
    if isinstance(found, Response):
        return found
    if _whose(task_id) == "his":  # an old page, sent again
        flash(_("{task} perkara {number} masih tugas Anda.", **found), "warn")
        return _back(task_id)
    text = _("{task} perkara {number} kembali ke antrean. Draf Anda tetap tersimpan.", **found)
    _tell({"text": text, "undo": _undo(task_id, "tasks.claim")})
    return _back(task_id)


@blueprint.post("/tugas/<task_id>/alihkan")
def reassign(task_id: str) -> Response:
    """Hand the task to a colleague, with a reason."""
    sent = {"to": request.form.get("to", ""), "reason": request.form.get("reason", "")}

    def do(session: Session) -> dict[str, Any]:
        to = _receiver(session, sent)
        return _known(tasks.reassign(session, task_id, to, sent["reason"], actor=context.actor())) | {
            "to": to.full_name
        }

    found = perform(task_id, "reassign", sent, do)
    if isinstance(found, Response):
        return found
    flash(_("{task} perkara {number} dialihkan kepada {to}.", **found), "ok")
    return redirect(_list(), 303)


def _list() -> str:
    """The list beside which the task was open, as the script of the desk says; else the one that comes first."""
    return context.local_path(request.form.get(LIST), url_for("tasks.listed"))


def _receiver(session: Session, sent: dict[str, str]) -> User:
    """To whom the form hands the task; where it names nobody, what else is missing is said with it."""
    try:
        return officers.chosen(session, sent["to"])
    except InvalidForm as error:
        raise InvalidForm(str(error), {**error.errors, **tasks.without_reason(sent["reason"])}) from None


@blueprint.post("/tugas/<task_id>/catatan")
def note(task_id: str) -> Response:
    """Write an internal note on the task's case."""
    sent = {"text": request.form.get("text", "")}

    def do(session: Session) -> dict[str, Any]:
        task = tasks.get(session, task_id, actor=context.actor()).task
        notes.add(session, task.instance_id, sent["text"], actor=context.actor())
        return {}

    found = perform(task_id, "note", sent, do)
    if isinstance(found, Response):
        return found
    flash(_("Catatan disimpan."), "ok")
    page_parts.say_unknown_names(sent["text"])
    return redirect(url_for("tasks.show", task_id=task_id, _anchor="catatan"), 303)


def perform(task_id: str, name: str, sent: dict[str, str], do: Any) -> dict[str, Any] | Response:
    """Run a command on a task; what it answers, or the task's page that says why not."""
    command = entries.sent_command(f"{name}_task", task_id, sent)
    try:
        return run_command(
            context.database(),
            command,
            do,
            actor=context.actor(),
            allowed=lambda session: tasks.get(session, task_id, actor=context.actor()),
        )
    except (InvalidForm, Conflict, NotAllowed) as error:
        problems = error.errors if isinstance(error, InvalidForm) else {}
        words, heading = refusals.why_not(task_id, error)
        refusal = Refusal(words=words, lost=heading, act=name, act_problems=problems, sent=sent)
        return _refused(task_id, error, refusal)


def _again(work: Work, entry: Entry, answers: Answers) -> Response:
    """The page with a row more or less, all that was typed kept."""
    _keep_refused(work, entry, answers)
    refusal = Refusal(values=entry.values, answers=answers, problems=entry.errors)
    with context.database().reading() as session:
        return make_response(
            task_page.draw_task_page(session, work.task.id, actor=context.actor(), refusal=refusal)
        )


def _refused(task_id: str, error: AppError, refusal: Refusal) -> Response:
    """The task's page as it is now, with what went wrong and everything that was typed."""
    with context.database().reading() as session:
        page = task_page.draw_task_page(session, task_id, actor=context.actor(), refusal=refusal)
    return make_response(page, errors.problem_of(error).status)


def _keep(work: Work, entry: Entry, answers: Answers) -> tuple[UserTask, datetime, bool]:
    """Keep what was typed; return the task as it is now, when it was kept, and whether.

    Not a form that nobody touched: its draft would hold nothing. One that was kept before stays: the case may have
    come to say the same meanwhile, and may say something else later.
    """
    task_id, actor, draft = work.task.id, context.actor(), as_draft(entry.kept, answers)
    empty = not answers and entries.is_untouched(work.form, entry, work.task.variables)

    def do(session: Session) -> tuple[UserTask, datetime, bool]:
        before = permissions.draft(session, task_id, actor=actor) if empty else None
        if not empty or (before and before.values == draft):
            return *permissions.keep_draft(session, task_id, draft, actor=actor), True
        return *permissions.drop_draft(session, task_id, actor=actor), False

    return run_without_key(context.database(), do)


def _keep_refused(work: Work, entry: Entry, answers: Answers) -> None:
    """What was refused is kept as well: whoever looks something up elsewhere finds it when he comes back."""
    with suppress(InvalidForm):  # larger than a draft may be
        _keep(work, entry, answers)


def _known(task: UserTask) -> dict[str, Any]:
    return {"task": task.name, "number": task.instance.business_key}


def _tell(message: Any) -> None:
    """Say what was done, on the page shown next, with what takes it back: the macro `flashes` has its parts."""
    flash(message, "ok")


def _undo(task_id: str, endpoint: str) -> dict[str, str]:
    """The act that takes the last one back, where one stands then: for the macro `flashes`."""
    here = context.local_path(request.form.get("next"), "")
    return {"url": url_for(endpoint, task_id=task_id), "next": here if len(here) <= _LONGEST_NEXT else ""}


def _back(task_id: str) -> Response:
    """Where one was: in a list the task stays, though it may belong into another one by now."""
    here = url_for("tasks.show", task_id=task_id)
    to = context.local_path(request.form.get("next"), here)
    return redirect(
        lists.keeping(to, task_id) if to.partition("?")[0] == url_for("tasks.listed") else to, 303
    )


def _asked_by_script() -> bool:
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"


def _answers(question: Any) -> dict[str, str | list[str]]:
    """What the request answers to the question that comes with the task, in the shape of `tasks.complete`."""
    if question is None:
        return {}
    chosen = request.form.getlist(ANSWER.format(question.gateway_id))
    return {question.gateway_id: chosen} if chosen else {}


def _whose(task_id: str) -> Literal["his", "free", "other"]:
    """Whose the task is now: his, free, or other; a command sent again answers as it did the first time."""
    actor = context.actor()
    with suppress(NotFound), context.database().reading() as session:
        task = tasks.get(session, task_id, actor=actor).task
        if permissions.holding(actor, task) == "work":
            return "his" if task.assignee_id == actor.id else "free"
    return "other"
