"""What is forgotten when: a line for each kind of row, and the one function that forgets. `docs/keeping.md` is made
from the table by ``python -m tests.keeping_page``.

How long cases are kept is their process's to say, see `app.services.retention`; files go by `housekeeping`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.base.column_types import as_kept
from app.base.config import Config
from app.models import (
    Attempt,
    CompletionUndo,
    Digest,
    Draft,
    EffectSurvey,
    IdempotencyRecord,
    ImportBatch,
    IncomingMail,
    LoginSession,
    MessageWait,
    MigrationCase,
    PhoneUpload,
    ProcessDraft,
    ReporterNotice,
    RosterFile,
    SavedView,
    SecurityEvent,
    TaskPresence,
    UserTask,
    VoidNonce,
    WebhookDelivery,
)
from app.services.core import clock, settings
from app.services.imports import batches as imports
from app.services.people import rate_limits, sessions
from app.services.people import roster_files as rosters
from app.services.studio import drafts as process_drafts
from app.services.tasks import presence, saved_views

#: Rows that one transaction forgets: others write in between.
BATCH = 500


@dataclass(frozen=True)
class Kept:
    """One line: rows of the model of ``since`` go when ``since`` is longer ago than ``age``.

    ``what``: in words, for the page. ``age`` may be a setting's, whose name is ``setting``. ``only``: which of the
    rows, given the moment before which ``since`` must lie. ``blanks``: the row stays, with these values. ``first`` is
    given the primary keys of rows that are about to go; ``why`` it is needed. ``by_machine``: by the machine's own
    time, which nobody moves. ``soon``: every 15 seconds; else every hour.
    """

    what: str
    since: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
    age: timedelta | Callable[[Config], timedelta]
    setting: str = ""
    only: Callable[[datetime], ColumnElement[bool]] | None = None
    blanks: Mapping[str, Any] = field(default_factory=dict)
    first: Callable[[Session, Sequence[Any]], None] | None = None
    why: str = ""
    by_machine: bool = False
    soon: bool = False

    @property
    def table(self) -> Table:
        """Whose rows they are."""
        return cast("Table", self.since.class_.__table__)

    def before(self, session: Session) -> datetime:
        """The moment before which ``since`` must lie."""
        age = self.age if isinstance(self.age, timedelta) else self.age(settings.config(session))
        return (clock.real() if self.by_machine else clock.now(session)) - age

    def over(self, session: Session) -> ColumnElement[bool]:
        """Which rows' time is over."""
        before = self.before(session)
        found = [self.since < before]
        if self.only is not None:
            found.append(self.only(before))
        if self.blanks:
            changes = [self.table.c[name].is_distinct_from(value) for name, value in self.blanks.items()]
            found.append(or_(*changes))
        return and_(*found)


def forget(session: Session, kept: Kept, limit: int = BATCH) -> int:
    """Forget up to ``limit`` rows whose time is over; return how many. Call it until it is fewer."""
    table = kept.table
    key = tuple_(*table.primary_key) if len(table.primary_key) > 1 else next(iter(table.primary_key))
    over = select(*table.primary_key).where(kept.over(session)).order_by(kept.since).limit(limit)
    if kept.first is not None:
        rows = session.execute(over.with_for_update(skip_locked=True)).all()
        if not rows:
            return 0
        kept.first(session, [row[0] for row in rows])
        these = key.in_([row[0] for row in rows])
    else:
        these = key.in_(over)
    change = update(table).where(these).values(**kept.blanks) if kept.blanks else delete(table).where(these)
    return session.connection().execute(change).rowcount


def forget_soon(session: Session) -> None:
    """Forget what shall not wait for an hour; what is more than a batch goes the next time."""
    for kept in TABLE:
        if kept.soon:
            forget(session, kept)


def _closed(before: datetime) -> ColumnElement[bool]:
    """Drafts of tasks that are closed as long."""
    closed = select(UserTask.id).where(
        UserTask.id == as_kept(func.substr(Draft.scope, 6)), UserTask.closed_at < before
    )
    return and_(Draft.scope.like("task:%"), closed.exists())


def _came(_before: datetime) -> ColumnElement[bool]:
    """Drafts of messages that nobody waits for; a wait's id has 32 letters."""
    waits = select(MessageWait.id).where(MessageWait.id == func.substr(Draft.scope, 6, 32))
    return and_(Draft.scope.like("wait:%"), ~waits.exists())


TABLE: Sequence[Kept] = (
    Kept(
        "answers to commands, told again to who sends one twice",
        IdempotencyRecord.created_at,
        timedelta(days=7),
    ),
    Kept("attempts to sign in or to look a case up", Attempt.at, rate_limits.WINDOW, by_machine=True),
    Kept(
        "sign-ins that nobody uses",
        LoginSession.seen_at,
        sessions.IDLE,
        first=sessions.record_ends,
        why="the security log tells why each ended",
        by_machine=True,
    ),
    Kept(
        "sign-ins, used or not",
        LoginSession.created_at,
        sessions.ABSOLUTE,
        first=sessions.record_ends,
        why="the security log tells why each ended",
        by_machine=True,
    ),
    Kept("that a reporter ended his look at a case", VoidNonce.until, timedelta(0), by_machine=True),
    Kept(
        "what was typed for a task, once that is closed as long",
        Draft.saved_at,
        timedelta(days=30),
        only=_closed,
    ),
    Kept("what was typed for a message that came otherwise", Draft.saved_at, timedelta(days=30), only=_came),
    Kept("codes by which a telephone sends photos", PhoneUpload.until, timedelta(days=1), by_machine=True),
    Kept("how a completion is taken back", CompletionUndo.until, timedelta(0), soon=True),
    Kept("who has a task open", TaskPresence.seen_at, presence.LIFE, soon=True),
    Kept(
        "saved views that were deleted",
        SavedView.deleted_at,
        timedelta(days=1),
        first=saved_views.forget_first,
        why="where it was somebody's first view, none is",
    ),
    Kept(
        "drafts of processes that were published or discarded",
        ProcessDraft.changed_at,
        process_drafts.KEPT,
        only=lambda _before: ProcessDraft.state.in_(("published", "discarded")),
        first=process_drafts.remove_belongings,
        why="their files, runs in the sandbox and surveys go with them",
    ),
    Kept(
        "rows of moved cases as they were, to take moves back",
        MigrationCase.done_at,
        timedelta(days=30),
        blanks={"before": None},
    ),
    Kept(
        "what moves would do to open cases",
        EffectSurvey.begun_at,
        timedelta(days=7),
        blanks={"state": "forgotten"},
        why="the worker drops what is marked so, some cases at a time",
    ),
    Kept(
        "files of imports that ended",
        ImportBatch.finished_at,
        timedelta(days=30),
        blanks={"sheet": None},
        first=imports.drop_cells,
        why="cells, errors and values of their lines go with them; that there was an import stays",
    ),
    Kept(
        "files of imports that never ended",
        ImportBatch.begun_at,
        timedelta(days=30),
        only=lambda _before: and_(ImportBatch.state != "running", ImportBatch.finished_at.is_(None)),
        blanks={"sheet": None},
        first=imports.drop_cells,
        why="the same, and they end by that",
    ),
    Kept(
        "passwords that a file of users gave",
        RosterFile.finished_at,
        rosters.SHOWN,
        blanks={"secret": None},
    ),
    Kept(
        "files of users and units",
        RosterFile.begun_at,
        timedelta(days=7),
        only=lambda _before: RosterFile.state != "running",
        first=rosters.drop_lines,
        why="their lines go with them",
    ),
    Kept("which digests were sent", Digest.begun_at, timedelta(days=30)),
    Kept("deliveries of webhooks that are over", WebhookDelivery.done_at, timedelta(days=30)),
    Kept(
        "what mails said that somebody has seen to",
        IncomingMail.done_at,
        timedelta(days=30),
        blanks={"content": None},
    ),
    Kept("text messages to reporters that are over", ReporterNotice.done_at, timedelta(days=30)),
    Kept(
        "the security log",
        SecurityEvent.at,
        lambda config: timedelta(days=config.security_log_days),
        setting="ALUR_SECURITY_LOG_DAYS",
        by_machine=True,
    ),
)
