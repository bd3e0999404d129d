"""What a sandbox runs: a draft's files with all that publishing them would carry over or call."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from app.base.errors import InvalidDiagram
from app.base.i18n import _
from app.findings import has_errors
from app.services.deployment import bundle_builder, scenario_files


def playable_files(session: Session | None, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that a sandbox deploys, name → content: diagrams of ``files`` and those they call, forms, tables.

    ``session`` None: nothing is in force.

    Raises:
        InvalidDiagram: at least one finding is an error.
    """
    sent = {name: content for name, content in files.items() if not scenario_files.is_scenario(name)}
    found = bundle_builder.collect(session, sent, refuse_idle=False)
    if has_errors(found.findings):
        raise InvalidDiagram(_("Draf dengan galat tidak dapat dicoba."), tuple(found.findings))
    own = [bundle for bundle in found.bundles if bundle.file in sent] or found.bundles
    made = dict[str, bytes]()
    for bundle in own:
        for name, content in bundle.files.items():
            if name == f"{bundle.diagram.key}.bpmn":  # two processes of one file are one file here too
                made[bundle.file] = content
            elif not name.endswith(".called"):
                made[name] = content
    for bundle in own:
        for name, content in bundle.files.items():
            if name.endswith(".called") and content not in made.values():
                made[f"{name.removesuffix('.called')}.bpmn"] = content
    return made
