"""Expressions as people write them: unwrapped, checked, turned from Python or JUEL into FEEL."""

import re
from collections.abc import Callable, Mapping

from app.bpmnio import feel
from app.engine.reading.source import Placed, Source

MAX_CHARS_IN_ALL = 50_000
_WRAPPED = re.compile(r"[$#]\{(.*)\}", re.DOTALL)
_TOKEN = re.compile(
    r"""(\s*)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|“[^”]*”|‘[^’]*’|&&|\|\||===|!==|==|!=|<=|>=|<>|\w+(?:\.\w+)*|\S)""",
    re.DOTALL,
)
_GET_VARIABLE = re.compile(r"""(?:\bexecution\.)?\bgetVariable\(\s*(["'])(\w+)\1\s*\)""")
_EQUALS = re.compile(r"""("[^"]*"|'[^']*'|[\w.]+)\.equals\(([^()]*)\)""")
_SIGNS = {
    "===": "=",
    "!==": "!=",
    "==": "=",
    "&&": "and",
    "||": "or",
    "<>": "!=",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
}
_WORDS = {"True": "true", "False": "false", "None": "null", "AND": "and", "OR": "or", "NOT": "not"}
_COMPARISONS = {"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_NULL = {"None", "null"}
_ENDS_NOT = {"and", "or", ",", ")", "]", "?", ":"}
_WORDS_ALONE = re.compile(r"[^\W\d_]+(?:,?\s+[\w.%-]+)+\s*[?.!]?")
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
}
_PAIRS = {"(": ")", "[": "]"}


def clean(text: str) -> str:
    """The expression itself: without Camunda 8's ``=`` before it, without Camunda 7's ``${…}`` or ``#{…}``."""
    text = text.strip().removeprefix("=").strip()
    found = _WRAPPED.fullmatch(text)
    if found and "${" not in found.group(1) and "#{" not in found.group(1):
        return found.group(1).strip()
    return text


def translated(text: str, at: Placed, source: Source) -> str:
    """The expression itself; what a file wraps in ``${…}`` is JUEL, and put into FEEL with a warning where it is not
    FEEL too."""
    cleaned = clean(text)
    if not _WRAPPED.fullmatch(text.strip()):
        return cleaned
    found = fault(cleaned)
    if found is None or found[0] != "expression_not_feel":
        return cleaned
    source.warning("expression_translated", at, **found[1])
    return found[1]["offer"]


def check(text: str, at: Placed, source: Source) -> None:
    """Note as an error why the cleaned expression ``text`` cannot run, if it cannot.

    A diagram may hold so many characters of expressions; looking at more would take longer than anybody waits.
    """
    source.feel_chars += len(text)
    if source.feel_chars > MAX_CHARS_IN_ALL:
        if source.feel_chars - len(text) <= MAX_CHARS_IN_ALL:
            source.error("too_much_feel", at, limit=str(MAX_CHARS_IN_ALL))
        return
    found = fault(text)
    if found is not None:
        source.error(found[0], at, **found[1])


def is_words(text: str) -> bool:
    """Whether a cleaned expression is a sentence for people. FEEL would take it for one name of several words, which
    nothing can fill in, and never hold."""
    return _WORDS_ALONE.fullmatch(text) is not None and _MEANT_FOR_FEEL.isdisjoint(text.split())


def fault(text: str) -> tuple[str, Mapping[str, str]] | None:
    """Why a cleaned expression cannot run, as a finding's code and parameters; None when it can.

    What reads as Python or JUEL is refused even where FEEL would take it for something else (``a = True``
    compares with a variable named True); the finding offers the FEEL that was meant.
    """
    if len(text) > feel.MAX_CHARS:
        return "expression_too_long", {"limit": str(feel.MAX_CHARS)}
    wrong, offer = feel.check(text), in_feel(text)
    if offer != text and feel.check(offer) is None:
        return "expression_not_feel", {"text": text, "offer": offer}
    if wrong is not None:
        return "expression_syntax", {"text": text, "detail": wrong}
    return None


def in_feel(text: str) -> str:
    """The expression with what Python, JUEL and word processors write put into FEEL, as far as that goes."""
    text = _GET_VARIABLE.sub(r"\2", text)
    text = _EQUALS.sub(r"\1 = \2", text)
    tokens = [(str(blank), str(token)) for blank, token in _TOKEN.findall(text)]
    tokens = _without_is(tokens)
    words = [_word(tokens, at) for at in range(len(tokens))]
    blanks = [blank for blank, _token in tokens]
    # From the end, so that what an inner ``not`` or ``empty`` refers to is settled before an outer one.
    for at in reversed(range(len(words))):
        if words[at] == "!":
            _wrap(words, blanks, at, _operand, "not({})")
        elif words[at] == "not" and words[at + 1 : at + 2] != ["("]:
            _wrap(words, blanks, at, _clause, "not({})")
        elif words[at] == "empty" and at + 1 < len(words) and re.match(r"\w", words[at + 1]):
            _wrap(words, blanks, at, _operand, "{} = null")
    return "".join(blank + word for blank, word in zip(blanks, words, strict=True)).strip()


def _without_is(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """``is None`` and ``is not None`` as comparisons."""
    result: list[tuple[str, str]] = []
    rest = list(reversed(tokens))
    while rest:
        blank, word = rest.pop()
        following = [*(word for _blank, word in reversed(rest[-2:])), "", ""]
        if word == "is" and following[0] == "not" and following[1] in _NULL:
            rest.pop()
            word = "!="
        elif word == "is" and following[0] in _NULL:
            word = "="
        result.append((blank, word))
    return result


def _word(tokens: list[tuple[str, str]], at: int) -> str:
    token = tokens[at][1]
    if token[0] in "'“‘" and len(token) > 1:
        inner = token[1:-1].replace("\\'", "'")
        return '"' + re.sub(r'(?<!\\)"', r"\"", inner) + '"'
    if token in _COMPARISONS and 0 < at < len(tokens) - 1 and _ends_value(tokens[at - 1][1]):
        return _COMPARISONS[token] if re.match(r"[\w\"'(\-!]", tokens[at + 1][1]) else token
    return _SIGNS.get(token, _WORDS.get(token, token))


def _ends_value(token: str) -> bool:
    return token not in {"and", "or", "not", "in"} and re.match(r"[\w\"')\]]", token) is not None


def _wrap(
    words: list[str], blanks: list[str], at: int, extent: Callable[[list[str], int], int], form: str
) -> None:
    """Put the operand behind ``words[at]`` into ``form``, in place of it and the operator."""
    first, end = at + 1, extent(words, at + 1)
    if end <= first:
        return
    if words[first] == "(" and _closing(words, first) == end - 1:
        inner = range(first + 1, end - 1)
    else:
        inner = range(first, end)
    words[at:end] = [form.format("".join(blanks[i] + words[i] for i in inner).strip())]
    blanks[at:end] = [blanks[at]]


def _operand(words: list[str], start: int) -> int:
    """Where the operand at ``start`` ends: a name or bracket, with the calls and brackets that follow it."""
    at = start
    while at < len(words):
        if words[at] in _PAIRS:
            at = _closing(words, at) + 1
        elif at == start and re.match(r"[\w\"]", words[at]):
            at += 1
        else:
            break
    return at


def _clause(words: list[str], start: int) -> int:
    """Where the clause at ``start`` ends: before the next ``and``, ``or`` or closing bracket."""
    at = start
    while at < len(words) and words[at] not in _ENDS_NOT:
        at = _closing(words, at) + 1 if words[at] in _PAIRS else at + 1
    return min(at, len(words))


def _closing(words: list[str], start: int) -> int:
    depth = 0
    for at in range(start, len(words)):
        depth += (words[at] in _PAIRS) - (words[at] in _PAIRS.values())
        if depth == 0:
            return at
    return len(words) - 1
