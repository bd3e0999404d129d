"""Which words of the interface stand on a page in the wrong language."""

import re
from collections.abc import Iterator
from functools import cache

from babel.messages.pofile import read_po
from playwright.sync_api import Page

from app.base.config import ROOT
from tests.sop_changes.editing import shipped

#: Every text of a page that is read, seen or heard: its lines, and the attributes with words in them.
_TEXTS = """() => {
  const named = [...document.querySelectorAll("[aria-label], [title], [placeholder]")];
  const attributes = named.flatMap(e => ["aria-label", "title", "placeholder"].map(name => e.getAttribute(name)));
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [document.title.replace(/ · Alur$/, "")];
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (!node.parentElement.closest("script, svg text, .typed, [lang=id]")) texts.push(node.data);
  }
  return [...texts, ...attributes].filter(Boolean);
}"""
_PLACE = re.compile(r"\\{\w+\\}")


def indonesian(page: Page) -> list[str]:
    """The texts of the page that are words of the interface in Indonesian."""
    texts = {" ".join(text.split()) for text in page.evaluate(_TEXTS)}
    return sorted(text for text in texts if _in_interface(text))


def _in_interface(text: str) -> bool:
    return text.casefold() not in _of_the_sop() and any(pattern.fullmatch(text) for pattern in _patterns())


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """One pattern for each message whose English differs; a place for a value takes anything.

    A message of hardly more than places would take anybody's sentence for its own.
    """
    return tuple(
        re.compile(_PLACE.sub(".+", re.escape(" ".join(text.split()))))
        for text, english in _messages()
        if text != english and len(re.sub(r"\{\w+\}|\W", "", text)) >= (12 if "{" in text else 4)
    )


def _messages() -> Iterator[tuple[str, str]]:
    for path in (ROOT / "app/locale/en").glob("*.po"):
        with path.open("rb") as file:
            for message in read_po(file):
                ids = message.id if isinstance(message.id, tuple) else (message.id,)
                strings = message.string if isinstance(message.string, tuple) else (message.string,)
                yield from ((text, english) for text, english in zip(ids, strings, strict=False) if text)


@cache
def _of_the_sop() -> frozenset[str]:
    """What the process itself says, which no switch translates."""
    words = set()
    for content in shipped().values():
        words |= {" ".join(text.split()).casefold() for text in _quoted(content.decode())}
    return frozenset(words)


def _quoted(text: str) -> list[str]:
    return re.findall(r'"((?:[^"\\]|\\.)*)"', text) + re.findall(r">([^<]+)<", text)
