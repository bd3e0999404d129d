"""Catatan keamanan: who used the installation and what was refused, for administrators and auditors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Blueprint, render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.i18n import _
from app.forms import moments
from app.models import ProcessDefinition, ProcessInstance, SecurityEvent, User, UserTask
from app.services.core import ids, paging, security_log
from app.services.core.access import Actor
from app.services.core.paging import Page
from app.services.core.security_log import KINDS, SecurityFilters
from app.web import context, lists
from app.web.lists import Column, Filter, List
from app.web.security_log import words

blueprint = Blueprint("security_log", __name__)


@dataclass(frozen=True)
class _Row:
    """A record in words. ``url``: where its target is; ``by``, ``narrow``: all records by this person, about this."""

    event: SecurityEvent
    action: str
    outcome: str
    who: str
    by: str
    about: str
    target: str
    url: str
    narrow: str
    through: str


@dataclass(frozen=True, kw_only=True)
class _Log(List[_Row]):
    """Everything the template shows. ``problem``: why nothing can be found, in a sentence."""

    person: str
    since: str
    until: str
    problem: str
    days: int
    addresses: bool


@blueprint.get("/catatan-keamanan")
def listed() -> str:
    """The newest records first, narrowed by what the address says."""
    with context.database().reading() as session:
        log = _read_log(session, actor=context.actor())
    return render_template("security_log/list.html", log=log, kinds=words.KINDS)


@blueprint.get("/catatan-keamanan/unduh")
def download() -> Response:
    """The same list as a file, all of its pages. That it was taken is recorded in the log itself."""
    security_log.require_reader(context.actor())
    actor = context.actor()
    with context.database().reading() as session:
        filters, _problem = _filters_of(session, _asked())

    def page(session: Session, after: str) -> Page[SecurityEvent]:
        if filters is None:
            return Page((), None)
        return security_log.page(session, filters, actor=actor, after=after, limit=paging.MAX_LIMIT)

    return lists.download_pages("catatan-keamanan", "security_log", _columns(), page, _rows)


def _columns() -> list[Column[_Row]]:
    return [
        lists.own("lead", _("Kejadian")),
        Column(_("Waktu"), lambda row: row.event.at, "time", kind="when"),
        Column(_("Jenis"), lambda row: _(words.KINDS[row.event.kind])),
        Column(_("Kejadian"), lambda row: row.action),
        Column(_("Hasil"), lambda row: row.outcome),
        Column(_("Oleh"), lambda row: row.who, "own", key="who"),
        Column(_("Nama pengguna"), lambda row: row.event.actor.name if row.event.actor else ""),
        Column(_("Tentang"), lambda row: row.about, "own", key="about", kind="fit"),
        Column(_("Nomor"), lambda row: row.target),
        Column(_("Lewat"), lambda row: row.through, "own", key="through", kind="fit"),
        Column(_("Sesi"), lambda row: row.event.session),
        Column(_("Asal"), lambda row: row.event.source),
    ]


def _asked() -> dict[str, str]:
    return {name: lists.argument(name) for name in ("q", "kind", "person", "about", "since", "until")}


def _read_log(session: Session, *, actor: Actor) -> _Log:
    security_log.require_reader(actor)
    wanted = _asked()
    filters, problem = _filters_of(session, wanted)
    page = None
    if filters is not None:
        page = security_log.page(session, filters, actor=actor, after=lists.argument(lists.AFTER))
    kinds = [(kind, _(words.KINDS[kind])) for kind in KINDS]
    return _Log(
        q=wanted["q"],
        filters=[
            Filter("kind", _("Jenis"), kinds, wanted["kind"]),
            *(_typed(*one, wanted) for one in _typed_filters()),
        ],
        person=wanted["person"],
        since=wanted["since"],
        until=wanted["until"],
        columns=_columns(),
        rows=_rows(session, page.items) if page else (),
        following=lists.next_page(page.next) if page else "",
        problem=problem,
        days=context.config().security_log_days,
        addresses=context.config().security_log_addresses,
    )


def _typed_filters() -> list[tuple[str, str]]:
    return [
        ("person", _("Oleh")),
        ("about", _("Tentang")),
        ("since", _("Sejak")),
        ("until", _("Sampai")),
    ]


def _typed(name: str, label: str, wanted: Mapping[str, str]) -> Filter:
    """A filter that is typed: what was typed is its only option."""
    value = wanted[name]
    text = _about_words(value) if name == "about" else value
    return Filter(name, label, [(value, text)] if value else [], value)


def _about_words(value: str) -> str:
    kind, _colon, id_ = value.partition(":")
    known = words.target_kind(kind)
    return f"{known} {id_}" if known else value


def _filters_of(session: Session, wanted: Mapping[str, str]) -> tuple[SecurityFilters | None, str]:
    """The filters that the address asks for, or why there can be nothing."""
    if wanted["kind"] and wanted["kind"] not in KINDS:
        return None, _("Jenis ini tidak dikenal.")
    actor_id = _person(session, wanted["person"]) if wanted["person"] else None
    if wanted["person"] and actor_id is None:
        return None, _("Tidak ada pengguna bernama {name}.", name=wanted["person"])
    targets = _targets(session, wanted)
    if targets is not None and not targets:
        return None, _("Tidak ada perkara atau pengguna {name}.", name=wanted["q"] or wanted["about"])
    try:
        since, until = _moment(wanted["since"]), _moment(wanted["until"], days=1)
    except (ValueError, OverflowError):
        return None, _("Tulis tanggal yang ada, misalnya 24-11-2026.")
    return SecurityFilters(wanted["kind"], actor_id, targets, since, until), ""


def _person(session: Session, name: str) -> int | None:
    """The user of this name, whichever of his two it is."""
    plain = name.casefold()
    query = select(User.id).where((User.name == plain) | (func.lower(User.full_name) == plain))
    return session.scalars(query.order_by(User.id).limit(1)).first()


def _targets(session: Session, wanted: Mapping[str, str]) -> Sequence[tuple[str, str]] | None:
    """What a link names; or what the search means: cases with this number, the user of this name."""
    kind, _colon, id_ = wanted["about"].partition(":")
    if wanted["about"]:
        return [(kind, id_)] if words.target_kind(kind) and id_ else []
    if not wanted["q"]:
        return None
    numbers = {wanted["q"], wanted["q"].upper()}
    keys = select(ProcessDefinition.key)  # the index begins with the key; naming them lets it be used
    cases = select(ProcessInstance.id).where(
        ProcessInstance.key.in_(keys), ProcessInstance.business_key.in_(numbers)
    )
    users = select(User.name).where(User.name == wanted["q"].casefold())
    found = [("instance", str(one)) for one in session.scalars(cases.limit(20))]
    return found + [("user", name) for name in session.scalars(users)]


def _moment(text: str, *, days: int = 0) -> datetime | None:
    """The beginning of a day as people type it, or of one ``days`` later.

    Raises:
        ValueError: it is none. OverflowError: there is no such day.
    """
    if not text:
        return None
    day = date.fromisoformat(str(moments.from_text(text, "date"))) + timedelta(days=days)
    return datetime.combine(day, time(), tzinfo=context.config().timezone)


def _rows(session: Session, events: Sequence[SecurityEvent]) -> list[_Row]:
    numbers = _numbers(session, events)
    return [_row(event, numbers) for event in events]


def _row(event: SecurityEvent, numbers: Mapping[tuple[str, str], tuple[int, str]]) -> _Row:
    key = (event.target_kind or "", event.target_id or "")
    case = numbers.get(key)
    target, about = case[1] if case else key[1], words.target_kind(key[0])
    return _Row(
        event,
        words.action(event),
        words.outcome(event),
        _who(event),
        lists.address({"person": event.actor.name}) if event.actor else "",
        about or key[0],
        target,
        f"/perkara/{case[0]}" if case else "",
        lists.address({"q": "", "about": f"{key[0]}:{key[1]}"}) if about and key[1] else "",
        _(words.CHANNELS[event.channel]) if event.channel in words.CHANNELS else event.channel,
    )


def _who(event: SecurityEvent) -> str:
    if event.actor is not None:
        return event.actor.full_name
    if event.channel == "public":
        return _("Pelapor")
    return _("Tidak dikenal") if event.channel in ("page", "api") else ""


def _numbers(session: Session, events: Sequence[SecurityEvent]) -> dict[tuple[str, str], tuple[int, str]]:
    """Id and number of the cases that the records are about, themselves or by a task of theirs. 2 SQL at most."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    cases = {case for one in events if one.target_kind == "instance" and (case := _id(one.target_id))}
    if cases:
        query = select(ProcessInstance.id, ProcessInstance.business_key)
        for id_, number in session.execute(query.where(ProcessInstance.id.in_(cases))):
            found["instance", str(id_)] = id_, number
    tasks = {one.target_id for one in events if one.target_kind == "task" and one.target_id}
    if tasks:
        of_task = select(UserTask.id, ProcessInstance.id, ProcessInstance.business_key)
        of_task = of_task.join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        for task_id, id_, number in session.execute(of_task.where(UserTask.id.in_(tasks))):
            found["task", task_id] = id_, number
    return found


def _id(text: str | None) -> int | None:
    return ids.parse_id(text) if text else None
