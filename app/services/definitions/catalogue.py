"""Lists of process definitions, page by page: what is in force, or every version."""

from collections.abc import Sequence

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.models import ProcessDefinition
from app.services.core import paging
from app.services.core.paging import Page, cursor, limited, number_of, values_of

_MOST_RETIRED = 100


def page(
    session: Session, *, key: str = "", every: bool = False, after: str = "", limit: int = 50
) -> Page[ProcessDefinition]:
    """The version in force of each process, by name; with ``every`` all versions, newest first.

    ``key``: of this process only. A cursor holds an id alone, as a name may be longer than an address.

    Raises:
        InvalidForm: ``after`` is no cursor of ours.
    """
    limit = limited(limit)
    last = _last(session, after) if after else None
    query = _newest_first(last) if every else _by_name(last)
    if key:
        query = query.where(ProcessDefinition.key == key)
    rows = session.scalars(query.limit(limit + 1)).all()
    return Page(rows[:limit], cursor(rows[limit - 1].id) if len(rows) > limit else None)


def retired(session: Session) -> Sequence[ProcessDefinition]:
    """The last version of each process that has none in force, by name; `_MOST_RETIRED` at most. 1 SQL."""
    live, later = aliased(ProcessDefinition), aliased(ProcessDefinition)
    of_it = (live.key == ProcessDefinition.key, live.in_force)
    after_it = (
        later.key == ProcessDefinition.key,
        later.version > ProcessDefinition.version,
        ~later.withdrawn,
    )
    query = select(ProcessDefinition).where(
        ~ProcessDefinition.withdrawn,
        ~select(live.id).where(*of_it).exists(),
        ~select(later.id).where(*after_it).exists(),
    )
    return session.scalars(query.order_by(ProcessDefinition.name).limit(_MOST_RETIRED)).all()


def _last(session: Session, after: str) -> ProcessDefinition:
    found = session.get(ProcessDefinition, number_of(values_of(after, 1)[0]))
    if found is None:
        raise paging.unknown()
    return found


def _newest_first(last: ProcessDefinition | None) -> Select[ProcessDefinition]:
    query = select(ProcessDefinition).order_by(ProcessDefinition.id.desc())
    return query if last is None else query.where(ProcessDefinition.id < last.id)


def _by_name(last: ProcessDefinition | None) -> Select[ProcessDefinition]:
    name, id_ = ProcessDefinition.name, ProcessDefinition.id
    query = select(ProcessDefinition).where(ProcessDefinition.in_force).order_by(name, id_)
    if last is None:
        return query
    return query.where(tuple_(name, id_) > (last.name, last.id))
