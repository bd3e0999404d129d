"""A worker that queues and sends what is due by now, as often as a test says."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update

from app.base.db import Database
from app.commands.kinds_of_work import kinds_of
from app.commands.transaction import run_relaxed
from app.models import Work
from app.services.core import settings
from app.work import Lane
from app.work.runner import Runner


def _worker(database: Database, *kinds: str) -> Runner:
    with database.reading() as session:
        config = settings.config(session)
    known = kinds_of(config, database)
    return Runner(database, run_relaxed, [kind for kind in known if kind.name in kinds])


def begin(database: Database, *kinds: str) -> None:
    """Look for what waits of these kinds, as each worker does first."""
    with database.transaction() as session:
        _worker(database, *kinds)._begin(session)


def look(database: Database, *kinds: str) -> None:
    """Look for what waits of these kinds, as each worker does again and again."""
    _worker(database, *kinds)._look()


def send(database: Database, *kinds: str) -> None:
    """Do all that is due of these kinds, as a worker of its own does."""
    runner = _worker(database, *kinds)
    while any(runner.turn(lane) for lane in Lane):
        pass


def let_time_pass(database: Database) -> None:
    """Whatever waits or is held is due by now."""
    with database.transaction() as session:
        session.execute(update(Work).where(Work.due_at.is_not(None)).values(due_at=datetime.now(UTC)))


def works(database: Database) -> Sequence[Work]:
    """All there is to do."""
    with database.reading() as session:
        return session.scalars(select(Work).order_by(Work.id)).all()
