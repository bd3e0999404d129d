"""Questions about cases: the page of those that fit, and what in them is late. Rights are those of every list."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import false, func, select
from sqlalchemy.orm import Session

from app.models import ProcessInstance, User, UserTask
from app.services.casefile import instance_lists
from app.services.core import clock
from app.services.core.access import Actor
from app.services.core.paging import MAX_LIMIT, Answer, limited
from app.services.questions import variables
from app.services.search import case_pages, task_terms, terms
from app.services.search.question import Condition, Question
from app.services.search.terms import Term, Terms

#: So many cases are looked at for a page, and where their variables must be read.
MOST_SEEN, MOST_READ = 3_000, 1_000


def page(
    session: Session, question: Question, *, actor: Actor, after: str = "", limit: int = 50
) -> Answer[ProcessInstance]:
    """The cases that the actor sees and that the question asks for, the newest first.

    Raises:
        InvalidForm: a condition says nothing that can be asked, by its name in the address.
    """
    made = terms_of(session, question)
    found = case_pages.page(session, made, actor=actor, after=after, limit=limit, most=_most(made))
    return Answer(found, partial=found.next is not None and len(found.items) < limited(limit))


def every_id(
    session: Session, question: Question, *, actor: Actor, after: int | None
) -> tuple[list[int], int | None]:
    """The ids of some more cases of the answer, and after which one it goes on; None at the end."""
    made = terms_of(session, question)
    key = (after,) if after is not None else None
    found, last = case_pages.ids(session, made, actor=actor, after=key, limit=MAX_LIMIT, most=_most(made))
    return found, last[0] if last else None


def _most(made: Terms) -> int:
    return MOST_READ if made.checks else MOST_SEEN


def terms_of(session: Session, question: Question) -> Terms:
    """The question in terms. Raises: as `page`."""
    return terms.terms_of(question, lambda one: _term(session, one))


def _term(session: Session, one: Condition) -> Term:
    if one.subject == "variabel":
        return Term(false(), check=variables.check_of(session, one.values))
    return instance_lists.term(session, one)


@dataclass(frozen=True)
class LateTask:
    """A task that was or is late: what it is called, for which unit, who did or holds it ("" for nobody), by how many
    whole days, and whether it is open still."""

    name: str
    unit_code: str
    officer: str
    days: int
    is_open: bool


def late_tasks(session: Session, found: Sequence[int]) -> dict[int, list[LateTask]]:
    """The late tasks of cases, by case, in the order in which they opened. 1 SQL."""
    now = clock.now(session)
    person = func.coalesce(UserTask.closed_by_id, UserTask.assignee_id)
    query = (
        select(
            UserTask.instance_id,
            UserTask.name,
            UserTask.unit_code,
            User.full_name,
            UserTask.due_at,
            UserTask.closed_at,
        )
        .outerjoin(User, User.id == person)
        .where(UserTask.instance_id.in_(found), task_terms.in_state(session, "late", 0, now))
        .order_by(UserTask.instance_id, UserTask.opened_at)
    )
    late: dict[int, list[LateTask]] = {}
    for id_, name, unit, officer, due_at, closed_at in session.execute(query) if found else ():
        days = ((closed_at or now) - (due_at or now)).days
        late.setdefault(id_, []).append(LateTask(name, unit or "", officer or "", days, closed_at is None))
    return late
