"""Proses: what is in force, what was, and what the checks found; the process owner deploys here."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.base.errors import InvalidDiagram, InvalidForm, NotFound
from app.base.i18n import N_, _, language
from app.commands.deployment.deployments import deploy_upload, draft_upload
from app.commands.transaction import Answer
from app.findings import SEVERITIES
from app.models import ProcessDefinition, ProposedDeployment, WatchedFile
from app.services.core import clock
from app.services.core.access import Actor
from app.services.definitions import catalogue, definitions, details, table_trials
from app.services.definitions.definitions import Version
from app.services.deployment import deployments, folder_watch, proposals, versions
from app.services.deployment.deployments import Deployment
from app.services.deployment.preconditions import Overtaken
from app.services.studio import drafts
from app.web import context, entries, errors, lists, seen
from app.web.definitions import trials
from app.web.files import deployed_files
from app.web.files.downloads import as_download
from app.web.security_log import noting
from app.web.tasks import task_page

_POLICIES = {
    "UNIQUE": N_("Paling banyak satu baris boleh cocok."),
    "FIRST": N_("Baris pertama yang cocok yang berlaku."),
    "ANY": N_("Beberapa baris boleh cocok bila hasilnya sama."),
    "PRIORITY": N_("Baris dengan hasil terpenting yang berlaku."),
    "RULE ORDER": N_("Hasil semua baris yang cocok, menurut urutan baris."),
    "OUTPUT ORDER": N_("Hasil semua baris yang cocok, yang terpenting lebih dahulu."),
    "COLLECT": N_("Hasil semua baris yang cocok."),
}
_AGGREGATIONS = {
    "SUM": N_("Jumlah hasil semua baris yang cocok."),
    "MIN": N_("Hasil terkecil dari semua baris yang cocok."),
    "MAX": N_("Hasil terbesar dari semua baris yang cocok."),
    "COUNT": N_("Banyaknya baris yang cocok."),
}

blueprint = Blueprint("definitions", __name__)

#: A cookie carries what is said after a deployment: it holds some 4 kB.
_MOST_NAMED = 10
_MEDIA_TYPES = {
    "bpmn": "application/xml",
    "dmn": "application/xml",
    "form": "application/json",
    "scenario": "application/json",
}


@blueprint.get("/proses")
def listed() -> str:
    """Every process in force, and the watched files."""
    return _list_page()


@blueprint.post("/proses")
def deploy() -> AnyResponse:
    """Check the uploaded files and put them in force; or say what is wrong with them."""
    deployments.require_may_deploy(context.actor())
    uploads = [upload for upload in request.files.getlist("files") if upload.filename]
    if not uploads:
        return make_response(_list_page(missing=_("Pilih sedikitnya satu berkas.")), 422)
    contents: dict[str, bytes] = {}
    try:
        contents = deployed_files.by_name(uploads)
        if context.config().uploads_wait:
            return _draft(contents)
        done = _deploy(contents)
    except InvalidDiagram as error:
        found = [finding.as_dict() for finding in error.findings]
        return make_response(_list_page(refused=found, names=list(contents)), errors.problem_of(error).status)
    except InvalidForm as error:
        return make_response(_list_page(missing=errors.tell_error(error)), 422)
    except Overtaken as error:
        return make_response(_list_page(missing=errors.tell_error(error)), 409)
    if done.get("proposal"):
        waits = _("Belum berlaku: usulan {n} menunggu persetujuan orang kedua.", n=done["proposal"])
        flash(waits, "warn")
        return redirect(url_for("proposals.show", proposal_id=done["proposal"]), 303)
    say_done(done)
    return redirect(url_for("definitions.show", definition_id=done["definitions"][0]["id"]), 303)


def _deploy(contents: Mapping[str, bytes]) -> Answer:
    """Put the files in force; answer what is, which files no diagram uses, and which the watched folders hold with
    other content."""

    def answer(session: Session, done: Deployment) -> Answer:
        other = folder_watch.differing(session, contents) if context.config().watch else []
        idle = [finding.file for finding in done.findings if finding.code == "file_not_used"]
        return {
            "definitions": [known(one) for one in done.definitions],
            "idle": idle,
            "other": list(other),
            "proposal": done.proposal.id if done.proposal else None,
        }

    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    saw = seen.sent_versions()
    command = entries.sent_command("deploy", "", digests)
    return deploy_upload(
        context.database(), command, contents, actor=context.actor(), seen=saw, answer=answer
    )


def _draft(contents: Mapping[str, bytes]) -> AnyResponse:
    """Put the files into drafts that wait, and go there."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    command = entries.sent_command("draft_upload", "", digests)
    made = draft_upload(context.database(), command, contents, actor=context.actor())["drafts"]
    if not made:
        flash(_("Isi berkas itu sama dengan yang berlaku; tidak ada yang menunggu."), "info")
        return redirect(url_for("definitions.listed"), 303)
    flash(_("Belum berlaku: berkasnya menunggu dalam draf sampai diterbitkan."), "info")
    if len(made) == 1:
        return redirect(url_for("studio.show", draft_id=made[0]["id"]), 303)
    return redirect(url_for("studio.listed"), 303)


def known(one: deployments.Deployed) -> dict[str, Any]:
    """A version as the answer of a deployment names it."""
    row, before = one.definition, one.before
    earlier = {"id": before.id, "version": before.version} if before else None
    return {
        "id": row.id,
        "name": row.name,
        "version": row.version,
        "created": one.created,
        "before": earlier,
    }


def say_done(done: Answer) -> None:
    """Say what is in force now."""
    for one in done["definitions"]:
        words = {"name": one["name"], "n": one["version"]}
        text = (
            _("{name} versi {n} diterapkan. Perkara baru memakainya.")
            if one["created"]
            else _("{name} versi {n} sudah berlaku; isinya sama.")
        )
        told: Any = {"text": text.format(**words), "links": _links(one)}
        flash(told if told["links"] else told["text"], "ok" if one["created"] else "info")
    if idle := done["idle"]:
        names = ", ".join(idle) if len(idle) <= _MOST_NAMED else f"{', '.join(idle[:_MOST_NAMED])}, …"
        flash(_("Tidak dipakai oleh diagram mana pun, jadi tidak disimpan: {names}.", names=names), "warn")
    if done["other"]:
        warning = _(
            "Folder yang diamati memuat {names} dengan isi lain. Bila disimpan di sana, versi ini diganti.",
            names=", ".join(done["other"]),
        )
        flash(warning, "warn")


def _links(one: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Where a change that is in force now is seen: (text, address)."""
    before = one.get("before")
    if not before:
        return []
    compared = url_for("comparison.show", definition_id=before["id"], other_id=one["id"])
    return [
        (_("Bedanya dengan versi {n}", n=before["version"]), compared),
        (_("Akibatnya pada perkara lama"), url_for("migration.choose", definition_id=one["id"])),
    ]


@blueprint.get("/proses/<int:definition_id>")
def show(definition_id: int) -> str:
    """One version: where its cases stand, who works in it, what the SOP says, its files."""
    return version_page(definition_id)


@blueprint.get("/proses/<int:definition_id>/diagram.bpmn")
def diagram(definition_id: int) -> Response:
    """The diagram for the viewer. As text: a browser that opens it must not run what it may hold."""
    with context.database().reading() as session:
        xml = details.in_utf8(definitions.version(session, definition_id))
    return Response(xml, content_type="text/plain; charset=utf-8")


@blueprint.get("/proses/<int:definition_id>/keadaan.json")
def states(definition_id: int) -> Response:
    """Where the open cases stand, for the viewer: element id → state, count."""
    with context.database().reading() as session:
        definitions.get(session, definition_id)
        found = details.open_instance_counts(session, definition_id, actor=context.actor())
    return jsonify(
        {id_: {"state": "overdue" if one.late else "open", "count": one.cases} for id_, one in found.items()}
    )


@blueprint.get("/proses/<int:definition_id>/berkas/<name>")
def file(definition_id: int, name: str) -> AnyResponse:
    """One file of a version, as it was deployed."""
    with context.database().reading() as session:
        content = details.content(session, definition_id, name)
    noting.file_read("deployed_file", ("definition", definition_id))
    return as_download(content, name, _MEDIA_TYPES.get(name.rsplit(".", 1)[-1], "application/octet-stream"))


@blueprint.get("/proses/<int:definition_id>/formulir/<key>")
def form(definition_id: int, key: str) -> str:
    """A form of a version as its users see it, to read only."""
    with context.database().reading() as session:
        definition = definitions.get(session, definition_id)
        version = definitions.version(session, definition_id)
        found = version.forms.get(key)
        if found is None:
            raise NotFound(_("Formulir ini tidak ada dalam versi ini."))
        drawn = entries.draw_form(session, found, {}, variables={}, actor=context.actor())
        used = [node for node in version.diagram.nodes.values() if node.form_key == key]
    return render_template(
        "definitions/form.html", definition=definition, key=key, drawn=drawn, used=used, form=found
    )


@blueprint.get("/proses/<int:definition_id>/tabel/<table_id>")
def table(definition_id: int, table_id: str) -> AnyResponse:
    """A decision of a version, to read and to try: its table or expression, and what it needs."""
    with context.database().reading() as session:
        definition = definitions.get(session, definition_id)
        version = definitions.version(session, definition_id)
        found = details.table(version, table_id)
        forms = version.forms.values()
        trial = table_trials.tried(session, found, forms, trials.sent_texts())
    page = render_template(
        "definitions/table.html",
        definition=definition,
        decision=found,
        policy=policy(found),
        allowed=_allowed(found),
        trial=trial,
        coverage=table_trials.coverage(found, forms),
        shown=trials.shown,
        policies=policy,
        offer=trials.link_to("definitions.table", trial.asked),
    )
    return make_response(page, 422 if trial.problems else 200)


def version_page(
    definition_id: int,
    *,
    asked: str = "",
    reason: str = "",
    missing: str = "",
    problem: str = "",
    refused: Sequence[Mapping[str, Any]] = (),
) -> str:
    """The page of a version. ``asked``: what was tried with ``reason`` and refused: for a ``missing`` reason, or a
    ``problem`` with what was found."""
    actor = context.actor()
    with context.database().reading() as session:
        definition = definitions.get(session, definition_id)
        version = definitions.version(session, definition_id)
        newest = definitions.latest(session, definition.key)
        listed = catalogue.page(session, key=definition.key, every=True, after=lists.argument(lists.AFTER))
        standing = details.open_instance_counts(session, definition_id, actor=actor)
        picture, lines = details.picture(version, definition.name, standing)
        today = clock.today(session)
        pending = _pending(session, definition.key, actor)
        last = versions.last_version(session, definition.key) if newest is None else None
        may_deploy = actor.is_process_owner and not actor.is_auditor
        may_withdraw, before = (
            versions.may_withdraw(session, definition),
            versions.before(session, definition),
        )
        instead = before if may_withdraw else None if definition.withdrawn else definition
        opened = versions.opened_by(session, newest or last, instead) if may_deploy else ()
        return render_template(
            "definitions/show.html",
            sees_all=actor.sees_all,
            definition=definition,
            version=version,
            newest=newest,
            may_deploy=may_deploy,
            may_withdraw=may_withdraw,
            before=before,
            opened=[in_language(one.as_dict()) for one in opened],
            asked=asked,
            reason=reason,
            missing=missing,
            problem=problem,
            refused=refused,
            versions=listed,
            first=lists.address() if lists.argument(lists.AFTER) else "",
            following=lists.next_page(listed.next),
            open_instances=details.open_instances(session, actor=actor, ids=[one.id for one in listed.items]),
            deployers=details.deployed_by(session, listed.items),
            author=details.deployed_by(session, [definition]).get(definition_id),
            approver=details.approved_by(session, [definition]).get(definition_id),
            pending=pending,
            seen=seen.fields(session, also=[last.id] if last else ()),
            proposers=proposals.people(session, pending),
            picture=picture,
            lines=lines,
            staff=details.staff(session, version, today),
            block=[(heading(name), text) for name, text in details.identity_block(version)],
            rules=_rules(version),
            activities=[
                (node, task_page.cells(node, even_empty=True)) for node in details.activities(version)
            ],
            tables=details.tables(version),
            files=details.files(session, version),
            findings=[
                in_language(finding)
                for finding in (*(one.as_dict() for one in version.errors), *definition.findings)
            ],
        )


def _pending(session: Session, key: str, actor: Actor) -> list[ProposedDeployment]:
    """What waits to become a version of the process."""
    rows = proposals.waiting(session, actor=actor, states=proposals.PENDING)
    return [row for row in rows if key in row.base]


def _unattended(live: Sequence[ProcessDefinition]) -> list[ProcessDefinition]:
    """The newest of these versions that no person put in force."""
    found = [one for one in live if one.deployed_by_id is None]
    return sorted(found, key=lambda one: one.deployed_at, reverse=True)[:_MOST_NAMED]


def _list_page(
    *, refused: Sequence[Mapping[str, Any]] = (), names: Sequence[str] = (), missing: str = ""
) -> str:
    actor = context.actor()
    with context.database().reading() as session:
        live = catalogue.page(session, after=lists.argument(lists.AFTER))
        watched = folder_watch.files(session)
        waiting = proposals.waiting(session, actor=actor, states=proposals.PENDING)
        owns = actor.is_process_owner and not actor.is_auditor
        open_drafts = drafts.drafts(session, actor=actor) if owns else ()
        return render_template(
            "definitions/list.html",
            live=live,
            retired=catalogue.retired(session),
            first=lists.address() if lists.argument(lists.AFTER) else "",
            following=lists.next_page(live.next),
            open_instances=details.open_instances_of_keys(
                session, actor=actor, keys=[one.key for one in live.items]
            ),
            deployers=details.deployed_by(session, live.items),
            waiting=waiting,
            proposers=proposals.people(session, waiting),
            told=_with_findings(watched),
            quiet=[row for row in watched if not row.findings],
            seen=seen.fields(session) if owns else {},
            watching=context.config().watch,
            may_deploy=owns,
            sees_all=actor.sees_all,
            uploads_wait=context.config().uploads_wait,
            before=versions.before_each(session, live.items),
            from_folder=[one for one in open_drafts if one.source == "folder"],
            unattended=_unattended(live.items),
            refused=[in_language(finding) for finding in gravest_first(refused)],
            names=names,
            missing=missing,
        )


def _with_findings(watched: Sequence[WatchedFile]) -> list[tuple[WatchedFile, list[dict[str, Any]]]]:
    """Watched files about which there is something to say, those that were refused first."""
    found = sorted((row for row in watched if row.findings), key=lambda row: (not row.refused, row.name))
    return [(row, [in_language(finding) for finding in row.findings]) for row in found]


def gravest_first(findings: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Findings as they were stored in the order in which they are shown."""
    return sorted(findings, key=lambda one: SEVERITIES.index(one["severity"]))


def in_language(finding: Mapping[str, Any]) -> dict[str, Any]:
    """A finding as it was stored, in the language in use."""
    return {**finding, **finding["messages"][language()]}


def heading(name: str) -> str:
    """The heading of a property as the SOP writes it: capitals at the beginning of words, SOP in full."""
    small = {"dan", "oleh"}
    words = [word if word in small else "SOP" if word == "sop" else _capital(word) for word in name.split()]
    return " ".join(words)


def _capital(word: str) -> str:
    return "/".join(part[:1].upper() + part[1:] for part in word.split("/"))


def _rules(version: Version) -> list[tuple[str, str, str]]:
    """(property, value, what the variable is called in the forms)"""
    names = {part.key: part.name for form in version.forms.values() for part in form.fields}
    return [(heading(name), value, names.get(value, "")) for name, value in details.rules(version)]


def policy(decision: Any) -> str:
    """In a sentence, which rows give the result."""
    if decision.table is None:
        return _("Dihitung dengan ungkapan, bukan tabel.")
    words = _AGGREGATIONS.get(decision.table.aggregation) or _POLICIES[decision.table.hit_policy]
    return _(words)


def _allowed(decision: Any) -> list[tuple[str, str]]:
    """Columns and input data with the values they allow, where they say so."""
    found = {given.name: given.type.allowed for given in decision.givens}
    if decision.table:
        found |= {column.heading: column.allowed for column in decision.table.inputs}
        found |= {column.heading: column.allowed for column in decision.table.outputs}
    return [(name, values) for name, values in found.items() if values]
