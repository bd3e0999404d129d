"""Questions about cases: the page of those that fit, and what in them is late. Rights are those of every list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, false, func, select
from sqlalchemy.orm import Session

from app.models import ProcessInstance, User, UserTask
from app.services.core import access, candidates, case_sources, clock, lookups
from app.services.core.access import STATES, Actor
from app.services.core.candidates import Key
from app.services.core.paging import Page, cursor, limited, number_of, values_of
from app.services.questions import variables
from app.services.search import case_terms, terms
from app.services.search.question import Condition, Question
from app.services.search.terms import Term, Terms
from app.services.tasks import inbox

#: So many cases are looked at for a page, and where their variables must be read.
MOST_SEEN, MOST_READ = 3_000, 1_000


@dataclass(frozen=True)
class Answer:
    """A page of cases. ``partial``: so many were looked at that it ended before it was full."""

    page: Page[ProcessInstance]
    partial: bool


def page(session: Session, question: Question, *, actor: Actor, after: str = "", limit: int = 50) -> Answer:
    """The cases that the actor sees and that the question asks for, the newest first.

    Raises:
        InvalidForm: a condition says nothing that can be asked, by its name in the address.
    """
    made = terms_of(session, question)
    ids_, last = _collect(
        session, made, actor, int(number_of(values_of(after, 1)[0])) if after else None, limit
    )
    return Answer(
        Page(_instances(session, ids_), cursor(last[0]) if last else None),
        partial=last is not None and len(ids_) < limited(limit),
    )


def every_id(
    session: Session, question: Question, *, actor: Actor, after: int | None
) -> tuple[list[int], int | None]:
    """The ids of some more cases of the answer, and after which one it goes on; None at the end."""
    found, last = _collect(session, terms_of(session, question), actor, after, 200)
    return found, last[0] if last else None


def terms_of(session: Session, question: Question) -> Terms:
    """The question in terms. Raises: as `page`."""
    return terms.terms_of(question, lambda one: _term(session, one))


def _term(session: Session, one: Condition) -> Term:
    if one.subject == "variabel":
        return Term(false(), check=variables.check_of(session, one.values))
    return case_terms.term(session, one)


def _collect(
    session: Session, made: Terms, actor: Actor, after: int | None, limit: int
) -> tuple[list[int], Key | None]:
    seen = access.visible_ids(actor, STATES)
    everything = [select(ProcessInstance.id)] if seen is None else seen
    sources = [case_sources.newest_first(session, queries) for queries in [everything, *made.sources()]]
    return candidates.collect(
        sources,
        made.rare(),
        _fitting(session, made, actor),
        after=(after,) if after is not None else None,
        limit=limited(limit),
        descending=True,
        most=MOST_READ if made.checks else MOST_SEEN,
    )


def _fitting(session: Session, made: Terms, actor: Actor) -> Callable[[Sequence[Key]], set[int]]:
    fits = and_(access.visible(actor), made.may_fit())

    def fitting(keys: Sequence[Key]) -> set[int]:
        # Asked as a column, so that no database looks by it among all cases rather than by these ids.
        ids = [key[-1] for key in keys]
        query = select(ProcessInstance.id, fits).where(lookups.among(session, ProcessInstance.id, ids))
        found = {id_ for id_, shown in session.execute(query) if shown}
        return _checked(session, made, found) if made.checks and found else found

    return fitting


def _checked(session: Session, made: Terms, found: set[int]) -> set[int]:
    """Those that fit, also by what only their variables tell."""
    told = [(place, term) for place, term in made.made.items() if term.check is None]
    asked = [(place, term.check) for place, term in made.made.items() if term.check is not None]
    read = (ProcessInstance.id, ProcessInstance.variables)
    query = select(*read, *(term.fits for _place, term in told)).where(
        lookups.among(session, ProcessInstance.id, found)
    )
    fitting = set()
    for id_, held, *rest in session.execute(query):
        holds = {place: bool(value) for (place, _term), value in zip(told, rest, strict=True)}
        holds |= {place: check(held) for place, check in asked}
        if made.holds(holds):
            fitting.add(id_)
    return fitting


def _instances(session: Session, found: Sequence[int]) -> list[ProcessInstance]:
    query = select(ProcessInstance).where(ProcessInstance.id.in_(found)).options(*inbox.LISTED)
    by_id = {case.id: case for case in session.scalars(query)} if found else {}
    return [by_id[id_] for id_ in found]


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
        .where(UserTask.instance_id.in_(found), case_terms.in_state(session, "late", 0, now))
        .order_by(UserTask.instance_id, UserTask.opened_at)
    )
    late: dict[int, list[LateTask]] = {}
    for id_, name, unit, officer, due_at, closed_at in session.execute(query) if found else ():
        days = ((closed_at or now) - (due_at or now)).days
        late.setdefault(id_, []).append(LateTask(name, unit or "", officer or "", days, closed_at is None))
    return late
