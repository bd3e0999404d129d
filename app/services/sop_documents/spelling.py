"""Words of an SOP that are likely misspelt: those of a short list, and those one letter away from another of its own.

The list holds spellings that the Kamus Besar Bahasa Indonesia does not have and offices often write. Names and short
words are let be; a word that differs at its beginning or end is another form, not another spelling.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations

USUAL = {
    "aktifitas": "aktivitas",
    "analisa": "analisis",
    "apotik": "apotek",
    "efektifitas": "efektivitas",
    "ijasah": "ijazah",
    "ijin": "izin",
    "jadual": "jadwal",
    "kwalitas": "kualitas",
    "kwitansi": "kuitansi",
    "managemen": "manajemen",
    "merubah": "mengubah",
    "nopember": "November",
    "obyek": "objek",
    "perijinan": "perizinan",
    "praktek": "praktik",
    "propinsi": "provinsi",
    "prosedure": "prosedur",
    "resiko": "risiko",
    "sekertariat": "sekretariat",
    "sekertaris": "sekretaris",
    "sekretris": "sekretaris",
    "sistim": "sistem",
    "standarisasi": "standardisasi",
    "subyek": "subjek",
    "tehnis": "teknis",
    "trampil": "terampil",
}
#: Words that are right but often stand for another: the SOP writes of a problem that is systemic.
CONFUSED = {"sistematis": "sistemik"}
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SHORTEST = 7
_EDGE = 2


def misspelt(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each word that is likely misspelt, as it is written, and what is likely meant; each once."""
    words = [word for text in texts for word in _WORD.findall(text)]
    written = dict[str, str]()
    for word in words:
        written.setdefault(word.casefold(), word)
    counts = Counter(word.casefold() for word in words)
    found = {plain: USUAL[plain] for plain in written if plain in USUAL}
    for one, other in combinations(sorted(counts, key=lambda word: (counts[word], word)), 2):
        if one not in found and other not in USUAL and counts[one] < counts[other] and _is_slip(one, other):
            found[one] = other
    for plain in written:
        if plain in found:
            yield written[plain], found[plain]


def confused(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each word that often stands for another, as it is written, and that other."""
    words = dict.fromkeys(word for text in texts for word in _WORD.findall(text))
    return ((word, CONFUSED[word.casefold()]) for word in words if word.casefold() in CONFUSED)


def _is_slip(one: str, other: str) -> bool:
    """Whether two words differ by a letter, or by two that changed places, in their middle."""
    if min(len(one), len(other)) < _SHORTEST or abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    if start < _EDGE or end < _EDGE:
        return False
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    return (len(left) <= 1 and len(right) <= 1) or (len(left) == 2 and left == right[::-1])
