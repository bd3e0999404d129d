"""Claim, release, reassign and complete, by people with and without the right."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.base.errors import Conflict, ExecutionFailed, InvalidForm, NotAllowed, NotFound
from app.history import reader
from app.models import OutboxMessage, User, UserTask
from app.services.casefile import instance_lists
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.instances import cancellation, incidents, instances
from app.services.notifications import texts
from app.services.people import users
from app.services.people.profiles import Profile
from app.services.tasks import drafts, inbox, inbox_counts, tasks
from app.services.tasks.inbox import Filters
from tests.engine.building import bpmn, end, exclusive, flow, start, user
from tests.services.office import Office


def types(office: Office, instance_id: int) -> list[str]:
    with office.database.reading() as session:
        return [event.type for event in reader.of_instance(session, instance_id)]


def test_lists_carry_no_more_of_a_subject_than_anybody_reads(office: Office) -> None:
    case = office.start(judul="x" * 3_000)
    assert len(case.subject) == 1_000
    assert len(case.variables["judul"]) == 3_000


def test_a_case_goes_from_the_counter_to_the_unit_and_ends(office: Office) -> None:
    case = office.start()
    assert case.business_key.startswith("UJI-")
    assert case.subject == "Lampu mati"
    task = office.open_task(case)
    with office.database.transaction() as session:
        tasks.complete(session, task.id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.rina)
    task = office.open_task(case)
    assert (task.lane, task.unit_code) == ("Unit", "A")
    with office.database.transaction() as session:
        tasks.complete(session, task.id, {}, {}, actor=office.dinas_a)
    with office.database.reading() as session:
        ended = instances.get(session, case.id, actor=office.rina)
        assert (ended.state, ended.end_name, ended.engine_state) == ("ended", "Selesai", b"")
    assert types(office, case.id)[0] == "instance_started"
    assert types(office, case.id)[-1] == "instance_ended"


def test_a_task_of_a_unit_is_hidden_from_the_other_unit(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        work = {"hasil": "cukup", "unit": "A"}
        tasks.complete(session, office.open_task(case).id, work, {}, actor=office.rina)
    task = office.open_task(case)
    with office.database.transaction() as session, pytest.raises(NotFound):
        tasks.complete(session, task.id, {}, {}, actor=office.dinas_b)
    with office.database.reading() as session:
        assert inbox_counts.counts(session, actor=office.dinas_a)["queue"] == 1
        assert inbox_counts.counts(session, actor=office.dinas_b)["queue"] == 0
        assert (
            instance_lists.page(session, instance_lists.InstanceFilters(), actor=office.dinas_b).items == []
        )


def test_without_a_unit_the_whole_lane_is_offered_the_task_and_the_case_warns(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        tasks.complete(session, office.open_task(case).id, {"hasil": "cukup"}, {}, actor=office.rina)
    assert office.open_task(case).unit_code is None
    assert "unit_missing" in types(office, case.id)


def test_somebody_who_may_see_but_not_work_is_refused_before_his_form_is_checked(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session, pytest.raises(NotAllowed):
        tasks.complete(session, office.open_task(case).id, {}, {}, actor=office.owner)


def test_two_claims_have_one_winner_whose_name_the_other_reads(office: Office) -> None:
    task = office.open_task(office.start())
    with office.database.transaction() as session:
        tasks.claim(session, task.id, actor=office.rina)
    with office.database.transaction() as session, pytest.raises(Conflict, match="Rina"):
        tasks.claim(session, task.id, actor=office.budi)
    with office.database.transaction() as session, pytest.raises(Conflict, match="Rina"):
        tasks.complete(session, task.id, {"hasil": "cukup"}, {}, actor=office.budi)


def test_completing_twice_tells_who_was_faster_and_when(office: Office) -> None:
    task = office.open_task(office.start())
    with office.database.transaction() as session:
        tasks.complete(session, task.id, {"hasil": "cukup"}, {}, actor=office.rina)
    with office.database.transaction() as session, pytest.raises(Conflict, match=r"Rina pada .* WIB"):
        tasks.complete(session, task.id, {"hasil": "cukup"}, {}, actor=office.budi)


def test_a_released_task_is_free_for_others(office: Office) -> None:
    case = office.start()
    task = office.open_task(case)
    with office.database.transaction() as session:
        tasks.claim(session, task.id, actor=office.rina)
    with office.database.transaction() as session, pytest.raises(NotAllowed):
        tasks.release(session, task.id, actor=office.budi)
    with office.database.transaction() as session:
        tasks.release(session, task.id, actor=office.rina)
    with office.database.transaction() as session:
        assert tasks.claim(session, task.id, actor=office.budi).assignee_id == office.budi.id
    assert types(office, case.id)[-3:] == ["task_claimed", "task_released", "task_claimed"]


def test_the_coordinator_reassigns_with_a_reason_and_only_within_the_lane(office: Office) -> None:
    task = office.open_task(office.start())
    with office.database.transaction() as session:
        budi, dina = session.get(User, office.budi.id), session.get(User, office.dinas_a.id)
        assert budi is not None
        assert dina is not None
        with pytest.raises(InvalidForm) as error:
            tasks.reassign(session, task.id, dina, "", actor=office.ketua)
        assert set(error.value.errors) == {"reason", "to"}
        with pytest.raises(NotAllowed):
            tasks.reassign(session, task.id, budi, "libur", actor=office.rina)
        assert tasks.reassign(session, task.id, budi, "libur", actor=office.ketua).assignee_id == budi.id


def test_form_errors_keep_what_was_typed(office: Office) -> None:
    task = office.open_task(office.start())
    with office.database.transaction() as session, pytest.raises(InvalidForm) as error:
        tasks.complete(session, task.id, {"unit": "A"}, {}, actor=office.rina)
    assert set(error.value.errors) == {"hasil"}
    assert error.value.values["unit"] == "A"


def test_a_failing_diagram_rolls_back_and_opens_one_incident_until_it_is_retried(office: Office) -> None:
    case = office.start()
    task = office.open_task(case)
    for _round in range(2):
        with pytest.raises(ExecutionFailed) as error, office.database.transaction() as session:
            tasks.complete(session, task.id, {"hasil": "entah"}, {}, actor=office.rina)
        with office.database.transaction() as session:
            drafts.save(session, office.rina, f"task:{task.id}", {"hasil": "entah"})
            incidents.report(session, task.id, str(error.value), error.value.activity_id, actor=office.rina)
    with office.database.transaction() as session:
        [incident] = incidents.page(session, actor=office.owner).items
        assert incident.instance is not None
        assert incident.instance.state == "incident"
        assert incident.activity_id == "cukup"
        with pytest.raises(NotAllowed):
            incidents.retry(session, incident.id, actor=office.rina)
        assert incidents.retry(session, incident.id, actor=office.owner).instance.state == "active"
    with office.database.transaction() as session:
        tasks.complete(session, task.id, {"hasil": "cukup"}, {}, actor=office.rina)


def test_identity_goes_nowhere_but_into_its_vault(office: Office) -> None:
    from app.models import HistoryEvent
    from app.services import identity
    from app.services.definitions import definitions

    case = office.start(pelapor="Canary Satu")
    with office.database.transaction() as session:
        instance = instances.get(session, case.id, actor=office.rina)
        version = definitions.version(session, instance.definition_id)
        assert "Canary" not in repr(instance.variables)
        assert "Canary" not in repr([e.data for e in session.query(HistoryEvent)])
        with pytest.raises(NotAllowed):
            identity.show(session, office.auditor, instance, version)
        assert identity.show(session, office.rina, instance, version) == {"pelapor": "Canary Satu"}
    assert types(office, case.id)[-1] == "identity_shown"


def test_the_inbox_pages_by_key_and_filters(office: Office) -> None:
    for number in range(5):
        office.start(judul=f"Laporan {number}", nomor=str(10_000 + number))
    with office.database.reading() as session:
        first = inbox.page(session, Filters(tab="queue"), actor=office.rina, limit=3)
        assert first.next is not None
        rest = inbox.page(session, Filters(tab="queue"), actor=office.rina, after=first.next, limit=3)
        seen = [task.instance.subject for task in (*first.items, *rest.items)]
        assert sorted(seen) == [f"Laporan {n}" for n in range(5)]
        assert rest.next is None
        found = inbox.page(session, Filters(tab="queue", q="laporan 3"), actor=office.rina)
        assert [task.instance.business_key for task in found.items] == ["10003"]
        with pytest.raises(InvalidForm):
            inbox.page(session, Filters(), actor=office.rina, after="bukan-penunjuk")


def test_tasks_of_one_deadline_are_listed_in_the_order_in_which_they_were_opened(office: Office) -> None:
    for number in range(6):
        office.start(judul=f"Laporan {number}", nomor=str(10_000 + number))
    with office.database.transaction() as session:
        [due] = set(session.scalars(select(UserTask.sort_at).limit(1)))
        session.execute(update(UserTask).values(sort_at=due))
    with office.database.reading() as session:
        seen, after = [], ""
        while True:
            page = inbox.page(session, Filters(tab="queue"), actor=office.rina, after=after, limit=2)
            seen += [task.instance.subject for task in page.items]
            if page.next is None:
                break
            after = page.next
    assert seen == [f"Laporan {number}" for number in range(6)]


def test_a_case_is_cancelled_with_a_reason_by_owner_or_coordinator(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        with pytest.raises(NotAllowed):
            cancellation.cancel(session, case.id, "salah", actor=office.rina)
        with pytest.raises(InvalidForm):
            cancellation.cancel(session, case.id, " ", actor=office.ketua)
        assert cancellation.cancel(session, case.id, "salah kirim", actor=office.ketua).state == "cancelled"
    with office.database.reading() as session:
        assert instances.open_tasks(session, case.id) == []


def test_who_holds_a_task_is_told_when_its_case_is_cancelled_by_another(office: Office) -> None:
    def told(canceller: Actor) -> list[tuple[str, Any]]:
        case = office.start()
        with office.database.transaction() as session:
            [task] = instances.open_tasks(session, case.id)
            task.assignee_id = office.ketua.id
            session.flush()
            cancellation.cancel(session, case.id, " salah kirim ", actor=canceller)
            sent = select(OutboxMessage).where(OutboxMessage.instance_id == case.id)
            return [(texts.words(one.body), one.audience) for one in session.scalars(sent)]

    said, [whom] = told(office.owner)[0][0], [to["users"] for _words, to in told(office.owner)]
    assert "membatalkan perkara ini, dan dengan itu tugas Anda" in said
    assert said.endswith(": salah kirim")
    assert whom == [office.ketua.id]
    assert told(office.ketua) == []


def test_only_the_lane_of_the_start_event_may_start_and_numbers_are_unique(office: Office) -> None:
    with office.database.transaction() as session, pytest.raises(NotAllowed):
        instances.start(session, "uji", {"judul": "x"}, actor=office.dinas_a)
    office.start(nomor="4711")
    with office.database.transaction() as session, pytest.raises(Conflict):
        instances.start(session, "uji", {"judul": "x", "nomor": "4711"}, actor=office.rina)


def test_a_private_key_that_no_form_asks_for_still_counts_as_identity(office: Office) -> None:
    from app.services import identity
    from app.services.definitions import definitions

    case = office.start()
    with office.database.reading() as session:
        version = definitions.version(session, case.definition_id)
        parted = identity.part(session, None, {"pelapor": "Canary", "judul": "x"}, version)
    assert parted == ({"judul": "x"}, {"pelapor": "Canary"})


@pytest.mark.parametrize("unit", ["dinas yang tidak ada", "X" * 200])
def test_a_unit_that_does_not_exist_hides_the_task_from_nobody(office: Office, unit: str) -> None:
    case = office.start()
    with office.database.transaction() as session:
        work = {"hasil": "cukup", "unit": unit}
        tasks.complete(session, office.open_task(case).id, work, {}, actor=office.rina)
    assert office.open_task(case).unit_code is None
    assert "unit_missing" in types(office, case.id)


def test_only_the_question_that_is_asked_takes_an_answer(office: Office) -> None:
    shapes = [start("mulai"), user("periksa"), exclusive("cukup", name="Cukup?"), end("ya"), end("tidak")]
    flows = ["mulai > periksa > cukup", flow("cukup", "ya"), flow("cukup", "tidak")]
    lanes = {"Loket": "mulai periksa cukup ya tidak"}
    with office.database.transaction() as session:
        files = {"tanya.bpmn": bpmn(shapes, flows, lanes=lanes, key="tanya", name="Tanya")}
        deployments.deploy(session, files, actor=None)
        case = instances.start(session, "tanya", {}, actor=office.rina).instance
    task = office.open_task(case)
    with office.database.transaction() as session:
        question = tasks.get(session, task.id, actor=office.rina).question
        assert question is not None
        answer = {"cukup": question.answers[0][0]}
        for wrong in ({"lain": "x", **answer}, {"lain": [], **answer}):
            with pytest.raises(InvalidForm) as refused:
                tasks.complete(session, task.id, {}, wrong, actor=office.rina)
            assert list(refused.value.errors) == ["lain"]
        many = {f"gateway_{n}": "x" for n in range(100)}
        with pytest.raises(InvalidForm) as refused:
            tasks.complete(session, task.id, {}, many, actor=office.rina)
        assert len(refused.value.errors) == 21  # with the one that is missing
        tasks.complete(session, task.id, {}, answer, actor=office.rina)


def claim(session: Session, task_id: str, office: Office) -> None:
    tasks.claim(session, task_id, actor=office.budi)


def complete(session: Session, task_id: str, office: Office) -> None:
    tasks.complete(session, task_id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.budi)


def reassign(session: Session, task_id: str, office: Office) -> None:
    tasks.reassign(session, task_id, session.get_one(User, office.rina.id), "cuti", actor=office.ketua)


@pytest.mark.parametrize("act", [claim, complete, reassign])
def test_who_was_disabled_since_he_came_in_does_nothing_any_more(
    office: Office, act: Callable[[Session, str, Office], None]
) -> None:
    task = office.open_task(office.start())
    with office.database.transaction() as session:
        for gone in (office.budi, office.ketua):
            users.disable(session, gone.id, actor=office.admin)
    with pytest.raises(NotFound), office.database.transaction() as session:
        act(session, task.id, office)


def test_who_left_the_lane_since_he_came_in_does_not_complete_its_task(office: Office) -> None:
    task = office.open_task(office.start())
    with office.database.transaction() as session:
        users.edit(session, office.budi.id, Profile("Budi"), actor=office.admin)
    with pytest.raises(NotAllowed), office.database.transaction() as session:
        tasks.complete(session, task.id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.budi)
