"""How deep the brackets of an expression are: nobody writes thousands of levels; they keep a reader of FEEL busy."""

import re

from app.base.i18n import _

MAX_LEVELS = 100
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKET = re.compile(r"[(\[{}\])]")


def depth(text: str) -> int:
    """The most brackets that stand open at once in FEEL; those in texts are none."""
    level = deepest = 0
    for bracket in _BRACKET.findall(_TEXT.sub("", text)):
        level += 1 if bracket in "([{" else -1
        deepest = max(deepest, level)
    return deepest


def fault(text: str) -> str | None:
    """What is wrong with an expression whose brackets are too deep, else None."""
    if depth(text) <= MAX_LEVELS:
        return None
    return _("Ungkapan bersarang terlalu dalam: paling banyak {n} tingkat.", n=MAX_LEVELS)
