"""Publications that wait for their date: put in force by the worker when it has come, or cancelled before."""

import logging

from sqlalchemy.orm import Session

from app.base import log_safety
from app.base.db import Database
from app.base.errors import AppError, NotReady
from app.base.i18n import _
from app.commands.deployment.deployments import put_in_force_prepared
from app.commands.transaction import by_sight, command_of, run_without_key
from app.services.deployment import plans, proposals
from app.services.deployment.deployments import Outdated, Prepared
from app.services.studio import publishing

logger = logging.getLogger(__name__)


def put_due_in_force(database: Database) -> int:
    """Put in force what waited for a date that has come, one after the other; return how many were tried. What cannot
    be put in force any more is told, and holds up no other.

    Raises:
        NotReady: the database does not answer.
    """
    with database.reading() as session:
        due = plans.due(session)
    for proposal_id in due:
        _put_in_force(database, proposal_id)
    return len(due)


def _put_in_force(database: Database, proposal_id: int) -> None:
    """One of them. Its id is its key: what is in force does not wait any more."""

    def store(session: Session, prepared: Prepared) -> None:
        done = plans.put_in_force(session, proposal_id, prepared)
        if done is not None:
            publishing.close_draft_of(session, proposal_id, done)

    try:
        put_in_force_prepared(database, lambda session: plans.prepare(session, proposal_id), store)
        return
    except (NotReady, Outdated):  # it waits, and is tried again at the next turn
        raise
    except AppError as error:
        failed = error
    except Exception:  # whatever is the matter with one, the others go on
        reference = log_safety.log_fault(logger, "publication %s", proposal_id)
        failed = AppError(
            _("Ada gangguan; lihat rujukan {reference} di catatan server.", reference=reference)
        )
    run_without_key(database, lambda session: plans.fail(session, proposal_id, failed))


cancel = command_of(
    plans.cancel, allowed=by_sight(proposals.get), answer=lambda proposal: {"draft": proposal.draft_id}
)
