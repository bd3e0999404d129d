"""Deploy: a diagram with every form and table it names becomes one numbered, unchangeable version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.errors import InvalidDiagram, NotAllowed
from app.findings import Finding, has_errors
from app.history.events import DefinitionDeployed
from app.i18n import _
from app.models import DefinitionFile, ProcessDefinition, Resource
from app.services.core import clock, history, rights
from app.services.core.access import Actor
from app.services.definitions import automatic_starts, definitions
from app.services.deployment import lane_groups
from app.services.deployment.bundle import Bundle
from app.services.deployment.bundle_builder import collect
from app.services.deployment.lane_groups import Plan

#: Findings that may be none where other processes, or an earlier version, are in force.
_MENDED_BY_OTHERS = frozenset({"call_unknown", "form_missing", "decision_missing", "file_not_used"})


@dataclass(frozen=True)
class Deployed:
    """One process of a deployment; ``created`` is False when the content was live already."""

    definition: ProcessDefinition
    created: bool


@dataclass(frozen=True)
class Deployment:
    """What a deployment did, with its warnings."""

    definitions: tuple[Deployed, ...]
    findings: tuple[Finding, ...]


def deploy(
    session: Session,
    files: Mapping[str, bytes],
    *,
    actor: Actor | None,
    beside: Mapping[str, bytes] | None = None,
    refuse_idle: bool = True,
) -> Deployment:
    """Deploy ``files`` (name → content). A form or table alone makes new versions of the processes that use it.

    ``beside``: forms and tables at hand, for what is named and neither among ``files`` nor in the live version.
    A form or table that no diagram uses is left out, with a warning: a version holds what its diagram names. Where
    that leaves nothing, it is an error if ``refuse_idle``.
    Running instances keep their version. ``actor`` None means the command line or the watched folders.

    Raises:
        NotAllowed: the actor is no process owner, or an auditor.
        InvalidDiagram: at least one finding is an error; nothing was stored.
    """
    if actor is not None:
        require_may_deploy(actor)
    bundles, findings = collect(session, files, beside or {}, refuse_idle=refuse_idle)
    if has_errors(findings):
        raise InvalidDiagram(_("Berkas tidak dapat diterapkan."), tuple(findings))
    staffing = lane_groups.plan(session, bundles, definitions.live(session))
    lane_groups.carry_out(session, staffing, actor=actor)
    deployed = tuple(_deploy_one(session, bundle, staffing, actor) for bundle in bundles)
    return Deployment(deployed, tuple(findings))


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
    findings = collect(session, files, beside or {})[1]
    if session is None and any(one.code in _MENDED_BY_OTHERS for one in findings):
        findings.append(Finding("nothing_in_force", "warning"))
    return findings


def usable(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those of ``files``, forms and tables by name, that hold no error in themselves."""
    return {
        name: content
        for name, content in files.items()
        if not has_errors(collect(None, {name: content}, refuse_idle=False)[1])
    }


def _deploy_one(session: Session, bundle: Bundle, staffing: Plan, actor: Actor | None) -> Deployed:
    latest, digests = definitions.latest(session, bundle.diagram.key), bundle.digests
    if latest is not None and bundle.in_force:
        return Deployed(latest, False)
    definition = ProcessDefinition(
        key=bundle.diagram.key,
        version=latest.version + 1 if latest else 1,
        name=bundle.diagram.name,
        deployed_at=clock.now(session),
        deployed_by_id=actor.id if actor else None,
        findings=[finding.as_dict() for finding in (*bundle.diagram.findings, *bundle.findings)],
        lane_groups=lane_groups.tie(session, bundle.diagram, staffing),
    )
    for name, content in bundle.files.items():
        if session.get(Resource, digests[name]) is None:
            session.add(Resource(sha256=digests[name], content=content))
            session.flush()
        kind = name.rsplit(".", 1)[-1]
        definition.files.append(DefinitionFile(name=name, kind=kind, sha256=digests[name]))
    session.add(definition)
    session.flush()
    automatic_starts.schedule(session, definition)
    history.record(
        session,
        DefinitionDeployed(key=definition.key, version=definition.version, definition_id=definition.id),
        actor=actor,
    )
    return Deployed(definition, True)
