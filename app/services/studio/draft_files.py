"""The files of a draft: its diagrams, forms, tables and scenarios, saved one by one or together."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.base.errors import Conflict, InvalidForm, NotFound
from app.base.i18n import _
from app.models import ProcessDraft, ProcessDraftFile
from app.services.core import clock
from app.services.core.access import Actor
from app.services.deployment import deployments, preconditions, scenario_files
from app.services.studio import drafts
from app.services.studio.titles import Title

#: What a draft may hold: the files of a deployment, and as much as the editors of a browser open with ease.
MOST_FILES, MOST_BYTES = 300, 1024 * 1024
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
        NotFound: the draft has none of this name. And what `drafts.get` raises.
    """
    drafts.get(session, draft_id, actor=actor)
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
        InvalidForm: the name or size is none that a draft takes. And what `drafts.get_open` raises.
    """
    draft = drafts.get_open(session, draft_id, actor=actor, lock=True)
    stored = _stored(session, draft_id, name)
    if stored is not None and stored.content == content:
        return stored
    if stored is not None and stored.revision != began_with:
        raise SavedMeanwhile(_as_stored(stored))
    if stored is None and began_with:
        raise NotFound(_("Berkas ini tidak ada lagi dalam draf ini."))
    others = {row.name: row.content for row in files_of(session, draft_id) if row.name != name}
    require_takable({**others, name: content})
    now = clock.now(session)
    if stored is None:
        stored = new_file(draft, name, content, now, actor)
        session.add(stored)
    else:
        _overwrite(stored, content, now, actor)
    drafts.note_change(session, draft, title, actor)
    return stored


def replace_files(
    session: Session, draft: ProcessDraft, files: Mapping[str, bytes], *, actor: Actor | None
) -> None:
    """Let a draft hold ``files`` and nothing else.

    Raises:
        NotAllowed, InvalidForm: as for `new_drafts.begin_from_source`.
    """
    if actor is not None:
        deployments.require_may_deploy(actor)
    require_takable(files)
    now, stored = clock.now(session), {row.name: row for row in files_of(session, draft.id)}
    for name, row in stored.items():
        if name not in files:
            _take_out(session, draft, row)
        elif row.content != files[name]:
            _overwrite(row, files[name], now, actor)
    new = [name for name in files if name not in stored]
    session.add_all(new_file(draft, name, files[name], now, actor) for name in new)
    drafts.note_change(session, draft, None, actor)


def remove(session: Session, draft_id: int, name: str, *, actor: Actor) -> None:
    """Take a file out of a draft. One that is gone already is no error.

    Raises:
        What `drafts.get_open` raises.
    """
    draft = drafts.get_open(session, draft_id, actor=actor, lock=True)
    stored = _stored(session, draft_id, name)
    if stored is None:
        return
    _take_out(session, draft, stored)
    drafts.note_change(session, draft, None, actor)


def bring_in(
    session: Session,
    draft_id: int,
    files: Mapping[str, bytes],
    *,
    title: Title | None,
    actor: Actor,
    seen: Mapping[str, int] | None,
    over_others: bool = False,
) -> Sequence[str]:
    """Put files into a draft, over those of the same names; return the names of those that changed.

    ``seen``: the revisions of the files that the actor saw, None for one that he named anew.
    ``over_others``: also over what somebody else saved last.

    Raises:
        SavedByOthers: something is, and nothing was written. Overtaken: one was saved since.
        InvalidForm: too many, too large, or of other kinds. And what `drafts.get_open` raises.
    """
    draft = drafts.get_open(session, draft_id, actor=actor, lock=True)
    stored = {row.name: row for row in files_of(session, draft_id)}
    after = {name: row.content for name, row in stored.items()} | dict(files)
    require_takable(after)
    replaced = [stored[name] for name in files if name in stored and stored[name].content != files[name]]
    if not over_others:
        _require_own(replaced, actor)
    if seen is not None:
        preconditions.require_files(session, replaced, seen, came=False)
    now, changed = clock.now(session), list[str]()
    for name, content in files.items():
        row = stored.get(name)
        if row is not None and row.content == content:
            continue
        changed.append(name)
        if row is None:
            session.add(new_file(draft, name, content, now, actor))
        else:
            _overwrite(row, content, now, actor)
    if changed:
        drafts.note_change(session, draft, title, actor)
    return changed


def overwrite(
    session: Session,
    draft_id: int,
    files: Mapping[str, bytes],
    *,
    seen: Mapping[str, int],
    gone: Collection[str] = (),
    title: Title | None = None,
    actor: Actor,
) -> dict[str, int]:
    """Change files together that were worked out from all files at the revisions ``seen``, and take out those that
    are ``gone``; return the new revisions.

    Raises:
        Conflict: a file came, went or was saved meanwhile; nothing is changed. And what `drafts.get_open` raises.
    """
    draft = drafts.get_open(session, draft_id, actor=actor, lock=True)
    stored = {row.name: row for row in files_of(session, draft_id)}
    if {name: row.revision for name, row in stored.items()} != dict(seen):
        raise Conflict(
            _("Draf ini diubah sejak daftar itu dibuat. Tidak ada yang diganti; buka daftarnya lagi.")
        )
    require_takable({name: row.content for name, row in stored.items()} | dict(files))
    now = clock.now(session)
    for name, content in files.items():
        _overwrite(stored[name], content, now, actor)
    for name in gone:
        _take_out(session, draft, stored.pop(name))
    drafts.note_change(session, draft, title, actor)
    return {name: row.revision for name, row in stored.items()}


def new_file(
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


def require_takable(files: Mapping[str, bytes]) -> None:
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


def _require_own(rows: Iterable[ProcessDraftFile], actor: Actor) -> None:
    others = [row for row in rows if row.saved_by is not None and row.saved_by_id != actor.id]
    if others:
        told = "; ".join(f"{row.name} ({row.saved_by.full_name})" for row in others if row.saved_by)
        message = _("Terakhir disimpan orang lain, jadi belum diganti: {files}.", files=told)
        raise SavedByOthers(message, {"files": message})


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
