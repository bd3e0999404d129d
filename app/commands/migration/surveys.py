"""Judging more open cases than one request can: begin and forget a survey, and the turns of the worker."""

import logging
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from app.base import log_safety
from app.base.db import Database
from app.base.errors import AppError, NotReady
from app.base.i18n import N_, _
from app.commands.transaction import (
    Answer,
    Command,
    by_actor,
    command_of,
    run_command,
    run_relaxed,
    run_without_key,
)
from app.services.core.access import Actor
from app.services.migration import effects, moves, surveys, targets
from app.services.migration.decisions import Decisions
from app.services.migration.effects import Verdict
from app.services.migration.selection import CaseFilters
from app.services.migration.surveys import Turn
from app.services.migration.targets import Target
from app.services.studio import effects as draft_effects

logger = logging.getLogger(__name__)
_FAILED = N_(
    "Akibatnya pada perkara ini tidak dapat dihitung karena gangguan; lihat rujukan {reference} di catatan server."
)


def begin(
    database: Database,
    command: Command,
    target_of: Callable[[Session], Target],
    decide: Callable[[Session, Target], Decisions],
    *,
    actor: Actor,
) -> Answer:
    """Begin to survey a target; answers with the id of the survey. What ``target_of`` reads and what ``decide`` makes
    of it is made before the transaction.

    Raises:
        What both raise, `surveys.begin`, and `run_command`.
    """
    moves.require_may_move(actor)
    with database.reading() as session:
        target = target_of(session)
        decided = decide(session, target)
        total = targets.count(session, target, actor=actor, filters=CaseFilters())

    def do(session: Session) -> Answer:
        return {"survey": surveys.begin(session, target, decided, total, actor=actor).id}

    return run_command(database, command, do, actor=actor, allowed=lambda _s: moves.require_may_move(actor))


forget = command_of(surveys.forget, allowed=by_actor(moves.require_may_move))


def work(database: Database) -> bool:
    """Take one turn; whether there was anything to do.

    Raises:
        NotReady: the database does not answer.
    """
    with database.reading() as session:
        turn = surveys.next_turn(session)
    if turn is None:
        return run_without_key(database, surveys.sweep)
    try:
        _take(database, turn)
    except NotReady:
        raise
    except AppError as error:  # the draft is gone, was published, or cannot be read any more
        logger.info("survey %s: %s", turn.survey_id, error)
        run_without_key(database, lambda session: surveys.end_as(session, turn.survey_id, "outdated"))
    return True


def _take(database: Database, turn: Turn) -> None:
    with database.reading() as session:
        actor = moves.standing_owner(session, turn.begun_by_id)
        target = _target(session, turn, actor) if actor is not None else None
        if actor is not None and target is not None:
            ids = surveys.next_ids(session, target, turn, actor=actor)
            verdicts = _judged(session, target, ids, turn, actor)
    if target is None:
        run_without_key(database, lambda session: surveys.end_as(session, turn.survey_id, "outdated"))
        return
    over = len(ids) < surveys.TURN
    run_relaxed(database, lambda session: surveys.keep(session, turn, ids, verdicts, over=over))


def _target(session: Session, turn: Turn, actor: Actor) -> Target | None:
    """What the survey is about; None where that is not any more what it was."""
    if turn.draft_id is not None:
        found = draft_effects.target_of(session, turn.draft_id, actor=actor)
    else:
        found = targets.stored_target(session, turn.definition_id or 0)
    return found if found.digest == turn.digest else None


def _judged(session: Session, target: Target, ids: Sequence[int], turn: Turn, actor: Actor) -> list[Verdict]:
    """Judge the cases; whatever is the matter with one, the others are judged."""
    try:
        return targets.judge(session, target, ids, turn.decisions, actor=actor)
    except NotReady:
        raise
    except Exception:
        log_safety.log_fault(logger, "survey %s", turn.survey_id)
    found: list[Verdict] = []
    for id_ in ids:
        try:
            found += targets.judge(session, target, [id_], turn.decisions, actor=actor)
        except NotReady:
            raise
        except Exception:
            reference = log_safety.log_fault(logger, "survey %s of case %s", turn.survey_id, id_)
            found.append(effects.not_judged(session, id_, _(_FAILED, reference=reference)))
    return found
