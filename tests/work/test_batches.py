"""What follows from many cases is done in batches: after fewer than a batch a turn leaves the rest to the next look.

Else, while cases come one after another, each of them costs a turn and a transaction of its own.
"""

from collections.abc import Callable

import pytest

from app.base.config import Config
from app.base.db import Database
from app.commands.kinds_of_work import kinds_of
from app.services.search import words
from app.work import Kind
from tests.services.bell import hand_on
from tests.services.office import Office


def turn_of(office: Office, kind: Kind) -> Callable[[], object]:
    def apart() -> object:
        return kind.do(office.database, "")

    def inside() -> object:
        with office.database.transaction() as session:
            return kind.do(session, "")

    return apart if kind.apart else inside


def waits(database: Database, kind: Kind) -> bool:
    assert kind.waits is not None
    with database.reading() as session:
        return bool(kind.waits(session))


@pytest.mark.parametrize("name", ["facts", "notices", "numbers", "words"])
def test_a_turn_is_due_again_at_once_after_a_full_batch_only(
    furnished: Office, config: Config, name: str
) -> None:
    kinds = {kind.name: kind for kind in kinds_of(config, furnished.database)}
    turn = turn_of(furnished, kinds[name])
    while waits(furnished.database, kinds[name]):
        turn()  # of words the first look at all cases
    for _n in range(2):
        task = furnished.open_task(furnished.start())
        hand_on(furnished, task.id, furnished.budi, "Rina cuti", actor=furnished.ketua)
    if name == "numbers":  # whose changes the facts make
        turn_of(furnished, kinds["facts"])()
    assert waits(furnished.database, kinds[name])
    assert not turn(), "two are no batch"
    assert not waits(furnished.database, kinds[name])


def test_after_a_full_batch_it_is_due_again_at_once(furnished: Office, config: Config) -> None:
    kinds = {kind.name: kind for kind in kinds_of(config, furnished.database)}
    turn = turn_of(furnished, kinds["words"])
    while waits(furnished.database, kinds["words"]):
        turn()
    for _n in range(words.BATCH):
        furnished.start()
    assert turn()
