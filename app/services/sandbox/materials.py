"""What a sandbox runs: a draft's files with all that publishing them would carry over or call."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from app.base.i18n import _
from app.services.deployment import unstored


def playable_files(session: Session | None, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that a sandbox deploys, name → content: diagrams of ``files`` and those they call, forms, tables.

    ``session`` None: nothing is in force.

    Raises:
        InvalidDiagram: at least one finding is an error.
    """
    own, found = unstored.bundles_of(session, files, _("Draf dengan galat tidak dapat dicoba."))
    made = dict[str, bytes]()
    for bundle in own or found.bundles:
        for name, content in bundle.files.items():
            if name == f"{bundle.diagram.key}.bpmn":  # two processes of one file are one file here too
                made[bundle.file] = content
            elif not name.endswith(".called"):
                made[name] = content
    in_force = {one.key: one for one in found.live}
    for bundle in own or found.bundles:
        for name, content in bundle.files.items():
            key = name.removesuffix(".called")
            if key != name and content not in made.values():
                made[f"{key}.bpmn"] = content
                for file in (
                    in_force[key].files if key in in_force else ()
                ):  # as it is a process of its own there
                    if file.kind in {"form", "dmn"}:
                        made.setdefault(file.name, file.resource.content)
    return made
