"""Jobs that workers outside take and end."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import AppError
from app.commands import failures
from app.commands.transaction import Answer, Command, command_of, run_command
from app.services.instances import worker_jobs
from app.services.instances.instances import Values
from app.services.instances.worker_jobs import Worker


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

    def do(session: Session) -> Answer:
        return {"state": worker_jobs.complete(session, job_id, lock, variables, values, worker=worker).state}

    report = _setting_aside(job_id, worker)
    return run_command(database, command, do, actor=worker.actor, allowed=_any_type, after_failure=report)


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

    def do(session: Session) -> Answer:
        return {"state": worker_jobs.throw(session, job_id, lock, code, message, worker=worker).state}

    report = _setting_aside(job_id, worker)
    return run_command(database, command, do, actor=worker.actor, allowed=_any_type, after_failure=report)


def _setting_aside(job_id: str, worker: Worker) -> Callable[[Session, AppError], None]:
    def report(session: Session, error: AppError) -> None:
        worker_jobs.set_aside(session, job_id, failures.for_the_owner(error), actor=worker.actor)

    return report


def _of_his_types(_session: Session, type_: str, *_given: Any, worker: Worker, **_named: Any) -> None:
    worker_jobs.require_worker(worker, type_)


def _any_type(_session: Session, *_given: Any, **_named: Any) -> None:
    """Whoever sends it once more holds a token for jobs still, and is told no more than how the case stands."""


#: ``held``: id and lock of each; what else the worker is told of them is read afterwards, and not kept.
take_jobs = command_of(
    worker_jobs.take,
    allowed=_of_his_types,
    answer=lambda found: {"held": [[wait.id, wait.lock] for wait in found]},
)
fail_job = command_of(
    worker_jobs.fail, allowed=_any_type, answer=lambda wait: {"retries": wait.retries, "ready_at": _at(wait)}
)
extend_lock = command_of(worker_jobs.extend, allowed=_any_type, answer=lambda wait: {"ready_at": _at(wait)})


def _at(wait: Any) -> str | None:
    return wait.ready_at.isoformat() if wait.ready_at is not None else None
