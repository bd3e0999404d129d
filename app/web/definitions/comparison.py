"""Two versions of a process beside each other: what differs, in words and on both diagrams."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.errors import NotFound
from app.i18n import _, pgettext
from app.models import ProcessDefinition
from app.services.comparison import contents, pictures
from app.services.comparison.changes import Change, Comparison, Section
from app.services.comparison.comparison import compare
from app.services.comparison.word_changes import Piece, word_changes
from app.services.core import ids
from app.services.definitions import catalogue, definitions, details
from app.web import context, lists

blueprint = Blueprint("comparison", __name__)

#: What says nothing about the work stands folded.
_FOLDED: frozenset[Section] = frozenset({"drawing", "file"})
#: So many versions can be chosen from, the newest.
_MOST_VERSIONS = 200
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


@blueprint.get("/proses/<int:definition_id>/bandingkan")
def choose(definition_id: int) -> AnyResponse | str:
    """Choose two versions; go to their comparison once both are chosen."""
    one, two = (ids.parse_id(lists.argument(name)) for name in ("lama", "baru"))
    with context.database().reading() as session:
        definition = definitions.get(session, definition_id)
        versions = _versions(session, definition)
        if one is None or two is None:
            return render_template("definitions/compare.html", definition=definition, versions=versions)
        _both(session, one, two)
    return redirect(url_for("comparison.show", definition_id=one, other_id=two), 303)


@blueprint.get("/proses/<int:definition_id>/bandingkan/<int:other_id>")
def show(definition_id: int, other_id: int) -> str:
    """What differs between two versions, the older first whatever their order in the address."""
    with context.database().reading() as session:
        older, newer = _both(session, definition_id, other_id)
        before, after = (contents.stored_contents(session, one.id) for one in (older, newer))
        found = compare(before, after)
        titles = (
            _("Diagram {name}, versi {n}", name=older.name, n=older.version),
            _("Diagram {name}, versi {n}", name=newer.name, n=newer.version),
        )
        drawn = pictures.pictures(before, after, found, titles=titles)
        return render_template(
            "definitions/comparison.html",
            definition=newer,
            older=older,
            newer=newer,
            deployers=details.deployed_by(session, [older, newer]),
            versions=_versions(session, newer, older),
            parts=_parts(found, *drawn),
            counts=_counts(found),
            rewritten=found.rewritten,
            drawn=[(newer, drawn[1]), (older, drawn[0])],
            legend=pictures.samples(),
        )


def _both(session: Session, one: int, two: int) -> tuple[ProcessDefinition, ProcessDefinition]:
    """The older and the newer of two versions of one process."""
    first, second = definitions.get(session, one), definitions.get(session, two)
    if first.key != second.key:
        raise NotFound(_("Kedua versi ini bukan dari proses yang sama."))
    return (first, second) if first.version <= second.version else (second, first)


def _versions(session: Session, *shown: ProcessDefinition) -> Sequence[ProcessDefinition]:
    """The newest versions of the process, and those that are shown."""
    newest = catalogue.page(session, key=shown[0].key, every=True, limit=_MOST_VERSIONS).items
    return [*newest, *(one for one in shown if one not in newest)]


def _counts(found: Comparison) -> list[tuple[str, int]]:
    """How many changes of each kind there are, but for how the files are written."""
    kinds = [one.kind for one in found.changes if one.section != "file"]
    return [(kind, kinds.count(kind)) for kind in ("added", "removed", "changed", "moved") if kind in kinds]


def _titles() -> Mapping[Section, str]:
    """The headings of the sections."""
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


def _parts(found: Comparison, before: pictures.Picture, after: pictures.Picture) -> list[Part]:
    titles = _titles()
    return [
        Part(name, titles[name], _groups(changes, before, after), name in _FOLDED)
        for name, changes in found.by_section.items()
    ]


def _groups(changes: Iterable[Change], before: pictures.Picture, after: pictures.Picture) -> list[Group]:
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


def _links(change: Change, before: pictures.Picture, after: pictures.Picture) -> list[tuple[str, str]]:
    newer = (_("pada diagram baru"), after.address(change.newer_ids))
    older = (_("pada diagram lama"), before.address(change.older_ids))
    return [(text, address) for text, address in (newer, older) if address]
