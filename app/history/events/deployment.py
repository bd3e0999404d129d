"""Versions of processes put in force and taken back, proposals, planned publications, groups of lanes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.base import stored_messages
from app.base.i18n import N_, _
from app.history.catalogue import PROCESSES, Entry, Event, event
from app.history.events.people import UserEvent, belongings
from app.history.sentences import Sentence, moment, say
from app.history.telling import because
from app.history.vocabulary import Vocabulary


@event("definition_deployed", PROCESSES, N_("Versi proses diterapkan"))
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

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Proses {key} versi {version} diterapkan"), key=self.key, version=self.version)
        return Sentence("start", title, lines=(*because(self.reason), *_dropped(self.no_longer_identity)))


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionEvent(Event):
    """About version ``version`` of process ``key``, for a ``reason``."""

    key: str
    version: int
    definition_id: int
    reason: str


@event("version_withdrawn", PROCESSES, N_("Versi proses ditarik"))
class VersionWithdrawn(VersionEvent):
    """It was deployed by mistake and taken back before a case ran on it; version ``instead`` is in force again."""

    instead: int | None = None

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Versi {version} proses {key} ditarik"), key=self.key, version=self.version)
        instead = ((_("Berlaku kembali"), _("versi {n}", n=self.instead)),) if self.instead else ()
        return Sentence("cancelled", title, lines=(*because(self.reason), *instead))


@event("process_retired", PROCESSES, N_("Proses dihentikan"))
class ProcessRetired(VersionEvent):
    """No case begins any more; those that run go on. This version was in force last."""

    sentence = "cancelled", N_("Proses {key} diakhiri pada versi {version}")


@event("process_resumed", PROCESSES, N_("Proses dibuka lagi"))
class ProcessResumed(VersionEvent):
    """Cases begin again, on this version."""

    sentence = "start", N_("Proses {key} diaktifkan lagi pada versi {version}")


@event("deployment_proposed", PROCESSES, N_("Penerapan diusulkan"))
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

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = N_("Usulan penerapan {proposal} menunggu orang kedua: {keys}")
        title = say(text, proposal=self.proposal, keys=", ".join(self.keys))
        lines = (
            *because(self.reason),
            *_from(self.in_force_at, vocabulary),
            *_dropped(self.no_longer_identity),
        )
        return Sentence("waiting", title, lines=lines)


@event("publication_planned", PROCESSES, N_("Penerbitan dijadwalkan"))
class PublicationPlanned(Event):
    """New versions of the processes ``keys`` shall be in force from ``in_force_at`` (ISO 8601) on; the rest as of a
    `DeploymentProposed`."""

    proposal: int
    keys: Sequence[str]
    in_force_at: str
    reason: str = ""
    draft: int | None = None

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = N_("Penerbitan {proposal} dijadwalkan: {keys}")
        title = say(text, proposal=self.proposal, keys=", ".join(self.keys))
        lines = (*_from(self.in_force_at, vocabulary), *because(self.reason))
        return Sentence("waiting", title, lines=lines)


@event("publication_cancelled", PROCESSES, N_("Jadwal penerbitan dibatalkan"))
class PublicationCancelled(Event):
    """What was planned does not go in force, for a ``reason``."""

    sentence = "cancelled", N_("Jadwal penerbitan {proposal} dibatalkan")
    proposal: int
    reason: str


@event("publication_failed", PROCESSES, N_("Penerbitan terjadwal gagal"))
class PublicationFailed(Event):
    """The date of what was planned came, and it could not go in force; ``cause``: why, a stored message."""

    proposal: int
    cause: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Penerbitan {proposal} tidak dapat berlaku pada waktunya"), proposal=self.proposal)
        return Sentence("incident", title, lines=((_("Sebab"), stored_messages.tell_stored(self.cause)),))


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionEvent(Event):
    """About a ``proposal`` by its id, and the full name of who ``proposed_by``; "" for a command or the folders."""

    proposal: int
    proposed_by: str


@event("deployment_approved", PROCESSES, N_("Penerapan disetujui"))
class DeploymentApproved(DecisionEvent):
    """A second person approved it, and it went live; with ``in_force_at`` (ISO 8601) it does so then."""

    in_force_at: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Usulan penerapan {proposal} disetujui"), proposal=self.proposal)
        return Sentence("done", title, lines=(*_by(self.proposed_by), *_from(self.in_force_at, vocabulary)))


@event("deployment_rejected", PROCESSES, N_("Penerapan ditolak"))
class DeploymentRejected(DecisionEvent):
    """It was dropped, by a second person or by who proposed it, for a ``reason`` if he gave one."""

    reason: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Usulan penerapan {proposal} ditolak"), proposal=self.proposal)
        lines = (*_by(self.proposed_by), *because(self.reason))
        return Sentence("cancelled", title, lines=lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupEvent(Event):
    """A deployment changed a lane's group from ``before`` to ``after`` (names), with so many ``officers``."""

    before: str
    after: str
    officers: int


@event("group_renamed", PROCESSES, N_("Lajur berganti nama"))
class GroupRenamed(GroupEvent):
    """A group goes by another name, as its lane does; its members stay."""

    sentence = (
        "note",
        N_("Kelompok lajur {before} diganti namanya menjadi {after}; anggotanya: {officers} petugas"),
    )


@event("group_copied", PROCESSES, N_("Lajur baru dengan anggota lajur lama"))
class GroupCopied(GroupEvent):
    """A new group began with the members of ``before``, which others need as it is."""

    sentence = "note", N_("Petugas kelompok {before} ({officers}) dimasukkan juga ke kelompok baru {after}")


@event("own_lanes_changed", PROCESSES, N_("Penerapan mengubah lajur penerapnya sendiri"))
class OwnLanesChanged(UserEvent):
    """A deployment changed the lanes of who deployed or proposed it, or whose identities he may see.

    What he got and what he lost, as in `services.people.membership_changes`, ``identity:`` with the process.
    """

    gained: Sequence[str]
    lost: Sequence[str]

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Penerapan oleh {user} mengubah lajurnya sendiri"), user=self.user)
        told = ((_("Mendapat"), self.gained), (_("Kehilangan"), self.lost))
        return Sentence(
            "person", title, lines=tuple((word, belongings(facts)) for word, facts in told if facts)
        )


def _dropped(names: Sequence[str]) -> Sequence[tuple[str, str]]:
    return ((_("Tidak lagi identitas"), ", ".join(f"“{name}”" for name in names)),) if names else ()


def _from(in_force_at: str, vocabulary: Vocabulary) -> Sequence[tuple[str, str]]:
    return ((_("Mulai berlaku"), moment(in_force_at, vocabulary.zone)),) if in_force_at else ()


def _by(name: str) -> Sequence[tuple[str, str]]:
    return ((_("Diusulkan oleh"), name or _("Perintah atau folder")),)
