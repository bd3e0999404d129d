"""Who finds his task gone reads what became of it: no sentence says that somebody was faster where nobody was."""

from datetime import UTC, datetime, timedelta

import pytest

from app.base.errors import Conflict, TaskClosed, TaskCompleted, TaskHandedOn, TaskTaken
from app.base.i18n import speaking
from app.models import ProcessInstance
from app.services.core import clock
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.instances import cancellation, instances, jobs
from app.services.tasks import tasks
from tests.engine.building import boundary, bpmn, end, start, user
from tests.services.bell import hand_on, heard
from tests.services.office import Office, add_user, form, text

DONE = {"hasil": "cukup", "unit": "A"}


def claimed(office: Office) -> str:
    """A task that Rina holds."""
    task = office.open_task(office.start())
    with office.database.transaction() as session:
        tasks.claim(session, task.id, actor=office.rina)
    return task.id


def lost(office: Office, task_id: str, *, actor: Actor) -> Conflict:
    with pytest.raises(Conflict) as refused, office.database.transaction() as session:
        tasks.complete(session, task_id, DONE, {}, actor=actor)
    return refused.value


def lead(office: Office) -> Actor:
    """A coordinator who works in the lane himself."""
    with office.database.transaction() as session:
        return add_user(session, "sari", "Loket", "Ketua")


def test_who_lost_a_task_to_the_coordinator_is_told_and_reads_who_took_it_and_why(office: Office) -> None:
    task_id, sari = claimed(office), lead(office)
    hand_on(office, task_id, sari, "Rina cuti", actor=sari)
    assert heard(office, office.rina) == ["Sari mengambil alih tugas Periksa dari Anda: Rina cuti"]
    assert heard(office, sari) == []
    refused = lost(office, task_id, actor=office.rina)
    assert isinstance(refused, TaskHandedOn)
    assert str(refused).startswith("Sari mengambil alih tugas ini pada ")
    assert str(refused).endswith(" WIB: Rina cuti")


def test_who_lost_a_task_to_a_colleague_reads_who_has_it_and_who_decided_so(office: Office) -> None:
    task_id = claimed(office)
    hand_on(office, task_id, office.budi, "Rina cuti", actor=office.ketua)
    assert heard(office, office.rina) == ["Ketua mengalihkan tugas Periksa dari Anda kepada Budi: Rina cuti"]
    with speaking("en"):
        assert heard(office, office.rina) == ["Ketua handed the task Periksa from you to Budi: Rina cuti"]
        assert str(lost(office, task_id, actor=office.rina)).startswith("Ketua handed this task to Budi on ")
    assert str(lost(office, task_id, actor=office.rina)).startswith(
        "Ketua mengalihkan tugas ini kepada Budi pada "
    )


def test_who_hands_his_own_task_on_is_not_told_what_he_knows(office: Office) -> None:
    task_id = claimed(office)
    hand_on(office, task_id, office.budi, "Saya cuti", actor=office.rina)
    assert heard(office, office.rina) == []
    assert str(lost(office, task_id, actor=office.rina)).startswith(
        "Anda mengalihkan tugas ini kepada Budi pada "
    )


def test_a_task_claimed_after_it_was_handed_on_and_given_back_is_a_matter_of_who_was_faster(
    office: Office,
) -> None:
    task_id, sari = claimed(office), lead(office)
    hand_on(office, task_id, office.budi, "Rina cuti", actor=office.ketua)
    with office.database.transaction() as session:
        tasks.release(session, task_id, actor=office.budi)
        tasks.claim(session, task_id, actor=sari)
    refused = lost(office, task_id, actor=office.rina)
    assert isinstance(refused, TaskTaken)
    assert str(refused).startswith("Sari sedang mengerjakan tugas ini sejak ")


def test_who_completes_twice_is_not_told_of_somebody_else(office: Office) -> None:
    task_id = claimed(office)
    with office.database.transaction() as session:
        tasks.complete(session, task_id, DONE, {}, actor=office.rina)
    own, other = (lost(office, task_id, actor=actor) for actor in (office.rina, office.budi))
    assert isinstance(own, TaskCompleted)
    assert str(own).startswith("Anda sendiri sudah menyelesaikan tugas ini pada ")
    assert str(other).startswith("Tugas ini sudah diselesaikan Rina pada ")


def test_a_task_of_a_cancelled_case_says_by_whom_and_why(office: Office) -> None:
    task_id = claimed(office)
    with office.database.transaction() as session:
        case = tasks.get(session, task_id, actor=office.rina).task.instance_id
        cancellation.cancel(session, case, "Laporan ganda", actor=office.owner)
    refused = lost(office, task_id, actor=office.rina)
    assert isinstance(refused, TaskClosed)
    assert str(refused).startswith("Pemilik membatalkan perkara ini pada ")
    assert str(refused).endswith(": Laporan ganda")


def ran_out(office: Office) -> tuple[ProcessInstance, str]:
    """A case whose task was ended by its deadline."""
    shapes = [start("mulai", form="terima"), user("kerjakan"),
              boundary("lewat", "kerjakan", after="3 hari", name="Tiga hari lewat", interrupting=True),
              end("telat"), user("lain"), end("selesai")]  # fmt: skip
    diagram = bpmn(shapes, "mulai > kerjakan > selesai\nlewat > lain > telat",
                   lanes={"Loket": "mulai kerjakan lewat telat lain selesai"}, key="tempo")  # fmt: skip
    with office.database.transaction() as session:
        deployments.deploy(session, {"tempo.bpmn": diagram, "terima.form": form(text("isi"))}, actor=None)
        case = instances.start(session, "tempo", {}, actor=office.rina).instance
    task = office.open_task(case)
    with office.database.transaction() as session:
        clock.fix(session, datetime.now(UTC) + timedelta(days=30))
        [job] = jobs.due(session, datetime.now(UTC) + timedelta(days=30))
        jobs.fire(session, job)
    return case, task.id


def test_a_task_that_its_deadline_ended_says_so(office: Office) -> None:
    _case, task_id = ran_out(office)
    refused = lost(office, task_id, actor=office.rina)
    assert isinstance(refused, TaskClosed)
    assert str(refused).endswith("karena waktunya habis: Tiga hari lewat.")
