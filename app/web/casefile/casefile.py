"""Perkara: the list of cases, the page of one, and what may be done to it as a whole."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

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

from app.base.errors import Conflict, InvalidForm, NotAllowed, NotFound
from app.base.i18n import _, day
from app.commands.transaction import Answer, run_command, run_without_key
from app.forms import masking
from app.history.events.identity import PURPOSES
from app.history.events.migration import CaseReopened
from app.models import UserTask
from app.services import identity
from app.services.casefile import casefile, notes, queries
from app.services.casefile.casefile import CaseFile
from app.services.casefile.queries import Submission
from app.services.casefile.vocabulary import Vocabulary
from app.services.core.access import Actor
from app.services.definitions import definitions, outlines
from app.services.instances import cancellation, incidents, instances, messages
from app.services.migration import reopening
from app.services.notifications import followers
from app.services.reporter import correspondence, joined_reports, ratings, tracking
from app.services.retention import destructions, erasure, holds
from app.services.tasks import permissions
from app.web import context, entries, errors, lists
from app.web.casefile import clocks, instance_list, page_parts, timeline
from app.web.security_log import noting

#: So many are told beside a task.
_RECENT = 12


@dataclass(frozen=True)
class _Refusal:
    """Why a command of the page was refused: which form, its sentence, what was typed, and what is wrong."""

    act: str = ""
    words: str = ""
    sent: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


blueprint = Blueprint("casefile", __name__)

_R = TypeVar("_R", bound="_Value | Submission")


@blueprint.get("/perkara")
def listed() -> str:
    """The cases one may see, the newest first."""
    actor = context.actor()
    with context.database().reading() as session:
        found = instance_list.read_instance_list(session, actor=actor)
    identities = lists.address().replace(url_for("casefile.listed"), url_for("identities.ask"), 1)
    return render_template(
        "casefile/list.html",
        found=found,
        sees_all=actor.sees_all,
        identities=identities if actor.groups else "",
        steps=lists.address().replace(url_for("casefile.listed"), url_for("eventlogs.ask"), 1),
    )


@blueprint.get("/perkara/unduh")
def download() -> AnyResponse:
    """The same list as a file, all of its pages, without identity."""
    return instance_list.download(context.actor())


@blueprint.get("/perkara/<int:instance_id>")
def show(instance_id: int) -> str:
    """Everything about one case, its identity masked; where it was destroyed, that it was."""
    actor = context.actor()
    with context.database().reading() as session:
        try:
            return _draw_casefile(session, instance_id, actor=actor)
        except NotFound:
            gone = destructions.record_of(session, instance_id, actor=actor)
            if gone is None:
                raise
            told = {"number": gone.business_key, "date": day(gone.destroyed_at), "n": gone.destruction_id}
            raise NotFound(
                _("Perkara {number} dimusnahkan pada {date}. Catatannya: Pemusnahan {n}.", **told)
            ) from None


@blueprint.post("/perkara/<int:instance_id>/identitas")
def show_identity(instance_id: int) -> AnyResponse:
    """The same page with the identity on it, this once; who looked, and why, is recorded."""
    actor = context.actor()
    sent = {name: request.form.get(name, "") for name in ("purpose", "reason")}

    def do(session: Session) -> dict[str, Any]:
        instance = instances.get(session, instance_id, actor=actor)
        version = definitions.version(session, instance.definition_id)
        return identity.show_for_work(session, actor, instance, version, **sent)

    try:
        shown = run_without_key(context.database(), do)
    except InvalidForm as error:
        with context.database().reading() as session:
            refusal = _Refusal("identity", str(error), sent, error.errors)
            page = _draw_casefile(session, instance_id, actor=actor, refusal=refusal)
        return make_response(page, errors.problem_of(error).status)
    with context.database().reading() as session:
        page = _draw_casefile(session, instance_id, actor=actor, shown=shown)
    return make_response(page, {"Cache-Control": "no-store"})


@blueprint.get("/perkara/<int:instance_id>/kedudukan")
def standing(instance_id: int) -> str:
    """Where the case stands and what happened last, for the page of a task: a part of a page."""
    with context.database().reading() as session:
        file = casefile.open_casefile(session, instance_id, actor=context.actor())
        noting.case_read(instance_id)
        svg, lines = page_parts.picture(session, file)
        entries = page_parts.timeline(file, page_parts.vocabulary(file), most=_RECENT)
        more = file.more_events or len(file.events) > len(entries)
        return render_template(
            "casefile/standing.html", case=file.instance, svg=svg, lines=lines, entries=entries, more=more
        )


@blueprint.get("/perkara/<int:instance_id>/tenggat/<clock_id>")
def deadline(instance_id: int, clock_id: str) -> str:
    """Why a running clock rings when it does."""
    with context.database().reading() as session:
        instance = instances.get(session, instance_id, actor=context.actor())
        noting.case_read(instance_id)
        found = next((one for one in queries.clocks(session, instance) if one.id == clock_id), None)
        if found is None:
            raise NotFound(_("Tenggat ini tidak berjalan lagi."))
        back = (url_for("casefile.show", instance_id=instance_id), instance.business_key)
        return page_parts.deadline(instance, found.name, clocks.why_clock(found), back)


@blueprint.get("/perkara/<int:instance_id>/diagram.xml")
def diagram(instance_id: int) -> Response:
    """The diagram of the case's own version, for the viewer. As text, like that of a definition."""
    with context.database().reading() as session:
        instance = instances.get(session, instance_id, actor=context.actor())
        noting.case_read(instance_id)
        xml = definitions.version(session, instance.definition_id).xml
    return Response(xml, content_type="text/plain; charset=utf-8")


@blueprint.get("/perkara/<int:instance_id>/diagram.json")
def states(instance_id: int) -> Response:
    """Where the case stands, for the viewer: element id → state and how often it was passed."""
    with context.database().reading() as session:
        file = casefile.open_casefile(session, instance_id, actor=context.actor())
        noting.case_read(instance_id)
        found = page_parts.states(session, file)
    return jsonify({id_: {"state": one.state, "count": one.count} for id_, one in found.items()})


@blueprint.post("/perkara/<int:instance_id>/catatan")
def note(instance_id: int) -> AnyResponse:
    """Write an internal note."""
    sent = {"text": request.form.get("text", "")}
    refused = _perform(instance_id, "note", sent, notes.add, sent["text"])
    if refused is not None:
        return refused
    page_parts.say_unknown_names(sent["text"])
    return _done(instance_id, _("Catatan disimpan."), "catatan")


@blueprint.post("/perkara/<int:instance_id>/pesan")
def message(instance_id: int) -> AnyResponse:
    """Write to the reporter."""
    sent = {"text": request.form.get("text", "")}
    refused = _perform(instance_id, "message", sent, correspondence.write_to_reporter, sent["text"])
    told = _("Pesan tersimpan. Pelapor membacanya di halaman pelacakan.")
    return refused or _done(instance_id, told, "pesan")


@blueprint.post("/perkara/<int:instance_id>/ikuti")
def follow(instance_id: int) -> AnyResponse:
    """Be told when the case moves on; or no more."""
    on = bool(request.form.get("on"))
    act = followers.follow if on else followers.unfollow
    told = (
        _("Anda mengikuti perkara ini: lonceng memberi tahu bila perkara ini berlanjut.")
        if on
        else _("Anda tidak mengikuti perkara ini lagi.")
    )
    return _perform(instance_id, "follow", {"on": str(on)}, act) or _done(instance_id, told)


@blueprint.post("/perkara/<int:instance_id>/batalkan")
def cancel(instance_id: int) -> AnyResponse:
    """End the case where it stands, with a reason."""
    sent = {"reason": request.form.get("reason", "")}
    refused = _perform(instance_id, "cancel", sent, cancellation.cancel, sent["reason"])
    return refused or _done(instance_id, _("Perkara dibatalkan."))


@blueprint.post("/perkara/<int:instance_id>/buka-kembali")
def reopen(instance_id: int) -> AnyResponse:
    """Let a case that is over go on at a step, with a reason."""
    sent = {name: request.form.get(name, "") for name in ("to", "deadline", "reason")}
    given, keeps = (sent["to"], sent["reason"]), sent["deadline"] == "kept"
    refused = _perform(instance_id, "reopen", sent, reopening.reopen, *given, keep_deadline=keeps)
    return refused or _done(instance_id, _("Perkara dibuka kembali."), "kedudukan")


@blueprint.post("/perkara/<int:instance_id>/hapus-identitas")
def erase(instance_id: int) -> AnyResponse:
    """Erase whom the case is about, with a reason."""
    sent = {"reason": request.form.get("reason", "")}
    refused = _perform(instance_id, "erase", sent, erasure.erase, sent["reason"])
    return refused or _done(instance_id, _("Identitas dihapus."))


@blueprint.post("/perkara/<int:instance_id>/tahan")
def hold(instance_id: int) -> AnyResponse:
    """Keep the case from being destroyed, or lift that, with a reason."""
    on = bool(request.form.get("on"))
    sent = {"reason": request.form.get("reason", ""), "on": str(on)}
    act = holds.hold if on else holds.lift
    told = _("Perkara ini tidak akan dimusnahkan.") if on else _("Penahanan dicabut.")
    return _perform(instance_id, "hold", sent, act, sent["reason"]) or _done(instance_id, told)


def _perform(
    instance_id: int, name: str, sent: dict[str, str], act: Callable[..., object], *given: Any, **more: Any
) -> AnyResponse | None:
    """Run a command on the case: ``act`` with the session, the case's id, what is ``given``, and who does it; the
    page that says why not when it was refused."""
    command, actor = entries.sent_command(f"{name}_case", instance_id, sent), context.actor()

    def do(session: Session) -> Answer:
        act(session, instance_id, *given, actor=actor, **more)
        return {}

    try:
        run_command(
            context.database(),
            command,
            do,
            actor=actor,
            allowed=lambda session: instances.get(session, instance_id, actor=actor),
        )
    except (InvalidForm, Conflict, NotAllowed) as error:
        problems = error.errors if isinstance(error, InvalidForm) else {}
        refusal = _Refusal(name, errors.tell_error(error), sent, problems)
        with context.database().reading() as session:
            page = _draw_casefile(session, instance_id, actor=context.actor(), refusal=refusal)
        return make_response(page, errors.problem_of(error).status)
    return None


def _done(instance_id: int, words: str, part: str | None = None) -> AnyResponse:
    flash(words, "ok")
    return redirect(url_for("casefile.show", instance_id=instance_id, _anchor=part), 303)


@dataclass(frozen=True)
class _Value:
    """A variable in words. ``changes``: (before, after, when, who), of those that replaced a value."""

    label: str
    text: str
    changes: Sequence[tuple[str, str, datetime, str]]


def _draw_casefile(
    session: Session,
    instance_id: int,
    *,
    actor: Actor,
    shown: Mapping[str, Any] | None = None,
    refusal: _Refusal | None = None,
) -> str:
    """Return the page as HTML; ``shown`` is the identity, where it was asked for and may be seen.

    Raises:
        NotFound: the case is not the actor's to see.
    """
    file = casefile.open_casefile(session, instance_id, actor=actor)
    noting.case_read(instance_id)
    words = page_parts.vocabulary(file)
    hidden = {key: text for key, text in (shown or {}).items() if masking.is_sign(key)}
    explanations = {task.id: queries.why(task, session) for task in file.tasks}
    svg, lines = page_parts.picture(
        session, file, links=lambda id_: timeline.address(instance_id, elemen=id_), marked=timeline.marked()
    )
    events, more = casefile.events_before(session, file, timeline.before(), actor=actor)
    is_joined = "joined" in file.parts
    main_case, joined = (
        joined_reports.joins_of(session, instance_id, actor=actor) if is_joined else (None, [])
    )
    reopened_at = next((one.at for one in reversed(file.events) if isinstance(one.event, CaseReopened)), None)
    was_over = file.instance.ended_at is not None or reopened_at is not None
    return render_template(
        "casefile/show.html",
        file=file,
        case=file.instance,
        words=words,
        refusal=refusal or _Refusal(),
        mine=_mine(actor, file.tasks),
        soonest=_soonest(file, explanations),
        waits=[
            (wait, words.activity(wait.activity_id), page_parts.to_note(file.version, wait))
            for wait in file.waits
        ],
        recordable=messages.recordable(session, file.instance, file.waits, actor),
        clocks=clocks.all_of(file, explanations, words),
        told=timeline.draw(file, events, more, words),
        values=_opened(_values(file, words), hidden),
        submissions=_opened(
            queries.submissions(file.version, file.valid_events, file.file_names)[::-1], hidden
        ),
        notes=masking.opened(page_parts.notes(file), hidden),
        letters=_letters(session, instance_id, hidden, actor) if "letters" in file.parts else [],
        ratings=_ratings(session, instance_id, hidden, actor) if was_over else (),
        main_case=main_case,
        joined=joined,
        mentionable=notes.mentionable(session, file.instance.id, actor=actor),
        follows=file.instance.followed and followers.is_followed(session, instance_id, actor=actor),
        files=page_parts.files(file, words),
        incidents=_incidents(file, words),
        undelivered=[page_parts.undelivered(each, instance_id, words) for each in file.undelivered],
        identity=_identity(file, words, shown),
        shown=shown is not None,
        works=identity.works_on(actor, file.tasks) is not None,
        purposes=[(code, _(label)) for code, label in PURPOSES.items()],
        hold=holds.hold_of(session, instance_id) if actor.sees_all else None,
        may=_rights(session, actor, file),
        reopenable=_reopenable(session, actor, file),
        reopened_at=reopened_at,
        resolved=queries.is_resolved(file.version, file.instance),
        svg=svg,
        lines=lines,
        viewer={
            "xml": url_for("casefile.diagram", instance_id=instance_id),
            "states": url_for("casefile.states", instance_id=instance_id),
            "links": url_for("casefile.show", instance_id=instance_id, elemen=""),
            "marked": timeline.marked(),
        },
    )


def _letters(
    session: Session, instance_id: int, hidden: Mapping[str, str], actor: Actor
) -> list[Mapping[str, Any]]:
    """What office and reporter wrote to each other, oldest first."""
    return [
        {
            "written_by": one.written_by,
            "written_at": one.written_at,
            "by_mail": one.by_mail,
            "text": masking.opened(one.text, hidden),
            "number": number,
        }
        for one, number in correspondence.letters_of(session, instance_id, actor=actor)
    ]


def _ratings(
    session: Session, instance_id: int, hidden: Mapping[str, str], actor: Actor
) -> list[Mapping[str, Any]]:
    """What the reporters of a case gave it, and why."""
    return [
        {
            "rating": one.rating,
            "text": masking.opened(one.text, hidden),
            "at": one.changed_at or one.rated_at,
            "number": number,
        }
        for one, number in ratings.ratings_of(session, instance_id, actor=actor)
    ]


def _opened(rows: Sequence[_R], hidden: Mapping[str, str]) -> Sequence[_R]:
    """Rows with what signs in them hide, where that was asked for."""
    return [replace(one, **masking.opened(vars(one), hidden)) for one in rows] if hidden else rows


def _rights(session: Session, actor: Actor, file: CaseFile) -> dict[str, bool]:
    """Which buttons the page shows; the services decide again."""
    return {
        "write": not actor.is_auditor,
        "cancel": cancellation.may_cancel(actor, file.instance, file.tasks, file.waits, file.version),
        "erase": erasure.may_erase(actor),
        "hold": holds.may_hold(actor),
        "retry": incidents.may_retry(actor),
        "reissue": tracking.may_reissue(session, actor, file.instance, file.version),
        "message": correspondence.may_write(actor, file.instance, file.version, file.tasks),
        "join": joined_reports.may_join(actor, file.instance, file.version, file.tasks)
        and outlines.has_reporter(file.version),
        "part": joined_reports.may_part(actor, file.instance, file.version),
    }


def _reopenable(session: Session, actor: Actor, file: CaseFile) -> Mapping[str, Any] | None:
    """The steps at which the actor may let the case go on, and the one that was done last; None where he may not."""
    if not reopening.may_reopen(actor, file.instance, file.version):
        return None
    last = reopening.last_step(session, file.instance, file.version)
    return {"steps": reopening.steps(file.version), "last": last or ""}


def _values(file: CaseFile, words: Vocabulary) -> list[_Value]:
    """The case's variables with each value that was replaced; those that were never filled are left out."""
    return [
        _Value(
            one.label,
            words.value(one.key, one.value),
            [
                (words.value(one.key, before), words.value(one.key, after), at, who or "")
                for before, after, at, who in one.changes
                if before is not None
            ],
        )
        for one in queries.variables(file.version, file.instance.variables, file.events)
        if one.value not in (None, "", []) or len(one.changes) > 1
    ]


def _mine(actor: Actor, tasks: Sequence[UserTask]) -> UserTask | None:
    """The open task that the actor can go on with: one he holds before one he may take."""
    his = [task for task in tasks if permissions.holding(actor, task) == "work"]
    return min(his, key=lambda task: (task.assignee_id is None, task.sort_at), default=None)


def _soonest(file: CaseFile, explanations: Mapping[str, Any]) -> dict[str, Any] | None:
    """The deadline that comes first, of an open task or of what the case waits for. Where there is none it is the
    first time that ends something; a mere reminder is none."""
    found = [
        (task.due_at, clocks.why_task(task, explanations[task.id])) for task in file.tasks if task.due_at
    ]
    found += [(one.due_at, clocks.why_clock(one)) for one in file.clocks if one.is_deadline]
    found = found or [(one.due_at, clocks.why_clock(one)) for one in file.clocks if one.ends]
    at, why = min(found, key=lambda one: one[0], default=(None, None))
    return {"at": at, "why": why} if at else None


def _incidents(file: CaseFile, words: Vocabulary) -> list[dict[str, Any]]:
    return [
        {"row": one, "place": words.activity(one.activity_id), "open": one.resolved_at is None}
        for one in file.incidents
    ]


def _identity(
    file: CaseFile, words: Vocabulary, shown: Mapping[str, Any] | None
) -> list[tuple[str, str | None]]:
    """(label, value) in the order of the forms, the value None while it is masked."""
    return [
        (words.label(key), words.value(key, shown.get(key)) if shown is not None else None)
        for key in sorted(file.identity, key=words.place)
    ]
