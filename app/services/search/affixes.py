"""The words of a text, and what is left of an Indonesian word when its affixes are taken off.

No dictionary tells which of several forms is the root ("menanam": tanam or nanam), so a word has all of them; two
words mean the same where they share one.
"""

import re
import unicodedata
from functools import lru_cache

#: A word is cut off there.
LONGEST = 40
_WORD = re.compile(r"[^\W_]+")
_SUFFIXES = (("lah", "kah", "tah", "pun"), ("nya", "ku", "mu"), ("kan", "an", "i"))
#: A prefix, and the sounds that may have stood in place of its last one before a vowel.
_NASAL = tuple(
    (first + last, sounds)
    for first in ("me", "pe")
    for last, sounds in (("ny", ("s",)), ("ng", ("", "k")), ("m", ("p",)), ("n", ("t",)), ("nge", ()))
)
_PLAIN = ("di", "ke", "se", "ber", "bel", "ter", "per", "pel")
#: Only before one consonant: "melapor", "bekerja", "terasa", "memasak".
_BARE = ("me", "pe", "be", "te")
_VOWELS = frozenset("aeiou")
#: Letters that a form has at least: without a suffix alone, without a prefix.
_SHORTEST_STEM, _SHORTEST_ROOT = 4, 3


def words(text: str) -> list[str]:
    """The words of a text in small letters without accents; other scripts by the numbers of their signs."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return [_spelled(word)[:LONGEST] for word in _WORD.findall(plain)]


def _spelled(word: str) -> str:
    """Letters that every database takes for letters."""
    return word if word.isascii() else "".join(c if c.isascii() else f"x{ord(c):x}" for c in word)


@lru_cache(maxsize=20_000)
def forms(word: str) -> frozenset[str]:
    """A word, and what is left of it without affixes."""
    if not word.isalpha() or len(word) < 5:
        return frozenset({word})
    stems = {word}
    for suffixes in _SUFFIXES:
        stems |= {cut for stem in stems for suffix in suffixes if (cut := stem.removesuffix(suffix)) != stem}
    once = {root for stem in stems for root in _roots(stem)}
    twice = {root for stem in once for root in _roots(stem)}
    long = {stem for stem in stems if len(stem) >= _SHORTEST_STEM}
    return frozenset({word} | long | {root for root in once | twice if len(root) >= _SHORTEST_ROOT})


def _roots(stem: str) -> set[str]:
    """What a stem may be without its first prefix."""
    found = {rest for prefix in _PLAIN if (rest := stem.removeprefix(prefix)) != stem}
    for prefix, sounds in _NASAL:
        rest = stem.removeprefix(prefix)
        if rest and rest != stem:
            found |= {sound + rest for sound in sounds} if rest[0] in _VOWELS else {rest}
    for prefix in _BARE:
        rest = stem.removeprefix(prefix)
        if rest != stem and len(rest) > 1 and rest[0] not in _VOWELS and rest[1] in _VOWELS:
            found.add(rest)
    return found


def slips(word: str) -> set[str]:
    """What a word is looked for by where a letter is wrong: itself, and what is left without each one letter."""
    if not word.isalpha() or len(word) < 4:
        return {word}
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


def is_slip(one: str, other: str) -> bool:
    """Whether a letter is missing, too much, another one, or swapped with its neighbour, and nothing else."""
    if len(one) > len(other):
        one, other = other, one
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) + 1 == len(other):
        return one[at:] == other[at + 1 :]
    swapped = one[at + 1 : at + 2] + one[at : at + 1] + one[at + 2 :]
    return len(one) == len(other) and (one[at + 1 :] == other[at + 1 :] or swapped == other[at:])
