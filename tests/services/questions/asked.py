"""Questions as tests write them."""

from sqlalchemy.orm import Session

from app.services.core.access import Actor
from app.services.questions import cases
from app.services.questions.question import Condition, Group, Question


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
