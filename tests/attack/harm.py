"""What a page, a picture or an answer must never hold, whatever it was made of."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

_FORBIDDEN = frozenset(
    {"iframe", "object", "embed", "base", "applet", "frame", "math", "style", "foreignobject"}
)
_ADDRESSES = frozenset(
    {"href", "src", "action", "formaction", "xlink:href", "poster", "data", "background", "srcset"}
)
_AROUND = "".join(map(chr, range(33)))
_SCHEMES = frozenset({"", "http", "https", "mailto", "tel"})


def harms(page: str) -> list[str]:
    """Everything in ``page`` (HTML or SVG) that runs, loads, styles or leads where it should not."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _FORBIDDEN or (tag == "script" and not _is_ours(given)):
            self.found.append(f"<{tag}>")
        if tag == "meta" and "http-equiv" in given:
            self.found.append("<meta http-equiv>")
        for name, value in given.items():
            if (
                name.startswith("on")
                or name in ("style", "srcdoc")
                or (name in _ADDRESSES and not _leads(tag, name, value))
            ):
                self.found.append(f"<{tag} {name}={value[:60]!r}>")

    handle_startendtag = handle_starttag


def _is_ours(given: dict[str, str]) -> bool:
    return given.get("src", "").startswith("/static/") or given.get("type") == "application/json"


def _leads(tag: str, name: str, value: str) -> bool:
    """Whether a browser may follow it. Browsers drop control characters before it, and tabs and line breaks inside.

    Source: WHATWG URL, 4.4, basic URL parser.
    """
    plain = re.sub(r"[\t\n\r]", "", value.strip(_AROUND)).lower()
    if tag == "img" and name == "src" and plain.startswith("data:image/"):
        return True
    if name != "href" and not (plain.startswith("/") and not plain.startswith("//")) and plain:
        return False
    try:
        return urlsplit(plain).scheme in _SCHEMES
    except ValueError:
        return True  # no address at all: a browser follows nothing
