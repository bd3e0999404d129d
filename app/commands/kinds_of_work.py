"""All kinds of work that is no request: what each does, where, and how often it is looked for."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache, partial
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from app.base.config import Config
from app.base.db import Database
from app.commands import channels, evidence, imports, numbers, retention, search, workload
from app.commands.deployment import publications
from app.commands.maintenance import backups, keeping
from app.commands.migration import migration, recounts, surveys
from app.commands.notifications import digests, mail
from app.commands.people import roster
from app.commands.transaction import run_without_key
from app.models import (
    DeadlineRecount,
    Destruction,
    EffectSurvey,
    ImportBatch,
    MigrationBatch,
    RosterFile,
    TaskTransfer,
)
from app.models.batches import Batch
from app.services.channels import delays, reporter_notices, webhooks
from app.services.core import settings
from app.services.deployment import plans
from app.services.evidence import sending, verifications
from app.services.evidence.sending import Place
from app.services.maintenance import housekeeping, scheduled_backups
from app.services.maintenance.keeping import forget_soon
from app.services.notifications import digests as digest_letters
from app.services.notifications import mail as letters
from app.services.notifications import outbox
from app.services.numbers import fact_writing, publication, totals
from app.services.retention import destructions
from app.work import Kind, Lane

#: At each look.
_AT_ONCE = timedelta(seconds=0.5)
#: So long who began a list waits until it goes on, at most.
_SOON = timedelta(seconds=2)
_CHECKPOINTS = timedelta(seconds=20)
#: Lists of which a worker takes some rows a turn: what a turn is, and in which states one of them waits.
_LISTS: dict[str, tuple[Callable[[Database], bool], type[Batch], Sequence[str]]] = {
    "imports": (imports.work, ImportBatch, ("judging", "running")),
    "migration": (migration.work, MigrationBatch, ("running",)),
    "recounts": (recounts.work, DeadlineRecount, ("running",)),
    "retention": (retention.work, Destruction, destructions.ACTIVE),
    "roster": (roster.work, RosterFile, ("running",)),
    "surveys": (surveys.work, EffectSurvey, ("running", "forgotten")),
    "transfers": (workload.work, TaskTransfer, ("running",)),
}


def kinds_of(config: Config, database: Database) -> list[Kind]:
    """The kinds of work that a worker with these settings does. Those that an event leads to it looks for itself: who
    writes an event should not wait for another who does.

    What follows from many cases is due again at once after a full batch only: done case by case as they change, each
    case would cost a turn and a transaction of its own.
    """
    words, events = search.Turns(database), channels.WebhookTurns(database)
    return [
        Kind("notices", Lane.SOON, _deliver, apart=False, every=timedelta(seconds=1), waits=outbox.waiting),
        Kind("completions", Lane.SOON, _forget, apart=False, every=timedelta(seconds=15)),
        Kind("words", Lane.SOON, lambda _d, _k: words.take(), every=_AT_ONCE, waits=words.waits),
        Kind("facts", Lane.SOON, _keyless(numbers.follow), every=_AT_ONCE, waits=fact_writing.waiting),
        Kind("numbers", Lane.SOON, _keyless(numbers.fold), every=_SOON, waits=totals.waiting),
        *(
            Kind(of, Lane.LISTS, _keyless(do), every=_SOON, waits=partial(_list_waits, of))
            for of, (do, *_of_which) in _LISTS.items()
        ),
        Kind("publications", Lane.LISTS, _publish, every=timedelta(seconds=5), waits=plans.due),
        Kind("webhook events", Lane.SOON, lambda _d, _k: events.take(), every=_SOON, waits=events.waits),
        Kind(
            **vars(webhooks.DELIVERIES),
            do=channels.deliver,
            pauses=delays.PAUSES,
            given_up=channels.give_up_delivery,
            waiting=webhooks.waiting,
        ),
        *_sms(database),
        Kind(
            **vars(letters.LETTERS),
            do=mail.Letters().send,
            pauses=letters.PAUSES,
            given_up=mail.give_up,
            waiting=letters.waiting,
        ),
        Kind("digests", Lane.POST, _send_digests, every=timedelta(seconds=30), waits=_digest_waits),
        *(
            [Kind("incoming mail", Lane.POST, _take_mail, every=timedelta(seconds=30))]
            if config.imap_url
            else []
        ),
        Kind("checkpoints", Lane.LONG, _checkpoint, every=_CHECKPOINTS),
        *map(_copies, sending.places(config)),
        Kind(
            "verification",
            Lane.LONG,
            lambda d, _k: evidence.verify(d),
            every=_SOON,
            waits=verifications.is_asked,
        ),
        Kind(
            "statistics",
            Lane.LONG,
            lambda d, _k: numbers.publish(d),
            every=timedelta(minutes=1),
            waits=publication.due,
        ),
        Kind(
            "backups",
            Lane.LONG,
            lambda database, _key: backups.work(database, config) and None,
            every=timedelta(minutes=1),
            waits=lambda session: scheduled_backups.is_due(session, config),
        ),
        Kind("housekeeping", Lane.LONG, _clean, every=timedelta(hours=1)),
    ]


def _sms(database: Database) -> list[Kind]:
    news = channels.SmsTurns(database)
    return [
        Kind("sms news", Lane.SOON, lambda _d, _k: news.take(), every=_SOON, waits=news.waits),
        Kind(
            **vars(reporter_notices.SMS),
            do=channels.tell_reporter,
            pauses=delays.PAUSES,
            given_up=channels.give_up_sms,
            waiting=reporter_notices.waiting,
        ),
    ]


def _keyless(do: Callable[[Database], bool]) -> Callable[[Database, str], bool]:
    return lambda database, _key: do(database)


def _list_waits(of: str, session: Session) -> bool:
    """Asked of one list, it is told of all: a look asks of all of them in one session. 1 SQL over indexes."""
    if _list_waits not in session.info:
        session.info[_list_waits] = session.execute(_waiting_lists()).one()._mapping
    return bool(session.info[_list_waits][of])


@cache
def _waiting_lists() -> Select[*tuple[Any, ...]]:
    return select(
        *(exists().where(model.state.in_(states)).label(of) for of, (_do, model, states) in _LISTS.items())
    )


def _deliver(session: Session, _key: str) -> bool:
    return outbox.deliver(session) == outbox.MOST_AT_ONCE


def _forget(session: Session, _key: str) -> None:
    """What could be taken back for seconds is forgotten soon after."""
    forget_soon(session)


def _publish(database: Database, _key: str) -> None:
    publications.put_due_in_force(database)


def _digest_waits(session: Session) -> bool:
    if settings.config(session).smtp_url is None:
        return False
    on = digest_letters.day_of(session)
    return on is not None and digest_letters.waiting(session, on)


def _send_digests(database: Database, _key: str) -> None:
    digests.deliver_digests(database)


def _take_mail(database: Database, _key: str) -> bool:
    return channels.take_mail(database)


def _checkpoint(database: Database, _key: str) -> None:
    """Sign how far the record is."""
    evidence.make_due_checkpoint(database)


def _copies(place: Place) -> Kind:
    return Kind(
        f"checkpoints {place.kind}",
        Lane.POST,
        lambda database, _key: evidence.send_to(database, place),
        pauses=sending.PAUSES,
        every=_CHECKPOINTS,
        waits=lambda session: sending.lacks(session, place),
    )


def _clean(database: Database, _key: str) -> None:
    keeping.forget_old(database)
    run_without_key(database, housekeeping.delete_unused)  # after the drafts: they hold files
