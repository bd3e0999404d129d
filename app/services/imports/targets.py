"""Where the lines of a file go: processes whose start form names columns."""

from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app import forms
from app.base.errors import AppError, Conflict
from app.base.i18n import _
from app.forms import Form
from app.models import ProcessDefinition
from app.services.core.access import Actor
from app.services.definitions.definitions import Version
from app.services.instances import instances


@dataclass(frozen=True)
class Target:
    """Where lines go: the version in force and its start form."""

    version: Version
    form: Form

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings that its fields name, as they compare."""
        return tuple(forms.imported_fields(self.form))

    @property
    def number_heading(self) -> str | None:
        """The heading of the column that holds the case's number."""
        variable = self.version.diagram.properties.get("nomor", "")
        found = forms.imported_fields(self.form).items()
        return next((heading for heading, parts in found if variable in {part.key for part in parts}), None)

    @property
    def excluded(self) -> tuple[str, ...]:
        """Values whose lines are left out unless they are wanted, as the form has them."""
        parts = (part for parts in forms.imported_fields(self.form).values() for part in parts)
        return tuple(sorted({value for part in parts for value in part.import_excludes}))

    @property
    def columns(self) -> list[tuple[str, str, bool]]:
        """(heading as the form writes it, the names of the fields that it fills, whether one of them is required) of
        each column that is read."""
        found = forms.imported_fields(self.form).values()
        return [
            (
                parts[0].import_column or "",
                ", ".join(part.name for part in parts),
                any(part.required for part in parts),
            )
            for parts in found
        ]

    @property
    def labels(self) -> dict[str, str]:
        """The names of its fields, by key."""
        return {part.key: part.name for part in self.form.fields}

    @property
    def choices(self) -> list[tuple[str, str]]:
        """`excluded` with what the form calls each value."""
        options = (option for part in self.form.fields if part.import_excludes for option in part.options)
        labels = {option.text: option.label for option in options}
        return [(value, labels.get(value, value)) for value in self.excluded]


def target(session: Session, key: str, *, actor: Actor) -> Target:
    """Return where an import into process ``key`` goes.

    Raises:
        NotFound: no such process. NotAllowed: the actor may not start it. Conflict: its form names no columns.
    """
    version, node = instances.opening(session, key, actor=actor)
    form = version.form_of(node.form_key)
    if form is None or not forms.imported_fields(form):
        raise Conflict(_("Formulir awal proses ini tidak menyebut kolom impor."))
    return Target(version, form)


def targets(session: Session, *, actor: Actor) -> list[ProcessDefinition]:
    """The processes that the actor may import into, by name."""
    found = []
    for definition in instances.startable(session, actor):
        with suppress(AppError):
            target(session, definition.key, actor=actor)
            found.append(definition)
    return found
