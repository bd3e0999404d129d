"""What pages read about a case and its tasks, on both databases."""

import pytest

from app.base.errors import InvalidForm, NotAllowed, NotFound
from app.history import reader
from app.services.casefile import casefile, instance_lists, queries
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core import clock
from app.services.definitions import definitions
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.people import officers
from app.services.tasks import inbox, inbox_counts, permissions, tasks
from tests.engine.building import bpmn, end, start, user
from tests.services.counting import statements
from tests.services.office import Office, form, text


def test_everything_about_a_case_is_read_in_few_statements(office: Office) -> None:
    instance = office.start(unit="A")
    task = office.open_task(instance)
    with office.database.transaction() as session:
        tasks.claim(session, task.id, actor=office.rina)
        tasks.complete(session, task.id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.rina)
    with office.database.reading() as session, statements(office.database) as seen:
        file = casefile.open_casefile(session, instance.id, actor=office.rina)
    assert [event.type for event in file.events][:2] == ["instance_started", "task_created"]
    assert file.units == {"A": "Dinas A"}
    assert len(seen) <= 6
    with office.database.reading() as session, pytest.raises(NotFound):
        casefile.open_casefile(session, instance.id, actor=office.dinas_b)


def test_the_latest_events_come_in_the_order_they_happened(office: Office) -> None:
    instance = office.start()
    task = office.open_task(instance)
    with office.database.transaction() as session:
        tasks.claim(session, task.id, actor=office.rina)
    with office.database.reading() as session:
        every = reader.of_instance(session, instance.id)
        last = reader.latest(session, instance.id, limit=2)
    assert len(every) > 2
    assert [event.id for event in last] == [event.id for event in every[-2:]]


@pytest.mark.parametrize("most", [1, 2, 3])
def test_beside_a_task_stand_the_first_form_and_the_latest(
    office: Office, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(casefile, "MOST_HANDED_IN", most)
    instance = office.start(unit="A")
    with office.database.transaction() as session:
        task = office.open_task(instance)
        tasks.complete(session, task.id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.rina)
    open_one = office.open_task(instance)
    with office.database.reading() as session:
        task = tasks.get(session, open_one.id, actor=office.dinas_a).task
        file = casefile.task_file(session, task, actor=office.dinas_a)
    assert [event.type for event in file.events] == ["instance_started", "task_completed"]


def test_officers_of_the_lane_and_unit_can_be_handed_a_task(office: Office) -> None:
    instance = office.start()
    task = office.open_task(instance)
    with office.database.transaction() as session:
        tasks.claim(session, task.id, actor=office.rina)
    with office.database.reading() as session:
        held = tasks.get(session, task.id, actor=office.rina).task
        assert [user.name for user in officers.of_task(session, held, actor=office.rina)] == ["budi"]
        assert officers.may_reassign(office.rina, held)
        assert officers.may_reassign(office.ketua, held)
        assert not officers.may_reassign(office.budi, held)
        assert (permissions.holding(office.rina, held), permissions.holding(office.budi, held)) == (
            "work",
            "held",
        )
        assert permissions.holding(office.auditor, held) == "look"
        for nobody in ("", "x", "999999"):
            with pytest.raises(InvalidForm):
                officers.chosen(session, nobody)


def test_filters_offer_what_the_tasks_of_a_tab_hold(office: Office) -> None:
    instance = office.start()
    task = office.open_task(instance)
    with office.database.transaction() as session:
        tasks.complete(session, task.id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.rina)
    with office.database.reading() as session:
        queue = inbox.choices(session, actor=office.dinas_a, tab="queue")
        done = inbox.choices(session, actor=office.rina, tab="done")
        counts = inbox_counts.counts(session, actor=office.rina)
    assert (queue.units, queue.lanes) == ([("A", "Dinas A")], ["Unit"])
    assert [activity for activity, _name in done.activities] == ["periksa"]
    assert counts == {
        "mine": 0,
        "queue": 0,
        "done": 1,
        "overdue": 0,
        "today": 0,
        "queue_overdue": 0,
        "snoozed": 0,
    }


def test_own_tasks_that_are_late_are_counted(office: Office) -> None:
    task = office.open_task(office.start())
    with office.database.transaction() as session:
        tasks.claim(session, task.id, actor=office.rina)
    assert task.due_at is not None
    with office.database.reading() as session:
        clock.fix(session, task.due_at.replace(year=task.due_at.year + 1))
        assert inbox_counts.counts(session, actor=office.rina)["overdue"] == 1
        assert inbox_counts.counts(session, actor=office.budi)["overdue"] == 0


def test_a_list_of_cases_says_where_each_stands(office: Office) -> None:
    ids = [office.start().id for _case in range(3)]
    with office.database.reading() as session, statements(office.database) as seen:
        places = instance_lists.places(session, ids)
        choices = instance_lists.choices(session, actor=office.owner)
    assert {id_: [task.activity_id for task in place.tasks] for id_, place in places.items()} == {
        id_: ["periksa"] for id_ in ids
    }
    assert choices.keys == ["uji"]
    assert len(seen) == 3
    with office.database.reading() as session:
        assert len(instance_lists.page(session, InstanceFilters(key="uji"), actor=office.owner).items) == 3


def test_an_auditor_keeps_no_draft_and_nobody_one_for_a_foreign_task(office: Office) -> None:
    task = office.open_task(office.start())
    with office.database.transaction() as session:
        permissions.keep_draft(session, task.id, {"values": {"hasil": "x"}}, actor=office.rina)
    with office.database.reading() as session:
        kept = permissions.draft(session, task.id, actor=office.rina)
        assert kept is not None
        assert kept.values == {"values": {"hasil": "x"}}
        assert permissions.draft(session, task.id, actor=office.budi) is None
    with office.database.transaction() as session, pytest.raises(NotAllowed):
        permissions.keep_draft(session, task.id, {}, actor=office.auditor)
    with office.database.transaction() as session, pytest.raises(NotFound):
        permissions.keep_draft(session, task.id, {}, actor=office.dinas_a)


def test_a_timer_that_the_case_waits_at_counts_as_open_in_the_picture(office: Office) -> None:
    instance = office.start()
    with office.database.reading() as session:
        file = casefile.open_casefile(session, instance.id, actor=office.rina)
        states = casefile.picture_states(session, file)
        nodes = definitions.version(session, instance.definition_id).diagram.nodes
    assert states["periksa"].state == "open"
    attached = {node.id for node in nodes.values() if node.attached_to}
    assert not attached & states.keys()


def test_variables_stand_in_the_order_in_which_they_were_filled_in(office: Office) -> None:
    keys = ["uraian_panjang", "kode", "judul", "alamat_lengkap", "no"]  # jsonb would begin with the shortest
    diagram = bpmn(
        [start(form="awal"), user("kerja", form="isi"), end()],
        "start > kerja > end",
        lanes={"Loket": "start kerja end"},
        key="urut",
    )
    forms = {"awal.form": form(*map(text, keys)), "isi.form": form(text("zz_hasil"), text("a"))}
    with office.database.transaction() as session:
        deployments.deploy(session, {"urut.bpmn": diagram, **forms}, actor=office.owner)
        case = instances.start(session, "urut", dict.fromkeys(keys, "x"), actor=office.rina).instance
    with office.database.transaction() as session:
        [task] = instances.open_tasks(session, case.id)
        tasks.complete(session, task.id, {"zz_hasil": "x", "a": "x"}, {}, actor=office.rina)
    with office.database.reading() as session:
        file = casefile.open_casefile(session, case.id, actor=office.rina)
        shown = queries.variables(file.version, file.instance.variables, file.events)
    assert [one.key for one in shown] == [*keys, "zz_hasil", "a"]
