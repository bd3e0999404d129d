"""Starting a case: done whole, or there is no case, what was typed is a draft and the process owner is told."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import AppError, InvalidForm
from app.commands import failures
from app.commands.transaction import Answer, Command, run_command
from app.services.core.access import Actor
from app.services.instances import instances
from app.services.instances.instances import Started, Values
from app.services.tasks import draft_compatibility

logger = logging.getLogger(__name__)


def start_instance(
    database: Database,
    command: Command,
    key: str,
    values: Values,
    *,
    actor: Actor,
    answer: Callable[[Session, Started], Answer],
    typed: Mapping[str, Any],
    business_key: str | None = None,
) -> Answer:
    """Start a case. When the diagram fails there is no case, and the incident is one of the process.

    Raises:
        What `instances.start` raises, and `run_command`.
    """

    def do(session: Session) -> Answer:
        started = instances.start(session, key, values, actor=actor, business_key=business_key)
        return answer(session, started)

    def report(session: Session, error: AppError) -> None:
        place = failures.place_of(error)
        logger.error("start of %s: %s (%s)", key, error, place)  # its detail quotes values
        _keep(session, actor, key, typed)
        failures.report_start(session, key, error, actor=actor)

    def allowed(session: Session) -> None:
        instances.opening(session, key, actor=actor)

    return run_command(database, command, do, actor=actor, allowed=allowed, after_failure=report)


def _keep(session: Session, actor: Actor, key: str, typed: Mapping[str, Any]) -> None:
    version, _node = instances.opening(session, key, actor=actor)
    with suppress(InvalidForm):  # larger than a draft may be: telling the owner matters more
        draft_compatibility.keep(
            session, actor, key, draft_compatibility.Typed(typed), draft_compatibility.start_form(version)
        )
