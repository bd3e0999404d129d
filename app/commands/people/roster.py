"""Users and units by file: add it, begin, put passwords away; and the turns of the worker."""

from sqlalchemy.orm import Session

from app.base.db import Database
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
from app.services.core import rights
from app.services.core.access import Actor
from app.services.files import sheets
from app.services.people import roster_files
from app.services.people.roster_lines import COLUMNS, Kind

#: Lines that one turn of the worker takes.
TURN = 20
_FAILED = N_("Baris ini gagal dijalankan karena gangguan; lihat rujukan {reference} di catatan server.")


def add(
    database: Database, command: Command, kind: Kind, name: str, content: bytes, *, actor: Actor
) -> Answer:
    """Keep a file of users or units; answers with its id.

    Raises:
        What `roster_files.add`, `sheets.read_sheet` and `run_command` raise.
    """
    rights.require_administrator(actor)
    sheet = sheets.read_sheet(
        name, content, COLUMNS[kind].values()
    )  # before the transaction: nobody waits for it

    def do(session: Session) -> Answer:
        return {"file": roster_files.add(session, kind, name, sheet.headings, sheet.lines, actor=actor).id}

    return run_command(
        database, command, do, actor=actor, allowed=lambda _session: rights.require_administrator(actor)
    )


begin = command_of(roster_files.begin, allowed=by_sight(roster_files.get), answer=with_id("file"))


def put_away(database: Database, file_id: int, *, actor: Actor) -> None:
    """Show the passwords of a file no more. Raises: what `roster_files.put_away` raises."""
    run_without_key(database, lambda session: roster_files.put_away(session, file_id, actor=actor))


work = Batch("roster", TURN, roster_files.LINES, _FAILED).work
