"""What a target would do to open cases, as lists: the gravest first, filtered, page by page; judged now or before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.base import stored_messages
from app.engine.running.migration import Obstacle
from app.history.codec import decode_as
from app.history.events.migration import Change
from app.models import EffectCase, EffectSurvey, ProcessDefinition, ProcessInstance
from app.services.core import access, paging
from app.services.core.access import Actor
from app.services.core.paging import Page, cursor, number_of, values_of
from app.services.migration import effects, targets
from app.services.migration.batches import MOST_CASES
from app.services.migration.decisions import Decisions
from app.services.migration.effects import KINDS, Verdict
from app.services.migration.selection import CaseFilters, narrowed
from app.services.migration.targets import Target


@dataclass(frozen=True)
class Asked:
    """What of it is wanted: cases, those of one of `KINDS` or of all, and the page after a cursor. ``limit`` None:
    all of them on one."""

    filters: CaseFilters
    kind: str = ""
    after: str = ""
    limit: int | None = 50


@dataclass(frozen=True)
class Effects:
    """``count``: of all cases that the filters let through, whatever their kind; ``totals``: by kind, where a case
    whose task and deadline change counts twice."""

    count: int
    totals: Mapping[str, int]
    page: Page[Verdict]


def judged_now(
    session: Session, target: Target, ids: Sequence[int], decisions: Decisions, asked: Asked, *, actor: Actor
) -> Effects:
    """Judge the cases ``ids``, which the filters let through already."""
    verdicts = targets.judge(session, target, ids, decisions, actor=actor)
    wanted = sorted((one for one in verdicts if not asked.kind or asked.kind in one.kinds), key=_place)
    if asked.after:
        wanted = [one for one in wanted if _place(one) > _place_of(asked.after)]
    limit = asked.limit or len(wanted)
    following = cursor(*_place(wanted[limit - 1])) if len(wanted) > limit else None
    return Effects(len(verdicts), effects.totals(verdicts), Page(wanted[:limit], following))


def _place(verdict: Verdict) -> tuple[str, int]:
    """Where it stands in the list. The names of kinds are in the order of their weight as words, too."""
    return min(verdict.kinds, key=KINDS.index), verdict.instance_id


def _place_of(after: str) -> tuple[str, int]:
    kind, number = values_of(after, 2)
    if kind not in KINDS:
        raise paging.unknown()
    return kind, number_of(number)


def surveyed(
    session: Session, survey: EffectSurvey, target: Target, asked: Asked, *, actor: Actor
) -> Effects:
    """What a survey found about the cases that still are what they were then. 2 SQL."""
    count, totals = _totals(session, survey, target, asked, actor)
    query = _rows(
        select(EffectCase, ProcessInstance.business_key, ProcessInstance.subject, ProcessDefinition.version),
        survey,
        target,
        asked.filters,
        actor,
    ).join(ProcessDefinition, ProcessDefinition.id == EffectCase.source_id)
    if asked.kind:
        query = query.where(_of_kind(asked.kind))
    if asked.after:
        query = query.where(tuple_(EffectCase.kind, EffectCase.instance_id) > tuple_(*_place_of(asked.after)))
    limit = asked.limit or MOST_CASES
    query = query.order_by(EffectCase.kind, EffectCase.instance_id).limit(limit + 1)
    found = [_verdict(*row) for row in session.execute(query)]
    following = cursor(*_place(found[limit - 1])) if len(found) > limit else None
    return Effects(count, totals, Page(found[:limit], following))


def surveyed_ids(
    session: Session, survey: EffectSurvey, target: Target, asked: Asked, *, actor: Actor
) -> list[int]:
    """Ids of the cases of which a survey found the kind that was asked for. 1 SQL."""
    query = _rows(select(EffectCase.instance_id), survey, target, asked.filters, actor)
    return list(session.scalars(query.where(_of_kind(asked.kind)).order_by(EffectCase.instance_id)))


def _totals(
    session: Session, survey: EffectSurvey, target: Target, asked: Asked, actor: Actor
) -> tuple[int, dict[str, int]]:
    counts = [func.coalesce(func.sum(case((_of_kind(kind), 1), else_=0)), 0) for kind in KINDS]
    query = _rows(select(func.count(), *counts), survey, target, asked.filters, actor)
    count, *found = session.execute(query).one()
    return count, dict(zip(KINDS, map(int, found), strict=True))


def _rows(
    query: Select[*tuple[Any, ...]], survey: EffectSurvey, target: Target, filters: CaseFilters, actor: Actor
) -> Select[*tuple[Any, ...]]:
    """A query of a survey's rows with their cases, which are still open where they were judged."""
    query = query.select_from(EffectCase).join(ProcessInstance, ProcessInstance.id == EffectCase.instance_id)
    query = query.where(
        EffectCase.survey_id == survey.id,
        target.open_cases,
        ProcessInstance.definition_id == EffectCase.source_id,
        access.visible(actor),
    )
    return narrowed(query, filters)


def _of_kind(kind: str) -> ColumnElement[bool]:
    if kind == "task":
        return or_(EffectCase.kind == kind, EffectCase.changes_task)
    return and_(EffectCase.kind == kind)


def _verdict(row: EffectCase, number: str, subject: str, version: int) -> Verdict:
    obstacles = (
        Obstacle(str(one["code"]), one["activity_id"], stored_messages.tell_stored(str(one["text"])))
        for one in row.obstacles
    )
    return Verdict(
        row.instance_id,
        number,
        subject,
        row.source_id,
        version,
        tuple(decode_as(Change, one) for one in row.changes),
        tuple(obstacles),
    )
