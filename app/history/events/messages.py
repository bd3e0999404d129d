"""Events of messages, from another case or from outside. ``case`` and ``case_number`` are the other case's."""

from collections.abc import Sequence

from app.history.events.base import CaseEvent, ValuesSet, event


@event("message_received")
class MessageReceived(ValuesSet):
    """A waiting event received ``message`` with ``values``. ``case`` is None when it came from outside.

    ``by_number``: the number brought two cases together that were not linked. ``by_partner``: earlier releases.
    """

    message: str | None
    case: int | None = None
    case_number: str = ""
    by_number: bool = False
    by_partner: bool = False


@event("message_sent")
class MessageSent(CaseEvent):
    """A message went to the process named ``to``. ``fields``: the variables that it carries; ``id``: its own."""

    message: str
    to: str
    fields: Sequence[str]
    id: str


@event("message_delivered")
class MessageDelivered(CaseEvent):
    """The other case received it. ``identity``: keys of the identity fields that went along; else as received."""

    message: str
    identity: Sequence[str]
    case: int | None = None
    case_number: str = ""
    by_number: bool = False
    by_partner: bool = False


@event("message_kept")
class MessageKept(CaseEvent):
    """Its receiver ``case`` does not wait for it yet. Other reasons were recorded by earlier releases."""

    message: str
    reason: str = "not_waiting"
    case: int | None = None
    case_number: str = ""


@event("message_unheard")
class MessageUnheard(CaseEvent):
    """It came after its receiver was over. Both cases tell so; on the receiver's side the event has no activity."""

    message: str
    case: int | None = None
    case_number: str = ""


@event("partner_ended")
class PartnerEnded(CaseEvent):
    """The other case was over without ``message``, which was waited for here. Recorded by earlier releases."""

    message: str
    case: int
    case_number: str
