"""Attachments and incidents on the wire."""

import marshmallow as ma
from flask_smorest.fields import Upload
from marshmallow import fields

from app.web.api.schemas.common import Paging, Whole, nullable, page_of
from app.web.lists import time


class FileUpload(ma.Schema):
    """One attachment."""

    file = Upload(required=True)


class File(Whole):
    """An attachment; its ``id`` is the value of a file field."""

    id = fields.String()
    name = fields.String()
    media_type = fields.String()
    size_bytes = fields.Integer()
    sha256 = fields.String()


class IncidentQuery(Paging):
    """Open incidents, or resolved ones."""

    resolved = fields.Boolean(load_default=False)


class Incident(Whole):
    """Something that stopped and waits for the process owner."""

    id = fields.Integer()
    instance_id = fields.Integer(
        allow_none=True, metadata={"description": "Null when no case came about: its start failed."}
    )
    business_key = nullable()
    definition_id = fields.Integer(
        allow_none=True, metadata={"description": "The version on which no case could be started."}
    )
    activity_id = nullable()
    task_id = nullable()
    job_id = nullable()
    message = fields.String()
    opened_at = time()
    resolved_at = time(nullable=True)


IncidentPage = page_of(Incident, "IncidentPage")
