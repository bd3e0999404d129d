"""What open cases are judged against: a stored version, or the versions that publishing a draft would make."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from app.engine.running.migration import Way
from app.models import ProcessDefinition, ProcessInstance
from app.services.core import access, bulk
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.migration import decisions, effects
from app.services.migration.decisions import Decisions
from app.services.migration.effects import Verdict
from app.services.migration.selection import CaseFilters, Source, narrowed


@dataclass(frozen=True)
class Target:
    """Versions by the key of their process, stored or not; ``digest`` tells two of them apart.

    ``draft_id`` or ``definition_id``: where they come from.
    """

    versions: Mapping[str, Version]
    digest: str
    draft_id: int | None = None
    definition_id: int | None = None

    @property
    def open_cases(self) -> ColumnElement[bool]:
        """Which cases it is about: those that are open and run on other versions of the same processes."""
        return and_(
            ProcessInstance.key.in_(sorted(self.versions)),
            ProcessInstance.ended_at.is_(None),
            ProcessInstance.definition_id.not_in(sorted(one.id for one in self.versions.values())),
        )


def stored_target(session: Session, definition_id: int) -> Target:
    """A version as what cases are judged against.

    Raises:
        NotFound: there is none. InvalidDiagram: it cannot be read.
    """
    version = definitions.version(session, definition_id)
    return Target({version.key: version}, f"version {version.id}", definition_id=version.id)


def sources(session: Session, target: Target, *, actor: Actor) -> list[Source]:
    """The versions in which its open cases are, newest first, with how many there are. 1 SQL."""
    query = (
        select(ProcessDefinition.id, ProcessDefinition.version, func.count())
        .join(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
        .where(target.open_cases, access.visible(actor))
        .group_by(ProcessDefinition.id, ProcessDefinition.version)
        .order_by(ProcessDefinition.version.desc())
    )
    return [Source(id_, number, count) for id_, number, count in session.execute(query)]


def ids_after(
    session: Session,
    target: Target,
    after: int,
    limit: int,
    *,
    actor: Actor,
    filters: CaseFilters | None = None,
) -> list[int]:
    """Ids of its open cases that come after one, in order. 1 SQL."""
    query: Select[int] = select(ProcessInstance.id).where(
        target.open_cases, access.visible(actor), ProcessInstance.id > after
    )
    query = narrowed(query, filters) if filters is not None else query
    return list(session.scalars(query.order_by(ProcessInstance.id).limit(limit)))


def count(session: Session, target: Target, *, actor: Actor, filters: CaseFilters) -> int:
    """How many of its open cases the filters let through. 1 SQL."""
    query = select(func.count()).select_from(ProcessInstance).where(target.open_cases, access.visible(actor))
    return session.scalar(narrowed(query, filters)) or 0


def judge(
    session: Session, target: Target, ids: Iterable[int], decided: Decisions, *, actor: Actor
) -> list[Verdict]:
    """Judge cases as `effects.dry_run` does, each against the version of its process; in the order of their ids."""
    found: list[Verdict] = []
    for some in bulk.batches(ids):
        rows = session.execute(
            select(ProcessInstance.key, ProcessInstance.id).where(ProcessInstance.id.in_(some))
        ).all()
        for key, version in target.versions.items():
            own = [id_ for its, id_ in rows if its == key]
            found += effects.dry_run(session, version, own, decided, actor=actor) if own else []
    return sorted(found, key=lambda one: one.instance_id)


def all_timers(session: Session, target: Target, ids: Iterable[int], way: str) -> Decisions:
    """The same decision for every timer that says something else than in the versions ``ids``, or is new."""
    chosen: Way = next((one for one in decisions.WAYS if one == way), "keep")
    if chosen == "keep":
        return Decisions()
    found: set[str] = set()
    for id_ in ids:
        source = definitions.readable(session, id_)
        version = target.versions.get(source.key) if source is not None else None
        if source is not None and version is not None:
            found |= {timer for timer, *_rest in decisions.changed_timers(source, version)}
    return Decisions(timers=dict.fromkeys(sorted(found), chosen))
