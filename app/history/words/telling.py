"""Which function puts which event into words, and what they share."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from app.base.i18n import _
from app.history.entry import Entry
from app.history.events import Event, ValuesSet
from app.history.sentences import NOTHING, Change, Part, Ref, Sentence, say
from app.history.vocabulary import Vocabulary

E = TypeVar("E", bound=Event)
Teller = Callable[[Entry[E], Vocabulary], Sentence]

#: The words of each event of the catalogue.
TELLERS: dict[type[Event], Teller[Any]] = {}


def tells(kind: type[E]) -> Callable[[Teller[E]], Teller[E]]:
    """Make a function the words of an event."""

    def add(tell: Teller[E]) -> Teller[E]:
        if kind in TELLERS:
            raise ValueError(f"{kind.__name__} has two sentences")
        TELLERS[kind] = tell
        return tell

    return add


def tells_by_name(kind: type[Event], shape: str, message: str) -> None:
    """Let an event be told by ``message`` with the ``{name}`` of its element, and nothing else."""
    tells(kind)(lambda entry, words: Sentence(shape, say(message, name=here(entry, words))))


def here(entry: Entry[Event], words: Vocabulary) -> str:
    """What the element is called at which it happened."""
    return words.activity(entry.activity_id)


def other_instance(instance_id: int | None, number: str, words: Vocabulary) -> Part:
    """The number of another case, which leads there for who may open it."""
    if instance_id is None or not words.may_open(instance_id):
        return Part(number or NOTHING, "name")
    return Part(number or NOTHING, ref=Ref("instance", instance_id))


def labels(keys: Sequence[str], words: Vocabulary) -> str:
    """What variables are called, one after the other."""
    return ", ".join(words.label(key) for key in keys)


def changes(event: ValuesSet, words: Vocabulary) -> tuple[Change, ...]:
    """What was filled in: (label, before, after); before is None where there was nothing, and the same as
    after where it stayed. Empty fields are left out."""
    values = event.values
    before = {key: values[key] for key in event.kept if key in values} | dict(event.old)
    called = words.own_labels(values)
    return tuple(
        (
            called.get(key) or words.label(key),
            words.value(key, before[key]) if key in before else None,
            words.value(key, value),
        )
        for key, value in sorted(values.items(), key=lambda one: words.place(one[0]))
        if key in event.old or value not in (None, "", [], False)
    )


def values(held: Mapping[str, Any], words: Vocabulary) -> str:
    """Variables with their values, one after the other."""
    return "; ".join(f"{words.label(key)}: {words.value(key, value)}" for key, value in held.items())


def because(reason: str) -> tuple[tuple[str, str], ...]:
    """The reason that was given, as a line; none where none was."""
    return ((_("Alasan"), reason),) if reason else ()


def warnings(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """What feelin warned of, as lines."""
    return tuple((_("Peringatan"), text) for text in texts)
