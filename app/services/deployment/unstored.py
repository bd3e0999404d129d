"""The versions that files would become, ready to be judged by, without storing anything."""

import hashlib
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.orm import Session

from app import forms
from app.base.errors import InvalidDiagram
from app.base.i18n import _
from app.engine.running.execution import Program
from app.findings import Finding, has_errors
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.deployment import deployments, scenario_files
from app.services.deployment.bundle import Bundle
from app.services.deployment.bundle_builder import Collected, collect


@dataclass(frozen=True)
class Unstored:
    """Versions that are not stored, by the key of their process; of them only those that would be new.

    They have no id, no number and no groups. ``digest``: of all that cases would run on.
    """

    versions: Mapping[str, Version]
    digest: str
    file_bytes: int


@dataclass(frozen=True)
class Examined:
    """What publishing files as a whole would find and make. ``unstored`` is None where a finding is an error."""

    findings: Sequence[Finding]
    bundles: Sequence[Bundle]
    unstored: Unstored | None

    @property
    def changed(self) -> list[Bundle]:
        """Those of the bundles that would become new versions."""
        return [bundle for bundle in self.bundles if not bundle.in_force]


def examine(session: Session, files: Mapping[str, bytes]) -> Examined:
    """Read and check files as `deployments.prepare` does with all of a draft; nothing is raised."""
    found = collect(session, files, whole=True)
    if has_errors(found.findings):
        return Examined(found.findings, found.bundles, None)
    live = {one.key: one.id for one in found.live}
    cache, key = _cache(session), _key(files, live)
    if key not in cache:
        cache[key] = _unstored([bundle for bundle in found.bundles if not bundle.in_force])
    return Examined(found.findings, found.bundles, cache[key])


def unstored_versions(session: Session, files: Mapping[str, bytes]) -> Unstored:
    """The versions that files would become; held ready like stored ones, by what they are made of. 1 SQL then.

    Raises:
        InvalidDiagram: at least one finding is an error.
    """
    held = _cache(session).get(_key(files, definitions.newest_ids(session)))
    if held is not None:
        return held
    found = examine(session, files)
    if found.unstored is None:
        raise InvalidDiagram(_("Berkas tidak dapat diterapkan."), tuple(found.findings))
    return found.unstored


def bundles_of(
    session: Session | None, files: Mapping[str, bytes], refusal: str
) -> tuple[list[Bundle], Collected]:
    """The processes of a draft's own diagrams, and all that was collected. ``session`` None: nothing is in force.

    Raises:
        InvalidDiagram: at least one finding is an error; ``refusal`` says so.
    """
    sent = scenario_files.without(files)
    found = collect(session, sent, refuse_idle=False)
    if has_errors(found.findings):
        raise InvalidDiagram(refusal, tuple(found.findings))
    return [bundle for bundle in found.bundles if bundle.file in sent], found


def _cache(session: Session) -> MutableMapping[str, Unstored]:
    """The store of `definitions.version`, which is bounded in bytes: its own keys are numbers."""
    held: MutableMapping[str, Unstored] = session.info["versions"]
    return held


def _key(files: Mapping[str, bytes], live: Mapping[str, int]) -> str:
    """What files become depends on what is in force: forms are carried over, processes called."""
    return "unstored " + _digest([deployments.digests_of(scenario_files.without(files)), live])


def _unstored(bundles: Sequence[Bundle]) -> Unstored:
    made = {bundle.diagram.key: version_of(bundle) for bundle in bundles}
    digests = {
        bundle.diagram.key: {
            name: digest for name, digest in bundle.digests.items() if not scenario_files.is_scenario(name)
        }
        for bundle in bundles
    }
    return Unstored(made, _digest(digests), sum(one.file_bytes for one in made.values()))


def version_of(bundle: Bundle) -> Version:
    """What a bundle without errors would be stored as, as `definitions.assemble` makes one then."""
    private = frozenset(key for form in bundle.forms.values() for key in form.private_keys)
    return Version(
        0,
        bundle.diagram.key,
        0,
        bundle.files[f"{bundle.diagram.key}.bpmn"],
        Program(bundle.diagram, bundle.tables),
        {key: forms.with_identity(form, private) for key, form in bundle.forms.items()},
        {},
        file_bytes=sum(map(len, bundle.files.values())),
    )


def _digest(value: Any) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
