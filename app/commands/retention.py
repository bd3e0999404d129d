"""Destroying cases whose time is over: begin, stop, go on, the turns of the worker; and holding a case."""

from app.base.db import Database
from app.commands.batches import Batch
from app.commands.transaction import by_actor, command_of, run_without_key, with_id
from app.services.core import rights
from app.services.retention import destructions
from app.services.search import words

#: Cases that one turn of the worker takes: so soon it sees that it shall stop.
TURN = 20


_ADMINISTRATOR = by_actor(rights.require_administrator)
begin = command_of(destructions.begin, allowed=_ADMINISTRATOR, answer=with_id("destruction"))
stop = command_of(destructions.BATCHES.stop, allowed=_ADMINISTRATOR, answer=with_id("destruction"))
resume = command_of(destructions.BATCHES.resume, allowed=_ADMINISTRATOR, answer=with_id("destruction"))
end = command_of(destructions.end, allowed=_ADMINISTRATOR, answer=with_id("destruction"))


_CASES = Batch("destruction", TURN, destructions, "")


def work(database: Database) -> bool:
    """Destroy some cases of the oldest destruction that runs; whether there was one. The worker's turn.

    Raises:
        NotReady: the database does not answer.
    """
    with database.reading() as session:
        found = destructions.active(session)
    if found is None or found[1] != "merging":
        return _CASES.work(database)
    _merge(database)
    run_without_key(database, lambda session: destructions.finish(session, found[0]))
    return True


def _merge(database: Database) -> None:
    """What was deleted is only marked in full-text indexes until they are merged: some pages a transaction."""
    more = run_without_key(database, lambda session: words.merge_indexes(session, begin=True))
    while more:
        more = run_without_key(database, lambda session: words.merge_indexes(session, begin=False))
