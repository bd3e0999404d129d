"""Reports that are joined to another case: what stops, what stays, who reads what, and back again."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from app.base.errors import Conflict, InvalidForm, NotAllowed, NotFound
from app.history import reader
from app.models import Job, ProcessInstance, User, UserTask
from app.services import identity
from app.services.casefile import masking
from app.services.core import clock
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.instances import cancellation, instances
from app.services.numbers import recount, totals
from app.services.reporter import correspondence, joined_reports, ratings, reporter
from app.services.reporter.reporter import PublicInstance
from app.services.tasks import tasks
from tests.services.office import Office

pytestmark = pytest.mark.usefixtures("facts_follow")


@pytest.fixture
def main(office: Office) -> ProcessInstance:
    return office.start(judul="Jembatan Nguntoronadi retak", pelapor="Bu Sri")


@pytest.fixture
def report(office: Office) -> ProcessInstance:
    return office.start(judul="Ada retakan pada jembatan", pelapor="Pak Darmo")


def join(office: Office, report: ProcessInstance, main: ProcessInstance, actor: Actor | None = None) -> None:
    with office.database.transaction() as session:
        joined_reports.join(session, report.id, main.id, actor=actor or office.rina)


def part(office: Office, report: ProcessInstance, reason: str = "bukan jembatan yang sama") -> None:
    with office.database.transaction() as session:
        joined_reports.part(session, report.id, reason, actor=office.rina)


def face_of(office: Office, case: ProcessInstance) -> PublicInstance:
    with office.database.reading() as session:
        return reporter.overview(session, session.get_one(ProcessInstance, case.id))


def waiting(office: Office, case: ProcessInstance) -> list[Sequence[object]]:
    """The open tasks and timers of a case."""
    with office.database.reading() as session:
        opened = select(UserTask.id, UserTask.due_at).where(
            UserTask.instance_id == case.id, UserTask.state == "open"
        )
        clocks = select(Job.id, Job.due_at, Job.retries).where(Job.instance_id == case.id)
        return [*map(tuple, session.execute(opened)), *map(tuple, session.execute(clocks.order_by(Job.id)))]


def events_of(office: Office, case: ProcessInstance) -> list[str]:
    with office.database.reading() as session:
        return [one.event.type for one in reader.of_instance(session, case.id)]


def state_of(office: Office, case: ProcessInstance) -> str:
    with office.database.reading() as session:
        return session.get_one(ProcessInstance, case.id).state


def complete(office: Office, case: ProcessInstance) -> None:
    """Let the main case go through to its end."""
    for values, actor in (({"hasil": "cukup", "unit": "A"}, office.rina), ({}, office.dinas_a)):
        with office.database.transaction() as session:
            [task] = instances.open_tasks(session, case.id)
            tasks.complete(session, task.id, values, {}, actor=actor)


def test_a_joined_report_has_no_work_and_goes_on_where_it_stood_when_it_is_parted(
    office: Office, main: ProcessInstance, report: ProcessInstance
) -> None:
    before = waiting(office, report)
    assert before
    join(office, report, main)
    assert (state_of(office, report), waiting(office, report)) == ("joined", [])
    part(office, report)
    assert (state_of(office, report), waiting(office, report)) == ("active", before)
    complete(office, report)
    assert state_of(office, report) == "ended"
    assert state_of(office, main) == "active"


def test_each_step_is_in_the_history_of_both_and_tells_no_identity(
    office: Office, main: ProcessInstance, report: ProcessInstance
) -> None:
    join(office, report, main)
    part(office, report)
    assert [one for one in events_of(office, report) if one.startswith("report_")] == [
        "report_joined",
        "report_parted",
    ]
    assert [one for one in events_of(office, main) if one.startswith("report_")] == [
        "report_added",
        "report_removed",
    ]
    with office.database.reading() as session:
        told = str(list(reader.of_instance(session, main.id)))
    assert "Darmo" not in told


def test_the_reporter_reads_how_the_main_case_stands_and_only_his_own_words(
    office: Office, main: ProcessInstance, report: ProcessInstance
) -> None:
    with office.database.transaction() as session:
        correspondence.write_to_office(session, main.id, "Rumah saya di sebelahnya")
        correspondence.write_to_reporter(session, main.id, "Untuk yang pertama", actor=office.rina)
    join(office, report, main)
    with office.database.transaction() as session:
        correspondence.write_to_office(session, report.id, "Sudah ada yang jatuh")
        correspondence.write_to_reporter(session, main.id, "Minggu depan ditutup", actor=office.rina)
    face = face_of(office, report)
    assert face.joined
    assert [one.text for one in face.messages] == ["Sudah ada yang jatuh", "Minggu depan ditutup"]
    assert face.status.text == "Diperiksa"
    assert [one.text for one in face.way] == [
        "Laporan dicatat",
        "Diperiksa",
        "Digabung dengan laporan lain tentang hal yang sama",
        "Diperiksa",
    ]
    complete(office, main)
    face = face_of(office, report)
    assert (face.status.ended, face.status.text, face.wanted) == (True, "Selesai", None)
    assert [one.text for one in face_of(office, main).messages][-1] == "Minggu depan ditutup"


def test_officers_of_the_main_case_read_the_joined_reporter_with_his_number(
    office: Office, main: ProcessInstance, report: ProcessInstance
) -> None:
    join(office, report, main)
    with office.database.transaction() as session:
        correspondence.write_to_office(session, report.id, "Sudah ada yang jatuh")
        [(message, number)] = correspondence.letters_of(session, main.id, actor=office.rina)
    assert (message.text, number) == ("Sudah ada yang jatuh", report.business_key)


def test_each_keeps_its_identity_behind_its_own_gate(
    office: Office, main: ProcessInstance, report: ProcessInstance
) -> None:
    join(office, report, main)
    with office.database.transaction() as session:
        for case, name in ((main, "Bu Sri"), (report, "Pak Darmo")):
            instance = session.get_one(ProcessInstance, case.id)
            version = definitions.version(session, instance.definition_id)
            assert identity.show(session, office.rina, instance, version) == {"pelapor": name}
    shown = [events_of(office, case).count("identity_shown") for case in (main, report)]
    assert shown == [1, 1]


def test_who_sees_the_main_case_alone_has_no_way_to_the_report(
    office: Office, main: ProcessInstance, report: ProcessInstance
) -> None:
    join(office, report, main)
    with office.database.transaction() as session:
        [task] = instances.open_tasks(session, main.id)
        tasks.complete(session, task.id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.rina)
    with office.database.reading() as session:
        _main, [seen] = joined_reports.joins_of(session, main.id, actor=office.dinas_a)
        assert (seen.number, seen.visible) == (report.business_key, False)
        of_main, [seen] = joined_reports.joins_of(session, main.id, actor=office.rina)
        assert (of_main, seen.visible) == (None, True)
        found, others = joined_reports.joins_of(session, report.id, actor=office.rina)
        assert found is not None
        assert (found.number, found.visible, others) == (main.business_key, True, [])


def test_the_numbers_count_it_received_and_joined_and_nothing_else(
    office: Office, main: ProcessInstance, report: ProcessInstance
) -> None:
    def figures() -> tuple[int, int, int, int]:
        with office.database.reading() as session:
            assert list(recount.differences(session)) == []
            found = totals.summed(session, "uji")[()]
            return found.received, found.finished, found.joined, found.received - found.ended

    join(office, report, main)
    assert figures() == (2, 0, 1, 1)
    complete(office, main)
    assert figures() == (2, 1, 1, 0)
    part(office, report)
    assert figures() == (2, 1, 0, 1)


@pytest.mark.parametrize("who", ["dinas_a", "auditor", "owner"])
def test_who_does_not_take_reports_in_or_work_on_one_may_not_join_it(
    office: Office, main: ProcessInstance, report: ProcessInstance, who: str
) -> None:
    with pytest.raises((NotFound, NotAllowed)):
        join(office, report, main, getattr(office, who))
    assert state_of(office, report) == "active"


def test_there_is_one_level_and_both_run(
    office: Office, main: ProcessInstance, report: ProcessInstance
) -> None:
    other = office.start()
    with pytest.raises(Conflict):
        join(office, report, report)
    join(office, report, main)
    for one, to in ((report, other), (other, report), (main, other)):
        with pytest.raises(Conflict):
            join(office, one, to)
    with office.database.transaction() as session:
        cancellation.cancel(session, main.id, "ganda", actor=office.ketua)
    with pytest.raises(Conflict):
        join(office, other, main)
    part(office, report)
    assert state_of(office, report) == "active"


@pytest.mark.parametrize("reason", ["", " ", "x" * 1_001])
def test_parting_needs_a_reason_and_one_who_may(
    office: Office, main: ProcessInstance, report: ProcessInstance, reason: str
) -> None:
    join(office, report, main)
    with pytest.raises(InvalidForm):
        part(office, report, reason)
    with office.database.transaction() as session, pytest.raises(NotAllowed):
        joined_reports.part(session, report.id, "salah", actor=office.owner)
    assert state_of(office, report) == "joined"


def test_the_reason_of_parting_is_masked_in_both(
    office: Office, main: ProcessInstance, report: ProcessInstance
) -> None:
    join(office, report, main)
    part(office, report, "kata pelapor, WA 0812-3456-7890")
    for case in (report, main):
        with office.database.transaction() as session:
            assert "3456-7890" not in str(list(reader.of_instance(session, case.id)))
            row = session.get_one(ProcessInstance, case.id)
            version = definitions.version(session, row.definition_id)
            assert "0812-3456-7890" in identity.show(session, office.rina, row, version).values()


@pytest.mark.parametrize("gone", ["disabled", "left"])
def test_a_task_of_who_is_gone_goes_back_to_its_lane(
    office: Office, main: ProcessInstance, report: ProcessInstance, gone: str
) -> None:
    with office.database.transaction() as session:
        [task] = instances.open_tasks(session, report.id)
        tasks.claim(session, task.id, actor=office.budi)
    join(office, report, main)
    with office.database.transaction() as session:
        budi = session.get_one(User, office.budi.id)
        if gone == "disabled":
            budi.disabled_at = clock.now(session)
        else:
            budi.groups.clear()
    part(office, report)
    with office.database.reading() as session:
        [task] = instances.open_tasks(session, report.id)
        assert (task.assignee_id, task.claimed_at) == (None, None)
    assert "task_released" in events_of(office, report)


def test_a_rating_of_the_main_case_is_none_of_a_report_that_goes_on(
    office: Office, main: ProcessInstance, report: ProcessInstance
) -> None:
    join(office, report, main)
    complete(office, main)
    with office.database.transaction() as session:
        ratings.rate(session, report.id, "2", "")
    part(office, report)
    with office.database.reading() as session:
        assert ratings.rating_of(session, report.id) is None
        assert [row.rated for row in totals.summed(session, "uji", "month").values()] == [0]
        assert list(recount.differences(session)) == []


def test_words_that_are_masked_meanwhile_do_not_come_back(
    office: Office, main: ProcessInstance, report: ProcessInstance
) -> None:
    join(office, report, main)
    with office.database.transaction() as session:
        masking.mark(session, report.id, ["retakan"], "nama orang", actor=office.rina)
    part(office, report)
    with office.database.reading() as session:
        assert "retakan" not in str(session.get_one(ProcessInstance, report.id).variables)
