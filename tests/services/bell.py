"""What people are told by the bell, and what makes it ring."""

from app.models import Unit, User
from app.services.core.access import Actor
from app.services.notifications import notices, outbox, texts
from app.services.tasks import tasks
from tests.services.office import Office


def heard(office: Office, actor: Actor) -> list[str]:
    """What the bell tells somebody, newest first."""
    with office.database.transaction() as session:
        outbox.deliver(session)
        return [texts.words(row.body) for row in notices.of_user(session, actor=actor)[0]]


def hand_on(office: Office, task_id: str, to: Actor, reason: str, *, actor: Actor) -> None:
    with office.database.transaction() as session:
        tasks.reassign(session, task_id, session.get_one(User, to.id), reason, actor=actor)


def sent_to(office: Office, unit: str) -> str:
    """A case sent to a unit; the id of the task that opened for it."""
    with office.database.transaction() as session:
        session.add(Unit(code="KOSONG", name="Dinas Kosong"))
    case = office.start()
    with office.database.transaction() as session:
        task = office.open_task(case)
        tasks.complete(session, task.id, {"hasil": "cukup", "unit": unit}, {}, actor=office.rina)
    return office.open_task(case).id
