"""What is raced. Each gives a list of what went wrong: empty is well."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.base.errors import AppError
from app.commands.instances.jobs import fire_job
from app.commands.tasks.tasks import complete_task
from app.commands.transaction import Command
from app.models import Job, ProcessInstance, UserTask
from app.services.core import idempotency
from app.services.core.access import Actor
from app.services.instances import cancellation, instances
from app.services.tasks import tasks, undoing
from tests.races.together import Racers, doubled, in_transaction, one_winner
from tests.services.office import Office

AGAIN = {"hasil": "kurang"}  # sends the case back to the same activity: the next round's task


class Round:
    """A case with one open task, and what people and the clock can do about it at once."""

    def __init__(self, office: Office, case: ProcessInstance) -> None:
        self.office, self.database, self.case = office, office.database, case
        self.task = office.open_task(case)

    def complete(self, actor: Actor, *, planned: bool = True, delay_s: float = 0.0) -> Callable[[], Any]:
        """As the entry points do it; or not ``planned``, with the case locked from its beginning."""
        id_ = self.task.id
        if not planned:
            return in_transaction(self.database, lambda s: tasks.complete(s, id_, AGAIN, {}, actor=actor))

        def command() -> Any:
            time.sleep(delay_s)
            told = Command("complete_task", id_, uuid4().hex, AGAIN)
            return complete_task(
                self.database, told, id_, AGAIN, {}, actor=actor, answer=lambda _s, _w: {}, typed=AGAIN
            )

        return command

    def claim(self, actor: Actor) -> Callable[[], Any]:
        return in_transaction(self.database, lambda s: tasks.claim(s, self.task.id, actor=actor))

    def cancel(self) -> Callable[[], Any]:
        ketua = self.office.ketua
        return in_transaction(
            self.database, lambda s: cancellation.cancel(s, self.case.id, "salah kirim", actor=ketua)
        )

    def timer(self, delay_s: float = 0.0) -> Callable[[], Any]:
        with self.database.reading() as session:
            job = session.scalars(select(Job).where(Job.instance_id == self.case.id)).one()

        def command() -> bool:
            time.sleep(delay_s)
            return fire_job(self.database, job.id, at=job.due_at)

        return command

    def doubled(self) -> list[str]:
        with self.database.reading() as session:
            return doubled(session, self.case.id)

    def undo(self, actor: Actor) -> Callable[[], Any]:
        return in_transaction(self.database, lambda s: undoing.take_back(s, self.task.id, actor=actor))


def one_undoes_what_another_goes_on_with(
    office: Office, pair: Racers, rounds: int
) -> tuple[list[str], set[int]]:
    """One takes back a completion while another claims the task that it opened: what went wrong, and who won."""
    wrong, winners = list[str](), set[int]()
    for n in range(rounds):
        now = Round(office, office.start())
        with office.database.transaction() as session:
            tasks.complete(session, now.task.id, AGAIN, {}, actor=office.rina, typed=AGAIN)
        following = Round(office, now.case)
        # Whoever comes to the line last runs on at once: in turns, else the same one may win every round.
        turn = 1 if n % 2 else -1
        outcomes = pair.run(*(now.undo(office.rina), following.claim(office.budi))[::turn])[::turn]
        won = [place for place, outcome in enumerate(outcomes) if outcome.won]
        [task] = _open_tasks(office, now.case)
        held = (now.task.id, office.rina.id) if won == [0] else (following.task.id, office.budi.id)
        if len(won) != 1 or (task.id, task.assignee_id) != held:
            wrong.append(f"{won}: {[outcome.error for outcome in outcomes]}")
        if won == [1] and "Budi" not in str(outcomes[0].error):
            wrong.append(f"the loser reads {outcomes[0].error!r}")
        if won == [0] and not isinstance(outcomes[1].error, AppError):
            wrong.append(f"the loser reads {outcomes[1].error!r}")
        winners |= set(won)
    return wrong, winners


def _open_tasks(office: Office, case: ProcessInstance) -> list[UserTask]:
    with office.database.reading() as session:
        return list(instances.open_tasks(session, case.id))


def two_complete(office: Office, pair: Racers, rounds: int, *, planned: bool = True) -> list[str]:
    case, wrong = office.start(), []
    for _n in range(rounds):
        now = Round(office, case)
        outcomes = pair.run(*(now.complete(who, planned=planned) for who in (office.rina, office.budi)))
        wrong += one_winner(outcomes, ["Rina", "Budi"])
        if wrong:
            break
    return wrong + now.doubled()


def two_claim(office: Office, pair: Racers, rounds: int) -> list[str]:
    case, wrong = office.start(), []
    for _n in range(rounds):
        now = Round(office, case)
        outcomes = pair.run(now.claim(office.rina), now.claim(office.budi))
        wrong += one_winner(outcomes, ["Rina", "Budi"]) + now.doubled()
        if wrong:
            break
        now.complete(office.rina if outcomes[0].won else office.budi)()
    return wrong


def one_claims_what_another_completes(office: Office, pair: Racers, rounds: int) -> list[str]:
    case, wrong = office.start(), []
    for _n in range(rounds):
        now = Round(office, case)
        outcomes = pair.run(now.claim(office.rina), now.complete(office.budi))
        wrong += one_winner(outcomes, ["Rina", "Budi"])
        if wrong:
            break
        if outcomes[0].won:
            now.complete(office.rina)()
    return wrong + now.doubled()


def one_completes_against_the_timer(
    office: Office, pair: Racers, rounds: int, *, planned: bool = True
) -> tuple[list[str], set[int]]:
    case, wrong, winners = office.start(), [], set()
    for n in range(rounds):
        now = Round(office, case)
        officer_s, timer_s = ((0.0, 0.0), (0.0, 0.004), (0.004, 0.0))[n % 3]
        outcomes = pair.run(
            now.complete(office.rina, planned=planned, delay_s=officer_s), now.timer(delay_s=timer_s)
        )
        wrong += one_winner(outcomes, ["Rina", ""])
        if wrong or len(_open_tasks(office, case)) > 1:
            break
        winners.add(0 if outcomes[0].won else 1)
    return wrong + now.doubled(), winners


def the_last_two_branches_of_a_join(office: Office, pair: Racers, rounds: int) -> list[str]:
    """Both branches end at the same moment: what went wrong at the join."""
    for _n in range(rounds):
        case = office.start()
        with office.database.reading() as session:
            kiri, kanan = sorted(instances.open_tasks(session, case.id), key=lambda task: task.activity_id)
        outcomes = pair.run(
            _complete_with(office, kanan, {"unit": "A"}), _complete_with(office, kiri, {"hasil": "x"})
        )
        wrong = [f"refused: {one.error!r}" for one in outcomes if one.error] + _wrong_after_join(office, case)
        if wrong:
            return wrong
    return []


def _complete_with(office: Office, task: UserTask, values: Mapping[str, Any]) -> Callable[[], Any]:
    return in_transaction(
        office.database, lambda session: tasks.complete(session, task.id, values, {}, actor=office.rina)
    )


def _wrong_after_join(office: Office, case: ProcessInstance) -> list[str]:
    with office.database.reading() as session:
        opened = [task.activity_id for task in instances.open_tasks(session, case.id)]
        stored = session.get_one(ProcessInstance, case.id)
        kept = {name: stored.variables.get(name) for name in ("hasil", "unit")}
    wrong = [] if opened == ["gabungan"] else [f"open after the join: {opened}"]
    return wrong + ([] if kept == {"hasil": "x", "unit": "A"} else [f"variables: {kept}"])


def the_same_start_twice(office: Office, pair: Racers, rounds: int) -> list[str]:
    """One start sent twice with one key; what went wrong."""
    for n in range(rounds):
        before = _cases(office)
        outcomes = pair.run(*[start_once(office, f"kunci-{n}")] * 2)
        results = [outcome.error or outcome.value for outcome in outcomes]
        if results[0] != results[1] or _cases(office) != before + 1:
            return [f"{results}, {_cases(office) - before} cases"]
    return []


def start_once(office: Office, key: str) -> Callable[[], Any]:
    values = {"judul": "Lampu mati"}

    def do(session: Session) -> dict[str, Any]:
        def begin() -> dict[str, Any]:
            return {"id": instances.start(session, "uji", values, actor=office.rina).instance.id}

        return idempotency.run_once(session, office.rina, "start", "uji", key, values, begin)

    return in_transaction(office.database, do)


def _cases(office: Office) -> int:
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(ProcessInstance)) or 0
