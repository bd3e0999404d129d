"""What a version asks, and cases that move to it never were: fields that it reads before anybody fills them in, on
the way from where each case stands."""

from collections import deque

from app.engine.running.step import Step
from app.history.events.migration import Change
from app.services.definitions.definitions import Version
from app.services.deployment import unset_checks
from app.services.deployment.bundle import Bundle

_Found = tuple[Change, ...]
_EMPTY: tuple[object, ...] = (None, "", [])


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


#: Of the pairs that were asked about last; a draft that is judged is read anew each time.
_KEPT: deque[_Unasked] = deque(maxlen=8)


def changes(source: Version, target: Version, step: Step) -> _Found:
    """What is to be told of a case that a step moves: each element that will read a field which the case never had,
    and the field. Nothing where the target knows no field that the source does not."""
    pair = next((one for one in _KEPT if one.versions[0] is source and one.versions[1] is target), None)
    if pair is None:
        pair = _Unasked(source, target)
        _KEPT.append(pair)
    if not pair.fresh or step.ended:
        return ()
    held = {name for name in pair.fresh if step.variables.get(name) not in _EMPTY}
    return pair.changes(_standing(step), frozenset(held))


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
