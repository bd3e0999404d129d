"""The record that lists and reports were downloaded."""

from app.base.db import Database
from app.commands.transaction import run_without_key
from app.history.catalogue import Event
from app.history.events.files import ListTaken, ReportTaken
from app.services.core import history
from app.services.core.access import Actor
from app.services.core.security_log import Deed
from app.services.core.security_notes import notes_of


def record_list_taken(database: Database, name: str, format_: str, *, actor: Actor) -> None:
    """Record that a list is downloaded, before its first byte leaves; what cannot be recorded is not handed out.

    ``name``: of the file, without its ending. The security log has its own words for it.
    """
    _record(database, ListTaken(list=name, format=format_), actor)


def note_list_taken(database: Database, part: str, *, actor: Actor) -> None:
    """Tell the security log that a list is handed out as a file, all of its pages. ``part``: which list."""
    notes_of(database).take(Deed("reading", "list", actor_id=actor.id, part=part))


def record_report_taken(
    database: Database, key: str, month: str, format_: str, *, actor: Actor | None
) -> None:
    """Record that the figures of a month are downloaded, before they are; no actor means the command line."""
    _record(database, ReportTaken(key=key, month=month, format=format_), actor)


def _record(database: Database, event: Event, actor: Actor | None) -> None:
    run_without_key(database, lambda session: history.record_all(session, [event], actor=actor))
