"""What clients were told, and whether the office agrees."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Attachment, HistoryEvent, ProcessDefinition, User
from app.services.files import store
from tests.chaos.requests import Request, content_of

#: The variable that carries a request's word, by its kind.
_WORDS = {"start": "judul", "complete": "catatan", "message": "isi"}
_TYPES = {"instance_started": "judul", "task_completed": "catatan", "message_received": "isi"}
#: What may be refused for what somebody else did meanwhile.
#: An upload: no form is left that takes files.
_CONTESTED = {"claim": 409, "complete": 409, "message": 409, "deploy": 409, "upload": 403}


class Ledger:
    """Every request with the status of its answer, 0 while none was heard."""

    def __init__(self) -> None:
        self.requests: dict[int, Request] = {}
        self.statuses: dict[int, int] = {}
        self.answers: dict[int, dict[str, Any]] = {}

    def begin(self, request: Request) -> None:
        self.requests[request.number] = request
        self.statuses.setdefault(request.number, 0)

    def hear(self, number: int, status: int, answer: dict[str, Any]) -> None:
        self.statuses[number], self.answers[number] = status, answer

    @property
    def answered(self) -> int:
        return len(self.answers)

    @property
    def unheard(self) -> list[Request]:
        return [one for one in self.requests.values() if self.statuses[one.number] == 0]

    def refused(self, *, alone: bool) -> list[str]:
        """Answers that nobody should get; ``alone``: nobody else acted, so nothing may have been in the way."""
        return [
            f"{request.kind} {request.word} was answered {status}: {self.answers[number]}"
            for number, request in self.requests.items()
            if (status := self.statuses[number]) >= 400 and (alone or status != _CONTESTED.get(request.kind))
        ]

    def wrong(self, session: Session) -> list[str]:
        """Commands that were acknowledged and are not there, that are there twice, or though they were refused."""
        words = Counter(_words(session))
        wrong = [
            f"{request.kind} {request.word}, answered {self.statuses[request.number]}, was done {done} times"
            for request in self._of(_WORDS)
            if not self._may_be(request, done := words[request.kind, request.word])
        ]
        return (
            wrong + self._wrong_claims(session) + self._wrong_files(session) + self._wrong_versions(session)
        )

    def _of(self, kinds: Iterable[str]) -> list[Request]:
        return [one for one in self.requests.values() if one.kind in kinds]

    def _may_be(self, request: Request, done: int) -> bool:
        status = self.statuses[request.number]
        return done <= 1 if status == 0 else done == int(status < 400)

    def _wrong_claims(self, session: Session) -> list[str]:
        events = session.execute(
            select(HistoryEvent.data, User.name)
            .join(User, User.id == HistoryEvent.actor_id)
            .where(HistoryEvent.type == "task_claimed")
        )
        claims = Counter((data["task"], who) for data, who in events)
        wrong = [f"task {task} was claimed {n} times by {who}" for (task, who), n in claims.items() if n > 1]
        return wrong + [
            f"{one.who} was told that task {one.target} is his; it was never claimed by him"
            for one in self._of({"claim"})
            if 0 < self.statuses[one.number] < 400 and not claims[one.target, one.who]
        ]

    def _wrong_files(self, session: Session) -> list[str]:
        wrong, known = [], {row.id: row for row in session.scalars(select(Attachment))}
        uploads = self._of({"upload"})
        heard = [one for one in uploads if 0 < self.statuses[one.number] < 400]
        for one in heard:
            row = known.get(self.answers[one.number]["id"])
            if row is None or store.read_content(session, row) != content_of(one):
                wrong.append(f"upload {one.word} was answered and is not there")
        if not len(heard) <= len(known) <= len(uploads):
            wrong.append(f"{len(uploads)} files were sent, {len(heard)} taken, {len(known)} are there")
        return wrong

    def _wrong_versions(self, session: Session) -> list[str]:
        sent = self._of({"deploy"})
        names = Counter(
            session.scalars(select(ProcessDefinition.name).where(ProcessDefinition.key == "lain"))
        )
        return [
            f"deployment {one.word}, answered {self.statuses[one.number]}, is there {done} times"
            for one in sent
            if not self._may_be(one, done := names[f"Lain {one.number}"])
        ]


def _words(session: Session) -> Iterable[tuple[str, str]]:
    kinds = {variable: kind for kind, variable in _WORDS.items()}
    for event in session.scalars(select(HistoryEvent).where(HistoryEvent.type.in_(_TYPES))):
        variable = _TYPES[event.type]
        if (word := event.data["values"].get(variable)) is not None:
            yield kinds[variable], word
