"""A procedure with a job in it, and a worker that does such jobs, for tests."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.commands.instances import worker_jobs as commands
from app.commands.transaction import Answer, Command
from app.models import MessageWait, ProcessInstance
from app.services.core import clock
from app.services.deployment import deployments
from app.services.instances import instances, worker_jobs
from app.services.instances.worker_jobs import Taken, Worker
from tests.engine.building import Shape, bpmn, end, node, start, user
from tests.services.office import Office, form, text

TYPE = "kirim-surat"


def job(id: str = "kirim", **given: Any) -> Shape:
    own = {"dikerjakan oleh": "pekerja luar", "jenis pekerjaan": TYPE, **given.pop("properties", {})}
    return node("serviceTask", id, properties=own, **given)


def letters(
    *more: Shape, flows: str = "", ways: Sequence[str] = ("mulai > kirim > arsip > selesai",), **given: Any
) -> dict[str, bytes]:
    """mulai → kirim (a worker's) → arsip (a person's) → selesai, or other ``ways``; with ``more`` elements."""
    nodes = [start("mulai", form="mulai"), job(**given), user("arsip"), end("selesai"), *more]
    files = bpmn(
        nodes,
        [*ways, flows],
        lanes={"Loket": " ".join(shape.id for shape in nodes)},
        key="surat",
        name="Surat",
        properties={"perihal": "judul", "identitas": "Loket"},
    )
    fields = form(
        text("judul"),
        {"type": "number", "key": "jumlah", "label": "Jumlah"},
        text("pelapor", private=True),
    )
    return {"surat.bpmn": files, "mulai.form": fields}


class Post:
    """An office with such a procedure, and its workers; times are of the machine's clock, which tests move."""

    def __init__(self, office: Office, files: dict[str, bytes] | None = None) -> None:
        self.office, self.database, self.at = office, office.database, None
        self.worker = Worker(office.admin, frozenset({TYPE}))
        self.deploy(files or letters())

    def deploy(self, files: dict[str, bytes]) -> int:
        with self.database.transaction() as session:
            done = deployments.deploy(session, files, actor=self.office.owner)
            return done.definitions[0].definition.id

    def start(self, **values: Any) -> ProcessInstance:
        given = {"judul": "Izin Bapak Slamet", "jumlah": 3, "pelapor": "Siti", **values}
        with self.database.transaction() as session:
            return instances.start(session, "surat", given, actor=self.office.rina).instance

    def take(self, name: str = "w1", *, most: int = 5, lock_s: int = 60, type_: str = TYPE) -> list[Taken]:
        kept = commands.take_jobs(
            self.database,
            Command("take_jobs", type_),
            type_,
            name,
            most=most,
            lock_s=lock_s,
            worker=self.worker,
        )
        with self.database.reading() as session:
            return worker_jobs.told(session, [tuple(one) for one in kept["held"]], worker=self.worker)

    def complete(self, taken: Taken, **variables: Any) -> Answer:
        id_, lock = taken.wait.id, taken.wait.lock or ""
        sent = Command("complete_job", id_, None, variables)
        return commands.complete_job(self.database, sent, id_, lock, variables, variables, worker=self.worker)

    def throw(self, taken: Taken, code: str) -> Answer:
        id_, lock = taken.wait.id, taken.wait.lock or ""
        sent = Command("throw_error", id_)
        return commands.throw_error(self.database, sent, id_, lock, code, "", worker=self.worker)

    def fail(self, taken: Taken, message: str = "server surat mati", **named: Any) -> Answer:
        sent = Command("fail_job", taken.wait.id)
        given = (taken.wait.id, taken.wait.lock or "", message)
        return commands.fail_job(self.database, sent, *given, worker=self.worker, **named)

    def extend(self, taken: Taken, lock_s: int) -> Answer:
        sent = Command("extend_lock", taken.wait.id)
        given = (taken.wait.id, taken.wait.lock or "", lock_s)
        return commands.extend_lock(self.database, sent, *given, worker=self.worker)

    def row(self) -> MessageWait:
        with self.database.reading() as session:
            return session.scalars(select(MessageWait).where(MessageWait.job_type.is_not(None))).one()

    def ready_in(self) -> timedelta:
        """How long from now on nobody may take the one job."""
        at = self.row().ready_at
        assert at is not None
        with self.database.reading() as session:
            return at - clock.now(session)

    def later(self, **delta: float) -> None:
        """Let all locks and pauses be so much older."""
        with self.database.transaction() as session:
            for wait in session.scalars(select(MessageWait).where(MessageWait.ready_at.is_not(None))):
                assert wait.ready_at is not None
                wait.ready_at -= timedelta(**delta)

    def open(self, case: ProcessInstance) -> list[str]:
        with self.database.reading() as session:
            return [task.activity_id for task in instances.open_tasks(session, case.id)]

    def state(self, case: ProcessInstance) -> str:
        with self.database.reading() as session:
            return session.get_one(ProcessInstance, case.id).state
