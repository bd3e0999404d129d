"""What reporters say is not settled: while the process lets them, at which step it goes on, and who reads why."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.base.errors import Conflict, InvalidForm
from app.commands.instances.messages import reopen_report
from app.commands.transaction import Command
from app.engine.reading.reader import read_diagrams
from app.history import reader
from app.history.catalogue import REPORTER
from app.history.events.migration import CaseReopened
from app.models import ProcessInstance, ReporterMessage
from app.services.core import clock
from app.services.instances import cancellation, instances
from app.services.reporter import joined_reports, reopening, reporter
from app.services.tasks import tasks
from tests.engine.building import bpmn, end, start, user
from tests.services.migration.moving import deploy
from tests.services.migration.over import BEGIN, ended, fits
from tests.services.office import Office, procedure

SAID = "Lampunya masih mati"


def naming(**said: str) -> dict[str, bytes]:
    """The procedure, whose process names for how long and where: ``lama``, ``ke``."""
    files = procedure()
    own = '<spiffworkflow:property name="{}" value="{}"/>'
    given = {"belum selesai": said.get("lama", ""), "belum selesai kembali ke": said.get("ke", "")}
    more = "".join(own.format(name, value) for name, value in given.items() if value)
    kept = b'name="identitas" value="Loket"/>'
    return {**files, "uji.bpmn": files["uji.bpmn"].replace(kept, kept + more.encode())}


def say(
    office: Office, case: ProcessInstance, text: str = SAID, after: timedelta = timedelta(days=3)
) -> None:
    with office.database.transaction() as session:
        clock.fix(session, BEGIN + after)
        reopening.reopen(session, case.id, text)


def test_the_case_goes_on_where_the_process_says_and_the_lane_reads_why(office: Office) -> None:
    deploy(office, naming(lama="10 hari kerja", ke="Periksa"))
    case = ended(office)
    with office.database.transaction() as session:
        clock.fix(session, BEGIN + timedelta(days=3))
        face = reporter.overview(session, session.get_one(ProcessInstance, case.id))
        assert face.unsettled_until == datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
    say(office, case, f"{SAID}, telepon saya 0812-3456-7890")
    task = office.open_task(case)
    assert (task.activity_id, task.lane, task.assignee_id) == ("periksa", "Loket", None)
    with office.database.reading() as session:
        [entry] = reader.of_kinds(session, case.id, CaseReopened)
        assert (entry.actor, entry.event.by) == (None, REPORTER)  # type: ignore[attr-defined]
        [row] = session.scalars(select(ReporterMessage).where(ReporterMessage.instance_id == case.id))
        assert row.text.startswith(SAID)
        assert "0812" not in row.text
        face = reporter.overview(session, session.get_one(ProcessInstance, case.id))
        assert (face.ended_at, face.unsettled_until) == (None, None)
    fits(office)


def test_without_a_step_it_goes_on_at_the_one_done_last(office: Office) -> None:
    deploy(office, naming(lama="10 hari kerja"))
    case = ended(office)
    say(office, case)
    assert office.open_task(case).activity_id == "kerjakan"
    fits(office)


def test_it_is_said_once_for_each_end_and_only_for_so_long(office: Office) -> None:
    silent = ended(office)
    with pytest.raises(Conflict):
        say(office, silent)
    deploy(office, naming(lama="3 hari kerja"))
    late, case, cancelled = ended(office), ended(office), office.start()
    with pytest.raises(Conflict):
        say(office, late, after=timedelta(days=4))
    say(office, case, after=timedelta(days=2))
    with pytest.raises(Conflict):
        say(office, case, after=timedelta(days=2))
    with office.database.transaction() as session:
        clock.fix(session, BEGIN)
        cancellation.cancel(session, cancelled.id, "keliru", actor=office.owner)
    with pytest.raises(Conflict):
        say(office, cancelled, after=timedelta(days=1))


def test_words_are_needed_and_nothing_is_done_without(office: Office) -> None:
    deploy(office, naming(lama="3 hari kerja"))
    case = ended(office)
    for text in (" ", "x" * 2_001):
        with pytest.raises(InvalidForm):
            say(office, case, text, timedelta(days=1))
    with office.database.reading() as session:
        assert session.get_one(ProcessInstance, case.id).state == "ended"


def test_whoever_is_joined_to_a_case_lets_that_go_on(office: Office) -> None:
    deploy(office, naming(lama="10 hari kerja", ke="periksa"))
    with office.database.transaction() as session:
        clock.fix(session, BEGIN)
        values = {"judul": "Lampu"}
        main, joined = (
            instances.start(session, "uji", values, actor=office.rina).instance for _number in range(2)
        )
        joined_reports.join(session, joined.id, main.id, actor=office.rina)
    for actor, given in ((office.rina, {"hasil": "cukup", "unit": "A"}), (office.dinas_a, {})):
        with office.database.transaction() as session:
            clock.fix(session, BEGIN + timedelta(hours=1))
            [task] = instances.open_tasks(session, main.id)
            tasks.complete(session, task.id, given, {}, actor=actor)
    say(office, joined, after=timedelta(days=1))
    assert office.open_task(main).activity_id == "periksa"
    fits(office)


def test_the_same_command_twice_is_done_once(office: Office) -> None:
    deploy(office, naming(lama="3000 hari"))
    case = ended(office)
    for _time in range(2):
        command = Command("reopen_report", str(case.id), "kunci", {"text": SAID})
        reopen_report(office.database, command, case.id, SAID)
    with office.database.reading() as session:
        assert len(reader.of_kinds(session, case.id, CaseReopened)) == 1


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({"belum selesai": "10 hari kerja"}, set()),
        ({"belum selesai": "2 minggu", "belum selesai kembali ke": "TELAAH"}, set()),
        ({"belum selesai": "sebentar"}, {"unsettled_unreadable"}),
        ({"belum selesai": "H-3"}, {"unsettled_unreadable"}),
        ({"belum selesai": "3 hari", "belum selesai kembali ke": "tidak ada"}, {"unsettled_step_unknown"}),
        ({"belum selesai kembali ke": "telaah"}, {"unsettled_without_time"}),
    ],
)
def test_what_cannot_be_read_is_told_at_deployment(said: dict[str, str], codes: set[str]) -> None:
    xml = bpmn([start(), user("telaah"), end()], "start > telaah > end", properties=said)
    [diagram] = read_diagrams(xml, file="uji.bpmn")
    assert {one.code for one in diagram.findings if one.code.startswith("unsettled")} == codes
