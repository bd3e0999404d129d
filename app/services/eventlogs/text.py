"""Text for files that other programs read strictly."""

import re
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

#: What XML 1.0 does not know, escaped or not.
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """A text without the letters that no XML file may hold."""
    return _ILLEGAL.sub("", text) if _ILLEGAL.search(text) else text


@lru_cache(maxsize=4096)
def attribute(text: str) -> str:
    """A text as the value of an attribute, in its quotes. Names of activities and people come again and again."""
    return quoteattr(clean(text))


@lru_cache(maxsize=4096)
def content(text: str) -> str:
    """A text as the content of an element."""
    return escape(clean(text))
