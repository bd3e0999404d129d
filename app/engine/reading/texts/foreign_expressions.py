"""Expressions of JUEL, JavaScript and Python, put into FEEL.

Text inside ``${…}`` is JUEL. It runs without anybody having looked at it, so it must decide as JUEL would. The
language of any other text is unknown: what is made of it is only offered, and stays near to what was written.

Two things differ: a text that is compared with a number is not made into one, and what nothing has set is no false:
of ``a`` and ``not(a)`` neither holds.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Language = Literal["juel", "unknown"]

_TOKEN = re.compile(
    r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|“[^”]*”|‘[^’]*’|&&|\|\||===|!==|==|!=|<=|>=|<>|\*\*|\.\."""
    r"""|\d+(?:\.\d+)?|\w+:\w+(?=\()|\w+|\S)""",
    re.DOTALL,
)
_STRING = re.compile(r"[\"'“‘]")
_WORD = re.compile(r"[^\W\d]")
_SIMPLE = re.compile(r'[\w.]+|"(?:[^"\\]|\\.)*"', re.DOTALL)
_KEY = re.compile(r'"([^\W\d]\w*)"')
_CONSTANTS = {"True": "true", "False": "false", "None": "null"}
_NULL = ("None", "null")
#: What Camunda 7 calls that which holds the variables.
_SCOPES = ("execution", "task", "caseExecution")
#: Functions of FEEL with an operator in their name.
_ODD_NAMES = (("date", "and", "time"), ("years", "and", "months", "duration"))

_CHOICE, _OR, _AND, _COMPARISON, _SUM, _PRODUCT, _POWER, _SIGN, _ATOM = range(9)
_OPERATORS: Mapping[str, tuple[str, int]] = {
    **dict.fromkeys(("or", "OR", "||"), ("or", _OR)),
    **dict.fromkeys(("and", "AND", "&&"), ("and", _AND)),
    **dict.fromkeys(("=", "==", "===", "eq"), ("=", _COMPARISON)),
    **dict.fromkeys(("!=", "!==", "<>", "≠", "ne"), ("!=", _COMPARISON)),
    **dict.fromkeys(("<", "lt"), ("<", _COMPARISON)),
    **dict.fromkeys(("<=", "≤", "le"), ("<=", _COMPARISON)),
    **dict.fromkeys((">", "gt"), (">", _COMPARISON)),
    **dict.fromkeys((">=", "≥", "ge"), (">=", _COMPARISON)),
    **{word: (word, _COMPARISON) for word in ("in", "is", "between", "not")},
    **{sign: (sign, _SUM) for sign in "+-"},
    **{"*": ("*", _PRODUCT), "/": ("/", _PRODUCT), "div": ("/", _PRODUCT)},
    **dict.fromkeys(("%", "mod"), ("modulo", _PRODUCT)),
    "**": ("**", _POWER),
}
_OPPOSITE = {"=": "!=", "!=": "="}
_TESTS = ("<", "<=", ">", ">=")
#: Words that stand between the parts of an expression and are no operator.
_BETWEEN = frozenset({"then", "else", "return", "satisfies"})


@dataclass(frozen=True)
class _Term:
    """A piece of FEEL, and how tightly it holds together.

    ``opposite``: FEEL that holds exactly where the piece does not. ``inner``: what stands in the piece's brackets.
    ``certain``: it is true or false, never null. ``greedy``: it ends in ``in`` with one value, a list or a range, and
    feelin takes an ``and`` or ``or`` behind that for a part of it: ``a in ["x"] and b`` never holds there.
    """

    text: str
    level: int = _ATOM
    opposite: str = ""
    inner: "_Term | None" = None
    certain: bool = False
    greedy: bool = False

    def at(self, level: int) -> str:
        """The text where nothing looser than ``level`` may stand."""
        return self.text if self.level >= level else f"({self.text})"

    @property
    def bare(self) -> "_Term":
        """The term without brackets around it."""
        return self if self.inner is None else self.inner.bare

    @property
    def is_simple(self) -> bool:
        """Whether it is short enough to be said twice: a name, a path, a constant."""
        return _SIMPLE.fullmatch(self.text) is not None


class _Unreadable(Exception):
    """The text is none of the languages, or holds what only FEEL has."""


def translate(text: str, language: Language) -> str:
    """The expression in FEEL; as it is when it is FEEL already, or cannot be read."""
    try:
        found = _Reader(text, language).whole()
    except (_Unreadable, RecursionError):
        return text
    return text if _joined(found) == _joined(text) else found


def _joined(text: str) -> str:
    return "".join(text.split())


class _Reader:
    """A parser by precedence, which writes FEEL while it reads."""

    def __init__(self, text: str, language: Language) -> None:
        self._tokens: list[str] = _TOKEN.findall(text)
        self._at = 0
        self._juel = language == "juel" and "=" not in self._tokens  # which only FEEL has

    def whole(self) -> str:
        term = self._expression()
        if self._at < len(self._tokens):
            raise _Unreadable
        return term.text

    def _expression(self) -> _Term:
        term = self._binary(_OR)
        if not self._takes("?"):
            return term
        first = self._expression()
        self._needs(":")
        return _Term(f"if {term.bare.text} then {first.text} else {self._expression().text}", _CHOICE)

    def _binary(self, lowest: int) -> _Term:
        left = self._unary()
        while (found := _OPERATORS.get(self._peek())) is not None and found[1] >= lowest:
            self._at += 1
            left = self._compared(left, found[0]) if found[1] == _COMPARISON else self._joined(left, *found)
        return left

    def _joined(self, left: _Term, sign: str, level: int) -> _Term:
        right = self._binary(level + 1)
        if sign == "modulo":
            return _Term(f"modulo({left.text}, {right.text})")
        before = f"({left.text})" if left.greedy and level <= _AND else left.at(level)
        return _Term(f"{before} {sign} {right.at(level + 1)}", level, greedy=right.greedy)

    def _compared(self, left: _Term, sign: str) -> _Term:
        said = left.at(_SUM)
        if sign == "is":
            sign = "!=" if self._takes("not") else "="
            if self._peek() not in _NULL:
                raise _Unreadable
        if sign == "not":
            self._needs("in")
            return self._not(_Term(f"{said} in {self._binary(_SUM).at(_SUM)}", _COMPARISON, certain=True))
        among = self._binary(_SUM)
        right = among.at(_SUM)
        if sign == "between":
            self._needs("and")
            return _Term(f"{said} between {right} and {self._binary(_SUM).at(_SUM)}", _COMPARISON)
        opposite = f"{said} {_OPPOSITE[sign]} {right}" if sign in _OPPOSITE else ""
        several = right.startswith("(") and among.inner is None and ", " in right
        greedy = sign == "in" and not several
        return _Term(f"{said} {sign} {right}", _COMPARISON, opposite, certain=sign == "in", greedy=greedy)

    def _unary(self) -> _Term:
        if self._takes("!"):
            return self._not(self._unary())
        if self._peek() in ("not", "NOT") and self._operand_follows():
            return self._worded_not()
        if self._peek() == "empty" and self._operand_follows():
            self._at += 1
            emptied = self._unary().bare.at(_SUM)
            if self._juel:
                return _Term(f'{emptied} in (null, "", [], {{}})', _COMPARISON, certain=True)
            return _Term(f"{emptied} = null", _COMPARISON)
        if self._peek() == "-":
            self._at += 1
            return _Term(f"-{self._unary().at(_SIGN)}", _SIGN)
        return self._followed(self._primary())

    def _worded_not(self) -> _Term:
        """JUEL's ``not`` is its ``!``; Python's reaches as far as the comparison; FEEL's is a function."""
        self._at += 1
        if self._juel:
            return self._not(self._unary())
        if self._peek() == "(":
            return self._followed(_Term(f"not({', '.join(self._arguments())})"))
        return _Term(f"not({self._binary(_COMPARISON).bare.text})")

    def _not(self, term: _Term) -> _Term:
        term = term.bare
        if term.opposite:
            return _Term(term.opposite, _COMPARISON, opposite=term.text, certain=term.certain)
        negated = term.level == _ATOM and term.text.startswith("not(")
        if self._juel and not (term.certain or term.is_simple or negated):
            # In JUEL what is no true is false, in FEEL it may be null, and so is its ``not``.
            said = term.at(_SUM)
            return _Term(f"{said} != true", _COMPARISON, opposite=f"{said} = true")
        return _Term(f"not({term.text})", certain=term.certain)

    def _operand_follows(self) -> bool:
        following = self._tokens[self._at + 1 : self._at + 2]
        return bool(following) and re.match(r"[\w\"'“‘(\[!-]", following[0]) is not None

    def _primary(self) -> _Term:
        token = self._peek()
        if token in ("if", "some", "every", "for"):
            return self._worded(token)
        self._at += 1
        if token in ("(", "["):
            return self._bracketed(token)
        if _STRING.match(token) and len(token) > 1:
            return _Term(_quoted(token))
        if token[:1].isdigit():
            return _Term(token)
        if _WORD.match(token):
            return _Term(_CONSTANTS.get(token) or self._name(token))
        raise _Unreadable

    def _worded(self, word: str) -> _Term:
        """FEEL's own ``if``, ``some``, ``every`` and ``for``."""
        self._at += 1
        if word == "if":
            condition = self._expression().text
            self._needs("then")
            first = self._expression().text
            self._needs("else")
            return _Term(f"if {condition} then {first} else {self._expression().text}", _CHOICE)
        steps = [self._step()]
        while self._takes(","):
            steps.append(self._step())
        last = "return" if word == "for" else "satisfies"
        self._needs(last)
        return _Term(f"{word} {', '.join(steps)} {last} {self._expression().text}", _CHOICE)

    def _step(self) -> str:
        name = self._name(self._next())
        self._needs("in")
        return f"{name} in {self._binary(_SUM).text}"

    def _name(self, word: str) -> str:
        """A name; FEEL has names of several words."""
        for odd in _ODD_NAMES:
            if tuple(self._tokens[self._at - 1 : self._at + len(odd)]) == (*odd, "("):
                self._at += len(odd) - 1
                return " ".join(odd)
        words = [word]
        while _WORD.match(self._peek()) and self._peek() not in _OPERATORS and self._peek() not in _BETWEEN:
            words.append(self._next())
        return " ".join(words)

    def _bracketed(self, opening: str) -> _Term:
        """Brackets around an expression, a list, values behind ``in``, or a range."""
        closing = {"(": ")", "[": "]"}[opening]
        terms: list[_Term] = []
        while not self._takes(closing):
            if terms:
                self._needs(",")
            terms.append(self._item())
            if self._takes(".."):
                last, end = self._binary(_SUM).text, self._next()
                if len(terms) > 1 or end not in (")", "]", "["):
                    raise _Unreadable
                return _Term(f"{opening}{terms[0].text}..{last}{end}")
        text = f"{opening}{', '.join(term.text for term in terms)}{closing}"
        return _Term(text, inner=terms[0] if opening == "(" and len(terms) == 1 else None)

    def _item(self) -> _Term:
        if self._peek() in _TESTS:
            return _Term(f"{self._next()} {self._binary(_SUM).text}", _COMPARISON)
        return self._expression()

    def _followed(self, term: _Term) -> _Term:
        """The term with the calls, entries and indexes behind it."""
        while True:
            if self._takes("("):
                self._at -= 1
                term = _called(term, self._arguments())
            elif self._takes("["):
                term = self._indexed(term)
            elif self._takes("."):
                term = self._member(term)
            else:
                return term

    def _arguments(self) -> list[str]:
        self._needs("(")
        found: list[str] = []
        while not self._takes(")"):
            if found:
                self._needs(",")
            name = ""
            if self._tokens[self._at + 1 : self._at + 2] == [":"] and _WORD.match(self._peek()):
                name = f"{self._next()}{self._next()} "
            found.append(name + self._item().text)
        return found

    def _indexed(self, term: _Term) -> _Term:
        index = self._expression()
        self._needs("]")
        if not self._juel:
            return _Term(f"{term.at(_ATOM)}[{index.text}]")
        if index.text.isdecimal():
            return _Term(f"{term.at(_ATOM)}[{int(index.text) + 1}]")
        if key := _KEY.fullmatch(index.text):
            return _Term(f"{term.at(_ATOM)}.{key.group(1)}")
        if index.text.startswith('"'):
            return _Term(f"get value({term.text}, {index.text})")
        return _Term(f"{term.at(_ATOM)}[{index.text}{' + 1' if index.is_simple else ''}]")

    def _member(self, term: _Term) -> _Term:
        name = self._next()
        if not _WORD.match(name):
            raise _Unreadable
        if self._peek() != "(":
            return _Term(f"{term.at(_ATOM)}.{name}")
        arguments = self._arguments()
        found = _method(term, name, arguments)
        return found or _Term(f"{term.at(_ATOM)}.{name}({', '.join(arguments)})")

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _takes(self, token: str) -> bool:
        found = self._peek() == token
        self._at += found
        return found

    def _needs(self, token: str) -> None:
        if not self._takes(token):
            raise _Unreadable


def _quoted(token: str) -> str:
    if token.startswith('"'):
        return token
    inner = token[1:-1].replace("\\'", "'")
    return '"' + re.sub(r'(?<!\\)"', r"\"", inner) + '"'


def _called(term: _Term, arguments: Sequence[str]) -> _Term:
    if term.text == "getVariable" and len(arguments) == 1 and (key := _KEY.fullmatch(arguments[0])):
        return _Term(key.group(1))
    return _Term(f"{term.at(_ATOM)}({', '.join(arguments)})")


_Method = Callable[..., _Term | None]


def _method(term: _Term, name: str, arguments: Sequence[str]) -> _Term | None:
    """What a method of a text or list is in FEEL; None for one that FEEL has not."""
    known = _METHODS.get((name, len(arguments)))
    return known(term, *arguments) if known is not None else None


def _equal(one: str, other: str) -> _Term:
    return _Term(f"{one} = {other}", _COMPARISON, opposite=f"{one} != {other}")


def _contained(term: _Term, part: str) -> _Term | None:
    """Of a text or of a list, which FEEL asks in two ways; only names and constants are said twice."""
    if not term.is_simple or not _SIMPLE.fullmatch(part):
        return None
    in_text, in_list = f"contains({term.text}, {part})", f"list contains({term.text}, {part})"
    if term.text.startswith('"'):
        return _Term(in_text)
    return _Term(f"if string({term.text}) = {term.text} then {in_text} else {in_list}", _CHOICE)


def _matched(term: _Term, pattern: str) -> _Term | None:
    """Java's ``matches`` is about the whole text."""
    whole = f'matches({term.text}, "^(?:{pattern[1:-1]})$")'
    return _Term(whole) if pattern.startswith('"') and _SIMPLE.fullmatch(pattern) else None


def _cut(term: _Term, start: str, end: str = "") -> _Term | None:
    """Java counts from 0 and says where the piece ends; FEEL counts from 1 and says how long it is."""
    if not start.isdecimal() or not (end or start).isdecimal():
        return None
    length = f", {int(end) - int(start)}" if end else ""
    return _Term(f"substring({term.text}, {int(start) + 1}{length})")


def _entry(term: _Term, key: str) -> _Term | None:
    if key.isdecimal():
        return _Term(f"{term.at(_ATOM)}[{int(key) + 1}]")
    return _Term(f"get value({term.text}, {key})") if key.startswith('"') else None


def _variable(scope: _Term, key: str) -> _Term | None:
    found = _KEY.fullmatch(key)
    return _Term(found.group(1)) if found and scope.text in _SCOPES else None


def _function(name: str) -> _Method:
    return lambda term, *arguments: _Term(f"{name}({', '.join((term.text, *arguments))})")


#: Methods of Java's texts and lists, and JavaScript's, by name and number of arguments.
_METHODS: Mapping[tuple[str, int], _Method] = {
    ("getVariable", 1): _variable,
    ("equals", 1): lambda term, other: _equal(term.at(_SUM), other),
    ("equalsIgnoreCase", 1): lambda term, other: _equal(f"lower case({term.text})", f"lower case({other})"),
    ("isEmpty", 0): lambda term: _Term(f'{term.at(_SUM)} in (null, "", [], {{}})', _COMPARISON, certain=True),
    ("contains", 1): _contained,
    ("includes", 1): _contained,
    ("startsWith", 1): _function("starts with"),
    ("endsWith", 1): _function("ends with"),
    ("toLowerCase", 0): _function("lower case"),
    ("toUpperCase", 0): _function("upper case"),
    ("trim", 0): lambda term: _Term(f'replace({term.text}, "^\\s+|\\s+$", "")'),
    ("length", 0): _function("string length"),
    ("size", 0): _function("count"),
    ("toString", 0): _function("string"),
    ("matches", 1): _matched,
    ("substring", 1): _cut,
    ("substring", 2): _cut,
    ("get", 1): _entry,
}
