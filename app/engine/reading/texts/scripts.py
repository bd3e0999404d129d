"""Scripts of script tasks: FEEL runs, simple statements of other languages are put into FEEL, nothing else does.

What a script sets is what it hands to ``setVariable``, or its last value where the task names a result variable; of a
script that does neither, what it assigns. All else it gives a name to is its own. Printing does nothing here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.bpmnio import feel
from app.engine.reading.texts import conditions, feel_terms, script_expressions
from app.engine.reading.texts.feel_terms import SUM, Term, Untranslatable
from app.engine.reading.texts.foreign_expressions import Unreadable
from app.engine.reading.texts.script_expressions import Language
from app.engine.xml import Element, attribute, children, engine_attributes, text_of

#: What a ``scriptFormat`` says, as a word in it.
_FORMATS: tuple[tuple[str, Language | Literal["feel", "juel"]], ...] = (
    (r"feel", "feel"),
    (r"juel", "juel"),
    (r"groovy", "groovy"),
    (r"javascript|ecmascript|graal\.js|nashorn|\bjs\b", "javascript"),
    (r"python|jython", "python"),
    (r"java|mvel|beanshell", "java"),
)
_PIECE = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)|(?P<slashes>//[^\n]*)|(?P<block>/\*.*?\*/)"""
    r"""|(?P<hash>\#[^\n]*)|(?P<opens>[(\[{])|(?P<closes>[)\]}])|(?P<end>;)|(?P<line>\n)|.""",
    re.DOTALL,
)
_COMMENT = re.compile(r"\s*/[/*]")
_STRING = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`""", re.DOTALL)
_NAME = r"[^\W\d]\w*"
_IGNORED = re.compile(
    r"(?:import|package)\s[\w.*\s]+|from\s[\w.]+\simport\s[\w.*, ]+|pass|[\"']use strict[\"']"
)
_LOGGER = r"(?:System\.(?:out|err)\.print(?:ln|f)?|console\.\w+|print(?:ln|f)?|(?:\w+\.)?log(?:ger)?\.\w+)"
_PRINTED = re.compile(rf"{_LOGGER}\s*\((.*)\)|print(?:ln)?\s+(.*)", re.DOTALL | re.IGNORECASE)
_READING = re.compile(r"(?:get|is|has|to)\w*|str|String|valueOf|format|size|length|len|name|trim")
_SCOPE = rf"(?:{'|'.join(feel_terms.SCOPES)})"
_SET = re.compile(rf"{_SCOPE}\s*\.\s*setVariable(?:Local)?\s*\((.*)\)", re.DOTALL)
_REMOVED = re.compile(rf"{_SCOPE}\s*\.\s*removeVariable(?:Local)?\s*\(\s*([\"'])({_NAME})\1\s*\)")
_FIRST = re.compile(rf"\s*([\"'])({_NAME})\1\s*,(.*)", re.DOTALL)
_DECLARED = re.compile(rf"(?:final\s+)?({_NAME})(?:<[\w<>, ]*>)?\s+({_NAME})\s*(?:=(?!=)\s*(.*))?", re.DOTALL)
_ASSIGNED = re.compile(rf"({_NAME})\s*([-+*]?)=(?!=)\s*(.*)", re.DOTALL)
_COUNTED = re.compile(rf"({_NAME})\s*(\+\+|--)|(\+\+|--)\s*({_NAME})")
_RETURNED = re.compile(r"return\b\s*(.*)", re.DOTALL)
#: What an unfinished line ends with, and what may go on with the line before.
_GOES_ON = re.compile(r"(?:(?<!\+)\+|(?<!-)-|[*/=<>,?:.]|&&|\|\|)\s*$")
_CONTINUES = re.compile(r"\s*(?:[-+*/?:.(\[`]|&&|\|\|)")


@dataclass(frozen=True)
class Script:
    """What a script does: the variables that it sets, in this order, each with FEEL.

    ``prints``: it says something to a log. ``is_feel``: it is FEEL as written. ``fault``: it is read in no language;
    ``offer``: the FEEL that is perhaps meant, and the variable.
    """

    assignments: tuple[tuple[str, str], ...] = ()
    language: str = ""
    prints: bool = False
    is_feel: bool = False
    fault: bool = False
    offer: tuple[str, str] | None = None


def read_script(task: Element) -> Script | None:
    """The script of a script task; None where it has none, or one that a modeler keeps as an addition."""
    if "resource" in engine_attributes(task):
        return Script(fault=True)
    text = "\n".join(filter(None, map(text_of, children(task, "script"))))
    result = engine_attributes(task).get("resultVariable", "").strip()
    return read_text(text, attribute(task, "scriptFormat"), result) if text else None


def read_text(text: str, format_: str, result: str) -> Script:
    """The script ``text`` in the language ``format_``, whose value goes to the variable ``result``; "" to none."""
    language = _language(format_)
    if language == "feel":
        return Script(((result, conditions.unwrap(text)),) if result else (), language, is_feel=True)
    if language is None or len(text) > feel.MAX_CHARS:
        return Script(fault=True)
    try:
        found = _of_juel(text, result) if language == "juel" else _Reading(language, result).of(text)
    except (Unreadable, Untranslatable, RecursionError):
        return Script(language=language, fault=True, offer=_offer(text, result))
    script = Script(tuple(found.assignments), language, prints=found.prints)
    if any(not _is_sound(value) for _name, value in script.assignments):
        return Script(language=language, fault=True)
    return script


def _language(format_: str) -> Language | Literal["feel", "juel"] | None:
    if not format_.strip():
        return "unknown"
    return next((name for word, name in _FORMATS if re.search(word, format_.lower())), None)


def _is_sound(text: str) -> bool:
    return conditions.fault(text) is None and not feel.unknown_calls(text)


def _offer(text: str, result: str) -> tuple[str, str] | None:
    """The FEEL that a script of one assignment or value perhaps means."""
    found = _ASSIGNED.fullmatch(text.strip().rstrip(";"))
    name, value = (found.group(1), found.group(3)) if found and not found.group(2) else (result, text)
    if not name or len(value) > feel.MAX_CHARS or re.search(r"//|\?", _STRING.sub('""', value)):
        return None  # a remark in FEEL, and what it has not
    offer = conditions.in_feel(value)
    return (name, offer) if offer and _is_sound(offer) and not conditions.is_words(offer) else None


@dataclass
class _Found:
    assignments: list[tuple[str, str]]
    prints: bool = False


def _of_juel(text: str, result: str) -> _Found:
    """One expression in ``${…}``: it sets a variable, or gives the value."""
    inner = conditions.unwrap(text)
    if found := _SET.fullmatch(inner):
        name, value = _name_and_value(found.group(1))
    elif result:
        name, value = result, inner
    else:
        raise Unreadable
    return _Found([(name, conditions.of_juel(value))])


def _name_and_value(arguments: str) -> tuple[str, str]:
    found = _FIRST.fullmatch(arguments)
    if found is None:
        raise Unreadable
    return found.group(2), found.group(3).strip()


class _Reading:
    """The statements of one script, one after the other."""

    def __init__(self, language: Language, result: str) -> None:
        self._language, self._result = language, result
        self._names: dict[str, Term | None] = {}  # what the script has given names to
        self._declared = set[str]()
        self._assigned: list[tuple[str, str]] = []  # by name alone
        self._set: list[tuple[str, str]] = []
        self._prints = False

    def of(self, text: str) -> _Found:
        """What the whole script does."""
        statements = list(_statements(text, self._language))
        self._keeps = not self._result and not any(_SET.fullmatch(one) for one in statements)
        value: Term | None = None
        for number, statement in enumerate(statements, start=1):
            value = self._statement(statement)
            if number < len(statements) and _RETURNED.fullmatch(statement):
                raise Unreadable  # what follows is never done
        if self._result:
            if value is None:
                raise Unreadable
            self._set.append((self._result, value.bare.text))
        only_said = self._prints and all(name in self._declared for name, _value in self._assigned)
        kept = self._assigned if self._keeps and not only_said else []
        return _Found(self._set or kept, self._prints)

    def _statement(self, text: str) -> Term | None:
        """Do one statement; return its value, None where it has none."""
        if _IGNORED.fullmatch(text):
            return None
        if printed := _PRINTED.fullmatch(text):
            self._prints = True
            _refuse_effects(printed.group(1) or printed.group(2) or "")
            return None
        if found := _SET.fullmatch(text):
            name, value = _name_and_value(found.group(1))
            self._set_variable(name, self._value(value))
            return None
        if found := _REMOVED.fullmatch(text):
            self._set_variable(found.group(2), Term("null", sort="null"))
            return None
        return self._named(text)

    def _named(self, text: str) -> Term | None:
        if found := _RETURNED.fullmatch(text):
            return self._value(found.group(1))
        if found := _COUNTED.fullmatch(text):
            name = found.group(1) or found.group(4)
            sign = (found.group(2) or found.group(3))[0]
            one = self._value(name)
            return self._assign(name, Term(f"{one.at(SUM)} {sign} 1", SUM, sort="number"))
        declared = _DECLARED.fullmatch(text)
        if declared and script_expressions.is_type(declared.group(1)):
            value = self._value(declared.group(3)) if declared.group(3) else Term("null", sort="null")
            self._declared.add(declared.group(2))
            held = script_expressions.coerced(value, declared.group(1), self._language)
            self._assign(declared.group(2), held)
            return None
        if found := _ASSIGNED.fullmatch(text):
            name, sign, value_text = found.groups()
            written = f"{name} {sign} ({value_text})" if sign else value_text
            return self._assign(name, self._value(written))
        return self._value(text)

    def _value(self, text: str) -> Term:
        return script_expressions.value_of(text, self._language, self._names)

    def _assign(self, name: str, value: Term) -> Term:
        """Give ``name`` to a value: the script's own, or where nothing else is set the variable's."""
        if self._keeps and name not in self._declared:
            self._change(name)
            self._assigned.append((name, value.bare.text))
            return value
        if self._keeps:
            self._assigned.append((name, value.bare.text))
        self._names[name] = value.bare
        return value

    def _set_variable(self, name: str, value: Term) -> None:
        self._change(name)
        if self._language == "java":
            self._names.setdefault(name, None)  # its parameter still holds what the variable held
        self._set.append((name, value.bare.text))

    def _change(self, name: str) -> None:
        """The variable ``name`` changes: what was worked out from it before is not what it gives now."""
        for own, term in self._names.items():
            if term is not None and name in script_expressions.mentioned(term):
                self._names[own] = None


def _refuse_effects(arguments: str) -> None:
    """Refuse what a printed text does beside being printed."""
    inner = _STRING.sub(lambda found: " ".join(re.findall(r"\{([^{}]*)\}", found.group())) or '""', arguments)
    calls = re.findall(rf"({_NAME})\s*\(", inner)
    changes = re.search(r"(?<![=!<>])=(?!=)|\+\+|--|->|[{}]", inner)
    if changes or not all(_READING.fullmatch(call) for call in calls):
        raise Unreadable


def _goes_on(line: str, rest: str, language: Language) -> bool:
    """Whether a statement goes on behind the end of a line; where the languages differ it is not read."""
    if language == "python" or (_GOES_ON.search(line) is None and _CONTINUES.match(rest) is None):
        return False
    if _GOES_ON.search(line) is None and language != "javascript" and not _COMMENT.match(rest):
        raise Unreadable
    return not _COMMENT.match(rest)


def _statements(text: str, language: Language) -> Iterator[str]:
    """The statements of a script without comments."""
    written, depth = "", 0
    for found in _PIECE.finditer(text):
        kind, piece = found.lastgroup, found.group()
        if kind == "hash" and language in ("java", "javascript"):
            raise Unreadable
        if kind == "slashes" and (language == "python" or (language == "unknown" and written.strip())):
            raise Unreadable
        if kind == "block" and language == "python":
            raise Unreadable
        if kind in ("hash", "slashes", "block"):
            continue
        depth += (kind == "opens") - (kind == "closes")
        if depth < 0:
            raise Unreadable
        ends = depth == 0 and (kind == "end" or (kind == "line" and language != "java"))
        if kind == "line" and ends and written.strip():
            ends = not _goes_on(written, text[found.end() :], language)
        if not ends:
            written += piece
            continue
        if written.strip():
            yield written.strip()
        written = ""
    if depth:
        raise Unreadable
    if written.strip():
        yield written.strip()
