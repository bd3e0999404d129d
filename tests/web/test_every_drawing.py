"""Every kind of element that runs, in real cases: played by hand and by the clock, on each page that shows a case or
its process, compared, moved to another version and back, tried in the studio. The drawings are those of
docs/what-you-can-draw.md."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import ExecutionFailed
from app.models import Group, ProcessDefinition, ProcessInstance, User
from app.services.casefile import casefile, replay
from app.services.core import access
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.migration import moves
from app.services.migration.decisions import Decisions
from app.services.tasks import tasks
from tests.drawing_page.examples import REFUSED
from tests.drawing_page.page import every
from tests.drawing_page.playing import SHOWN
from tests.web.conftest import Api, Browser

RUNS = sorted({one.file for one in every()} - {one.file for one in REFUSED})
TABLES = {path.name: path.read_bytes() for path in SHOWN.glob("*.dmn")}
OF_CASE = ("", "/kedudukan", "/diagram.json", "/diagram.xml", "/putar")
OF_PROCESS = (
    *("", "/diagram.bpmn", "/keadaan.json", "/dokumen-sop", "/telaah-sop", "/bandingkan"),
    *("/kinerja", "/kinerja/jalan", "/kinerja/kesesuaian"),
)


@pytest.mark.parametrize("file", RUNS)
def test_it_is_shown_played_compared_and_moved(
    file: str, office: Database, sign_in: Callable[[str], Browser], api: Callable[[str], Api]
) -> None:
    drawing = (SHOWN / f"{file}.bpmn").read_bytes()
    first = _deploy(office, drawing)
    second = _deploy(office, re.sub(rb'(<bpmn:\w*[tT]ask id="\w+" name=")', rb"\1Ulang ", drawing))
    browser = sign_in("admin")
    for key, version in first.items():
        _open(browser, f"/proses/{version}", OF_PROCESS)
        assert browser.get(f"/proses/{version}/bandingkan/{second[key]}").status_code == 200
        assert browser.get(f"/proses/{second[key]}/perkara-lama").status_code == 200
    _try_out(sign_in("pemilik"), next(iter(first)))
    for key in first:
        case_id = _begin(office, key)
        while case_id is not None:
            _open(browser, f"/perkara/{case_id}", OF_CASE)
            assert api("admin").get(f"/process-instances/{case_id}/diagram.svg").status_code == 200
            _move_and_back(office, case_id, first)
            _is_open_around_what_is_open(office, case_id)
            try:
                if not _go_on(office, case_id):
                    break
            except ExecutionFailed:  # of a list that nobody filled in: the case stands where it stood
                break
    for version in first.values():
        _open(browser, f"/proses/{version}", OF_PROCESS)


def _open(browser: Browser, under: str, pages: tuple[str, ...]) -> None:
    for page in pages:
        assert browser.get(f"{under}{page}").status_code == 200, f"{under}{page}"


def _deploy(office: Database, drawing: bytes) -> dict[str, int]:
    """The version of each process that the drawing holds, whose lanes an administrator sits in."""
    with office.transaction() as session:
        done = deployments.deploy(session, {"gambar.bpmn": drawing, **TABLES}, actor=None)
        person = session.scalars(select(User).where(User.name == "admin")).one()
        person.groups = list(session.scalars(select(Group)))
        return {one.definition.key: one.definition.id for one in done.definitions}


def _is_open_around_what_is_open(office: Database, case_id: int) -> None:
    """The picture and the replay show alike where a case stands, and each sub-process around that as open."""
    with office.reading() as session:
        actor = _actor(session, "admin")
        file = casefile.open_casefile(session, case_id, actor=actor)
        shown = casefile.picture_states(session, file)
        then = replay.at_moment(session, case_id, None, actor=actor).states
        opened = {id_ for id_, state in shown.items() if state.state in {"open", "overdue"}}
        assert opened == {id_ for id_, state in then.items() if state.state in {"open", "overdue"}}
        diagram = file.version.diagram
        assert opened >= {task.activity_id for task in file.tasks} | {wait.activity_id for wait in file.waits}
        around = (one for id_ in opened for one in diagram.around(diagram.nodes[id_]) if not one.is_body)
        assert {one.id for one in around} <= opened


def _actor(session: Session, name: str) -> Actor:
    return access.actor_of(session.scalars(select(User).where(User.name == name)).one())


def _begin(office: Database, key: str) -> int | None:
    """A case that somebody begins; None where only messages, signals or the clock do."""
    with office.transaction() as session:
        if definitions.version(session, _in_force(session, key)).diagram.start_node() is None:
            return None
        return instances.start(session, key, {}, actor=_actor(session, "admin")).instance.id


def _in_force(session: Session, key: str) -> int:
    found = select(ProcessDefinition.id).where(ProcessDefinition.key == key, ProcessDefinition.in_force)
    return session.scalars(found).one()


def _move_and_back(office: Database, case_id: int, to: dict[str, int]) -> None:
    """Move a case to the other version and take the move back."""
    with office.transaction() as session:
        owner, case = _actor(session, "pemilik"), session.get_one(ProcessInstance, case_id)
        if case.state != "active":
            return
        target = definitions.version(session, to[case.key])
        done = moves.move(session, case_id, target, Decisions(), "Uji", actor=owner)
        moves.undo(session, case_id, done, "Uji", actor=owner)


def _go_on(office: Database, case_id: int) -> bool:
    """Complete the first open task, with the first answer of each question."""
    with office.transaction() as session:
        case = session.get_one(ProcessInstance, case_id)
        opened = instances.open_tasks(session, case_id) if case.state == "active" else []
        if opened:
            diagram, at = definitions.version(session, case.definition_id).diagram, opened[0].activity_id
            asked = diagram.question_with(at, is_question=at in diagram.questions)
            first = asked.answers[0][0] if asked else ""
            answers = {asked.gateway_id: [first] if asked.multiple else first} if asked else {}
            tasks.complete(session, opened[0].id, {}, answers, actor=_actor(session, "admin"))
        return bool(opened)


def _try_out(browser: Browser, key: str) -> None:
    """Play a draft of the process in the studio: what can be done first, then the next timer, some times."""
    browser.get("/studio")
    page = browser.post("/studio/dari-proses", key=key)
    here = f"{page.location}/coba"
    browser.get(here)
    assert browser.post(f"{here}/mulai", on="02-11-2026", clock="09.00").status_code == 303
    for _turn in range(4):
        page = browser.get(here)
        assert page.status_code == 200
        seen = re.findall(r'name="seen" value="(\d+)"', page.text)[0]
        choices = re.findall(rf'action="{here}/(langkah/[^"]+)"', page.text)
        path = choices[0] if choices else "jam"
        flows = dict(re.findall(r'type="radio" name="([^"]+)" value="([^"]+)"', page.text))
        answer = browser.post(f"{here}/{path}", seen=seen, **({"to": "next"} if path == "jam" else flows))
        assert answer.status_code in {303, 422}, path
