"""Sampel: drawn from the answer to a question, worked through case by case, downloaded with its findings."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import InvalidForm
from app.base.i18n import N_, _
from app.commands import questions as commands
from app.services.questions import findings, samples, vocabulary
from app.services.search import question
from app.web import context, entries, errors, lists
from app.web.lists import Column
from app.web.questions import questions

blueprint = Blueprint("samples", __name__)

VERDICTS: Mapping[str, str] = {
    "fine": N_("Sesuai"),
    "flawed": N_("Tidak sesuai"),
    "unclear": N_("Belum jelas"),
}


@blueprint.get("/tanya/sampel")
def listed() -> str:
    """All samples, the newest first."""
    actor = context.actor()
    with context.database().reading() as session:
        found = samples.listed(session, actor=actor)
    return render_template("questions/samples.html", rows=found, tabs=questions.tabs(actor, "sampel"))


@blueprint.post("/tanya/sampel")
def draw() -> Response:
    """Draw a sample from the answer to the question of the form."""
    actor = context.actor()
    sent = {name: request.form.get(name, "") for name in ("name", "seed", "size", "query")}
    asked = question.question_of(sent["query"])
    command = entries.sent_command("draw_sample", 0, sent)
    try:
        wanted = samples.wanted(sent["name"], asked, sent["seed"], sent["size"], actor=actor)
        done = commands.draw(context.database(), command, wanted, actor=actor)
    except InvalidForm as error:
        with context.database().reading() as session:
            page = questions.page(session, asked, sent=sent, wrong=error.errors, drawing=True)
        return make_response(page, errors.problem_of(error).status)
    flash(_("Sampel diambil. Benih yang sama memberi perkara yang sama selama datanya sama."), "ok")
    return redirect(url_for("samples.show", sample_id=done["id"]), 303)


@blueprint.get("/tanya/sampel/<int:sample_id>")
def show(sample_id: int) -> str:
    """The cases of a sample, each with its finding or the form for it."""
    with context.database().reading() as session:
        return _page(session, sample_id)


def _page(
    session: Session,
    sample_id: int,
    sent: Mapping[str, Any] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> str:
    actor = context.actor()
    sample = samples.get(session, sample_id, actor=actor)
    rows = samples.cases_of(session, sample)
    found = [row.instance for row in rows]
    return render_template(
        "questions/sample.html",
        sample=sample,
        rows=rows,
        titles=lists.titles(session, found),
        conflicts=findings.conflicts(session, [case.id for case in found], actor=actor),
        earlier=findings.earlier(session, sample_id, rows, actor=actor),
        shown={row.position: findings.shown(row) for row in rows},
        done=sum(1 for row in rows if row.verdict),
        verdicts=[(name, _(label)) for name, label in VERDICTS.items()],
        may_write=actor.is_auditor,
        question_url=questions.address(question.question_of(sample.query)),
        sent=sent or {},
        wrong=wrong or {},
        problems=[(f"f-{name}", text) for name, text in (wrong or {}).items()],
        files=lists.files(url_for("samples.download", sample_id=sample.id)),
        tabs=questions.tabs(actor, "sampel"),
    )


@blueprint.post("/tanya/sampel/<int:sample_id>/<int:position>")
def record(sample_id: int, position: int) -> Response:
    """Write down a finding."""
    sent = {name: request.form.get(name, "") for name in ("verdict", "finding", "shown")}
    command = entries.sent_command("record_finding", sample_id, [position, sent])
    try:
        commands.record_finding(
            context.database(),
            command,
            sample_id,
            position,
            sent["verdict"],
            sent["finding"],
            shown=sent["shown"],
            actor=context.actor(),
        )
    except InvalidForm as error:
        with context.database().reading() as session:
            page = _page(session, sample_id, {"position": position, **sent}, error.errors)
        return make_response(page, errors.problem_of(error).status)
    flash(_("Temuan perkara ke-{n} disimpan.", n=position), "ok")
    return redirect(url_for("samples.show", sample_id=sample_id, _anchor=f"perkara-{position}"), 303)


@blueprint.get("/tanya/sampel/<int:sample_id>/<int:position>")
def place(sample_id: int, position: int) -> Response:
    """The case in its sample: the address that a refused finding leaves in the browser, opened again."""
    return redirect(url_for("samples.show", sample_id=sample_id, _anchor=f"perkara-{position}"), 303)


@blueprint.get("/tanya/sampel/<int:sample_id>/unduh")
def download(sample_id: int) -> Response:
    """The sample with its findings as a file."""
    with context.database().reading() as session:
        sample = samples.get(session, sample_id, actor=context.actor())
        rows = samples.cases_of(session, sample)
        columns: list[Column[Any]] = [
            Column(_("Urutan"), lambda row: row.position),
            Column(_("Nomor"), lambda row: row.instance.business_key),
            Column(_("Perihal"), lambda row: row.instance.subject),
            Column(_("Keadaan"), lambda row: _(vocabulary.STATE_NAMES[row.instance.state])),
            Column(_("Diterima"), lambda row: row.instance.started_at),
            Column(_("Berakhir"), lambda row: row.instance.ended_at),
            Column(_("Penilaian"), lambda row: _(VERDICTS[row.verdict]) if row.verdict else ""),
            Column(_("Temuan"), lambda row: row.finding),
            Column(_("Oleh"), lambda row: row.found_by.full_name if row.found_by else ""),
            Column(_("Waktu"), lambda row: row.found_at),
            Column(_("Benih"), lambda _row: sample.seed),
        ]
        return lists.download(f"sampel-{sample_id}", "sample", columns, rows)
