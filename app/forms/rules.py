"""Whether one value keeps its field's rules. Semantics: form-js 2.0, its Validator."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from app.bpmnio import patterns
from app.forms import masking, words
from app.forms.choices import is_offered
from app.forms.model import CHOICES, MULTI_CHOICE, TEXTS, Field, Option
from app.forms.moments import local
from app.forms.numbers import decimals, loses_digits, neighbours, plain_decimal
from app.forms.stored import is_stored
from app.forms.texts import is_email, is_phone, length

Limits = Mapping[str, Any]
Files = Mapping[str, str]
#: A text that comes again with signs in it must not be refused for what they hide: it was long enough, and no longer
#: than it may be.
_LONGEST_HIDDEN = "." * 100


def error_of(
    part: Field,
    value: Any,
    *,
    options: tuple[Option, ...] = (),
    limits: Limits,
    now: datetime,
    files: Files | None = None,
) -> str | None:
    """Return what is wrong with ``value``, a sentence, or None.

    ``limits`` are the field's limits by name, FEEL already computed; ``files`` names of known files by id.
    """
    if not is_stored(part, value):
        long = part.type == "number" and loses_digits(value)
        return words.too_precise(part) if long else words.unreadable(part)
    if _is_missing(part, value):
        return words.missing(part) if part.required else None
    if part.type in TEXTS:
        return _text_error(part, value, limits)
    if part.type == "number":
        return _number_error(part, value, limits)
    if part.type in CHOICES:
        return _choice_error(part, value, options)
    if part.type == "datetime":
        return _day_error(part, value, now)
    return _file_error(part, value, files) if part.type == "filepicker" else None


def _is_missing(part: Field, value: Any) -> bool:
    return value in (None, "", []) or (part.type == "checkbox" and value is False)


def _text_error(part: Field, text: str, limits: Limits) -> str | None:
    least, most = plain_decimal(limits.get("min_length")), plain_decimal(limits.get("max_length"))
    if least is not None and length(masking.with_signs_as(text, _LONGEST_HIDDEN)) < least:
        return words.too_short(part, least)
    if most is not None and length(masking.with_signs_as(text, "")) > most:
        return words.too_long(part, most)
    if part.rules.kind == "email" and not is_email(text):
        return words.not_email()
    if part.rules.kind == "phone" and not is_phone(text):
        return words.not_phone()
    if part.rules.pattern and not patterns.matches(part.rules.pattern, text):
        return words.wrong_shape(part)
    return None


def _number_error(part: Field, value: Any, limits: Limits) -> str | None:
    number = plain_decimal(value)
    if number is None:
        return words.unreadable(part)
    if part.decimal_digits is not None and decimals(number) > part.decimal_digits:
        return words.not_whole(part, part.decimal_digits)
    if part.increment and (near := neighbours(number, Decimal(part.increment))):
        return words.between_steps(part, *near)
    return _limit_error(part, number, limits)


def _limit_error(part: Field, number: Decimal, limits: Limits) -> str | None:
    least, most = plain_decimal(limits.get("min")), plain_decimal(limits.get("max"))
    if any(limits.get(name) is not None and found is None for name, found in (("min", least), ("max", most))):
        return words.no_limit(part)
    if least is not None and number < least:
        return words.too_small(part, least)
    return words.too_large(part, most) if most is not None and number > most else None


def _choice_error(part: Field, value: Any, options: tuple[Option, ...]) -> str | None:
    picked = value if part.type in MULTI_CHOICE else [value]
    return None if all(is_offered(one, options) for one in picked) else words.not_offered(part)


def _day_error(part: Field, value: str, now: datetime) -> str | None:
    """Days are compared as the office's calendar has them; a time of day lies on none."""
    if part.subtype == "time":
        return None
    day, today = local(value, part.subtype, now)[:10], now.date().isoformat()
    if part.no_past and day < today:
        return words.in_the_past(part)
    return words.in_the_future(part) if part.no_future and day > today else None


def _file_error(part: Field, ids: list[str], files: Files | None) -> str | None:
    if len(ids) > 1 and not part.multiple:
        return words.one_file(part)
    if files is None:
        return None
    if any(file_id not in files for file_id in ids):
        return words.unknown_file(part)
    return None if all(accepts(part, files[file_id]) for file_id in ids) else words.wrong_file(part)


def accepts(part: Field, file_name: str, media_type: str = "") -> bool:
    """Whether a file field takes a file of this name (and media type, when known); an empty ``accept`` takes all."""
    suffix = PurePath(file_name).suffix.lower()
    fits = (_is_kind(kind.lower(), suffix, media_type.lower()) for kind in part.kinds)
    return not part.kinds or any(fits)


def _is_kind(kind: str, suffix: str, media_type: str) -> bool:
    if kind.startswith("."):
        return suffix == kind
    return (
        not media_type
        or kind in ("*", "*/*", media_type)
        or (kind.endswith("/*") and media_type.startswith(kind[:-1]))
    )
