"""What is carried into an activity and out of it, as drawn: its variable mappings. Pure data.

`mapping_reader` makes it from XML, `carrying` carries the values.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

#: How a decision's result is given to one variable. Source: Camunda 7, mapDecisionResult; "value" is Camunda 8's way.
Shape = Literal["value", "singleEntry", "singleResult", "collectEntries", "resultList"]


@dataclass(frozen=True)
class Assignment:
    """A variable and what it is set from: FEEL, or where ``text`` is None the constant ``value``.

    ``target`` may be a path: ``alamat.kota`` sets an entry of ``alamat``.
    """

    target: str
    text: str | None = None
    value: Any = None

    @property
    def name(self) -> str:
        """The variable that changes."""
        return self.target.partition(".")[0]


@dataclass(frozen=True)
class Mappings:
    """The mappings of one activity or event.

    ``inputs`` are set as its local variables when it begins; ``outputs`` are worked out inside when it ends, and set
    around it. ``keeps``: what is filled in inside stays inside unless an output carries it out. ``sealed``: inside,
    nothing of around is seen but the inputs. ``hands_out``: at the end all that was kept goes out, but for the inputs
    ("new") or with them ("all"). ``result``: the variable that gets a decision's value, in this ``shape``.
    """

    inputs: tuple[Assignment, ...] = ()
    outputs: tuple[Assignment, ...] = ()
    keeps: bool = False
    sealed: bool = False
    hands_out: Literal["", "new", "all"] = ""
    result: str = ""
    shape: Shape = "value"


def variable_names(mappings: Mappings | None) -> frozenset[str]:
    """The variables that the mappings set, inside or around."""
    if mappings is None:
        return frozenset()
    found = {one.name for one in (*mappings.inputs, *mappings.outputs)}
    return frozenset(found | {mappings.result} if mappings.result else found)


def expressions(mappings: Mappings | None) -> Iterator[str]:
    """Every piece of FEEL in the mappings."""
    if mappings is not None:
        yield from (one.text for one in (*mappings.inputs, *mappings.outputs) if one.text is not None)
