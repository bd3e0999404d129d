"""The turns in which the worker lets facts follow, folds changes into totals, and publishes statistics."""

from app.base.db import Database
from app.commands.transaction import run_relaxed, run_without_key
from app.services.numbers import fact_writing, publication, totals


def follow(database: Database) -> bool:
    """Let the facts of some cases follow their events; whether more wait for it.

    They are worked out before the transaction, and written where nothing was recorded meanwhile. Repeating it after a
    power cut writes the same again, as the chains say then that they are not followed: it needs no key.
    """
    with database.reading() as session:
        found = fact_writing.outdated(session)
    if not found:
        return False
    written = run_relaxed(database, lambda session: fact_writing.replace(session, found))
    return written > 0 and len(found) == fact_writing.MOST_AT_ONCE


def fold(database: Database) -> bool:
    """Fold some changes of the numbers into their totals; whether there may be more.

    Repeating it after a power cut folds the same changes again, as their rows are there again: it needs no key.
    """
    with database.reading() as session:
        if not totals.waiting(session):
            return False
    return run_relaxed(database, totals.fold) == totals.MOST_AT_ONCE


def publish(database: Database) -> bool:
    """Publish the statistics of a quarter that is due; whether there was one.

    It counts what was recorded until now, is worked out before the transaction, and written to the disk before
    anybody reads it. A repeat finds it published, as does a second worker: it needs no key.
    """
    while follow(database):
        pass
    with database.reading() as session:
        due = publication.due(session)
        if due is None:
            return False
        key, quarter = due
        found = publication.work_out(session, key, quarter)
    run_without_key(database, lambda session: publication.publish(session, key, found))
    return True
