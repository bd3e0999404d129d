"""What is wrong with templates, and with components that only show or compute something."""

from typing import Any

from app.bpmnio import templates
from app.forms.addresses import is_linked, is_refused, is_shown
from app.forms.schema.checking_fields import check_feel
from app.forms.schema.parsing import Findings, Raw

_TEMPLATED = (
    *("label", "description", "dateLabel", "timeLabel", "text", "content", "accept", "alt", "title"),
    *("source", "url"),
)


def check_templates(part: Raw, findings: Findings) -> None:
    """Add texts that form-js could not fill in (``{{name}}``, ``=name``), and FEEL that is no FEEL."""
    appearance = part.get("appearance") or {}
    texts: dict[str, Any] = {name: part.get(name) for name in _TEMPLATED}
    texts |= {name: appearance.get(name) for name in ("prefixAdorner", "suffixAdorner")}
    for name, text in texts.items():
        if templates.is_template(text) and (reason := templates.look(text).error) is not None:
            findings.add("form_template_wrong", part, property=name, reason=reason)
    for name in ("readonly", "multiple"):
        text = part.get(name)
        if isinstance(text, str) and text:
            if text.startswith("="):
                check_feel(
                    part, name, text, findings, dialect="unary" if name == "readonly" else "expression"
                )
            else:
                findings.add("form_property_wrong", part, property=name)


def check_shown(part: Raw, findings: Findings) -> None:
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
