"""Short ways to put values to a form."""

from typing import Any

from app import forms
from app.base.errors import InvalidForm
from tests.forms.schemas import NOW, content, form


def clean(made: forms.Form, typed: dict[str, Any], **more: Any) -> dict[str, Any]:
    return forms.validate(made, typed, context=more.pop("context", {}), now=more.pop("now", NOW), **more)


def errors(made: forms.Form, typed: dict[str, Any], **more: Any) -> dict[str, str]:
    try:
        clean(made, typed, **more)
    except InvalidForm as refused:
        return refused.errors
    return {}


def error(part: dict[str, Any], value: Any, **more: Any) -> str | None:
    return errors(form(part), {part["key"]: value}, **more).get(part["key"])


def codes(*components: dict[str, Any]) -> list[str]:
    return [finding.code for finding in forms.check_form(content(*components), file="uji.form")]
