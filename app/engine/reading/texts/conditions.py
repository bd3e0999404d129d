"""Expressions as people write them: unwrapped, checked, turned into FEEL; and what they call that is not here."""

import re
from collections.abc import Mapping
from functools import lru_cache

from app.bpmnio import feel
from app.engine.reading.source import Placed, Source
from app.engine.reading.texts import foreign_expressions
from app.engine.reading.texts.feel_terms import Untranslatable

MAX_CHARS_IN_ALL = 50_000
_WRAPPED = re.compile(r"[$#]\{(.*)\}", re.DOTALL)
_TEXT = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""", re.DOTALL)
_PREFIXED_CALL = re.compile(r"\w+:(\w+)(?=\s*\()")
_WORDS_ALONE = re.compile(r"[^\W\d_]+(?:,?\s+[\w.%-]+)+\s*[?.!]?")
_UNREADABLE = frozenset({"expression_syntax", "expression_untranslatable"})
#: What Camunda has and nobody could work out again: a case is, in its history and when it is checked.
_RANDOM = frozenset({"uuid", "random number"})
_BARE_WORD = re.compile(r"[^\W\d_]\w*")
_RETURNED = re.compile(r"^return\b\s*")
_MEANT_FOR_FEEL = {
    "and",
    "or",
    "not",
    "in",
    "between",
    "if",
    "for",
    "some",
    "every",
    "true",
    "false",
    "null",
    "is",
    "instanceof",
}


def unwrap(text: str) -> str:
    """The expression itself: without Camunda 8's ``=`` before it, without Camunda 7's ``${…}`` or ``#{…}``."""
    text = text.strip().removeprefix("=").strip()
    found = _WRAPPED.fullmatch(text)
    if found and "${" not in found.group(1) and "#{" not in found.group(1):
        return found.group(1).strip()
    return text


def translated(text: str, at: Placed, source: Source) -> str:
    """The expression itself, put into FEEL with a warning where it is another language's and FEEL says the same.

    What a file wraps in ``${…}`` is JUEL, and decides as JUEL would; it keeps its ``${…}`` where no FEEL does: see
    `is_untranslatable`. The language of any other text is not known: it stays near to what was written. As it is
    where something in it cannot be put into FEEL: `check_condition` says so.
    """
    cleaned = unwrap(text)
    if len(cleaned) > feel.MAX_CHARS:
        return cleaned
    try:
        is_juel = _WRAPPED.fullmatch(text.strip()) is not None
        offer = foreign_expressions.translate(cleaned, "juel") if is_juel else in_feel(cleaned)
    except Untranslatable:
        return f"${{{cleaned}}}"
    if offer == cleaned or not _may_look_at(offer, at, source):
        return cleaned
    if feel.syntax_error(offer) is not None or feel.unknown_calls(offer):
        return cleaned
    source.warning("expression_translated", at, text=cleaned, offer=offer)
    return offer


def of_juel(text: str) -> str:
    """JUEL in FEEL.

    Raises:
        Untranslatable: no FEEL gives what it does.
    """
    return foreign_expressions.translate(text, "juel")


def check_condition(text: str, at: Placed, source: Source) -> None:
    """Note as an error why the cleaned expression ``text`` cannot run, if it cannot."""
    if not _may_look_at(text, at, source):
        return
    if calls := unknown_calls(text):
        code = "expression_random" if _RANDOM & {*calls} else "expression_calls_unknown"
        source.error(code, at, text=text, call=", ".join(calls))
        return
    found = fault(text)
    if found is not None:
        source.error(found[0], at, **found[1])


def is_readable(text: str) -> bool:
    """Whether a cleaned expression can run."""
    return fault(text) is None and not unknown_calls(text)


def unknown_calls(text: str) -> list[str]:
    """What a cleaned expression calls that nothing here can answer: methods of another system's objects
    (``bean.isX``), functions of XPath (``bpmn:getDataObject``), names that are no function of FEEL.

    In FEEL such a call is null, whatever it is given.
    """
    if len(text) > feel.MAX_CHARS:
        return []
    offer = in_feel(text)
    known = feel.syntax_error(offer) is None
    found = feel.unknown_calls(offer) if known else frozenset[str]()
    prefixed = {call.group(1): call.group() for call in _PREFIXED_CALL.finditer(_without_texts(text))}
    said = {prefixed.pop(name, name) for name in found}
    return sorted(said | (set() if known else set(prefixed.values())))


def unreadable(text: str, at: Placed, source: Source) -> tuple[str, Mapping[str, str]] | None:
    """Why nothing here can decide by the cleaned condition ``text``, as a finding's code and parameters: it is a
    sentence, asks a program elsewhere, or is no language that is read. None when it can be worked out, or is refused
    for its length."""
    if is_untranslatable(text):
        return "condition_untranslatable", {"text": unwrap(text)}
    if is_words(text):
        return "condition_in_words", {"text": text}
    if len(text) > feel.MAX_CHARS or not _may_look_at(text, at, source):
        return None
    calls = unknown_calls(text)
    if _RANDOM & {*calls}:
        return None
    if calls:
        return "condition_of_program", {"text": text, "call": ", ".join(calls)}
    code, params = fault(text) or ("", {})
    return (code.replace("expression", "condition"), params) if code in _UNREADABLE else None


def is_untranslatable(text: str) -> bool:
    """Whether `translated` found no FEEL that decides what the text does."""
    return _WRAPPED.fullmatch(text) is not None and unwrap(text) != text


def _may_look_at(text: str, at: Placed, source: Source) -> bool:
    """Whether the diagram's expressions are not too long together; noted as an error where they become so.

    A diagram may hold so many characters of expressions; looking at more would take longer than anybody waits.
    """
    if (at.id, text) in source.feel_seen:
        return True
    source.feel_seen.add((at.id, text))
    source.feel_chars += len(text)
    if source.feel_chars <= MAX_CHARS_IN_ALL:
        return True
    if source.feel_chars - len(text) <= MAX_CHARS_IN_ALL:
        source.error("too_much_feel", at, limit=str(MAX_CHARS_IN_ALL))
    return False


def is_words(text: str) -> bool:
    """Whether a cleaned expression is a sentence for people. FEEL would take it for one name of several words, which
    nothing can fill in, and never hold."""
    return _WORDS_ALONE.fullmatch(text) is not None and _MEANT_FOR_FEEL.isdisjoint(text.split())


def is_bare_word(text: str) -> bool:
    """Whether a condition as written is one word, which may be a variable or the answer on an arrow."""
    return _BARE_WORD.fullmatch(text.strip()) is not None and text.strip().lower() not in _MEANT_FOR_FEEL


def fault(text: str) -> tuple[str, Mapping[str, str]] | None:
    """Why a cleaned expression cannot run, as a finding's code and parameters; None when it can.

    What reads as Python or JUEL is refused even where FEEL would take it for something else (``a = True``
    compares with a variable named True); the finding offers the FEEL that was meant.
    """
    if len(text) > feel.MAX_CHARS:
        return "expression_too_long", {"limit": str(feel.MAX_CHARS)}
    if is_untranslatable(text):
        return "expression_untranslatable", {"text": unwrap(text)}
    wrong, offer = feel.syntax_error(text), in_feel(text)
    if offer != text and feel.syntax_error(offer) is None and not feel.unknown_calls(offer):
        return "expression_not_feel", {"text": text, "offer": offer}
    if wrong is not None:
        return "expression_syntax", {"text": text, "detail": wrong}
    if offer != text or foreign_expressions.has_foreign_signs(text):
        return "expression_untranslatable", {"text": text}
    return None


@lru_cache(maxsize=2_000)
def in_feel(text: str) -> str:
    """The expression with what Python, JUEL and word processors write put into FEEL, as far as that goes."""
    said = text.rstrip("; \t\r\n")
    return foreign_expressions.translate(_RETURNED.sub("", said, count=1), "unknown")


def _without_texts(text: str) -> str:
    return _TEXT.sub('""', text)
