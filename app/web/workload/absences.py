"""Ketidakhadiran: who is away from when to when, and who stands in for him."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import Conflict, InvalidForm
from app.base.i18n import _
from app.commands import workload as commands
from app.forms import moments
from app.models import Absence, User
from app.services.core import clock, ids
from app.services.core.access import Actor
from app.services.people import absences, loads
from app.web import context, entries, errors, lists
from app.web.lists import Column
from app.web.loads import load_in_words

blueprint = Blueprint("absences", __name__)


@blueprint.get("/ketidakhadiran")
def listed() -> str:
    """Who is or will be away, for whom one stands in, and the form for another entry."""
    with context.database().reading() as session:
        return _page(session)


def _page(session: Session, problems: Mapping[str, str] | None = None) -> str:
    actor = context.actor()
    people = absences.people(session, actor=actor)
    user = _chosen(people, actor)
    mine = absences.stood_in_for(session, actor=actor)
    load = loads.of_users(session, [one.user_id for one in mine])
    found = absences.listed(session, actor=actor)
    substitutes = absences.substitutes(session, user) if user else []
    theirs = loads.of_users(session, [one.id for one in substitutes])
    return render_template(
        "workload/absences.html",
        actor=actor,
        words={one.user_id: load_in_words(load[one.user_id]) for one in mine},
        stood_in_for=[(one, load[one.user_id]) for one in mine],
        rows=found,
        columns=_columns(),
        may_end={one.id for one in found if absences.may_enter(session, one.user, actor=actor)},
        today=clock.today(session),
        people=[(str(one.id), one.full_name) for one in people],
        user=user,
        substitutes=[
            (str(one.id), f"{one.full_name} ({load_in_words(theirs[one.id])})") for one in substitutes
        ],
        sent={name: request.form.get(name, "") for name in ("first_on", "last_on", "substitute")},
        errors=problems or {},
        files=lists.files(url_for("absences.download")),
    )


@blueprint.get("/ketidakhadiran/unduh")
def download() -> Response:
    """The same list as a file."""
    with context.database().reading() as session:
        found = absences.listed(session, actor=context.actor())
        return lists.download("ketidakhadiran", "absences", _columns(), found)


def _columns() -> list[Column[Absence]]:
    return [
        Column(_("Petugas"), lambda one: one.user.full_name, "own", key="lead", kind="lead"),
        Column(_("Dari"), lambda one: one.first_on, "date"),
        Column(_("Sampai"), lambda one: one.last_on, "date"),
        Column(_("Pengganti"), lambda one: one.substitute.full_name if one.substitute else "", "text"),
        lists.own("action", _("Tindakan"), hidden=True),
    ]


def _chosen(people: Sequence[User], actor: Actor) -> User | None:
    """Whom the entry is about: whom the address or the form names, else oneself."""
    wanted = ids.parse_id(request.form.get("user") or lists.argument("petugas")) or actor.id
    found = {one.id: one for one in people}
    return found.get(wanted) or found.get(actor.id)


@blueprint.post("/ketidakhadiran")
def add() -> Response:
    """Enter an absence."""
    user_id = ids.parse_id(request.form.get("user", "")) or 0
    substitute = request.form.get("substitute", "")
    days = (_day(request.form.get("first_on", "")), _day(request.form.get("last_on", "")))
    command = entries.sent_command("add_absence", user_id, [substitute, *map(str, days)])
    try:
        commands.add_absence(
            context.database(),
            command,
            user_id,
            (ids.parse_id(substitute) or 0) if substitute else None,
            days,
            actor=context.actor(),
        )
    except InvalidForm as error:
        with context.database().reading() as session:
            return make_response(_page(session, error.errors), errors.problem_of(error).status)
    flash(_("Ketidakhadiran dicatat."), "ok")
    return redirect(url_for("absences.listed"), 303)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(str(moments.from_text(text.strip(), "date")))
    except ValueError:
        return None


@blueprint.post("/ketidakhadiran/<int:absence_id>/akhiri")
def end(absence_id: int) -> Response:
    """End an absence before its time."""
    command = entries.sent_command("end_absence", absence_id)
    try:
        commands.end_absence(context.database(), command, absence_id, actor=context.actor())
    except Conflict as error:
        flash(errors.tell_error(error), "warn")
    else:
        flash(_("Ketidakhadiran diakhiri."), "ok")
    return redirect(url_for("absences.listed"), 303)
