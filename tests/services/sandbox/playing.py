"""Runs of drafts for tests: begun, gone on with, looked at."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Table, select

from app.base.db import Base, Database
from app.commands.sandbox import sandbox
from app.commands.sandbox.sandboxes import Stop
from app.commands.transaction import Command
from app.services.core.access import Actor
from app.services.sandbox import runs
from app.services.sandbox.outcomes import Outcome
from app.services.sandbox.runs import Run
from app.services.sandbox.steps import Step
from app.services.studio import draft_files, new_drafts, titles

#: A Monday, 09.00 in Jakarta.
BEGUN = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


class Trial:
    """A draft with the run of its owner."""

    def __init__(
        self, database: Database, owner: Actor, files: dict[str, bytes], *, begun_at: datetime = BEGUN
    ) -> None:
        self.database, self.owner = database, owner
        with database.transaction() as session:
            title = titles.title_of(files)
            self.id = new_drafts.begin_from_files(session, files, title=title, actor=owner).id
        self.begin(begun_at)

    def begin(self, at: datetime = BEGUN) -> None:
        sandbox.begin_run(self.database, self._command("begin_run"), self.id, at, actor=self.owner)

    def play(self, *steps: Step) -> Outcome:
        """Go on by these steps; return what came of the last."""
        for step in steps:
            sandbox.play_step(
                self.database, self._command("play_step"), self.id, step, seen=self.run.revision, actor=self.owner,
            )  # fmt: skip
        return self.outcomes[-1]

    def keep(self, count: int) -> None:
        sandbox.keep_steps(
            self.database, self._command("go_back"), self.id, count, seen=self.run.revision, actor=self.owner,
        )  # fmt: skip

    def save(self, name: str, content: bytes) -> None:
        with self.database.transaction() as session:
            known = {row.name: row.revision for row in draft_files.files_of(session, self.id)}
            draft_files.save(
                session, self.id, name, content, began_with=known.get(name, 0), title=None, actor=self.owner
            )

    @property
    def run(self) -> Run:
        with self.database.reading() as session:
            return runs.get(session, self.id, actor=self.owner)

    @property
    def outcomes(self) -> list[Outcome]:
        with sandbox.played_run(self.database, self.id, actor=self.owner) as (_run, world):
            return list(world.outcomes)

    @property
    def stop(self) -> Stop | None:
        with sandbox.played_run(self.database, self.id, actor=self.owner) as (_run, world):
            return world.stop

    def look(self, read: Callable[..., Any]) -> Any:
        """What ``read`` finds in the sandbox."""
        with (
            sandbox.played_run(self.database, self.id, actor=self.owner) as (_run, world),
            world.reading() as session,
        ):
            return read(session)

    def _command(self, name: str) -> Command:
        return Command(name, str(self.id), uuid4().hex)


def start(key: str = "uji", **values: Any) -> Step:
    return Step("start", process=key, values={"judul": "Lampu mati", **values} if key == "uji" else values)


def complete(element: str, occurrence: int = 1, **values: Any) -> Step:
    return Step("complete", element=element, occurrence=occurrence, values=values)


def wait(*at: int) -> Step:
    return Step("wait", until=datetime(*at, tzinfo=UTC))  # type: ignore[misc,arg-type]


def checksums(database: Database, *besides: str) -> dict[str, str]:
    """What the tables of a database hold, but for those ``besides``."""
    with database.reading() as session:
        return {
            table.name: _checksum(session, table)
            for table in Base.metadata.sorted_tables
            if table.name not in besides
        }


def _checksum(session: Any, table: Table) -> str:
    rows = sorted(repr(tuple(row)) for row in session.execute(select(table)))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
