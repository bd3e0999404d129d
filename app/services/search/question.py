"""What somebody asks, as the address holds it: groups of conditions, each group and condition negated or not.

Names in the address: ``tentang`` (perkara or peristiwa), ``gabung`` (semua, salah), for the first group ``k1``
(semua, salah) and ``k1.bukan``, for its second condition ``k1.2`` (the subject), ``k1.2.bukan``, and ``k1.2.`` with
the name of each of its values.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from app.base.errors import InvalidForm
from app.base.i18n import _

CASES, EVENTS = "perkara", "peristiwa"
MOST_GROUPS, MOST_CONDITIONS, MOST_LETTERS = 8, 12, 200
_NAME = re.compile(r"k([1-9])(?:\.(\d{1,2}))?(?:\.([a-z]+))?")
#: What a plain name may say, and a group; what else stands in the address of a page of ours asks nothing.
_PLAIN = {"tentang": ("", CASES, EVENTS), "gabung": ("", "semua", "salah")}
_JOINS, _NEGATED = ("", "semua", "salah"), ("", "1")
_NOT_ASKED = re.compile(r"tambah|hapus|baru\d|susun|after|format")
_PERIOD = ("dari", "sampai")
#: The values of each condition, by what it is about.
CASE_VALUES: Mapping[str, tuple[str, ...]] = {
    "diterima": _PERIOD,
    "berakhir": _PERIOD,
    "berjalan": _PERIOD,
    "keadaan": ("nilai",),
    "hasil": ("nilai",),
    "tugas": ("kegiatan", "lajur", "unit", "petugas", "keadaan", "hari", "tenggat", "umur", *_PERIOD),
    "cabang": ("nilai",),
    "proses": ("nilai",),
    "versi": ("nilai",),
    "kategori": ("nilai",),
    "unit": ("nilai",),
    "wilayah": ("nilai",),
    "prioritas": ("nilai",),
    "saluran": ("nilai",),
    "identitas": ("petugas", *_PERIOD),
    "peristiwa": ("nilai", "petugas", *_PERIOD),
    "nomor": ("nilai",),
    "angka": (
        *("proses", "nilai", *_PERIOD, "kegiatan", "unit"),
        *("saluran", "hasil", "versi", "jalan", "lewat"),
    ),
    "kata": ("nilai",),
    "variabel": ("nama", "cara", "nilai"),
}
EVENT_VALUES: Mapping[str, tuple[str, ...]] = {
    "jenis": ("nilai",),
    "waktu": _PERIOD,
    "jam": ("nilai",),
    "pelaku": ("petugas",),
    "kegiatan": ("nilai",),
    "proses": ("nilai",),
    "nomor": ("nilai",),
}
#: Whose value is looked for in what people wrote; of all others it is chosen.
_WORDS = ("kata", "variabel")
#: Of cases; these ask something with nothing filled in: anybody opened an identity, there is a task at all.
_ASKED_EMPTY = ("tugas", "identitas")
#: Where on the page is told what is wrong with the address as a whole.
WHOLE = "pertanyaan"


@dataclass(frozen=True)
class Condition:
    """One condition: what it is about, and the values that were given, by name; empty ones are left out."""

    subject: str
    values: Mapping[str, str] = field(default_factory=dict)
    negated: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was filled in."""
        return not self.values


def conditions_of(values: Mapping[str, str]) -> list[Condition]:
    """A condition on each subject that has a value."""
    return [Condition(subject, {"nilai": value}) for subject, value in values.items() if value]


@dataclass(frozen=True)
class Group:
    """Conditions that must all hold, or ``any`` of them."""

    conditions: tuple[Condition, ...] = ()
    any: bool = False
    negated: bool = False


@dataclass(frozen=True)
class Question:
    """Groups that must all hold, or ``any`` of them; without one everything is the answer.

    ``unknown``: what stood in the address and is no part of a question; such a one is not asked.
    """

    about: str = CASES
    groups: tuple[Group, ...] = ()
    any: bool = False
    unknown: tuple[str, ...] = ()

    @property
    def has_empty(self) -> bool:
        """Whether a condition has nothing filled in."""
        return any(one.is_empty for group in self.groups for one in group.conditions)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Names and values as the address holds them."""
        found = [("tentang", self.about)]
        if self.any:
            found.append(("gabung", "salah"))
        for number, group in enumerate(self.groups, 1):
            found.append((f"k{number}", "salah" if group.any else "semua"))
            if group.negated:
                found.append((f"k{number}.bukan", "1"))
            for place, one in enumerate(group.conditions, 1):
                name = f"k{number}.{place}"
                found.append((name, one.subject))
                found += [(f"{name}.{key}", value) for key, value in one.values.items()]
                if one.negated:
                    found.append((f"{name}.bukan", "1"))
        return found

    @property
    def query(self) -> str:
        """The part of the address behind the question mark."""
        return urlencode(self.pairs)

    def rewritten(self, change: Callable[[str], str]) -> "Question":
        """The same with ``change`` applied to the words that it looks for."""
        groups = [
            replace(group, conditions=tuple(_rewritten(one, change) for one in group.conditions))
            for group in self.groups
        ]
        return replace(self, groups=tuple(groups))

    def with_condition(self, number: int, subject: str) -> "Question":
        """The same with an empty condition in a group, counted from 0; a group more where there is none."""
        groups = list(self.groups)
        if number >= len(groups):
            groups.append(Group())
            number = len(groups) - 1
        conditions = (*groups[number].conditions, Condition(subject))[:MOST_CONDITIONS]
        groups[number] = replace(groups[number], conditions=conditions)
        return replace(self, groups=tuple(groups[:MOST_GROUPS]))

    def without_condition(self, number: int, place: int) -> "Question":
        """The same without a condition; a group that has no other goes with it."""
        groups = [
            replace(
                group,
                conditions=tuple(
                    one for at, one in enumerate(group.conditions) if (n, at) != (number, place)
                ),
            )
            for n, group in enumerate(self.groups)
        ]
        return replace(self, groups=tuple(group for group in groups if group.conditions))


def _rewritten(one: Condition, change: Callable[[str], str]) -> Condition:
    if one.subject not in _WORDS or "nilai" not in one.values:
        return one
    return replace(one, values={**one.values, "nilai": change(one.values["nilai"])})


def question_in(pairs: Iterable[tuple[str, str]]) -> Question:
    """The question that an address holds; what is none of its names is told in ``unknown``."""
    groups: dict[int, dict[str, str]] = {}
    conditions: dict[int, dict[int, dict[str, str]]] = {}
    plain: dict[str, str] = {}
    unknown: list[str] = []
    for name, value in pairs:
        found = _NAME.fullmatch(name)
        text = value.strip().replace("\0", "")[:MOST_LETTERS]
        if found is None:
            plain.setdefault(name, text)
            if text not in _PLAIN.get(name, (text,)):
                unknown.append(f"{name}={text}")
            elif name not in _PLAIN and _NOT_ASKED.fullmatch(name) is None:
                unknown.append(name[:MOST_LETTERS])
            continue
        number, place, key = int(found[1]), found[2], found[3] or ""
        allowed = _NEGATED if key == "bukan" else _JOINS if place is None and not key else None
        if (allowed is not None and text not in allowed) or (place is None and key not in ("", "bukan")):
            unknown.append(f"{name}={text}")
        if place is None:
            groups.setdefault(number, {}).setdefault(key, text)
        else:
            conditions.setdefault(number, {}).setdefault(int(place), {}).setdefault(key, text)
    unknown += [
        f"k{number}.{place}.{key}"
        for number, places in conditions.items()
        for place, held in places.items()
        if not held.get("")
        for key, text in held.items()
        if key and text
    ]
    unknown += [f"k{number}" for number in sorted(conditions)[MOST_GROUPS:]]
    unknown += [
        f"k{number}.{place}"
        for number, held in conditions.items()
        for place in sorted(held)[MOST_CONDITIONS:]
    ]
    made = [_group(groups.get(n, {}), conditions[n]) for n in sorted(conditions)]
    about = EVENTS if plain.get("tentang") == EVENTS else CASES
    kept = tuple(group for group in made if group.conditions)[:MOST_GROUPS]
    return Question(about, kept, any=plain.get("gabung") == "salah", unknown=tuple(unknown))


def question_of(query: str) -> Question:
    """The question of such a part of an address."""
    return question_in(parse_qsl(query, keep_blank_values=True))


def _group(values: Mapping[str, str], conditions: Mapping[int, Mapping[str, str]]) -> Group:
    made = [
        Condition(
            held[""],
            {key: value for key, value in held.items() if key not in ("", "bukan") and value},
            bool(held.get("bukan")),
        )
        for _place, held in sorted(conditions.items())
        if held.get("")
    ]
    return Group(tuple(made[:MOST_CONDITIONS]), values.get("") == "salah", bool(values.get("bukan")))


def problems(asked: Question) -> dict[str, str]:
    """What stands in the address and cannot be asked, in words, by its place: names that are none, and conditions
    that say nothing with nothing filled in."""
    found = {}
    if asked.unknown:
        found[WHOLE] = _(
            "Bagian alamat ini tidak dikenal: {names}. Periksa tulisannya, atau hapus.",
            names=", ".join(asked.unknown[:MOST_CONDITIONS]),
        )
    named = CASE_VALUES if asked.about == CASES else EVENT_VALUES
    for number, group in enumerate(asked.groups, 1):
        for place, one in enumerate(group.conditions, 1):
            if message := _problem(one, named, asked.about):
                found[f"k{number}.{place}"] = message
    return found


def _problem(one: Condition, named: Mapping[str, tuple[str, ...]], about: str) -> str:
    if one.subject not in named:
        return _("Syarat {name} tidak dikenal.", name=one.subject)
    if other := [name for name in one.values if name not in named[one.subject]]:
        return _("Syarat ini tidak mengenal: {names}.", names=", ".join(other))
    if one.is_empty and not (about == CASES and one.subject in _ASKED_EMPTY):
        return _("Isi atau hapus syarat ini.")
    return ""


def require(asked: Question) -> None:
    """Refuse a question with something that cannot be asked. Raises: `InvalidForm`, by the names of the address."""
    if found := problems(asked):
        raise InvalidForm(_("Ada syarat yang perlu diperbaiki."), found)
