"""Fields that a new version marks ``pribadi`` no more: what people enter there is open from then on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import forms
from app.findings import Finding
from app.models import DefinitionFile, ProcessDefinition, Resource
from app.services.definitions import definitions
from app.services.deployment.bundle import Bundle

CODE = "identity_mark_dropped"


@dataclass(frozen=True)
class _Marks:
    """Marks of all forms of a version, by file name. A key that one form marks is identity in all of them."""

    files: Mapping[str, forms.IdentityMarks]

    @property
    def private(self) -> frozenset[str]:
        return frozenset(key for one in self.files.values() for key in one.private)

    @property
    def open(self) -> frozenset[str]:
        return frozenset(key for one in self.files.values() for key in one.open) - self.private


def dropped(session: Session, bundle: Bundle) -> Iterator[Finding]:
    """Yield a warning for each variable that was identity in an earlier version and is open in this one.

    Not for what the version in force has open already: that was told when it came.
    A field that keeps its component's id and gets another key counts as the same field.
    """
    latest = definitions.latest(session, bundle.diagram.key, files=True)
    if latest is None or bundle.in_force:
        return
    content = {name: text for name, text in bundle.files.items() if name.endswith(".form")}
    now = _marks(content.items())
    before = _marks((file.name, file.resource.content) for file in latest.files if file.kind == "form")
    suspects = now.open - before.open
    if not suspects:
        return
    lost = suspects & _ever_private(session, bundle.diagram.key)
    for name, marks in now.files.items():
        renamed = _renamed(before, name, marks)
        for key, label in marks.open.items():
            if key in lost or (key in suspects and key in renamed):
                yield Finding(
                    CODE,
                    "warning",
                    element_id=key,
                    element_name=label,
                    file=name,
                    params={"version": str(latest.version)},
                )


def names(findings: Iterable[Finding]) -> list[str]:
    """Return what the fields are called that such findings are about, each once."""
    found = [one.element_name or one.element_id or "" for one in findings if one.code == CODE]
    return list(dict.fromkeys(found))


def _renamed(before: _Marks, name: str, now: forms.IdentityMarks) -> frozenset[str]:
    """Keys of fields of a form that were identity under another key."""
    old = before.files.get(name)
    if old is None:
        return frozenset()
    was = {id_ for id_, key in old.ids.items() if key in before.private}
    return frozenset(key for id_, key in now.ids.items() if id_ in was and key not in old.ids.values())


def _marks(files: Iterable[tuple[str, bytes]]) -> _Marks:
    return _Marks({name: forms.identity_marks(content, file=name) for name, content in files})


def _ever_private(session: Session, key: str) -> frozenset[str]:
    """Keys that any version of the process marked. 1 SQL; each content is read once."""
    query = (
        select(DefinitionFile.name, Resource.content)
        .join(Resource, Resource.sha256 == DefinitionFile.sha256)
        .join(ProcessDefinition, ProcessDefinition.id == DefinitionFile.definition_id)
        .where(ProcessDefinition.key == key, DefinitionFile.kind == "form")
        .distinct()
    )
    found = (forms.identity_marks(content, file=name) for name, content in session.execute(query))
    return frozenset(key for one in found for key in one.private)
