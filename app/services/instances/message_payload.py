"""What a message between cases brings to the one that receives it: variables, identity, files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Attachment, CaseMessage, Partner, ProcessInstance
from app.services import identity
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.files import attachments
from app.services.messaging import outgoing


@dataclass(frozen=True)
class Content:
    """``identity``: fields marked ``pribadi`` in the receiver's forms; ``files``: copies that are no case's yet.

    ``sent``: the variables as the sender has them, with the ids of his own files.
    """

    variables: dict[str, Any]
    sent: dict[str, Any]
    identity: dict[str, Any]
    files: list[Attachment]

    def store(self, session: Session, receiver: ProcessInstance) -> None:
        """Keep what does not go into variables."""
        identity.add(session, receiver.id, self.identity)
        for file in self.files:
            file.instance_id = receiver.id
        session.flush()


def of(session: Session, message: CaseMessage, version: Version, receiver: ProcessInstance | None) -> Content:
    """Return what ``message`` brings to ``receiver``, or to a new case, of ``version``.

    What the sender has left as it was since it last went between the two is not told, unless ``isi pesan`` names it:
    meanwhile it may have changed at the other. Nor is a case's number. Identity goes only where it is marked as such,
    and files as copies.
    """
    sender = message.sender
    sending = definitions.version(session, sender.definition_id)
    named = outgoing.named(sending.diagram.nodes.get(message.activity_id))
    link = session.get(Partner, (sender.id, receiver.id)) if receiver is not None else None
    known = link.told if link is not None and named is None else {}
    own_number = version.diagram.properties.get("nomor")
    values = {
        name: value
        for name, value in message.values.items()
        if name != own_number and not (name in known and known[name] == value)
    }
    variables, secret = identity.part(None, values, version)
    marked = version.private_keys if named is None else version.private_keys & named
    secret |= identity.hand_on(session, sender, sending, marked)
    theirs = _theirs(session, sender, receiver, variables, secret)
    ids = {own: file.id for own, file in theirs.items()}
    fresh = [file for file in theirs.values() if file.instance_id is None]
    return Content(_renamed(variables, ids), variables, _renamed(secret, ids), fresh)


def _theirs(
    session: Session,
    sender: ProcessInstance,
    receiver: ProcessInstance | None,
    variables: Mapping[str, Any],
    secret: Mapping[str, Any],
) -> dict[str, Attachment]:
    """The receiver's copies of the sender's files that the content names, by the id of what was copied: those that he
    has already, else new ones. 1 SQL without files."""
    rows = session.scalars(select(Attachment).where(Attachment.instance_id == sender.id)).all()
    open_ones, private = set(_texts(variables)), set(_texts(secret))
    wanted = [row for row in rows if row.id in private or (row.id in open_ones and not row.is_private)]
    return {
        row.id: attachments.copy(session, row, private=row.id in private, into=receiver) for row in wanted
    }


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(one)


def _renamed(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return ids.get(value, value)
    if isinstance(value, list):
        return [_renamed(one, ids) for one in value]
    return {key: _renamed(one, ids) for key, one in value.items()} if isinstance(value, dict) else value
