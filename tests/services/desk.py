"""A case at a desk: its first task is claimed, to be completed and taken back."""

from collections.abc import Mapping
from typing import Any

from app.commands.tasks.tasks import complete_task, undo_completion
from app.commands.transaction import Command
from app.services.core.access import Actor
from app.services.tasks import tasks
from tests.services.migration import moving
from tests.services.office import Office

ENOUGH = {"hasil": "cukup", "unit": "A"}


class Desk:
    """A case whose first task rina has claimed, and shortcuts to complete it and take that back."""

    def __init__(self, office: Office) -> None:
        self.office, self.database = office, office.database
        self.case = office.start()
        self.task = office.open_task(self.case).id
        with self.database.transaction() as session:
            tasks.claim(session, self.task, actor=office.rina)
        self.before = self.rows()

    def rows(self) -> dict[str, Any]:
        return moving.rows(self.office, self.case)

    def complete(self, values: Mapping[str, Any] = ENOUGH, key: str | None = None) -> str:
        done = complete_task(
            self.database,
            Command("complete_task", self.task, key, dict(values)),
            self.task,
            values,
            {},
            actor=self.office.rina,
            answer=lambda _session, work: {"until": work.undo_until and work.undo_until.isoformat()},
            typed=values,
            undoable=True,
        )
        return done["until"] or ""

    def undo(self, actor: Actor | None = None, key: str | None = None) -> Mapping[str, Any]:
        return undo_completion(
            self.database,
            Command("undo_completion", self.task, key),
            self.task,
            actor=actor or self.office.rina,
            answer=lambda _session, task: {"task": task.name},
        )

    def next_task(self) -> str:
        return self.office.open_task(self.case).id
