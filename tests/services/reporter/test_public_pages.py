"""What the reporter's page reads, the seals it lives by, and what the page Proses counts; on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.models import ProcessInstance, VoidNonce
from app.services.core import clock, sealed_values
from app.services.definitions import definitions, details, staffing
from app.services.deployment import deployments
from app.services.instances import incidents, instances
from app.services.people import groups, units, user_search, users
from app.services.people.user_search import UserFilters
from app.services.reporter import reporter, tracking
from app.services.tasks import tasks
from tests.engine.building import bpmn, end, start, user
from tests.services.keeping import forget
from tests.services.office import Office, form, procedure, text

TODAY = date(2026, 11, 24)


def issue(office: Office, case: ProcessInstance) -> None:
    with office.database.transaction() as session:
        tracking.issue(session, case.id, actor=office.rina)


def test_a_ticket_opens_its_case_until_the_code_is_replaced(office: Office) -> None:
    case = office.start()
    issue(office, case)
    with office.database.reading() as session:
        ticket = reporter.ticket(session, case)
        found = reporter.by_ticket(session, ticket)
        assert found is not None
        assert found.instance.id == case.id
        assert reporter.by_ticket(session, ticket[:-4] + "AAAA") is None
        assert reporter.by_ticket(session, "") is None
    issue(office, case)
    with office.database.reading() as session:
        assert reporter.by_ticket(session, ticket) is None


def test_a_look_that_was_ended_opens_with_no_copy_of_its_tickets_and_another_look_goes_on(
    office: Office,
) -> None:
    case = office.start()
    issue(office, case)
    with office.database.transaction() as session:
        first, other = reporter.ticket(session, case), reporter.ticket(session, case)
        look = reporter.by_ticket(session, first)
        assert look is not None
        later = reporter.ticket(session, case, look.since, look.nonce)
        for _twice in range(2):
            reporter.end_look(session, later)
    with office.database.transaction() as session:
        opened = [reporter.by_ticket(session, one) is not None for one in (first, later, other)]
        assert opened == [False, False, True]
        row = session.scalars(select(VoidNonce)).one()
        assert look.nonce not in row.nonce
        forget(session, VoidNonce)
        row.until = clock.real() - timedelta(seconds=1)
        session.flush()
        assert len(session.scalars(select(VoidNonce)).all()) == 1
        forget(session, VoidNonce)
        assert session.scalars(select(VoidNonce)).all() == []


def test_looking_again_and_again_ends_after_twelve_hours(office: Office) -> None:
    case = office.start()
    issue(office, case)
    with office.database.reading() as session:
        nearly = clock.real() - reporter.LONGEST + timedelta(minutes=5)
        assert reporter.by_ticket(session, reporter.ticket(session, case, nearly)) is not None
        over = clock.real() - reporter.LONGEST - timedelta(minutes=5)
        assert reporter.by_ticket(session, reporter.ticket(session, case, over)) is None


def test_a_seal_is_good_for_one_purpose_and_its_time(office: Office) -> None:
    with office.database.reading() as session:
        token = sealed_values.seal(session, "satu", {"n": 1}, timedelta(minutes=1))
        assert sealed_values.unseal(session, "satu", token) == {"n": 1}
        assert sealed_values.unseal(session, "dua", token) is None
        over = sealed_values.seal(session, "satu", {"n": 1}, timedelta(seconds=-1))
        assert sealed_values.unseal(session, "satu", over) is None
        assert sealed_values.unseal(session, "satu", "bukan segel") is None


def test_only_fields_marked_for_the_reporter_are_told_him_and_identity_never(office: Office) -> None:
    files = procedure()
    told = {**text("jawaban"), "properties": {"tampil pelapor": "ya"}}
    files["periksa.form"] = form(text("hasil"), text("unit"), told, text("nama", private=True))
    with office.database.transaction() as session:
        deployments.deploy(session, files, actor=None)
    case = office.start()
    values = {"hasil": "kurang", "jawaban": "Sudah kami catat.", "nama": "Kanari"}
    with office.database.transaction() as session:
        tasks.complete(session, office.open_task(case).id, values, {}, actor=office.rina)
    with office.database.reading() as session:
        face = reporter.overview(session, session.get_one(ProcessInstance, case.id))
        assert [row for one in face.said for row in one.rows] == [("Jawaban", "Sudah kami catat.")]
        assert face.wanted is None


@pytest.mark.parametrize(
    ("properties", "told"),
    [
        ({}, ("Ditolak", False, "ended")),
        ({"tuntas": "tidak"}, ("Ditolak", False, "ended")),
        ({"tuntas": "ya"}, ("Ditolak", True, "done")),
        ({"status publik": "Tidak diterima"}, ("Tidak diterima", False, "ended")),
    ],
)
def test_an_end_is_told_by_its_own_words_and_as_done_only_where_the_diagram_says_so(
    office: Office, properties: dict[str, str], told: tuple[str, bool, str]
) -> None:
    steps = [
        start("mulai", form="terima"),
        user("periksa"),
        end("akhir", name="Ditolak", properties=properties),
    ]
    lanes = {"Loket": "mulai periksa akhir"}
    drawn = bpmn(steps, "mulai > periksa > akhir", lanes=lanes, key="uji", name="Uji")
    files = {"uji.bpmn": drawn, "terima.form": form(text("judul"))}
    with office.database.transaction() as session:
        deployments.deploy(session, files, actor=None)
    case = office.start()
    with office.database.transaction() as session:
        tasks.complete(session, office.open_task(case).id, {}, {}, actor=office.rina)
    with office.database.reading() as session:
        face = reporter.overview(session, session.get_one(ProcessInstance, case.id))
    assert (face.status.text, face.status.resolved, face.way[-1].meaning) == told


def test_open_cases_and_where_they_stand_are_counted_for_who_may_see_them(office: Office) -> None:
    case = office.start()
    office.start()
    with office.database.transaction() as session:
        values = {"hasil": "cukup", "unit": "A"}
        tasks.complete(session, office.open_task(case).id, values, {}, actor=office.rina)
    with office.database.reading() as session:
        for actor, counts in ((office.owner, {1: 2}), (office.dinas_a, {1: 1}), (office.dinas_b, {})):
            assert details.open_instances(session, actor=actor, ids=[case.definition_id]).counts == counts
            by_key = details.open_instances_of_keys(session, actor=actor, keys=["uji"]).counts
            assert list(by_key.values()) == list(counts.values())
        found = details.open_instance_counts(session, case.definition_id, actor=office.owner)
        assert {place: one.cases for place, one in found.items()} == {"periksa": 1, "kerjakan": 1}
        clock.fix(session, clock.now(session) + timedelta(days=30))
        late = details.open_instance_counts(session, case.definition_id, actor=office.owner)
        assert (late["periksa"].late, late["kerjakan"].late) == (1, 0)


def test_lanes_count_officers_and_name_the_units_without(office: Office) -> None:
    with office.database.transaction() as session:
        units.add(session, "C", units.Details("Dinas C"), actor=None)
        version = definitions.version(session, definitions.live(session)[0].id)
        counter, unit = details.staff(session, version, TODAY)
        assert (counter.lane.name, counter.officers, counter.coordinators) == ("Loket", 2, 1)
        assert counter.without_officers == ()
        assert [one.code for one in unit.without_officers] == ["C"]


def test_files_tell_their_size_and_who_uses_them(office: Office) -> None:
    with office.database.reading() as session:
        version = definitions.version(session, definitions.live(session)[0].id)
        first, *others = details.files(session, version)
        assert (first.name, first.kind, first.used_by) == ("uji.bpmn", "bpmn", [])
        assert [(one.name, one.used_by) for one in others] == [
            ("periksa.form", ["Periksa"]),
            ("terima.form", ["Terima"]),
        ]
        assert first.size_bytes == len(version.xml)


def test_a_unit_without_officers_is_warned_of_once_it_is_chosen(office: Office) -> None:
    with office.database.transaction() as session:
        units.add(session, "C", units.Details("Dinas C"), actor=None)
    case = office.start()
    with office.database.transaction() as session:
        assert staffing.warning(session, instances.open_tasks(session, case.id)) == ""
        version = definitions.version(session, case.definition_id)
        fields = version.forms["periksa"].fields
        assert staffing.choices_in_vain(session, version, fields) == {"unit": {"C": "no_officers"}}
        tasks.complete(
            session, office.open_task(case).id, {"hasil": "cukup", "unit": "C"}, {}, actor=office.rina
        )
        assert "Dinas C belum punya petugas pada lajur Unit" in staffing.warning(
            session, instances.open_tasks(session, case.id)
        )


def test_a_unit_with_officers_is_no_warning(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        tasks.complete(
            session, office.open_task(case).id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.rina
        )
        assert staffing.warning(session, instances.open_tasks(session, case.id)) == ""


def test_users_are_found_by_what_they_are(office: Office) -> None:
    def names(**wanted: object) -> list[str]:
        with office.database.reading() as session:
            page = user_search.page(session, UserFilters(**wanted), actor=office.auditor)  # type: ignore[arg-type]
            return [user.name for user in page.items]

    assert names(role="admin") == ["admin"]
    assert names(role="officer") == ["beni", "budi", "dina", "ketua", "rina"]
    assert names(unit="A") == ["dina"]
    assert names(q="BUD") == ["budi"]
    assert names(q="_") == []
    assert names(state="disabled") == []
    assert len(names(role="entah")) == 8


def test_users_come_page_by_page(office: Office) -> None:
    with office.database.reading() as session:
        first = user_search.page(session, UserFilters(), actor=office.admin, limit=5)
        assert first.next is not None
        rest = user_search.page(session, UserFilters(), actor=office.admin, after=first.next, limit=5)
        seen = [user.name for user in (*first.items, *rest.items)]
    assert seen == sorted(seen)
    assert len(seen) == 8
    assert rest.next is None


def test_incidents_come_page_by_page_and_are_counted(office: Office) -> None:
    cases = [office.start() for _n in range(3)]
    with office.database.transaction() as session:
        for case in cases:
            instance = instances.get(session, case.id, actor=office.owner)
            incidents.open_one(session, instance, "Sebab", actor=None)
        incidents.retry(session, 1, actor=office.owner)
    with office.database.reading() as session:
        assert incidents.counts(session, actor=office.owner) == (2, 1)
        assert incidents.counts(session, actor=office.dinas_a) == (0, 0)
        first = incidents.page(session, actor=office.owner, limit=1)
        assert first.next is not None
        [second] = incidents.page(session, actor=office.owner, after=first.next, limit=1).items
        assert second.id < first.items[0].id
        [done] = incidents.page(session, actor=office.owner, resolved=True).items
        assert done.resolved_by is not None
        assert done.resolved_by.name == "pemilik"


@pytest.mark.parametrize("name", ["rina", "dinas_a"])
def test_officers_do_not_read_the_directory(office: Office, name: str) -> None:
    from app.base.errors import NotAllowed

    with office.database.reading() as session, pytest.raises(NotAllowed):
        user_search.page(session, UserFilters(), actor=getattr(office, name))


def test_open_tasks_that_nobody_can_take_any_more_are_told(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        lane, of_units = groups.get_or_add(session, "Loket").id, groups.get_or_add(session, "Unit").id
        users.get(session, office.rina.id).is_auditor = True  # works in no lane
        assert staffing.unattended(session, {lane}) == ""  # Budi is there still
        users.get(session, office.budi.id).disabled_at = clock.now(session)
        assert staffing.unattended(session, {lane}).startswith(
            "1 tugas terbuka tidak punya petugas lagi: Loket."
        )
        assert staffing.unattended(session, {of_units}) == staffing.unattended(session, ()) == ""
        users.get(session, office.budi.id).disabled_at = None
        task = instances.open_tasks(session, case.id)[0]
        task.unit_code = "A"
        session.flush()
        assert "Loket – A." in staffing.unattended(session, {lane})
