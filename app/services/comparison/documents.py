"""What a file consists of as far as people speak of it: elements, form fields, rows of a table. Each is a subject.

`match_subjects` finds which subject of one file is which of the other.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.engine.timers import DayUnit
from app.services.comparison.trees import Tree

Sort = Literal["diagram", "form", "table", "other"]
Part = Literal[
    "file",
    "process",
    "lane",
    "task",
    "event",
    "gateway",
    "timer",
    "flow",
    "field",
    "decision",
    "column",
    "rule",
    "element",
]


@dataclass
class Subject:
    """A part that has a name of its own. ``tree``: what it says, without the subjects inside.

    ``inside``: the key of the subject that holds it; ``row``: where it stands among those of its kind there, from 1.
    """

    key: str
    part: Part
    tree: Tree
    name: str = ""
    inside: str = ""
    row: int = 0

    @property
    def id(self) -> str:
        """Its id in the file, "" for what has none."""
        return self.tree.get("id")


#: Says by what a subject is recognised that has another id: the same for both files; None: by nothing.
Signature = Callable[[Subject, "Document", Mapping[str, str]], Hashable]


@dataclass
class Document:
    """A file with its subjects by key, in their order. ``layers``: keys in the order in which they are drawn;
    ``steps``: those that are told first, in the order in which a case takes them. Never changed once made."""

    file: str
    sort: Sort
    subjects: dict[str, Subject]
    prefixes: Mapping[str, str] = field(default_factory=dict)
    layers: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()

    def by_place(self) -> dict[tuple[str, str], list[str]]:
        """Keys in their order, by what holds them and where in it."""
        found: dict[tuple[str, str], list[str]] = {}
        for subject in self.subjects.values():
            if subject.part != "file":
                found.setdefault((subject.inside, _shelf(subject)), []).append(subject.key)
        return found


def _shelf(subject: Subject) -> str:
    """Columns and rules stand in rows of their own."""
    return subject.tree.tag if subject.part == "column" else subject.part if subject.part == "rule" else ""


@dataclass(frozen=True)
class Side:
    """One of two files. ``keys``: its key of each subject by that of the newer file; ``day_unit``: how its process
    counts days."""

    document: Document
    keys: Mapping[str, str]
    day_unit: DayUnit

    def subject(self, key: str) -> Subject | None:
        """The subject of this key of the newer file."""
        return self.document.subjects.get(self.keys.get(key, key))

    def named(self, key: str) -> str:
        """What people call it; the key itself where the file has none."""
        found = self.subject(key)
        return (found.name or found.id or key) if found else key


@dataclass(frozen=True)
class View:
    """Both files, as they are spoken of. Keys are those of the newer file, or of the older for what it lacks."""

    older: Side
    newer: Side

    @property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes that the files give namespaces."""
        return {**self.older.document.prefixes, **self.newer.document.prefixes}

    def named(self, key: str) -> str:
        """What people call the subject with this key."""
        return (self.newer if self.newer.subject(key) else self.older).named(key)


@dataclass(frozen=True)
class Matches:
    """Which subject is which: older key → newer key, and those that only one of the files has."""

    pairs: Mapping[str, str]
    removed: tuple[str, ...]
    added: tuple[str, ...]


def match_subjects(
    older: Document, newer: Document, signature: Signature, known: Iterable[tuple[str, str]] = ()
) -> Matches:
    """Match by key, then those that differ in it alone: both files must have exactly one of that signature."""
    pairs = {key: key for key, one in older.subjects.items() if _may_be(one, newer.subjects.get(key))}
    taken = set(pairs.values())
    for old, new in known:
        if old in older.subjects and new in newer.subjects and old not in pairs and new not in taken:
            pairs[old] = new
            taken.add(new)
    for _round in range(4):  # a flow is recognised by its ends, and these may have been by theirs
        found = _renamed(older, newer, signature, pairs)
        if not found:
            break
        pairs |= found
    taken = set(pairs.values())
    return Matches(
        pairs,
        tuple(key for key in older.subjects if key not in pairs),
        tuple(key for key in newer.subjects if key not in taken),
    )


_NODES = frozenset({"task", "event", "gateway", "timer"})


def _may_be(one: Subject, other: Subject | None) -> bool:
    """Whether a subject with the same id can be the same: a task may have become an event, but no lane."""
    if other is None:
        return False
    return one.part == other.part or {one.part, other.part} <= _NODES


def _renamed(
    older: Document, newer: Document, signature: Signature, pairs: Mapping[str, str]
) -> dict[str, str]:
    taken = set(pairs.values())
    same = {new: new for new in taken}
    before = {key: signature(one, older, pairs) for key, one in older.subjects.items() if key not in pairs}
    after = {key: signature(one, newer, same) for key, one in newer.subjects.items() if key not in taken}
    once = {mark for mark, count in Counter(after.values()).items() if count == 1 and mark is not None}
    once &= {mark for mark, count in Counter(before.values()).items() if count == 1}
    new = {mark: key for key, mark in after.items() if mark in once}
    return {key: new[mark] for key, mark in before.items() if mark in once}
