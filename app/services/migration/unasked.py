"""What a version asks, and cases that move to it never were: fields that it reads before anybody fills them in, on
the way from where each case stands."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.running.step import Step
from app.errors import InvalidForm
from app.forms import Field, moments
from app.forms import numbers as form_numbers
from app.history.events.migration import Change
from app.i18n import _
from app.services.definitions.definitions import Version
from app.services.deployment import unset_checks
from app.services.deployment.bundle import Bundle

_Found = tuple[Change, ...]
_EMPTY: tuple[object, ...] = (None, "", [])


@dataclass(frozen=True)
class Asked:
    """A field that cases were never asked for and something in the target reads: ``reader``, as people call it."""

    name: str
    field: Field
    reader: str

    def value_of(self, text: str) -> Any:
        """What somebody typed, as the form would hold it.

        Raises:
            InvalidForm: it is no such value.
        """
        if self.field.type == "number":
            value = form_numbers.from_text(text, as_text=self.field.as_text)
            if not isinstance(value, str) or self.field.as_text:
                return value
        elif self.field.options:
            named = {one.label.casefold(): one.value for one in self.field.options}
            named |= {str(one.value).casefold(): one.value for one in self.field.options}
            if text.casefold() in named:
                return named[text.casefold()]
        elif self.field.type == "checkbox":
            if text.casefold() in _YES_OR_NO:
                return _YES_OR_NO[text.casefold()]
        elif self.field.type in ("textfield", "textarea"):
            return text
        elif self.field.type == "datetime":
            moment = moments.from_text(text, self.field.subtype)
            if moments.is_moment(moment, self.field.subtype):
                return moment
        message = _(
            "{field}: “{text}” bukan isian yang sah.", field=self.field.name or self.name, text=text[:80]
        )
        raise InvalidForm(message, {self.name: message})


_YES_OR_NO = {"ya": True, "tidak": False}


class _Unasked:
    """Between two versions; what was found is kept by where cases stand, as hundreds stand at the same step."""

    def __init__(self, source: Version, target: Version) -> None:
        self.versions = source, target
        self._target = _bundle(target)
        self.fresh = unset_checks.set_anywhere(self._target) - unset_checks.set_anywhere(_bundle(source))
        self._found: dict[tuple[frozenset[str], frozenset[str]], _Found] = {}

    def changes(self, standing: frozenset[str], held: frozenset[str]) -> _Found:
        if (standing, held) not in self._found:
            read = unset_checks.read_unset(self._target, self.fresh, standing, held)
            self._found[standing, held] = tuple(
                Change(kind="unasked", activity=node.id, name=node.name or node.id, after=label or name)
                for node, name, label in read
            )
        return self._found[standing, held]

    def asked(self) -> list[Asked]:
        if not self.fresh:
            return []
        fields = {f.key: f for form in self._target.forms.values() for f in form.fields if not f.private}
        read = unset_checks.readers_of(self._target, self.fresh & fields.keys())
        return [Asked(name, fields[name], node.name or node.id) for name, node in sorted(read.items())]


#: Of the pairs that were asked about last; a draft that is judged is read anew each time.
_KEPT: deque[_Unasked] = deque(maxlen=8)


def changes(source: Version, target: Version, step: Step) -> _Found:
    """What is to be told of a case that a step moves: each element that will read a field which the case never had,
    and the field. Nothing where the target knows no field that the source does not."""
    pair = _between(source, target)
    if not pair.fresh or step.ended:
        return ()
    held = {name for name in pair.fresh if not lacks(step.variables, name)}
    return pair.changes(_standing(step), frozenset(held))


def lacks(variables: Mapping[str, Any], name: str) -> bool:
    """Whether a case holds nothing under this name."""
    return variables.get(name) in _EMPTY


def needed(source: Version, target: Version, step: Step) -> frozenset[str]:
    """The names of the fields that `changes` tells of."""
    labels = {one.field.name or one.name: one.name for one in asked(source, target)}
    return frozenset(labels[one.after] for one in changes(source, target, step) if one.after in labels)


def asked(source: Version, target: Version) -> list[Asked]:
    """The fields that the target reads and cases of the source were never asked for, by name."""
    return _between(source, target).asked()


def _between(source: Version, target: Version) -> _Unasked:
    pair = next((one for one in _KEPT if one.versions[0] is source and one.versions[1] is target), None)
    if pair is None:
        pair = _Unasked(source, target)
        _KEPT.append(pair)
    return pair


def _standing(step: Step) -> frozenset[str]:
    """The elements where a case stands after a step that moves it."""
    kept = step.kept
    nodes = [task.node for task in (*step.opened, *(kept.tasks if kept else ()))]
    nodes += [timer.node for timer in (*step.timers, *(kept.timers if kept else ()))]
    nodes += [wait.node for wait in (*step.messages, *(kept.messages if kept else ()))]
    return frozenset(node.attached_to or node.id for node in nodes)


def _bundle(version: Version) -> Bundle:
    program = version.program
    return Bundle(program.diagram, {}, forms=dict(version.forms), tables=dict(program.tables))
