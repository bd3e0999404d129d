"""What a check finds in a few files, for tests of checks."""

from collections.abc import Iterable, Sequence

from app.findings import Finding
from app.services.deployment import deployments
from tests.engine.building import Shape, bpmn


def found(
    nodes: Sequence[Shape], flows: str | Sequence[str], codes: Iterable[str], **files: bytes
) -> list[Finding]:
    """The findings of these codes, or whose codes begin so, in ``p.bpmn`` and ``files`` (``isian_form``: isian.form).

    Nothing of it may be an error.
    """
    sent = {"p.bpmn": bpmn(nodes, flows)} | {name.replace("_", "."): one for name, one in files.items()}
    return of_codes(sent, codes)


def of_codes(files: dict[str, bytes], codes: Iterable[str]) -> list[Finding]:
    """The findings of these codes, or whose codes begin so."""
    every = deployments.check_files(None, files)
    assert not [one for one in every if one.severity == "error"], [one.text for one in every]
    return [one for one in every if one.code.startswith(tuple(codes))]
