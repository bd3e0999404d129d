"""What clients ask of the office, each under a key of its own: it can be asked again, word for word, by whoever did
not hear the answer."""

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.models import Attachment, MessageWait, ProcessInstance, User, UserTask
from app.services.definitions import definitions
from tests.chaos import office

#: What a client sends; the others are what the worker and the administrator do.
SENT = ("start", "claim", "complete", "message", "upload", "deploy")


@dataclass(frozen=True)
class Request:
    """One command. ``number`` makes its key and the words by which its effect is told from every other's."""

    number: int
    kind: str
    who: str
    path: str
    body: dict[str, Any] = field(default_factory=dict)
    #: The task or case number that it is about.
    target: str = ""

    @property
    def word(self) -> str:
        return f"k{self.number}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Clients:
    """People's programs: they look for work, and send it."""

    def __init__(self, app: Flask, database: Database, tokens: dict[str, str], dice: random.Random) -> None:
        self._client, self._database, self._tokens, self._dice = app.test_client(), database, tokens, dice

    def think_of(self, kind: str, number: int, who: str) -> Request | None:
        """A command of this kind that can be done now; None where there is nothing to do it to."""
        with self._database.reading() as session:
            return think_of(session, kind, number, who, self._dice)

    def send(self, request: Request) -> tuple[int, dict[str, Any]]:
        """Send it; the status, and what it answered."""
        headers = {
            "Authorization": f"Bearer {self._tokens[request.who]}",
            "Idempotency-Key": request.word,
        }
        given: dict[str, Any] = {"json": request.body}
        if request.kind == "upload":
            given = {"data": {"file": (BytesIO(content_of(request)), f"{request.word}.txt")}}
        if request.kind == "deploy":
            files = office.another(request.number).items()
            given = {"data": {"files": [(BytesIO(content), name) for name, content in files]}}
        reply = self._client.post(f"/api/v1{request.path}", headers=headers, **given)
        answer: dict[str, Any] = reply.get_json()
        reply.close()
        return reply.status_code, answer


def think_of(session: Session, kind: str, number: int, who: str, dice: random.Random) -> Request | None:
    """A command of this kind that can be done now; None where there is nothing to do it to."""
    made: Request | None = _THINKING[kind](session, number, who, dice)
    return made


def content_of(upload: Request) -> bytes:
    return f"Bukti dari {upload.word}\n".encode() * 50


def _start(_session: Session, number: int, who: str, _dice: random.Random) -> Request:
    return Request(
        number,
        "start",
        who,
        "/process-instances",
        {"key": office.KEY, "variables": {"judul": f"k{number}"}},
    )


def _claim(session: Session, number: int, who: str, dice: random.Random) -> Request | None:
    query = select(UserTask.id).where(UserTask.state == "open", UserTask.assignee_id.is_(None))
    tasks = session.scalars(query.order_by(UserTask.opened_at, UserTask.id)).all()
    if not tasks:
        return None
    task = dice.choice(tasks)
    return Request(number, "claim", who, f"/tasks/{task}/claim", target=task)


def _complete(session: Session, number: int, who: str, dice: random.Random) -> Request | None:
    me = session.scalars(select(User.id).where(User.name == who)).one()
    free = UserTask.assignee_id.is_(None) | (UserTask.assignee_id == me)
    of_ours = ProcessInstance.key == office.KEY
    query = select(UserTask.id).join(UserTask.instance).where(UserTask.state == "open", free, of_ours)
    tasks = session.scalars(query.order_by(UserTask.opened_at, UserTask.id)).all()
    if not tasks:
        return None
    task = dice.choice(tasks)
    values: dict[str, Any] = {
        "hasil": dice.choice(("ulang", "ulang", "surat", "surat", "cukup")),
        "catatan": f"k{number}",
    }
    loose = select(Attachment.id).where(Attachment.instance_id.is_(None), Attachment.uploaded_by_id == me)
    if (file := session.scalars(loose.order_by(Attachment.id)).first()) is not None:
        values["bukti"] = [file]
    return Request(number, "complete", who, f"/tasks/{task}/complete", {"variables": values}, task)


def _message(session: Session, number: int, who: str, dice: random.Random) -> Request | None:
    query = select(ProcessInstance.business_key).join(
        MessageWait, MessageWait.instance_id == ProcessInstance.id
    )
    waiting = session.scalars(query.order_by(ProcessInstance.id)).all()
    if not waiting:
        return None
    case = dice.choice(waiting)
    body = {"name": "jawaban", "business_key": case, "variables": {"isi": f"k{number}"}}
    return Request(number, "message", who, "/messages", body, case)


def _upload(session: Session, number: int, who: str, _dice: random.Random) -> Request | None:
    query = select(UserTask.id).join(UserTask.instance)
    waiting = query.where(UserTask.state == "open", ProcessInstance.key == office.KEY)
    if (
        session.scalars(waiting.limit(1)).first() is None
    ):  # files are taken only of who has a form to name them in
        return None
    return Request(number, "upload", who, "/files")


def _deploy(session: Session, number: int, _who: str, _dice: random.Random) -> Request:
    seen = urlencode([("based_on", one) for one in definitions.newest_ids(session).values()])
    return Request(number, "deploy", office.OWNER, f"/deployments?{seen}")


_THINKING: dict[str, Callable[..., Request | None]] = {
    "start": _start,
    "claim": _claim,
    "complete": _complete,
    "message": _message,
    "upload": _upload,
    "deploy": _deploy,
}
