"""The ways that ended cases of a version took: how many took each, how long it took them, and how many were late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, case, func, select
from sqlalchemy.orm import Session

from app.base.i18n import _
from app.engine.conformance import CANCELLED, END, JOINED, MIGRATED, MOVED, MOVED_TO, TRUNCATED
from app.models import CaseFact, ProcessDefinition
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.numbers import ways
from app.services.performance import period
from app.services.performance.period import Period

_FACT = cast("Table", CaseFact.__table__)
#: So many steps may be folded into one that is said to be repeated.
_LONGEST_ROUND = 12


@dataclass(frozen=True)
class Part:
    """Steps in a row, and how often they were gone through one time after another."""

    steps: tuple[str, ...]
    times: int = 1


@dataclass(frozen=True)
class Variant:
    """A way with its figures. ``late``: cases of which a task was late; minutes are those of office hours."""

    hash: str
    way: tuple[str, ...]
    cases: int
    late: int
    median_minutes: float | None

    @property
    def parts(self) -> list[Part]:
        """The way with its rounds folded."""
        return folded(self.way)


@dataclass(frozen=True)
class Variants:
    """The most frequent ways, of how many there are, and of how many cases. ``running``: cases of the version that
    have not ended, whenever they began; their ways are in none of these."""

    definition: ProcessDefinition
    shown: Sequence[Variant]
    number: int
    cases: int
    running: int
    names: Mapping[str, str]


def variants(session: Session, asked: Period, *, limit: int, actor: Actor) -> Variants:
    """The ways of cases that ended in these months, the most frequent first. 5 SQL beside reading the version.

    Raises:
        NotFound: there is no such version, or it is not the actor's to see.
    """
    definition = period.require(session, actor, asked.definition_id)
    found = most_frequent(session, asked, limit=limit)
    middle = _medians(session, asked, [one.hash for one in found])
    number, cases = session.execute(
        select(func.count(_FACT.c.variant.distinct()), func.count()).where(*_where(asked))
    ).one()
    version = definitions.version(session, definition.id)
    names = {node.id: node.name or node.id for node in version.diagram.nodes.values()}
    shown = [Variant(one.hash, one.way, one.cases, one.late, middle.get(one.hash)) for one in found]
    return Variants(definition, shown, number, cases, _running(session, definition.id), names)


def most_frequent(session: Session, asked: Period, *, limit: int) -> list[Variant]:
    """The most frequent ways, without their medians. 2 SQL."""
    late = func.sum(case((_FACT.c.late_tasks > 0, 1), else_=0))
    size = func.count().label("size")
    query = (
        select(_FACT.c.variant, size, late.label("late"), func.min(_FACT.c.instance_id).label("one"))
        .where(*_where(asked))
        .group_by(_FACT.c.variant)
        .order_by(size.desc(), _FACT.c.variant)
        .limit(limit)
    )
    rows = session.execute(query).all()
    ids = [row.one for row in rows]
    texts = dict(
        session.execute(select(_FACT.c.variant, _FACT.c.way).where(_FACT.c.instance_id.in_(ids))).all()
    )
    return [
        Variant(row.variant, ways.steps(texts[row.variant] or ""), row.size, row.late, None) for row in rows
    ]


def number_of_cases(session: Session, asked: Period) -> int:
    """How many cases ended in these months. 1 SQL."""
    return session.scalar(select(func.count()).where(*_where(asked))) or 0


def _running(session: Session, definition_id: int) -> int:
    """How many cases of a version have not ended. 1 SQL, by the index that ended ones are counted by."""
    open_ones = (_FACT.c.definition_id == definition_id, _FACT.c.ended_month.is_(None))
    return session.scalar(select(func.count()).where(*open_ones)) or 0


def _where(asked: Period) -> list[Any]:
    return [
        _FACT.c.definition_id == asked.definition_id,
        _FACT.c.ended_month.between(asked.since, asked.until),
        _FACT.c.variant.is_not(None),
    ]


def _medians(session: Session, asked: Period, hashes: Sequence[str]) -> dict[str, float]:
    value = _FACT.c.end_minutes
    where = [*_where(asked), _FACT.c.variant.in_(hashes), value.is_not(None)]
    if session.get_bind().dialect.name == "postgresql":
        middle = func.percentile_cont(0.5).within_group(value)
        query = select(_FACT.c.variant, middle).where(*where).group_by(_FACT.c.variant)
    else:
        ranked = (
            select(
                _FACT.c.variant,
                value.label("value"),
                func.row_number().over(partition_by=_FACT.c.variant, order_by=value).label("place"),
                func.count().over(partition_by=_FACT.c.variant).label("size"),
            )
            .where(*where)
            .subquery()
        )
        is_middle = (ranked.c.place * 2).between(ranked.c.size, ranked.c.size + 2)
        query = select(ranked.c.variant, func.avg(ranked.c.value)).where(is_middle).group_by(ranked.c.variant)
    return {variant: float(minutes) for variant, minutes in session.execute(query)}


def folded(way: Sequence[str]) -> list[Part]:
    """A way with each row of steps that is repeated at once told one time: a b b b c b c d → a, b×2, (b c)×2, d."""
    found, place = list[Part](), 0
    while place < len(way):
        best = Part((way[place],))
        for length in range(1, min(_LONGEST_ROUND, (len(way) - place) // 2) + 1):
            block, times = tuple(way[place : place + length]), 1
            while tuple(way[place + times * length : place + (times + 1) * length]) == block:
                times += 1
            if times > 1 and times * length > len(best.steps) * best.times:
                best = Part(block, times)
        found.append(best)
        place += len(best.steps) * best.times
    return found


def step_text(step: str, names: Mapping[str, str]) -> str:
    """What a step is called."""
    if step.startswith(END):
        return _("berakhir: {name}", name=names.get(step.removeprefix(END), step.removeprefix(END)))
    if step.startswith(MOVED):
        source, _sign, target = step.removeprefix(MOVED).partition(MOVED_TO)
        return _(
            "dipindahkan tangan dari {a} ke {b}", a=names.get(source, source), b=names.get(target, target)
        )
    special = {
        MIGRATED: _("pindah versi"),
        CANCELLED: _("dibatalkan"),
        JOINED: _("digabung ke perkara lain"),
        TRUNCATED: _("dan seterusnya"),
    }
    return special.get(step) or names.get(step, step)


def is_intervention(step: str) -> bool:
    """Whether somebody did it from outside of the diagram."""
    return step.startswith(MOVED) or step in {MIGRATED, CANCELLED, JOINED}
