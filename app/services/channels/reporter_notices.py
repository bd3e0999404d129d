"""What reporters are told outside of their page, if they left a telephone number and are not anonymous.

The number is unsealed when a message is sent, and stands nowhere else: in no row, history, log or error.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload

from app.base.config import SmsGateway
from app.base.errors import Conflict, NotAllowed, NotFound
from app.base.i18n import N_, _
from app.history import reader
from app.history.events.channels import NoticeRepeated, ReporterNotified
from app.history.events.reporter import ReporterMessageAdded
from app.models import MessageWait, ProcessInstance, ReporterNotice
from app.services import identity
from app.services.channels import delays, incoming, sms
from app.services.core import clock, history, office, rights, settings
from app.services.core.access import Actor
from app.services.core.paging import Page, cursor, limited, number_of, values_of
from app.services.core.unreadable import apart
from app.services.core.upsert import insert
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.definitions.outlines import has_reporter, is_for_reporter
from app.services.notifications import message_texts
from app.services.reporter import joined_reports
from app.work import Lane, Named, defer, defer_all
from app.work import queue as work_queue
from app.work.kinds import Pieces

STATES = ("waiting", "sending", "sent", "failed", "unknown", "withdrawn")
#: SMS as work: one after another, as there is one gateway.
SMS = Named("sms", Lane.POST)
#: Between these hours of the office nobody's telephone rings.
_MORNING, _EVENING = 7, 20
_BATCH = 200
#: What the reporter is told of, by the type of the event.
_TOLD = {
    "reporter_message_added": "wrote",
    "instance_ended": "ended",
    "instance_cancelled": "ended",
    "case_reopened": "reopened",
}
CODES = {
    "wrote": N_("Petugas menulis pesan"),
    "wanted": N_("Data diminta"),
    "ended": N_("Laporan berakhir"),
    "reopened": N_("Laporan dibuka kembali"),
}


@dataclass(frozen=True)
class News:
    """Something that a case's reporter may be told: what, about which message, wait or end, and when it happened."""

    instance_id: int
    code: str
    about: str
    at: datetime


@dataclass(frozen=True, repr=False)
class Message:
    """What to send now. It has no ``repr``: a number must not end in a log."""

    id: int
    to: str
    text: str
    gateway: SmsGateway
    networks: tuple[Any, ...]


def news(session: Session, after: int) -> Iterator[News]:
    """What happened behind an event that no reporter was told of yet, also for reporters whose reports are joined to
    the case; nobody asks these for data. 2 SQL, and one for each message and end."""
    for event in reader.of_types(session, after, tuple(_TOLD)):
        if event.type == ReporterMessageAdded.type and event.actor_id is None:  # he wrote it himself
            continue
        code = _TOLD[event.type]
        yield News(event.instance_id, code, str(event.id), event.at)
        for joined in joined_reports.reports_of(session, event.instance_id):
            if joined.joined_at <= event.at:
                yield News(joined.instance_id, code, str(event.id), event.at)
    changed = reader.newest_ids(after)
    waits = select(MessageWait).join(changed, changed.c.instance_id == MessageWait.instance_id)
    for wait in session.scalars(waits.where(MessageWait.is_message)):
        yield News(wait.instance_id, "wanted", str(wait.id), wait.opened_at)


def to_tell(session: Session, found: Sequence[News]) -> list[dict[str, Any]]:
    """Rows for those of the news whose reporter can be told and was not yet; of anybody else there is none, nor of a
    case with a row that cannot be read."""
    rows, _unreadable = apart(found[:_BATCH], lambda some: _to_tell(session, some), "news for reporters")
    return rows


def _to_tell(session: Session, found: Sequence[News]) -> list[dict[str, Any]]:
    rows = []
    for one in found:
        told = exists().where(
            ReporterNotice.instance_id == one.instance_id,
            ReporterNotice.code == one.code,
            ReporterNotice.about == one.about,
        )
        if not session.scalar(select(told)) and _number(session, one.instance_id, one) is not None:
            rows.append(
                {
                    "instance_id": one.instance_id,
                    "code": one.code,
                    "about": one.about,
                    "state": "waiting",
                    "attempts": 0,
                    "queued_at": clock.now(session),
                    "error": "",
                }
            )
    return rows


def _by_day(session: Session, at: datetime) -> datetime:
    """The same, or the next morning."""
    local = at.astimezone(settings.config(session).timezone)
    if _MORNING <= local.hour < _EVENING:
        return at
    morning = local.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    return (morning if local.hour < _MORNING else morning + timedelta(days=1)).astimezone(at.tzinfo)


def _number(session: Session, instance_id: int, one: News) -> str | None:
    """Where the reporter of a case is told now; None where he is not: no number, anonymous, or no news any more."""
    instance = session.get_one(ProcessInstance, instance_id)
    version = definitions.readable(session, instance.definition_id)
    if version is None or not has_reporter(version) or not _holds(session, version, instance, one):
        return None
    numbers = [sms.international(text) for text in incoming.held_by(session, version, instance_id, "sms")]
    found = next((number for number in numbers if number), None)
    # Asked last, and each time: what makes a reporter unknown may have been said meanwhile.
    return found if found and not identity.closed(session, instance, version) else None


def _holds(session: Session, version: Version, instance: ProcessInstance, one: News) -> bool:
    """Whether it is news still: the case waits; that which does its work is over, or goes on again."""
    if one.code == "wanted":
        wait = session.get(MessageWait, one.about)
        node = version.diagram.nodes.get(wait.activity_id) if wait is not None else None
        return node is not None and is_for_reporter(node)
    if one.code in ("ended", "reopened"):
        return (joined_reports.case_of(session, instance).ended_at is not None) == (one.code == "ended")
    return True


def queue(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Keep rows of `to_tell` and have them sent; those that are there are not doubled. 2 SQL."""
    making = insert(session, ReporterNotice).on_conflict_do_nothing().returning(ReporterNotice.id)
    made, told_at = session.scalars(making, list(rows)), delays.told_at(session)
    defer_all(session, SMS, [(_key(id_), told_at) for id_ in made])


def _key(notice_id: int) -> str:
    return f"sms/{notice_id}"


def due(session: Session, rows: Sequence[ReporterNotice]) -> Mapping[int, datetime]:
    """By the ids of those that wait, when each is tried. 1 SQL."""
    at = work_queue.due(session, SMS, (_key(row.id) for row in rows))
    return {row.id: at[_key(row.id)] for row in rows if _key(row.id) in at}


def waiting(session: Session) -> Pieces:
    """All that wait, or were being sent, as work. 1 SQL over an index."""
    query = select(ReporterNotice.id).where(ReporterNotice.state.in_(("waiting", "sending")))
    return [(_key(id_), None) for id_ in session.scalars(query.order_by(ReporterNotice.id))]


def begin(session: Session, notice_id: int) -> Message | datetime | None:
    """What to send for one from now on, at night when; None where there is nothing to send.

    One that somebody began to send and never reported may have been sent: it is told so, not sent.
    """
    row, now = session.get(ReporterNotice, notice_id, with_for_update=True), clock.now(session)
    if row is not None and row.state == "sending":
        _end(row, "unknown", now, "cut_off")
    if row is None or row.state != "waiting":
        return None
    if (morning := _by_day(session, now)) > now:
        return clock.real_of(session, morning)
    config = settings.config(session)
    if config.sms is None:  # it waits until there is a gateway, and a worker begins
        return None
    to = _number(session, row.instance_id, News(row.instance_id, row.code, row.about, row.queued_at))
    if to is None:
        _end(row, "withdrawn", now)
        return None
    row.state = "sending"
    return Message(row.id, to, text_of(session, row), config.sms, config.private_networks)


def _end(row: ReporterNotice, state: str, at: datetime, error: str = "") -> None:
    row.state, row.done_at, row.error = state, at, error


def text_of(session: Session, row: ReporterNotice) -> str:
    """The words of one as administrators have them, in Indonesian: number and address, in 160 letters. The office's
    name where there is room and the text does not place it."""
    name = office.office(session).name
    values = {
        "nomor": row.instance.business_key,
        "halaman": f"{settings.config(session).base_url}/lacak",
        "kantor": name,
    }
    text = message_texts.in_force(session, f"sms_{row.code}", "id")
    said = text.filled(values).body
    whole = sms.plain(f"{name}: {said}" if name and "{kantor}" not in text.body else said)
    return whole if len(whole) <= sms.MOST else sms.plain(said)[: sms.MOST]


def record(session: Session, notice_id: int, answer: sms.Answer) -> None:
    """Note what the gateway said. One that it surely does not send waits."""
    row, now = session.get_one(ReporterNotice, notice_id, with_for_update=True), clock.now(session)
    if row.state != "sending":
        return
    row.attempts += 1
    if answer.is_taken:
        _end(row, "sent", now)
        told = ReporterNotified(channel="sms", code=row.code)
        history.record(session, told, actor=None, instance_id=row.instance_id)
    elif answer.is_sure:
        row.state, row.error = "waiting", answer.error
    else:
        _end(row, "unknown", now, answer.error)


def fail(session: Session, notice_id: int) -> None:
    """Give one up that the gateway does not take; what was being sent may have been sent."""
    row = session.get(ReporterNotice, notice_id, with_for_update=True)
    if row is not None and row.state in ("waiting", "sending"):
        unknown = row.state == "sending"
        _end(row, "unknown" if unknown else "failed", clock.now(session), "cut_off" if unknown else row.error)


def listed(
    session: Session, state: str, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[ReporterNotice]:
    """A page of notices with their cases, newest first, of one state or all.

    Raises:
        NotAllowed: the actor is neither administrator nor auditor.
    """
    _require_reader(actor)
    limit = limited(limit)
    query = select(ReporterNotice).options(joinedload(ReporterNotice.instance))
    if state in STATES:
        query = query.where(ReporterNotice.state == state)
    if after:
        query = query.where(ReporterNotice.id < number_of(values_of(after, 1)[0]))
    found = session.scalars(query.order_by(ReporterNotice.id.desc()).limit(limit + 1)).all()
    return Page(found[:limit], cursor(found[limit - 1].id) if len(found) > limit else None)


def counts(session: Session) -> dict[str, int]:
    """How many there are in each state. 1 SQL over an index."""
    query = select(ReporterNotice.state, func.count()).group_by(ReporterNotice.state)
    return {state: count for state, count in session.execute(query)}


def _require_reader(actor: Actor) -> None:
    if not (actor.is_admin or actor.is_auditor):
        raise NotAllowed(_("Hanya administrator yang dapat melakukan ini."))


def require_reader(session: Session, notice_id: int, *, actor: Actor) -> ReporterNotice:
    """Return one. Raises: NotAllowed. NotFound."""
    _require_reader(actor)
    row = session.get(ReporterNotice, notice_id)
    if row is None:
        raise NotFound(_("Pengiriman ini tidak ada."))
    return row


def send_again(session: Session, notice_id: int, *, actor: Actor) -> ReporterNotice:
    """Send one that failed, or may not have been sent, once more.

    Raises:
        NotAllowed: the actor is no administrator. NotFound. Conflict: it waits, or was sent.
    """
    rights.require_administrator(actor)
    require_reader(session, notice_id, actor=actor)
    row = session.get_one(ReporterNotice, notice_id, with_for_update=True)
    if row.state not in ("failed", "unknown"):
        raise Conflict(_("Hanya yang gagal atau tidak pasti terkirim dapat dikirim lagi."))
    row.state, row.attempts, row.done_at = "waiting", 0, None
    defer(session, SMS, _key(row.id))
    event = NoticeRepeated(notice=row.id, channel="sms", code=row.code)
    history.record(session, event, actor=actor, instance_id=row.instance_id)
    return row
