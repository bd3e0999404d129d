"""Internal notes on a case: for everybody who may see it, never for the reporter."""

import re
from collections.abc import Sequence
from functools import cache

from sqlalchemy import Select, bindparam, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.history.events.casefile import NoteAdded
from app.models import InstanceVisibility, Note, User, membership, user_unit
from app.services import identity
from app.services.core import access, clock, history, masks, rights
from app.services.core.access import Actor
from app.services.notifications import followers, texts

MAX_LENGTH = 5_000
#: A name after @, not within an address of mail.
_MENTION = re.compile(r"(?<![\w.@])@([\w.-]{1,80})")
_MOST_MENTIONED, _SHOWN = 20, 30


def add(session: Session, instance_id: int, text: str, *, actor: Actor) -> Note:
    """Write a note on a case. The history tells that it was written, not what it says.

    What tells in it who somebody is, is masked as in a reason.

    Raises:
        NotFound: the case is not the actor's to see. NotAllowed: he is an auditor.
        InvalidForm: the note is empty or longer than 5,000 characters.
    """
    instance = access.instance(session, actor, instance_id)
    rights.require_not_auditor(actor)
    text = text.strip()
    if not text or len(text) > MAX_LENGTH:
        message = _("Tulis catatan, paling panjang 5.000 huruf.")
        raise InvalidForm(message, {"text": message}, {"text": text})
    told = _mentioned(session, instance_id, text, actor)
    text = identity.masked_reason(session, instance, text, actor=actor)
    note = Note(instance_id=instance_id, text=text, written_at=clock.now(session), written_by_id=actor.id)
    session.add(note)
    session.flush()
    history.record(session, NoteAdded(note=note.id), actor=actor, instance_id=instance_id)
    if told:
        to = {"users": [user.id for user in told]}
        texts.queue(session, instance, None, "mentioned", to, by=actor.full_name)
    return note


def _mentioned(session: Session, instance_id: int, text: str, actor: Actor) -> list[User]:
    """Whom the note names by @; what is no user's name is just text.

    Raises:
        InvalidForm: it names somebody who may not see the case: he must not learn of it.
    """
    names = {name.rstrip(".").lower() for name in _MENTION.findall(text)}
    if not names:
        return []
    query = select(User).where(User.name.in_(names), User.disabled_at.is_(None), User.id != actor.id)
    people = session.scalars(query.options(*rights.WITH_MEMBERSHIPS).limit(_MOST_MENTIONED)).unique().all()
    seeing = followers.seeing(session, instance_id, people)
    blind = ", ".join(f"@{user.name}" for user in people if user not in seeing)
    if blind:
        message = _("Tidak boleh melihat perkara ini, jadi tidak dapat disebut: {names}.", names=blind)
        raise InvalidForm(message, {"text": message}, {"text": text})
    return seeing


def unknown_names(session: Session, text: str) -> list[str]:
    """What a note names by @ and is no working user's name: nobody is told of it. 1 SQL where it names any."""
    names = dict.fromkeys(name.rstrip(".") for name in _MENTION.findall(text))
    if not names:
        return []
    query = select(User.name).where(
        User.name.in_([name.lower() for name in names]), User.disabled_at.is_(None)
    )
    known = set(session.scalars(query))
    return [name for name in names if name.lower() not in known]


def mentionable(session: Session, instance_id: int, *, actor: Actor) -> Sequence[tuple[str, str]]:
    """Whom a note on the case may name: (name, full name) of those who work where it was offered. 1 SQL."""
    given = {"case": instance_id, "actor": actor.id}
    return [(row.name, row.full_name) for row in session.execute(mentionable_people(), given)]


@cache
def mentionable_people() -> Select[str, str]:
    """The query for them, of the case ``case`` and besides the user ``actor``. Built once: pages of cases and tasks
    ask it."""
    seen = InstanceVisibility.instance_id == bindparam("case")
    unit = exists().where(
        user_unit.c.user_id == User.id, user_unit.c.unit_code == InstanceVisibility.unit_code
    )
    there = exists().where(
        seen,
        membership.c.user_id == User.id,
        membership.c.group_id == InstanceVisibility.group_id,
        or_(InstanceVisibility.unit_code == access.WHOLE_GROUP, unit),
    )
    query = select(User.name, User.full_name).where(access.WORKING, there, User.id != bindparam("actor"))
    return query.order_by(User.full_name).limit(_SHOWN)


def of_instance(session: Session, instance_id: int, *, actor: Actor) -> Sequence[Note]:
    """The notes on a case, oldest first, with their writers.

    Raises:
        NotFound: the case is not the actor's to see.
    """
    access.instance(session, actor, instance_id)
    return as_read(session, instance_id, actor=actor)


def as_read(session: Session, instance_id: int, *, actor: Actor) -> Sequence[Note]:
    """The notes on a case that the actor is known to see, as he reads them. 1 SQL, and as `masks.show_texts`."""
    rows = session.scalars(_of_case(), {"case": instance_id}).all()
    masks.show_texts(session, ((row, row.written_by_id) for row in rows), actor)
    return rows


@cache
def _of_case() -> Select[Note]:
    """Built once: pages of cases and tasks ask it."""
    query = select(Note).where(Note.instance_id == bindparam("case")).options(joinedload(Note.written_by))
    return query.order_by(Note.id)
