"""Moving cases to another version: begin, stop, go on, take back; and the turns of the worker."""

from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.i18n import N_
from app.commands.batches import Batch
from app.commands.transaction import by_actor, command_of, with_id
from app.services.core import access
from app.services.core.access import Actor
from app.services.migration import batches, moves

#: Cases that one turn of the worker takes: so soon it sees that it shall stop.
TURN = 25
_FAILED = N_(
    "Perkara ini tidak dapat dipindahkan karena gangguan; lihat rujukan {reference} di catatan server."
)


def _may_put_elsewhere(session: Session, instance_id: int, *_where: object, actor: Actor) -> None:
    moves.require_may_move(actor)
    access.instance(session, actor, instance_id)


_MAY_MOVE = by_actor(moves.require_may_move)
begin = command_of(batches.begin, allowed=_MAY_MOVE, answer=with_id("batch"))
stop = command_of(batches.BATCHES.stop, allowed=_MAY_MOVE, answer=with_id("batch"))
resume = command_of(batches.BATCHES.resume, allowed=_MAY_MOVE, answer=with_id("batch"))
take_back = command_of(batches.take_back, allowed=_MAY_MOVE, answer=with_id("batch"))
put_elsewhere = command_of(
    moves.put_elsewhere, allowed=_may_put_elsewhere, answer=lambda case: {"number": case.business_key}
)


def work(database: Database) -> bool:
    """Work on some cases of the oldest batch that runs; whether there was one. The worker's turn.

    Raises:
        NotReady: the database does not answer.
    """
    # Its row says that it waits, until it does not.
    return Batch("migration", TURN, batches.cases_of_a_turn(), _FAILED, is_relaxed=True).work(database)
