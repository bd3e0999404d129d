"""A variable gets another name in all files of a draft at once: in the field, and wherever it is read.

What changes are the letters of the name where it was parsed; all else stays as it was written. Afterwards the files
are read again by what runs them: where that still finds the old name, nothing is changed at all.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import forms
from app.base.errors import Conflict, ExpressionFailed, InvalidDiagram, InvalidForm
from app.base.i18n import _
from app.base.mentions import Mention, rewritten
from app.bpmnio import feel, templates
from app.engine import decisions, xml
from app.engine.decisions import Decision
from app.engine.reading import reader
from app.forms import Form
from app.forms.submission.identity_flow import Slot, slots
from app.models import DefinitionFile, ProcessDefinition, ProcessDraftFile, Resource
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.definitions.definitions import form_key
from app.services.deployment import checks, same_process, scenario_files
from app.services.deployment.bundle import Bundle, own_names
from app.services.studio import draft_files, drafts, titles
from app.services.studio.variables import Named, named_in

_LONGEST_NAME = 60
_SHOWN_CHARS = 160

#: (file, element or component, where, names there)
_Fact = tuple[str, str, str, frozenset[str]]


@dataclass(frozen=True)
class Change:
    """A place that a new name changes, and what stands there before and after, as far as a line shows it."""

    file: str
    place: str
    before: str
    after: str


@dataclass(frozen=True)
class Plan:
    """What a new name would do. ``left``: places that name the variable in a way that only people can change;
    where there are some, nothing is done. ``unsure``: that may mean something else of the same name, and stay.
    ``files``: those that change, as they would be; ``seen``: the revisions of all files that were looked at."""

    changes: tuple[Change, ...]
    left: tuple[str, ...]
    unsure: tuple[str, ...]
    files: Mapping[str, bytes]
    seen: Mapping[str, int]


def plan(session: Session, draft_id: int, file: str, old: str, new: str, *, actor: Actor) -> Plan:
    """Say what giving the field ``old`` of the form ``file`` the name ``new`` would change; nothing is stored.

    Raises:
        InvalidForm: the form has no such field, or the new name is none, or is taken.
        And what `drafts.get_open` raises.
    """
    drafts.get_open(session, draft_id, actor=actor)
    rows = draft_files.files_of(session, draft_id)
    return plan_for(
        {row.name: row.content for row in rows}, {row.name: row.revision for row in rows}, file, old, new
    )


@dataclass(frozen=True)
class Older:
    """A draft's diagram of the process in force beside the one that is to take its id. ``is_stored``: the version in
    force has it as it is, and it draws no other process, so nothing is lost where it leaves the draft."""

    file: str
    is_stored: bool


def older_diagram(
    session: Session, rows: Iterable[ProcessDraftFile], live: ProcessDefinition
) -> Older | None:
    """The diagram among the files ``rows`` of a draft that draws the process of ``live``. At most 1 SQL."""
    found = next(
        (r for r in rows if r.name.endswith(".bpmn") and live.key in titles.keys_of(r.content)), None
    )
    if found is None:
        return None
    query = select(Resource.content).join(DefinitionFile, DefinitionFile.sha256 == Resource.sha256)
    query = query.where(DefinitionFile.definition_id == live.id, DefinitionFile.kind == "bpmn")
    is_stored = found.content in session.scalars(query).all()
    return Older(found.name, is_stored and titles.keys_of(found.content) == [live.key])


def plan_process(
    session: Session, draft_id: int, old: str, new: str, *, actor: Actor
) -> tuple[dict[str, bytes], tuple[str, ...], dict[str, int]]:
    """The diagrams and scenarios of a draft as they are when the process ``old`` is the one in force that is called
    ``new``; the diagram of before that leaves the draft then; and the revisions of all files.

    Raises:
        Conflict: the draft draws no process ``old``, or none ``new`` is in force, or a diagram of ``new`` in the
            draft was changed there or draws more.
        And what `drafts.get_open` raises.
    """
    drafts.get_open(session, draft_id, actor=actor)
    rows = draft_files.files_of(session, draft_id)
    drawn = {row.name: titles.keys_of(row.content) for row in rows if row.name.endswith(".bpmn")}
    live = definitions.latest(session, new)
    if old == new or live is None or not any(old in keys for keys in drawn.values()):
        raise Conflict(_("Id proses dalam draf ini tidak dapat diganti begitu. Buka draf ini sekali lagi."))
    older = older_diagram(session, rows, live)
    gone = (older.file,) if older is not None else ()
    drawing = [name for name, keys in drawn.items() if new in keys]
    if older is not None and (not older.is_stored or len(drawing) > 1):
        raise Conflict(
            _(
                "{file} dalam draf ini juga memuat proses “{key}”, dan isinya lain dari versi yang berlaku. "
                "Keluarkan dulu berkas itu dari draf, lalu jawab sekali lagi.",
                file=older.file,
                key=new,
            )
        )
    files = {
        row.name: same_process.renamed(row.content, old, new)
        for row in rows
        if row.name in drawn and row.name not in gone
    }
    for row in rows:
        if scenario_files.is_scenario(row.name) and scenario_files.process_of(row.content) == old:
            files[row.name] = scenario_files.of_process(row.content, new)
    return files, gone, {row.name: row.revision for row in rows}


def plan_for(files: Mapping[str, bytes], revisions: Mapping[str, int], file: str, old: str, new: str) -> Plan:
    """`plan` for files at hand."""
    named = named_in(files)
    _require_sound(named, file, old, new)
    own = [one for one in named if one.mention.name == old]
    sure = [one for one in own if not one.mention.perhaps]
    after = {name: _renamed(content, name, sure, new) for name, content in files.items()}
    return Plan(
        changes=tuple(_changes(sure, new)),
        left=tuple(_left(files, after, old, new)),
        unsure=tuple(dict.fromkeys(f"{one.place} ({one.file})" for one in own if one.mention.perhaps)),
        files={name: content for name, content in after.items() if content != files[name]},
        seen=dict(revisions),
    )


def _require_sound(named: Iterable[Named], file: str, old: str, new: str) -> None:
    message = ""
    names = {one.mention.name for one in named}
    if not any(one.file == file and one.mention.name == old and one.mention.sets for one in named):
        message = _("Formulir {file} tidak punya isian dengan kunci {key}.", file=file, key=old)
    elif not _is_name(new):
        message = _("Tulis kunci dengan huruf, angka, dan garis bawah, diawali huruf, misalnya nama_pelapor.")
    elif new == old:
        message = _("Kunci itu sama dengan yang sekarang.")
    elif new in names:
        message = _("Kunci {key} sudah dipakai dalam draf ini. Pilih kunci lain.", key=new)
    if message:
        raise InvalidForm(message, {"to": message})


def _is_name(name: str) -> bool:
    """Whether a variable can have this name everywhere: no word or function of FEEL, no word of forms."""
    plain = name.isascii() and name.isidentifier() and name[:1].isalpha() and len(name) <= _LONGEST_NAME
    reserved = name in {"this", "parent", "i", "item", "partial"}
    return plain and not reserved and feel.variable_names(name) == {name}


def _renamed(content: bytes, name: str, sure: Iterable[Named], new: str) -> bytes:
    own = [one.mention for one in sure if one.file == name]
    if not own:
        return content
    if name.endswith(".form"):
        return rewritten(content.decode(), own, new).encode()
    return xml.encoded(rewritten(xml.decoded(content), own, new), content)


def _changes(sure: Iterable[Named], new: str) -> Iterator[Change]:
    """One change for each text, however often it has the name."""
    texts: dict[tuple[str, str, str], list[Mention]] = {}
    for one in sure:
        texts.setdefault((one.file, one.place, one.mention.text), []).append(one.mention)
    for (file, place, text), mentions in texts.items():
        places = [Mention(m.name, "", "", "", "", "", m.at, m.at, m.at + len(m.name)) for m in mentions]
        yield Change(file, place, _shown(text), _shown(rewritten(text, places, new)))


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"


def _left(before: Mapping[str, bytes], after: Mapping[str, bytes], old: str, new: str) -> Iterator[str]:
    """Where the files do not say after it what they said before under the old name."""
    wanted = Counter(
        (file, owner, where, frozenset(new if name == old else name for name in names))
        for file, owner, where, names in _facts(before)
    )
    found = Counter(_facts(after))
    for file, owner, where, _names in sorted((found - wanted) | (wanted - found), key=str):
        yield f"{owner}, {where} ({file})"


def _facts(files: Mapping[str, bytes]) -> Iterator[_Fact]:
    """What runs the files says of the names in them."""
    read = {name: _form(name, content) for name, content in files.items() if name.endswith(".form")}
    tables = [
        one for name, content in files.items() if name.endswith(".dmn") for one in _tables(name, content)
    ]
    for name, form in read.items():
        yield from _form_facts(name, form) if form else ()
    for table in tables:
        yield table.file or "", table.id, "", decisions.variable_names(table)
        yield table.file or "", table.id, "=", decisions.outputs(table)
    by_key = {form_key(name): form for name, form in read.items() if form}
    by_id = {table.id: table for table in tables}
    for name, content in files.items():
        if name.endswith(".bpmn"):
            yield from _diagram_facts(name, content, by_key, by_id)


def _diagram_facts(
    name: str, content: bytes, by_key: Mapping[str, Form], tables: Mapping[str, Decision]
) -> Iterator[_Fact]:
    try:
        diagrams = reader.read_diagrams(content, file=name, refuse=False)
    except InvalidDiagram:
        return
    for diagram in diagrams:
        bundle = Bundle(diagram, {}, forms=dict(by_key))
        for owner, where, names, _mentioned in checks.variable_reads(bundle):
            yield name, owner, where, names
        for node in diagram.nodes.values():
            yield name, node.id, "=", own_names(node)


def _form_facts(name: str, form: Form) -> Iterator[_Fact]:
    yield name, "", "=", frozenset(part.key for part in form.fields)
    for part in form.everything:
        for slot in slots(part):
            yield name, part.id, slot.name, _slot_names(slot)


def _slot_names(slot: Slot) -> frozenset[str]:
    if slot.way == "key":
        return frozenset({slot.text.partition(".")[0]})
    if slot.way == "template":
        facts = templates.look(slot.text)
        return facts.reads | frozenset(path[-1] for path in facts.paths)
    paths = feel.place_paths(slot.text, dialect=slot.way)
    # of a way from `this`, its last step is the variable
    return feel.variable_names(slot.text, dialect=slot.way) | frozenset(path[-1] for path in paths)


def _form(name: str, content: bytes) -> Form | None:
    try:
        return forms.load_form(content, file=name, refuse=False)
    except InvalidDiagram:
        return None


def _tables(name: str, content: bytes) -> list[Decision]:
    try:
        return list(decisions.read_decisions(content, file=name, refuse=False))
    except (InvalidDiagram, ExpressionFailed):
        return []
