"""Sending letters: read what is due, talk to the mail server, write what became of it."""

from app.commands.transaction import run_without_key
from app.db import Database
from app.services.core import settings
from app.services.notifications import mail


def deliver_mail(database: Database) -> int:
    """Send what is due; return how many letters the server took. For a thread of its own: it may take minutes.

    No transaction is open while the server is talked to. A crash after that sends again.
    """
    with database.reading() as session:
        config, (letters, quiet) = settings.config(session), mail.due_and_quiet(session)
    if quiet:
        run_without_key(database, lambda session: mail.hold(session, quiet))
    outcomes = mail.send(config, letters)
    if outcomes:
        run_without_key(database, lambda session: mail.record(session, outcomes))
    return sum(not outcome.error for outcome in outcomes)
