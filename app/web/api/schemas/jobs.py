"""Jobs that workers outside do."""

import marshmallow as ma
from marshmallow import fields

from app.services.instances.worker_jobs import LONGEST_PAUSE, LONGEST_S, MOST, MOST_RETRIES, SHORTEST_S
from app.web.api.schemas.common import Between, NotLonger, Whole, nullable, text

#: Seconds that a call waits at most where no job is there.
LONGEST_WAIT_S = 20
_LOCK = {"description": "What the worker was given with the job."}


def _lock_s(default: int | None = None) -> fields.Integer:
    about = "Seconds for which the job is this worker's; then another one gets it."
    given = {"load_default": default} if default is not None else {"required": True}
    return fields.Integer(validate=Between(SHORTEST_S, LONGEST_S), metadata={"description": about}, **given)


class Activate(ma.Schema):
    """Which jobs a worker takes."""

    type = text(100, required=True)
    worker = text(
        100, required=True, metadata={"description": "What the worker calls itself; it is recorded."}
    )
    max_jobs = fields.Integer(load_default=1, validate=Between(1, MOST))
    lock_s = _lock_s(300)
    wait_s = fields.Integer(
        load_default=0,
        validate=Between(0, LONGEST_WAIT_S),
        metadata={"description": "Seconds to wait for a job where none is there."},
    )


class Job(Whole):
    """A job that was taken."""

    id = fields.String()
    lock = fields.String(metadata=_LOCK)
    locked_until = fields.DateTime()
    type = fields.String()
    retries = fields.Integer(metadata={"description": "How often it is tried, this time included."})
    activity_id = fields.String()
    name = fields.String()
    process = fields.String(metadata={"description": "The key of its process."})
    business_key = fields.String(metadata={"description": "The number of its case."})
    headers = fields.Dict(keys=fields.String(), values=fields.String())
    variables = fields.Dict(
        allow_none=True,
        metadata={
            "description": "What the step's inputs name; without any, the variables without free text."
            " Null where they are too large."
        },
    )


class Jobs(Whole):
    """What a worker took: none, where none was there."""

    items = fields.List(fields.Nested(Job))


class _Held(ma.Schema):
    lock = text(32, required=True, metadata=_LOCK)


class CompleteJob(_Held):
    """The result of a job."""

    variables = fields.Dict(keys=fields.String(), load_default=dict)


class FailJob(_Held):
    """Why a job is given back."""

    message = fields.String(required=True, validate=NotLonger(max=1_000))
    retries = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=Between(0, MOST_RETRIES),
        metadata={
            "description": "How often it is tried still; without it one less than before. 0: an incident."
        },
    )
    retry_in_s = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=Between(0, int(LONGEST_PAUSE.total_seconds())),
        metadata={"description": "Seconds of rest before; without it a minute, then longer."},
    )


class ThrowError(_Held):
    """A BPMN error."""

    code = text(100, required=True)
    message = fields.String(load_default="", validate=NotLonger(max=1_000))


class ExtendLock(_Held):
    """For how much longer the worker has its job."""

    lock_s = _lock_s()


class Ended(Whole):
    """How the case stands after a job."""

    state = fields.String()


class GivenBack(Whole):
    """When a job is tried again."""

    retries = fields.Integer()
    ready_at = nullable(metadata={"description": "Null: an incident waits for the process owner."})


class Extended(Whole):
    """Until when the worker has its job."""

    ready_at = fields.String()
