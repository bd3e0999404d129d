"""What must happen outside the database once a transaction has ended: files follow the rows that name them."""

import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

_COMMITTED, _UNDONE = "once_committed", "if_undone"
_COMMITTING = "committing"


def once_committed(session: Session, do: Callable[[], object]) -> None:
    """Call ``do`` after the commit, and never when there is none."""
    _queues(session)[_COMMITTED].append(do)


def if_undone(session: Session, do: Callable[[], object]) -> None:
    """Call ``do`` when the transaction ends without a commit: rolled back, or just closed.

    Not where the database failed during the commit: it may hold, and a row that lost its file is worse than a file
    that no row names.
    """
    _queues(session)[_UNDONE].append(do)


def _queues(session: Session) -> dict[str, list[Callable[[], object]]]:
    if "afterwards" not in session.info:
        session.info["afterwards"] = {_COMMITTED: [], _UNDONE: []}
        event.listen(session, "before_commit", _begins)
        event.listen(session, "after_commit", _committed)
        event.listen(session, "after_transaction_end", _ended)
    queues: dict[str, list[Callable[[], object]]] = session.info["afterwards"]
    return queues


def _begins(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info[_COMMITTING] = True


def _committed(session: Session) -> None:
    if not session.in_nested_transaction():  # a savepoint released is no commit
        _queues(session)[_UNDONE].clear()
        _run(session, _COMMITTED)


def _ended(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        _queues(session)[_COMMITTED].clear()
        if session.info.pop(_COMMITTING, False) and isinstance(sys.exc_info()[1], OperationalError):
            _queues(session)[_UNDONE].clear()
        _run(session, _UNDONE)


def _run(session: Session, which: str) -> None:
    queue = _queues(session)[which]
    while queue:
        queue.pop()()
