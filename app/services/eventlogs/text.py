"""Text for files that other programs read strictly."""

from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from app.base.xml_text import clean


@lru_cache(maxsize=4096)
def attribute(text: str) -> str:
    """A text as the value of an attribute, in its quotes. Names of activities and people come again and again."""
    return quoteattr(clean(text))


@lru_cache(maxsize=4096)
def content(text: str) -> str:
    """A text as the content of an element."""
    return escape(clean(text))
