"""What is masked in the free text of a case: the signs that stand there, and what they hide. See decision 57.

What a sign hides lies sealed beside the identity of the case, under the sign: whoever may see that sees this.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.base import preparation
from app.forms.masking import WORDS, Masker, Words, new_sign, opened, signs_in
from app.history import reader
from app.history.catalogue import Entry, Event
from app.history.codec import rewritten
from app.history.events.casefile import WordsMasked
from app.models import IdentityValue, LiftedMask, Note, ProcessInstance, ReporterMessage, ReporterRating
from app.services.core import bulk, encryption
from app.services.core.access import Actor

#: So many signs of a case are kept that were found, and so many with those that were marked by hand. What is found
#: beyond is masked as well, and what stood there is kept nowhere.
MOST, MOST_BY_HAND = 300, 600
#: More are opened before a transaction that writes, not in it.
_FEW = 50


def masker(
    session: Session, instance: ProcessInstance | None, *, sees: Callable[[], bool] = lambda: False
) -> Masker:
    """What masks the texts that somebody writes into a case, or into one that begins.

    What he reads back says nothing of what is sealed, unless he ``sees`` it: only then words have the sign that they
    have already, and marked words are masked again. No SQL where nothing is found, nor was marked.
    """
    if instance is None:
        return Masker(dict)
    id_, changed = instance.id, instance.masks_changed

    def signs() -> dict[str, str]:
        open_ones = {text: text for text in lifted(session, id_).values()} if changed else {}
        return (
            {text: sign for sign, text in sealed(session, id_).items()} | open_ones if sees() else open_ones
        )

    return Masker(signs, again=changed)


def sealed(session: Session, instance_id: int, signs: Collection[str] | None = None) -> dict[str, str]:
    """What each sign of a case hides, or each of ``signs``. 1 SQL, and one more for each thousand signs."""
    query = select(IdentityValue.field_key, IdentityValue.ciphertext).where(
        IdentityValue.instance_id == instance_id, IdentityValue.field_key.startswith("[", autoescape=True)
    )
    if signs is None:
        rows = session.execute(query).all()
    else:
        batches = bulk.batches(signs)
        rows = [
            row for some in batches for row in session.execute(query.where(IdentityValue.field_key.in_(some)))
        ]

    def unsealed() -> dict[str, str]:
        return {sign: encryption.unseal(session, ciphertext) for sign, ciphertext in rows}

    if len(rows) <= _FEW:
        return unsealed()
    return preparation.outcome(("signs", instance_id, len(rows)), unsealed)


def room(session: Session, instance_id: int, most: int = MOST) -> int:
    """How many more signs of a case are kept, if ``most`` are. 1 SQL."""
    here = IdentityValue.instance_id == instance_id
    signs = IdentityValue.field_key.startswith("[", autoescape=True)
    return max(0, most - (session.scalar(select(func.count()).where(here, signs)) or 0))


def lifted(session: Session, instance_id: int) -> dict[str, str]:
    """What stood behind each sign of a case that was lifted. 1 SQL."""
    query = select(LiftedMask.sign, LiftedMask.text).where(LiftedMask.instance_id == instance_id)
    return {row.sign: row.text for row in session.execute(query)}


@dataclass(frozen=True)
class Mark:
    """Words that somebody masked by hand, their sign, and the event that tells of it: its id, or its number."""

    words: str
    sign: str
    at: int


@dataclass(frozen=True)
class Overlay:
    """What is to be read otherwise than it was written: words that are masked, and ``signs`` that were lifted → the
    text.

    What somebody wrote after words were masked is masked for others. He himself reads what he wrote (but for what
    identity's rights let him see anyway): a sign would tell him whether he guessed right.
    """

    marks: Sequence[Mark]
    signs: Mapping[str, str]

    @cached_property
    def words(self) -> Mapping[str, str]:
        """The words that are masked → their sign; the first one: who marks them again learns nothing of it."""
        return {mark.words: mark.sign for mark in reversed(self.marks)}

    @cached_property
    def _by_now(self) -> Words:
        return Words(self.words)

    @cached_property
    def _lifted(self) -> Words:
        return Words(self.signs)

    def value(self, value: Any) -> Any:
        """A value as it is read by another than who wrote it, or by anybody if he wrote it before."""
        return self._by_now.in_value(self._lifted.in_value(value))

    def own(self, value: Any, at: int) -> Any:
        """A value as it is read by who wrote it with the event ``at``."""
        later = [mark for mark in self.marks if mark.at > at]
        words = self._by_now if len(later) == len(self.marks) else Overlay(later, {})._by_now
        return words.in_value(self._lifted.in_value(value))

    def entry(self, entry: Entry[Event], actor: Actor | None) -> Entry[Event]:
        """An event as the actor, without one the reporter, reads it now."""
        if (entry.actor.id if entry.actor else None) != (actor.id if actor else None):
            return rewritten(entry, self.value)
        return rewritten(entry, lambda value: self.own(value, entry.id))


_NOTHING = Overlay((), {})


def overlay(session: Session, instance: ProcessInstance) -> Overlay:
    """What a case's history must be read through: it is never written anew. No SQL for a case of which nobody
    changed a mask by hand, else 3."""
    if not instance.masks_changed:
        return _NOTHING
    told = reader.of_kinds(session, instance.id, WordsMasked)
    at = {
        sign: entry.id for entry in told if isinstance(entry.event, WordsMasked) for sign in entry.event.signs
    }
    words = sealed(session, instance.id, at)
    return Overlay(
        [Mark(words[sign], sign, at[sign]) for sign in at if sign in words], lifted(session, instance.id)
    )


def as_read(
    session: Session, instance: ProcessInstance, entries: Iterable[Entry[Event]], *, actor: Actor | None
) -> Sequence[Entry[Event]]:
    """Events of a case as the actor reads them now; without one, its reporter."""
    seen = overlay(session, instance)
    return list(entries) if seen is _NOTHING else [seen.entry(one, actor) for one in entries]


def show_texts(
    session: Session,
    rows: Iterable[tuple[Note | ReporterMessage | ReporterRating, int | None]],
    actor: Actor | None,
) -> None:
    """Let the text of each row be what the actor reads there, without one a reporter; what is stored stays. With each
    row goes the id of who wrote it, None for a reporter. 3 SQL for each case of which masks were changed by hand."""
    seen = dict[int, Overlay]()
    for row, by in rows:
        if by == (actor.id if actor else None):
            continue
        if row.instance_id not in seen:
            seen[row.instance_id] = overlay(session, session.get_one(ProcessInstance, row.instance_id))
        if (read := seen[row.instance_id].value(row.text)) != row.text:
            set_committed_value(row, "text", read)


def as_typed(session: Session, instance: ProcessInstance, typed: Any) -> Any:
    """What a case's reporter typed, as he reads it: without the signs that stand for what identity fields hold, as
    these would tell who only has his code whether the name that he tried is the reporter's. What is found by its
    form, right or wrong, and what an officer marked later stays masked. 1 SQL, whether there are signs or not, and
    those of `overlay`."""
    marked = {mark.sign for mark in overlay(session, instance).marks}
    signs = {sign for sign in signs_in(typed) if sign.startswith(f"[{WORDS} ")} - marked
    return opened(typed, sealed(session, instance.id, signs or {new_sign(WORDS)}))
