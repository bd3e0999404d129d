"""Expressions of JUEL, JavaScript and Python, put into FEEL.

Text inside ``${…}`` is JUEL. It runs without anybody having looked at it, so it must decide as JUEL would, or not at
all. The language of any other text is unknown: what is made of it is only offered, and stays near to what was
written.

What differs from JUEL, because a variable's type shows only while the case runs:

- a variable that holds a text is not made into a number or a truth value: ``n == 3`` and ``a`` do not hold for the
  texts "3" and "true", variables are equal only when they are of one type, ``n + m`` joins two texts, and a key that
  is a text finds nothing in a list; a text and a number in ``n < m`` or ``n < 3`` are in no order: the case stops;
- a variable that holds a truth value is not made into a number, nor is another text than 'true' and 'false' made into
  a truth value for it: ``a == 'ya'`` does not hold for false, ``n == ''`` not for 0;
- a division by 0 or by null is null, and not infinite; a remainder of fractions may be rounded otherwise;
- an expression that gives a value, and decides nothing, gives null and not false where it compares null.
"""

import re
from collections.abc import Mapping
from typing import Literal

from app.engine.reading.texts import feel_terms
from app.engine.reading.texts.feel_terms import (
    AND,
    ATOM,
    CHOICE,
    COMPARISON,
    OR,
    ORDER,
    POWER,
    PRODUCT,
    SIGN,
    SUM,
    Term,
    Untranslatable,
)

Language = Literal["juel", "unknown"]

TOKEN = re.compile(
    r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|“[^”]*”|‘[^’]*’|&&|\|\||===|!==|==|!=|<=|>=|<>|\*\*|\.\."""
    r"""|(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?|\w+:\w+(?=\()|\w+|\S)""",
    re.DOTALL,
)
_STRING = re.compile(r"[\"'“‘]")
_WORD = re.compile(r"[^\W\d]")
_NUMBER = re.compile(r"\.?\d")
_EXPONENT = re.compile(r"[\d.]+[eE]")
_CONSTANTS = {"True": "true", "False": "false", "None": "null"}
_NULL = ("None", "null")
#: Functions of FEEL with an operator in their name.
_ODD_NAMES = (("date", "and", "time"), ("years", "and", "months", "duration"), ("get", "or", "else"))

_OPERATORS: Mapping[str, tuple[str, int]] = {
    **dict.fromkeys(("or", "OR", "||"), ("or", OR)),
    **dict.fromkeys(("and", "AND", "&&"), ("and", AND)),
    **dict.fromkeys(("=", "==", "===", "eq"), ("=", COMPARISON)),
    **dict.fromkeys(("!=", "!==", "<>", "≠", "ne"), ("!=", COMPARISON)),
    **dict.fromkeys(("<", "lt"), ("<", ORDER)),
    **dict.fromkeys(("<=", "≤", "le"), ("<=", ORDER)),
    **dict.fromkeys((">", "gt"), (">", ORDER)),
    **dict.fromkeys((">=", "≥", "ge"), (">=", ORDER)),
    **{word: (word, COMPARISON) for word in ("in", "is", "between", "not")},
    **{sign: (sign, SUM) for sign in "+-"},
    **{"*": ("*", PRODUCT), "/": ("/", PRODUCT), "div": ("/", PRODUCT)},
    **dict.fromkeys(("%", "mod"), ("modulo", PRODUCT)),
    "**": ("**", POWER),
}
_OF_FEEL_ALONE = frozenset({"=", "in", "is", "between", "not", "**"})
_OPPOSITE = {"=": "!=", "!=": "="}
_TESTS = ("<", "<=", ">", ">=")
#: Words that stand between the parts of an expression and are no operator.
_BETWEEN = frozenset({"then", "else", "return", "satisfies"})
#: Signs that FEEL has not. feelin takes some of them, and gives null.
_FOREIGN = frozenset({"==", "===", "!==", "<>", "≠", "≤", "≥", "&&", "||", "!", "%", "instanceof"})


class Unreadable(Exception):
    """The text is none of the languages, or holds what only FEEL has."""


def translate(text: str, language: Language) -> str:
    """The expression in FEEL; as it is when it is FEEL already, or cannot be read.

    Raises:
        Untranslatable: JUEL that no FEEL decides alike, or a text that is neither JUEL nor FEEL.
    """
    try:
        found = Reader(text, juel=language == "juel").whole()
    except (Unreadable, RecursionError):
        if language == "unknown":
            return text
        if has_foreign_signs(text):
            raise Untranslatable from None
        return translate(text, "unknown")
    return text if _unspaced(found) == _unspaced(text) else found


def has_foreign_signs(text: str) -> bool:
    """Whether a text that cannot be read holds what is no FEEL, outside of its texts."""
    return any(token in _FOREIGN or _EXPONENT.match(token) for token in TOKEN.findall(text))


def _unspaced(text: str) -> str:
    return "".join(text.split())


class Reader:
    """A parser by precedence, which writes FEEL while it reads."""

    def __init__(self, text: str, *, juel: bool) -> None:
        self._tokens: list[str] = TOKEN.findall(text)
        self._at = 0
        self._juel = juel

    def whole(self) -> str:
        """The text in FEEL."""
        term = self._expression()
        if self._at < len(self._tokens):
            raise Unreadable
        return term.text

    def _expression(self) -> Term:
        term = self._binary(OR)
        if not self._takes("?"):
            return term
        first = self._expression()
        self._needs(":")
        second = self._expression()
        if self._juel:
            return feel_terms.choice_of_juel(term, first, second)
        return Term(f"if {term.bare.text} then {first.text} else {second.text}", CHOICE)

    def _binary(self, lowest: int) -> Term:
        left = self._unary()
        while (found := self._operator()) is not None and found[1] >= lowest:
            self._at += 1
            sign, level = found
            if level not in (COMPARISON, ORDER):
                left = self._joined(left, sign, level)
            elif self._juel:
                left = self._compared_in_juel(left, sign, level)
            else:
                left = self._compared(left, sign)
        return left

    def _operator(self) -> tuple[str, int] | None:
        """The operator that follows and its level; only JUEL binds ``<`` tighter than ``==``."""
        found = _OPERATORS.get(self._peek())
        if found is None:
            return None
        if self._juel and self._peek() in _OF_FEEL_ALONE:
            raise Unreadable
        return found if self._juel or found[1] != ORDER else (found[0], COMPARISON)

    def _joined(self, left: Term, sign: str, level: int) -> Term:
        right = self._binary(level + 1)
        if self._juel:
            return feel_terms.joined_of_juel(left, sign, right, level)
        if sign == "modulo":
            return Term(f"modulo({left.text}, {right.text})")
        return feel_terms.joined(left, sign, right, level)

    def _compared_in_juel(self, left: Term, sign: str, level: int) -> Term:
        right = self._binary(level + 1)
        if level == ORDER:
            return feel_terms.order_of_juel(left, sign, right)
        equal = feel_terms.equality_of_juel(left, right)
        return equal if sign == "=" else feel_terms.denied_of_juel(equal)

    def _compared(self, left: Term, sign: str) -> Term:
        said = left.at(SUM)
        if sign == "is":
            sign = "!=" if self._takes("not") else "="
            if self._peek() not in _NULL:
                raise Unreadable
        if sign == "not":
            self._needs("in")
            return feel_terms.denied(feel_terms.truth(f"{said} in {self._binary(SUM).at(SUM)}", certain=True))
        among = self._binary(SUM)
        right = among.at(SUM)
        if sign == "between":
            self._needs("and")
            return Term(f"{said} between {right} and {self._binary(SUM).at(SUM)}", COMPARISON)
        opposite = f"{said} {_OPPOSITE[sign]} {right}" if sign in _OPPOSITE else ""
        several = right.startswith("(") and among.inner is None and ", " in right
        greedy = sign == "in" and not several
        return Term(f"{said} {sign} {right}", COMPARISON, opposite, certain=sign == "in", greedy=greedy)

    def _unary(self) -> Term:
        if self._takes("!"):
            return self._not(self._unary())
        if self._peek() in ("not", "NOT") and self._operand_follows():
            return self._worded_not()
        if self._peek() == "empty" and self._operand_follows():
            self._at += 1
            return feel_terms.emptiness(self._unary().bare)
        if self._takes("-"):
            if self._juel:
                return feel_terms.negative_of_juel(self._unary())
            return Term(f"-{self._unary().at(SIGN)}", SIGN)
        return self._followed(self._primary())

    def _worded_not(self) -> Term:
        """JUEL's ``not`` is its ``!``; Python's reaches as far as the comparison; FEEL's is a function."""
        self._at += 1
        if self._juel:
            return self._not(self._unary())
        if self._peek() == "(":
            return self._followed(feel_terms.called(Term("not"), self._arguments()))
        return feel_terms.denied_of_any(self._binary(COMPARISON))

    def _not(self, term: Term) -> Term:
        return feel_terms.denied_of_juel(term) if self._juel else feel_terms.denied_of_any(term)

    def _operand_follows(self) -> bool:
        following = self._tokens[self._at + 1 : self._at + 2]
        return bool(following) and re.match(r"[\w\"'“‘(\[!-]", following[0]) is not None

    def _primary(self) -> Term:
        token = self._peek()
        if not self._juel and token in ("if", "some", "every", "for"):
            return self._worded(token)
        self._at += 1
        if token in ("(", "["):
            return self._bracketed(token)
        if _STRING.match(token) and len(token) > 1:
            return Term(_quoted(token), sort="text")
        if _NUMBER.match(token):
            return Term(_numeral(token), sort="number")
        if _WORD.match(token):
            return _constant(_CONSTANTS.get(token, token)) or Term(self._name(token))
        raise Unreadable

    def _worded(self, word: str) -> Term:
        """FEEL's own ``if``, ``some``, ``every`` and ``for``."""
        self._at += 1
        if word == "if":
            condition = self._expression().text
            self._needs("then")
            first = self._expression().text
            self._needs("else")
            return Term(f"if {condition} then {first} else {self._expression().text}", CHOICE)
        steps = [self._step()]
        while self._takes(","):
            steps.append(self._step())
        last = "return" if word == "for" else "satisfies"
        self._needs(last)
        return Term(f"{word} {', '.join(steps)} {last} {self._expression().text}", CHOICE)

    def _step(self) -> str:
        name = self._name(self._next())
        self._needs("in")
        return f"{name} in {self._binary(SUM).text}"

    def _name(self, word: str) -> str:
        """A name; FEEL has names of several words."""
        if self._juel:
            if word in feel_terms.WORDS_OF_FEEL:
                raise Unreadable
            return word
        for odd in _ODD_NAMES:
            if tuple(self._tokens[self._at - 1 : self._at + len(odd)]) == (*odd, "("):
                self._at += len(odd) - 1
                return " ".join(odd)
        words = [word]
        while _WORD.match(self._peek()) and self._peek() not in _OPERATORS and self._peek() not in _BETWEEN:
            words.append(self._next())
        if "instanceof" in words:
            raise Unreadable
        return " ".join(words)

    def _bracketed(self, opening: str) -> Term:
        """Brackets around an expression, a list, values behind ``in``, or a range."""
        if self._juel and opening == "[":
            raise Unreadable
        closing = {"(": ")", "[": "]"}[opening]
        terms: list[Term] = []
        while not self._takes(closing):
            if terms:
                self._needs(",")
            terms.append(self._item())
            if self._takes(".."):
                last, end = self._binary(SUM).text, self._next()
                if len(terms) > 1 or end not in (")", "]", "["):
                    raise Unreadable
                return Term(f"{opening}{terms[0].text}..{last}{end}")
        if self._juel and len(terms) != 1:
            raise Unreadable
        text = f"{opening}{', '.join(term.text for term in terms)}{closing}"
        return Term(
            text,
            sort=terms[0].sort if self._juel else "",
            inner=terms[0] if opening == "(" and len(terms) == 1 else None,
        )

    def _item(self) -> Term:
        if not self._juel and self._peek() in _TESTS:
            return Term(f"{self._next()} {self._binary(SUM).text}", COMPARISON)
        return self._expression()

    def _followed(self, term: Term) -> Term:
        """The term with the calls, entries and indexes behind it."""
        while True:
            if self._takes("("):
                self._at -= 1
                term = feel_terms.called(term, self._arguments())
            elif self._takes("["):
                term = self._indexed(term)
            elif self._takes("."):
                term = self._member(term)
            else:
                return term

    def _arguments(self) -> list[Term]:
        self._needs("(")
        found: list[Term] = []
        while not self._takes(")"):
            if found:
                self._needs(",")
            name = ""
            if self._tokens[self._at + 1 : self._at + 2] == [":"] and _WORD.match(self._peek()):
                name = f"{self._next()}{self._next()} "
            item = self._item()
            found.append(Term(f"{name}{item.text}", item.level) if name else item)
        return found

    def _indexed(self, term: Term) -> Term:
        index = self._expression()
        self._needs("]")
        return feel_terms.entry_of_juel(term, index) if self._juel else Term(f"{term.at(ATOM)}[{index.text}]")

    def _member(self, term: Term) -> Term:
        name = self._next()
        if not _WORD.match(name):
            raise Unreadable
        if self._peek() == "(":
            return feel_terms.method(term, name, self._arguments(), juel=self._juel)
        if self._juel:
            return feel_terms.entry_of_juel(term, Term(f'"{name}"', sort="text"))
        return Term(f"{term.at(ATOM)}.{name}")

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
            raise Unreadable


def _quoted(token: str) -> str:
    if token.startswith('"'):
        return token
    inner = token[1:-1].replace("\\'", "'")
    return '"' + re.sub(r'(?<!\\)"', r"\"", inner) + '"'


def _constant(word: str) -> Term | None:
    if word == "null":
        return Term(word, sort="null")
    return feel_terms.truth(word, ATOM, certain=True) if word in ("true", "false") else None


def _numeral(token: str) -> str:
    found = token if token.isdecimal() else feel_terms.written_number(token)
    if found is None:
        raise Unreadable
    return found
