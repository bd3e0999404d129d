"""User tasks on the wire."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from app.base.i18n import _
from app.services.core.ids import MAX_ID
from app.services.search import task_terms
from app.services.tasks import tabs
from app.web import lists
from app.web.api.schemas.common import Between, Paging, Whole, by, nullable, one_of, page_of
from app.web.api.schemas.instances import Instance
from app.web.tasks import columns


class AnswerText(Whole):
    """A possible answer: a flow and what it says."""

    flow_id = fields.String()
    text = fields.String()


class Question(Whole):
    """What a gateway asks."""

    gateway_id = fields.String()
    text = fields.String()
    multiple = fields.Boolean()
    answers = fields.List(fields.Nested(AnswerText))


class TaskQuery(Paging):
    """The inbox's filters."""

    tab = one_of(
        tabs.TABS,
        load_default="open",
        metadata={
            "description": "mine: claimed by the caller; queue: unclaimed; done: completed by the caller; "
            "open: all that is offered."
        },
    )
    q = by("Words of the case's number or subject.")
    deadline = by("When it is due; whenever without.", task_terms.DUE)
    activity = by("The ``activity_id``.")
    lane = by("The lane's name.")
    unit = by("The unit's code.")
    category = by("The case's category.")
    priority = by("The case's priority.")
    key = by("The process.")
    instance_id = fields.Integer(load_default=None, validate=Between(1, MAX_ID))
    business_key = by("The case's number.")


class Task(Whole):
    """A user task, or a question that is a task of its own."""

    class Meta:
        """What lists show as well."""

        include = lists.fields(columns.columns())

    id = fields.String()
    activity_id = fields.String()
    unit = nullable()
    instance_id = fields.Integer()
    state = fields.String(metadata={"enum": ["open", "completed", "cancelled"]})
    assignee = nullable(metadata={"description": "User name."})
    form_key = nullable()
    question = fields.Nested(Question, allow_none=True)


class TaskDetail(Task):
    """A task with what is needed to work on it."""

    form = fields.Dict(allow_none=True, metadata={"description": "form-js schema."})
    variables = fields.Dict(metadata={"description": "The case's variables; identity is never among them."})


class ChosenFlows(fields.Field[str | list[str]]):
    """A flow id; for a question with several answers a list of them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | list[str]:
        if isinstance(value, str) or (isinstance(value, list) and all(isinstance(v, str) for v in value)):
            return value
        raise ma.ValidationError(_("Kirim id satu alur, atau daftarnya."))


class Complete(ma.Schema):
    """What an officer fills in and answers."""

    variables = fields.Dict(keys=fields.String(), load_default=dict)
    answers = fields.Dict(
        keys=fields.String(), values=ChosenFlows(), load_default=dict,
        metadata={"description": "gateway_id → flow_id, or a list of them where several may be chosen."},
    )  # fmt: skip
    undoable = fields.Boolean(
        load_default=False,
        metadata={
            "description": "Whether it may be taken back for some seconds, by ``undo``. What it tells people waits "
            "so long."
        },
    )
    ask_end = fields.Boolean(
        load_default=False,
        metadata={
            "description": "Whether to refuse, with ``ends_case``, an answer by which a gateway leads the case to "
            "its end. Sent without, the case ends."
        },
    )


class Completed(Whole):
    """What came of it. ``next_tasks``: what of the case the caller may work on now."""

    instance = fields.Nested(Instance)
    task = fields.Nested(Task)
    next_tasks = fields.List(fields.Nested(Task))


TaskPage = page_of(Task, "TaskPage")
