"""Letters that XML 1.0, and so no spreadsheet, event log or document, can hold: most control characters."""

import re

#: Source: Extensible Markup Language (XML) 1.0, production 2, Char.
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def is_clean(text: str) -> bool:
    """Whether a text has none of them."""
    return _ILLEGAL.search(text) is None


def clean(text: str) -> str:
    """A text without them."""
    return text if is_clean(text) else _ILLEGAL.sub("", text)
