"""The changes between two states of one file, put into words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.base.i18n import _
from app.engine.timers import DayUnit
from app.services.comparison import aspects
from app.services.comparison.aspects import Aspect
from app.services.comparison.changes import SECTIONS, About, Change, Kind, Section
from app.services.comparison.documents import (
    Document,
    Matches,
    Side,
    Signature,
    Subject,
    View,
    match_subjects,
)
from app.services.comparison.drawing_aspects import LAYER
from app.services.comparison.trees import (
    Difference,
    differences,
    everything,
    moved_items,
    with_references,
)

Ids = tuple[str, ...]
#: What is said already of something that was added or removed.
_IN_TITLE = frozenset({"name", "inside", "lane", "source", "target"})


def plainly_said(_subject: Subject, _side: Side, added: bool) -> str:
    """That a subject was added or removed, and no more."""
    return _("ditambahkan") if added else _("dihapus")


@dataclass(frozen=True)
class Language:
    """How the files of one format are compared and spoken of.

    ``refers``: whether a name is that of a reference; ``order``: what is said of a subject that changes its place;
    ``follows``: whether a difference only repeats what is told of another subject; ``added``: what is said of a
    subject that was added or removed; ``more``: what belongs to one besides what it says itself.
    """

    aspect: Callable[[Difference, Subject, View], Aspect]
    title: Callable[[Subject, Side], str]
    section: Callable[[Subject], Section]
    signature: Signature = lambda _subject, _document, _pairs: None
    refers: Callable[[str], bool] = lambda _name: False
    order: Callable[[Subject], Aspect] = lambda _subject: aspects.ORDER
    follows: Callable[[Difference, Subject, "FileChanges"], bool] = lambda _each, _subject, _files: False
    said: Callable[[Subject, Side, bool], str] = plainly_said
    more: Callable[[Subject, Document], Sequence[str]] = lambda _subject, _document: ()


@dataclass
class FileChanges:
    """Compares two states of a file. ``shows_at``: where a subject is seen on the diagram of its side; ``known``:
    subjects that are the same whatever they are called; ``day_units``: how each process counts days."""

    older: Document
    newer: Document
    language: Language
    shows_at: Callable[[Subject, bool], Ids]
    known: Iterable[tuple[str, str]] = ()
    day_units: tuple[DayUnit, DayUnit] = ("kerja", "kerja")
    matches: Matches = field(init=False)
    view: View = field(init=False)

    def __post_init__(self) -> None:
        self.matches = match_subjects(self.older, self.newer, self.language.signature, self.known)
        old_keys = {new: old for old, new in self.matches.pairs.items()}
        before, after = self.day_units
        self.view = View(Side(self.older, old_keys, before), Side(self.newer, {}, after))
        self._new_keys = {old: new for old, new in self.matches.pairs.items() if old != new}
        self._places = _places(self)

    def changes(self) -> list[Change]:
        """All of them; `Change.rank` says in which order they are told."""
        return list(self._all())

    def _all(self) -> Iterator[Change]:
        for old in self.matches.removed:
            yield self.only(self.older.subjects[old], added=False)
        for new in self.matches.added:
            yield self.only(self.newer.subjects[new], added=True)
        moved = self._moved()
        for old, new in self.matches.pairs.items():
            one, two = self.older.subjects[old], self.newer.subjects[new]
            tree = with_references(one.tree, self._new_keys, self.language.refers)
            found = differences(tree, two.tree)
            told = [each for each in found if not self.language.follows(each, two, self)]
            yield from self._pair(one, two, told)
            yield from (self.change(aspect, one, two, *values) for aspect, values in moved.get(new, ()))

    def _pair(self, one: Subject, two: Subject, found: Iterable[Difference]) -> Iterator[Change]:
        groups: dict[object, tuple[Aspect, list[Difference]]] = {}
        for each in found:
            aspect = self.language.aspect(each, two, self.view)
            key = (aspect.name, aspect.what(), aspect.section)
            groups.setdefault(key, (aspect, []))[1].append(each)
        for aspect, each_of in groups.values():
            for before, after in self._values(aspect, each_of, one, two):
                if before == after:
                    yield from self._as_written(each_of, one, two)
                else:
                    yield self.change(aspect, one, two, before, after)

    def _values(
        self, aspect: Aspect, found: Sequence[Difference], one: Subject, two: Subject
    ) -> Iterator[tuple[str | None, str | None]]:
        """What was there and is there, for each change that the differences are told as."""
        both = [each for each in found if each.before is not None and each.after is not None]
        gone = [each for each in found if each.after is None]
        come = [each for each in found if each.before is None]
        for each in both:
            yield self._shown(aspect, each, one, added=False), self._shown(aspect, each, two, added=True)
        if len(gone) == len(come) == 1:
            yield (
                self._shown(aspect, gone[0], one, added=False),
                self._shown(aspect, come[0], two, added=True),
            )
            return
        if gone:
            yield "; ".join(self._shown(aspect, each, one, added=False) for each in gone), None
        if come:
            yield None, "; ".join(self._shown(aspect, each, two, added=True) for each in come)

    def _shown(self, aspect: Aspect, each: Difference, subject: Subject, *, added: bool) -> str:
        value, side = (each.after, self.view.newer) if added else (each.before, self.view.older)
        rest = aspects.rest_of(each, self.view) if each.whole and "path" in aspect.params else ""
        if each.path[-1].name == "#present":
            return rest or aspects.path_of(each._replace(path=each.path[-2:-1], whole=0), self.view)
        shown = aspect.show(value or "", side, subject)
        return f"{rest}: {shown}" if rest else shown

    def _as_written(self, found: Iterable[Difference], one: Subject, two: Subject) -> Iterator[Change]:
        """What reads alike and is written otherwise, as it stands in the file."""
        for each in found:
            aspect = aspects.as_written(each, two, self.view)
            [(before, after)] = self._values(aspect, [each], one, two)
            yield self.change(aspect, one, two, before, after)

    def _moved(self) -> dict[str, list[tuple[Aspect, tuple[str | None, str | None]]]]:
        """What stands elsewhere among what both have: by newer key the aspect, and where it stood and stands."""
        found: dict[str, list[tuple[Aspect, tuple[str | None, str | None]]]] = {}
        before = {place: self._translated(keys) for place, keys in self._older_places().items()}
        for place, keys in self.newer.by_place().items():
            for key, was, now in _moved_among(before.get(place, []), keys):
                aspect = self.language.order(self.newer.subjects[key])
                found.setdefault(key, []).append((aspect, self._stood(key, was, now)))
        for key, was, now in _moved_among(self._translated(self.older.layers), self.newer.layers):
            found.setdefault(key, []).append((LAYER, self._stood("", was, now)))
        return found

    def _older_places(self) -> dict[tuple[str, str], list[str]]:
        pairs = self.matches.pairs
        return {(pairs.get(owner, ""), shelf): keys for (owner, shelf), keys in self.older.by_place().items()}

    def _translated(self, keys: Iterable[str]) -> list[str]:
        pairs = self.matches.pairs
        return [pairs[key] for key in keys if key in pairs]

    def _stood(self, key: str, was: str | None, now: str | None) -> tuple[str | None, str | None]:
        """Where it stands: its row where there are rows, else after what."""
        two = self.newer.subjects[key] if key else None
        one = self.view.older.subject(key) if key else None
        if one and two and one.row and two.row and one.row != two.row:
            return str(one.row), str(two.row)
        return (
            f"“{self.view.older.named(was)}”" if was else None,
            f"“{self.view.newer.named(now)}”" if now else None,
        )

    def only(self, subject: Subject, *, added: bool) -> Change:
        """What only one of the files has."""
        side = self.view.newer if added else self.view.older
        about = self._about(subject, side)
        said = self.language.said(subject, side, added)
        return Change(
            "added" if added else "removed",
            about,
            "",
            self.language.section(subject),
            "",
            said,
            _("{about}: {said}", about=about.title, said=said),
            details=tuple(self.details(subject, added=added)),
            older_ids=() if added else self.shows_at(subject, False),
            newer_ids=self.shows_at(subject, True) if added else (),
            rank=self._rank(subject, self.language.section(subject), added=added, first=0),
        )

    def details(self, subject: Subject, *, added: bool) -> Iterator[str]:
        """All that a subject says, in words."""
        for change in self._pair(subject, subject, everything(subject.tree, added=added)):
            if change.section not in {"drawing", "file"} and change.aspect not in _IN_TITLE:
                value = change.after if added else change.before
                yield _("{what}: {value}", what=change.label, value=aspects.shorten(value or ""))
        yield from self.language.more(subject, self.newer if added else self.older)

    def change(
        self, aspect: Aspect, one: Subject, two: Subject, before: str | None, after: str | None
    ) -> Change:
        """A change of what both files have; ``before`` and ``after`` as they are shown."""
        about = self._about(two, self.view.newer, one)
        section = aspect.section or self.language.section(two)
        said = aspect.say(before, after)
        return Change(
            _kind(aspect, before, after),
            about,
            aspect.name,
            section,
            aspect.what(),
            said,
            _("{about}: {said}", about=about.title, said=said),
            before,
            after,
            older_ids=self.shows_at(one, False),
            newer_ids=self.shows_at(two, True),
            rank=self._rank(two, section, added=True, first=1),
        )

    def _about(self, subject: Subject, side: Side, older: Subject | None = None) -> About:
        return About(
            subject.part,
            subject.id or subject.key,
            subject.name,
            self.language.title(subject, side),
            side.document.file,
            older_id=older.id if older and older.id != subject.id else "",
            inside=subject.inside,
        )

    def _rank(
        self, subject: Subject, section: Section, *, added: bool, first: Literal[0, 1]
    ) -> tuple[float, ...]:
        place = self._places.get((added, subject.key), 0.0)
        return (SECTIONS.index(section), place, first)


def _kind(aspect: Aspect, before: str | None, after: str | None) -> Kind:
    """Moved is what was somewhere and is elsewhere; what comes first has nothing before it."""
    placed = aspect.name in {"order", "layer"} or (before is None) == (after is None)
    return "moved" if aspect.kind == "moved" and placed else "changed"


def _moved_among(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str | None, str | None]]:
    common = set(before) & set(after)
    yield from moved_items([key for key in before if key in common], [key for key in after if key in common])


def _places(files: FileChanges) -> dict[tuple[bool, str], float]:
    """Where each subject is told: in the order of the newer file, what was removed after what stood before it."""
    ways = [tuple(dict.fromkeys((*one.steps, *one.subjects))) for one in (files.older, files.newer)]
    found = {(True, key): float(number) for number, key in enumerate(ways[1])}
    place, pairs = -1.0, files.matches.pairs
    for number, key in enumerate(ways[0]):
        place = found.get((True, pairs.get(key, "\0")), place)
        found[False, key] = place + (number + 1) / (2 * len(ways[0]) + 2)
    return found
