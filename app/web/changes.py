"""What differs between two versions, as pages show it: sections of changes, each with where it is on the diagrams.

The markup is in ``components/changes.html``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from app.base.i18n import _, pgettext
from app.services.comparison.changes import Change, Comparison, Kind, Section
from app.services.comparison.comparison import compare
from app.services.comparison.contents import Contents
from app.services.comparison.pictures import Picture, pictures, samples
from app.services.comparison.word_changes import Piece, word_changes

#: What says nothing about the work stands folded.
_FOLDED: frozenset[Section] = frozenset({"drawing", "file"})
#: Texts longer than this are shown whole, with the words that changed marked.
_LONG = 80


@dataclass(frozen=True)
class Item:
    """A change as the page shows it: ``pieces`` of a long text that changed, else the sentence alone."""

    change: Change
    pieces: Sequence[Piece] = ()


@dataclass(frozen=True)
class Group:
    """What changed of one thing; ``links``: where it is on the diagrams, (text, address)."""

    title: str
    items: Sequence[Item]
    links: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Part:
    """One section of the page."""

    name: Section
    title: str
    groups: Sequence[Group]
    folded: bool

    @property
    def count(self) -> int:
        """How many changes it tells."""
        return sum(len(group.items) for group in self.groups)


@dataclass(frozen=True)
class Drawn:
    """One of the two diagrams: its heading, what may be marked on it, and the picture."""

    title: str
    label: str
    kinds: Sequence[Kind]
    picture: Picture

    @property
    def legend(self) -> Sequence[tuple[Kind, str]]:
        """Each kind with how it is marked."""
        drawn = samples()
        return [(kind, drawn[kind]) for kind in self.kinds]


def drawn(before: Picture, after: Picture, *, older: str, newer: str) -> list[Drawn]:
    """The newer diagram, then the older; ``older`` and ``newer`` are what they are called."""
    return [
        Drawn(_("Diagram baru: {name}", name=newer), newer, ("added", "changed", "moved"), after),
        Drawn(_("Diagram lama: {name}", name=older), older, ("removed", "changed", "moved"), before),
    ]


def report(
    before: Contents, after: Contents, *, older: str, newer: str, titles: tuple[str, str]
) -> dict[str, Any]:
    """All that a page says of two versions. ``older`` and ``newer``: what they are called in sentences; ``titles``:
    what their diagrams are called."""
    found = compare(before, after)
    pair = pictures(before, after, found, titles=titles)
    return {
        "parts": parts(found, *pair),
        "counts": counts(found),
        "rewritten": found.rewritten,
        "drawn": drawn(*pair, older=older, newer=newer),
    }


def counts(found: Comparison) -> list[tuple[str, int]]:
    """How many changes of each kind there are, but for how the files are written."""
    kinds = [one.kind for one in found.changes if one.section != "file"]
    return [(kind, kinds.count(kind)) for kind in ("added", "removed", "changed", "moved") if kind in kinds]


def _titles() -> Mapping[Section, str]:
    return {
        "process": _("Proses dan identitas SOP"),
        "lane": pgettext("banyak", "Lajur"),
        "step": _("Tugas dan langkah"),
        "flow": _("Alur dan syarat"),
        "timer": _("Waktu dan tenggat"),
        "form": pgettext("banyak", "Formulir"),
        "table": pgettext("banyak", "Tabel keputusan"),
        "other": _("Lainnya"),
        "drawing": _("Gambar"),
        "file": _("Penulisan berkas"),
    }


def parts(found: Comparison, before: Picture, after: Picture) -> list[Part]:
    """The sections of a page; ``before`` and ``after`` are the diagrams on it."""
    titles = _titles()
    return [
        Part(name, titles[name], _groups(changes, before, after), name in _FOLDED)
        for name, changes in found.by_section.items()
    ]


def _groups(changes: Iterable[Change], before: Picture, after: Picture) -> list[Group]:
    made = []
    for about, each in groupby(changes, key=lambda one: one.about):
        some = list(each)
        made.append(Group(about.title, [_item(one) for one in some], _links(some[0], before, after)))
    return made


def _item(change: Change) -> Item:
    before, after = change.before, change.after
    if before is None or after is None or max(len(before), len(after)) <= _LONG:
        return Item(change)
    return Item(change, word_changes(before.strip("“”"), after.strip("“”")))


def _links(change: Change, before: Picture, after: Picture) -> list[tuple[str, str]]:
    newer = (_("pada diagram baru"), after.address(change.newer_ids))
    older = (_("pada diagram lama"), before.address(change.older_ids))
    return [(text, address) for text, address in (newer, older) if address]
