"""A mail server in this process, and a moment at which offices are open."""

import socketserver
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import default

from sqlalchemy import select

from app.base.db import Database
from app.models import Notice
from tests.services import working

#: At ten in Jakarta, on a day on which the office is open.
WEDNESDAY = datetime(2030, 3, 13, 3, 0, tzinfo=UTC)


class Server(socketserver.ThreadingTCPServer):
    """A mail server that takes what it is given, but for addresses at refused.example."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.letters: list[Message] = []
        #: Called before the server answers to a command, or, as ".", to a letter that it has taken.
        self.before: Callable[[str], object] = lambda _word: None
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join()


class Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 ready")
        for line in self.rfile:
            word = line.split()[0].upper()
            self.server.before(word.decode())  # type: ignore[attr-defined]
            if word == b"DATA":
                self.say("354 go on")
                self.take()
            elif word == b"QUIT":
                return self.say("221 bye")
            else:
                self.say("550 no" if b"refused.example" in line and word == b"RCPT" else "250 ok")

    def take(self) -> None:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
        else:  # whoever hangs up before its end sends no letter
            return
        self.server.letters.append(message_from_bytes(b"".join(lines), policy=default))  # type: ignore[attr-defined]
        self.server.before(".")  # type: ignore[attr-defined]
        self.say("250 taken")

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


def deliver_mail(database: Database) -> int:
    """Send the letters that are due; to how many people one went."""
    before = _mailed(database)
    working.send(database, "mail")
    return len({user_id for _id, user_id in _mailed(database) - before})


def _mailed(database: Database) -> set[tuple[int, int]]:
    with database.reading() as session:
        rows = session.execute(select(Notice.id, Notice.user_id).where(Notice.mailed_at.is_not(None)))
        return {(id_, user_id) for id_, user_id in rows}
