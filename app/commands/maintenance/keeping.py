"""Forgetting what is over: each batch in a transaction of its own."""

from app.base.db import Database
from app.commands.transaction import run_without_key
from app.services.maintenance import keeping
from app.services.maintenance.keeping import Kept

#: Batches of one kind of row in one go; what is left then goes an hour later.
MOST_BATCHES = 50


def forget_old(database: Database) -> int:
    """Forget the rows whose time is over, see `keeping.TABLE`; return how many."""
    return sum(_forget(database, kept) for kept in keeping.TABLE)


def _forget(database: Database, kept: Kept) -> int:
    total = 0
    for _turn in range(MOST_BATCHES):
        count = run_without_key(database, lambda session: keeping.forget(session, kept))
        total += count
        if count < keeping.BATCH:
            break
    return total
