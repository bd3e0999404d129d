"""Masks that people change by hand: words of a case are masked, or a mask is lifted. See decision 57.

What the case holds now is written anew. The history is not: it is read through `masks.overlay`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, null, select
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm, NotAllowed, NotFound
from app.base.i18n import _
from app.forms import masking
from app.forms.masking import Words
from app.history import reader
from app.history.codec import written
from app.history.events.casefile import MaskLifted, WordsMasked
from app.models import IdentityValue, LiftedMask, Note, ProcessInstance, ReporterMessage, ReporterRating
from app.services import identity
from app.services.core import access, history, masks, rights, security_log
from app.services.core.access import Actor
from app.services.core.reasons import required_reason
from app.services.core.security_log import Deed
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.instances import rewriting

MOST_WORDS, SHORTEST, LONGEST = 20, 3, 200
#: What people wrote in a case, and who: None is a reporter.
_WRITTEN: tuple[tuple[Any, Any], ...] = (
    (Note.text, Note.written_by_id),
    (ReporterMessage.text, ReporterMessage.written_by_id),
    (ReporterRating.text, null()),
)
#: So many events are looked through for words that only the history has.
_MOST_EVENTS = 2_000


@dataclass(frozen=True)
class Found:
    """Words that were marked, and how often the case has them: in its fields and notes, and in its history."""

    words: str
    now: int
    before: int


@dataclass(frozen=True)
class Masks:
    """What is masked in a case. ``lifted``: sign → what may be read again."""

    signs: Sequence[str]
    lifted: Mapping[str, str]
    texts: Sequence[tuple[str, str]]
    may_mark: bool
    may_lift: bool


def of_case(session: Session, instance_id: int, *, actor: Actor) -> Masks:
    """What is masked in a case, and its free text by the label of the field.

    Raises:
        NotFound: the case is not the actor's to see.
    """
    instance = access.instance(session, actor, instance_id)
    version = definitions.version(session, instance.definition_id)
    labels = {part.key: part.name for form in version.forms.values() for part in form.fields}
    return Masks(
        [key for key in identity.keys(session, instance.id) if masking.is_sign(key)],
        masks.lifted(session, instance.id),
        [(labels.get(key, key), text) for key, text in _free_texts(version, instance)],
        _may_mark(actor, version),
        not actor.is_auditor and identity.may_see(session, actor, instance, version),
    )


def _free_texts(version: Version, instance: ProcessInstance) -> list[tuple[str, str]]:
    """(key, text) of what can be masked in the case's variables."""
    found: list[tuple[str, str]] = []
    for key, value in instance.variables.items():
        identity.in_free_text(version, key, value, _collecting(key, found))
    return [(key, text) for key, text in found if text.strip()]


def _collecting(key: str, found: list[tuple[str, str]]) -> Callable[[str], str]:
    def look(text: str) -> str:
        found.append((key, text))
        return text

    return look


def preview(session: Session, instance_id: int, words: Sequence[str], *, actor: Actor) -> list[Found]:
    """Return how often each of ``words`` stands in the case.

    Raises:
        NotFound, NotAllowed; InvalidForm: none, too many, too short or too long, or one that the case does not have.
    """
    instance = access.instance(session, actor, instance_id)
    _require_may_mark(session, actor, instance)
    return _checked(session, instance, words, actor)


def mark(
    session: Session, instance_id: int, words: Sequence[str], reason: str, *, actor: Actor
) -> list[Found]:
    """Mask words of a case wherever they stand, now and in what it was.

    Raises:
        What `preview` raises; InvalidForm: no reason.
    """
    instance = access.instance(session, actor, instance_id, lock=True)
    _require_may_mark(session, actor, instance)
    found = _checked(session, instance, words, actor)
    reason = required_reason(reason)
    wanted = [one.words for one in found]
    session.execute(
        delete(LiftedMask).where(LiftedMask.instance_id == instance.id, LiftedMask.text.in_(wanted))
    )
    version = definitions.version(session, instance.definition_id)
    sees = identity.may_see(session, actor, instance, version)
    masker = masks.masker(session, instance, sees=lambda: sees)
    signs = {text: masker.sign(text, masking.WORDS) for text in wanted}
    _require_room(session, instance, len(masker.sealed))
    identity.store(session, instance.id, masker.sealed, most=masks.MOST_BY_HAND)
    # In what others wrote since it was masked he reads its sign: another one there would tell him what that hides.
    known = {} if sees else masks.overlay(session, instance).words
    instance.masks_changed = True
    own, others = Words(signs), Words(signs | {text: known[text] for text in wanted if text in known})
    rewriting.write_anew(
        session,
        instance,
        version,
        own.in_value,
        lambda by: (own if by == actor.id else others).in_value,
    )
    told = identity.masked_reason(session, instance, reason, actor=actor)
    history.record(
        session, WordsMasked(signs=[*signs.values()], reason=told), actor=actor, instance_id=instance.id
    )
    return found


def _require_room(session: Session, instance: ProcessInstance, wanted: int) -> None:
    if wanted > masks.room(session, instance.id, masks.MOST_BY_HAND):
        message = _("Perkara ini sudah memuat {n} samaran, dan tidak memuat lebih.", n=masks.MOST_BY_HAND)
        raise InvalidForm(message, {"words": message})


def lift(session: Session, instance_id: int, sign: str, reason: str, *, actor: Actor) -> None:
    """Let what a sign hides be read by all who see the case: it tells nobody's identity.

    Raises:
        NotFound: the case is not the actor's to see, or has no such sign. NotAllowed: he may not see identity.
        InvalidForm: no reason.
    """
    instance = access.instance(session, actor, instance_id, lock=True)
    rights.require_not_auditor(actor)
    version = definitions.version(session, instance.definition_id)
    if not identity.may_see(session, actor, instance, version):
        raise NotAllowed(_("Lajur Anda tidak boleh melihat identitas pelapor."))
    reason = required_reason(reason)
    hidden = masks.sealed(session, instance.id)
    if (text := hidden.get(sign)) is None:
        raise NotFound(_("Samaran ini tidak ada, atau sudah diangkat."))
    same = [one for one, behind in hidden.items() if behind == text]  # by who was not told that it has a sign
    here = IdentityValue.instance_id == instance.id
    session.execute(delete(IdentityValue).where(here, IdentityValue.field_key.in_(same)))
    session.add_all(LiftedMask(instance_id=instance.id, sign=one, text=text) for one in same)
    instance.masks_changed = True
    session.flush()
    rewriting.write_anew(session, instance, version, Words(dict.fromkeys(same, text)).in_value)
    told = identity.masked_reason(session, instance, reason, actor=actor)
    history.record(session, MaskLifted(sign=sign, reason=told), actor=actor, instance_id=instance.id)
    deed = Deed("identity", MaskLifted.type, security_log.DONE, actor.id, ("instance", instance.id), sign)
    security_log.record(session, deed)


def _may_mark(actor: Actor, version: Version) -> bool:
    """Whether he works in the process; where nobody may see identity nothing is masked, as nobody could read it."""
    diagram = version.diagram
    if actor.is_auditor or not diagram.identity_lanes:
        return False
    groups = {of(lane.id) for lane in diagram.lanes for of in (version.group_of, version.coordinator_of)}
    return not groups.isdisjoint(actor.groups)


def _require_may_mark(session: Session, actor: Actor, instance: ProcessInstance) -> None:
    rights.require_not_auditor(actor)
    if not _may_mark(actor, definitions.version(session, instance.definition_id)):
        raise NotAllowed(
            _("Hanya petugas yang menangani perkara ini yang dapat menyamarkan kata di dalamnya.")
        )


def _checked(session: Session, instance: ProcessInstance, words: Sequence[str], actor: Actor) -> list[Found]:
    wanted = list(dict.fromkeys(text for one in words if (text := " ".join(one.split()))))
    message = _problem(wanted)
    if message:
        raise InvalidForm(message, {"words": message})
    version = definitions.version(session, instance.definition_id)
    now = [text for _key, text in _free_texts(version, instance)]
    seen = masks.overlay(session, instance)
    for column, writer in _WRITTEN:
        written_here = select(column, writer).where(column.class_.instance_id == instance.id)
        for text, by in session.execute(written_here):
            now.append(text if by == actor.id else seen.value(text))
    latest = reader.latest(session, instance.id, limit=_MOST_EVENTS)
    entries = masks.as_read(session, instance, latest, actor=actor)
    before = [text for one in entries for text in masking.texts_in(written(one))]
    found = [Found(text, _count(text, now), _count(text, before)) for text in wanted]
    missing = [one.words for one in found if not one.now + one.before]
    if missing:
        message = _("Tidak ada dalam perkara ini: {words}.", words=", ".join(missing))
        raise InvalidForm(message, {"words": message})
    return found


def _problem(wanted: Sequence[str]) -> str:
    if not wanted or len(wanted) > MOST_WORDS:
        return _("Tulis kata yang disamarkan, paling banyak {n} baris.", n=MOST_WORDS)
    if any(not SHORTEST <= len(one) <= LONGEST for one in wanted):
        return _("Tiap baris {least} sampai {most} huruf.", least=SHORTEST, most=LONGEST)
    return _("Tanda samaran tidak dapat disamarkan lagi.") if masking.signs_in(list(wanted)) else ""


def pieces(text: str, words: Sequence[str]) -> list[str]:
    """Return a text in pieces: what stands between words that are to be masked, and these, by turns."""
    return masking.put_in_place(text, {one: f"\0{one}\0" for one in words}).split("\0")  # type: ignore[no-any-return]


def _count(words: str, texts: Sequence[str]) -> int:
    sentinel = "\0"
    return sum(masking.put_in_place(text, {words: sentinel}).count(sentinel) for text in texts)
