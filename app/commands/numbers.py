"""The turns in which the worker folds changes into totals, counts the cases of before, and publishes statistics."""

from app.base.db import Database
from app.commands.transaction import run_relaxed, run_without_key
from app.services.numbers import publication, recount, totals


def fold(database: Database) -> bool:
    """Fold some changes of the numbers into their totals; whether there were any.

    Repeating it after a power cut folds the same changes again, as their rows are there again: it needs no key.
    """
    with database.reading() as session:
        if not totals.waiting(session):
            return False
    return run_relaxed(database, totals.fold) > 0


def count_missing(database: Database, after: int) -> int | None:
    """Count some cases of before, those behind id ``after``; return the last one's id, None when there is none."""
    with database.reading() as session:
        missing = recount.missing(session, after=after)
    if not missing:
        return None
    run_relaxed(database, lambda session: recount.count(session, missing))
    return missing[-1]


def publish(database: Database) -> bool:
    """Publish the statistics of a quarter that is due; whether there was one.

    It is worked out before the transaction, and written to the disk before anybody reads it. A repeat finds it
    published, as does a second worker: it needs no key.
    """
    with database.reading() as session:
        due = publication.due(session)
        if due is None:
            return False
        key, quarter = due
        found = publication.work_out(session, key, quarter)
    run_without_key(database, lambda session: publication.publish(session, key, found))
    return True
