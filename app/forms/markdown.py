"""Text of a form as HTML that is safe to put into a page: markdown by mistune, cleaned by nh3."""

from typing import Any

import mistune
import nh3

_TAGS = {
    *(
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "code",
        "del",
        "div",
        "em",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "li",
    ),
    *(
        "ol",
        "p",
        "pre",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_MAX_CHARS = 20_000


class _Renderer(mistune.HTMLRenderer):
    """Headings start at the second level, below the title of the page; pictures from elsewhere stay out."""

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return super().heading(text, min(level + 1, 6))

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return text


_markdown = mistune.create_markdown(
    renderer=_Renderer(escape=False), hard_wrap=True, plugins=["strikethrough", "table", "url"]
)


def to_html(text: str) -> str:
    """Return GitHub-style markdown (single line breaks kept, as form-js has it) as safe HTML."""
    return clean(str(_markdown(text[:_MAX_CHARS])))


def clean(html: str) -> str:
    """Return ``html`` without anything that runs, loads, styles or claims an id."""
    return nh3.clean(
        html[: _MAX_CHARS * 4],
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
    ).strip()
