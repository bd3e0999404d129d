"""What is wrong with a form: the whole of it and each component's frame. Rules of fields: `checking_fields`."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from app.bpmnio import feel, templates
from app.findings import Finding
from app.findings.likeness import meant
from app.forms.addresses import is_linked, is_refused, is_shown
from app.forms.form import Form
from app.forms.model import (
    CHANNEL,
    CHANNELS,
    CHOICES,
    EARLIEST,
    FROM_MAIL,
    INPUTS,
    LATEST,
    LIST,
    MAIL_PARTS,
    MARKS,
    NO,
    READ,
    SHOWN,
    TODAY,
    YES,
)
from app.forms.schema.building import written
from app.forms.schema.checking_fields import check_calls, check_feel, check_field
from app.forms.schema.parsing import Findings, Raw, components, is_list
from app.forms.submission.identity_flow import leaks, with_identity
from app.forms.submission.variable_references import names_read

_PRIVATE = "pribadi"

#: A FEEL name that needs no quoting and an HTML name that cannot clash with the page's own (they start with
#: ``_``); a dot would be a path.
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")

_FEEL = """
and between else every external false for function if in instance not null now of or return satisfies some then
today true
"""
_PAGE = """
addEventListener closest constructor csrf_token dataset elements hasOwnProperty idempotency_key next prototype
querySelector querySelectorAll requestSubmit reset submit toString valueOf
"""
#: Words of FEEL, which no condition could read as a variable, and names by which the page and its scripts reach the
#: form element, its own hidden fields and the objects behind: a field of that name would stand in front of them.
_RESERVED = frozenset(_FEEL.split() + _PAGE.split())

_TEMPLATED = (
    *("label", "description", "dateLabel", "timeLabel", "text", "content", "accept", "alt", "title"),
    *("source", "url"),
)

_Path = tuple[str, ...]

_TEXT = (
    *("id", "key", "path", "label", "description", "dateLabel", "timeLabel", "text", "content", "accept"),
    *("valuesKey", "valuesExpression", "subtype", "source", "alt", "url", "dataSource", "title", "action"),
    *("expression", "computeOn", "columnsExpression", "timeSerializingFormat"),
)
_YES_OR_NO = (
    *("disabled", "disallowPassedDates", "serializeToString", "showOutline", "isRepeating"),
    *("allowAddRemove", "disableCollapse", "strict", "searchable", "use24h"),
)
_OBJECT = ("validate", "conditional", "properties", "appearance", "layout", "security")
_LIST = ("values", "components", "columns")
_TYPES: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(_TEXT, str),
    **dict.fromkeys(_YES_OR_NO, bool),
    **dict.fromkeys(("readonly", "multiple"), (bool, str)),
    **dict.fromkeys(_OBJECT, dict),
    **dict.fromkeys(_LIST, list),
}
#: Values that a property may have, by name.
_WORDS: dict[str, tuple[str, ...]] = {
    "action": ("submit", "reset"),
    "computeOn": ("change", "presubmit"),
    "timeSerializingFormat": ("", "utc_offset", "utc_normalized", "no_timezone"),
}
_MOST_REPETITIONS = 50


def check_schema(schema: Raw, findings: Findings) -> None:
    """Add everything that keeps this form from being shown and validated as form-js would."""
    parts = [part for part, _ in components(schema)]
    sound = [part for part in parts if _knows_type(part, findings) and _has_right_shape(part, findings)]
    for part in sound:
        _check_frame(part, findings)
        check_field(part, findings)
        _check_shown(part, findings)
    if len(sound) == len(parts):
        _check_paths(schema, findings)
        _check_lists(parts, findings)


def _knows_type(part: Raw, findings: Findings) -> bool:
    if part["type"] not in INPUTS | SHOWN | {LIST}:
        findings.add("form_component_unknown", part, type=part["type"])
        return False
    return True


def _check_frame(part: Raw, findings: Findings) -> None:
    kind = part["type"]
    if kind in INPUTS:
        _check_key(part, "key", findings)
        labelled = any(part.get(name) for name in ("label", "dateLabel", "timeLabel"))
        if not labelled and kind != "expression":
            findings.add("form_label_missing", part, severity="warning")
    elif is_list(part) or (kind in ("group", LIST) and part.get("path")):
        _check_key(part, "path", findings)
    _check_templates(part, findings)


def _check_key(part: Raw, name: str, findings: Findings) -> None:
    """A key is a path: each name in it becomes a variable, or an entry of one."""
    key = part.get(name)
    if not key:
        findings.add("form_key_missing", part)
    elif not all(_is_identifier(step) for step in key.split(".")):
        findings.add("form_key_not_identifier", part, key=key)
    elif any(_is_reserved(step) for step in key.split(".")):
        findings.add("form_key_reserved", part, key=key)


def _check_lists(parts: list[Raw], findings: Findings) -> None:
    """Lists that depend on other fields: a page draws them once, form-js anew at each key."""
    keys = {part["key"].partition(".")[0] for part in parts if part["type"] in INPUTS and part.get("key")}
    for part in parts:
        expression = part.get("valuesExpression")
        if (
            part["type"] not in CHOICES
            or not isinstance(expression, str)
            or feel.syntax_error(expression) is not None
        ):
            continue  # what cannot be read is noted with its field
        if feel.mentions(expression) & keys:
            findings.add("form_options_once", part, severity="warning")


def _has_right_shape(part: Raw, findings: Findings) -> bool:
    """Whether each property has its type; each that has not is an error."""
    wrong = [
        name
        for name, kind in _TYPES.items()
        if part.get(name) is not None and not isinstance(part[name], kind)
    ]
    wrong = wrong or [name for name, words in _WORDS.items() if part.get(name) not in (None, *words)]
    wrong = wrong or _wrong_inside(part)
    for name in wrong:
        findings.add("form_property_wrong", part, property=name)
    return not wrong


def _wrong_inside(part: Raw) -> list[str]:
    found = []
    if not _is_width((part.get("layout") or {}).get("columns")):
        found.append("layout.columns")
    if not isinstance((part.get("layout") or {}).get("row") or "", str):
        found.append("layout.row")
    if not _is_count(part.get("defaultRepetitions")):
        found.append("defaultRepetitions")
    if not all(_is_column(one) for one in part.get("columns") or ()):
        found.append("columns")
    return found


def _is_width(value: Any) -> bool:
    """A row has 16 columns; none said: what is left is shared."""
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 16)


def _is_count(value: Any) -> bool:
    known = isinstance(value, int) and not isinstance(value, bool)
    return value is None or (known and 0 <= value <= _MOST_REPETITIONS)


def _is_column(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("key"), str)
        and isinstance(value.get("label", ""), str)
    )


def _check_paths(schema: Raw, findings: Findings) -> None:
    """Add what would be written twice: keys, and ids, by which conditions and rows are told apart."""
    _check_keys(schema["components"], findings)
    parts = [part for part, _depth in components(schema)]
    ids = Counter(part["id"] for part in parts if isinstance(part.get("id"), str))
    for part_id, count in ids.items():
        if count > 1:
            found = next(part for part in parts if part.get("id") == part_id)
            findings.add("form_id_twice", found, key=part_id)


def _check_keys(parts: list[Raw], findings: Findings) -> None:
    """Check one level: the form, or the rows of a list."""
    taken: dict[_Path, Raw] = {}
    for part, path in _claims(parts, ()):
        clash = next((other for other in taken if _clashes(path, other)), None)
        if clash is not None:
            findings.add("form_key_twice", part, key=".".join(path))
        taken.setdefault(path, part)
        if is_list(part):
            _check_keys(part.get("components") or [], findings)


def _claims(parts: list[Raw], above: _Path) -> Iterator[tuple[Raw, _Path]]:
    for part in parts:
        name = part.get("key") if part["type"] in INPUTS else part.get("path")
        path = (*above, *(name or "").split(".")) if name else above
        if part["type"] in INPUTS or is_list(part):
            if name:
                yield part, path
        else:
            yield from _claims(part.get("components") or [], path)


def _clashes(one: _Path, other: _Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _check_templates(part: Raw, findings: Findings) -> None:
    """Add texts that form-js could not fill in (``{{name}}``, ``=name``), and FEEL that is no FEEL."""
    appearance = part.get("appearance") or {}
    texts: dict[str, Any] = {name: part.get(name) for name in _TEMPLATED}
    texts |= {name: appearance.get(name) for name in ("prefixAdorner", "suffixAdorner")}
    for name, text in texts.items():
        facts = templates.look(text) if templates.is_template(text) else None
        if facts is not None and facts.error is not None:
            findings.add("form_template_wrong", part, property=name, reason=facts.error)
        elif facts is not None:
            check_calls(part, name, facts.calls, findings)
    for name in ("readonly", "multiple"):
        text = part.get(name)
        if isinstance(text, str) and text:
            if text.startswith("="):
                check_feel(
                    part, name, text, findings, dialect="unary" if name == "readonly" else "expression"
                )
            else:
                findings.add("form_property_wrong", part, property=name)


def _check_shown(part: Raw, findings: Findings) -> None:
    """Add what keeps a component from showing or computing anything."""
    match part["type"]:
        case "expression":
            check_feel(part, "expression", part.get("expression") or "", findings)
        case "table":
            _check_source(part, findings)
            if part.get("columnsExpression"):
                check_feel(part, "columnsExpression", part["columnsExpression"], findings)
            elif not part.get("columns"):
                findings.add("form_table_empty", part, severity="warning")
        case "documentPreview":
            _check_source(part, findings)
        case "image":
            _check_address(part, part.get("source") or "", findings)
        case "iframe":
            _check_address(part, part.get("url") or "", findings)


def _check_source(part: Raw, findings: Findings) -> None:
    source = part.get("dataSource") or ""
    if source.startswith("="):
        check_feel(part, "dataSource", source, findings)
    else:
        findings.add("form_source_missing", part, severity="warning")


def _check_address(part: Raw, address: str, findings: Findings) -> None:
    if templates.is_template(address):
        return
    if is_refused(address, part["type"]):
        findings.add("form_address_refused", part, severity="warning", address=address)
    elif is_linked(address) and not is_shown(address):
        findings.add("form_shown_as_link", part, severity="warning", address=address)


def _is_identifier(key: str) -> bool:
    """Whether ``key`` is letters, digits and underscores, a letter first, at most 64."""
    return _IDENTIFIER.fullmatch(key) is not None


def _is_reserved(key: str) -> bool:
    """Whether ``key`` belongs to FEEL or to the page's scripts."""
    return key in _RESERVED


def check_marks(form: Form, content: bytes, *, file: str) -> tuple[Finding, ...]:
    """Return what is found about the properties of each component.

    ``content`` is what the form was loaded from. Asked when a file is deployed and not when it is loaded: a version
    that runs already goes on, and shows no identity.
    """
    findings = Findings(file, content.decode("utf-8", "replace"))
    parts = written(form.schema)
    for field in form.everything:
        if field.key and field.private and field.is_for_reporter:
            findings.add("form_private_told", parts[field.id])
        if not field.private and CHANNEL in field.properties:
            findings.add("form_channel_open", parts[field.id], severity="warning")
    for part, _depth in components(form.schema):
        properties = part.get("properties") or {}
        for name, value in properties.items():
            _check_name(part, name, findings)
            if name in MARKS:
                _check_mark(part, name, value, findings)
            elif name in (EARLIEST, LATEST):
                _check_day(part, name, value, findings)
            elif name in _PROPERTY_WORDS:
                _check_property_word(part, name, value, findings)
    return tuple(findings.found)


def _check_name(part: Raw, name: str, findings: Findings) -> None:
    """A misspelt ``pribadi`` would make identity public without a word."""
    known = meant(name, READ)
    if known is not None:
        severe = known == _PRIVATE
        findings.add(
            "form_mark_misspelt",
            part,
            severity="error" if severe else "warning",
            property=name,
            known=known,
        )


def _check_mark(part: Raw, name: str, value: Any, findings: Findings) -> None:
    word = str(value).strip().lower()
    if word not in YES | NO:
        findings.add("form_mark_unclear", part, property=name, value=value)
    elif word in YES and name == _PRIVATE and part["type"] not in INPUTS and not is_list(part):
        findings.add("form_private_misplaced", part)


#: Properties that hold one of a few words.
_PROPERTY_WORDS = {CHANNEL: CHANNELS, FROM_MAIL: MAIL_PARTS}


def _check_property_word(part: Raw, name: str, value: Any, findings: Findings) -> None:
    if str(value).strip().lower() not in _PROPERTY_WORDS[name]:
        known = ", ".join(_PROPERTY_WORDS[name])
        findings.add("form_word_unknown", part, property=name, value=value, known=known)


def _check_day(part: Raw, name: str, value: Any, findings: Findings) -> None:
    if str(value).strip().lower() != TODAY:
        findings.add("form_day_unclear", part, property=name, value=value, known=TODAY)
    elif part["type"] != "datetime" or part.get("subtype") == "time":
        findings.add("form_rule_ignored", part, severity="warning", rule=name, type=part["type"])


def check_identity(form: Form, content: bytes, *, private: Collection[str], file: str) -> tuple[Finding, ...]:
    """Return an error for each text that reads identity and acts on what is none, or shows it.

    ``private``: keys of identity in all forms of the process.
    """
    findings = Findings(file, content.decode("utf-8", "replace"))
    parts = written(form.schema)
    for part, slot, name in leaks(with_identity(form, private), private):
        code = "form_identity_acts" if slot.acts or slot.way != "template" else "form_identity_shown"
        findings.add(code, parts[part.id], property=slot.name, variable=name)
    return tuple(findings.found)


def check_names(form: Form, content: bytes, *, known: Collection[str], file: str) -> tuple[Finding, ...]:
    """Return an error for each name outside ``known``, the variables of the process, that the form does not hold.

    FEEL takes such a name for null: the field it hides or bounds is hidden, or shown, in every case.
    """
    findings = Findings(file, content.decode("utf-8", "replace"))
    own = {segment for part in form.everything for segment in (part.key or "").split(".")}
    parts = written(form.schema)
    for part in form.everything:
        for name in sorted(names_read(part) - own - set(known)):
            findings.add("form_name_never_set", parts[part.id], variable=name)
    return tuple(findings.found)
