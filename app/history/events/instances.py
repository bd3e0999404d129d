"""Events of an instance: its beginning and end, the way it took, messages, incidents, notes, identity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.history.events.base import InstanceEvent, ValuesSet, event


@event("instance_started")
class InstanceStarted(ValuesSet):
    """A case began with ``values``; ``message``, ``case`` and ``case_number`` when another case began it."""

    number: str
    version: int
    form_key: str | None
    message: str = ""
    case: int | None = None
    case_number: str = ""


@event("instance_ended")
class InstanceEnded(InstanceEvent):
    """A case reached its end event ``name``."""

    name: str


@event("instance_cancelled")
class InstanceCancelled(InstanceEvent):
    """An officer cancelled a case."""

    reason: str


@event("case_reopened")
class CaseReopened(InstanceEvent):
    """A case that was over goes on at the element that the event is of, called ``name``.

    ``end``: the id of the end event where it had ended, which is called ``ended_as``; of one that was cancelled they
    are empty. ``keeps_deadline``: the task there is due when it was before. ``by`` the reporter, it is what he asked
    for; his words are not told.
    """

    name: str
    reason: str = ""
    end: str = ""
    ended_as: str = ""
    keeps_deadline: bool = False


@event("identity_erased")
class IdentityErased(InstanceEvent):
    """Whom the case is about was erased. ``fields``: the keys of the form's fields. ``files``, ``drafts``, ``lines``
    of imports and ``mails``: how many; ``file_ids``: which files."""

    fields: Sequence[str]
    files: int
    drafts: int
    lines: int
    reason: str
    mails: int = 0
    file_ids: Sequence[str] = ()


@event("history_redacted")
class HistoryRedacted(InstanceEvent):
    """What events of the case told was redacted, as it was identity. ``digests``: by the number of each event the
    SHA-256 of what it tells now, in canonical form; ``commitments``: what that which it told before was committed to.
    """

    digests: Mapping[str, str]
    commitments: Mapping[str, str] = field(default_factory=dict)


@event("files_kept")
class FilesKept(InstanceEvent):
    """Files became the case's. ``files``: by its id the SHA-256 of each; of identity a keyed one."""

    files: Mapping[str, str]


@event("incident_opened")
class IncidentOpened(InstanceEvent):
    """Something stopped. ``message`` is a stored message.

    Without a case it is about a process on which none could be started: ``incident`` is its id, ``key`` and
    ``version`` say which.
    """

    message: str
    incident: int | None = None
    key: str = ""
    version: int | None = None


@event("incident_resolved")
class IncidentResolved(InstanceEvent):
    """An incident was closed: tried again, or past."""

    incident: int


@event("job_failed")
class JobFailed(InstanceEvent):
    """A timer has no retries left. ``job``: its id."""

    job: str


@event("case_held")
class CaseHeld(InstanceEvent):
    """The case must not be destroyed, whatever its process says."""

    reason: str


@event("hold_lifted")
class HoldLifted(InstanceEvent):
    """The case may be destroyed again when its time is over."""

    reason: str


@event("identity_shown")
class IdentityShown(InstanceEvent):
    """Somebody looked at identity. ``fields``: their keys; ``attachment``: the id of the file that was opened;
    ``reason``: why it was downloaded, or what was said beside a ``purpose`` (see `words.purposes`). ``activity``:
    that of an open task of his, or that he may take: then nobody was asked.

    ``membership_changed_at`` (ISO 8601) and ``membership_changed_by`` (a user's name) mark that within a day before
    somebody changed the lanes, units or roles of who looked; ``password_reset_at`` and ``password_reset_by``, that
    somebody else gave him his password.
    """

    fields: Sequence[str]
    attachment: str = ""
    membership_changed_at: str = ""
    membership_changed_by: str = ""
    password_reset_at: str = ""
    password_reset_by: str = ""
    reason: str = ""
    purpose: str = ""
    activity: str = ""


@event("case_file_taken")
class CaseFileTaken(InstanceEvent):
    """Somebody took the file of the case along, as PDF or with its attachments as an ``archive``. ``identity``: with
    it; that it was shown is an event of its own."""

    archive: bool
    identity: bool


@event("finding_changed")
class FindingChanged(InstanceEvent):
    """An auditor wrote his finding on the case anew, at its ``position`` in a sample. ``sealed``: what stood there
    before, see `services.questions.samples.Finding`, encrypted under the identity key: it is for auditors alone, and
    may name a person whom nobody has masked yet."""

    sample: int
    position: int
    sealed: str


@event("note_added")
class NoteAdded(InstanceEvent):
    """An officer wrote a note. ``note``: its id; what it says is not told."""

    note: int


@event("reporter_message_added")
class ReporterMessageAdded(InstanceEvent):
    """The office or the reporter (``by``) wrote to the other. ``message``: its id; what it says is not told."""

    message: int


@event("reporter_notified")
class ReporterNotified(InstanceEvent):
    """The reporter was told something outside of his page. ``channel``: sms; ``code``: wrote, wanted or ended."""

    channel: str
    code: str


@event("report_joined")
class ReportJoined(InstanceEvent):
    """A report was joined to another case, which does the work for both. ``case``: its id, ``number``: its number."""

    case: int
    number: str


@event("report_added")
class ReportAdded(InstanceEvent):
    """Another report was joined to this case."""

    case: int
    number: str


@event("report_parted")
class ReportParted(InstanceEvent):
    """A report that was joined to ``case`` goes on by itself again."""

    case: int
    number: str
    reason: str


@event("report_removed")
class ReportRemoved(InstanceEvent):
    """A report that was joined to this case goes on by itself again."""

    case: int
    number: str
    reason: str


@event("report_rated")
class ReportRated(InstanceEvent):
    """The reporter said what he thinks of it, 1 to 5, or something else than ``before``; why is not told."""

    rating: int
    before: int | None = None


@event("words_masked")
class WordsMasked(InstanceEvent):
    """An officer masked words of a case. ``signs``: what stands in their place; the words are not told."""

    signs: Sequence[str]
    reason: str


@event("mask_lifted")
class MaskLifted(InstanceEvent):
    """What a sign hid may be read by all who see the case: somebody who may see identity said so."""

    sign: str
    reason: str


@event("tracking_code_reissued")
class TrackingCodeReissued(InstanceEvent):
    """The reporter got a new code."""


@event("message_received")
class MessageReceived(ValuesSet):
    """A waiting event received ``message`` with ``values``. ``case`` is None when it came from outside.

    ``by_number``: the number brought two cases together that were not linked.
    ``withheld``: keys of identity fields that did not go along, as only a number named this case.
    """

    message: str | None
    case: int | None = None
    case_number: str = ""
    by_number: bool = False
    withheld: Sequence[str] = ()


@event("message_sent")
class MessageSent(InstanceEvent):
    """A message went to the process named ``to``. ``fields``: the variables that it carries; ``id``: its own."""

    message: str
    to: str
    fields: Sequence[str]
    id: str


@event("message_delivered")
class MessageDelivered(InstanceEvent):
    """The other case received it. ``identity``: keys of the identity fields that went along; else as received."""

    message: str
    identity: Sequence[str]
    case: int | None = None
    case_number: str = ""
    by_number: bool = False
    withheld: Sequence[str] = ()


@event("message_kept")
class MessageKept(InstanceEvent):
    """Its receiver ``case`` does not wait for it yet."""

    message: str
    case: int | None = None
    case_number: str = ""


@event("message_unheard")
class MessageUnheard(InstanceEvent):
    """It came after its receiver was over. Both cases tell so; on the receiver's side the event has no activity."""

    message: str
    case: int | None = None
    case_number: str = ""


@event("gateway_decided")
class GatewayDecided(InstanceEvent):
    """A gateway let the case go on over ``flow``, which says ``text``.

    ``answered``: an officer said so. Else ``condition`` held, or none and it was the default; ``values``: what the
    conditions read, by variable; ``warnings``: feelin's.
    """

    flow: str
    text: str
    answered: bool = False
    condition: str = ""
    values: Mapping[str, Any] | None = None
    warnings: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruling:
    """How one decision came about: the ids of the ``rules`` that fired, from which ``inputs``, and its ``value``."""

    decision: str
    rules: Sequence[str]
    inputs: Mapping[str, Any]
    value: Any = None


@event("table_decided")
class TableDecided(ValuesSet):
    """A decision gave ``values``. ``needed``: a `Ruling` as a mapping for each decision that it needed before."""

    decision: str
    rules: Sequence[str]
    inputs: Mapping[str, Any]
    needed: Sequence[Mapping[str, Any]] = ()
    warnings: Sequence[str] = ()


@event("inputs_mapped")
class InputsMapped(InstanceEvent):
    """An activity began with the local variables ``given``. ``warnings``: feelin's."""

    given: Mapping[str, Any]
    warnings: Sequence[str] = ()


@event("outputs_mapped")
class OutputsMapped(ValuesSet):
    """``values`` came out of an activity. ``warnings``: feelin's."""

    warnings: Sequence[str] = ()


@event("rounds_ended")
class RoundsEnded(ValuesSet):
    """All rounds of an activity are over; ``values`` holds the list of their results."""


@event("timer_fired")
class TimerFired(InstanceEvent):
    """A timer was due at ``due_at`` (ISO 8601). ``text``: its span or date as the diagram has it."""

    due_at: str
    text: str


@event("timer_postponed")
class TimerPostponed(InstanceEvent):
    """A deadline that no open task has is due later, at ``due_at`` (ISO 8601), by what the reporter took."""

    due_at: str


@event("signal_thrown")
class SignalThrown(InstanceEvent):
    """An element sent a signal."""

    signal: str


@event("signal_caught")
class SignalCaught(InstanceEvent):
    """An element received a signal."""

    signal: str


@event("error_thrown")
class ErrorThrown(InstanceEvent):
    """An element threw an error. ``by``: the id of the element that caught it; else as in every event."""

    code: str | None


@event("escalation_thrown")
class EscalationThrown(InstanceEvent):
    """An element escalated. ``by``: the id of the element that caught it; else as in every event."""

    code: str | None


@event("notification_queued")
class NotificationQueued(InstanceEvent):
    """An element told people something.

    ``groups``: ids of lanes' groups; ``unit``: only those of this unit; ``coordinator``: the id of a group, told
    where the unit has nobody; ``units``: codes of units of which everybody is told.
    """

    groups: Sequence[int]
    users: Sequence[int]
    unit: str | None = None
    coordinator: int | None = None
    units: Sequence[str] | None = None
