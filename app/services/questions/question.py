"""What somebody asks, as the address holds it: groups of conditions, each group and condition negated or not.

Names in the address: ``tentang`` (perkara or peristiwa), ``gabung`` (semua, salah), for the first group ``k1``
(semua, salah) and ``k1.bukan``, for its second condition ``k1.2`` (the subject), ``k1.2.bukan``, and ``k1.2.`` with
the name of each of its values.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

CASES, EVENTS = "perkara", "peristiwa"
MOST_GROUPS, MOST_CONDITIONS, MOST_LETTERS = 8, 12, 200
_NAME = re.compile(r"k([1-9])(?:\.(\d{1,2}))?(?:\.([a-z]+))?")


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


@dataclass(frozen=True)
class Group:
    """Conditions that must all hold, or ``any`` of them."""

    conditions: tuple[Condition, ...] = ()
    any: bool = False
    negated: bool = False


@dataclass(frozen=True)
class Question:
    """Groups that must all hold, or ``any`` of them; without one everything is the answer."""

    about: str = CASES
    groups: tuple[Group, ...] = ()
    any: bool = False

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


def question_in(pairs: Iterable[tuple[str, str]]) -> Question:
    """The question that an address holds; what is none of its names is passed over."""
    groups: dict[int, dict[str, str]] = {}
    conditions: dict[int, dict[int, dict[str, str]]] = {}
    plain: dict[str, str] = {}
    for name, value in pairs:
        found = _NAME.fullmatch(name)
        text = value.strip().replace("\0", "")[:MOST_LETTERS]
        if found is None:
            plain.setdefault(name, text)
            continue
        number, place, key = int(found[1]), found[2], found[3] or ""
        if place is None:
            groups.setdefault(number, {}).setdefault(key, text)
        else:
            conditions.setdefault(number, {}).setdefault(int(place), {}).setdefault(key, text)
    made = [_group(groups.get(n, {}), conditions[n]) for n in sorted(conditions)]
    about = EVENTS if plain.get("tentang") == EVENTS else CASES
    kept = tuple(group for group in made if group.conditions)[:MOST_GROUPS]
    return Question(about, kept, any=plain.get("gabung") == "salah")


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


def without_empty(question: Question) -> Question:
    """The same without conditions that nothing was filled into: they are still being written."""
    groups = [
        replace(group, conditions=tuple(one for one in group.conditions if not one.is_empty))
        for group in question.groups
    ]
    return replace(question, groups=tuple(group for group in groups if group.conditions))
