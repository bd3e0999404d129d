"""Text of a form as HTML that is safe to put into a page: markdown by marked, as in form-js, cleaned by nh3."""

from datetime import UTC, datetime
from html import escape

import nh3

from app.base.errors import ExpressionFailed
from app.bpmnio import templates

_TEXT_TAGS = """
a abbr b blockquote br code del div em h2 h3 h4 h5 h6 hr i li ol p pre s small span strong sub sup
table tbody td th thead tr u ul
"""
_TAGS = frozenset(_TEXT_TAGS.split())
_ATTRIBUTES = {
    "a": {"href", "title"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_MAX_CHARS = 20_000
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def to_html(text: str) -> str:
    """Return GitHub-style markdown (single line breaks kept, as form-js has it) as safe HTML."""
    if not text.strip():
        return ""
    try:
        [said] = templates.render_all([templates.Text("text", text[:_MAX_CHARS])], {}, now=_NO_TIME)
    except ExpressionFailed:  # signs without end: the text is shown as it was written
        said = f"<p>{escape(text[:_MAX_CHARS])}</p>"
    return sanitize(said)


def sanitize(html: str) -> str:
    """Return ``html`` without anything that runs, loads, styles or claims an id."""
    return nh3.clean(
        html[: _MAX_CHARS * 4],
        tags=set(_TAGS),
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
    ).strip()
