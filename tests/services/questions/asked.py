"""Questions as tests write them."""

from sqlalchemy.orm import Session

from app.commands import questions as commands
from app.commands.transaction import Command
from app.models import AuditSample
from app.services.core.access import Actor
from app.services.questions import cases, samples
from app.services.search.question import Condition, Group, Question
from tests.services.office import Office


def one(subject: str, *, negated: bool = False, **values: str) -> Condition:
    return Condition(subject, values, negated)


def every(*conditions: Condition) -> Question:
    return Question(groups=(Group(conditions),))


def ids(session: Session, question: Question, actor: Actor) -> list[int]:
    """All cases of the answer, page by page."""
    found, after = list[int](), ""
    while True:
        answer = cases.page(session, question, actor=actor, after=after, limit=3)
        found += [case.id for case in answer.page.items]
        if answer.page.next is None:
            return found
        after = answer.page.next


EVERY = every(one("proses", nilai="uji"))


def draw(office: Office, seed: str, size: int, question: Question = EVERY) -> list[int]:
    """The cases of a sample that the auditor draws, in their order."""
    wanted = samples.wanted("Sampel", question, seed, str(size), actor=office.auditor)
    done = commands.draw(
        office.database, Command("draw_sample", "0", None, None), wanted, actor=office.auditor
    )
    with office.database.reading() as session:
        sample = session.get_one(AuditSample, done["id"])
        return [row.instance_id for row in samples.cases_of(session, sample)]
