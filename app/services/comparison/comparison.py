"""Compare two versions of a process: every file of both, and what follows from it for the process as a whole."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from app.base.errors import InvalidDiagram
from app.base.i18n import N_, _
from app.base.lru import ByteBoundCache
from app.engine import timers
from app.engine.diagram import Diagram, Lane, Node
from app.services.comparison import diagram_aspects
from app.services.comparison.aspects import Aspect
from app.services.comparison.changes import About, Change, Comparison
from app.services.comparison.contents import Contents
from app.services.comparison.diagrams import diagram_document
from app.services.comparison.documents import Document, Subject
from app.services.comparison.file_changes import FileChanges, Ids
from app.services.comparison.forms import form_document
from app.services.comparison.languages import language_of
from app.services.comparison.tables import table_document
from app.services.comparison.trees import Tree
from app.services.definitions import definitions

_READERS: Mapping[str, Callable[[bytes, str], Document]] = {
    "bpmn": diagram_document,
    "called": diagram_document,
    "form": form_document,
    "json": form_document,
    "dmn": table_document,
}
_FILE_NAME = Aspect("file name", N_("nama berkas"), section="file")


def compare(older: Contents, newer: Contents) -> Comparison:
    """Return every change from one version to another, in the language in use.

    Whatever differs in their files is told; of a file that cannot be read, that its text does. Nothing is raised.
    """
    both = _Both(older, newer)
    found = [*both.of_files(), *both.consequences()]
    return Comparison(tuple(sorted(found, key=_order)), tuple(both.rewritten))


def _order(change: Change) -> tuple[float, bool, str, tuple[float, ...]]:
    """By section; what a called process changes after what the process itself does, each form by itself."""
    section, *rest = change.rank
    return section, change.about.file.endswith(".called"), change.about.file, tuple(rest)


@dataclass
class _Both:
    """Two versions while they are compared. ``main``: what was found in their diagrams, None where they are equal."""

    older: Contents
    newer: Contents
    main: FileChanges | None = None
    rewritten: list[str] = field(default_factory=list)

    def of_files(self) -> Iterator[Change]:
        """The changes of every file."""
        for one, two in self._pairs():
            if one is None:
                yield self._only(two or "", self.newer, added=True)
            elif two is None:
                yield self._only(one, self.older, added=False)
            else:
                yield from self._of_file(one, two)

    def _pairs(self) -> Iterator[tuple[str | None, str | None]]:
        """The files by name; then those that have another name and the same content."""
        gone = [name for name in self.older.files if name not in self.newer.files]
        come = [name for name in self.newer.files if name not in self.older.files]
        yield from ((name, name) for name in self.newer.files if name in self.older.files)
        for one in gone:
            two = next((name for name in come if self._is_renamed(one, name)), None)
            if two is not None:
                come.remove(two)
            yield one, two
        yield from ((None, name) for name in come)

    def _is_renamed(self, one: str, two: str) -> bool:
        kind = _ending(one)
        if kind != _ending(two):
            return False
        return kind == "bpmn" or not self._found(one, two)[1]  # a version has one diagram

    def _of_file(self, one: str, two: str) -> Iterator[Change]:
        compared = None
        if self.older.files[one] != self.newer.files[two]:
            compared, found = self._found(one, two)
            self.main = compared if compared.newer.sort == "diagram" and _ending(two) == "bpmn" else self.main
            self.rewritten += [] if found else [two]
            yield from (_in_called(change, two) if _ending(two) == "called" else change for change in found)
        if one != two:
            compared = compared or self._compared(one, two)
            roots = compared.older.subjects[""], compared.newer.subjects[""]
            yield compared.change(_FILE_NAME, *roots, f"“{one}”", f"“{two}”")

    def _found(self, one: str, two: str) -> tuple[FileChanges, list[Change]]:
        compared = self._compared(one, two)
        try:
            return compared, compared.changes()
        except RecursionError:  # nested more deeply than any modeler does, as a draft may be
            compared = self._between(_unread(one, self.older.files[one]), _unread(two, self.newer.files[two]))
            return compared, compared.changes()

    def _compared(self, one: str, two: str) -> FileChanges:
        before, after = _read(one, self.older.files[one]), _read(two, self.newer.files[two])
        if before.sort != after.sort:
            before, after = _unread(one, self.older.files[one]), _unread(two, self.newer.files[two])
        return self._between(before, after)

    def _between(self, before: Document, after: Document) -> FileChanges:
        return FileChanges(
            before,
            after,
            language_of(after.sort, _key(after.file)),
            self._shown_at(after),
            known=[(one.key, two.key) for one, two in self._diagrams()],
            day_units=(_day_unit(self.older), _day_unit(self.newer)),
        )

    def _diagrams(self) -> Iterator[tuple[Diagram, Diagram]]:
        """Both diagrams, where both can be read."""
        if self.older.diagram is not None and self.newer.diagram is not None:
            yield self.older.diagram, self.newer.diagram

    def _shown_at(self, document: Document) -> Callable[[Subject, bool], Ids]:
        """Where a subject of a file is seen on the diagram."""
        kind, key = _ending(document.file), _key(document.file)

        def at(subject: Subject, newer: bool) -> Ids:
            contents = self.newer if newer else self.older
            if kind == "bpmn":
                return (subject.key,) if subject.key else ()
            if kind == "called":
                return _at(contents.diagram, lambda node: node.calls == key)
            if kind == "dmn":
                return _at(contents.diagram, lambda node: _decides_by(node, subject, contents))
            return _at(contents.diagram, lambda node: node.form_key == key)

        return at

    def _only(self, name: str, contents: Contents, *, added: bool) -> Change:
        document = _read(name, contents.files[name])
        nothing = replace(document, subjects={"": Subject("", "file", Tree("", {}))}, layers=(), steps=())
        found = self._between(*((nothing, document) if added else (document, nothing)))
        side = found.view.newer if added else found.view.older
        details = (
            _("{about}: {said}", about=found.language.title(one, side), said="; ".join(told))
            for one in document.subjects.values()
            if (told := tuple(found.details(one, added=added))) or one.part != "file"
        )
        return replace(found.only(document.subjects[""], added=added), details=tuple(details))

    def consequences(self) -> Iterator[Change]:
        """What changes for an element that itself stays as it is."""
        main = self.main
        for before, after in self._diagrams():
            for old, new in main.matches.pairs.items() if main else ():
                if main and old in before.nodes and new in after.nodes:
                    yield from _of_lane((before, old), (after, new), main)
                    yield from _of_timer((before, old), (after, new), main)


_Place = tuple[Diagram, str]  # a diagram, and the id of an element in it


def _of_lane(one: _Place, two: _Place, main: FileChanges) -> Iterator[Change]:
    """An element that no lane lists is in that of its neighbours, or of the drawing."""
    subjects = main.older.subjects[one[1]], main.newer.subjects[two[1]]
    if subjects[1].tree.get("attachedToRef") or any(subject.tree.get("~lane") for subject in subjects):
        return
    before, after = _lane(*one), _lane(*two)
    if main.matches.pairs.get(before.id, before.id) != after.id and before.name != after.name:
        names = f"“{before.name}”", f"“{after.name}”"
        yield main.change(diagram_aspects.EFFECTIVE_LANE, *subjects, *names)


def _of_timer(one: _Place, two: _Place, main: FileChanges) -> Iterator[Change]:
    """A timer with the same words, in a process that counts days otherwise."""
    (before, old), (after, new) = one, two
    drawn = before.nodes[old].timer, after.nodes[new].timer
    if drawn[0] is None or drawn[1] is None or drawn[0].text != drawn[1].text:
        return
    said = [timers.explicit(drawn[0].text, diagram.day_unit) for diagram in (before, after)]
    if said[0] != said[1]:
        subjects = main.older.subjects[old], main.newer.subjects[new]
        yield main.change(diagram_aspects.COUNTED, *subjects, *(f"“{text}”" for text in said))


def _lane(diagram: Diagram, id: str) -> Lane:
    return diagram.lane(diagram.nodes[id].lane_id)


def _day_unit(contents: Contents) -> timers.DayUnit:
    return contents.diagram.day_unit if contents.diagram is not None else "kerja"


def _ending(name: str) -> str:
    ending = name.rpartition(".")[2].lower()
    return "bpmn" if ending == "xml" else ending


def _key(name: str) -> str:
    """What the process knows a file by."""
    return definitions.form_key(name).removesuffix(".called")


#: What all documents kept may take together; one takes about 25 times what its file does. A draft is compared with
#: the same version again and again.
_MOST_BYTES, _GROWTH = 16 << 20, 25
_documents: ByteBoundCache[tuple[str, bytes], tuple[Document, int]] = ByteBoundCache(
    _MOST_BYTES, lambda kept: kept[1] * _GROWTH
)


def _read(name: str, content: bytes) -> Document:
    """A file as a document, from memory when it was read before."""
    key = name, sha256(content).digest()
    kept = _documents.get(key)
    if kept is None:
        kept = _documents[key] = _read_anew(name, content), len(content)
    return kept[0]


def _read_anew(name: str, content: bytes) -> Document:
    try:
        return _READERS.get(_ending(name), _unread_text)(content, name)
    except (InvalidDiagram, ValueError, RecursionError):
        return _unread(name, content)


def _unread_text(content: bytes, name: str) -> Document:
    return _unread(name, content)


def _unread(name: str, content: bytes) -> Document:
    """A file as nothing but its text."""
    said = content.decode("utf-8", "backslashreplace").replace("\0", "\\0")
    text = Tree("", {}, said)
    return Document(name, "other", {"": Subject("", "file", text)})


def _at(diagram: Diagram | None, matches: Callable[[Node], bool]) -> Ids:
    """The elements of the diagram itself at which matching ones are seen: what a call brought in at the call."""
    if diagram is None:
        return ()
    found = []
    for node in filter(matches, diagram.nodes.values()):
        found += [next((one.id for one in diagram.around(node) if one.origin is None), node.id)]
    return tuple(dict.fromkeys(found))


def _decides_by(node: Node, subject: Subject, contents: Contents) -> bool:
    table = contents.tables.get(node.decision or "")
    if table is None:
        return False
    own = subject.key if subject.part == "decision" else subject.inside
    return own in {one.id for one in table.chain} or (not own and table.id == node.decision)


def _in_called(change: Change, file: str) -> Change:
    """A change of a process that this one calls."""
    title = _("Proses terpanggil “{key}”, {title}", key=_key(file), title=change.about.title)
    about: About = replace(change.about, title=title)
    section = change.section if change.section in {"drawing", "file"} else "other"
    text = _("{about}: {said}", about=title, said=change.said)
    return replace(change, about=about, text=text, section=section)
