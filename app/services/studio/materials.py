"""What the editors of a draft choose from: its forms and tables, and the office's groups, units and lanes.

Read leniently: what is broken in a draft is told by its check, and stands here as far as it can be read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import forms
from app.base.errors import InvalidDiagram
from app.engine import decisions
from app.engine.decisions import Decision
from app.forms import Field, Form
from app.models import Unit
from app.services.definitions import definitions
from app.services.people import groups


@dataclass(frozen=True)
class Materials:
    """``forms``: key → file name and form. ``decisions``: file name and decision. ``groups``: name → members.
    ``units``: (code, name)."""

    forms: Mapping[str, tuple[str, Form]]
    decisions: Sequence[tuple[str, Decision]]
    groups: Mapping[str, int]
    units: Sequence[tuple[str, str]]

    def as_dict(self) -> dict[str, Any]:
        """As the editors read it."""
        return {
            "forms": [_form(key, file, form) for key, (file, form) in sorted(self.forms.items())],
            "decisions": [_decision(file, decision) for file, decision in self.decisions],
            "lanes": [{"name": name, "group": name, "members": count} for name, count in self.groups.items()],
            "groups": list(self.groups),
            "units": [{"code": code, "name": name} for code, name in self.units],
            "variables": [
                {"name": name, "label": label} for name, label in sorted(self._variables().items())
            ],
        }

    def _variables(self) -> dict[str, str]:
        """What forms and tables set, by name; what each is called there."""
        named = {
            field.key: field.name
            for _file, form in self.forms.values()
            for field in form.fields
            if field.key and not field.private
        }
        set_by_tables = {
            name: name for _file, decision in self.decisions for name in decisions.outputs(decision)
        }
        return set_by_tables | named


def materials_of(session: Session, files: Mapping[str, bytes]) -> Materials:
    """What a draft's ``files`` and the office offer. 2 SQL."""
    units = session.execute(select(Unit.code, Unit.name).order_by(Unit.name))
    return Materials(
        forms=dict(forms_of(files)),
        decisions=list(decisions_of(files)),
        groups={group.name: count for group, count in groups.with_counts(session)},
        units=[(code, name) for code, name in units],
    )


def forms_of(files: Mapping[str, bytes]) -> Iterator[tuple[str, tuple[str, Form]]]:
    """Key, file name and form of each form that can be read."""
    for name, content in files.items():
        if name.endswith(".form"):
            try:
                form = forms.load_form(content, file=name, refuse=False)
            except InvalidDiagram:
                continue
            yield definitions.form_key(name), (name, form)


def decisions_of(files: Mapping[str, bytes]) -> Iterator[tuple[str, Decision]]:
    """File name and decision of each decision that can be read."""
    for name, content in files.items():
        if name.endswith(".dmn"):
            try:
                found = decisions.read_decisions(content, file=name, refuse=False)
            except InvalidDiagram:
                continue
            yield from ((name, one) for one in found)


def _form(key: str, file: str, form: Form) -> dict[str, Any]:
    return {"key": key, "name": key, "file": file, "fields": [_field(one) for one in form.fields if one.key]}


def _field(field: Field) -> dict[str, Any]:
    return {
        "key": field.key,
        "label": field.name,
        "type": field.type,
        "options": [{"value": one.value, "label": one.label} for one in field.options],
        "identity": field.private,
        "required": field.required,
    }


def _decision(file: str, decision: Decision) -> dict[str, Any]:
    table = decision.table
    return {
        "id": decision.id,
        "name": decision.name,
        "file": file,
        "inputs": [{"label": one.heading, "expression": one.expression} for one in table.inputs]
        if table
        else [],
        "outputs": [{"name": name} for name in sorted(decisions.outputs(decision))],
    }
