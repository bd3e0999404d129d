"""Events outside of cases: users, passwords, tokens, units, days off, deployments, the shared clock."""

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


@event("holiday_added")
class HolidayAdded(HolidayEvent):
    """A day came into the list."""


@event("holiday_removed")
class HolidayRemoved(HolidayEvent):
    """A day was taken out of the list."""


@event("definition_deployed")
class DefinitionDeployed(Event):
    """A version of a process went live. ``no_longer_identity``: what fields are called that it marks no more;
    ``proposal``: the id of the one that was approved for it; ``draft``: the id of the one that it was published from;
    ``reinstates``: the id of the earlier version that it puts in force again; ``reason``: the one that was given;
    ``planned``: its date came, nobody did it at that moment."""

    key: str
    version: int
    definition_id: int
    no_longer_identity: Sequence[str] = ()
    proposal: int | None = None
    draft: int | None = None
    reinstates: int | None = None
    reason: str = ""
    planned: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionEvent(Event):
    """About version ``version`` of process ``key``, for a ``reason``."""

    key: str
    version: int
    definition_id: int
    reason: str


@event("version_withdrawn")
class VersionWithdrawn(VersionEvent):
    """It was deployed by mistake and taken back before a case ran on it; version ``instead`` is in force again."""

    instead: int | None = None


@event("process_retired")
class ProcessRetired(VersionEvent):
    """No case begins any more; those that run go on. This version was in force last."""


@event("process_resumed")
class ProcessResumed(VersionEvent):
    """Cases begin again, on this version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftEvent(Event):
    """About a ``draft`` by its id and ``name``."""

    draft: int
    name: str


@event("draft_begun")
class DraftBegun(DraftEvent):
    """A process owner began a draft, of version ``version`` of process ``key`` where it has one; with ``source`` an
    upload or a watched folder did, which shall not put in force what it brings."""

    key: str = ""
    version: int | None = None
    source: str = ""


@event("draft_discarded")
class DraftDiscarded(DraftEvent):
    """It was laid aside; it can be brought back for some time."""


@event("draft_restored")
class DraftRestored(DraftEvent):
    """It was brought back."""


@event("deployment_proposed")
class DeploymentProposed(Event):
    """New versions of the processes ``keys`` wait for a second person. ``no_longer_identity``: what fields are called
    that are open in them; ``reason``: the one that was given; ``in_force_at``: the date that was chosen (ISO 8601);
    ``draft``: the id of the one that they come from."""

    proposal: int
    keys: Sequence[str]
    no_longer_identity: Sequence[str]
    reason: str = ""
    in_force_at: str = ""
    draft: int | None = None


@event("publication_planned")
class PublicationPlanned(Event):
    """New versions of the processes ``keys`` shall be in force from ``in_force_at`` (ISO 8601) on; the rest as of a
    `DeploymentProposed`."""

    proposal: int
    keys: Sequence[str]
    in_force_at: str
    reason: str = ""
    draft: int | None = None


@event("publication_cancelled")
class PublicationCancelled(Event):
    """What was planned does not go in force, for a ``reason``."""

    proposal: int
    reason: str


@event("publication_failed")
class PublicationFailed(Event):
    """The date of what was planned came, and it could not go in force; ``cause``: why, a stored message."""

    proposal: int
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionEvent(Event):
    """About a ``proposal`` by its id, and the full name of who ``proposed_by``; "" for a command or the folders."""

    proposal: int
    proposed_by: str


@event("deployment_approved")
class DeploymentApproved(DecisionEvent):
    """A second person approved it, and it went live; with ``in_force_at`` (ISO 8601) it does so then."""

    in_force_at: str = ""


@event("deployment_rejected")
class DeploymentRejected(DecisionEvent):
    """It was dropped, by a second person or by who proposed it, for a ``reason`` if he gave one."""

    reason: str = ""


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


@event("clock_moved")
class ClockMoved(Event):
    """The shared clock went ahead to ``to`` (ISO 8601)."""

    to: str


@event("clock_reset")
class ClockReset(Event):
    """The shared clock shows real time again."""
