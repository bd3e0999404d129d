"""The record that an event log was taken."""

from sqlalchemy.orm import Session

from app.base.db import Database
from app.commands.transaction import run_without_key
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core.access import Actor
from app.services.eventlogs import taking


def record_taken(database: Database, format_: str, filters: InstanceFilters, *, actor: Actor | None) -> None:
    """Record that a log is taken, before its first byte leaves; no actor means the command line.

    Raises:
        InvalidForm: there is no such format.
    """

    def do(session: Session) -> None:
        taking.record(session, format_, filters, actor=actor)

    run_without_key(database, do)
