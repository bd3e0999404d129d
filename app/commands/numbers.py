"""The turns in which the worker folds changes into totals and counts the cases of before."""

from app.commands.transaction import run_relaxed
from app.db import Database
from app.services.numbers import recount, totals


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
