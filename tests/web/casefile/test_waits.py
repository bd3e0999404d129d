"""Messages that cases wait for, noted by the officer to whom they came."""

import re
from collections.abc import Callable, Mapping

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.base.errors import InvalidDiagram
from app.history import reader
from app.models import Job, MessageWait, ProcessInstance, UserTask
from app.services.deployment import deployments
from app.services.instances import instances, messages
from app.services.tasks import tasks
from tests.engine.building import Shape, boundary, bpmn, catch, end, node, race, start, user
from tests.services.office import form, text
from tests.web.cases import actor
from tests.web.conftest import Browser
from tests.web.pages import key_of, words_of

SignIn = Callable[[str], Browser]
LANE = "LAPOR ! – SP4N"
BY_SYSTEM = {"untuk": "sistem"}
SIGNAL = '<bpmn:signalEventDefinition signalRef="banjir"/>'
CONDITION = (
    '<bpmn:conditionalEventDefinition><bpmn:condition xsi:type="bpmn:tFormalExpression">=a</bpmn:condition>'
    "</bpmn:conditionalEventDefinition>"
)
#: Every kind of wait: what is drawn between start and end, and how it goes on: by whom, or where it is told.
KINDS: Mapping[str, tuple[tuple[Shape, ...], str, str]] = {
    "message": ((catch("w", message="surat"),), "s > w > e", "hand"),
    "message with a form": ((catch("w", message="surat", form="isi"),), "s > w > e", "hand"),
    "receive task": ((node("receiveTask", "w", message="surat"),), "s > w > e", "hand"),
    "event gateway": (
        (race("g"), catch("w", message="surat"), catch("lain", message="telepon")),
        "s > g\ng > w > e\ng > lain > e",
        "hand",
    ),
    "message on an edge": (
        (user("t"), boundary("w", "t", message="surat", interrupting=True), end("f")),
        "s > t > e\nw > f",
        "hand",
    ),
    "message on an edge that stays": (
        (user("t"), boundary("w", "t", message="surat"), user("u")),
        "s > t > e\nw > u > e",
        "hand",
    ),
    "for the reporter": (
        (catch("w", message="surat", form="isi", properties={"untuk": "pelapor"}),), "s > w > e", "hand",
    ),
    "named only, after a gateway": (
        (race("g"), node("intermediateCatchEvent", "w", name="Surat"), catch("lain", after="3 hari")),
        "s > g\ng > w > e\ng > lain > e",
        "hand",
    ),
    "named only": ((node("intermediateCatchEvent", "w", name="Surat"),), "s > w > e", "task"),
    "timer": ((catch("w", after="3 hari"),), "s > w > e", "clock"),
    "for a system": (
        (catch("w", message="surat", properties=BY_SYSTEM),), "s > w > e", "message_by_system",
    ),
    "signal": ((node("intermediateCatchEvent", "w", inside=SIGNAL),), "s > w > e", "signal_never_thrown"),
    "condition in words": (
        (node("intermediateCatchEvent", "w", inside=CONDITION.replace("=a", "bila airnya surut")),),
        "s > w > e",
        "hand",
    ),
    "time that nobody can read": ((catch("w", after="nanti"),), "s > w > e", "hand"),
    "such a time on an edge": (
        (user("t"), boundary("w", "t", after="nanti", interrupting=True), end("f")), "s > t > e\nw > f", "hand",
    ),
    "condition": ((node("intermediateCatchEvent", "w", inside=CONDITION),), "s > w > e", "data"),
}  # fmt: skip


def drawn(name: str) -> dict[str, bytes]:
    between, flows, _by = KINDS[name]
    nodes = [start("s"), *between, end("e")]
    lanes = {LANE: " ".join(shape.id for shape in nodes)}
    diagram = bpmn(
        nodes, flows, lanes=lanes, key="uji", name="Uji", outside='<bpmn:signal id="banjir" name="Banjir"/>'
    )
    needs = any("isi" in str(shape) for shape in between)
    return {"uji.bpmn": diagram} | ({"isi.form": form(text("isi", required=True))} if needs else {})


def begin(office: Database, name: str, lane: str = LANE) -> int:
    files = drawn(name)
    if lane != LANE:
        files["uji.bpmn"] = files["uji.bpmn"].replace(LANE.encode(), lane.encode())
    with office.transaction() as session:
        deployments.deploy(session, files, actor=None)
        starter = actor(session, "lapor" if lane == LANE else "upp")
        return instances.start(session, "uji", {}, actor=starter).instance.id


def wait_of(office: Database, case: int) -> MessageWait | None:
    with office.reading() as session:
        of_case = select(MessageWait).where(MessageWait.instance_id == case, MessageWait.activity_id == "w")
        return session.scalars(of_case).one_or_none()


def addresses(page: str) -> list[str]:
    return re.findall(r'href="(/perkara/\d+/pesan-ditunggu/\w+)"', page)


@pytest.mark.parametrize("name", KINDS)
def test_every_wait_is_ended_by_somebody_by_the_clock_or_is_told_at_the_check(
    name: str, office: Database, sign_in: SignIn
) -> None:
    by = KINDS[name][2]
    try:
        told = {one.code for one in deployments.check_files(None, drawn(name))}
    except InvalidDiagram as error:
        told = {one.code for one in error.findings}
    if by not in ("hand", "task", "clock", "data"):
        assert by in told
        return
    case, lapor = begin(office, name), sign_in("lapor")
    if by == "data":
        assert wait_of(office, case) is not None
        assert addresses(lapor.get(f"/perkara/{case}").text) == []
        return
    if by == "hand":
        wait = wait_of(office, case)
        assert wait is not None
        there = f"/perkara/{case}/pesan-ditunggu/{wait.id}"
        assert there in addresses(lapor.get(f"/perkara/{case}").text)
        assert there in addresses(lapor.get("/pesan-ditunggu").text)
        done = lapor.post(there, isi="Sudah", idempotency_key=key_of(lapor.get(there)))
        assert (done.status_code, done.location) == (303, f"/perkara/{case}")
        following = wait_of(office, case)
        assert following is None or following.id != wait.id  # an edge that stays waits anew
        with office.reading() as session:
            noted = [one for one in reader.of_instance(session, case) if one.type == "message_received"]
        assert [one.actor and one.actor.name for one in noted] == ["lapor"]
        return
    model = UserTask if by == "task" else Job
    with office.reading() as session:
        assert session.scalars(select(model).where(model.instance_id == case)).one().activity_id == "w"


def test_what_was_noted_is_taken_back_and_what_was_typed_is_there_again(
    office: Database, sign_in: SignIn
) -> None:
    case, lapor = begin(office, "message with a form"), sign_in("lapor")
    [there] = addresses(lapor.get(f"/perkara/{case}").text)
    empty = lapor.post(there, isi="", idempotency_key=key_of(lapor.get(there)))
    assert empty.status_code == 422
    key = key_of(empty)
    done = lapor.post(there, isi="Berkas lengkap", idempotency_key=key)
    page = lapor.get(done.location)
    assert "dicatat diterima" in words_of(page)
    [undo] = re.findall(r'action="(/perkara/[^"]+/urungkan)"', page.text)
    assert lapor.post(there, isi="Berkas lengkap", idempotency_key=key).status_code == 303  # sent twice
    back = lapor.post(undo)
    assert (back.status_code, back.location) == (303, there)
    again = lapor.get(there)
    assert "Berkas lengkap" in again.text
    with office.reading() as session:
        assert session.get_one(ProcessInstance, case).state == "active"
    assert "diurungkan" in words_of(lapor.get(f"/perkara/{case}"))
    assert lapor.post(there, isi="Berkas lengkap", idempotency_key=key).status_code == 409
    assert lapor.post(there, isi="Lain", idempotency_key=key_of(again)).status_code == 303


def test_only_officers_of_the_lane_note_it(office: Database, sign_in: SignIn) -> None:
    case = begin(office, "message")
    wait = wait_of(office, case)
    assert wait is not None
    there = f"/perkara/{case}/pesan-ditunggu/{wait.id}"
    for name, status in (("upp", 404), ("dlh", 404), ("auditor", 403), ("pemilik", 303)):
        browser = sign_in(name)
        assert addresses(browser.get("/pesan-ditunggu").text) == ([there] if status == 303 else [])
        assert browser.post(there).status_code == status
    assert sign_in("lapor").get(there).status_code == 409  # it was noted


def test_a_lane_that_never_had_a_task_finds_what_it_is_to_note(office: Database, sign_in: SignIn) -> None:
    nodes = [start("s"), user("t"), catch("w", message="surat"), end("e")]
    diagram = bpmn(nodes, "s > t > w > e", lanes={LANE: "s t e", "UPP K/L/D": "w"}, key="uji", name="Uji")
    with office.transaction() as session:
        deployments.deploy(session, {"uji.bpmn": diagram}, actor=None)
        lapor = actor(session, "lapor")
        case = instances.start(session, "uji", {}, actor=lapor).instance
        [task] = instances.open_tasks(session, case.id)
        tasks.complete(session, task.id, {}, {}, actor=lapor)
    upp = sign_in("upp")
    assert upp.get(f"/perkara/{case.id}").status_code == 404
    assert "/pesan-ditunggu" in upp.get("/tugas").text
    [there] = addresses(upp.get("/pesan-ditunggu").text)
    assert upp.get(there).status_code == 200
    done = upp.post(there)
    assert (done.status_code, done.location) == (303, "/pesan-ditunggu")
    page = upp.get(done.location)
    [undo] = re.findall(r'action="(/perkara/[^"]+/urungkan)"', page.text)
    assert upp.post(undo).location == there
    assert "/pesan-ditunggu" not in sign_in("dlh").get("/tugas").text


def test_what_only_a_system_sends_has_no_button(office: Database, sign_in: SignIn) -> None:
    case, lapor = begin(office, "for a system"), sign_in("lapor")
    wait = wait_of(office, case)
    assert wait is not None
    assert addresses(lapor.get(f"/perkara/{case}").text) == []
    refused = lapor.post(f"/perkara/{case}/pesan-ditunggu/{wait.id}")
    assert refused.status_code == 403
    assert "hanya dikirim oleh sistem" in refused.text
    assert sign_in("admin").post(f"/perkara/{case}/pesan-ditunggu/{wait.id}").status_code == 403


def test_the_list_is_read_page_by_page(office: Database, sign_in: SignIn) -> None:
    cases = [begin(office, "message") for _number in range(3)]
    found, after = list[int](), ""
    with office.reading() as session:
        while True:
            page = messages.awaited(session, actor(session, "lapor"), after, limit=2)
            found += [wait.instance_id for wait in page.items]
            assert len(page.items) <= 2
            if page.next is None:
                break
            after = page.next
    assert found == cases
    lapor = sign_in("lapor")
    last = lapor.get(f"/pesan-ditunggu?after={after}")
    assert [one.split("/")[2] for one in addresses(last.text)] == [str(cases[-1])]
    assert 'rel="prev" href="/pesan-ditunggu"' in last.text


def test_until_when_a_case_waits_is_said_and_said_anew(office: Database, sign_in: SignIn) -> None:
    case, lapor = begin(office, "time that nobody can read"), sign_in("lapor")
    assert "Sampai kapan?" in words_of(lapor.get(f"/perkara/{case}"))
    for day in ("31-12-2030", "30-12-2030"):
        [there] = addresses(lapor.get(f"/perkara/{case}").text)
        page = lapor.get(there)
        assert "Kosongkan bila sudah waktunya" in words_of(page)
        assert 'value="20' not in page.text  # nor is it filled in with what was said before
        sent = {"sampai_kapan": f"{day} 08.00", "idempotency_key": key_of(page)}
        assert lapor.post(there, **sent).status_code == 303
        with office.reading() as session:
            [job] = session.scalars(select(Job).where(Job.instance_id == case))
        assert f"{job.due_at:%d-%m-%Y %H.%M}" == f"{day} 01.00"
        assert "menunggu “" in words_of(lapor.get(f"/perkara/{case}"))
        past = {"sampai_kapan": "01-01-2020 08.00", "idempotency_key": key_of(page) + "-lampau"}
        refused = lapor.post(addresses(lapor.get(f"/perkara/{case}").text)[0], **past)
        assert refused.status_code == 422
        assert "Isi saat yang masih akan datang" in words_of(refused)
        assert "Des 2030, 08.00 WIB" in words_of(lapor.get(f"/perkara/{case}"))
    [there] = addresses(lapor.get(f"/perkara/{case}").text)
    assert lapor.post(there, idempotency_key=key_of(lapor.get(there))).status_code == 303
    with office.reading() as session:
        assert session.get_one(ProcessInstance, case).state == "ended"
        assert session.scalars(select(Job).where(Job.instance_id == case)).all() == []


def test_it_is_asked_beside_the_task_on_whose_edge_it_stands(office: Database, sign_in: SignIn) -> None:
    case, lapor = begin(office, "such a time on an edge"), sign_in("lapor")
    with office.reading() as session:
        [task] = instances.open_tasks(session, case)
    page = lapor.get(f"/tugas/{task.id}")
    [there] = addresses(page.text)
    assert "Sampai kapan?" in words_of(page)
    assert lapor.post(there, idempotency_key=key_of(lapor.get(there))).status_code == 303
    assert addresses(lapor.get(f"/tugas/{task.id}").text) == []
