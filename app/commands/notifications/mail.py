"""Sending letters: read what is due to a person, talk to the mail server, write what became of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.base.db import Database
from app.commands.transaction import run_without_key
from app.services.core import settings
from app.services.notifications import mail
from app.work import queue


class Letters:
    """Sends the letters that are due, as work."""

    def __init__(self) -> None:
        self._server = mail.Server()

    def send(self, database: Database, key: str) -> datetime | None:
        """Send a person his letter; when to look again, where there is none now.

        Raises:
            NotReady: the mail server is away. AppError: it refuses the letter.
        """
        whom, _slash, user_id = key.partition("/")
        with database.reading() as session:
            config = settings.config(session)
            letter, again = mail.letter(session, int(user_id))
            more = queue.is_due(session, mail.LETTERS, whom)
        if letter is None:
            return again
        self._server.send(config, letter, more=more)
        run_without_key(database, lambda session: mail.record(session, letter, again))
        return None


def give_up(session: Session, key: str, _error: Exception | None) -> bool:
    """Send a person no letter about what is due: it stands in his list."""
    return mail.give_up(session, int(key.partition("/")[2]))
