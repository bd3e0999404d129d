"""Events of process definitions: versions put in force and taken back, drafts, proposals, planned publications."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.history.events.base import Event, event


@event("definition_deployed")
class DefinitionDeployed(Event):
    """A version of a process went live. ``no_longer_identity``: what fields are called that it marks no more;
    ``proposal``: the id of the one that was approved for it; ``draft``: the id of the one that it was published from;
    ``reinstates``: the id of the earlier version that it puts in force again; ``reason``: the one that was given;
    ``planned``: its date came, nobody did it at that moment; ``files``: the SHA-256 of each by its name."""

    key: str
    version: int
    definition_id: int
    no_longer_identity: Sequence[str] = ()
    proposal: int | None = None
    draft: int | None = None
    reinstates: int | None = None
    reason: str = ""
    planned: bool = False
    files: Mapping[str, str] = field(default_factory=dict)


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
