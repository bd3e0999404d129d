"""What is wrong with the choices of a field, and with its default value."""

from collections import Counter
from typing import Any

from app.bpmnio import feel
from app.forms.choices import normalized
from app.forms.model import CHOICES, MULTI_CHOICE, TEXTS, Option, option_text
from app.forms.moments import is_kept
from app.forms.numbers import is_number
from app.forms.schema.parsing import Findings, Raw


def check_options(part: Raw, findings: Findings) -> None:
    """Add what is wrong with ``values``, ``valuesKey`` or ``valuesExpression``."""
    if part.get("valuesKey") is not None:
        if not part["valuesKey"]:
            findings.add("form_options_missing", part)
    elif part.get("values") is not None:
        _check_static(part, findings)
    elif expression := part.get("valuesExpression"):
        reason = (
            feel.syntax_error(expression) if expression.startswith("=") and expression.strip("= ") else "="
        )
        if reason is not None:
            findings.add("form_feel_wrong", part, property="valuesExpression", reason=reason)
    else:
        findings.add("form_options_missing", part)


def check_default(part: Raw, findings: Findings) -> None:
    """Add a finding for a default that the field itself would refuse."""
    default = part.get("defaultValue")
    if default is not None and not _fits(part, default):
        findings.add("form_default_wrong", part, value=default)


def _check_static(part: Raw, findings: Findings) -> None:
    given = part["values"]
    options = normalized(given)
    if len(options) < len(given):
        findings.add("form_option_wrong", part)
    if not options:
        findings.add("form_options_missing", part)
    for text, count in Counter(option.text for option in options).items():
        if count > 1:
            findings.add("form_option_twice", part, value=text)


def _fits(part: Raw, value: Any) -> bool:
    kind = part["type"]
    if kind in CHOICES:
        return _fits_choice(part, value)
    if kind in TEXTS:
        return isinstance(value, str)
    if kind == "number":
        return is_number(value, as_text=bool(part.get("serializeToString")))
    if kind == "datetime":
        return is_kept(value, part.get("subtype") or "date", part.get("timeSerializingFormat") or "")
    return kind == "checkbox" and isinstance(value, bool)


def _fits_choice(part: Raw, value: Any) -> bool:
    many = part["type"] in MULTI_CHOICE
    if isinstance(value, list) is not many:
        return False
    if part.get("valuesKey") is not None or part.get("values") is None:
        return True
    offered = {_identity(option) for option in normalized(part["values"])}
    return all(_identity(Option(one, "")) in offered for one in (value if many else [value]))


def _identity(option: Option) -> tuple[str, str]:
    """1, "1" and true are three values."""
    return type(option.value).__name__, option_text(option.value)
