"""What a version asks, and cases that move to it never were: fields that it reads before anybody fills them in, on
the way from where each case stands."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.engine.diagram import Node
from app.engine.running.step import Step
from app.engine.unanswered import is_empty
from app.forms import Field
from app.forms.choices import is_offered
from app.forms.model import NO
from app.forms.stored import is_stored
from app.forms.submission import cells
from app.history.events.migration import Change
from app.services.definitions.definitions import Version
from app.services.deployment import unset_checks
from app.services.deployment.bundle import Bundle

#: An element that reads a field, the field's name, and what people call it.
_Found = tuple[tuple[Node, str, str], ...]


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
        value = cells.from_cell(self.field, text)
        unclear = self.field.type == "checkbox" and not value and cells.plain(text) not in NO
        picked = value if isinstance(value, list) else [value]
        offered = not self.field.options or all(is_offered(one, self.field.options) for one in picked)
        if unclear or not offered or not is_stored(self.field, value):
            message = _(
                "{field}: “{text}” bukan isian yang sah.", field=self.field.name or self.name, text=text[:80]
            )
            raise InvalidForm(message, {self.name: message})
        return value


class _Unasked:
    """Between two versions; what was found is kept by where cases stand, as hundreds stand at the same step."""

    def __init__(self, source: Version, target: Version) -> None:
        self.versions = source, target
        self._target = _bundle(target)
        self.fresh = unset_checks.set_anywhere(self._target) - unset_checks.set_anywhere(_bundle(source))
        self._found: dict[tuple[frozenset[str], frozenset[str]], _Found] = {}

    def read(self, step: Step) -> _Found:
        if not self.fresh or step.ended:
            return ()
        held = frozenset(name for name in self.fresh if not lacks(step.variables, name))
        at = _standing(step), held
        if at not in self._found:
            self._found[at] = tuple(unset_checks.read_unset(self._target, self.fresh, *at))
        return self._found[at]

    def asked(self) -> list[Asked]:
        if not self.fresh:
            return []
        fields = {f.key: f for form in self._target.forms.values() for f in form.fields if not f.private}
        read = unset_checks.readers_of(self._target, self.fresh & fields.keys())
        return [Asked(name, fields[name], node.name or node.id) for name, node in sorted(read.items())]


#: Of the pairs that were asked about last; a draft that is judged is read anew each time.
_KEPT: deque[_Unasked] = deque(maxlen=8)


def changes(source: Version, target: Version, step: Step) -> tuple[Change, ...]:
    """What is to be told of a case that a step moves: each element that will read a field which the case never had,
    and the field. Nothing where the target knows no field that the source does not."""
    return tuple(
        Change(kind="unasked", activity=node.id, name=node.name or node.id, after=label or name)
        for node, name, label in _between(source, target).read(step)
    )


def lacks(variables: Mapping[str, Any], name: str) -> bool:
    """Whether a case holds nothing under this name."""
    return is_empty(variables.get(name))


def needed(source: Version, target: Version, step: Step) -> frozenset[str]:
    """The names of the fields that `changes` tells of."""
    return frozenset(name for _node, name, _label in _between(source, target).read(step))


def asked(source: Version, target: Version) -> list[Asked]:
    """The fields that the target reads and cases of the source were never asked for, by name."""
    return _between(source, target).asked()


def _between(source: Version, target: Version) -> _Unasked:
    kept = tuple(_KEPT)  # other threads add to it
    pair = next((one for one in kept if one.versions[0] is source and one.versions[1] is target), None)
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
