"""Erasing whom a case is about, when that person asks for it: everything that is sealed for the case."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.base.errors import Conflict, NotAllowed
from app.base.i18n import _
from app.engine.timers.vocabulary import MONTHS
from app.forms import masking
from app.history import reader, writer
from app.history.codec import BY_VARIABLE, WRITTEN
from app.history.events.retention import HistoryRedacted, IdentityErased
from app.history.proof import Proven
from app.models import (
    Attachment,
    CompletionUndo,
    Draft,
    IdentityValue,
    ImportRow,
    ImportValue,
    IncomingMail,
    ProcessInstance,
    Unit,
    UserTask,
)
from app.services import identity
from app.services.core import access, bulk, encryption, history, masks, rights, settings, signing
from app.services.core.access import Actor
from app.services.core.reasons import required_reason
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.files import store
from app.services.instances import linked_instances, rewriting
from app.services.instances.rewriting import Put
from app.services.search import words as search_words
from app.services.tasks.drafts import of_waits, scope_of_task

#: What `FindingChanged` keeps encrypted.
_SEALED = "sealed"
#: Under these names events hold the numbers of cases, which are never masked: see decision 57.
_NUMBERS = frozenset({"number", "case_number"})


@dataclass(frozen=True)
class Held:
    """What of a person a case holds: how many fields, private files, drafts, lines of imports with cells, mails."""

    fields: int
    files: int
    drafts: int
    lines: int
    mails: int

    def __bool__(self) -> bool:
        return any(vars(self).values())


def may_erase(actor: Actor) -> bool:
    """Whether the actor may erase identity: an administrator, who sees none of it."""
    return actor.administers


def erasable(session: Session, instance_id: int, *, actor: Actor) -> Held:
    """What `erase` would erase. 6 SQL.

    Raises:
        NotFound: the case is not the actor's to see. NotAllowed: he is no administrator.
    """
    rights.require_administrator(actor)
    access.instance(session, actor, instance_id)
    count = select(func.count())
    return Held(
        len(identity.keys(session, instance_id)),
        len(_private_files(session, instance_id)),
        len(drafts_of(session, instance_id)),
        session.scalar(count.select_from(ImportRow).where(*_of_case(instance_id))) or 0,
        session.scalar(count.select_from(IncomingMail).where(*_mails(instance_id))) or 0,
    )


def erase(session: Session, instance_id: int, reason: str, *, actor: Actor) -> ProcessInstance:
    """Erase the identity fields of a case, its private files, what people typed and did not send, the cells of the
    line that it was imported from, and the mails that it came of or that its reporter wrote. The history tells that
    it was done, by whom and why, and how much it was.

    Raises:
        NotFound; NotAllowed: the actor is no administrator, or see `_require_other_hand`. InvalidForm: no reason.
        Conflict: there is nothing.
    """
    rights.require_administrator(actor)
    instance = access.instance(session, actor, instance_id, lock=True)
    _require_other_hand(session, instance, actor)
    reason = required_reason(reason, _("Tulis alasan penghapusan, tanpa menyebut orangnya."))
    found = erasable(session, instance_id, actor=actor)
    if not found:
        raise Conflict(_("Perkara ini tidak menyimpan identitas."))
    keys = list(identity.keys(session, instance_id))
    own_words = _own_words(session, instance, actor)
    reason = own_words(identity.masked_reason(session, instance, reason, actor=actor))
    drafts = drafts_of(session, instance_id)
    files = [*_private_files(session, instance_id), *files_in(session, drafts)]
    for row in files:
        store.remove(session, row)
        session.delete(row)
    for draft in drafts:
        session.delete(draft)
    words = _placeholders(masks.overlay(session, instance).words)
    known = {*identity.known_words(session, instance_id), *masks.sealed(session, instance_id).values()}
    version = definitions.readable(session, instance.definition_id)
    put = _putting(words, known)
    if words or known:
        search_words.erase(session, instance_id)
        own_put = partial(masking.changed, change=own_words)
        by_writer: Callable[[int | None], Put] = lambda by: own_put if by == actor.id else put  # noqa: E731
        rewriting.write_anew(session, instance, version, put, by_writer)
    session.execute(delete(IdentityValue).where(IdentityValue.instance_id == instance_id))
    # What the last completion could be taken back with holds what was typed, and identity of before.
    session.execute(delete(CompletionUndo).where(CompletionUndo.instance_id == instance_id))
    # A text that was no option may stand in several lines; what is told of them goes with the first person.
    files_of = select(ImportRow.batch_id).where(ImportRow.instance_id == instance_id)
    session.execute(update(ImportValue).where(ImportValue.batch_id.in_(files_of)).values(text=None))
    session.execute(update(ImportRow).where(*_of_case(instance_id)).values(cells=None, errors=None))
    session.execute(update(IncomingMail).where(*_mails(instance_id)).values(content=None))
    event = IdentityErased(
        fields=keys,
        files=len(files),
        drafts=found.drafts,
        lines=found.lines,
        mails=found.mails,
        reason=reason,
        file_ids=[row.id for row in files],
    )
    history.record(session, event, actor=actor, instance_id=instance_id)
    if words or known:  # marked by hand after they were recorded, or never masked: there they stand open
        own = signing.own(settings.config(session))
        done = writer.redact(
            session, instance_id, _redacting(session, words, version, put, own_words, actor), own
        )
        if done.digests:
            redacted = HistoryRedacted(digests=done.digests, commitments=done.commitments)
            history.record(session, redacted, actor=actor, instance_id=instance_id)
    return instance


def _require_other_hand(session: Session, instance: ProcessInstance, actor: Actor) -> None:
    """Refuse who sees no identity of the case, and filled it in himself, or a case that may have told it: a variable
    is the same for all its readers, so that the signs in it would tell him which names that he tried are right.

    Raises:
        NotAllowed: that is so.
    """
    if _sees(session, instance, actor):
        return
    uploaded = select(Attachment.id).where(
        Attachment.instance_id == instance.id, Attachment.uploaded_by_id == actor.id, ~Attachment.is_private
    )
    ids = linked_instances.reached(session, instance.id)
    if session.scalar(uploaded.limit(1)) is not None or any(
        reader.has_filled_in(session, some, actor.id) for some in bulk.batches(ids)
    ):
        raise NotAllowed(
            _(
                "Anda ikut mengisi perkara ini atau perkara yang terhubung dengannya, dan tidak boleh melihat "
                "identitasnya. Minta administrator lain menghapus identitasnya."
            )
        )


def _sees(session: Session, instance: ProcessInstance, actor: Actor) -> bool:
    version = definitions.readable(session, instance.definition_id)
    return version is not None and identity.may_see(session, actor, instance, version)


def _own_words(session: Session, instance: ProcessInstance, actor: Actor) -> Callable[[str], str]:
    """What becomes of the words in a case of him who erases. Where he sees no identity, the signs in them would tell
    him which names that he tried are right: he gets signs for all that may be names."""
    if _sees(session, instance, actor):
        return lambda text: text
    usual = _usual_words(session, definitions.readable(session, instance.definition_id))
    return lambda text: masking.with_signs_for_names(
        text, usual, lambda _hit: masking.new_sign(masking.WORDS)
    )


def _usual_words(session: Session, version: Version | None) -> frozenset[str]:
    """Words, in small letters, that tell nobody: months, and those of units, the process, its lanes and steps."""
    names = [*MONTHS, *session.scalars(select(Unit.name))]
    if version is not None:
        diagram = version.diagram
        names += [diagram.name, *(lane.name for lane in diagram.lanes)]
        names += [node.name for node in diagram.nodes.values() if node.name]
    return frozenset(word.lower() for name in names for word in name.split())


def _placeholders(words: Mapping[str, str]) -> dict[str, str]:
    """Words to erase with what comes in their place: a sign, whatever the database says. What is signed as redacted
    may hold nothing else that is new."""
    return {word: sign if masking.is_sign(sign) else masking.new_sign("kata") for word, sign in words.items()}


def _putting(words: Mapping[str, str], known: Collection[str]) -> Put:
    """What puts signs in place of the person wherever somebody wrote of him: those of before for words that were
    marked, and for what identity fields and signs hold, as people write it, new ones; the same for the same words."""
    signs = defaultdict[str, str](lambda: masking.new_sign(masking.WORDS))

    def put(value: Any) -> Any:
        return masking.changed(
            masking.put_in_place(value, words),
            lambda text: masking.with_signs_for(text, known, lambda hit: signs[hit]),
        )

    return put


def _redacting(
    session: Session,
    words: Mapping[str, str],
    version: Version | None,
    put: Put,
    own_words: Callable[[str], str],
    actor: Actor,
) -> Callable[[Proven, str, Any], Any]:
    """What becomes of a value that an event holds by a name. What people wrote may hold whatever they knew of the
    person, or could not be told that it is to be masked; of a variable that is free text alone, as the record must
    still say which way the case went. What is sealed there is for auditors alone. ``own_words``: what becomes of what
    the actor wrote, who erases."""

    def change(event: Proven, name: str, value: Any) -> Any:
        if event.actor_id == actor.id and name in WRITTEN and name not in BY_VARIABLE:
            return masking.changed(value, own_words)
        if name in _NUMBERS:
            return value
        if name == _SEALED:
            told = encryption.unseal(session, value.encode())
            anew = put(told)
            return value if anew == told else encryption.seal_as_text(session, anew)
        if name in BY_VARIABLE and version is not None and isinstance(value, Mapping):
            value = masking.put_in_place(value, words)
            return {key: identity.in_free_text(version, key, one, put) for key, one in value.items()}
        return put(value) if name in WRITTEN else masking.put_in_place(value, words)

    return change


def _of_case(instance_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        ImportRow.instance_id == instance_id,
        or_(ImportRow.cells.is_not(None), ImportRow.errors.is_not(None)),
    )


def _mails(instance_id: int) -> tuple[ColumnElement[bool], ...]:
    return IncomingMail.instance_id == instance_id, IncomingMail.content.is_not(None)


def _private_files(session: Session, instance_id: int) -> Sequence[Attachment]:
    query = select(Attachment).where(Attachment.instance_id == instance_id, Attachment.is_private)
    return session.scalars(query).all()


def drafts_of(session: Session, instance_id: int) -> list[Draft]:
    """What anybody typed into a task of the case, or for a message that it waits for, and did not send."""
    tasks = session.scalars(select(UserTask.id).where(UserTask.instance_id == instance_id)).all()
    found = [*session.scalars(select(Draft).where(of_waits(instance_id)))]
    for some in bulk.batches(scope_of_task(task_id) for task_id in tasks):
        found += session.scalars(select(Draft).where(Draft.scope.in_(some)))
    return found


def files_in(session: Session, drafts: Sequence[Draft]) -> list[Attachment]:
    """Files that were uploaded and that only these drafts name."""
    texts = [orjson.dumps(encryption.unseal(session, draft.ciphertext)) for draft in drafts]
    users = {draft.user_id for draft in drafts}
    loose = select(Attachment).where(Attachment.instance_id.is_(None), Attachment.uploaded_by_id.in_(users))
    return [row for row in session.scalars(loose) if any(row.id.encode() in text for text in texts)]
