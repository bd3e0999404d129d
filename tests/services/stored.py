"""Versions in force as an older release accepted them: content that today's checks refuse."""

from hashlib import sha256
from xml.sax.saxutils import escape

from sqlalchemy.orm import Session

from app.base.db import Database
from app.models import DefinitionFile, Resource
from app.services.definitions import definitions
from tests.engine.building import boundary, bpmn, end, exclusive, flow, start, user
from tests.services.office import form, text

KEY = "lama"
CONDITION = '=hasil = "cukup"'
CYCLE = "R3/PT1H"
BROKEN_XML = b"<bpmn:definitions"
#: What stands in the deployed diagram, and what an older release let stand in its place.
REFUSED = {
    "a random number": (CONDITION, "=random number() > 0.5"),
    "a name that is made anew": (CONDITION, "=uuid() = hasil"),
    "a condition that is too long": (CONDITION, "=" + "hasil + " * 1_000 + "hasil > 1"),
}
REFUSED_TIMERS = {
    "a cycle that is too long": (CYCLE, "setiap 99999 hari"),
    "a cycle that does not repeat": (CYCLE, "3 hari"),
    "a formula that does not read": (CYCLE, "=lama("),
}


def process(lane: str, *, key: str = KEY) -> dict[str, bytes]:
    """catat → periksa → telaah (with a repeating timer) → layak? → kirim, tolak or periksa again, all in one lane."""
    nodes = [
        start("catat", form="catat"),
        user("periksa", form="periksa"),
        user("telaah"),
        boundary("ingat", "telaah", after=CYCLE, kind="timeCycle", interrupting=True),
        exclusive("layak", name="Layak?"),
        user("kirim"),
        user("tolak"),
        end("selesai"),
    ]
    flows = [
        "catat > periksa > telaah > layak\nkirim > selesai\ntolak > selesai\ningat > selesai",
        flow("layak", "kirim", condition=CONDITION),
        flow("layak", "periksa", condition='=hasil = "ulang"'),
        flow("layak", "tolak"),
    ]
    lanes = {lane: "catat periksa telaah ingat layak kirim tolak selesai"}
    properties = {"perihal": "judul"}
    return {
        f"{key}.bpmn": bpmn(nodes, flows, lanes=lanes, properties=properties, key=key, name=f"Proses {key}"),
        "catat.form": form(text("judul")),
        "periksa.form": form(text("hasil")),
    }


def replace(database: Database, key: str, before: str, after: str) -> None:
    """Let the diagram in force of process ``key`` say ``after`` where it said ``before``."""
    with database.transaction() as session:
        file = _file(session, key, f"{key}.bpmn")
        _change(session, file, escape(before), escape(after))


def replace_in_form(database: Database, key: str, name: str, before: str, after: str) -> None:
    """The same of a form of the version in force."""
    with database.transaction() as session:
        _change(session, _file(session, key, name), before, after)


def destroy(database: Database, key: str) -> None:
    """Let the diagram in force of process ``key`` be no XML."""
    with database.transaction() as session:
        _store(session, _file(session, key, f"{key}.bpmn"), BROKEN_XML)


def _change(session: Session, file: DefinitionFile, before: str, after: str) -> None:
    content = file.resource.content
    assert before.encode() in content
    _store(session, file, content.replace(before.encode(), after.encode()))


def _store(session: Session, file: DefinitionFile, content: bytes) -> None:
    file.resource = Resource(sha256=sha256(content).hexdigest(), content=content)
    session.info["versions"].clear()


def _file(session: Session, key: str, name: str) -> DefinitionFile:
    found = definitions.latest(session, key, files=True)
    assert found is not None
    return next(file for file in found.files if file.name == name)
