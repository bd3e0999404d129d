"""What a target would do to more open cases than one request can judge: judged in turns, and kept for some days.

A turn takes cases by their ids, judges them without any transaction, and writes what it found in a short one. A lease
keeps other workers away meanwhile; whoever comes back after it was taken over writes nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import orjson
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session, joinedload

from app.base.errors import Conflict, NotFound
from app.base.i18n import _
from app.models import EffectCase, EffectSurvey
from app.services.core import bulk, clock
from app.services.core.access import Actor
from app.services.migration import batches, moves, targets
from app.services.migration.decisions import Decisions
from app.services.migration.effects import KINDS, Verdict
from app.services.migration.targets import Target

#: So many cases are judged while somebody waits for the page; more are surveyed.
AT_ONCE = 500
#: Cases of one turn of the worker.
TURN = 100
#: Rows that one turn removes of what was forgotten.
_SWEPT = 2_000
#: Different decisions about one target that are kept beside each other.
_MOST_KEPT = 4


@dataclass(frozen=True)
class Turn:
    """What a worker does next: judge the cases of a survey after ``last_id``."""

    survey_id: int
    draft_id: int | None
    definition_id: int | None
    digest: str
    decisions: Decisions
    last_id: int
    begun_by_id: int


def decided_by(decisions: Decisions) -> str:
    """SHA-256 of what was decided."""
    return hashlib.sha256(orjson.dumps(decisions.as_dict(), option=orjson.OPT_SORT_KEYS)).hexdigest()


def begin(
    session: Session, target: Target, decisions: Decisions, total: int, *, actor: Actor
) -> EffectSurvey:
    """Begin to survey what a target would do to its ``total`` cases; the worker goes on. An earlier one of the
    same is forgotten.

    Raises:
        NotAllowed: the actor is no process owner.
    """
    moves.require_may_move(actor)
    own, decided = _of(target), decided_by(decisions)
    kept = session.scalars(
        select(EffectSurvey).where(own, EffectSurvey.state != "forgotten").order_by(EffectSurvey.id.desc())
    ).all()
    others = [one for one in kept if one.decided != decided and one.digest == target.digest]
    for one in kept:
        if one not in others[: _MOST_KEPT - 1]:
            one.state = "forgotten"
    survey = EffectSurvey(
        draft_id=target.draft_id,
        definition_id=target.definition_id,
        digest=target.digest,
        decisions=decisions.as_dict(),
        decided=decided,
        state="running",
        total=total,
        judged=0,
        last_id=0,
        begun_at=clock.now(session),
        begun_by_id=actor.id,
    )
    session.add(survey)
    session.flush()
    return survey


def find(session: Session, target: Target, decisions: Decisions, *, actor: Actor) -> EffectSurvey | None:
    """The survey of these decisions, also one of an earlier state of the draft; None where there is none. 1 SQL."""
    batches.require_reader(actor)
    query = select(EffectSurvey).where(
        _of(target), EffectSurvey.decided == decided_by(decisions), EffectSurvey.state != "forgotten"
    )
    query = query.options(joinedload(EffectSurvey.begun_by)).order_by(EffectSurvey.id.desc())
    return session.scalars(query.limit(1)).one_or_none()


def is_of(survey: EffectSurvey, target: Target) -> bool:
    """Whether it tells of the target as that is now."""
    return survey.digest == target.digest and survey.state != "outdated"


def require_done(session: Session, target: Target, decisions: Decisions, *, actor: Actor) -> EffectSurvey:
    """The finished survey of these decisions.

    Raises:
        Conflict: there is none, or not yet. And what `find` raises.
    """
    found = find(session, target, decisions, actor=actor)
    if found is None or not is_of(found, target) or found.state != "done":
        raise Conflict(_("Akibatnya pada perkara sebanyak ini belum dihitung. Hitung dulu, lalu coba lagi."))
    return found


def forget(session: Session, survey_id: int, *, actor: Actor) -> None:
    """Stop a survey and drop what it found.

    Raises:
        NotAllowed: the actor is no process owner. NotFound: there is none.
    """
    moves.require_may_move(actor)
    survey = session.get(EffectSurvey, survey_id)
    if survey is None or survey.state == "forgotten":
        raise NotFound(_("Hitungan ini tidak ada lagi."))
    survey.state = "forgotten"


def forget_of_draft(session: Session, draft_id: int) -> None:
    """Forget the surveys of a draft that was published or laid aside. 1 SQL."""
    own = update(EffectSurvey).where(EffectSurvey.draft_id == draft_id)
    session.execute(own.values(state="forgotten"))


def remove_of_drafts(session: Session, draft_ids: Sequence[int]) -> None:
    """Remove all that is left of the surveys of drafts that are about to go."""
    ids = list(session.scalars(select(EffectSurvey.id).where(EffectSurvey.draft_id.in_(draft_ids))))
    session.execute(delete(EffectCase).where(EffectCase.survey_id.in_(ids)))
    session.execute(delete(EffectSurvey).where(EffectSurvey.id.in_(ids)))


def _of(target: Target) -> ColumnElement[bool]:
    if target.draft_id is not None:
        return EffectSurvey.draft_id == target.draft_id
    return EffectSurvey.definition_id == target.definition_id


# -- the worker's turns ----------------------------------------------------------------------------


def next_turn(session: Session) -> Turn | None:
    """The next turn of the oldest survey that runs; None where there is none. 1 SQL over an index."""
    query = select(EffectSurvey).where(EffectSurvey.state == "running").order_by(EffectSurvey.id)
    survey = session.scalars(query.limit(1)).one_or_none()
    if survey is None:
        return None
    return Turn(
        survey.id,
        survey.draft_id,
        survey.definition_id,
        survey.digest,
        Decisions.from_dict(survey.decisions),
        survey.last_id,
        survey.begun_by_id,
    )


def keep(
    session: Session, turn: Turn, ids: Sequence[int], verdicts: Sequence[Verdict], *, over: bool
) -> bool:
    """Keep what a turn found about the cases ``ids``; ``over``: no case comes after them. False: another worker took
    that turn meanwhile, or the survey was forgotten, and nothing is kept."""
    query = select(EffectSurvey).where(EffectSurvey.id == turn.survey_id).with_for_update()
    survey = session.scalars(query).one_or_none()
    if survey is None or survey.last_id != turn.last_id or survey.state != "running":
        return False
    bulk.insert_rows(session, EffectCase, [_row(survey.id, verdict) for verdict in verdicts])
    survey.judged += len(ids)
    survey.last_id = ids[-1] if ids else survey.last_id
    survey.total = max(survey.total, survey.judged)
    if over:
        survey.state, survey.total, survey.finished_at = "done", survey.judged, clock.now(session)
    return True


def end_as(session: Session, survey_id: int, state: str) -> None:
    """Let a survey that cannot go on be ``outdated`` or ``forgotten``."""
    running = (EffectSurvey.id == survey_id, EffectSurvey.state == "running")
    session.execute(update(EffectSurvey).where(*running).values(state=state))


def sweep(session: Session) -> bool:
    """Remove some of what was forgotten; whether there was anything."""
    survey_id = session.scalar(
        select(EffectSurvey.id).where(EffectSurvey.state == "forgotten").order_by(EffectSurvey.id).limit(1)
    )
    if survey_id is None:
        return False
    some = select(EffectCase.instance_id).where(EffectCase.survey_id == survey_id)
    ids = session.scalars(some.order_by(EffectCase.instance_id).limit(_SWEPT)).all()
    if ids:
        own = (EffectCase.survey_id == survey_id, EffectCase.instance_id <= ids[-1])
        session.execute(delete(EffectCase).where(*own))
    else:
        session.execute(delete(EffectSurvey).where(EffectSurvey.id == survey_id))
    return True


def next_ids(session: Session, target: Target, turn: Turn, *, actor: Actor) -> list[int]:
    """The cases of a turn. 1 SQL."""
    return targets.ids_after(session, target, turn.last_id, TURN, actor=actor)


def _row(survey_id: int, verdict: Verdict) -> dict[str, object]:
    return {
        "survey_id": survey_id,
        "instance_id": verdict.instance_id,
        "kind": min(verdict.kinds, key=KINDS.index),
        "changes_task": "task" in verdict.kinds,
        "source_id": verdict.source_id,
        "changes": [asdict(change) for change in verdict.changes],
        "obstacles": moves.stored_obstacles(verdict.obstacles),
    }
