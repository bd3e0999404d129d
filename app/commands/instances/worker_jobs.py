"""Jobs that workers outside take and end."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import AppError
from app.commands import failures
from app.commands.transaction import Answer, Command, command_of, run_command
from app.models import ProcessInstance
from app.services.instances import worker_jobs
from app.services.instances.instances import Values
from app.services.instances.worker_jobs import Worker


def take_jobs(
    database: Database, command: Command, type_: str, name: str, *, most: int, lock_s: int, worker: Worker
) -> Answer:
    """Take jobs of a type. ``held``: id and lock of each; what else they are told is read afterwards, and not kept.

    Raises:
        What `worker_jobs.take` raises, and `run_command`.
    """

    def do(session: Session) -> Answer:
        found = worker_jobs.take(session, type_, name, most=most, lock_s=lock_s, worker=worker)
        return {"held": [[wait.id, wait.lock] for wait in found]}

    def allowed(_session: Session) -> None:
        worker_jobs.require_worker(worker, type_)

    return run_command(database, command, do, actor=worker.actor, allowed=allowed)


def complete_job(
    database: Database,
    command: Command,
    job_id: str,
    lock: str,
    variables: Mapping[str, Any],
    values: Values,
    *,
    worker: Worker,
) -> Answer:
    """End a job with its result; where the diagram fails at it, it waits for the process owner.

    Raises:
        What `worker_jobs.complete` raises, and `run_command`.
    """

    def do(session: Session) -> ProcessInstance:
        return worker_jobs.complete(session, job_id, lock, variables, values, worker=worker)

    return _ending(database, command, do, job_id, worker)


def throw_error(
    database: Database,
    command: Command,
    job_id: str,
    lock: str,
    code: str,
    message: str,
    *,
    worker: Worker,
) -> Answer:
    """End a job with a BPMN error; as `complete_job`.

    Raises:
        What `worker_jobs.throw` raises, and `run_command`.
    """

    def do(session: Session) -> ProcessInstance:
        return worker_jobs.throw(session, job_id, lock, code, message, worker=worker)

    return _ending(database, command, do, job_id, worker)


def _ending(
    database: Database,
    command: Command,
    do: Callable[[Session], ProcessInstance],
    job_id: str,
    worker: Worker,
) -> Answer:
    def report(session: Session, error: AppError) -> None:
        worker_jobs.set_aside(session, job_id, failures.for_the_owner(error), actor=worker.actor)

    return run_command(
        database,
        command,
        lambda session: {"state": do(session).state},
        actor=worker.actor,
        allowed=_any_type,
        after_failure=report,
    )


def _any_type(_session: Session, *_given: Any, **_named: Any) -> None:
    """Whoever sends it once more holds a token for jobs still, and is told no more than how the case stands."""


fail_job = command_of(
    worker_jobs.fail, allowed=_any_type, answer=lambda wait: {"retries": wait.retries, "ready_at": _at(wait)}
)
extend_lock = command_of(worker_jobs.extend, allowed=_any_type, answer=lambda wait: {"ready_at": _at(wait)})


def _at(wait: Any) -> str | None:
    return wait.ready_at.isoformat() if wait.ready_at is not None else None
