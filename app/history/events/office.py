"""Events outside of cases and processes: users, passwords, tokens, units, groups, days off, the shared clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.history.events.base import Event, event


@dataclass(frozen=True, kw_only=True, slots=True)
class UserEvent(Event):
    """Something about the ``user`` of this name."""

    user: str


@event("user_added")
class UserAdded(UserEvent):
    """A new user; ``groups`` by name, ``units`` by code, ``roles`` as in `words.office`. No address."""

    full_name: str
    roles: Sequence[str]
    groups: Sequence[str]
    units: Sequence[str]


@event("user_edited")
class UserEdited(UserEvent):
    """``changes``: fact → [before, after]; True for an address, of which neither is told."""

    changes: Mapping[str, Any]


@event("user_disabled")
class UserDisabled(UserEvent):
    """A user was shut out."""


@event("user_enabled")
class UserEnabled(UserEvent):
    """A user was let in again."""


@event("password_changed")
class PasswordChanged(UserEvent):
    """A user changed his own password."""


@event("password_reset")
class PasswordReset(UserEvent):
    """A user got a new password from somebody else."""


@event("second_step_set")
class SecondStepSet(UserEvent):
    """A user's sign-in takes a second step from now on."""


@event("second_step_removed")
class SecondStepRemoved(UserEvent):
    """A user took the second step away from his own sign-in."""


@event("second_step_reset")
class SecondStepReset(UserEvent):
    """Somebody else took the second step away from a user's sign-in: his device is lost."""


@event("recovery_codes_made")
class RecoveryCodesMade(UserEvent):
    """A user has new recovery codes; those before are void."""


@event("recovery_code_used")
class RecoveryCodeUsed(UserEvent):
    """A user signed in with a recovery code; so many are ``left``."""

    left: int


@event("second_step_demanded")
class SecondStepDemanded(Event):
    """It was decided which ``roles`` need a second step at sign-in: of ``words.office``, or ``everybody``."""

    roles: Sequence[str]


@event("passkey_added")
class PasskeyAdded(UserEvent):
    """A user may sign in with one more passkey. ``passkey``: the id of its row."""

    passkey: int


@event("passkey_removed")
class PasskeyRemoved(UserEvent):
    """A user removed a passkey of his. ``passkey``: the id of its row."""

    passkey: int


@event("provider_tied")
class ProviderTied(UserEvent):
    """A user came in by the provider ``issuer`` for the first time; from now on its subject alone tells him."""

    issuer: str


@event("provider_untied")
class ProviderUntied(UserEvent):
    """A user is nobody of the provider ``issuer`` any more, until he comes in by it again."""

    issuer: str


@event("token_issued")
class TokenIssued(UserEvent):
    """A user got an API token. ``token``: the id of its row."""

    token: int


@event("token_revoked")
class TokenRevoked(UserEvent):
    """An API token is void. ``token``: the id of its row."""

    token: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AbsenceEvent(UserEvent):
    """A user's absence from ``first_on`` to ``last_on`` (ISO 8601); the name of his ``substitute``, empty without."""

    first_on: str
    last_on: str
    substitute: str = ""


@event("absence_added")
class AbsenceAdded(AbsenceEvent):
    """It was entered."""


@event("absence_ended")
class AbsenceEnded(AbsenceEvent):
    """It was ended before its last day, or dropped before its first."""


@event("question_saved")
class QuestionSaved(Event):
    """Somebody keeps a question under a ``name``; ``shared`` with whoever sees every case."""

    question: int
    name: str
    shared: bool = False


@event("question_removed")
class QuestionRemoved(Event):
    """It was removed."""

    question: int
    name: str


@event("sample_drawn")
class SampleDrawn(Event):
    """An auditor drew a sample of ``size`` cases of the ``population`` that a question found, by a ``seed``."""

    sample: int
    name: str
    seed: str
    size: int
    population: int


@event("finding_recorded")
class FindingRecorded(Event):
    """An auditor wrote down what he found on a case, by its ``position`` in a sample: fine, flawed or unclear."""

    sample: int
    position: int
    verdict: str


@event("tasks_transferred")
class TasksTransferred(Event):
    """So many ``tasks`` go to others together. ``user``: the name of who held them; ``unit``: the code of theirs."""

    transfer: int
    tasks: int
    reason: str
    user: str = ""
    unit: str = ""


@event("transfer_taken_back")
class TransferTakenBack(Event):
    """So many ``tasks`` of a transfer are taken back."""

    transfer: int
    tasks: int


@event("destruction_begun")
class DestructionBegun(Event):
    """So many ``cases`` of a process (``key``) that ended ``before`` then (ISO 8601) are destroyed, by the ``rule``
    that its diagram has."""

    key: str
    destruction: int
    cases: int
    rule: str
    before: str
    reason: str


@event("destruction_stopped")
class DestructionStopped(Event):
    """A destruction stopped after so many ``cases``; ``by``: rule, rights, or empty where somebody stopped it."""

    key: str
    destruction: int
    cases: int
    by: str = ""


@event("destruction_resumed")
class DestructionResumed(Event):
    """A destruction that was stopped goes on."""

    key: str
    destruction: int


@event("destruction_finished")
class DestructionFinished(Event):
    """So many ``cases`` are gone, and so many could not be destroyed; ``checksum``: of the record of the last one."""

    key: str
    destruction: int
    cases: int
    failed: int
    checksum: str


@event("case_destroyed")
class CaseDestroyed(Event):
    """A case of process ``key`` was destroyed. ``events``: how many its chain had; ``head``: the hash of the last."""

    key: str
    instance: int
    destruction: int
    events: int
    head: str


@event("history_verified")
class HistoryVerified(Event):
    """The record was checked: so many ``events`` of so many ``chains``. ``faults``: how many were found; ``first``:
    the chain (0: outside of cases) and the number of the event of the first, which is of a ``kind`` and concerns a
    ``detail``. ``unproved``: how much is gone by events of before such were signed.

    ``checkpoints``: how many are stored; ``outside``: the numbers of those that were kept outside; ``bound``: how
    many chains they signed. ``found``: the first hundred faults, each its kind, chain, number and detail.
    """

    events: int
    chains: int
    faults: int = 0
    first: Sequence[int] = ()
    kind: str = ""
    detail: str = ""
    unproved: int = 0
    checkpoints: int = 0
    outside: Sequence[int] = ()
    bound: int = 0
    found: Sequence[Sequence[Any]] = ()


@event("verification_demanded")
class VerificationDemanded(Event):
    """Somebody let the record be checked."""


@event("database_role_restricted")
class DatabaseRoleRestricted(Event):
    """The database's ``role`` got the rights under which Alur runs without owning its tables, and no others."""

    role: str


@event("checkpoint_demanded")
class CheckpointDemanded(Event):
    """Somebody let a checkpoint be made at once."""


@event("checkpoint_refused")
class CheckpointRefused(Event):
    """No checkpoint was made, as the record is not what was signed of it. ``faults`` and the rest: as of
    `HistoryVerified`."""

    faults: int
    first: Sequence[int] = ()
    kind: str = ""
    detail: str = ""


@event("checkpoint_taken")
class CheckpointTaken(Event):
    """Somebody took checkpoint ``number`` along, to keep it outside."""

    number: int


@event("evidence_exported")
class EvidenceExported(Event):
    """The evidence of so many ``cases`` was downloaded, by their ids where they are few."""

    cases: int
    instances: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitEvent(Event):
    """A unit by its code, and what is said of it. Dates are ISO 8601 or None; ``successors`` codes."""

    unit: str
    name: str
    valid_from: str | None
    valid_until: str | None
    successors: Sequence[str]


@event("unit_added")
class UnitAdded(UnitEvent):
    """A new unit."""


@event("unit_edited")
class UnitEdited(UnitEvent):
    """``changes``: fact → [before, after]."""

    changes: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class HolidayEvent(Event):
    """A day off ``on`` (ISO 8601). Without a ``name`` it is a national one that is an ordinary working day here."""

    on: str
    name: str


@event("office_edited")
class OfficeEdited(Event):
    """What the public pages say of who runs this was changed. ``changes``: name, address, phone, hours or url →
    what stood there, and what stands there now."""

    changes: Mapping[str, Any]


@event("work_tried_again")
class WorkTriedAgain(Event):
    """Work that is no request is tried now, before its time. ``work``: its kind."""

    work: str


@event("webhook_added")
class WebhookAdded(Event):
    """Another system is told of events. ``events``: their codes. Its address is not told: it may hold a secret."""

    webhook: int
    name: str
    events: Sequence[str]


@event("webhook_changed")
class WebhookChanged(Event):
    """A webhook got another secret, or was turned off or on. ``change``: secret, off or on."""

    webhook: int
    name: str
    change: str


@event("quiet_hours_edited")
class QuietHoursEdited(Event):
    """When letters of the office wait, or from when on its digests go out, was changed. ``changes``: begins, ends,
    days_off or digest_at → what held before, and what holds now."""

    changes: Mapping[str, Any]


@event("message_text_edited")
class MessageTextEdited(Event):
    """What a ``kind`` of letter or notice says in a ``language`` was written anew; ``is_delivered``: it is again the
    text that Alur is delivered with. The texts themselves are kept where they are edited."""

    kind: str
    language: str
    is_delivered: bool = False


@event("holiday_added")
class HolidayAdded(HolidayEvent):
    """A day came into the list."""


@event("holiday_removed")
class HolidayRemoved(HolidayEvent):
    """A day was taken out of the list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupEvent(Event):
    """A deployment changed a lane's group from ``before`` to ``after`` (names), with so many ``officers``."""

    before: str
    after: str
    officers: int


@event("group_renamed")
class GroupRenamed(GroupEvent):
    """A group goes by another name, as its lane does; its members stay."""


@event("group_copied")
class GroupCopied(GroupEvent):
    """A new group began with the members of ``before``, which others need as it is."""


@event("own_lanes_changed")
class OwnLanesChanged(UserEvent):
    """A deployment changed the lanes of who deployed or proposed it, or whose identities he may see.

    What he got and what he lost, as in `services.people.membership_changes`, ``identity:`` with the process.
    """

    gained: Sequence[str]
    lost: Sequence[str]


@event("event_log_taken")
class EventLogTaken(Event):
    """The steps of cases were downloaded for process mining. ``standard``: xes, ocel-json or ocel-xml; ``filters``:
    what it was narrowed to, as the list of cases names it; ``cases``, ``events``: how many, where that is known."""

    standard: str
    filters: Mapping[str, str]
    cases: int | None = None
    events: int | None = None


@event("diagram_compared")
class DiagramCompared(Event):
    """A diagram was sent along to compare the cases of the process ``key`` with; ``name``: of its file."""

    key: str
    name: str
    sha256: str


@event("clock_moved")
class ClockMoved(Event):
    """The shared clock went ahead to ``to`` (ISO 8601)."""

    to: str


@event("clock_reset")
class ClockReset(Event):
    """The shared clock shows real time again."""
