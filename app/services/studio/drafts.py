"""Drafts of processes: a diagram with its forms and tables, worked on by process owners and saved file by file.

A draft may hold what cannot be read: it is checked, and refused, when it shall become a version.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from app.errors import Conflict, InvalidForm, NotFound
from app.history.events import DraftBegun, DraftDiscarded, DraftRestored
from app.i18n import _
from app.models import (
    DefinitionFile,
    ProcessDefinition,
    ProcessDraft,
    ProcessDraftFile,
    Resource,
    SandboxRun,
)
from app.services.core import clock, history
from app.services.core.access import Actor
from app.services.deployment import deployments, proposals, scenario_files
from app.services.migration import surveys
from app.services.studio import titles
from app.services.studio.titles import Title

#: What a draft may hold: as much as the editors of a browser open with ease.
MOST_FILES, MOST_BYTES = 60, 1024 * 1024
#: So long a draft that was published or discarded can be looked at and brought back.
KEPT = timedelta(days=30)
#: As many as one page shows.
_MOST_SHOWN = 100
_LONGEST_NAME = 120
KINDS = ("bpmn", "form", "dmn", scenario_files.KIND)
_NAME = re.compile(
    r"[^\s/\\\x00-\x1f\x7f<>\"'|?*:;%#\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
    r"[^/\\\x00-\x1f\x7f<>\"'|?*:;%#\u200b-\u200f\u202a-\u202e\u2066-\u2069]{0,118}\.(?:bpmn|form|dmn|scenario)"
)


class SavedByOthers(InvalidForm):
    """Files would replace what somebody else saved last; who means it says so."""

    code = "saved_by_others"


@dataclass(frozen=True)
class Stored:
    """A file of a draft as it is stored, and who saved it."""

    name: str
    content: bytes
    revision: int
    saved_at: datetime
    saved_by: str


class SavedMeanwhile(Exception):
    """Somebody saved the file after the state that this change began with. ``stored`` is what he saved.

    The message is a sentence for people. No `AppError`: whoever saves shows both.
    """

    def __init__(self, stored: Stored) -> None:
        text = _("{name} menyimpan {file} lebih dulu. Perubahan Anda belum disimpan.")
        super().__init__(text.format(name=stored.saved_by, file=stored.name))
        self.stored = stored


def begin_from_version(session: Session, definition_id: int, *, actor: Actor) -> ProcessDraft:
    """Begin a draft with the files of a version, old or new.

    Raises:
        NotFound: there is none. NotAllowed: the actor is no process owner, or an auditor.
    """
    definition = session.get(ProcessDefinition, definition_id)
    if definition is None:
        raise NotFound(_("Definisi proses ini tidak ada."))
    query = select(DefinitionFile.name, Resource.content).join(DefinitionFile.resource)
    query = query.where(DefinitionFile.definition_id == definition_id, DefinitionFile.kind.in_(KINDS))
    files = {name: content for name, content in session.execute(query)}
    return _begin(session, files, key=definition.key, name=definition.name, actor=actor, base=definition)


def begin_from_files(
    session: Session, files: Mapping[str, bytes], *, title: Title | None, actor: Actor
) -> ProcessDraft:
    """Begin a draft with uploaded ``files`` (name → content); ``title``: what `titles.title_of` makes of them.

    Raises:
        NotAllowed: the actor is no process owner, or an auditor. InvalidForm: too many, too large, or of other kinds.
    """
    name = (title.name if title else "") or min(files, default=_("Draf tanpa nama"))
    return _begin(session, files, key=title.key if title else "", name=name, actor=actor)


def begin_empty(session: Session, name: str, *, actor: Actor) -> ProcessDraft:
    """Begin a draft of a process that there is not yet: a pool with one lane, a start, a task and an end.

    Raises:
        NotAllowed: the actor is no process owner, or an auditor. InvalidForm: the name is empty or too long.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST_NAME:
        message = _("Isi nama prosesnya, paling panjang {most} huruf.", most=_LONGEST_NAME)
        raise InvalidForm(message, {"name": message})
    key = titles.key_of(name)
    files = {f"{key}.bpmn": titles.empty_diagram(key, name)}
    return _begin(session, files, key=key, name=name, actor=actor)


def begin_from_source(
    session: Session,
    files: Mapping[str, bytes],
    *,
    key: str,
    name: str,
    base: ProcessDefinition | None,
    source: str,
    actor: Actor | None,
) -> ProcessDraft:
    """Begin a draft with what came by an upload or a watched folder (``source``) and shall wait; see `incoming`.

    Raises:
        NotAllowed: the actor is no process owner, or an auditor. InvalidForm: too many, too large, or odd names.
    """
    return _begin(session, files, key=key, name=name, actor=actor, base=base, source=source)


def replace_files(
    session: Session, draft: ProcessDraft, files: Mapping[str, bytes], *, actor: Actor | None
) -> None:
    """Let a draft hold ``files`` and nothing else.

    Raises:
        NotAllowed, InvalidForm: as for `begin_from_source`.
    """
    if actor is not None:
        deployments.require_may_deploy(actor)
    _require_takable(files)
    now, stored = clock.now(session), {row.name: row for row in files_of(session, draft.id)}
    for name, row in stored.items():
        if name not in files:
            _take_out(session, draft, row)
        elif row.content != files[name]:
            _overwrite(row, files[name], now, actor)
    new = [name for name in files if name not in stored]
    session.add_all(_file(draft, name, files[name], now, actor) for name in new)
    _note_change(session, draft, None, actor)


def _begin(
    session: Session,
    files: Mapping[str, bytes],
    *,
    key: str,
    name: str,
    actor: Actor | None,
    base: ProcessDefinition | None = None,
    source: str = "",
) -> ProcessDraft:
    if actor is not None:
        deployments.require_may_deploy(actor)
    _require_takable(files)
    now = clock.now(session)
    draft = ProcessDraft(
        state="open",
        key=key,
        name=name,
        base_id=base.id if base else None,
        begun_at=now,
        begun_by_id=actor.id if actor else None,
        changed_at=now,
        changed_by_id=actor.id if actor else None,
        source=source,
    )
    session.add(draft)
    session.flush()
    session.add_all(_file(draft, file, content, now, actor) for file, content in files.items())
    session.flush()
    version = base.version if base else None
    told = DraftBegun(draft=draft.id, name=name, key=key, version=version, source=source)
    history.record(session, told, actor=actor)
    return draft


def _file(
    draft: ProcessDraft, name: str, content: bytes, now: datetime, actor: Actor | None
) -> ProcessDraftFile:
    """A file that the draft does not hold. It begins above the revisions of one that was taken out."""
    return ProcessDraftFile(
        draft_id=draft.id,
        name=name,
        content=content,
        revision=draft.removed_revision + 1,
        saved_at=now,
        saved_by_id=actor.id if actor else None,
    )


def drafts(session: Session, *, actor: Actor, state: str = "open") -> Sequence[ProcessDraft]:
    """The drafts in this state, the newest change first, `_MOST_SHOWN` at most. 1 SQL.

    Raises:
        NotAllowed: the actor is no process owner, or an auditor.
    """
    deployments.require_may_deploy(actor)
    query = select(ProcessDraft).where(ProcessDraft.state == state)
    query = query.options(joinedload(ProcessDraft.base), joinedload(ProcessDraft.changed_by))
    return session.scalars(query.order_by(ProcessDraft.changed_at.desc()).limit(_MOST_SHOWN)).all()


def get(session: Session, draft_id: int, *, actor: Actor, lock: bool = False) -> ProcessDraft:
    """Return a draft, open or not.

    Raises:
        NotFound: there is none. NotAllowed: the actor is no process owner, or an auditor.
    """
    deployments.require_may_deploy(actor)
    query = select(ProcessDraft).where(ProcessDraft.id == draft_id)
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound(_("Draf ini tidak ada, atau sudah lama ditutup."))
    return found


def get_open(session: Session, draft_id: int, *, actor: Actor, lock: bool = False) -> ProcessDraft:
    """Return a draft that can be changed.

    Raises:
        NotFound, NotAllowed: as for `get`. Conflict: it was published or discarded.
    """
    found = get(session, draft_id, actor=actor, lock=lock)
    if found.state != "open":
        raise Conflict(
            _("Draf ini sudah diterbitkan.") if found.state == "published" else _("Draf ini sudah dibuang.")
        )
    return found


def files_of(session: Session, draft_id: int) -> Sequence[ProcessDraftFile]:
    """The files of a draft: diagrams, forms, tables, each by name. 1 SQL."""
    query = select(ProcessDraftFile).where(ProcessDraftFile.draft_id == draft_id)
    rows = session.scalars(query.options(joinedload(ProcessDraftFile.saved_by)))
    return sorted(rows, key=lambda row: (KINDS.index(row.name.rsplit(".", 1)[-1]), row.name))


def contents(session: Session, draft_id: int) -> dict[str, bytes]:
    """The contents of a draft by file name. 1 SQL."""
    return {row.name: row.content for row in files_of(session, draft_id)}


def file_of(session: Session, draft_id: int, name: str, *, actor: Actor) -> ProcessDraftFile:
    """Return one file of a draft.

    Raises:
        NotFound: the draft has none of this name. And what `get` raises.
    """
    get(session, draft_id, actor=actor)
    found = _stored(session, draft_id, name)
    if found is None:
        raise NotFound(_("Berkas ini tidak ada dalam draf ini."))
    return found


def save(
    session: Session,
    draft_id: int,
    name: str,
    content: bytes,
    *,
    began_with: int,
    title: Title | None,
    actor: Actor,
) -> ProcessDraftFile:
    """Save a file, new where ``began_with`` is 0; ``title``: of a diagram, see `titles.title_of`.

    The same content again changes nothing.

    Raises:
        SavedMeanwhile: the file has another revision than ``began_with``; nothing is overwritten.
        InvalidForm: the name or size is none that a draft takes. And what `get_open` raises.
    """
    draft = get_open(session, draft_id, actor=actor, lock=True)
    stored = _stored(session, draft_id, name)
    if stored is not None and stored.content == content:
        return stored
    if stored is not None and stored.revision != began_with:
        raise SavedMeanwhile(_as_stored(stored))
    if stored is None and began_with:
        raise NotFound(_("Berkas ini tidak ada lagi dalam draf ini."))
    others = {row.name: row.content for row in files_of(session, draft_id) if row.name != name}
    _require_takable({**others, name: content})
    now = clock.now(session)
    if stored is None:
        stored = _file(draft, name, content, now, actor)
        session.add(stored)
    else:
        _overwrite(stored, content, now, actor)
    _note_change(session, draft, title, actor)
    return stored


def remove(session: Session, draft_id: int, name: str, *, actor: Actor) -> None:
    """Take a file out of a draft. One that is gone already is no error.

    Raises:
        What `get_open` raises.
    """
    draft = get_open(session, draft_id, actor=actor, lock=True)
    stored = _stored(session, draft_id, name)
    if stored is None:
        return
    _take_out(session, draft, stored)
    _note_change(session, draft, None, actor)


def bring_in(
    session: Session,
    draft_id: int,
    files: Mapping[str, bytes],
    *,
    title: Title | None,
    actor: Actor,
    over_others: bool = False,
) -> Sequence[str]:
    """Put files into a draft, over those of the same names; return the names of those that changed.

    ``over_others``: also over what somebody else saved last.

    Raises:
        SavedByOthers: something is, and nothing was written. InvalidForm: too many, too large, or of other kinds. And
            what `get_open` raises.
    """
    draft = get_open(session, draft_id, actor=actor, lock=True)
    stored = {row.name: row for row in files_of(session, draft_id)}
    after = {name: row.content for name, row in stored.items()} | dict(files)
    _require_takable(after)
    if not over_others:
        _require_own(
            [stored[name] for name in files if name in stored and stored[name].content != files[name]], actor
        )
    now, changed = clock.now(session), list[str]()
    for name, content in files.items():
        row = stored.get(name)
        if row is not None and row.content == content:
            continue
        changed.append(name)
        if row is None:
            session.add(_file(draft, name, content, now, actor))
        else:
            _overwrite(row, content, now, actor)
    if changed:
        _note_change(session, draft, title, actor)
    return changed


def _require_own(rows: Iterable[ProcessDraftFile], actor: Actor) -> None:
    others = [row for row in rows if row.saved_by is not None and row.saved_by_id != actor.id]
    if others:
        told = "; ".join(f"{row.name} ({row.saved_by.full_name})" for row in others if row.saved_by)
        message = _("Terakhir disimpan orang lain, jadi belum diganti: {files}.", files=told)
        raise SavedByOthers(message, {"files": message})


def overwrite(
    session: Session, draft_id: int, files: Mapping[str, bytes], *, seen: Mapping[str, int], actor: Actor
) -> dict[str, int]:
    """Change files together that were worked out from all files at the revisions ``seen``; return the new revisions.

    Raises:
        Conflict: a file came, went or was saved meanwhile; nothing is changed. And what `get_open` raises.
    """
    draft = get_open(session, draft_id, actor=actor, lock=True)
    stored = {row.name: row for row in files_of(session, draft_id)}
    if {name: row.revision for name, row in stored.items()} != dict(seen):
        raise Conflict(
            _("Draf ini diubah sejak daftar itu dibuat. Tidak ada yang diganti; buka daftarnya lagi.")
        )
    _require_takable({name: row.content for name, row in stored.items()} | dict(files))
    now = clock.now(session)
    for name, content in files.items():
        _overwrite(stored[name], content, now, actor)
    _note_change(session, draft, None, actor)
    return {name: row.revision for name, row in stored.items()}


def discard(session: Session, draft_id: int, *, actor: Actor) -> ProcessDraft:
    """Lay a draft aside; `restore` brings it back within `KEPT`.

    Raises:
        Conflict: a state of it waits for a date or a second person. And what `get_open` raises.
    """
    draft = get_open(session, draft_id, actor=actor, lock=True)
    pending = proposals.latest_of_draft(session, draft_id)
    if pending is not None and pending.state in proposals.PENDING:
        raise Conflict(
            _("Satu keadaan draf ini masih menunggu (usulan {n}). Tarik atau batalkan dulu.", n=pending.id)
        )
    _move(session, draft, "discarded", actor)
    surveys.forget_of_draft(session, draft.id)
    history.record(session, DraftDiscarded(draft=draft.id, name=draft.name), actor=actor)
    return draft


def restore(session: Session, draft_id: int, *, actor: Actor) -> ProcessDraft:
    """Bring back a draft that was laid aside.

    Raises:
        Conflict: it was not laid aside. And what `get` raises.
    """
    draft = get(session, draft_id, actor=actor, lock=True)
    if draft.state != "discarded":
        raise Conflict(_("Draf ini tidak dibuang."))
    _move(session, draft, "open", actor)
    history.record(session, DraftRestored(draft=draft.id, name=draft.name), actor=actor)
    return draft


def forget_old(session: Session) -> None:
    """Drop what was published or discarded longer than `KEPT` ago."""
    old = select(ProcessDraft.id).where(
        ProcessDraft.state.in_(("published", "discarded")),
        ProcessDraft.changed_at < clock.now(session) - KEPT,
    )
    ids = list(session.scalars(old))
    session.execute(delete(SandboxRun).where(SandboxRun.draft_id.in_(ids)))
    surveys.remove_of_drafts(session, ids)
    session.execute(delete(ProcessDraftFile).where(ProcessDraftFile.draft_id.in_(ids)))
    session.execute(delete(ProcessDraft).where(ProcessDraft.id.in_(ids)))


def _stored(session: Session, draft_id: int, name: str) -> ProcessDraftFile | None:
    return session.get(ProcessDraftFile, (draft_id, name))


def _as_stored(row: ProcessDraftFile) -> Stored:
    by = row.saved_by.full_name if row.saved_by else ""
    return Stored(row.name, row.content, row.revision, row.saved_at, by)


def _take_out(session: Session, draft: ProcessDraft, row: ProcessDraftFile) -> None:
    draft.removed_revision = max(draft.removed_revision, row.revision)
    session.delete(row)


def _overwrite(row: ProcessDraftFile, content: bytes, now: datetime, actor: Actor | None) -> None:
    row.content, row.revision = content, row.revision + 1
    row.saved_at, row.saved_by_id = now, actor.id if actor else None


def _note_change(session: Session, draft: ProcessDraft, title: Title | None, actor: Actor | None) -> None:
    if title is not None:
        draft.key, draft.name = title.key, title.name or draft.name
    draft.changed_at, draft.changed_by_id = clock.now(session), actor.id if actor else None
    session.flush()


def _move(session: Session, draft: ProcessDraft, state: str, actor: Actor) -> None:
    draft.state, draft.changed_at, draft.changed_by_id = state, clock.now(session), actor.id
    session.flush()


def _require_takable(files: Mapping[str, bytes]) -> None:
    """Refuse what no draft takes.

    Raises:
        InvalidForm: too many files, one too large or empty, or one of another kind or an odd name.
    """
    message = ""
    if len(files) > MOST_FILES:
        message = _("Paling banyak {most} berkas dalam satu draf.", most=MOST_FILES)
    for name, content in files.items():
        if not _NAME.fullmatch(name):
            message = _(
                "{file}: nama berkas berakhir dengan .bpmn, .form, .dmn, atau .scenario, tanpa garis miring.",
                file=name,
            )
        elif len(content) > MOST_BYTES:
            message = _("{file} lebih besar dari {most} MB.", file=name, most=MOST_BYTES // 1024 // 1024)
    if message:
        raise InvalidForm(message, {"files": message})
