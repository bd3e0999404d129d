"""Signs that stand in free text in place of what tells who somebody is, and the values in which they are put.

A sign is "[telepon ••• k3f9]": what it was, and a tag that no other sign of the office has, so that a text may be
edited, copied and sent to another case, and still nobody takes one telephone for another.
"""

import re
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from app.forms.form import inside, variables_of
from app.forms.model import LIST, NO, RECORD, TEXTS, Field
from app.forms.personal_data import personal_data

#: What an officer marked by hand.
WORDS = "kata"
#: Letters and digits that are not taken for each other and make no words.
_LETTERS = "bcdfghjkmnpqrstvwxz23456789"
#: A word or number of a text, whatever stands around it.
_PART = re.compile(r"[^\W_]+")
#: Of more words a text is no name.
_MOST_IN_NAME = 6
#: What Indonesian writes in one with a word.
_ENDINGS = "(?:nya|ku|mu|lah|kah|pun|tah)*"
SIGN = re.compile(rf"\[(?:telepon|NIK|e-mail|nama|kata) ••• [{_LETTERS}]{{5}}\]")
#: A sign, of which no part is replaced, a word, or what else a text may begin with.
_WORD = re.compile(rf"{SIGN.pattern}|\w+|\W")
#: A sign, or a word that may be part of a name.
_NAME_PART = re.compile(rf"{SIGN.pattern}|[^\W_]+")
#: What stands between two words of a name; where a sentence begins.
_BETWEEN, _BEGINS = re.compile(r"[^\w\n.!?:;]{1,3}"), re.compile(r"(?:^|[.!?:\n])\W*$")
#: Shorter numbers are not anybody's, and so short a word alone is no name ("WA", "RT").
_DIGITS, _SHORT = 4, 2

Hide = Callable[[str], str]


def new_sign(kind: str) -> str:
    """Return a sign that stands nowhere yet: one of fourteen million of its kind."""
    return f"[{kind} ••• {''.join(secrets.choice(_LETTERS) for _letter in range(5))}]"


def is_sign(text: str) -> bool:
    """Whether ``text`` is a sign and nothing else."""
    return SIGN.fullmatch(text) is not None


def signs_in(value: Any) -> set[str]:
    """Return the signs in a value, whatever it is made of."""
    return {sign for text in texts_in(value) if "•••" in text for sign in SIGN.findall(text)}


def texts_in(value: Any) -> Iterator[str]:
    """Yield the texts in a value, names of its entries left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from texts_in(one)


def changed(value: Any, change: Hide) -> Any:
    """Return a value with each of its texts changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        return [changed(one, change) for one in value]
    return (
        {name: changed(one, change) for name, one in value.items()} if isinstance(value, Mapping) else value
    )


def with_signs_as(text: str, filler: str) -> str:
    """Return ``text`` with ``filler`` for each sign: how long what it hides is, was looked at before."""
    return SIGN.sub(filler, text) if "•••" in text else text


class Masker:
    """Puts signs in place of what is found, the same for the same words of what it masks.

    ``known`` is asked at the first finding: the signs that the case has, by what they stand for, as far as who writes
    may know them, and what must be left as it is (its sign is the text itself). ``again``: words that these signs
    stand for are masked wherever they come again, as an officer may have marked them. ``sealed``: sign → text, of the
    new ones.
    """

    def __init__(self, known: Callable[[], Mapping[str, str]], *, again: bool = False) -> None:
        self._ask, self._again = known, again
        self.sealed: dict[str, str] = {}

    @cached_property
    def _signs(self) -> dict[str, str]:
        return dict(self._ask())

    @cached_property
    def _marked(self) -> "Words":
        return Words({words: sign for words, sign in self._signs.items() if words != sign})

    def hide(self, text: str) -> str:
        """Return ``text`` with signs in place of what is found in it."""
        if self._again:
            text = self._marked.in_text(text)
        pieces, end = list[str](), 0
        for span in personal_data(text):
            pieces += text[end : span.start], self.sign(text[span.start : span.end], span.kind)
            end = span.end
        return "".join((*pieces, text[end:]))

    def sign(self, words: str, kind: str) -> str:
        """Return what stands in place of ``words``."""
        if words not in self._signs:
            sign = self._signs[words] = new_sign(kind)
            self.sealed[sign] = words
        return self._signs[words]


def hidden(text: str) -> str:
    """Return text that belongs to no case, with signs in place of what is found; what they hide is kept nowhere."""
    return Masker(dict).hide(text)


class Words:
    """Texts to put in the place of others, found by the word, or the sign, that these begin with: however many there
    are, a text takes as long as its words do."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts, lengths = texts, defaultdict[str, set[int]](set)
        for one in texts:
            if (first := _WORD.match(one)) is not None:
                lengths[first.group()].add(len(one))
        self._lengths = {first: sorted(some, reverse=True) for first, some in lengths.items()}

    def __bool__(self) -> bool:
        return bool(self._texts)

    def in_value(self, value: Any) -> Any:
        """A value with each of them that stands in it replaced, the longest first, no part of a word or sign."""
        return changed(value, self.in_text) if self._texts else value

    def in_text(self, text: str) -> str:
        """The same of a text."""
        pieces, end = list[str](), 0
        for word in _WORD.finditer(text):
            start = word.start()
            if start >= end and (found := self._at(text, start, word.group())):
                pieces += text[end:start], self._texts[found]
                end = start + len(found)
        return "".join((*pieces, text[end:])) if pieces else text

    def _at(self, text: str, start: int, first: str) -> str:
        for length in self._lengths.get(first, ()):
            found = text[start : start + length]
            if found in self._texts and not (
                _joins(found[-1]) and _joins(text[start + length : start + length + 1])
            ):
                return found
        return ""


def _joins(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def put_in_place(value: Any, texts: Mapping[str, str]) -> Any:
    """Return a value with each key of ``texts`` that stands in it replaced, the longest first, no part of a word."""
    return Words(texts).in_value(value) if texts else value


def opened(value: Any, hidden: Mapping[str, str]) -> Any:
    """Return a value with what ``hidden`` (by sign) says in the place of each sign."""
    if not hidden:
        return value
    return changed(value, lambda text: SIGN.sub(lambda sign: hidden.get(sign.group(), sign.group()), text))


def with_signs_for(text: str, words: Collection[str], sign: Hide) -> str:
    """Return ``text`` with ``sign(hit)`` in place of each of ``words``, as `_loosely` finds it, and of each two or
    more words of a name that follow each other in it; the longest first, no part of a sign."""
    whole = {tuple(_PART.findall(one)) for one in words} - {()}
    names = (tuple(_PART.findall(one)) for one in words if "@" not in one)  # of an address, that is the host
    told = text.casefold()
    runs = whole.union(*map(_runs, names))
    runs = {run for run in runs if all(one.casefold() in told for one in run)}
    if not runs:
        return text
    ordered = sorted(runs, key=lambda run: (-len("".join(run)), run))
    found = re.compile("|".join(map(_loosely, ordered)), re.IGNORECASE)
    pieces, end = list[str](), 0
    for one in SIGN.finditer(text):
        pieces += found.sub(lambda hit: sign(hit.group()), text[end : one.start()]), one.group()
        end = one.end()
    return "".join((*pieces, found.sub(lambda hit: sign(hit.group()), text[end:])))


def with_signs_for_names(text: str, usual: Collection[str], sign: Hide) -> str:
    """Return ``text`` with ``sign(hit)`` in place of whatever may name somebody: two or more words in a row with a
    capital, one within a sentence, and numbers of four digits or more; but for words of ``usual`` (in small letters).

    What becomes of the text depends on nothing else: it tells nobody which of its names is a right one.
    """
    runs: list[tuple[int, int, bool]] = []  # from, to, whether it is more than what a sentence begins with
    for part in _NAME_PART.finditer(text):
        word, (start, end) = part.group(), part.span()
        is_number = sum(map(str.isdigit, word)) >= _DIGITS
        if is_sign(word) or word.lower() in usual or not (word[0].isupper() or is_number):
            continue
        if runs and _BETWEEN.fullmatch(text[runs[-1][1] : start]):
            runs[-1] = (runs[-1][0], end, True)
        else:
            begins = len(word) <= _SHORT or bool(_BEGINS.search(text[:start]))
            runs.append((start, end, is_number or not begins))
    pieces, done = list[str](), 0
    for start, end, is_one in runs:
        if is_one:
            pieces += text[done:start], sign(text[start:end])
            done = end
    return "".join((*pieces, text[done:]))


def _runs(parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The runs of two or more of the words of what may be a name."""
    if not 2 < len(parts) <= _MOST_IN_NAME or not all(part.isalpha() for part in parts):
        return
    for first in range(len(parts) - 1):
        for last in range(first + 2, len(parts) + 1):
            yield parts[first:last]


def _loosely(parts: Sequence[str]) -> str:
    """Words in a row whatever stands between them (blanks, line breaks, signs, nothing), no part of a longer word but
    for the endings that are written in one with it."""
    row = r"[\W_]{0,8}".join(map(re.escape, parts))
    return rf"(?<![^\W_]){row}(?={_ENDINGS}(?![^\W_]))"


def masked_field(part: Field | None, value: Any, hide: Hide) -> Any:
    """Return the value of a field with ``hide`` applied to free text in it; what a formula works out may hold what it
    was worked out of."""
    if part is None or part.private or not _is_looked_through(part):
        return value
    if part.type == LIST:
        names = {one.key: one for one in variables_of(part.components)}
        return [_record(names, row, hide) for row in value] if isinstance(value, list) else value
    if part.type == RECORD:
        return _record({one.key: one for one in variables_of(inside(part))}, value, hide)
    return changed(value, hide)


def _record(names: Mapping[str, Field], value: Any, hide: Hide) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {name: masked_field(names.get(name), one, hide) for name, one in value.items()}


def texts_of(
    parts: Iterable[Field], above: str = "", *, masked: bool = True
) -> Iterator[tuple[str, Field, bool]]:
    """Yield the text fields among these, open ones alone, those in rows and records too, each by its key behind
    theirs, and whether `masked_field` masks what is typed there."""
    for part in parts:
        if part.private:
            continue
        looks, key = masked and _is_looked_through(part), f"{above}{part.key}"
        if part.type == LIST:
            yield from texts_of(variables_of(part.components), f"{key}.", masked=looks)
        elif part.type == RECORD:
            yield from texts_of(variables_of(inside(part)), f"{key}.", masked=looks)
        elif part.type in TEXTS or part.type == "expression":
            yield key, part, looks


def is_let_through(part: Field) -> bool:
    """Whether the form says of a field that nothing is masked in it."""
    return part.properties.get("samarkan", "").strip().lower() in NO


def _is_looked_through(part: Field) -> bool:
    """Whether it holds free text, or parts of it may: not where a pattern says what stands there, nor where the form
    says ``samarkan`` = ``tidak``."""
    if is_let_through(part):
        return False
    if part.type in TEXTS:
        return part.rules.pattern is None and part.rules.kind is None
    return part.type in (LIST, RECORD, "expression")
