"""No condition of a question reads a table whole that grows with the cases; on neither database."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import product

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm
from app.commands.search import Turns
from app.models import CaseBranch, ProcessInstance
from app.services.definitions import definitions
from app.services.numbers import counted
from app.services.questions import cases, events, findings, ledger, vocabulary
from app.services.questions.ledger import Filters
from app.services.search import task_terms
from app.services.search.question import CASE_VALUES, CASES, EVENTS, Condition, Group, Question
from app.services.tasks import tasks
from tests import facts
from tests.services.office import Office
from tests.services.plans import read_whole, selects
from tests.services.questions.asked import every, one

_PERIOD = {"dari": "01-01-2020", "sampai": "31-12-2020"}


def of_cases() -> Iterator[Condition]:
    yield one("diterima", **_PERIOD)
    yield one("diterima", dari="01-01-2020")
    yield one("berakhir", **_PERIOD)
    yield one("berjalan", **_PERIOD)
    for name, value in (
        ("kegiatan", "periksa"),
        ("lajur", "Loket"),
        ("unit", "A"),
        ("petugas", "rina"),
        ("hari", "3"),
    ):
        yield one("tugas", **{name: value})
    for due in task_terms.DUE:
        yield one("tugas", tenggat=due)
    yield one("tugas", umur="7", lajur="Loket")
    for state in task_terms.STATES:
        yield one("tugas", keadaan=state)
        yield one("tugas", keadaan=state, lajur="Loket", petugas="rina", **_PERIOD)
    for subject in (
        "keadaan",
        "proses",
        "kategori",
        "unit",
        "wilayah",
        "prioritas",
        "hasil",
        "saluran",
        "cabang",
    ):
        yield one(subject, nilai="uji")
    yield one("versi", nilai="1")
    yield one("nomor", nilai="UJI-2026-00001")
    for figure in counted.FIGURES:
        yield one("angka", proses="uji", nilai=figure)
    months = {"proses": "uji", "dari": "2026-01", "sampai": "2026-02"}
    yield one("angka", nilai="late", kegiatan="periksa", unit="A", **months)
    yield one("angka", nilai="ended", hasil="selesai", saluran="x", versi="1", jalan="a", lewat="1", **months)
    yield one("kata", nilai="lampu")
    yield one("identitas", petugas="rina", **_PERIOD)
    yield one("identitas", **_PERIOD)
    yield one("identitas")
    yield one("tugas")
    yield one("peristiwa", nilai="campur_tangan", petugas="rina", **_PERIOD)
    yield one("peristiwa", nilai="task_created")
    yield one("variabel", nama="hasil", cara="sama", nilai="x")


def of_events() -> Iterator[Condition]:
    yield one("jenis", nilai="task_created")
    yield one("jenis", nilai="campur_tangan")
    yield one("waktu", **_PERIOD)
    yield one("jam", nilai="malam")
    yield one("pelaku", petugas="rina")
    yield one("kegiatan", nilai="periksa")
    yield one("proses", nilai="uji")
    yield one("nomor", nilai="UJI-2026-00001")


def work(office: Office) -> None:
    for number in range(4):
        case = office.start(judul=f"Lampu uji {number}")
        if number % 2:
            with office.database.transaction() as session:
                values = {"hasil": "cukup", "unit": "A"}
                tasks.complete(session, office.open_task(case).id, values, {}, actor=office.rina)
    turns = Turns(office.database)  # words are indexed by the worker
    while turns.take():
        pass
    facts.follow(office.database)


def test_no_condition_reads_a_growing_table_whole(office: Office) -> None:
    work(office)
    asked = list(of_cases())
    assert {condition.subject for condition in asked} == set(CASE_VALUES)
    assert {condition.subject for condition in of_events()} == set(events.SUBJECTS)
    questions = [every(), every(*asked[:6])]
    questions += [every(condition) for condition in asked]
    questions += [every(Condition(c.subject, c.values, negated=True)) for c in asked]
    questions += [
        Question(groups=(Group(tuple(asked[n : n + 3]), any=True),)) for n in range(0, len(asked), 3)
    ]
    with selects(office.database) as asked_for, office.database.reading() as session:
        for actor in (office.auditor, office.rina, office.dinas_a):
            for question in questions:
                found = cases.page(session, question, actor=actor, limit=1).page
                cases.page(session, question, actor=actor, after=found.next or "", limit=1)
                cases.late_tasks(session, [case.id for case in found.items])
        for condition in of_events():
            question = Question(EVENTS, (Group((condition, one("waktu", **_PERIOD))),))
            events.page(session, question, actor=office.auditor, limit=1)
            happened = events.page(
                session, Question(EVENTS, (Group((condition,)),)), actor=office.auditor, limit=1
            )
            events.page(session, question, actor=office.auditor, after=happened.page.next or "", limit=1)
        for filters in (Filters(), Filters("rina", "01-01-2020", "31-12-2020", "stranger")):
            ledger.page(session, filters, actor=office.auditor, limit=1)
        findings.conflicts(session, [1, 2], actor=office.auditor)
        for about, conditions in ((CASES, asked), (EVENTS, list(of_events()))):
            for condition, actor in product(conditions, (office.auditor, office.rina)):
                with suppress(InvalidForm):
                    vocabulary.require(session, Question(about, (Group((condition,)),)), actor=actor)
    assert read_whole(office.database, asked_for) == []


def test_what_holds_of_a_case_is_looked_up_by_the_case_alone(office: Office) -> None:
    """PostgreSQL may work an EXISTS out for its whole table, which it takes for cheap up to some 500,000 rows."""
    work(office)
    with selects(office.database) as asked_for, office.database.reading() as session:
        for condition in of_cases():
            cases.page(session, every(Condition(condition.subject, condition.values)), actor=office.auditor)
        for condition in of_events():
            events.page(session, Question(EVENTS, (Group((condition,)),)), actor=office.auditor)
    statements = [(statement, given) for statement, given in asked_for if "EXISTS" in statement]
    assert len(statements) > 10
    if not office.database.is_sqlite:
        with office.database.engine.connect() as connection:
            for statement, given in statements:
                plan = connection.exec_driver_sql(f"EXPLAIN (VERBOSE) {statement}", given).scalars().all()
                assert not any("hashed SubPlan" in line for line in plan), statement


def branches(session: Session) -> set[tuple[str, int]]:
    return {
        (element, case)
        for element, case in session.execute(text("SELECT element_id, instance_id FROM case_branch"))
    }


def test_branches_are_what_the_visits_say(office: Office) -> None:
    work(office)
    with office.database.transaction() as session:
        due = {
            (element, case.id)
            for case in session.scalars(select(ProcessInstance))
            for element in definitions.version(session, case.definition_id).branches & case.visits.keys()
        }
        kept = branches(session)
        assert kept == due
        assert kept
        case = session.get_one(ProcessInstance, max(id_ for _element, id_ in kept))
        case.branches = []  # as whoever puts back a row of before does
        session.flush()
        assert session.scalars(select(CaseBranch).where(CaseBranch.instance_id == case.id)).all() == []
