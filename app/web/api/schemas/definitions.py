"""Deployments and process definitions on the wire."""

import marshmallow as ma
from flask_smorest.fields import Upload
from marshmallow import fields

from app.web.api.schemas.common import Finding, Paging, Whole, by, nullable, one_of, page_of
from app.web.lists import time


class DeploymentFiles(ma.Schema):
    """Diagrams, forms and tables."""

    files = fields.List(Upload(), required=True)


class DeploymentBase(ma.Schema):
    """What a deployment rests on."""

    based_on = fields.List(
        fields.Integer(),
        load_default=[],
        metadata={
            "description": "The ids of the versions in force that the files were made from, once for each. A version "
            "that is not among them is not replaced: 409, `publication_overtaken`, and `between` names it."
        },
    )


class DefinitionKey(Whole):
    """A version of a process, in short."""

    id = fields.Integer()
    key = fields.String()
    version = fields.Integer()


class Deployment(Whole):
    """The versions that stand now; none while the deployment waits for a second person, or for its date."""

    definitions = fields.List(fields.Nested(DefinitionKey))
    findings = fields.List(fields.Nested(Finding))
    proposal = fields.Integer(
        allow_none=True,
        metadata={"description": "Its id where it waits for a second person, or for its date."},
    )


class Proposal(Whole):
    """A deployment that waits for a second person or its date, or did.

    `planned`: it waits for `in_force_at`. `live`: in force since then; `failed`: it could not be; `dropped`: it was
    cancelled.
    """

    id = fields.Integer()
    state = one_of(("waiting", "planned", "approved", "live", "rejected", "dropped", "failed"))
    keys = fields.List(fields.String())
    no_longer_identity = fields.List(fields.String())
    proposed_at = time()
    proposed_by = nullable()
    reason = fields.String()
    in_force_at = time(nullable=True)
    findings = fields.List(fields.Nested(Finding))


class Rejection(ma.Schema):
    """Why a deployment is dropped."""

    reason = fields.String(load_default="", validate=ma.validate.Length(max=2000))


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
    reason = fields.String(metadata={"description": "Why it was put in force; empty where nobody said so."})
    checksum = fields.String(metadata={"description": "SHA-256 over its files' names and contents."})
    sop_number = fields.String(metadata={"description": "What the SOP says, word for word."})
    sop_revision = fields.String()
    sop_revision_date = fields.String()
    sop_effective_date = fields.String()


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
