"""What is masked in the free text of a case: the signs that stand there, and what they hide. See decision 57.

What a sign hides lies sealed beside the identity of the case, under the sign: whoever may see that sees this.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forms import masking
from app.forms.masking import Masker
from app.history.entry import Entry, rewritten
from app.history.events import Event
from app.models import IdentityValue, LiftedMask, ProcessInstance
from app.services.core import encryption


def masker(session: Session, instance: ProcessInstance | None) -> Masker:
    """What masks texts of a case, or of one that begins. No SQL where nothing is found, nor was marked; else 2."""
    if instance is None:
        return Masker(dict)
    id_ = instance.id
    return Masker(lambda: known(session, id_), again=instance.masks_changed)


def known(session: Session, instance_id: int) -> dict[str, str]:
    """The signs of a case by what they hide. What was lifted is left as it is: it stands for itself. 2 SQL."""
    found = {text: sign for sign, text in sealed(session, instance_id).items()}
    return found | {text: text for text in lifted(session, instance_id).values()}


def sealed(session: Session, instance_id: int) -> dict[str, str]:
    """What each sign of a case hides. 1 SQL."""
    query = select(IdentityValue).where(
        IdentityValue.instance_id == instance_id, IdentityValue.field_key.startswith("[", autoescape=True)
    )
    return {row.field_key: encryption.unseal(session, row.ciphertext) for row in session.scalars(query)}


def lifted(session: Session, instance_id: int) -> dict[str, str]:
    """What stood behind each sign of a case that was lifted. 1 SQL."""
    query = select(LiftedMask.sign, LiftedMask.text).where(LiftedMask.instance_id == instance_id)
    return {row.sign: row.text for row in session.execute(query)}


@dataclass(frozen=True)
class Overlay:
    """What is to be read otherwise than it was recorded: ``words`` that are masked → their sign, and
    ``signs`` that were lifted → the text."""

    words: Mapping[str, str]
    signs: Mapping[str, str]

    def value(self, value: Any) -> Any:
        """A value as it is read now."""
        return masking.put_in_place(masking.put_in_place(value, self.signs), self.words)

    def entry(self, entry: Entry[Event]) -> Entry[Event]:
        """An event as it is read now."""
        return rewritten(entry, self.value)


_NOTHING = Overlay({}, {})


def overlay(session: Session, instance: ProcessInstance) -> Overlay:
    """What a case's history must be read through: it is never written anew. No SQL for a case of which nobody
    changed a mask by hand, else 2."""
    if not instance.masks_changed:
        return _NOTHING
    marked = sealed(session, instance.id).items()
    return Overlay({text: sign for sign, text in marked}, lifted(session, instance.id))


def as_read(
    session: Session, instance: ProcessInstance, entries: Iterable[Entry[Event]]
) -> Sequence[Entry[Event]]:
    """Events of a case as they are read now."""
    seen = overlay(session, instance)
    return list(entries) if seen is _NOTHING else [seen.entry(one) for one in entries]
