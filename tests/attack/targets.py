"""The targets by name: what makes an input, what judges it, and examples to begin with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.attack import judges, standing
from tests.attack.making import diagrams, feel, schemas, tables, times
from tests.attack.making.texts import storable


@dataclass(frozen=True)
class Target:
    """``make`` throws dice for an input; ``judge`` says what came of it; ``examples`` are sound ones."""

    make: Callable[[Random], bytes]
    judge: Callable[[bytes], str]
    examples: Callable[[], Sequence[bytes]]


def _encoded(make: Callable[[Random], str]) -> Callable[[Random], bytes]:
    return lambda dice: storable(make(dice)).encode()


def _body(dice: Random) -> bytes:
    return schemas.body(dice, judges.FORMS[0].components)


def _made(make: Callable[[Random], bytes]) -> Callable[[], Sequence[bytes]]:
    return lambda: tuple(make(Random(number)) for number in range(40))


def _forms() -> Sequence[bytes]:
    return tuple(path.read_bytes() for path in sorted((Path(diagrams.ROOT) / "forms").glob("*.form")))


TARGETS = {
    "reader": Target(diagrams.diagram, judges.diagram, diagrams.drawings),
    "timer": Target(_encoded(times.text), judges.timer, _made(_encoded(times.text))),
    "drawn_time": Target(_encoded(times.text), judges.drawn_time, _made(_encoded(times.text))),
    "feel": Target(_encoded(feel.expression), judges.expression, _made(_encoded(feel.expression))),
    "table": Target(tables.table, judges.table, tables.models),
    "form": Target(schemas.content, judges.form, _forms),
    "submission": Target(_body, judges.submission, _made(_body)),
    "request": Target(standing.make, standing.judge, standing.examples),
}
