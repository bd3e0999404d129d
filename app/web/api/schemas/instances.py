"""Cases, messages to them, and their history on the wire."""

import marshmallow as ma
from marshmallow import fields

from app.services.casefile import instance_lists
from app.web import lists
from app.web.api.schemas.common import Paging, Whole, by, nullable, page_of, text
from app.web.casefile import instance_list
from app.web.lists import time


class Start(ma.Schema):
    """A new case."""

    key = text(required=True)
    business_key = text(load_default=None, allow_none=True)
    variables = fields.Dict(keys=fields.String(), load_default=dict)


class InstanceQuery(Paging):
    """The filters of a list of cases."""

    q = by("Words of the number or the subject.")
    state = by("The case's state; all of them without.", instance_lists.STATES)
    key = by("The process.")
    business_key = by("The number.")
    category = by("The category, as the process's property ``kategori`` names it.")
    unit = by("The unit's code.")
    area = by("The area, as the process's property ``wilayah`` names it.")
    priority = by("The priority, as the process's property ``prioritas`` names it.")


class Instance(Whole):
    """A case."""

    class Meta:
        """What lists show as well."""

        include = lists.fields(instance_list.columns())

    id = fields.Integer()
    key = fields.String()
    version = fields.Integer()
    state = fields.String(metadata={"enum": list(instance_lists.STATES)})
    end_activity_id = nullable()
    end_name = nullable()
    unit = fields.String()
    priority = fields.String()


class StartedInstance(Instance):
    """A new case with its reporter's code."""

    tracking_code = fields.String(
        metadata={
            "description": "The reporter's secret code. It is shown once: a repeat with the same "
            "Idempotency-Key answers without it.",
            "not_always": True,
        }
    )


class Cancel(ma.Schema):
    """Why a case is cancelled."""

    reason = text(5000, load_default="")


class Reopen(ma.Schema):
    """Where a case that is over goes on, and why."""

    activity_id = text(required=True)
    reason = text(5000, load_default="")
    keep_deadline = fields.Boolean(
        load_default=False,
        metadata={"description": "Whether the task there has the deadline that it had last, not a new one."},
    )


class Message(ma.Schema):
    """A message to the case that waits for it."""

    name = text(required=True)
    business_key = text(required=True)
    variables = fields.Dict(keys=fields.String(), load_default=dict)


class Event(Whole):
    """Something that happened in a case."""

    id = fields.Integer()
    type = fields.String()
    at = time()
    actor = nullable(metadata={"description": "User name; null for the clock and the reporter."})
    channel = nullable(
        metadata={"description": "By which way it came: page, api, public or command; null for the clock."}
    )
    activity_id = nullable()
    data = fields.Dict()


InstancePage = page_of(Instance, "InstancePage")
EventPage = page_of(Event, "EventPage")
