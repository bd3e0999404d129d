"""Terms of FEEL, and how they are joined so that FEEL decides what JUEL would.

JUEL's truth values are never null, null is 0 where it is reckoned with and equal to null where it is ordered, and a
constant text takes the type of what it is compared with. Functions that end in ``_of_juel`` write this out; the
others serve every language.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

CHOICE, OR, AND, COMPARISON, ORDER, SUM, PRODUCT, POWER, SIGN, ATOM = range(10)

#: What a term is in JUEL; "" for a variable, which is of any type or null. Numbers and texts are never null.
Sort = Literal["", "truth", "number", "text", "null"]

_NAME = re.compile(r'"([^\W\d]\w*)"')
_SIMPLE = re.compile(r'[\w.]+|"(?:[^"\\]|\\.)*"', re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
#: What JUEL keeps a map's entry under may be a word of FEEL's grammar.
WORDS_OF_FEEL = frozenset(
    {"and", "between", "else", "every", "false", "for", "function", "if", "in", "instance", "null", "or"}
    | {"return", "satisfies", "some", "then", "true"}
)
#: The longest text of a term that is said twice; longer ones could double with each bracket around them.
_MOST_TWICE = 200
#: What Camunda 7 and jBPM call that which holds the variables.
SCOPES = ("execution", "task", "caseExecution", "delegateExecution", "delegateTask", "kcontext")


class Untranslatable(Exception):
    """No FEEL decides what the text decides in JUEL, or the text is no JUEL and no FEEL."""


@dataclass(frozen=True)
class Term:
    """A piece of FEEL, and how tightly it holds together.

    ``opposite``: FEEL that holds exactly where the piece does not. ``inner``: what stands in the piece's brackets.
    ``certain``: it is true or false, never null. ``greedy``: it ends in ``in`` with one value, a list or a range, and
    feelin takes an ``and`` or ``or`` behind that for a part of it: ``a in ["x"] and b`` never holds there.
    """

    text: str
    level: int = ATOM
    opposite: str = ""
    inner: "Term | None" = None
    certain: bool = False
    greedy: bool = False
    sort: Sort = ""

    def at(self, level: int) -> str:
        """The text where nothing looser than ``level`` may stand."""
        return self.text if self.level >= level else f"({self.text})"

    @property
    def bare(self) -> "Term":
        """The term without brackets around it."""
        return self if self.inner is None else self.inner.bare

    @property
    def is_simple(self) -> bool:
        """Whether it is a name, a path or a constant."""
        return _SIMPLE.fullmatch(self.text) is not None

    @property
    def is_constant_text(self) -> bool:
        """Whether it is a text between quotes."""
        return self.text.startswith('"') and self.is_simple


def truth(text: str, level: int = COMPARISON, *, opposite: str = "", certain: bool = False) -> Term:
    """The term of a condition."""
    return Term(text, level, opposite, certain=certain, sort="truth")


def equality(left: str, right: str) -> Term:
    """The term ``left = right``, whose opposite FEEL has a sign for."""
    return truth(f"{left} = {right}", opposite=f"{left} != {right}")


def written_number(text: str) -> str | None:
    """A number of JUEL in FEEL, which has no ``1e2`` and no ``.5``; None when it is none, or larger than Java has."""
    if _NUMBER.fullmatch(text) is None or len(text) > 100:
        return None
    number = Decimal(text)
    return format(number, "f").rstrip(".") if abs(number.adjusted()) <= 308 else None


def joined(left: Term, sign: str, right: Term, level: int) -> Term:
    """``left sign right``; ``level`` is that of the sign."""
    before = f"({left.text})" if left.greedy and level <= AND else left.at(level)
    known = level in (OR, AND)
    return Term(
        f"{before} {sign} {right.at(level + 1)}",
        level,
        certain=known and left.certain and right.certain,
        greedy=right.greedy,
        sort="truth" if known else "",
    )


def denied(term: Term) -> Term:
    """The opposite in FEEL; of null it is null."""
    term = term.bare
    if term.opposite:
        return truth(term.opposite, opposite=term.text, certain=term.certain)
    return truth(f"not({term.text})", ATOM, certain=term.certain)


def denied_of_juel(term: Term) -> Term:
    """The opposite in JUEL, where null is no true."""
    term = truth_of_juel(term).bare
    if term.opposite or term.certain:
        return denied(term)
    return truth(f"{term.at(SUM)} != true", opposite=f"{term.at(SUM)} = true", certain=True)


def denied_of_any(term: Term) -> Term:
    """The opposite where null is no true, as in JavaScript and Python; of a number or text as FEEL has it."""
    return denied_of_juel(term) if term.bare.sort in ("", "truth") else denied(term)


def truth_of_juel(term: Term) -> Term:
    """What JUEL takes a term for where it needs a truth value; a variable is taken for one."""
    bare = term.bare
    if bare.sort in ("", "truth"):
        return term
    if bare.sort == "null" or bare.is_constant_text:
        return _constant_truth(bare)
    raise Untranslatable


def _constant_truth(term: Term) -> Term:
    """Java's ``Boolean.valueOf``."""
    return truth("true" if term.text.lower() == '"true"' else "false", ATOM, certain=True)


def _settled(term: Term) -> Term:
    """The term where null and false differ: as an operand of ``=``, or beside what is no truth value."""
    bare = term.bare
    if bare.sort != "truth" or bare.certain:
        return term
    return truth(f"{bare.at(SUM)} = true", opposite=f"{bare.at(SUM)} != true", certain=True)


def _twice(term: Term) -> str:
    """The text of a term that is said more than once."""
    if len(term.bare.text) > _MOST_TWICE:
        raise Untranslatable
    return term.bare.at(SUM)


def joined_of_juel(left: Term, sign: str, right: Term, level: int) -> Term:
    """``left sign right`` in JUEL, where ``level`` is `OR`, `AND` or one of the signs of reckoning.

    Raises:
        Untranslatable: one side is nothing that can be reckoned with, or no truth value.
    """
    if level in (OR, AND):
        return joined(truth_of_juel(left), sign, truth_of_juel(right), level)
    one, other = _number(left), _number(right)
    if sign == "modulo":
        return remainder(one, other, said=_twice(one if left.bare.sort else left))
    return Term(f"{one.at(level)} {sign} {other.at(level + 1)}", level, sort="number")


def _number(term: Term) -> Term:
    """What JUEL reckons with: of null 0, of a constant text its number."""
    bare = term.bare
    if bare.sort == "number":
        return term
    if bare.sort == "null" or bare.text == '""':
        return Term("0", sort="number")
    if bare.is_constant_text and (number := written_number(bare.text[1:-1])) is not None:
        return Term(number, SIGN if number.startswith("-") else ATOM, sort="number")
    if bare.sort:
        raise Untranslatable
    said = _twice(term)
    return Term(f"if {said} = null then 0 else {said}", CHOICE, sort="number")


def remainder(one: Term, other: Term, *, said: str) -> Term:
    """Java's remainder has the sign of what is divided, FEEL's ``modulo`` that of the divisor.

    ``said``: what is divided, or null for 0.
    """
    divisor = other.text if other.text.isdecimal() else f"abs({other.text})"
    if one.text.isdecimal():
        return Term(f"modulo({one.text}, {divisor})", sort="number")
    return Term(
        f"modulo(abs({one.text}), {divisor}) * (if {said} < 0 then -1 else 1)", PRODUCT, sort="number"
    )


def negative_of_juel(term: Term) -> Term:
    """JUEL's sign before a number."""
    return Term(f"-{_number(term).at(ATOM)}", SIGN, sort="number")


def equality_of_juel(left: Term, right: Term) -> Term:
    """JUEL's ``==``: a constant text takes the type of the other side.

    Raises:
        Untranslatable: Java cannot compare the two.
    """
    one, other = left.bare, right.bare
    sorts = {one.sort, other.sort}
    if "null" in sorts:
        return equality(_settled(left).at(SUM), _settled(right).at(SUM))
    if "number" in sorts:
        if "truth" in sorts:
            raise Untranslatable
        one, other = (each if each.sort == "" else _number(each) for each in (one, other))
    elif "truth" in sorts:
        return _equality_of_truths(
            *(each if each.sort == "" else truth_of_juel(each) for each in (one, other))
        )
    elif sorts == {"", "text"}:
        text, value = (one, other) if one.sort == "text" else (other, one)
        if text.is_constant_text and (meant := _meant(text.text[1:-1])) is not None:
            return truth(f"{value.at(SUM)} in ({text.text}, {meant})", certain=True)
    return equality(one.at(SUM), other.at(SUM))


def _equality_of_truths(one: Term, other: Term) -> Term:
    for constant, term in ((one, other), (other, one)):
        if constant.text in ("true", "false") and term.sort == "truth":
            return term if constant.text == "true" else denied_of_juel(term)
    return equality(_settled(one).at(SUM), _settled(other).at(SUM))


def _meant(text: str) -> str | None:
    """The number or truth value that a constant text can be taken for."""
    return text.lower() if text.lower() in ("true", "false") else written_number(text)


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def order_of_juel(left: Term, sign: str, right: Term) -> Term:
    """JUEL's ``<``, ``<=``, ``>`` and ``>=``: null and null are equal; constant texts are ordered with numbers too.

    Raises:
        Untranslatable: Java orders the two by a rule that FEEL has not, or cannot.
    """
    one, other = left.bare, right.bare
    sorts = {one.sort, other.sort}
    if "truth" in sorts:
        raise Untranslatable
    if "number" in sorts:
        one, other = (each if each.sort in ("", "null") else _number(each) for each in (one, other))
    for text, value, turned in ((other, one, sign), (one, other, _TURNED[sign])):
        if value.sort == "" and text.is_constant_text and (number := written_number(text.text[1:-1])):
            return truth(f"{value.at(SUM)} in ({turned} {number}, {turned} {text.text})")
    plain = f"{one.at(SUM)} {sign} {other.at(SUM)}"
    if sign in ("<=", ">=") and sorts <= {"", "null"}:
        return truth(f"{plain} or {_twice(one)} = null and {_twice(other)} = null", OR)
    return truth(plain)


def choice_of_juel(condition: Term, first: Term, second: Term) -> Term:
    """JUEL's ``condition ? first : second``; feelin would take any text or number for true."""
    decides = truth_of_juel(condition).bare
    if decides.sort == "":
        decides = equality(decides.at(SUM), "true")
    one, other = first.bare, second.bare
    if one.sort != other.sort:
        one, other = _settled(one), _settled(other)
    return Term(
        f"if {decides.text} then {one.text} else {other.text}",
        CHOICE,
        certain=one.certain and other.certain,
        sort=one.sort if one.sort == other.sort else "",
    )


def emptiness(term: Term) -> Term:
    """Whether it is null, or a text, list or map without anything in it."""
    return truth(f'{term.at(SUM)} in (null, "", [], {{}})', certain=True)


def entry_of_juel(term: Term, key: Term) -> Term:
    """JUEL's ``term[key]``: an item of a list, counted from 0, or an entry of a map.

    Raises:
        Untranslatable: the key is of no sort that both have.
    """
    key = key.bare
    if key.text.isdecimal():
        return Term(f"{term.at(ATOM)}[{int(key.text) + 1}]")
    if key.is_constant_text:
        found = _NAME.fullmatch(key.text)
        if found and found.group(1) not in WORDS_OF_FEEL:
            return Term(f"{term.at(ATOM)}.{found.group(1)}")
    if key.sort == "text":
        return Term(f"get value({term.bare.text}, {key.text})")
    if key.sort not in ("", "number") or "/" in key.text or key.text.replace(".", "").isdecimal():
        raise Untranslatable
    # FEEL counts negative places from the end, and reads names in a filter from the item first.
    item = f"sublist({_twice(term)}, max({key.text}, -1) + 1, 1)[1]"
    if key.sort == "number":
        return Term(item)
    said = _twice(key)
    return Term(f"if string({said}) = {said} then get value({_twice(term)}, {said}) else {item}", CHOICE)


Method = Callable[..., Term | None]


def method(term: Term, name: str, arguments: Sequence[Term], *, juel: bool) -> Term:
    """The call of a method of a text, list or map in FEEL; as it is where FEEL has nothing for it."""
    found = None
    if juel and (of_juel := _METHODS_OF_JUEL.get((name, len(arguments)))) is not None:
        found = of_juel(term, *arguments)
    elif (known := _METHODS.get((name, len(arguments)))) is not None:
        found = known(term, *(argument.text for argument in arguments))
    said = ", ".join(argument.text for argument in arguments)
    return found or Term(f"{term.at(ATOM)}.{name}({said})")


def called(term: Term, arguments: Sequence[Term]) -> Term:
    """The call of a function."""
    said = ", ".join(argument.text for argument in arguments)
    if term.text == "getVariable" and len(arguments) == 1 and (key := _NAME.fullmatch(said)):
        return Term(key.group(1))
    return Term(f"{term.at(ATOM)}({said})")


def _equals(term: Term, other: str) -> Term:
    return equality(term.at(SUM), other)


def _contained(term: Term, part: str) -> Term | None:
    """Of a text or of a list, which FEEL asks in two ways; only names and constants are said twice."""
    if not term.is_simple or not _SIMPLE.fullmatch(part):
        return None
    in_text, in_list = f"contains({term.text}, {part})", f"list contains({term.text}, {part})"
    if term.text.startswith('"'):
        return truth(in_text, ATOM)
    return truth(f"if string({term.text}) = {term.text} then {in_text} else {in_list}", CHOICE)


def _matched(term: Term, pattern: str) -> Term | None:
    """Java's ``matches`` is about the whole text."""
    whole = f'matches({term.text}, "^(?:{pattern[1:-1]})$")'
    return truth(whole, ATOM) if pattern.startswith('"') and _SIMPLE.fullmatch(pattern) else None


def _cut(term: Term, start: str, end: str = "") -> Term | None:
    """Java counts from 0 and says where the piece ends; FEEL counts from 1 and says how long it is."""
    if not start.isdecimal() or not (end or start).isdecimal():
        return None
    length = f", {int(end) - int(start)}" if end else ""
    return Term(f"substring({term.text}, {int(start) + 1}{length})", sort="text")


def _entry(term: Term, key: str) -> Term | None:
    if key.isdecimal():
        return Term(f"{term.at(ATOM)}[{int(key) + 1}]")
    return Term(f"get value({term.text}, {key})") if key.startswith('"') else None


def _variable(scope: Term, key: str) -> Term | None:
    found = _NAME.fullmatch(key)
    return Term(found.group(1)) if found and scope.text in SCOPES else None


def _size(term: Term) -> Term:
    """Of a list or of a map; FEEL's ``count`` takes a map for a list of one."""
    said, entries = _twice(term), f"get entries({_twice(term)})"
    return Term(f"(if {entries} = null then count({said}) else count({entries}))", sort="number")


def _function(name: str, sort: Sort) -> Method:
    return lambda term, *arguments: Term(f"{name}({', '.join((term.text, *arguments))})", sort=sort)


#: Methods of Java's texts and lists, and JavaScript's, by name and number of arguments.
_METHODS: Mapping[tuple[str, int], Method] = {
    ("getVariable", 1): _variable,
    ("equals", 1): _equals,
    ("equalsIgnoreCase", 1): lambda term, other: equality(f"lower case({term.text})", f"lower case({other})"),
    ("isEmpty", 0): emptiness,
    ("contains", 1): _contained,
    ("includes", 1): _contained,
    ("startsWith", 1): _function("starts with", "truth"),
    ("endsWith", 1): _function("ends with", "truth"),
    ("toLowerCase", 0): _function("lower case", "text"),
    ("toUpperCase", 0): _function("upper case", "text"),
    ("trim", 0): lambda term: Term(f'replace({term.text}, "^\\s+|\\s+$", "")', sort="text"),
    ("length", 0): _function("string length", "number"),
    ("size", 0): _function("count", "number"),
    ("toString", 0): _function("string", "text"),
    **dict.fromkeys(((f"{kind}Value", 0) for kind in ("int", "long", "boolean")), lambda term: term),
    ("matches", 1): _matched,
    ("substring", 1): _cut,
    ("substring", 2): _cut,
    ("get", 1): _entry,
}
_METHODS_OF_JUEL: Mapping[tuple[str, int], Method] = {("size", 0): _size, ("get", 1): entry_of_juel}
