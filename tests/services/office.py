"""A small office for tests: people in two lanes, and a procedure they work on."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.base.db import Database
from app.models import ProcessInstance, Unit, User, UserTask
from app.services.core import access, clock
from app.services.core.access import Actor
from app.services.definitions import catalogue, definitions
from app.services.deployment import deployments, preconditions
from app.services.deployment.preconditions import Seen
from app.services.instances import instances
from app.services.people import groups
from app.services.studio import draft_files
from tests.engine.building import boundary, bpmn, end, exclusive, flow, send, start, user

LANES = {"Loket": "terima periksa cukup lewat ingat ditegur selesai", "Unit": "kerjakan"}


def form(*fields: Mapping[str, Any], id: str = "form") -> bytes:
    """A form-js form with these components."""
    components = [{"id": f"Field_{n}", **field} for n, field in enumerate(fields)]
    return json.dumps({"type": "default", "id": id, "schemaVersion": 18, "components": components}).encode()


def text(key: str, *, required: bool = False, private: bool = False) -> dict[str, Any]:
    extra: dict[str, Any] = {"properties": {"pribadi": "ya"}} if private else {}
    return {
        "type": "textfield",
        "key": key,
        "label": key.title(),
        "validate": {"required": required},
        **extra,
    }


def procedure(**changes: Any) -> dict[str, bytes]:
    """terima → periksa (3 hari kerja) → cukup? → kerjakan (unit) → selesai; back to periksa otherwise."""
    nodes = [
        start("terima", form="terima"),
        user("periksa", form="periksa", properties={"status publik": "Diperiksa"}),
        boundary(
            "lewat", "periksa", after=changes.get("after", "3 hari kerja"), properties={"tenggat": "ya"}
        ),
        send("ingat"),
        end("ditegur"),
        exclusive("cukup", name="Cukup?"),
        user("kerjakan"),
        end("selesai", name="Selesai"),
    ]
    flows = [
        "terima > periksa > cukup\nlewat > ingat > ditegur\nkerjakan > selesai",
        flow("cukup", "kerjakan", condition=changes.get("condition", '=hasil = "cukup"')),
        flow("cukup", "periksa", condition='=hasil = "kurang"'),
    ]
    diagram = bpmn(
        nodes,
        flows,
        lanes=changes.get("lanes", LANES),
        lane_properties={"Loket": {"koordinator": "Ketua"}, "Unit": {"unit": "unit", "koordinator": "Ketua"}},
        properties={
            "nomor": "nomor",
            "perihal": "judul",
            "unit": "unit",
            "identitas": "Loket",
            "awalan nomor": "UJI",
            **changes.get("properties", {}),
        },
        key="uji",
        name="Prosedur uji",
    )
    return {
        "uji.bpmn": diagram,
        "terima.form": form(text("nomor"), text("judul", required=True), text("pelapor", private=True)),
        "periksa.form": form(text("hasil", required=True), text("unit")),
    }


def saw(database: Database, draft_id: int | None = None) -> Seen:
    """What somebody sees who looks now: the last version of each process, and the files of a draft."""
    with database.reading() as session:
        files = draft_files.files_of(session, draft_id) if draft_id else ()
        last = {*definitions.newest_ids(session).values(), *(one.id for one in catalogue.retired(session))}
        return Seen(last, preconditions.revisions(files))


def add_user(session: Session, name: str, *lanes: str, units: tuple[str, ...] = (), **roles: bool) -> Actor:
    person = User(
        name=name,
        full_name=name.title(),
        password_hash="-",
        created_at=clock.now(session),
        groups=[groups.get_or_add(session, lane) for lane in lanes],
        units=[session.get(Unit, code) or Unit(code=code, name=f"Dinas {code}") for code in units],
        **roles,
    )
    session.add(person)
    session.flush()
    return access.actor_of(person)


def _furnish(database: Database, changes: Mapping[str, Any]) -> dict[str, Actor]:
    with database.transaction() as session:
        actors = [
            add_user(session, "rina", "Loket"),
            add_user(session, "budi", "Loket"),
            add_user(session, "ketua", "Ketua"),
            add_user(session, "dina", "Unit", units=("A",)),
            add_user(session, "beni", "Unit", units=("B",)),
            add_user(session, "pemilik", is_process_owner=True),
            add_user(session, "auditor", is_auditor=True),
            add_user(session, "admin", is_admin=True),
        ]
        deployments.deploy(session, procedure(**changes), actor=None)
    return {actor.name: actor for actor in actors}


class Office:
    """People, the deployed procedure, and shortcuts to act in a transaction each."""

    def __init__(
        self, database: Database, *, copied: Mapping[str, Actor] | None = None, **changes: Any
    ) -> None:
        """Furnish an empty database; ``copied``: the people of the office that it holds a copy of."""
        self.database = database
        self.actors = _furnish(database, changes) if copied is None else copied
        self.rina, self.budi, self.ketua = (self.actors[name] for name in ("rina", "budi", "ketua"))
        self.dinas_a, self.dinas_b = self.actors["dina"], self.actors["beni"]
        self.owner, self.auditor = self.actors["pemilik"], self.actors["auditor"]
        self.admin = self.actors["admin"]

    def start(self, **values: Any) -> ProcessInstance:
        with self.database.transaction() as session:
            return instances.start(
                session, "uji", {"judul": "Lampu mati", **values}, actor=self.rina
            ).instance

    def open_task(self, instance: ProcessInstance) -> UserTask:
        with self.database.reading() as session:
            [task] = instances.open_tasks(session, instance.id)
            return task
