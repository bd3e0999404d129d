"""What is wrong with the rules of one field: conditions, limits, patterns, options, defaults."""

from collections import Counter
from collections.abc import Collection
from decimal import Decimal
from typing import Any, Literal

from app.bpmnio import feel, patterns
from app.forms.choices import normalized
from app.forms.model import CHOICES, MULTI_CHOICE, TEXTS, Option, option_text
from app.forms.moments import is_kept
from app.forms.numbers import is_number, plain_decimal
from app.forms.schema.parsing import Findings, Raw

_LIMITS = ("min", "max", "minLength", "maxLength")
_SUBTYPES = ("date", "time", "datetime")
_KINDS = ("email", "phone", "custom")
#: Which component types a rule of ``validate`` works on.
_WORKS_ON: dict[str, frozenset[str]] = {
    **dict.fromkeys(("min", "max"), frozenset({"number"})),
    **dict.fromkeys(("minLength", "maxLength", "pattern", "validationType"), TEXTS),
}


def check_field(part: Raw, findings: Findings) -> None:
    """Add what form-js would silently ignore, fail on, or do in a way that we do not."""
    _check_condition(part, findings)
    rules = part.get("validate") or {}
    _check_scope(part, rules, findings)
    for name in _LIMITS:
        if rules.get(name) is not None and part["type"] in _WORKS_ON[name]:
            _check_limit(part, name, rules[name], findings)
    _check_order(part, rules, findings)
    if part["type"] in TEXTS:
        _check_text(part, rules, findings)
    elif part["type"] == "number":
        _check_number(part, findings)
    elif part["type"] == "datetime":
        _check_datetime(part, findings)
    elif part["type"] in CHOICES:
        _check_options(part, findings)
    _check_default(part, findings)


def check_feel(
    part: Raw,
    name: str,
    text: str,
    findings: Findings,
    dialect: Literal["expression", "unary"] = "expression",
) -> None:
    """Add a finding when the FEEL ``text`` of the property ``name`` cannot be read."""
    reason = feel.syntax_error(text, dialect=dialect) if text.strip("= \n\t") else "''"
    if reason is not None:
        findings.add("form_feel_wrong", part, property=name, reason=reason)
    else:
        check_calls(part, name, feel.unknown_calls(text, dialect=dialect), findings)


def check_calls(part: Raw, name: str, calls: Collection[str], findings: Findings) -> None:
    """Add a finding about functions that the property ``name`` calls and nobody knows."""
    if calls:
        findings.add("form_calls_unknown", part, property=name, call=", ".join(sorted(calls)))


def _check_condition(part: Raw, findings: Findings) -> None:
    hide = (part.get("conditional") or {}).get("hide")
    if hide is None or hide == "" or hide is False:
        return
    if not isinstance(hide, str) or not hide.startswith("="):
        findings.add("form_condition_ignored", part, severity="warning", text=hide)
    else:
        check_feel(part, "conditional.hide", hide, findings, dialect="unary")


def _check_scope(part: Raw, rules: Raw, findings: Findings) -> None:
    if not isinstance(rules.get("required", False), bool):
        findings.add("form_property_wrong", part, property="validate.required")
    for name, types in _WORKS_ON.items():
        if rules.get(name) is not None and part["type"] not in types:
            findings.add("form_rule_ignored", part, severity="warning", rule=name, type=part["type"])


def _check_limit(part: Raw, name: str, value: Any, findings: Findings) -> None:
    if isinstance(value, str) and value.startswith("="):
        check_feel(part, f"validate.{name}", value, findings)
    elif plain_decimal(value) is None:
        findings.add("form_rule_not_number", part, rule=name, value=value)


def _check_order(part: Raw, rules: Raw, findings: Findings) -> None:
    for low, high in (("min", "max"), ("minLength", "maxLength")):
        least, most = plain_decimal(rules.get(low)), plain_decimal(rules.get(high))
        if least is not None and most is not None and least > most and part["type"] in _WORKS_ON[low]:
            findings.add("form_rules_contradict", part, low=f"{low} = {least}", high=f"{high} = {most}")


def _check_text(part: Raw, rules: Raw, findings: Findings) -> None:
    pattern, kind = rules.get("pattern"), rules.get("validationType")
    if kind and kind not in _KINDS:
        findings.add(
            "form_rule_ignored", part, severity="warning", rule=f"validationType {kind}", type=part["type"]
        )
    if not isinstance(rules.get("patternErrorMessage") or "", str):
        findings.add("form_property_wrong", part, property="validate.patternErrorMessage")
    if pattern and not isinstance(pattern, str):
        findings.add("form_property_wrong", part, property="validate.pattern")
    elif pattern and (reason := patterns.syntax_error(pattern)) is not None:
        findings.add("form_pattern_wrong", part, pattern=pattern, reason=reason)


def _check_number(part: Raw, findings: Findings) -> None:
    digits, step = part.get("decimalDigits"), part.get("increment")
    if digits is not None and (
        isinstance(digits, bool) or not isinstance(digits, int) or not 0 <= digits <= 20
    ):
        findings.add("form_property_wrong", part, property="decimalDigits")
    if step is not None and step != "" and (plain_decimal(step) or Decimal(0)) <= 0:
        findings.add("form_property_wrong", part, property="increment")


def _check_datetime(part: Raw, findings: Findings) -> None:
    if part.get("subtype", "date") not in _SUBTYPES:
        findings.add("form_property_wrong", part, property="subtype")


def _check_options(part: Raw, findings: Findings) -> None:
    """Add what is wrong with ``values``, ``valuesKey`` or ``valuesExpression``."""
    if part.get("valuesKey") is not None:
        if not part["valuesKey"]:
            findings.add("form_options_missing", part)
    elif part.get("values") is not None:
        _check_static(part, findings)
    elif expression := part.get("valuesExpression"):
        if expression.startswith("="):
            check_feel(part, "valuesExpression", expression, findings)
        else:
            findings.add("form_feel_wrong", part, property="valuesExpression", reason="=")
    else:
        findings.add("form_options_missing", part)


def _check_default(part: Raw, findings: Findings) -> None:
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
