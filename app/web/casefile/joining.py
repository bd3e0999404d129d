"""Joining a report to the case that does its work as well, and taking that back."""

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import AppError, Conflict, InvalidForm, NotAllowed
from app.base.i18n import _
from app.commands.transaction import Answer, run_command
from app.forms.model import TEXTS
from app.models import ProcessInstance
from app.services.core import ids
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.instances import instances, numbers
from app.services.reporter import joined_reports
from app.services.search.similar import Similar, similar_cases
from app.web import context, entries, errors
from app.web.security_log import noting

blueprint = Blueprint("joining", __name__)


@blueprint.get("/perkara/<int:instance_id>/gabung")
def show(instance_id: int) -> str:
    """Running cases that may be about the same, and a field for the number of another one."""
    return _draw(instance_id, {})


@blueprint.post("/perkara/<int:instance_id>/gabung")
def join(instance_id: int) -> Response:
    """Join the report to the case that was ticked, or whose number was typed."""
    actor, sent = context.actor(), {name: request.form.get(name, "").strip() for name in ("main", "number")}

    def do(session: Session) -> Answer:
        main = joined_reports.join(
            session, instance_id, _main(session, instance_id, sent, actor), actor=actor
        )
        return {"number": main.business_key}

    answer = _performed(instance_id, "join_case", sent, do)
    if isinstance(answer, Response):
        return answer
    flash(_("Laporan digabung ke perkara {number}.", number=answer["number"]), "ok")
    return redirect(url_for("casefile.show", instance_id=instance_id), 303)


@blueprint.post("/perkara/<int:instance_id>/pisah")
def part(instance_id: int) -> Response:
    """Let a joined report go on by itself, with a reason."""
    actor, sent = context.actor(), {"reason": request.form.get("reason", "")}

    def do(session: Session) -> Answer:
        joined_reports.part(session, instance_id, sent["reason"], actor=actor)
        return {}

    answer = _performed(instance_id, "part_case", sent, do)
    if isinstance(answer, Response):
        return answer
    flash(_("Laporan ditangani sendiri lagi, dari tempatnya semula."), "ok")
    return redirect(url_for("casefile.show", instance_id=instance_id), 303)


def _main(session: Session, instance_id: int, sent: Mapping[str, str], actor: Actor) -> int:
    """The id of the case that was chosen; what was typed goes before what was ticked."""
    if sent["number"]:
        key = instances.get(session, instance_id, actor=actor).key
        found = numbers.holder(session, key, sent["number"], actor=actor)
        if found is None:
            message = _("Tidak ada perkara dengan nomor ini yang dapat Anda lihat.")
            raise InvalidForm(message, {"number": message})
        return found
    chosen = ids.parse_id(sent["main"])
    if chosen is None:
        message = _("Pilih sebuah perkara, atau tulis nomornya.")
        raise InvalidForm(message, {"number": message})
    return chosen


def _performed(
    instance_id: int, name: str, sent: Mapping[str, str], do: Callable[[Session], Answer]
) -> Answer | Response:
    actor = context.actor()
    try:
        return run_command(
            context.database(),
            entries.sent_command(name, instance_id, dict(sent)),
            do,
            actor=actor,
            allowed=lambda session: instances.get(session, instance_id, actor=actor),
        )
    except (InvalidForm, Conflict, NotAllowed) as error:
        return make_response(_draw(instance_id, sent, error), errors.problem_of(error).status)


def _draw(instance_id: int, sent: Mapping[str, str], error: AppError | None = None) -> str:
    actor = context.actor()
    with context.database().reading() as session:
        case = instances.get(session, instance_id, actor=actor)
        version = definitions.version(session, case.definition_id)
        tasks = instances.open_tasks(session, instance_id)
        noting.case_read(instance_id)
        return render_template(
            "casefile/joining.html",
            case=case,
            similar=_similar(session, case, actor),
            may_join=joined_reports.may_join(actor, case, version, tasks),
            may_part=joined_reports.may_part(actor, case, version),
            sent=sent,
            problems=error.errors if isinstance(error, InvalidForm) else {},
            words=errors.tell_error(error) if error is not None else "",
        )


def _similar(session: Session, case: ProcessInstance, actor: Actor) -> list[Similar]:
    """Other cases that share rare words with its free text, and may do its work."""
    version = definitions.version(session, case.definition_id)
    parts = [part for form in version.forms.values() for part in form.fields if part.type in TEXTS]
    keys = dict.fromkeys(part.key for part in parts if not part.private)
    text = " ".join(value for key in keys if isinstance(value := case.variables.get(key), str))
    found = similar_cases(
        session, case.key, text, category=case.category, area=case.area, actor=actor, limit=10
    )
    return [one for one in found if one.instance.id != case.id and one.instance.ended_at is None]
