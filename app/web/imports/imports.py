"""Impor: a file of cases comes in, its lines are judged, and those that are ready become cases."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import Conflict, InvalidForm, NotAllowed
from app.base.i18n import N_, _
from app.commands import imports as commands
from app.commands.transaction import Answer
from app.models import ImportBatch, ImportRow
from app.services.core.access import Actor
from app.services.files import sheets
from app.services.imports import batches, foreign_values, headings, outcomes, targets
from app.services.imports.targets import Target
from app.web import context, entries, errors, lists
from app.web.sheet_files import csv_download

blueprint = Blueprint("imports", __name__)

#: Before the name of a text that is no option, in the form that says what stands for it.
_OPTION = "nilai."
BATCH_STATES = {
    "judging": N_("Sedang diperiksa"),
    "ready": N_("Menunggu dimulai"),
    "running": N_("Sedang berjalan"),
    "stopped": N_("Dihentikan"),
    "done": N_("Selesai"),
}
STATES = {
    "new": N_("Belum diperiksa"),
    "ready": N_("Siap diimpor"),
    "wrong": N_("Perlu diperbaiki"),
    "known": N_("Sudah ada"),
    "twice": N_("Ganda dalam berkas"),
    "left_out": N_("Tidak ikut"),
    "imported": N_("Diimpor"),
    "refused": N_("Gagal diimpor"),
}


@blueprint.get("/impor")
def choose() -> Response | str:
    """Where a file can be imported, and what was imported there before; or the choice among several processes."""
    actor, key = context.actor(), lists.argument("key")
    with context.database().reading() as session:
        if not key:
            choices = targets.targets(session, actor=actor)
            if not choices:
                raise NotAllowed(
                    _(
                        "Belum ada proses yang dapat Anda isi dari berkas: formulirnya tidak menyebut kolom impor."
                    )
                )
            if len(choices) > 1:
                return render_template("imports/choose.html", choices=choices)
            key = choices[0].key
        return _file_page(session, key, actor)


def _file_page(session: Session, key: str, actor: Actor, problem: str = "") -> str:
    goal = targets.target(session, key, actor=actor)
    page = batches.of_key(session, key, actor=actor, after=lists.argument(lists.AFTER))
    return render_template(
        "imports/file.html",
        key=key,
        process=goal.version.diagram.name,
        columns=goal.columns,
        rows=[
            (
                one,
                batches.file_name(session, one),
                _(BATCH_STATES[one.state]),
                batches.LINES.progress(session, one.id)[one.id],
            )
            for one in page.items
        ],
        first=lists.address() if lists.argument(lists.AFTER) else "",
        following=lists.next_page(page.next),
        most_lines=sheets.MAX_LINES,
        problem=problem,
    )


@blueprint.post("/impor")
def add() -> Response:
    """Keep a file; the worker judges its lines next."""
    actor, key = context.actor(), lists.argument("key")
    try:
        name, content = entries.sent_file(sheets.MAX_BYTES)
        command = entries.sent_command("add_import", key, [name, hashlib.sha256(content).hexdigest()])
        done = commands.add(context.database(), command, key, name, content, actor=actor)
    except InvalidForm as error:
        with context.database().reading() as session:
            page = _file_page(session, key, actor, errors.tell_error(error))
        return make_response(page, errors.problem_of(error).status)
    return redirect(url_for("imports.show", import_id=done["batch"]), 303)


@blueprint.get("/impor/<int:import_id>")
def show(import_id: int) -> str:
    """What became of each line, and how far the import is."""
    return _page(import_id)


def _page(import_id: int, problem: str = "") -> str:
    actor, state = context.actor(), lists.argument("keadaan")
    with context.database().reading() as session:
        batch = batches.get(session, import_id, actor=actor)
        counts = batches.LINES.progress(session, batch.id)[batch.id]
        page = outcomes.rows(session, batch.id, state, actor=actor, after=lists.argument(lists.AFTER))
        goal = _goal(session, batch, actor)
        total = sum(counts.values())
        left = counts["new"] if batch.state in ("judging", "ready") else counts["ready"]
        return render_template(
            "imports/show.html",
            batch=batch,
            name=batches.file_name(session, batch),
            process=goal.version.diagram.name if goal else batch.key,
            state=_(BATCH_STATES[batch.state]),
            counts=[
                (one, _(STATES[one]), number) for one, number in counts.items() if number or one == state
            ],
            ready=counts["ready"],
            total=total,
            done=total - left,
            filter=state,
            rows=list(_told(session, page.items, goal, actor)),
            excluded=[(value, text, value in batch.wanted) for value, text in goal.choices] if goal else [],
            foreign=foreign_values.listed(session, batch.id, goal) if goal else [],
            most_foreign=foreign_values.MOST,
            headings=headings.of_batch(session, batch, goal) if goal else None,
            can_choose=batch.state in ("judging", "ready") and not batch.is_begun,
            first=lists.address() if lists.argument(lists.AFTER) else "",
            following=lists.next_page(page.next),
            problem=problem,
        )


def _goal(session: Session, batch: ImportBatch, actor: Actor) -> Target | None:
    """None where its form names no columns any more."""
    try:
        return targets.target(session, batch.key, actor=actor)
    except Conflict:
        return None


def _told(
    session: Session, lines: Sequence[ImportRow], goal: Target | None, actor: Actor
) -> Iterator[tuple[ImportRow, str, list[tuple[str, str]], str]]:
    """(line, state in words, what is wrong by field, the case's number where the actor sees it) of each."""
    cases, labels = outcomes.seen_cases(session, lines, actor=actor), goal.labels if goal else {}
    for row in lines:
        wrong = [(labels.get(key, key), text) for key, text in outcomes.errors_of(session, row).items()]
        yield row, _(STATES[row.state]), wrong, cases.get(row.instance_id or 0, "")


@blueprint.post("/impor/<int:import_id>/pilihan")
def choose_values(import_id: int) -> Response:
    """Say which values come in although the form leaves them out, and what stands for texts that are no option."""
    wanted = request.form.getlist("ikut")
    options = {name[len(_OPTION) :]: text for name, text in request.form.items() if name.startswith(_OPTION)}
    command = entries.sent_command("choose_import", import_id, [wanted, sorted(options.items())])
    return _act(
        import_id,
        lambda: commands.choose(
            context.database(), command, import_id, wanted, options, actor=context.actor()
        ),
    )


@blueprint.post("/impor/<int:import_id>/mulai")
def begin(import_id: int) -> Response:
    """Let what is ready come in."""
    command = entries.sent_command("begin_import", import_id)
    return _act(
        import_id,
        lambda: commands.begin(context.database(), command, import_id, actor=context.actor()),
    )


@blueprint.post("/impor/<int:import_id>/hentikan")
def stop(import_id: int) -> Response:
    """Stop after the line that is being worked on."""
    command = entries.sent_command("stop_import", import_id)
    return _act(
        import_id,
        lambda: commands.stop(context.database(), command, import_id, actor=context.actor()),
        _("Impor dihentikan. Yang sudah diimpor tetap ada."),
    )


@blueprint.post("/impor/<int:import_id>/lanjutkan")
def resume(import_id: int) -> Response:
    """Let a stopped import go on."""
    command = entries.sent_command("resume_import", import_id)
    return _act(
        import_id,
        lambda: commands.resume(context.database(), command, import_id, actor=context.actor()),
    )


def _act(import_id: int, do: Callable[[], Answer], said: str = "") -> Response:
    """Do it and go to the import; what forbids it is told there."""
    try:
        do()
    except (InvalidForm, Conflict) as error:
        return make_response(_page(import_id, errors.tell_error(error)), errors.problem_of(error).status)
    if said:
        flash(said, "info")
    return redirect(url_for("imports.show", import_id=import_id), 303)


@blueprint.get("/impor/<int:import_id>/hasil.csv")
def result_file(import_id: int) -> Response:
    """What became of each line, as a file: no cell of the line is in it."""
    actor = context.actor()
    heading = [_("Baris"), _("Nomor"), _("Hasil"), _("Perkara"), _("Keterangan")]
    with context.database().reading() as session:
        goal = _goal(session, batches.get(session, import_id, actor=actor), actor)
        labels = goal.labels if goal else {}
        rows = (
            (one.line, one.number, _(STATES[one.state]), one.case, _in_line(one.errors, labels))
            for one in outcomes.outcomes(session, import_id, actor=actor)
        )
        return csv_download(f"impor-{import_id}-hasil.csv", heading, rows)


def _in_line(wrong: Mapping[str, str], labels: Mapping[str, str]) -> str:
    return "; ".join(f"{labels.get(key, key)}: {text}" if key else text for key, text in wrong.items())
