"""Webhooks: which other systems are told of which events, what they are told, and what became of it."""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Update, func, select, update
from sqlalchemy.orm import Session, load_only, undefer

from app.base.errors import Conflict, InvalidForm, NotAllowed, NotFound
from app.base.i18n import N_, _
from app.history import reader
from app.history.events.channels import DeliveryRepeated, WebhookAdded, WebhookChanged
from app.history.events.tasks import CompletionTakenBack
from app.history.reader import Happening
from app.models import ProcessInstance, Webhook, WebhookDelivery
from app.services.channels import delays
from app.services.channels.guarded_http import Guard, Unreachable, post
from app.services.core import clock, encryption, history, rights, settings
from app.services.core.access import Actor
from app.services.core.paging import Page, cursor, limited, number_of, values_of
from app.services.core.upsert import insert
from app.work import Lane, Named, cancel_all, defer, defer_all
from app.work import queue as work_queue
from app.work.kinds import Pieces

#: What a webhook may be told of, by the type of the event in the history.
EVENTS = {
    "instance_started": ("case_started", N_("Perkara dimulai")),
    "task_created": ("task_opened", N_("Tugas dibuka")),
    "task_completed": ("task_completed", N_("Tugas selesai")),
    "task_overdue": ("task_overdue", N_("Tugas lewat tenggat")),
    "reporter_message_added": ("message_added", N_("Pesan kepada atau dari pelapor")),
    "instance_ended": ("case_ended", N_("Perkara berakhir")),
    "instance_cancelled": ("case_cancelled", N_("Perkara dibatalkan")),
    "case_reopened": ("case_reopened", N_("Perkara dibuka kembali")),
}
CODES = {code: words for code, words in EVENTS.values()}
_TYPES = {code: type_ for type_, (code, _words) in EVENTS.items()}
STATES = ("waiting", "sent", "failed", "withdrawn")
#: Deliveries as work, each under the ids of its webhook and its own.
DELIVERIES = Named("webhooks", Lane.POST)
_MOST_WEBHOOKS = 20
_BATCH = 200
#: What they are told of a case; nothing else of it is read.
_TOLD = (
    ProcessInstance.key,
    ProcessInstance.business_key,
    ProcessInstance.state,
    ProcessInstance.started_at,
    ProcessInstance.ended_at,
)


@dataclass(frozen=True)
class Sending:
    """One delivery ready to be sent: no session is needed any more."""

    id: int
    url: str
    body: bytes
    headers: Mapping[str, str]
    guard: Guard


@dataclass(frozen=True)
class Outcome:
    """What became of it: the HTTP status, or why there was none."""

    id: int
    status: int | None
    error: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the other side took it. A redirect is none: it is not followed."""
        return self.status is not None and 200 <= self.status < 300


def listed(session: Session, *, actor: Actor) -> Sequence[Webhook]:
    """All webhooks, the first one first. Raises: NotAllowed, as of all here for who is no administrator."""
    _require_reader(actor)
    return session.scalars(select(Webhook).order_by(Webhook.id)).all()


def get(session: Session, webhook_id: int, *, actor: Actor) -> Webhook:
    """Return a webhook. Raises: NotAllowed. NotFound."""
    _require_reader(actor)
    found = session.get(Webhook, webhook_id)
    if found is None:
        raise NotFound(_("Webhook ini tidak ada."))
    return found


def _require_reader(actor: Actor) -> None:
    if not (actor.is_admin or actor.is_auditor):
        raise NotAllowed(_("Hanya administrator yang dapat melakukan ini."))


def add(session: Session, name: str, url: str, codes: Sequence[str], *, actor: Actor, secret: str) -> Webhook:
    """Tell another system of events from now on. ``secret``: of `new_secret`, to be shown once.

    Raises:
        NotAllowed. InvalidForm: name, address or events; the address must be of a host that the settings name.
    """
    rights.require_administrator(actor)
    name, url = " ".join(name.split()), url.strip()
    chosen = [code for code in CODES if code in codes]
    if wrong := _errors(session, name, url, chosen):
        values = {"name": name, "url": url, "events": chosen}
        raise InvalidForm(_("Belum disimpan. Periksa isian yang ditandai."), wrong, values)
    row = Webhook(
        name=name,
        url=url,
        events=chosen,
        secret=encryption.seal(session, secret),
        after_event=reader.newest_id(session),
        added_at=clock.now(session),
        added_by_id=actor.id,
    )
    session.add(row)
    session.flush()
    history.record(session, WebhookAdded(webhook=row.id, name=name, events=chosen), actor=actor)
    return row


def new_secret(session: Session, key: str) -> str:
    """A secret that nobody guesses. It follows from the ``key`` of the form that asks for it: one that is sent twice
    shows the same."""
    return f"whs_{encryption.fingerprint(session, 'webhook', key or secrets.token_urlsafe(32))}"


def _errors(session: Session, name: str, url: str, chosen: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    config = settings.config(session)
    if not name or len(name) > 100:
        found["name"] = _("Tulis nama, paling panjang 100 huruf.")
    if not url.startswith(("https://", "http://")) or len(url) > 500:
        found["url"] = _("Tulis alamat yang utuh, misalnya https://sistem.example.go.id/alur")
    elif not Guard(config.webhook_hosts).names(url):
        found["url"] = _("Host ini tidak ada dalam ALUR_WEBHOOK_HOSTS.")
    if not chosen:
        found["events"] = _("Pilih paling sedikit satu kejadian.")
    if (session.scalar(select(func.count()).select_from(Webhook)) or 0) >= _MOST_WEBHOOKS:
        found["name"] = _("Paling banyak {n} webhook.", n=_MOST_WEBHOOKS)
    return found


def renew_secret(session: Session, webhook_id: int, *, actor: Actor, secret: str) -> Webhook:
    """Sign with another secret from now on. Raises: NotAllowed. NotFound."""
    row = _own(session, webhook_id, actor)
    row.secret = encryption.seal(session, secret)
    history.record(session, WebhookChanged(webhook=row.id, name=row.name, change="secret"), actor=actor)
    return row


def turn(session: Session, webhook_id: int, *, on: bool, actor: Actor) -> Webhook:
    """Turn a webhook off, or on again: then it is told of what happens from now on. Raises: NotAllowed. NotFound."""
    row = _own(session, webhook_id, actor)
    if (row.disabled_at is None) == on:
        return row
    row.disabled_at = None if on else clock.now(session)
    if on:
        row.after_event = reader.newest_id(session)
    else:
        _withdraw(session, WebhookDelivery.webhook_id == row.id)
        cancel_all(session, DELIVERIES, str(row.id))
    change = "on" if on else "off"
    history.record(session, WebhookChanged(webhook=row.id, name=row.name, change=change), actor=actor)
    return row


def _own(session: Session, webhook_id: int, actor: Actor) -> Webhook:
    rights.require_administrator(actor)
    return get(session, webhook_id, actor=actor)


def deliveries(
    session: Session, webhook_id: int, state: str, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[WebhookDelivery]:
    """A page of a webhook's deliveries, newest first, of one state or all. Raises: NotAllowed. NotFound."""
    row, limit = get(session, webhook_id, actor=actor), limited(limit)
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == row.id)
    if state in STATES:
        query = query.where(WebhookDelivery.state == state)
    if after:
        query = query.where(WebhookDelivery.id < number_of(values_of(after, 1)[0]))
    found = session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(limit + 1)).all()
    return Page(found[:limit], cursor(found[limit - 1].id) if len(found) > limit else None)


def send_again(session: Session, webhook_id: int, delivery_id: int, *, actor: Actor) -> WebhookDelivery:
    """Send a delivery that is over once more, under its own number.

    Raises:
        NotAllowed. NotFound. Conflict: it waits already, or the webhook is off.
    """
    webhook = _own(session, webhook_id, actor)
    query = select(WebhookDelivery).where(
        WebhookDelivery.id == delivery_id, WebhookDelivery.webhook_id == webhook.id
    )
    row = session.scalars(query.with_for_update()).one_or_none()
    if row is None:
        raise NotFound(_("Pengiriman ini tidak ada."))
    if webhook.disabled_at is not None:
        raise Conflict(_("Webhook ini dimatikan. Nyalakan dulu."))
    if row.state in ("waiting", "withdrawn"):
        raise Conflict(_("Pengiriman ini belum selesai, atau sudah ditarik."))
    row.state, row.attempts, row.done_at = "waiting", 0, None
    defer(session, DELIVERIES, key_of(row))
    event = DeliveryRepeated(webhook=webhook.id, name=webhook.name, delivery=row.id)
    history.record(session, event, actor=actor)
    return row


def active(session: Session) -> Sequence[Webhook]:
    """Those that are told. 1 SQL."""
    return session.scalars(select(Webhook).where(Webhook.disabled_at.is_(None)).order_by(Webhook.id)).all()


def untold(session: Session, after: int) -> list[dict[str, Any]]:
    """Rows of deliveries for events above ``after`` that active webhooks were not told of. 1 SQL, and 2 for each."""
    found: list[dict[str, Any]] = []
    for webhook in active(session):
        behind = max(after, webhook.after_event)
        types = [_TYPES[code] for code in webhook.events if code in _TYPES]
        told = select(WebhookDelivery.event_id).where(
            WebhookDelivery.webhook_id == webhook.id, WebhookDelivery.event_id > behind
        )
        events = reader.of_types(session, behind, types, known=told, limit=_BATCH)
        cases = _cases(session, {one.instance_id for one in events})
        found += [_delivery(session, webhook, one, cases[one.instance_id]) for one in events]
    return found


def _cases(session: Session, ids: Collection[int]) -> Mapping[int, ProcessInstance]:
    query = select(ProcessInstance).where(ProcessInstance.id.in_(ids))
    query = query.options(load_only(*_TOLD, raiseload=True))
    return {instance.id: instance for instance in session.scalars(query)} if ids else {}


def _delivery(
    session: Session, webhook: Webhook, event: Happening, instance: ProcessInstance
) -> dict[str, Any]:
    code = EVENTS[event.type][0]
    return {
        "webhook_id": webhook.id,
        "event_id": event.id,
        "instance_id": instance.id,
        "code": code,
        "payload": payload(code, event.id, event.at, event.activity_id, instance),
        "state": "waiting",
        "attempts": 0,
        "queued_at": clock.now(session),
        "error": "",
    }


def payload(
    code: str, event_id: int, at: datetime, activity_id: str | None, instance: ProcessInstance
) -> dict[str, Any]:
    """What another system is told: nothing that anybody wrote about the case, and nobody's name."""
    return {
        "event": code,
        "event_id": event_id,
        "at": at.isoformat(),
        "element": activity_id,
        "case": {
            "process": instance.key,
            "number": instance.business_key,
            "state": instance.state,
            "started_at": instance.started_at.isoformat(),
            "ended_at": instance.ended_at.isoformat() if instance.ended_at else None,
        },
    }


def queue(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep deliveries of `untold` and have them sent; those that are there are not doubled. 2 SQL."""
    making = insert(session, WebhookDelivery).on_conflict_do_nothing().returning(WebhookDelivery)
    made = session.scalars(making, [dict(row) for row in rows])
    told_at = delays.told_at(session)
    defer_all(session, DELIVERIES, [(key_of(row), told_at) for row in made])


def key_of(row: WebhookDelivery) -> str:
    """Under which a delivery waits among `DELIVERIES`."""
    return f"{row.webhook_id}/{row.id}"


def due(session: Session, rows: Sequence[WebhookDelivery]) -> Mapping[int, datetime]:
    """By the ids of those that wait, when each is tried. 1 SQL."""
    at = work_queue.due(session, DELIVERIES, map(key_of, rows))
    return {row.id: at[key_of(row)] for row in rows if key_of(row) in at}


def waiting(session: Session) -> Pieces:
    """All deliveries that wait, as work. 1 SQL over an index."""
    query = select(WebhookDelivery).where(
        WebhookDelivery.webhook_id.in_(select(Webhook.id)), WebhookDelivery.state == "waiting"
    )
    return [(key_of(row), None) for row in session.scalars(query.order_by(WebhookDelivery.id))]


def sending(session: Session, delivery_id: int) -> Sending | None:
    """What to send for a delivery; None where it is over, or was taken back meanwhile, see `withdraw`."""
    row = session.get(WebhookDelivery, delivery_id)
    if row is None or row.state != "waiting" or _is_taken_back(session, row):
        return None
    webhook = session.get_one(Webhook, row.webhook_id, options=[undefer(Webhook.secret)])
    body = orjson.dumps({"delivery": row.id, **row.payload})
    config, at = settings.config(session), int(clock.real().timestamp())
    headers = {
        "Content-Type": "application/json",
        "Alur-Event": row.code,
        "Alur-Delivery": str(row.id),
        "Alur-Signature": f"t={at},v1={sign(encryption.unseal(session, webhook.secret), at, body)}",
    }
    guard = Guard(config.webhook_hosts, config.private_networks)
    return Sending(row.id, webhook.url, body, headers, guard)


def sign(secret: str, at: int, body: bytes) -> str:
    """HMAC-SHA256 over the time of sending, a dot and the body, in hex."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def _is_taken_back(session: Session, row: WebhookDelivery) -> bool:
    """Whether a completion was taken back that this event came of. 1 SQL over an index."""
    undone = any(
        isinstance(entry.event, CompletionTakenBack) and entry.id > row.event_id > entry.event.since
        for entry in reader.of_kinds(session, row.instance_id, CompletionTakenBack)
    )
    return undone and row.code != "message_added"


def send(one: Sending) -> Outcome:
    """Talk to the other side. Never raises; no transaction may be open."""
    try:
        status = post(one.url, one.body, one.headers, one.guard)
    except Unreachable as error:
        return Outcome(one.id, None, error.why)
    return Outcome(one.id, status)


def record(session: Session, outcome: Outcome) -> None:
    """Note what became of a try."""
    tried = {
        "attempts": WebhookDelivery.attempts + 1,
        "status": outcome.status,
        "error": outcome.error,
    }
    over = {"state": "sent", "done_at": clock.now(session)} if outcome.is_taken else {}
    session.execute(_waiting(WebhookDelivery.id == outcome.id).values(**tried, **over))


def fail(session: Session, delivery_id: int, *, is_cut_off: bool) -> None:
    """Give a delivery up. ``is_cut_off``: whoever sent it ended, again and again."""
    why = {"error": "cut_off"} if is_cut_off else {}
    failed = _waiting(WebhookDelivery.id == delivery_id)
    session.execute(failed.values(state="failed", done_at=clock.now(session), **why))


def withdraw(session: Session, delivery_id: int) -> None:
    """Tell nothing of what was taken back."""
    _withdraw(session, WebhookDelivery.id == delivery_id)


def _withdraw(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(_waiting(which).values(state="withdrawn", done_at=clock.now(session)))


def _waiting(which: ColumnElement[bool]) -> Update:
    return update(WebhookDelivery).where(which, WebhookDelivery.state == "waiting")
