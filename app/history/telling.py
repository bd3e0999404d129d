"""Parts of sentences that events of several nouns share."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.base.i18n import _
from app.history.sentences import NOTHING, Part, Ref
from app.history.vocabulary import Vocabulary


def other_instance(instance_id: int | None, number: str, vocabulary: Vocabulary) -> Part:
    """The number of another case, which leads there for who may open it."""
    if instance_id is None or not vocabulary.may_open(instance_id):
        return Part(number or NOTHING, "name")
    return Part(number or NOTHING, ref=Ref("instance", instance_id))


def labels(keys: Sequence[str], vocabulary: Vocabulary) -> str:
    """What variables are called, one after the other."""
    return ", ".join(vocabulary.label(key) for key in keys)


def values(held: Mapping[str, Any], vocabulary: Vocabulary) -> str:
    """Variables with their values, one after the other."""
    return "; ".join(
        f"{vocabulary.label(key)}: {vocabulary.value(key, value)}" for key, value in held.items()
    )


def because(reason: str) -> tuple[tuple[str, str], ...]:
    """The reason that was given, as a line; none where none was."""
    return ((_("Alasan"), reason),) if reason else ()


def warnings(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """What feelin warned of, as lines."""
    return tuple((_("Peringatan"), text) for text in texts)
