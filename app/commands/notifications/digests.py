"""Sending digests: read one user's day, talk to the mail server, write what became of it; then the next user."""

from contextlib import closing

from app.base.config import Config
from app.base.db import Database
from app.commands.transaction import run_without_key
from app.services.core import settings
from app.services.notifications import digests, mail
from app.services.notifications.digests import DigestLetter


def deliver_digests(database: Database) -> int:
    """Send those that are due; return how many the server took. For a thread of its own: it may take minutes.

    Raises:
        NotReady: the mail server is away. Nobody's day is begun before it was reached.
    """
    with database.reading() as session:
        config, on = settings.config(session), digests.day_of(session)
        if config.smtp_url is None or on is None or not digests.waiting(session, on):
            return 0
    sent, after, server = 0, 0, mail.Server()
    with closing(server):
        while True:
            with database.reading() as session:
                letter = digests.following(session, on, after)
            if letter is None:
                return sent
            after = letter.user_id
            sent += _send(database, config, server, letter)


def _send(database: Database, config: Config, server: mail.Server, letter: DigestLetter) -> bool:
    """Whether the server took it."""
    if error := server.announce(config, letter.to):
        run_without_key(
            database, lambda session: digests.record(session, letter, digests.begin(session, letter), error)
        )
        return False
    attempt = run_without_key(database, lambda session: digests.begin(session, letter))
    if not attempt:  # somebody else has the day by now
        server.drop()
        return False
    error = server.hand_over(config, letter.to, letter.wording, letter.message_id)
    run_without_key(database, lambda session: digests.record(session, letter, attempt, error))
    return not error
