"""Channels: what the worker sends and takes in, and what administrators and officers do about it."""

import time
from collections import deque
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import AppError, NotReady
from app.base.i18n import _
from app.commands.transaction import by_sight, command_of, run_without_key, with_id
from app.history import reader
from app.services.channels import incoming, mailbox, places, reporter_notices, sms, webhooks
from app.services.channels.mail_reading import read_mail
from app.services.channels.mailbox import Fetched, MailboxAway
from app.services.channels.reporter_notices import Message, News
from app.services.core import settings
from app.services.core.access import Actor

#: An event may be seen later than one of a higher id, see `app.commands.search`.
_LATE_S = 300.0
#: News that one turn looks at: of each the case is read.
_NEWS = 100
#: So often, in seconds, a place is moved behind what nobody is told of.
_MOVED_S = 60.0


class _Settled:
    """Up to which event nothing can appear any more: what was the newest some minutes ago."""

    def __init__(self) -> None:
        self._seen = deque[tuple[float, int]]()

    def event(self, session: Session) -> int:
        """The id of that event; 0: not known yet."""
        now, settled = time.monotonic(), 0
        self._seen.append((now, reader.newest_id(session)))
        while self._seen and self._seen[0][0] < now - _LATE_S:
            settled = self._seen.popleft()[1]
        return settled

    def forget(self) -> None:
        """Begin anew."""
        self._seen.clear()


class WebhookTurns:
    """Queues what other systems are told of what happened behind a stored place.

    The place follows some minutes behind the newest event; what was queued is not queued again, so that a turn that
    was cut off is simply taken again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._settled = _Settled()
        self._move_at = 0.0

    def waits(self, session: Session) -> bool:
        """Whether there is something to queue, or the place stands behind."""
        if not webhooks.active(session):
            return False
        after = places.place(session, "webhooks")
        if time.monotonic() >= self._move_at and reader.newest_id(session) > after:
            return True
        return bool(webhooks.untold(session, after))

    def take(self) -> bool:
        """Queue some; whether there may be more to do."""
        self._move_at = time.monotonic() + _MOVED_S
        with self._database.reading() as session:
            if not webhooks.active(session):
                self._settled.forget()
                return False
            after = places.place(session, "webhooks")
            rows, settled = webhooks.untold(session, after), self._settled.event(session)
        if rows or settled > after:
            run_without_key(self._database, lambda session: self._queue(session, rows, settled))
        return bool(rows)

    @staticmethod
    def _queue(session: Session, rows: list[dict[str, object]], settled: int) -> None:
        if rows:  # there may be more behind them: the place stays
            webhooks.queue(session, rows)
        else:
            places.move(session, "webhooks", settled)


def deliver(database: Database, key: str) -> None:
    """Send one delivery and note what became of it. No transaction is open while it is sent. A crash after that sends
    it again, under the same number.

    Raises:
        NotReady: nobody answered. AppError: it was not taken.
    """
    delivery_id = _id(key)
    with database.reading() as session:
        one = webhooks.sending(session, delivery_id)
    if one is None:
        run_without_key(database, lambda session: webhooks.withdraw(session, delivery_id))
        return
    outcome = webhooks.send(one)
    run_without_key(database, lambda session: webhooks.record(session, outcome))
    if outcome.status is None:
        raise NotReady(_("Penerima tidak menjawab."))
    if not outcome.is_taken:
        raise AppError(_("Penerima menolak: HTTP {status}.", status=outcome.status))


def give_up_delivery(session: Session, key: str, error: Exception | None) -> bool:
    """Note that a delivery is tried no more: that is told where it is listed."""
    webhooks.fail(session, _id(key), is_cut_off=error is None)
    return True


def _id(key: str) -> int:
    return int(key.rpartition("/")[2])


class SmsTurns:
    """Queues SMS to reporters, the same way. News that nobody is told of are remembered while they are looked at."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._settled = _Settled()
        self._looked_at: set[News] = set()
        self._move_at, self._newest = 0.0, -1

    def waits(self, session: Session) -> bool:
        """Whether something happened since the last turn, or the place stands behind."""
        if settings.config(session).sms is None:
            return False
        newest = reader.newest_id(session)
        stands_behind = time.monotonic() >= self._move_at and newest > places.place(session, "sms")
        return newest != self._newest or stands_behind

    def take(self) -> bool:
        """Look at what happened and queue what reporters are told of it; whether there may be more."""
        with self._database.reading() as session:
            if settings.config(session).sms is None:
                return False
            after, newest = places.place(session, "sms"), reader.newest_id(session)
            self._move_at, self._newest = time.monotonic() + _MOVED_S, newest
            if not after:  # what happened before there was a gateway is told to nobody
                found, settled = [], newest
            else:
                found = [one for one in reporter_notices.news(session, after) if one not in self._looked_at]
                settled = self._settled.event(session)
            some = found[:_NEWS]
            rows = reporter_notices.to_tell(session, some)
        if rows or settled > after:
            run_without_key(self._database, lambda session: self._keep(session, rows, settled, bool(found)))
        if settled > after and not found:
            self._looked_at.clear()
        self._looked_at.update(some)
        return len(found) > _NEWS

    @staticmethod
    def _keep(session: Session, rows: list[dict[str, Any]], settled: int, more: bool) -> None:
        if rows:
            reporter_notices.queue(session, rows)
        if not more:
            places.move(session, "sms", settled)


def tell_reporter(database: Database, key: str) -> datetime | None:
    """Send one SMS and note what became of it; at night, when it is sent. No transaction is open while it is sent.

    A crash after that does not send it again: it is told that it may have been sent.

    Raises:
        NotReady: the gateway does not answer. AppError: it refused.
    """
    notice_id = _id(key)
    message = run_without_key(database, lambda session: reporter_notices.begin(session, notice_id))
    if not isinstance(message, Message):
        return message
    answer = sms.send(message.gateway, message.to, message.text, message.networks)
    run_without_key(database, lambda session: reporter_notices.record(session, notice_id, answer))
    if answer.is_taken or not answer.is_sure:
        return None
    if answer.status is None:
        raise NotReady(_("Penerima tidak menjawab."))
    raise AppError(_("Penerima menolak: HTTP {status}.", status=answer.status))


def give_up_sms(session: Session, key: str, _error: Exception | None) -> bool:
    """The same of an SMS."""
    reporter_notices.fail(session, _id(key))
    return True


send_sms_again = command_of(
    reporter_notices.send_again,
    allowed=by_sight(reporter_notices.require_reader),
    answer=with_id("notice"),
)


def _sees_webhooks(session: Session, *_given: object, actor: Actor, **_named: object) -> None:
    webhooks.listed(session, actor=actor)


add_webhook = command_of(webhooks.add, allowed=_sees_webhooks, answer=with_id("webhook"))
renew_secret = command_of(webhooks.renew_secret, allowed=by_sight(webhooks.get), answer=with_id("webhook"))
turn_webhook = command_of(webhooks.turn, allowed=by_sight(webhooks.get), answer=with_id("webhook"))
send_again = command_of(webhooks.send_again, allowed=by_sight(webhooks.get), answer=with_id("delivery"))


#: Mails that one turn takes in.
_MAILS = 10


def take_mail(database: Database) -> bool:
    """Take in what came by mail; whether there may be more. No transaction is open while the mailbox is read.

    Each mail is stored, and the place moved behind it, in one transaction: a crash takes none twice and loses none.
    """
    with database.reading() as session:
        config, (at, before) = settings.config(session), incoming.place(session)
    if config.imap_url is None:
        return False
    try:
        found = mailbox.fetch(config.imap_url, at, _MAILS)
    except MailboxAway as error:
        why = error.why
        if why != before:
            run_without_key(database, lambda session: incoming.note(session, at, why))
        return False
    for one in found:
        _take_one(database, one, config.mail_from)
    if before and not found:
        run_without_key(database, lambda session: incoming.note(session, at))
    return len(found) == _MAILS


def _take_one(database: Database, one: Fetched, own_address: str) -> None:
    if not one.raw:  # it is gone
        run_without_key(database, lambda session: incoming.note(session, one.place))
        return
    mail = read_mail(one.raw, own_address=own_address, is_cut=one.is_cut)
    try:
        run_without_key(database, lambda session: incoming.take(session, mail, one.place))
    except NotReady:
        raise
    except AppError:  # its case cannot be written to: an officer reads it, and those behind it come in
        unknown = replace(mail, details=())
        run_without_key(database, lambda session: incoming.take(session, unknown, one.place))


lay_mail_aside = command_of(
    incoming.lay_aside, allowed=by_sight(incoming.require_reader), answer=with_id("mail")
)
begin_report = command_of(incoming.begin_report, allowed=by_sight(incoming.require_reader))
