"""What came of the lines of a file, for pages and the result file: no cell of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.base import stored_messages
from app.models import ImportRow, ProcessInstance
from app.services.core import access, encryption, paging
from app.services.core.access import Actor
from app.services.core.paging import Page
from app.services.imports import batches


def rows(
    session: Session, batch_id: int, state: str, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[ImportRow]:
    """The lines of a batch in one of `batches.STATES`, or all, by line. 2 SQL over indexes."""
    batches.get(session, batch_id, actor=actor)
    query = select(ImportRow).options(joinedload(ImportRow.instance))
    return batches.LINES.page(session, batch_id, state, query, after, limit)


@dataclass(frozen=True)
class Outcome:
    """What came of a line, for the result file: no cell of it, so no name either."""

    line: int
    number: str
    state: str
    case: str
    errors: Mapping[str, str]


def outcomes(session: Session, batch_id: int, *, actor: Actor) -> Iterator[Outcome]:
    """Yield what came of each line, by line; a page of them is in memory at a time.

    The case's number is told to whoever may see that case.

    Raises:
        NotFound: there is no such batch, or the actor may not start its process.
    """
    after: str | None = ""
    while after is not None:
        found = rows(session, batch_id, "", actor=actor, after=after, limit=paging.MAX_LIMIT)
        cases = seen_cases(session, found.items, actor=actor)
        for row in found.items:
            case = cases.get(row.instance_id or 0, "")
            yield Outcome(row.line, row.number, row.state, case, errors_of(session, row))
        session.expunge_all()
        after = found.next


def seen_cases(session: Session, lines: Sequence[ImportRow], *, actor: Actor) -> dict[int, str]:
    """The numbers of those cases of lines that the actor may see, by id. 1 SQL."""
    ids = {row.instance_id for row in lines if row.instance_id is not None}
    seen = select(ProcessInstance.id, ProcessInstance.business_key).where(ProcessInstance.id.in_(ids))
    return {id_: number for id_, number in session.execute(seen.where(access.visible(actor)))}


def errors_of(session: Session, row: ImportRow) -> dict[str, str]:
    """What is wrong with a line, by field, in the language in use; under an empty key what is about all of it."""
    stored = encryption.unseal(session, row.errors) if row.errors is not None else {}
    return {key: stored_messages.tell_stored(text) for key, text in stored.items()}
