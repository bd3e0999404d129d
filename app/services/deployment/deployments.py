"""Deploy: a diagram with every form and table it names becomes one numbered, unchangeable version."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from app.base.errors import Conflict, InvalidDiagram, InvalidForm, NotAllowed
from app.base.i18n import _
from app.engine.diagram import Lane
from app.findings import Finding, errors_first, has_errors
from app.history.events.deployment import DefinitionDeployed
from app.models import DefinitionFile, EventStart, ProcessDefinition, ProposedDeployment
from app.services.core import bulk, clock, history, rights, settings
from app.services.core.access import Actor
from app.services.definitions import automatic_starts, definitions, outlines
from app.services.definitions.automatic_starts import TimedStart
from app.services.definitions.outlines import Outline
from app.services.deployment import (
    identity_openings,
    lane_changes,
    lane_groups,
    preconditions,
    proposals,
    resources,
)
from app.services.deployment.bundle import Bundle
from app.services.deployment.bundle_builder import collect
from app.services.deployment.lane_groups import Plan, Staffing
from app.services.deployment.proposals import Origin, Proposed

#: What one deployment may bring. Checking 100 diagrams of the SOP's size takes 15 seconds of a processor.
MOST_FILES, MOST_BYTES = 300, 20_000_000

#: Findings that may be none where other processes, or an earlier version, are in force.
_MENDED_BY_OTHERS = frozenset({"call_unknown", "form_missing", "decision_missing", "file_not_used"})


@dataclass(frozen=True)
class Deployed:
    """One process of a deployment; ``created`` is False when the content was live already. ``before``: the version
    that was in force before it."""

    definition: ProcessDefinition
    created: bool
    before: ProcessDefinition | None = None


@dataclass(frozen=True)
class Deployment:
    """What a deployment did, with its warnings. ``proposal``: nothing yet, it waits for somebody, or for its date."""

    definitions: tuple[Deployed, ...]
    findings: tuple[Finding, ...]
    proposal: ProposedDeployment | None = None


@dataclass(frozen=True)
class PreparedVersion:
    """A version as it would be stored. ``newest`` is the one in force; ``created`` False: it holds the same.

    What was parsed is not kept: while a transaction writes, nothing large shall be walked by the garbage collector.
    """

    key: str
    name: str
    lanes: tuple[Lane, ...]
    number: int
    created: bool
    newest: ProcessDefinition | None
    files: Mapping[str, bytes]
    digests: Mapping[str, str]
    findings: tuple[Mapping[str, Any], ...]  # as `Finding.as_dict` gives them
    starts: tuple[TimedStart, ...]
    no_longer_identity: tuple[str, ...]  # names of fields
    outline: Outline

    @property
    def label(self) -> str:
        """The version in words."""
        return f"{self.key} versi {self.number}"


@dataclass(frozen=True)
class Prepared:
    """A deployment, read and checked, and what that rests on. Nothing is stored yet, and storing it takes no parser.

    ``basis``: the ids of the versions in force by process, and who works in which group. ``sent``: SHA-256 of each
    file that was sent. ``proposed``: nothing of it goes in force, it waits for a second person or its date.
    """

    versions: tuple[PreparedVersion, ...]
    findings: tuple[Finding, ...]
    plan: Plan
    basis: tuple[Mapping[str, int], Staffing]
    sent: Mapping[str, str]
    proposed: Proposed | None = None

    @property
    def new(self) -> list[PreparedVersion]:
        """The versions that go in force by it."""
        return [] if self.proposed else [one for one in self.versions if one.created]


class Outdated(Conflict):
    """What a deployment was prepared from has changed: prepare it again."""

    code = "deployment_outdated"


def prepare(
    session: Session,
    files: Mapping[str, bytes],
    *,
    beside: Mapping[str, bytes] | None = None,
    refuse_idle: bool = True,
    approved: bool = False,
    whole: bool = False,
    at: datetime | None = None,
    unattended: bool = False,
) -> Prepared:
    """Read and check ``files`` (name → content). A form or table alone makes new versions of what uses it.

    For a session that only reads: this takes as long as it takes. ``beside``: forms and tables at hand, for what is
    named and neither among ``files`` nor in the live version. A form or table that no diagram uses is left out, with
    a warning: a version holds what its diagram names. Where that leaves nothing, it is an error if ``refuse_idle``.
    With the setting ``four_eyes`` what needs a second person is only proposed, unless it is ``approved``; with ``at``
    it waits for that date. ``whole``: scenarios that were not sent are not carried over. ``unattended``: a command or
    the watched folders sent it, which need nobody for the very first version of an installation.

    Raises:
        InvalidDiagram: at least one finding is an error.
    """
    found = collect(session, files, beside or {}, refuse_idle=refuse_idle, whole=whole)
    if has_errors(found.findings):
        raise InvalidDiagram(_("Berkas tidak dapat diterapkan."), tuple(found.findings))
    if found.plan is None or found.staffing is None:
        raise AssertionError  # there is a session
    newest = {one.key: one for one in found.live}
    highest = definitions.highest_numbers(session, [bundle.diagram.key for bundle in found.bundles])
    versions = tuple(
        _prepared(session, bundle, newest.get(bundle.diagram.key), highest.get(bundle.diagram.key, 0))
        for bundle in found.bundles
    )
    is_new = any(one.created for one in versions)
    second = is_new and not approved and _needs_second(session, found.findings, unattended=unattended)
    findings = (Finding("deployment_waits", "warning"), *found.findings) if second else tuple(found.findings)
    proposed = None
    if second or (at is not None and is_new):
        found_of = (files, beside or {}, versions, found.findings)
        proposed = _proposed(*found_of, needs_second=second, in_force_at=at, whole=whole)
    return Prepared(
        versions=versions,
        findings=findings,
        plan=found.plan,
        basis=({one.key: one.id for one in found.live}, found.staffing),
        sent=digests_of(files),
        proposed=proposed,
    )


def _needs_second(session: Session, findings: Sequence[Finding], *, unattended: bool) -> bool:
    """Whether somebody else has to approve what was found."""
    four_eyes = settings.config(session).four_eyes
    if four_eyes == "all":
        return not unattended or bool(
            session.scalar(select(exists().where(ProcessDefinition.id.is_not(None))))
        )
    return four_eyes == "identity" and identity_openings.opens(findings)


def _proposed(
    files: Mapping[str, bytes],
    beside: Mapping[str, bytes],
    versions: Sequence[PreparedVersion],
    findings: Sequence[Finding],
    *,
    needs_second: bool,
    in_force_at: datetime | None,
    whole: bool,
) -> Proposed:
    used = {digest for one in versions for digest in one.digests.values()}
    return Proposed(
        files=files,
        beside={name: content for name, content in beside.items() if proposals.digest_of(content) in used},
        base={one.key: one.newest.version if one.newest else 0 for one in versions if one.created},
        no_longer_identity=identity_openings.names(findings),
        findings=[finding.as_dict() for finding in findings],
        needs_second=needs_second,
        in_force_at=in_force_at,
        whole=whole,
    )


def store(
    session: Session,
    prepared: Prepared,
    *,
    actor: Actor | None,
    seen: Collection[int] | None,
    approved: ProposedDeployment | None = None,
    origin: Origin | None = None,
) -> Deployment:
    """Put a prepared deployment in force, or keep it as proposed. Running instances keep their version.

    ``actor`` None means the command line, the watched folders or the clock. ``seen``: the ids of the versions in
    force that the actor saw; None for a source of its own, and for a proposal, which names what it was based on.
    ``approved``: the proposal that he approved, or whose date has come; the version is its proposer's. ``origin``:
    where it comes from the studio.

    Raises:
        NotAllowed: the actor is no process owner, or an auditor.
        Outdated: what it was prepared from has changed meanwhile; nothing was stored.
        Overtaken: a version is in force that the actor did not see.
    """
    if actor is not None and approved is None:
        require_may_deploy(actor)
    if prepared.basis != (definitions.newest_ids(session), lane_groups.staffing(session)):
        message = _("Proses atau lajur yang berlaku baru saja berubah. Coba terapkan sekali lagi.")
        raise Outdated(message)
    if seen is not None:
        replaced = [one.key for one in prepared.versions if one.created]
        preconditions.require_versions(session, replaced, seen)
    if prepared.proposed is not None:
        proposal = proposals.propose(session, prepared.proposed, actor=actor, origin=origin)
        return Deployment((), prepared.findings, proposal)
    before = lane_changes.read_places(session, [one.key for one in prepared.new])
    lane_groups.carry_out(session, prepared.plan, actor=actor)
    made = iter(_store_versions(session, prepared.new, prepared.plan, actor, approved, origin))
    done = [(next(made) if one.created else one.newest, one) for one in prepared.versions]
    deployed = tuple(
        Deployed(row, one.created, one.newest if one.created else None)
        for row, one in done
        if row is not None
    )
    people = lane_changes.deployers(session, actor, approved)
    lane_changes.record_changes(session, before, people, actor=actor)
    return Deployment(deployed, prepared.findings)


def checksum_of(digests: Mapping[str, str]) -> str:
    """SHA-256 over a version's files: name, blank, SHA-256 of the content and a line end for each, by name."""
    return proposals.digest_of("".join(f"{name} {digests[name]}\n" for name in sorted(digests)).encode())


def digests_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of each file, by name."""
    return {name: proposals.digest_of(content) for name, content in files.items()}


def large_contents(prepared: Prepared) -> Iterator[dict[str, bytes]]:
    """Yield what a large deployment's files hold, by digest, in pieces that one short transaction can take.

    Nothing where it is small. What is kept before its version is stored is found by its digest then; where the
    version never is, housekeeping removes it.
    """
    return resources.in_pieces(_contents(prepared.versions))


def deploy(
    session: Session,
    files: Mapping[str, bytes],
    *,
    actor: Actor | None,
    beside: Mapping[str, bytes] | None = None,
    refuse_idle: bool = True,
) -> Deployment:
    """Prepare and store in one session, for who has the database to himself: see `app.commands.deployment`.

    Raises:
        What `prepare` and `store` raise.
    """
    if actor is not None:
        require_may_deploy(actor)
    prepared = prepare(session, files, beside=beside, refuse_idle=refuse_idle)
    return store(session, prepared, actor=actor, seen=None)


def require_may_deploy(actor: Actor) -> None:
    """Refuse everyone but process owners.

    Raises:
        NotAllowed: the actor is no process owner, or an auditor.
    """
    rights.require_not_auditor(actor)
    if not actor.is_process_owner:
        raise NotAllowed(_("Hanya pemilik proses yang dapat menerapkan diagram."))


def check_files(
    session: Session | None, files: Mapping[str, bytes], *, beside: Mapping[str, bytes] | None = None
) -> Sequence[Finding]:
    """Return what `deploy` would find in ``files`` and ``beside``, without storing anything.

    Without a database (``session`` None) nothing counts as deployed, as before `init`: what is called or named has to
    be sent along. Where that makes a difference, a warning says so.
    """
    findings = collect(session, files, beside or {}).findings
    if session is None and any(one.code in _MENDED_BY_OTHERS for one in findings):
        findings.append(Finding("nothing_in_force", "warning"))
    return errors_first(findings)


def usable(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those of ``files``, forms and tables by name, that hold no error in themselves."""
    return {
        name: content
        for name, content in files.items()
        if not has_errors(collect(None, {name: content}, refuse_idle=False).findings)
    }


def require_few(count: int, size_bytes: int) -> None:
    """Refuse what would keep a thread busy for minutes.

    Raises:
        InvalidForm: too many files, or too large together.
    """
    if count > MOST_FILES:
        message = _(
            "Paling banyak {most} berkas dalam satu penerapan; yang dikirim {sent}. Bagi menjadi beberapa kiriman.",
            most=MOST_FILES, sent=count,
        )  # fmt: skip
        raise InvalidForm(message, {"files": message})
    if size_bytes > MOST_BYTES:
        message = _(
            "Berkas dalam satu penerapan paling besar {most} MB seluruhnya. Bagi menjadi beberapa kiriman.",
            most=MOST_BYTES // 1_000_000,
        )  # fmt: skip
        raise InvalidForm(message, {"files": message})


def _prepared(
    session: Session, bundle: Bundle, newest: ProcessDefinition | None, highest: int
) -> PreparedVersion:
    return PreparedVersion(
        key=bundle.diagram.key,
        name=bundle.diagram.name,
        lanes=bundle.diagram.lanes,
        number=newest.version if newest and bundle.in_force else highest + 1,
        created=not bundle.in_force,
        newest=newest,
        files=bundle.files,
        digests=bundle.digests,
        findings=tuple(one.as_dict() for one in errors_first((*bundle.diagram.findings, *bundle.findings))),
        starts=() if bundle.in_force else automatic_starts.timed_starts(session, bundle.diagram),
        no_longer_identity=tuple(identity_openings.names(bundle.findings)),
        outline=outlines.outline_of(bundle.diagram, bundle.forms, bundle.tables),
    )


def _store_versions(
    session: Session,
    versions: Sequence[PreparedVersion],
    plan: Plan,
    actor: Actor | None,
    approved: ProposedDeployment | None,
    origin: Origin | None,
) -> list[ProcessDefinition]:
    """Store them all by a few statements, whatever their number."""
    resources.store(session, _contents(versions))
    own = actor.id if actor else None
    ties = lane_groups.tie(session, {one.key: one.lanes for one in versions}, plan)
    now = clock.now(session)
    for keys in bulk.batches(one.key for one in versions):
        before = update(ProcessDefinition).where(ProcessDefinition.key.in_(keys), ProcessDefinition.in_force)
        session.execute(before.values(in_force=False))
    made = [
        {
            "key": one.key,
            "version": one.number,
            "name": one.name,
            "deployed_at": now,
            "deployed_by_id": approved.proposed_by_id if approved else own,
            "findings": list(one.findings),
            "lane_groups": ties[one.key],
            "in_force": True,
            "withdrawn": False,
            "reason": origin.reason if origin else "",
            "checksum": checksum_of(one.digests),
            "approved_by_id": approved.decided_by_id if approved else None,
            **one.outline.columns(ties[one.key]),
        }
        for one in versions
    ]
    bulk.insert_rows(
        session, ProcessDefinition, made
    )  # the session would insert one by one on SQLite, for their ids
    rows = definitions.newest(session, [one.key for one in versions])
    files = [
        {"definition_id": row.id, "name": name, "kind": name.rsplit(".", 1)[-1], "sha256": digest}
        for row, one in zip(rows, versions, strict=True)
        for name, digest in one.digests.items()
    ]
    bulk.insert_rows(session, DefinitionFile, files)
    heard = [start for row, one in zip(rows, versions, strict=True) for start in one.outline.starts(row.id)]
    bulk.insert_rows(session, EventStart, heard)
    starts = {(row.key, row.id): one.starts for row, one in zip(rows, versions, strict=True)}
    automatic_starts.schedule(session, starts)
    events = (
        DefinitionDeployed(
            key=row.key,
            version=row.version,
            definition_id=row.id,
            no_longer_identity=one.no_longer_identity,
            proposal=approved.id if approved else None,
            draft=origin.draft if origin else None,
            reinstates=origin.reinstates if origin else None,
            reason=origin.reason if origin else "",
            planned=approved is not None and actor is None,
            files=dict(one.digests),
        )
        for row, one in zip(rows, versions, strict=True)
    )
    history.record_all(session, events, actor=actor)
    return rows


def _contents(versions: Iterable[PreparedVersion]) -> dict[str, bytes]:
    return {
        one.digests[name]: content for one in versions if one.created for name, content in one.files.items()
    }
