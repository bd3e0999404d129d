"""Texts of a DMN file that are written in another language than FEEL, put into FEEL."""

import re
from collections.abc import Callable, Mapping

from app.bpmnio import feel
from app.bpmnio.feelin import Dialect
from app.engine.dmn import unary
from app.engine.dmn.cells import is_any
from app.engine.reading.texts import foreign_expressions
from app.engine.reading.texts.feel_terms import Untranslatable

_WRAPPED = re.compile(r"[$#]\{([^{}]*)\}")
#: What every language writes alike: a name, a number, a truth value, a text, and these compared or listed.
_VALUE = r'(?:[^\W\d]\w*(?:\.[^\W\d]\w*)*|-?\d+(?:\.\d+)?|"[^"\\]*")'
_PLAIN = re.compile(_VALUE)
_PLAIN_TEST = re.compile(
    rf"(?:[<>]=?\s*)?{_VALUE}(?:\s*,\s*(?:[<>]=?\s*)?{_VALUE})*|[\[(\]]{_VALUE}\.\.{_VALUE}[\])\[]"
)
_EQUAL = re.compile(r"(==|!=)\s*(\S.*)", re.DOTALL)
_STRING = r'"(?:[^"\\]|\\.)*"'
_INSTANCE = re.compile(r"\binstance\s+of\s+")
_CURLED = re.compile("['“]")
_QUOTED = re.compile(rf"""{_STRING}|'([^'"\\]*)'|“([^“”"\\]*)”""")
_FOREIGN = re.compile(r"==|!==|&&|\|\||[!%?≠≤≥]|<>")
_JUEL = frozenset({"juel", "camunda"})
#: What Camunda 7 calls the value of a column in its cells.
CELL_INPUT = "cellInput"


def is_feel(language: str) -> bool:
    """Whether a file that says this means FEEL; Camunda's script engine is called "feel-scala-unary-tests"."""
    return not language or "feel" in language.lower()


def expression_in_feel(text: str, language: str) -> str | None:
    """The expression in FEEL; None where no FEEL says the same."""
    if wrapped := _WRAPPED.fullmatch(text):
        return _translated(wrapped.group(1))
    if is_any(text) or _PLAIN.fullmatch(text):
        return text
    if is_feel(language):
        return _mended(text)
    return _translated(text) if language.lower() in _JUEL else None


def cell_in_feel(text: str, language: str, variable: str) -> str | None:
    """A cell as unary tests; None where no FEEL says the same. ``variable``: what the cell calls the value asked."""
    if wrapped := _WRAPPED.fullmatch(text):
        return _asked(_translated(wrapped.group(1)), variable)
    if compared := _EQUAL.fullmatch(text):
        return f"not({compared.group(2)})" if compared.group(1) == "!=" else compared.group(2)
    if is_any(text) or _PLAIN_TEST.fullmatch(text):
        return text
    if is_feel(language):
        return _named(variable).sub(_question, _straight(text, "unary"))
    return _asked(_translated(text), variable) if language.lower() in _JUEL else None


def with_types_in_feel(text: str, types: Callable[[], Mapping[str, str]]) -> str:
    """The expression with FEEL's own types behind ``instance of``, where the file's were named."""
    if not _INSTANCE.search(text) or not (texts := types()):
        return text
    names = "|".join(map(re.escape, sorted(texts, key=len, reverse=True)))
    named = re.compile(rf"{_STRING}|({_INSTANCE.pattern}(?:(?:list|range)\s*<\s*)*)({names})(?!\w)")
    return named.sub(lambda found: (found[1] + texts[found[2]]) if found[2] else found[0], text)


def _translated(text: str) -> str | None:
    try:
        found = foreign_expressions.translate(text.strip(), "juel")
    except Untranslatable:
        return None
    return None if feel.syntax_error(found) else found


def _asked(condition: str | None, variable: str) -> str | None:
    """A condition over ``variable`` as a test; one that does not name it is a condition all the same."""
    if condition is None:
        return None
    found = _named(variable).sub(_question, condition)
    return found if unary.asks(found) else f"? = ? and ({found})"


def _mended(text: str) -> str:
    """FEEL as it is; what has signs that FEEL has not was JUEL, which is what Camunda 7 took for it for years."""
    text = _straight(text, "expression")
    if _FOREIGN.search(text) and (foreign_expressions.has_foreign_signs(text) or feel.syntax_error(text)):
        return _translated(text) or text
    return text


def _straight(text: str, dialect: Dialect) -> str:
    """The text with quotation marks as FEEL has them, where it is no FEEL with those that it has."""
    if _CURLED.search(text) is None or feel.syntax_error(text, dialect=dialect) is None:
        return text
    return _QUOTED.sub(lambda found: f'"{found[1] or found[2]}"' if found[1] or found[2] else found[0], text)


def _named(variable: str) -> re.Pattern[str]:
    return re.compile(rf"({_STRING})|(?<![\w.]){re.escape(variable)}(?!\w)")


def _question(found: re.Match[str]) -> str:
    return found[1] or "?"
