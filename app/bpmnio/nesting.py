"""How deep the brackets of an expression are: nobody writes thousands of levels; they keep a reader of FEEL busy."""

import re

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
