"""Somebody with a password and, where a test wants it, an app: what tests of signing in need."""

from base64 import b32decode
from collections.abc import Callable
from datetime import UTC, datetime

from app.base.db import Database
from app.commands.people import accounts
from app.commands.people.accounts import SecondStepDue
from app.models import User
from app.services.core import clock
from app.services.core.access import Actor, actor_of
from app.services.people import passwords, second_steps
from tests.services.office import add_user

PASSWORD = "kereta-malam-42"
BEGIN = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
Later = Callable[[float], None]


def person(database: Database, name: str, **roles: bool) -> Actor:
    with database.transaction() as session:
        user = session.get_one(User, add_user(session, name, "Loket").id)
        user.password_hash = passwords.digest(PASSWORD)
        for role, held in roles.items():
            setattr(user, role, held)
        return actor_of(user)


def shown(key: bytes, shift: int = 0) -> str:
    """What the app shows now, or so many periods later."""
    return second_steps.code_at(key, int(clock.real().timestamp()) // 30 + shift)


def set_up(database: Database, actor: Actor) -> tuple[bytes, list[str]]:
    with database.reading() as session:
        setup = second_steps.begin_setup(session, actor=actor, issuer="Alur")
    key = b32decode(setup.key.replace(" ", ""))
    codes = accounts.set_second_step(database, PASSWORD, setup.sealed, shown(key, -1), actor=actor, keep=None)
    return key, codes


def first_step(database: Database, name: str = "rina", password: str = PASSWORD) -> str:
    due = accounts.sign_in(database, name, password, source="192.0.2.7")
    assert isinstance(due, SecondStepDue)
    return due.ticket
