"""What schemas share: texts with a limit, choices, times, pages, and how an error looks."""

from typing import Any

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range

from app.base.i18n import _
from app.findings import SEVERITIES
from app.services.core.paging import MAX_LIMIT

#: Every ``code`` of a problem. Source: `app.base.errors`, and for what is no error of ours `app.web.errors`.
CODES = (
    *("bad_request", "sign_in_required", "token_expired", "not_allowed", "not_found", "method_not_allowed"),
    *(
        "conflict",
        "task_taken",
        "task_handed_on",
        "task_completed",
        "task_closed",
        "ends_case",
        "number_taken",
        "job_lost",
    ),
    *(
        "deployment_outdated",
        "publication_overtaken",
        "pictures_late",
        "scenarios_differ",
        "saved_by_others",
        "step_impossible",
        "run_too_long",
    ),
    *("too_large", "unsupported_media_type", "invalid_form", "invalid_diagram"),
    "idempotency_key_reused",
    *("execution_failed", "expression_failed", "refused", "too_many_attempts", "internal_error"),
    *("crowded", "too_costly", "not_ready", "wrong_key", "record_changed"),
    *("first_step_over", "journey_over", "provider_declined", "provider_failed", "provider_only"),
    *("tied_elsewhere", "unknown_user", "user_disabled", "user_refused"),
)


class Between(Range):
    """A number within bounds; says so in the reader's language."""

    def _format_error(self, value: Any, message: str) -> str:
        return _("Kirim angka {min} sampai {max}.", min=self.min, max=self.max)


class NotLonger(Length):
    """A text of so many characters at most; says so in the reader's language."""

    def _format_error(self, value: Any, message: str) -> str:
        return _("Paling panjang {max} huruf.", max=self.max)


class Among(OneOf):
    """One of a few words; says which in the reader's language."""

    def _format_error(self, value: Any) -> str:
        return _("Pilih salah satu: {choices}.", choices=self.choices_text)


def text(longest: int = 255, **options: Any) -> fields.String:
    """A text with a limit."""
    return fields.String(validate=NotLonger(max=longest), **options)


def one_of(choices: tuple[str, ...], **options: Any) -> fields.String:
    """One of these words."""
    return fields.String(validate=Among(choices), **options)


def by(about: str, choices: tuple[str, ...] = ()) -> fields.String:
    """A filter of a list, compared with what ``about`` says; left out, it is "" and nothing is left out."""
    # A function gives "" and not "" itself, which the specification would name as a default beside the choices.
    options: dict[str, Any] = {"load_default": str, "metadata": {"description": about}}
    return one_of(choices, **options) if choices else text(**options)


def nullable(**options: Any) -> fields.String:
    """A text or null."""
    return fields.String(allow_none=True, **options)


def page_of(schema: type[ma.Schema], name: str) -> type[ma.Schema]:
    """A page of a list: its items, and the cursor of the next page or null."""
    parts: dict[str, Any] = {
        "items": fields.List(fields.Nested(schema), required=True),
        "next": nullable(
            required=True, metadata={"description": "Cursor of the next page; null on the last."}
        ),
    }
    return ma.Schema.from_dict(parts, name=name)


class Whole(ma.Schema):
    """What is answered: every field is there, those aside that say they are not always."""

    def on_bind_field(self, _name: str, field_obj: fields.Field[Any]) -> None:
        """Say so in the document: a program made from it need not ask whether a field is there."""
        field_obj.required = not field_obj.metadata.get("not_always")


class Nothing(ma.Schema):
    """A body without fields; it may be left out."""


class Paging(ma.Schema):
    """Which page of a list."""

    limit = fields.Integer(load_default=50, validate=Between(1, MAX_LIMIT))
    cursor = text(
        1000,
        load_default=str,
        metadata={"description": "``next`` of the page before; the first page without."},
    )


class Finding(Whole):
    """What a check found."""

    code = fields.String()
    severity = fields.String(
        metadata={
            "enum": list(SEVERITIES),
            "description": "error: cannot run; warning: runs, but perhaps not as meant; info: worth knowing.",
        }
    )
    element_id = nullable()
    element_name = nullable()
    line = fields.Integer(allow_none=True)
    file = nullable()
    message = fields.String(
        metadata={"description": "What is wrong and what to do, in the request's language."}
    )
    messages = fields.Dict(metadata={"description": "Language → what, todo."})


class Problem(ma.Schema):
    """An error as RFC 9457 describes it."""

    type = fields.String(required=True)
    code = fields.String(
        required=True,
        metadata={"description": "For programs: the same in every language.", "enum": list(CODES)},
    )
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "A sentence for a person."})
    instance = fields.String(required=True)
    errors = fields.Dict(
        keys=fields.String(), values=fields.String(), metadata={"description": "Field key → message."}
    )
    findings = fields.List(fields.Nested(Finding))
    activity_id = nullable()
    reference = fields.String(metadata={"description": "To quote to the administrator."})
