"""Sending letters: read what is due, talk to the mail server, write what became of it."""

from functools import partial

from app.base.db import Database
from app.commands.transaction import run_without_key
from app.services.core import settings
from app.services.notifications import mail


def deliver_mail(database: Database) -> int:
    """Send what is due; return how many letters the server took. For a thread of its own: it may take minutes.

    No transaction is open while the server is talked to. After a crash it is sent again, once `mail.LEASE` is over.
    """
    with database.reading() as session:
        config, due = settings.config(session), mail.is_due(session)
    taken = 0
    while due and (letters := run_without_key(database, mail.take)):
        outcomes = mail.send(config, letters)
        run_without_key(database, partial(mail.record, outcomes=outcomes))
        sent = sum(not outcome.error for outcome in outcomes)
        taken += sent
        due = sent > 0  # else the server is away
    return taken
