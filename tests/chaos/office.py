"""The office that is killed: two officers, an owner, and a procedure that goes on as long as it is killed.

terima → periksa (an hour, then both officers are told) → cukup? → back to periksa; or wait for a message and back; or
two tasks side by side, a join, and the end.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.base.config import Config, from_environment
from app.base.db import Database
from app.models import User
from app.services.core import clock, settings
from app.services.definitions import definitions
from app.services.deployment import deployments
from app.services.maintenance import migrations
from app.services.people import api_tokens
from tests.engine.building import boundary, bpmn, catch, end, exclusive, flow, parallel, send, start, user
from tests.services.office import add_user, form, text

KEY = "uji"
OFFICERS = ("rina", "budi")
OWNER = "pemilik"
#: The step that tells both officers. A delivered message says no more what it was about.
REMINDER = "ingat"


@dataclass(frozen=True)
class Installation:
    """A data folder with its database, the tokens of its users by name, and its parsed version, by id.

    Parsing it anew in each process would need V8 and take longer than all else.
    """

    config: Config
    tokens: dict[str, str]
    versions: dict[int, Any]

    def open(self) -> Database:
        info = {"config": self.config, "versions": dict(self.versions), "units": set()}
        return Database(self.config.database_url, info)


def make(folder: Path, database_url: str | None = None) -> Installation:
    """Make an installation with the office in it. It needs V8: do it in a process of its own."""
    config = configured(folder, database_url)
    database = settings.open_database(config)
    migrations.upgrade(database)
    with database.transaction() as session:
        for name in OFFICERS:
            add_user(session, name, "Loket")
        add_user(session, OWNER, is_process_owner=True)
        deployments.deploy(session, procedure(), actor=None)
        clock.travel(session, clock.now(session))
    with database.transaction() as session:
        people = session.query(User).all()
        tokens = {one.name: api_tokens.issue(session, one, actor=None) for one in people}
    with database.reading() as session:
        versions = {one.id: definitions.version(session, one.id) for one in definitions.live(session)}
    database.close()
    return Installation(config, tokens, versions)


def configured(folder: Path, database_url: str | None = None) -> Config:
    """The settings of an installation in ``folder``; without a URL its database is a SQLite file there."""
    given = {"ALUR_DATA_DIR": str(folder), "ALUR_ALLOW_TIME_TRAVEL": "1"}
    return from_environment(given | ({"ALUR_DATABASE_URL": database_url} if database_url else {}))


def procedure() -> dict[str, bytes]:
    nodes = [
        start("terima", form="terima"),
        user("periksa", form="periksa"),
        boundary("lewat", "periksa", after="PT1H"),
        send(REMINDER),
        end("ditegur"),
        exclusive("cukup", name="Cukup?"),
        catch("jawaban", message="jawaban"),
        parallel("bagi"),
        user("kiri", form="periksa"),
        user("kanan", form="periksa"),
        parallel("gabung"),
        end("selesai", name="Selesai"),
    ]
    flows = [
        "terima > periksa > cukup\nlewat > ingat > ditegur\njawaban > periksa",
        "bagi > kiri > gabung > selesai\nbagi > kanan > gabung",
        flow("cukup", "periksa", condition='=hasil = "ulang"'),
        flow("cukup", "jawaban", condition='=hasil = "surat"'),
        flow("cukup", "bagi", condition='=hasil = "cukup"'),
    ]
    diagram = bpmn(
        nodes,
        flows,
        lanes={"Loket": " ".join(node.id for node in nodes)},
        properties={"nomor": "nomor", "perihal": "judul", "awalan nomor": "UJI"},
        key=KEY,
        name="Prosedur uji",
    )
    evidence = {"type": "filepicker", "key": "bukti", "label": "Bukti"}
    return {
        "uji.bpmn": diagram,
        "terima.form": form(text("nomor"), text("judul", required=True)),
        "periksa.form": form(text("hasil", required=True), text("catatan"), evidence),
    }


def another(number: int) -> dict[str, bytes]:
    """A small process whose each ``number`` is a version of its own."""
    nodes = [start("mulai", form="mulai"), user("isi"), end("usai")]
    lanes = {"Loket": "mulai isi usai"}
    label: dict[str, Any] = text("judul") | {"label": f"Judul {number}"}
    return {
        "lain.bpmn": bpmn(nodes, "mulai > isi > usai", lanes=lanes, key="lain", name=f"Lain {number}"),
        "mulai.form": form(label),
    }
