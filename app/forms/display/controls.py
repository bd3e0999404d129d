"""What an HTML control needs beside its value: keyboard, autofill, and the types for the script of conditions."""

import json

from app.forms.model import MULTI_CHOICE, TEXTS, Field
from app.forms.numbers import plain_decimal
from app.i18n import _

_AUTOFILL = """
name given-name family-name honorific-prefix organization organization-title street-address address-line1
address-line2 address-level1 address-level2 address-level3 postal-code country-name email tel bday url
"""
#: Values of HTML's ``autocomplete`` that a form may ask for by the property ``autocomplete``.
AUTOFILL = frozenset(_AUTOFILL.split())


def data_type(part: Field) -> str:
    """Return how the script reads the control; "" for text."""
    if part.type == "number":
        return "digits" if part.as_text else "number"
    if part.type == "datetime":
        return part.subtype
    if part.type == "checkbox":
        return "boolean"
    return "list" if part.type in MULTI_CHOICE else ""


def attributes_of(part: Field) -> dict[str, str]:
    """Return HTML attributes of the control, by name."""
    found = {"inputmode": _keyboard(part), "autocomplete": _autofill(part), "data-type": data_type(part)}
    if part.default is not None:
        found["data-untouched"] = json.dumps(part.default, ensure_ascii=False)
    most = plain_decimal(part.rules.max_length)
    if most is not None:
        found["data-most"] = str(int(most))
    if part.type == "filepicker" and part.accept:
        found["accept"] = part.accept
    return {name: value for name, value in found.items() if value}


def example(part: Field) -> str:
    """Return how to write a date or time."""
    if part.type != "datetime":
        return ""
    written = {"date": "24-11-2026", "time": "14.05"}.get(part.subtype, "24-11-2026 14.05")
    return _("Contoh: {text}", text=written)


def _keyboard(part: Field) -> str:
    """Digits alone where nothing else is needed: a date of eight digits is understood, a minus cannot be typed."""
    if part.type == "datetime":
        return "" if part.subtype == "datetime" else "numeric"
    if part.type == "number":
        least = plain_decimal(part.rules.min)
        if least is None or least < 0:
            return ""
        return "numeric" if part.decimal_digits == 0 else "decimal"
    return {"email": "email", "phone": "tel"}.get(part.rules.kind or "", "")


def _autofill(part: Field) -> str:
    """Officers type other people's data: the browser offers its own only where the form asks for it."""
    wish = part.properties.get("autocomplete", "").strip()
    if wish in AUTOFILL:
        return wish
    typed = part.type in TEXTS | {"number", "datetime"}
    return "off" if typed and (part.private or part.type not in TEXTS) else ""
