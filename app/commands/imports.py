"""Importing cases from a file: add it, choose, begin, stop, go on; and the turns of the worker."""

from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import Conflict, NotAllowed, NotFound
from app.base.i18n import N_
from app.commands.batches import Batch
from app.commands.transaction import (
    Answer,
    Command,
    by_sight,
    command_of,
    run_command,
    run_without_key,
    with_id,
)
from app.services.core.access import Actor
from app.services.files import sheets
from app.services.imports import batches, targets

#: Lines that one turn of the worker takes: so soon it sees that it shall stop.
TURN = 50
_FAILED = N_("Baris ini tidak dapat diimpor karena gangguan; lihat rujukan {reference} di catatan server.")


def add(database: Database, command: Command, key: str, name: str, content: bytes, *, actor: Actor) -> Answer:
    """Keep a file to import into process ``key``; answers with the id of the batch.

    Raises:
        What `batches.add`, `sheets.read_sheet` and `run_command` raise.
    """
    with database.reading() as session:
        headings = targets.target(session, key, actor=actor).headings
    sheet = sheets.read_sheet(name, content, headings)  # before the transaction: nobody waits for it

    def do(session: Session) -> Answer:
        return {"batch": batches.add(session, key, name, sheet, actor=actor).id}

    def allowed(session: Session) -> None:
        targets.target(session, key, actor=actor)

    return run_command(database, command, do, actor=actor, allowed=allowed)


choose = command_of(batches.choose, allowed=by_sight(batches.get), answer=with_id("batch"))
begin = command_of(batches.begin, allowed=by_sight(batches.get), answer=with_id("batch"))
stop = command_of(batches.IMPORTS.stop, allowed=by_sight(batches.get), answer=with_id("batch"))
resume = command_of(batches.IMPORTS.resume, allowed=by_sight(batches.get), answer=with_id("batch"))


def work(database: Database) -> bool:
    """Judge or import some lines of the oldest batch that waits; whether there was one. The worker's turn.

    Raises:
        NotReady: the database does not answer.
    """
    with database.reading() as session:
        found = batches.waiting(session)
    if found is None or found[1] != "judging":
        return _LINES.work(database)
    _judge(database, found[0])
    return True


def _judge(database: Database, batch_id: int) -> None:
    try:
        with database.reading() as session:
            lines = batches.next_lines(session, batch_id, TURN)
            chosen = batches.choices(session, batch_id)
            verdicts = batches.judge(session, batch_id, lines, chosen)
    except (NotAllowed, NotFound, Conflict):
        run_without_key(database, lambda session: batches.halt(session, batch_id))
        return
    run_without_key(database, lambda session: batches.note(session, batch_id, chosen, verdicts))
    if len(lines) < TURN:
        run_without_key(database, lambda session: batches.be_ready(session, batch_id))


# The row of a line says that it is ready, until it is imported.
_LINES = Batch("import", TURN, batches.LINES, _FAILED, is_relaxed=True)
