"""Questions about cases: each condition finds what it should, in groups, negated, and for who may see it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.base.errors import InvalidForm
from app.models import CaseBranch, ProcessInstance, User, UserTask
from app.services import identity
from app.services.casefile import masking
from app.services.core import clock
from app.services.definitions import definitions
from app.services.instances import cancellation
from app.services.questions import cases
from app.services.search.question import CASE_VALUES, Group, Question, question_of
from app.services.tasks import tasks
from tests.services.office import Office
from tests.services.questions.asked import every, ids, one


@pytest.fixture
def asked(office: Office) -> dict[str, int]:
    """waiting: untouched; late: done late by Rina, then open at unit A; ended; cancelled; opened: its identity."""
    made = {}
    for name in ("waiting", "late", "ended", "cancelled", "opened"):
        made[name] = office.start(judul=f"Lampu {name}", pelapor="Siti").id
    complete(office, made["ended"], {"hasil": "cukup", "unit": "A"}, office.rina)
    complete(office, made["ended"], {}, office.dinas_a)
    with office.database.transaction() as session:
        cancellation.cancel(session, made["cancelled"], "coba", actor=office.owner)
    with office.database.transaction() as session:
        case = session.get_one(ProcessInstance, made["opened"])
        version = definitions.version(session, case.definition_id)
        identity.show(session, office.rina, case, version)
    with office.database.transaction() as session:
        late = update(UserTask).where(UserTask.instance_id == made["late"])
        session.execute(late.values(due_at=clock.now(session) - timedelta(days=40)))
    complete(office, made["late"], {"hasil": "cukup", "unit": "A"}, office.rina)
    return made


def complete(office: Office, case_id: int, values: dict[str, str], actor: object) -> None:
    with office.database.reading() as session:
        case = session.get_one(ProcessInstance, case_id)
    with office.database.transaction() as session:
        tasks.complete(session, office.open_task(case).id, values, {}, actor=actor)  # type: ignore[arg-type]


@pytest.mark.usefixtures("facts_follow")
def test_each_condition_finds_its_cases(office: Office, asked: dict[str, int]) -> None:
    with office.database.reading() as session:
        today = clock.today(session).strftime("%d-%m-%Y")
        version = str(session.scalars(select(ProcessInstance.definition_id)).first())
        branches = set(session.scalars(select(CaseBranch.element_id)))
        taken = next(one for one in branches if one.endswith("kerjakan") or "kerjakan" in one)
        everything = set(asked)
        expected = [
            (one("tugas", kegiatan="periksa", keadaan="late"), {"late"}),
            (one("tugas", keadaan="late", hari="39"), {"late"}),
            (one("tugas", keadaan="late", hari="41"), set()),
            (one("tugas", petugas="rina", keadaan="done"), {"late", "ended"}),
            (one("tugas", unit="A", keadaan="open"), {"late"}),
            (one("tugas", lajur="Unit"), {"late", "ended"}),
            (one("tugas", kegiatan="kerjakan", negated=True), {"waiting", "cancelled", "opened"}),
            (one("cabang", nilai=taken), {"late", "ended"}),
            (one("hasil", nilai="selesai"), {"ended"}),
            (one("hasil", nilai="-"), {"cancelled"}),
            (one("hasil", nilai="selesai", negated=True), everything - {"ended"}),
            (one("keadaan", nilai="cancelled"), {"cancelled"}),
            (one("diterima", dari=today, sampai=today), everything),
            (one("diterima", sampai="01-01-2020"), set()),
            (one("berakhir", dari=today), {"ended", "cancelled"}),
            (one("berakhir", dari=today, negated=True), {"waiting", "late", "opened"}),
            (one("berjalan", sampai="01-01-2020"), set()),
            (one("proses", nilai="uji"), everything),
            (one("versi", nilai=version), everything),
            (one("unit", nilai="A"), {"late", "ended"}),
            (one("identitas", petugas="rina"), {"opened"}),
            (one("identitas", dari=today), {"opened"}),
            (one("identitas", petugas="budi"), set()),
            (one("identitas"), {"opened"}),
            (one("identitas", negated=True), everything - {"opened"}),
            (one("tugas"), everything),
            (one("tugas", negated=True), set()),
            (one("tugas", hari="0"), {"late"}),
            (one("peristiwa", nilai="campur_tangan"), {"cancelled"}),
            (one("peristiwa", nilai="task_completed"), {"late", "ended"}),
            (one("kata", nilai="opened"), {"opened"}),
            (one("variabel", nama="hasil", cara="sama", nilai="Cukup"), {"late", "ended"}),
            (one("variabel", nama="hasil", cara="kosong"), {"waiting", "cancelled", "opened"}),
            (one("variabel", nama="judul", cara="memuat", nilai="waiting"), {"waiting"}),
        ]
        for condition, names in expected:
            found = ids(session, every(condition), office.auditor)
            assert found == sorted((asked[name] for name in names), reverse=True), condition


def test_groups_are_joined_and_negated(office: Office, asked: dict[str, int]) -> None:
    late = Group((one("tugas", keadaan="late"), one("unit", nilai="A")))
    either = Group(
        (one("keadaan", nilai="cancelled"), one("variabel", nama="hasil", cara="terisi")), any=True
    )
    with office.database.reading() as session:

        def found(*groups: Group, any: bool = False) -> set[str]:
            question = Question(groups=groups, any=any)
            assert question_of(question.query) == question
            answer = ids(session, question, office.auditor)
            return {name for name, id_ in asked.items() if id_ in answer}

        assert found(late, either) == {"late"}
        assert found(late, either, any=True) == {"late", "ended", "cancelled"}
        assert found(Group(either.conditions, any=True, negated=True)) == {"waiting", "opened"}
        assert found(late, Group((one("unit", nilai="A"),), negated=True)) == set()
        assert found(Group(late.conditions, negated=True)) == set(asked) - {"late"}


def test_an_officer_finds_only_what_he_sees(office: Office, asked: dict[str, int]) -> None:
    with office.database.reading() as session:
        assert len(ids(session, every(one("proses", nilai="uji")), office.rina)) == len(asked)
        assert ids(session, every(one("proses", nilai="uji")), office.dinas_b) == []
        assert set(ids(session, every(one("tugas", keadaan="late")), office.dinas_a)) == {asked["late"]}


@pytest.mark.parametrize(
    "condition",
    [
        one("variabel", nama="pelapor", cara="memuat", nilai="S"),
        one("variabel", nama="pelapor", cara="terisi"),
        one("variabel", nama="apa_saja", cara="terisi"),
        one("tugas", petugas="siapa"),
        one("diterima", dari="besok"),
        one("diterima", dari="02-01-2026", sampai="01-01-2026"),
        one("entah", nilai="x"),
        one("entah"),
        one("tugas", keadaan="open", hari="3"),
        one("tugas", unt="A"),
        *(one(subject) for subject in CASE_VALUES if subject not in ("tugas", "identitas")),
        one("keadaan", negated=True),
    ],
)
def test_what_cannot_be_asked_is_refused(office: Office, condition: object) -> None:
    with office.database.reading() as session, pytest.raises(InvalidForm) as refused:
        cases.page(session, every(condition), actor=office.auditor)  # type: ignore[arg-type]
    assert set(refused.value.errors) == {"k1.1"}


def test_late_tasks_name_who_held_them(office: Office, asked: dict[str, int]) -> None:
    with office.database.reading() as session:
        found = cases.late_tasks(session, list(asked.values()))
        rina = session.scalars(select(User.full_name).where(User.name == "rina")).one()
    assert {id_: [(t.name, t.officer, t.days) for t in some] for id_, some in found.items()} == {
        asked["late"]: [("Periksa", rina, 40)]
    }


def test_what_is_masked_is_not_found(office: Office) -> None:
    """A telephone number is a sign in the variables, and so is a name once somebody marked it."""
    case = office.start(judul="Lampu mati di depan rumah Pak Wiryo, WA 0812-3456-7890")
    with office.database.transaction() as session:
        masking.mark(session, case.id, ["Pak Wiryo"], "nama pelapor", actor=office.rina)

    def found(way: str, text: str) -> list[int]:
        with office.database.reading() as session:
            asked = every(one("variabel", nama="judul", cara=way, nilai=text))
            return ids(session, asked, office.auditor)

    assert found("memuat", "depan rumah") == [case.id]
    assert found("memuat", "Wiryo") == found("memuat", "0812") == found("memuat", "3456") == []
    with office.database.reading() as session:
        assert ids(session, every(one("kata", nilai="Wiryo")), office.auditor) == []


def test_parts_of_one_condition_hold_for_one_and_the_same_task(office: Office, asked: dict[str, int]) -> None:
    """In the late case the task of Loket was late, and that of Unit is open: none is both of Unit and late."""
    with office.database.reading() as session:
        for question, found in (
            (every(one("tugas", lajur="Loket", keadaan="late")), ["late"]),
            (every(one("tugas", lajur="Unit", keadaan="open")), ["late"]),
            (every(one("tugas", lajur="Unit", keadaan="late")), []),
            (every(one("tugas", lajur="Unit"), one("tugas", keadaan="late")), ["late"]),
        ):
            assert ids(session, question, office.auditor) == [asked[name] for name in found], question
