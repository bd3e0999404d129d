"""A user leaves, or loses his lane, while he is being given a task: whose is it in the end?"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.models import User, UserTask
from app.services.people import officers, profiles, users
from app.services.tasks import tasks
from tests.races.together import Racers, in_transaction
from tests.services.office import Office

Change = Callable[[Office], Callable[[Session], Any]]


def claim(office: Office) -> Callable[[Session], Any]:
    task = office.open_task(office.start())
    return lambda session: tasks.claim(session, task.id, actor=office.budi)


def be_handed(office: Office) -> Callable[[Session], Any]:
    task = office.open_task(office.start())

    def do(session: Session) -> Any:
        to = session.get_one(User, office.budi.id)
        return tasks.reassign(session, task.id, to, "cuti", actor=office.ketua)

    return do


def disable(office: Office) -> Callable[[Session], Any]:
    return lambda session: users.disable(session, office.budi.id, actor=office.admin)


def leave_the_lane(office: Office) -> Callable[[Session], Any]:
    def do(session: Session) -> Any:
        return users.edit(session, office.budi.id, profiles.Profile("Budi"), actor=office.admin)

    return do


def held_after_leaving(office: Office, pair: Racers, get: Change, leave: Change, rounds: int) -> list[str]:
    """What went wrong: tasks that somebody holds who is not there to work on them."""
    wrong = []
    with office.database.reading() as session:
        before = profiles.profile_of(session.get_one(User, office.budi.id))
    for _n in range(rounds):
        outcomes = pair.run(
            in_transaction(office.database, get(office)), in_transaction(office.database, leave(office))
        )
        if outcomes[1].error:
            wrong.append(f"could not leave: {outcomes[1].error!r}")
        with office.database.transaction() as session:
            held = session.query(UserTask).filter_by(assignee_id=office.budi.id, state="open").count()
            _bring_back(session, office, before)
        if held:
            return [*wrong, f"{held} tasks are held: {[outcome.error for outcome in outcomes]}"]
    return wrong


def _bring_back(session: Session, office: Office, profile: profiles.Profile) -> None:
    budi = session.get_one(User, office.budi.id)
    budi.disabled_at = None
    profiles.store(session, budi, profile)


@contextmanager
def meeting_in_the_middle(get: Change) -> Iterator[None]:
    """Let one leave, wholly, after the other was found to be there and before he is given the task."""
    line = threading.Barrier(2)
    with pytest.MonkeyPatch.context() as patch:
        where, name = (tasks, "get") if get is claim else (officers, "lock_user")
        patch.setattr(where, name, _waiting(getattr(where, name), line, after=2))
        for name in ("disable", "edit"):
            patch.setattr(users, name, _waiting(getattr(users, name), line, before=1, after=1))
        yield


def _waiting(do: Callable[..., Any], line: threading.Barrier, before: int = 0, after: int = 0) -> Any:
    def waits(*args: Any, **given: Any) -> Any:
        _meet(line, before)
        came = do(*args, **given)
        _meet(line, after)
        return came

    return waits


def _meet(line: threading.Barrier, times: int) -> None:
    for _n in range(times):
        try:
            line.wait(0.3)
        except threading.BrokenBarrierError:
            line.reset()
