"""Studio: the drafts of processes, and one draft with its files, findings and what can be done with it."""

import hashlib
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.base.errors import InvalidDiagram, InvalidForm
from app.base.i18n import _
from app.commands import studio
from app.commands.sandbox.scenarios import play_scenarios
from app.commands.transaction import Answer
from app.services.definitions import catalogue, definitions
from app.services.deployment import deployments, proposals
from app.services.deployment.deployments import Deployment
from app.services.deployment.preconditions import Overtaken, Seen
from app.services.studio import archives, draft_files, drafts, new_drafts, new_forms, tables, titles
from app.services.studio.draft_files import SavedByOthers, SavedMeanwhile
from app.web import context, entries, errors, seen
from app.web.definitions.definitions import in_language, known, say_done
from app.web.files import deployed_files
from app.web.files.downloads import as_download
from app.web.studio import publications, publishing

blueprint = Blueprint("studio", __name__)

_MOST_PROCESSES = 200


@blueprint.get("/studio")
def listed() -> str:
    """The drafts, and how to begin one."""
    return _list_page()


@blueprint.post("/studio/dari-versi/<int:definition_id>")
def begin_from_version(definition_id: int) -> AnyResponse:
    """Begin a draft of a version."""
    actor, command = context.actor(), entries.sent_command("begin_draft", definition_id)

    def begin(session: Session) -> Any:
        return new_drafts.begin_from_version(session, definition_id, actor=actor)

    return _opened(studio.begin_draft(context.database(), command, begin, actor=actor))


@blueprint.post("/studio/dari-proses")
def begin_from_process() -> AnyResponse:
    """Begin a draft of the version in force of the process that was chosen."""
    actor, key = context.actor(), request.form.get("key", "")
    deployments.require_may_deploy(actor)
    with context.database().reading() as session:
        live = definitions.latest(session, key)
    if live is None:
        return make_response(_list_page(problems={"key": _("Pilih proses yang akan diubah.")}), 422)
    return begin_from_version(live.id)


@blueprint.post("/studio/kosong")
def begin_empty() -> AnyResponse:
    """Begin a draft of a new process."""
    actor, name = context.actor(), request.form.get("name", "")
    command = entries.sent_command("begin_draft", "", {"name": name})
    try:
        done = studio.begin_draft(
            context.database(),
            command,
            lambda session: new_drafts.begin_empty(session, name, actor=actor),
            actor=actor,
        )
    except InvalidForm as error:
        return make_response(_list_page(problems=error.errors, name=name), 422)
    return _opened(done)


@blueprint.post("/studio/berkas")
def begin_from_files() -> AnyResponse:
    """Begin a draft with uploaded files, or with the .zip of another draft."""
    actor = context.actor()
    deployments.require_may_deploy(actor)
    try:
        files = _uploaded()
        title = titles.title_of(files)
        done = studio.begin_draft(
            context.database(),
            entries.sent_command("begin_draft", "", _digests(files)),
            lambda session: new_drafts.begin_from_files(session, files, title=title, actor=actor),
            actor=actor,
        )
    except InvalidForm as error:
        return make_response(_list_page(problems={"files": errors.tell_error(error)}), 422)
    return _opened(done)


@blueprint.get("/studio/<int:draft_id>")
def show(draft_id: int) -> str:
    """One draft: its files, what was found in them, and what can be done with it."""
    return _draft_page(draft_id)


@blueprint.post("/studio/<int:draft_id>/berkas")
def bring_in(draft_id: int) -> AnyResponse:
    """Put uploaded files into the draft, over those of the same names."""
    actor, over_others = context.actor(), request.form.get("over_others") == "1"
    saw = seen.sent_files()
    deployments.require_may_deploy(actor)
    try:
        files = _uploaded()
        sent = {**_digests(files), "over_others": over_others}
        command = entries.sent_command("bring_in_files", draft_id, sent)
        given = (context.database(), command, draft_id, files)
        done = studio.bring_in_files(*given, actor=actor, seen=saw, over_others=over_others)
    except InvalidForm as error:
        problems = {"files": errors.tell_error(error)}
        page = _draft_page(draft_id, problems=problems, is_others=isinstance(error, SavedByOthers))
        return make_response(page, 422)
    except Overtaken as error:
        return make_response(_draft_page(draft_id, problems={"files": errors.tell_error(error)}), 409)
    if done["changed"]:
        flash(_("Dimasukkan ke draf: {names}.", names=", ".join(done["changed"])), "ok")
    else:
        flash(_("Isi berkas itu sama dengan yang ada dalam draf."), "info")
    return redirect(url_for("studio.show", draft_id=draft_id), 303)


@blueprint.post("/studio/<int:draft_id>/tabel")
def new_table(draft_id: int) -> AnyResponse:
    """Put a new table into the draft and open it."""
    actor, name = context.actor(), request.form.get("table", "")
    try:
        with context.database().reading() as session:
            file, content = tables.new_table(session, draft_id, name, actor=actor)
        studio.save_file(context.database(), draft_id, file, content, began_with=0, actor=actor)
    except InvalidForm as error:
        return make_response(_draft_page(draft_id, problems=error.errors, table=name), 422)
    return redirect(url_for("studio_editors.table", draft_id=draft_id, name=file), 303)


@blueprint.post("/studio/<int:draft_id>/formulir")
def new_form(draft_id: int) -> AnyResponse:
    """Put an empty form into the draft, under a key made of its name, and open it."""
    actor, title = context.actor(), request.form.get("form_name", "")
    try:
        name, content = new_forms.empty_form(title)
        studio.save_file(context.database(), draft_id, name, content, began_with=0, actor=actor)
    except SavedMeanwhile as error:
        problem = _("Draf ini sudah punya {file}. Beri nama lain.", file=error.stored.name)
        return make_response(_draft_page(draft_id, problems={"form_name": problem}, form_name=title), 422)
    except InvalidForm as error:
        problem = errors.tell_error(error)
        return make_response(_draft_page(draft_id, problems={"form_name": problem}, form_name=title), 422)
    return redirect(url_for("studio_editors.form", draft_id=draft_id, name=name), 303)


@blueprint.post("/studio/<int:draft_id>/berkas/<name>/keluarkan")
def remove(draft_id: int, name: str) -> AnyResponse:
    """Take a file out of the draft."""
    actor = context.actor()

    def do(session: Session) -> Answer:
        draft_files.remove(session, draft_id, name, actor=actor)
        return {}

    _change(draft_id, "remove_draft_file", do, {"name": name})
    flash(_("{file} dikeluarkan dari draf.", file=name), "info")
    return redirect(url_for("studio.show", draft_id=draft_id), 303)


@blueprint.get("/studio/<int:draft_id>/draf.zip")
def download(draft_id: int) -> AnyResponse:
    """The whole draft, for a modeler on the desktop."""
    with context.database().reading() as session:
        draft = drafts.get(session, draft_id, actor=context.actor())
        content = archives.pack(draft_files.contents(session, draft_id))
        name = f"{titles.key_of(draft.key or draft.name)}-draf-{draft.id}.zip"
    return as_download(content, name, "application/zip")


@blueprint.post("/studio/<int:draft_id>/proses-sama")
def same_process(draft_id: int) -> AnyResponse:
    """Let the draft be the next version of the process that it is, by giving it that one's id."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    command = entries.sent_command("same_process", draft_id, {"old": old, "new": new})
    done = studio.same_process(context.database(), command, draft_id, old, new, actor=context.actor())
    for name in done["gone"]:
        flash(_("{file} dikeluarkan dari draf.", file=name), "info")
    flash(
        _(
            "Draf ini sekarang versi berikut dari proses yang sama: id prosesnya “{key}”. Unduh .zip agar berkas di "
            "pemodel memakai id itu juga.",
            key=new,
        ),
        "ok",
    )
    return redirect(url_for("studio.show", draft_id=draft_id), 303)


@blueprint.post("/studio/<int:draft_id>/buang")
def discard(draft_id: int) -> AnyResponse:
    """Lay the draft aside."""
    actor = context.actor()

    def do(session: Session) -> Answer:
        drafts.discard(session, draft_id, actor=actor)
        return {}

    _change(draft_id, "discard_draft", do)
    flash(
        _("Draf dibuang. Selama {days} hari ia dapat dikembalikan dari Studio.", days=drafts.KEPT.days),
        "info",
    )
    return redirect(url_for("studio.listed"), 303)


@blueprint.post("/studio/<int:draft_id>/kembalikan")
def restore(draft_id: int) -> AnyResponse:
    """Bring the draft back."""
    actor = context.actor()

    def do(session: Session) -> Answer:
        drafts.restore(session, draft_id, actor=actor)
        return {}

    _change(draft_id, "restore_draft", do)
    flash(_("Draf dikembalikan."), "ok")
    return redirect(url_for("studio.show", draft_id=draft_id), 303)


@blueprint.post("/studio/<int:draft_id>/terbitkan")
def publish(draft_id: int) -> AnyResponse:
    """Put the draft in force, at once or at the date that was chosen."""
    reason, despite = request.form.get("reason", ""), request.form.get("despite") == "1"

    def answer(_session: Session, done: Deployment) -> Answer:
        idle = [finding.file for finding in done.findings if finding.code == "file_not_used"]
        proposal = done.proposal.id if done.proposal else None
        versions = [known(one) for one in done.definitions]
        waits = done.proposal is not None and done.proposal.state == "waiting"
        planned = {"proposal": proposal, "waits": waits}
        return {"definitions": versions, "idle": idle, "other": [], **planned}

    try:
        at = publications.typed_moment()
        saw = Seen(seen.sent_versions(), seen.sent_files())
        sent = {"reason": reason, "despite": despite, "at": at.isoformat() if at else ""}
        done = studio.publish_draft(
            context.database(),
            entries.sent_command("publish_draft", draft_id, sent),
            draft_id,
            reason,
            actor=context.actor(),
            seen=saw,
            answer=answer,
            despite=despite,
            at=at,
        )
    except InvalidDiagram as error:
        found = [finding.as_dict() for finding in error.findings]
        return make_response(publishing.page(draft_id, refused=found, reason=reason), 422)
    except InvalidForm as error:
        return make_response(publishing.page(draft_id, problems=error.errors, reason=reason), 422)
    except Overtaken as error:
        return make_response(publishing.page(draft_id, between=error.between, reason=reason), 409)
    if done["proposal"] and not done.get("waits", True):
        flash(_("Dijadwalkan. Sampai waktunya, yang berlaku tetap versi sekarang."), "ok")
        return redirect(url_for("studio.show", draft_id=draft_id), 303)
    if done["proposal"]:
        flash(_("Belum berlaku: usulan {n} menunggu persetujuan orang kedua.", n=done["proposal"]), "warn")
        return redirect(url_for("proposals.show", proposal_id=done["proposal"]), 303)
    say_done(done)
    publishing.say_who_stays(done)
    return redirect(url_for("definitions.show", definition_id=done["definitions"][0]["id"]), 303)


def _change(draft_id: int, name: str, do: Any, body: Any = None) -> Answer:
    command = entries.sent_command(name, draft_id, body)
    return studio.change_draft(context.database(), command, draft_id, do, actor=context.actor())


def _opened(done: Answer) -> AnyResponse:
    return redirect(url_for("studio.show", draft_id=done["draft"]), 303)


def _uploaded() -> dict[str, bytes]:
    """The uploaded files by name, archives unpacked.

    Raises:
        InvalidForm: there is none, or a draft does not take them.
    """
    uploads = [upload for upload in request.files.getlist("files") if upload.filename]
    if not uploads:
        message = _("Pilih sedikitnya satu berkas.")
        raise InvalidForm(message, {"files": message})
    return archives.unpack(deployed_files.by_name(uploads))


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def _list_page(*, problems: Mapping[str, str] | None = None, name: str = "") -> str:
    actor = context.actor()
    with context.database().reading() as session:
        pending = proposals.waiting(session, actor=actor, states=proposals.PENDING)
        return render_template(
            "studio/list.html",
            pending=pending,
            proposers=proposals.people(session, pending),
            open=drafts.drafts(session, actor=actor),
            discarded=drafts.drafts(session, actor=actor, state="discarded"),
            published=drafts.drafts(session, actor=actor, state="published"),
            processes=[(one.key, one.name) for one in catalogue.page(session, limit=_MOST_PROCESSES).items],
            kept_days=drafts.KEPT.days,
            problems=problems or {},
            name=name,
        )


def _draft_page(
    draft_id: int,
    *,
    problems: Mapping[str, str] | None = None,
    table: str = "",
    form_name: str = "",
    is_others: bool = False,
) -> str:
    actor = context.actor()
    with context.database().reading() as session:
        draft = drafts.get(session, draft_id, actor=actor)
        files = draft_files.files_of(session, draft_id)
        contents = {row.name: row.content for row in files}
        told = list(deployments.check_files(session, contents)) if files else []
        if draft.state == "open":
            told += play_scenarios(context.database(), session, contents, context.config())
        found = [one.as_dict() for one in told]
        live = definitions.latest(session, draft.key) if draft.key else None
        return render_template(
            "studio/draft.html",
            draft=draft,
            files=[row for row in files],
            findings=[in_language(one) for one in found],
            live=live,
            alike=publications.alike(session, draft, files, told),
            planning=publications.planning(session, draft),
            seen=seen.fields(session, files),
            problems=problems or {},
            new_table=table,
            form_name=form_name,
            is_others=is_others,
            kept_days=drafts.KEPT.days,
        )
