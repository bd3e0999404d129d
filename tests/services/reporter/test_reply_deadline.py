"""Until when the reporter may reply: the moment at which the wait for him ends by itself, and no other timer's."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from app.models import ProcessInstance
from app.services.casefile import queries
from app.services.casefile.queries import PublicStatus
from app.services.core import clock
from app.services.definitions import definitions
from app.services.deployment import deployments
from app.services.instances import instances, messages, waits
from app.worker import fire_until
from tests.engine.building import Shape, boundary, bpmn, catch, flow, node, parallel, race, start, user
from tests.services.counting import statements
from tests.services.office import Office, form, text

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HIS = {"untuk": "pelapor", "status publik": "Menunggu data"}
JAWABAN = node("receiveTask", "jawaban", message="jawaban", form="jawab", properties=HIS)
INGAT = boundary("ingat", "jawaban", after="2 hari kalender")
HABIS = boundary("habis", "jawaban", after="10 hari kalender", interrupting=True)
PERIKSA = [
    user("periksa"),
    boundary("tenggat", "periksa", after="30 hari kalender", properties={"tenggat": "ya"}),
]


def raced(after: str) -> list[Shape]:
    """An event gateway at which the reporter's reply and a time race."""
    return [
        race("tunggu"),
        catch("jawaban", message="jawaban", form="jawab", properties=HIS),
        catch("waktu", after=after),
    ]


def inside(tag: str, *shapes: Shape, flows: str, more: str = "") -> Shape:
    """A sub-process with these shapes in it, and ``more`` XML."""
    joined = [flow(a, b) for line in flows.splitlines() for a, b in pairwise(line.split(" > "))]
    return node("subProcess", tag, inside="".join([*(one.xml() for one in shapes), *joined, more]))


def begun(office: Office, shapes: Sequence[Shape], flows: str, messages: str = "") -> ProcessInstance:
    """A case that stands where these shapes let it."""
    lane = " ".join(["masuk", *(shape.id for shape in shapes)])
    diagram = bpmn([start("masuk"), *shapes], flows, lanes={"Loket": lane}, key="tanya", outside=messages)
    with office.database.transaction() as session:
        clock.fix(session, NOW)
        deployments.deploy(session, {"tanya.bpmn": diagram, "jawab.form": form(text("pesan"))}, actor=None)
        return instances.start(session, "tanya", {"lama": [3, 9]}, actor=office.rina).instance


def read(office: Office, case: ProcessInstance) -> PublicStatus:
    with office.database.reading() as session:
        instance = session.get_one(ProcessInstance, case.id)
        return queries.public_status(session, instance, instances.open_tasks(session, case.id))


def days(at: datetime | None) -> int | None:
    """In how many days a moment is, by the office's wall."""
    zone = ZoneInfo("Asia/Jakarta")
    return (at.astimezone(zone).date() - NOW.astimezone(zone).date()).days if at else None


WAITS = {
    "raced, beside a task with a later deadline": (
        [parallel("bagi"), *PERIKSA, *raced("3 hari kalender")],
        "masuk > bagi > periksa\nbagi > tunggu > jawaban\ntunggu > waktu",
        (3, True),
    ),
    "raced, beside a task with an earlier deadline": (
        [parallel("bagi"), *PERIKSA, *raced("40 hari kalender")],
        "masuk > bagi > periksa\nbagi > tunggu > jawaban\ntunggu > waktu",
        (40, True),
    ),
    "a reminder before the end": ([JAWABAN, INGAT, HABIS], "masuk > jawaban", (10, True)),
    "a reminder alone": ([JAWABAN, INGAT], "masuk > jawaban", (None, False)),
    "a time elsewhere": (
        [parallel("bagi"), JAWABAN, catch("jeda", after="4 hari kalender")],
        "masuk > bagi > jawaban\nbagi > jeda",
        (4, False),
    ),
    "on the edge of a task that stays open": (
        [*PERIKSA, boundary("jawaban", "periksa", message="jawaban", form="jawab", properties=HIS)],
        "masuk > periksa",
        (30, False),
    ),
    "on the edge of a task that is cut off": (
        [
            user("periksa"),
            boundary("tenggat", "periksa", after="30 hari kalender", interrupting=True),
            boundary("jawaban", "periksa", message="jawaban", form="jawab", properties=HIS),
        ],
        "masuk > periksa",
        (30, True),
    ),
    "after a reminder of a task that is cut off": (
        [
            user("periksa"),
            boundary("tenggat", "periksa", after="30 hari kalender", interrupting=True),
            boundary("segera", "periksa", after="1 hari kalender"),
            JAWABAN,
        ],
        "masuk > periksa\nsegera > jawaban",
        (30, False),
    ),
    "within a stage that is cut off": (
        [
            inside("tahap", start("awal"), JAWABAN, INGAT, flows="awal > jawaban"),
            boundary("habis", "tahap", after="6 hari kalender", interrupting=True),
        ],
        "masuk > tahap",
        (6, True),
    ),
}


@pytest.mark.parametrize("which", WAITS)
def test_the_reporter_is_told_when_the_wait_for_him_ends_by_itself(office: Office, which: str) -> None:
    shapes, flows, wanted = WAITS[which]
    outside = '<bpmn:message id="message_jawaban" name="jawaban"/>' if "stage" in which else ""
    case = begun(office, shapes, flows, outside)
    if "after a reminder" in which:
        fire_until(office.database, NOW + timedelta(days=2))
    found = read(office, case)
    assert (days(found.next_on), found.for_reply) == wanted


def test_each_round_ends_at_its_own_time(office: Office) -> None:
    loop = (
        "<bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="
        '"=lama" inputElement="satu"/></bpmn:extensionElements>'
    )
    more = f"<bpmn:multiInstanceLoopCharacteristics>{loop}</bpmn:multiInstanceLoopCharacteristics>"
    shapes = [start("awal"), *raced('=string(satu) + " hari kalender"')]
    each = inside("tiap", *shapes, flows="awal > tunggu > jawaban\ntunggu > waktu", more=more)
    case = begun(office, [each], "masuk > tiap", '<bpmn:message id="message_jawaban" name="jawaban"/>')
    with office.database.reading() as session:
        version = definitions.version(session, case.definition_id)
        awaited = messages.waiting(session, case.id)
        assert sorted(days(waits.ends_on(session, case, version, one)) or 0 for one in awaited) == [3, 9]


def test_a_state_that_cannot_be_read_does_not_keep_the_reporter_from_looking(office: Office) -> None:
    case = begun(office, [JAWABAN, HABIS], "masuk > jawaban")
    with office.database.transaction() as session:
        session.get_one(ProcessInstance, case.id).engine_state = b"bukan keadaan"
    assert days(read(office, case).next_on) == 10


def test_the_moment_costs_no_statement_of_its_own(office: Office) -> None:
    case = begun(office, [JAWABAN, HABIS], "masuk > jawaban")
    with office.database.reading() as session:
        version, instance = (
            definitions.version(session, case.definition_id),
            session.get_one(ProcessInstance, case.id),
        )
        [wait] = messages.waiting(session, case.id)
        with statements(office.database) as sent:
            assert days(waits.ends_on(session, instance, version, wait)) == 10
        assert sent == []
