"""Messages that cases wait for: those of the actor's lanes, and noting that one came."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base import i18n
from app.base.errors import AppError, Conflict, InvalidForm, NotAllowed
from app.base.i18n import _
from app.commands.instances.messages import record_message, undo_message
from app.commands.transaction import Answer, Failed
from app.forms import Form
from app.models import MessageWait, ProcessInstance
from app.services.core import access
from app.services.core.access import Actor
from app.services.definitions import definitions, outlines
from app.services.instances import messages
from app.services.tasks import drafts
from app.services.tasks.received_messages import Noted
from app.web import context, entries, errors, lists
from app.web.casefile import page_parts
from app.web.entries import Entry
from app.web.security_log import noting

blueprint = Blueprint("waits", __name__)


@blueprint.get("/pesan-ditunggu")
def listed() -> str:
    """What cases wait for in the actor's lanes, the longest first."""
    after = lists.argument(lists.AFTER)
    with context.database().reading() as session:
        page = messages.awaited(session, context.actor(), after)
        rows = [
            {"wait": wait, "name": page_parts.awaited(version, wait), "lane": _lane(version, wait)}
            for wait in page.items
            if (version := definitions.readable(session, wait.instance.definition_id)) is not None
        ]
    first, following = lists.address() if after else "", lists.next_page(page.next)
    return render_template("casefile/waits.html", rows=rows, first=first, following=following)


def _lane(version: definitions.Version, wait: MessageWait) -> str:
    lane_id = version.diagram.nodes[wait.activity_id].lane_id
    return next((lane.name for lane in version.diagram.lanes if lane.id == lane_id), "")


@blueprint.get("/perkara/<int:instance_id>/pesan-ditunggu/<wait_id>")
def show(instance_id: int, wait_id: str) -> str:
    """The form of a message that a case waits for."""
    return _draw(instance_id, wait_id)


@blueprint.post("/perkara/<int:instance_id>/pesan-ditunggu/<wait_id>")
def record(instance_id: int, wait_id: str) -> Response:
    """Note that the message came; the case goes on by it."""
    actor = context.actor()
    with context.database().reading() as session:
        form, variables = _asked(session, instance_id, wait_id, actor)
    entry = entries.read_entry(form, actor=actor)
    if entry.unfinished:
        return make_response(_draw(instance_id, wait_id, entry, problems=entry.errors))
    try:
        entries.check_files(form, entry, variables)
        done = record_message(
            context.database(),
            entries.sent_command("record_message", wait_id, entry.sent),
            instance_id,
            wait_id,
            entry.values,
            actor=actor,
            answer=_known,
            typed=entry.kept,
        )
    except (InvalidForm, *Failed) as error:
        problems = error.errors if isinstance(error, InvalidForm) else {}
        page = _draw(instance_id, wait_id, entry, problems=problems, error=error)
        return make_response(page, errors.problem_of(error).status)
    text = _noted(str(done["asks"]), done)
    undo = {
        "url": url_for("waits.undo", instance_id=instance_id, wait_id=wait_id),
        "next": _back(instance_id),
    }
    # The macro `flashes` has these parts.
    message: Any = {"text": text, **({"undo": undo} if done["undo"] else {})}
    flash(message, "ok")
    entries.say_left_out(form, entry, variables)
    return redirect(_back(instance_id), 303)


@blueprint.post("/perkara/<int:instance_id>/pesan-ditunggu/<wait_id>/urungkan")
def undo(instance_id: int, wait_id: str) -> Response:
    """Take back, shortly after it, that one noted the message."""
    try:
        done = undo_message(
            context.database(),
            entries.sent_command("undo_message", wait_id),
            instance_id,
            wait_id,
            actor=context.actor(),
            answer=_known,
        )
    except (Conflict, NotAllowed) as error:
        flash(errors.tell_error(error), "warn")
        return redirect(_back(instance_id), 303)
    flash(_("Perkara {number} menunggu pesan “{name}” lagi. Isian Anda kembali sebagai draf.", **done), "ok")
    return redirect(url_for("waits.show", instance_id=instance_id, wait_id=wait_id), 303)


def _known(session: Session, noted: Noted) -> Answer:
    version = definitions.version(session, noted.instance.definition_id)
    node = version.diagram.nodes[noted.activity_id]
    number = noted.instance.business_key
    name, may_undo = outlines.name_of_wait(version.diagram, node), noted.undo_until is not None
    until = noted.waits_until
    told = i18n.moment(until, context.config().timezone) if until is not None else ""
    return {"name": name, "number": number, "undo": may_undo, "asks": node.asks, "until": told}


def _noted(asks: str, done: Mapping[str, Any]) -> str:
    if asks == "time" and done["until"]:
        return _("Perkara {number} menunggu “{name}” sampai {until}.", **done)
    if asks == "time":
        return _("“{name}” dinyatakan sudah waktunya; perkara {number} berlanjut.", **done)
    if asks == "condition":
        return _("“{name}” dinyatakan terpenuhi; perkara {number} berlanjut.", **done)
    return _("Pesan “{name}” dicatat diterima; perkara {number} berlanjut.", **done)


def _back(instance_id: int) -> str:
    """The page of the case; the list for whom it is not to see."""
    with context.database().reading() as session:
        query = select(ProcessInstance.id).where(ProcessInstance.id == instance_id)
        seen = session.scalar(query.where(access.visible(context.actor())))
    return url_for("casefile.show", instance_id=seen) if seen else url_for("waits.listed")


def _asked(
    session: Session, instance_id: int, wait_id: str, actor: Actor
) -> tuple[Form | None, Mapping[str, Any]]:
    """The form of the message, and what its case holds; of one that was noted by now no form."""
    try:
        instance, wait = messages.open_wait(session, instance_id, wait_id, actor=actor)
    except Conflict:  # perhaps by the very form that is sent again
        return None, {}
    version = definitions.version(session, instance.definition_id)
    return version.form_of(version.diagram.nodes[wait.activity_id].form_key), instance.variables


def _draw(
    instance_id: int,
    wait_id: str,
    entry: Entry | None = None,
    *,
    problems: Mapping[str, str] | None = None,
    error: AppError | None = None,
) -> str:
    actor = context.actor()
    with context.database().reading() as session:
        instance, wait = messages.open_wait(session, instance_id, wait_id, actor=actor)
        noting.case_read(instance_id)
        version = definitions.version(session, instance.definition_id)
        node = version.diagram.nodes[wait.activity_id]
        kept = None if entry else drafts.load(session, actor, drafts.scope_of_wait(wait_id, instance_id))
        values = entry.values if entry else kept.values.get("values", {}) if kept else {}
        drawn = entries.draw_form(
            session,
            version.form_of(node.form_key),
            values,
            problems,
            variables=messages.seen_by(node, instance),
            actor=actor,
            instance_id=instance_id,
        )
    return render_template(
        "casefile/wait.html",
        case=instance,
        wait=wait,
        name=outlines.name_of_wait(version.diagram, node),
        asks=node.asks,
        to_note=page_parts.to_note(version, wait),
        by_reporter=outlines.is_for_reporter(node),
        drawn=drawn,
        kept=kept,
        words="" if problems or error is None else errors.tell_error(error),
        back=_back(instance_id),
        zone=context.config().timezone.key,
        file_url=page_parts.file_url,
    )
