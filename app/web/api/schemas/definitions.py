"""Deployments and process definitions on the wire."""

import marshmallow as ma
from flask_smorest.fields import Upload
from marshmallow import fields

from app.web.api.schemas.common import Finding, Paging, Whole, by, nullable, one_of, page_of, time


class DeploymentFiles(ma.Schema):
    """Diagrams, forms and tables."""

    files = fields.List(Upload(), required=True)


class DefinitionKey(Whole):
    """A version of a process, in short."""

    id = fields.Integer()
    key = fields.String()
    version = fields.Integer()


class Deployment(Whole):
    """The versions that stand now; none while the deployment waits for a second person."""

    definitions = fields.List(fields.Nested(DefinitionKey))
    findings = fields.List(fields.Nested(Finding))
    proposal = fields.Integer(
        allow_none=True, metadata={"description": "Its id where it waits for a second person."}
    )


class Proposal(Whole):
    """A deployment that waits for a second person, or did."""

    id = fields.Integer()
    state = one_of(("waiting", "approved", "rejected"))
    keys = fields.List(fields.String())
    no_longer_identity = fields.List(fields.String())
    proposed_at = time()
    proposed_by = nullable()
    findings = fields.List(fields.Nested(Finding))


class Proposals(Whole):
    """All that wait, oldest first."""

    items = fields.List(fields.Nested(Proposal))


class DefinitionQuery(Paging):
    """Which definitions: the live ones, or every version."""

    key = by("The process.")
    all = fields.Boolean(load_default=False)


class Definition(DefinitionKey):
    """A version of a process."""

    name = fields.String()
    deployed_at = time()


class Lane(Whole):
    """A performer."""

    id = fields.String()
    name = fields.String()


class DefinitionDetail(Definition):
    """A version of a process with the form that starts it."""

    lanes = fields.List(fields.Nested(Lane))
    start_form_key = nullable()
    start_form = fields.Dict(allow_none=True, metadata={"description": "form-js schema of the start form."})
    may_start = fields.Boolean(metadata={"description": "Whether the caller may start an instance."})
    findings = fields.List(fields.Nested(Finding))


DefinitionPage = page_of(Definition, "DefinitionPage")
