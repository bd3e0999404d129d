"""Jobs of workers outside: take them, and end each."""

import time
from datetime import timedelta
from typing import Any

from flask import g
from werkzeug.wrappers import Response

from app.commands.instances import worker_jobs as commands
from app.services.instances import worker_jobs
from app.services.instances.worker_jobs import Taken, Worker
from app.web import context
from app.web.api.acting import answered, command, from_json
from app.web.api.requests import Blueprint
from app.web.api.schemas.jobs import (
    Activate,
    CompleteJob,
    Ended,
    Extended,
    ExtendLock,
    FailJob,
    GivenBack,
    Jobs,
    ThrowError,
)

blueprint = Blueprint("jobs", __name__, description="Service steps that a worker outside does.")
#: How often a call that waits looks whether there is a job.
_LOOK_S = 0.5


@blueprint.post("/jobs/activate")
@blueprint.idempotent
@blueprint.arguments(Activate)
@blueprint.response(200, Jobs)
@blueprint.refuses(403)
def activate(body: dict[str, Any]) -> dict[str, Any]:
    """Take jobs of a type, those first that wait longest. Each is this worker's until its lock runs out; one that is
    neither ended nor extended by then goes to the next worker, so every job may come twice."""
    worker, database = _worker(), context.database()
    worker_jobs.require_worker(worker, body["type"])
    _wait(body["type"], body["wait_s"])
    sent = command("take_jobs", body["type"], body)
    named = {"most": body["max_jobs"], "lock_s": body["lock_s"], "worker": worker}
    kept = commands.take_jobs(database, sent, body["type"], body["worker"], **named)
    with database.reading() as session:
        found = worker_jobs.told(session, [tuple(pair) for pair in kept["held"]], worker=worker)
        return {"items": [_job(one) for one in found]}


@blueprint.post("/jobs/<job_id>/complete")
@blueprint.idempotent
@blueprint.arguments(CompleteJob)
@blueprint.response(200, Ended)
@blueprint.refuses(403, 404, 409)
def complete(body: dict[str, Any], job_id: str) -> Response:
    """End a job with its result: variables, which a form of the step checks where it has one."""
    given, sent = body["variables"], command("complete_job", job_id, body)
    about = job_id, body["lock"], given, from_json(given)
    return answered(commands.complete_job(context.database(), sent, *about, worker=_worker()))


@blueprint.post("/jobs/<job_id>/fail")
@blueprint.idempotent
@blueprint.arguments(FailJob)
@blueprint.response(200, GivenBack)
@blueprint.refuses(403, 404, 409)
def fail(body: dict[str, Any], job_id: str) -> Response:
    """Give a job back that could not be done: it is tried again later, and out of retries there is an incident."""
    seconds, sent = body["retry_in_s"], command("fail_job", job_id, body)
    pause = timedelta(seconds=seconds) if seconds is not None else None
    named = {"retries": body["retries"], "pause": pause, "worker": _worker()}
    about = job_id, body["lock"], body["message"]
    return answered(commands.fail_job(context.database(), sent, *about, **named))


@blueprint.post("/jobs/<job_id>/error")
@blueprint.idempotent
@blueprint.arguments(ThrowError)
@blueprint.response(200, Ended)
@blueprint.refuses(403, 404, 409)
def error(body: dict[str, Any], job_id: str) -> Response:
    """End a job with a BPMN error, which an error event on an edge catches; where none does, there is an incident."""
    about, sent = (job_id, body["lock"], body["code"], body["message"]), command("throw_error", job_id, body)
    return answered(commands.throw_error(context.database(), sent, *about, worker=_worker()))


@blueprint.post("/jobs/<job_id>/extend")
@blueprint.idempotent
@blueprint.arguments(ExtendLock)
@blueprint.response(200, Extended)
@blueprint.refuses(403, 404, 409)
def extend(body: dict[str, Any], job_id: str) -> Response:
    """Have a job for so much longer from now on: whoever works for long says in time that he lives."""
    about, sent = (job_id, body["lock"], body["lock_s"]), command("extend_lock", job_id, body)
    return answered(commands.extend_lock(context.database(), sent, *about, worker=_worker()))


def _worker() -> Worker:
    return Worker(context.actor(), g.job_types)


def _wait(type_: str, seconds: int) -> None:
    """Wait until there is a job, holding no connection meanwhile. The server has few threads for calls that do."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with context.database().reading() as session:
            if worker_jobs.is_ready(session, type_):
                return
        time.sleep(_LOOK_S)


def _job(taken: Taken) -> dict[str, Any]:
    wait, node = taken.wait, taken.node
    return {
        "id": wait.id,
        "lock": wait.lock,
        "locked_until": wait.ready_at,
        "type": wait.job_type,
        "retries": wait.retries,
        "activity_id": wait.activity_id,
        "name": node.name,
        "process": wait.instance.key,
        "business_key": wait.instance.business_key,
        "headers": dict(node.job.headers) if node.job is not None else {},
        "variables": taken.variables,
    }
