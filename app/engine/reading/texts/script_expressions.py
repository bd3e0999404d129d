"""Values that scripts of Groovy, JavaScript, Python and Java work out, put into FEEL.

They run without anybody having looked at them: what FEEL would work out otherwise is not read. A ``+`` joins texts in
these languages, or adds, as the variables turn out; so does what is made of it. What differs:

- nothing plus something is null, where JavaScript would take it for 0 and Java throw;
- a text in a difference, product or quotient gives null, where JavaScript would take its number and Python repeat it;
- a comparison of nothing, or of two types, is null and not false;
- a list that is joined to a text is written as FEEL writes it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Literal

from app.engine.reading.texts import feel_terms
from app.engine.reading.texts.feel_terms import AND, ATOM, CHOICE, COMPARISON, OR, SUM, Sort, Term
from app.engine.reading.texts.foreign_expressions import TOKEN, Reader, Unreadable

#: "unknown": a script that does not say; only what means the same in all of them is read.
Language = Literal["groovy", "javascript", "python", "java", "unknown"]

_TYPES: Mapping[str, Sort] = {
    **dict.fromkeys(("int", "Integer", "long", "Long", "Number"), "number"),
    **dict.fromkeys(("boolean", "Boolean"), "truth"),
    **dict.fromkeys(("String", "Object", "List", "Map", "Date", "def", "var", "val", "let", "const"), ""),
}
_INSERTED = {
    "javascript": r"\$\{([^{}]*)\}",
    "groovy": r"\$\{([^{}]*)\}|\$([^\W\d]\w*)",
    "python": r"\{([^{}]*)\}",
}
_ESCAPE = re.compile(r"\\(?:[nrt\"'\\]|u[0-9a-fA-F]{4})")
_WORDS = re.compile(r"[^\W\d]\w*")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_WHOLE_TYPES = frozenset({"int", "Integer", "long", "Long"})
_FRACTION = re.compile(r"(?<![\w.])\d+\.\d+")
_INEXACT = re.compile(r"/|\d\.\d*0\b|\d\.(?!\d)")
#: The longest term, and the longest that is said more than once.
_MOST, _MOST_TWICE = 1_500, 400
_TOKEN = re.compile(TOKEN.pattern.replace("(", r"(`[^`\\]*`|", 1), re.DOTALL)

_MATHS: Mapping[str, Callable[..., str]] = {
    "abs": lambda one: f"abs({one})",
    "floor": lambda one: f"floor({one})",
    "ceil": lambda one: f"ceiling({one})",
    "round": lambda one: f"floor({one} + 0.5)",
    "min": lambda one, other: f"min({one}, {other})",
    "max": lambda one, other: f"max({one}, {other})",
}
_OF_PYTHON: Mapping[tuple[str, int], Callable[[Term], Term]] = {
    ("upper", 0): lambda term: Term(f"upper case({term.text})", sort="text"),
    ("lower", 0): lambda term: Term(f"lower case({term.text})", sort="text"),
    ("strip", 0): lambda term: Term(f"trim({term.text})", sort="text"),
}
#: Methods whose value is the same in FEEL, of those that conditions have.
_METHODS = frozenset(
    {
        "getVariable",
        "equals",
        "equalsIgnoreCase",
        "toLowerCase",
        "toUpperCase",
        "trim",
        "toString",
        "startsWith",
    }
    | {"endsWith", "contains", "includes", "isEmpty", "substring", "length", "intValue", "longValue"}
    | {"booleanValue", "get"}
)


def is_type(name: str) -> bool:
    """Whether a word declares a variable of a type that is read."""
    return name in _TYPES


def coerced(term: Term, type_name: str, language: Language) -> Term:
    """A value as it is in a variable declared so, or behind a cast: Groovy makes one of another type, Java none.

    Raises:
        Unreadable: it is not sure what becomes of it.
    """
    value, sort = term.bare, _TYPES[type_name]
    is_text = type_name == "String"
    if value.sort in ("null", "text" if is_text else sort) or not (is_text or sort):
        same = type_name in _WHOLE_TYPES and value.sort == "number" and not re.fullmatch(r"-?\d+", value.text)
        if not same or (language == "java" and value.level == ATOM and not _FRACTION.search(value.text)):
            return value
    if language == "java" and value.sort == "":  # a reference, which a cast leaves as it is
        return Term(value.text, value.level, sort="text" if is_text else sort)
    if language != "groovy" or sort == "truth":
        raise Unreadable
    if is_text:
        text = said(value, language)
        return Term(
            f"(if {_twice(value)} = null then null else {text})" if value.sort == "" else text, sort="text"
        )
    if type_name not in _WHOLE_TYPES or value.sort not in ("", "number"):
        raise Unreadable
    said_twice = _twice(value)
    cut = f"(if {said_twice} < 0 then ceiling({said_twice}) else floor({said_twice}))"
    return Term(cut, sort="number")


def value_of(text: str, language: Language, names: Mapping[str, Term | None]) -> Term:
    """The FEEL that gives what ``text`` gives. ``names``: what the script itself has given names to; None: a name
    that no longer means what it did.

    Raises:
        Unreadable: something in it is not read, or FEEL would give something else.
        Untranslatable: the same.
    """
    reader = _ScriptReader(text, language, names)
    term = reader.whole_term()
    if len(term.text) > _MOST:
        raise Unreadable
    return term


def mentioned(term: Term) -> frozenset[str]:
    """The words in a term that may be variables."""
    return frozenset(_WORDS.findall(_TEXT.sub('""', term.text)))


def added(left: Term, right: Term, language: Language) -> Term:
    """``left + right``: a sum, or two texts joined."""
    one, other = left.bare, right.bare
    sorts = {one.sort, other.sort}
    if sorts == {"number"}:
        return Term(f"{one.at(SUM)} + {other.at(SUM + 1)}", SUM, sort="number")
    if ("truth" in sorts and "text" not in sorts) or "null" in sorts or "[" in (one.text[:1], other.text[:1]):
        raise Unreadable
    if language == "python":
        if sorts == {"text", "number"} or "truth" in sorts:
            raise Unreadable
        sort: Sort = "text" if "text" in sorts else ""
        return Term(f"{one.at(SUM)} + {other.at(SUM + 1)}", SUM, sort=sort)
    if "text" in sorts:
        before = one.at(SUM) if one.sort == "text" else said(one, language)
        return Term(f"{before} + {said(other, language)}", SUM, sort="text")
    tests = " or ".join(
        f"{_twice(each)} instance of string" for each in (one, other) if each.sort != "number"
    )
    joined = f"string({one.text}) + string({other.text})"
    return Term(f"if {tests} then {joined} else {one.at(SUM)} + {other.at(SUM + 1)}", CHOICE)


def said(term: Term, language: Language) -> str:
    """A term as the text that the language makes of it."""
    term = term.bare
    if term.sort == "text":
        return term.at(SUM + 1)
    if language != "javascript" and _INEXACT.search(_TEXT.sub('""', term.text)):
        raise Unreadable  # 2.0, which FEEL writes as 2
    if term.sort == "number":
        return f"string({term.text})"
    if language == "python":
        return _said_of_python(_twice(term))
    return f'(if {_twice(term)} = null then "null" else string({term.text}))'


def _said_of_python(text: str) -> str:
    truth = f'if {text} instance of boolean then (if {text} then "True" else "False")'
    return f'(if {text} = null then "None" else {truth} else string({text}))'


def _twice(term: Term) -> str:
    if len(term.text) > _MOST_TWICE:
        raise Unreadable
    return term.at(SUM)


class _ScriptReader(Reader):
    """What is read of a language of scripts; all else is not."""

    def __init__(self, text: str, language: Language, names: Mapping[str, Term | None]) -> None:
        super().__init__(text, juel=False)
        self._tokens = _TOKEN.findall(text)
        self._language: Language = language
        self._names = names

    def whole_term(self) -> Term:
        """The whole text as one term."""
        term = self._expression()
        if self._peek():
            raise Unreadable
        return term

    def _expression(self) -> Term:
        term = self._binary(OR)
        if self._language in ("python", "unknown") and self._takes("if"):
            condition = self._decides(self._binary(OR))
            self._needs("else")
            return self._chosen(condition, term, self._expression())
        if self._language == "python" or not self._takes("?"):
            return term
        first = self._expression()
        self._needs(":")
        return self._chosen(self._decides(term), first, self._expression())

    def _chosen(self, condition: Term, first: Term, second: Term) -> Term:
        sort = first.bare.sort if first.bare.sort == second.bare.sort else ""
        text = f"if {condition.bare.text} then {first.bare.text} else {second.bare.text}"
        return Term(text, CHOICE, sort=sort)

    def _decides(self, term: Term) -> Term:
        """A term that is a truth value: these languages take any other value for one, each in its own way."""
        if term.bare.sort == "truth" or (self._language == "java" and term.bare.sort == ""):
            return term
        raise Unreadable

    def _joined(self, left: Term, sign: str, level: int) -> Term:
        right = self._binary(level + 1)
        if level in (OR, AND):
            return feel_terms.joined(self._decides(left), sign, self._decides(right), level)
        if sign == "+":
            return added(left, right, self._language)
        if not {left.bare.sort, right.bare.sort} <= {"", "number"}:
            raise Unreadable
        if (
            sign == "/"
            and self._language not in ("javascript", "groovy")
            and not _FRACTION.search(_TEXT.sub('""', f"{left.text} {right.text}"))
        ):
            raise Unreadable  # of whole numbers Java's is whole, and that of the Python that Java runs
        if sign == "**" and (left.level != ATOM or right.level != ATOM):
            raise Unreadable  # which of several comes first, and whether a sign does, differs
        if sign == "modulo":
            return self._remainder(left.bare, right.bare)
        return Term(f"{left.at(level)} {sign} {right.at(level + 1)}", level, sort="number")

    def _remainder(self, one: Term, other: Term) -> Term:
        if self._language == "python":
            return Term(f"modulo({one.text}, {other.text})", sort="number")
        if self._language == "unknown":
            raise Unreadable
        return feel_terms.remainder(one, other, said=_twice(one))

    def _compared(self, left: Term, sign: str) -> Term:
        if sign == "is" and self._language in ("python", "unknown"):
            sign = "!=" if self._takes("not") else "="
            if self._peek() not in ("None", "null"):
                raise Unreadable
        if sign not in ("=", "!=", "<", "<=", ">", ">=") or left.level == COMPARISON:
            raise Unreadable
        said, right = left.at(SUM), self._binary(SUM).at(SUM)
        opposite = {"=": f"{said} != {right}", "!=": f"{said} = {right}"}.get(sign, "")
        return feel_terms.truth(f"{said} {sign} {right}", opposite=opposite)

    def _unary(self) -> Term:
        if self._peek() == "empty":
            raise Unreadable
        if self._takes("-"):
            term = self._unary()
            if term.bare.sort not in ("", "number"):
                raise Unreadable
            return Term(f"-{term.at(ATOM)}", feel_terms.SIGN, sort="number")
        if self._peek() == "(" and self._is_cast():
            type_name = self._tokens[self._at + 1]
            self._at += 3
            return coerced(self._unary(), type_name, self._language)
        return super()._unary()

    def _is_cast(self) -> bool:
        following = self._tokens[self._at + 1 : self._at + 4]
        is_type = len(following) == 3 and following[0] in _TYPES and following[1] == ")"
        return is_type and re.match(r"[\w\"'(]", following[2]) is not None

    def _not(self, term: Term) -> Term:
        return feel_terms.denied_of_juel(self._decides(term))

    def _worded_not(self) -> Term:
        self._at += 1
        if self._language not in ("python", "unknown"):
            raise Unreadable
        return self._not(self._binary(COMPARISON))

    def _primary(self) -> Term:
        token = self._peek()
        if token.startswith("`") and self._language == "javascript":
            return self._inserted(self._next())
        if token[:1] in ("`", "“", "‘") or token in ("if", "some", "every", "for"):
            raise Unreadable
        if re.match(r"0\d", token):
            raise Unreadable  # of eight in some
        if token in ("f", "F") and self._language == "python" and self._quoted_follows():
            self._at += 1
            return self._inserted(self._next())
        if token[:1] in ('"', "'") and len(token) > 1:
            return self._text()
        term = super()._primary()
        if term.sort == "number" and self._language in ("java", "groovy") and self._peek() in ("L", "l", "G"):
            self._at += 1
        return term

    def _quoted_follows(self) -> bool:
        following = self._tokens[self._at + 1 : self._at + 2]
        return bool(following) and following[0][:1] in ('"', "'")

    def _text(self) -> Term:
        token = self._next()
        if self._language == "java" and token.startswith("'") and len(token) == 3:
            raise Unreadable  # a letter, which Java adds as a number
        if self._language == "groovy" and token.startswith('"') and "$" in token:
            return self._inserted(token)
        return self._plain(token)

    def _plain(self, token: str) -> Term:
        if "\\" in _ESCAPE.sub("", token) or "\n" in token:
            raise Unreadable
        inner = token[1:-1].replace("\\'", "'")
        return Term('"' + re.sub(r'(?<!\\)"', r"\"", inner) + '"', sort="text")

    def _inserted(self, token: str) -> Term:
        """A text with values in it."""
        inner, at, parts = token[1:-1], 0, list[str]()
        for found in re.finditer(_INSERTED[self._language], inner):
            if (
                found.group()[1] != "{"
                and self._language == "groovy"
                and re.match(r"\.[^\W\d]", inner[found.end() :])
            ):
                raise Unreadable  # a path, which goes on behind the name
            before = self._plain(f'"{inner[at : found.start()]}"')
            value = value_of(next(filter(None, found.groups()), ""), self._language, self._names)
            parts += [before.text] * (before.text != '""') + [said(value, self._language)]
            at = found.end()
        rest = self._plain(f'"{inner[at:]}"')
        if re.search(r"[${}]", "".join(re.sub(_INSERTED[self._language], "", inner))):
            raise Unreadable
        parts += [rest.text] * (rest.text != '""' or not parts)
        return Term(" + ".join(parts), ATOM if len(parts) == 1 else SUM, sort="text")

    def _operator(self) -> tuple[str, int] | None:
        if self._peek() in ("=", ".."):
            raise Unreadable
        return super()._operator()

    def _bracketed(self, opening: str) -> Term:
        if opening == "[" and self._language == "java":
            raise Unreadable
        return super()._bracketed(opening)

    def _item(self) -> Term:
        return self._expression()

    def _name(self, word: str) -> str:
        if word in feel_terms.WORDS_OF_FEEL or word in (
            "new",
            "lambda",
            "typeof",
            "yield",
            "await",
            "function",
        ):
            raise Unreadable
        return word

    def _followed(self, term: Term) -> Term:
        if term.level == ATOM and term.sort == "" and term.text in self._names and self._peek() != "(":
            known = self._names[term.text]
            if known is None:
                raise Unreadable
            term = known if known.level == ATOM else Term(f"({known.text})", sort=known.sort, inner=known)
        while True:
            if self._peek() == "(":
                term = self._called(term, self._arguments())
            elif self._takes("["):
                index = self._expression()
                self._needs("]")
                if not (index.text.isdecimal() or index.is_constant_text):
                    raise Unreadable
                term = self._entry(term, index)
            elif self._takes("."):
                term = self._member(term)
            else:
                return term

    def _entry(self, term: Term, index: Term) -> Term:
        """An element of a list, an entry of a map, or a letter of a text."""
        found = feel_terms.entry_of_juel(term, index)
        if not index.text.isdecimal():
            return found
        said, number = _twice(term), int(index.text)
        letter = f"if string length({said}) > {number} then substring({said}, {number + 1}, 1) else null"
        return Term(f"(if {said} instance of string then ({letter}) else {found.text})")

    def _called(self, term: Term, arguments: list[Term]) -> Term:
        if term.text in ("str", "String") and len(arguments) == 1:
            return Term(said(arguments[0], self._language), sort="text")
        if term.text in ("abs", "min", "max") and self._language == "python":
            return self._maths(term.text, arguments)
        raise Unreadable

    def _maths(self, name: str, arguments: list[Term]) -> Term:
        if name not in _MATHS or len(arguments) != (2 if name in ("min", "max") else 1):
            raise Unreadable
        if not {each.bare.sort for each in arguments} <= {"", "number"}:
            raise Unreadable
        return Term(_MATHS[name](*(each.text for each in arguments)), sort="number")

    def _member(self, term: Term) -> Term:
        name = self._next()
        if not _WORDS.fullmatch(name):
            raise Unreadable
        if self._peek() != "(":
            if term.text == "Boolean" and name in ("TRUE", "FALSE"):
                return feel_terms.truth(name.lower(), ATOM, certain=True)
            if self._language == "java" or name in ("length", "size") or term.text in feel_terms.SCOPES:
                raise Unreadable
            return feel_terms.entry_of_juel(term, Term(f'"{name}"', sort="text"))
        arguments = self._arguments()
        if name == "substring" and not _in_order(arguments):
            raise Unreadable
        if term.text == "Math":
            return self._maths(name, arguments)
        if term.text in ("String", "Objects", "Integer", "Long") and name in ("valueOf", "toString"):
            if term.text in ("String", "Objects") and len(arguments) == 1:
                return Term(said(arguments[0], self._language), sort="text")
            raise Unreadable
        if self._language == "python" and (name, len(arguments)) in _OF_PYTHON:
            return _OF_PYTHON[name, len(arguments)](term)
        if name == "toString" and not arguments:
            return Term(said(term, self._language), sort="text")
        found = feel_terms.method(term, name, arguments, juel=False) if name in _METHODS else None
        if found is None or found.text.startswith(f"{term.at(ATOM)}.{name}("):
            raise Unreadable
        return found


def _in_order(bounds: list[Term]) -> bool:
    """Whether a text is cut from a place to one that is not before it, as far as that can be seen: JavaScript turns
    them round, Java throws."""
    places = [int(one.text) for one in bounds if one.text.isdecimal()]
    return len(places) == len(bounds) and places == sorted(places)
