"""Looking up a case with number and code: an attempt stays counted although it is wrong, and the log tells of it."""

from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import NotFound, TooManyAttempts
from app.commands.transaction import run_without_key
from app.services.core import security_log
from app.services.core.security_log import Deed
from app.services.core.security_notes import notes_of
from app.services.reporter import reporter, tracking


def look_up_case(database: Database, number: str, code: str) -> str:
    """Return a ticket for the case that number and code belong to; see `reporter.ticket`.

    The log tells of the case, and nothing of who asked. A number that no case has is not kept.

    Raises:
        NotFound: they belong to no case. TooManyAttempts: nor did others of late.
    """

    def look_up(session: Session) -> str:
        instance = tracking.look_up(session, attempt)
        security_log.record(session, Deed("reporter", "look_up", target=("instance", instance.id)))
        return reporter.ticket(session, instance)

    try:
        attempt = run_without_key(database, lambda session: tracking.admit(session, number, code))
        return run_without_key(database, look_up)
    except (NotFound, TooManyAttempts) as error:
        outcome = "wrong" if isinstance(error, NotFound) else error.code
        with database.reading() as session:
            tried = tracking.case_tried(session, number)
        target = None if tried is None else ("instance", tried)
        notes_of(database).take(Deed("reporter", "look_up", outcome, target=target))
        raise
