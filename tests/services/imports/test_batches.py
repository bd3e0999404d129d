"""What becomes of the lines of a file, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import undefer

from app.base import i18n
from app.base.db import Database
from app.base.errors import Conflict, NotAllowed, NotFound
from app.commands import imports
from app.commands.transaction import Command
from app.models import IdentityValue, ImportBatch, ImportRow, ProcessInstance, User
from app.services.core import clock
from app.services.imports import batches, outcomes
from app.services.instances import instances
from tests.services.importing import Importing, as_csv, line
from tests.services.keeping import forget


@pytest.fixture
def office(database: Database) -> Importing:
    return Importing(database)


def cases(office: Importing) -> list[ProcessInstance]:
    with office.database.reading() as session:
        return list(session.scalars(select(ProcessInstance).order_by(ProcessInstance.id)))


def test_each_line_becomes_a_case(office: Importing) -> None:
    batch = office.imported(
        as_csv(
            line("#5000001", Tipe="Anonim|Rahasia"),
            line("5000002", Tanggal="18 Jan 2024", Waktu="20:15:30", nama_pelapor="Siti Aminah"),
        )
    )
    first, second = cases(office)
    assert (first.business_key, second.business_key) == ("5000001", "5000002")
    assert (first.variables["anonim"], first.variables["rahasia"]) == (True, True)
    assert (first.variables["tanggal"], first.variables["waktu"]) == ("2024-01-18", "09:15")
    assert (second.variables["tanggal"], second.variables["waktu"]) == ("2024-01-19", "03:15")
    assert "pelapor" not in second.variables
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(IdentityValue)) == 1
    assert office.states(batch) == {2: "imported", 3: "imported"}
    assert office.state(batch) == "done"


def test_what_is_wrong_stands_at_its_line(office: Importing) -> None:
    bad = line("5000002", Judul="", Klasifikasi="Entah", Tanggal="32 Jan 2024")
    batch = office.judged(as_csv(line("5000001"), bad))
    assert office.states(batch) == {2: "ready", 3: "wrong"}
    assert office.errors(batch, 3).keys() == {"judul", "klasifikasi", "tanggal"}
    indonesian = office.errors(batch, 3)["judul"]
    with i18n.speaking("en"):
        assert office.errors(batch, 3)["judul"] != indonesian
    office.begin(batch)
    office.work()
    assert [case.business_key for case in cases(office)] == ["5000001"]
    assert office.states(batch) == {2: "imported", 3: "wrong"}


def test_known_numbers_are_shown_and_never_doubled(office: Importing) -> None:
    office.start(nomor="5000001")
    batch = office.imported(as_csv(line("5000001"), line("5000002"), line("#5000002")))
    assert office.states(batch) == {2: "known", 3: "imported", 4: "twice"}
    assert "3" in office.errors(batch, 4)[""]
    again = office.judged(as_csv(line("5000001"), line("5000002")))
    assert set(office.states(again).values()) == {"known"}
    assert len(cases(office)) == 2
    with office.database.reading() as session:
        known = outcomes.rows(session, again, "known", actor=office.rina).items
        assert [row.instance_id for row in known] == [case.id for case in cases(office)]


def test_lines_without_a_number_come_in_once(office: Importing) -> None:
    content = as_csv(line(""), line("", Judul="Jalan rusak"))
    office.imported(content)
    again = office.judged(content)
    assert office.states(again) == {2: "known", 3: "known"}
    assert len(cases(office)) == 2


def test_a_number_taken_after_judging_is_known(office: Importing) -> None:
    batch = office.judged(as_csv(line("5000001")))
    office.start(nomor="5000001")
    office.begin(batch)
    office.work()
    assert office.states(batch) == {2: "known"}
    assert len(cases(office)) == 1


def test_aspirations_come_in_only_where_ticked(office: Importing) -> None:
    batch = office.judged(
        as_csv(
            line("5000001", Klasifikasi="Aspirasi"),
            line("5000002", Klasifikasi="PENGADUAN"),
            line("5000003", Klasifikasi="Permintaan Informasi"),
        )
    )
    assert office.states(batch) == {2: "left_out", 3: "ready", 4: "left_out"}
    office.choose(batch, ["aspirasi"])
    office.work()
    assert office.states(batch) == {2: "ready", 3: "ready", 4: "left_out"}


def test_a_crash_between_two_lines_doubles_nothing(
    office: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = office.judged(as_csv(*(line(f"500000{n}") for n in range(1, 6))))
    office.begin(batch)
    begin = instances.start

    class Killed(BaseException):
        pass

    def killed(*args: object, **named: object) -> object:
        if len(cases(office)) == 2:
            begin(*args, **named)  # type: ignore[arg-type]
            raise Killed
        return begin(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(instances, "start", killed)
    with pytest.raises(Killed):
        office.work()
    assert list(office.states(batch).values()) == ["imported"] * 2 + ["ready"] * 3
    monkeypatch.undo()
    office.work()
    assert set(office.states(batch).values()) == {"imported"}
    assert [case.business_key for case in cases(office)] == [f"500000{n}" for n in range(1, 6)]


def test_one_line_that_fails_stops_no_other(office: Importing, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = office.judged(as_csv(line("5000001"), line("5000002")))
    office.begin(batch)
    begin = instances.start

    def broken(session: object, key: str, values: dict[str, str], **named: object) -> object:
        if values["nomor"] == "5000001":
            raise RuntimeError
        return begin(session, key, values, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(instances, "start", broken)
    office.work()
    assert office.states(batch) == {2: "refused", 3: "imported"}
    assert office.errors(batch, 2)[""]
    assert office.state(batch) == "done"


def test_only_who_may_start_sees_and_does(office: Importing) -> None:
    batch = office.judged(as_csv(line("5000001")))
    with pytest.raises(NotAllowed):
        office.add(as_csv(line()), actor=office.dinas_a)
    for other in (office.dinas_a, office.owner, office.auditor, office.admin):
        with office.database.reading() as session, pytest.raises(NotFound):
            outcomes.rows(session, batch, "", actor=other)
        with pytest.raises(NotFound):
            imports.begin(office.database, Command("begin_import", str(batch)), batch, actor=other)
    with office.database.reading() as session:
        assert batches.get(session, batch, actor=office.budi).id == batch


def test_who_left_the_lane_imports_nothing_more(office: Importing) -> None:
    batch = office.judged(as_csv(line("5000001")))
    office.begin(batch)
    with office.database.transaction() as session:
        session.execute(update(User).where(User.id == office.rina.id).values(disabled_at=clock.now(session)))
    office.work()
    assert cases(office) == []
    imports.resume(office.database, Command("resume_import", str(batch)), batch, actor=office.budi)
    office.work()
    assert len(cases(office)) == 1


def test_the_result_tells_each_line_without_its_cells(office: Importing) -> None:
    lines = [
        line(f"50{n:05d}", nama_pelapor="Siti Aminah", Judul="" if n % 50 == 0 else "Lampu")
        for n in range(250)
    ]
    batch = office.judged(as_csv(*lines))
    office.begin(batch)
    imports.work(office.database)
    with office.database.reading() as session:
        found = list(outcomes.outcomes(session, batch, actor=office.budi))
    assert [one.line for one in found] == list(range(2, 252))
    assert [one.line for one in found if one.state == "wrong"] == [2, 52, 102, 152, 202]
    assert all(("judul" in one.errors) == (one.state == "wrong") for one in found)
    assert {one.case for one in found if one.state == "imported"} == {
        case.business_key for case in cases(office)
    }
    assert "Siti" not in repr(found)
    with office.database.reading() as session, pytest.raises(NotFound):
        next(outcomes.outcomes(session, batch, actor=office.owner))


def test_a_stopped_import_goes_on_where_it_was(office: Importing) -> None:
    batch = office.judged(as_csv(line("5000001"), line("5000002")))
    office.begin(batch)
    with office.database.transaction() as session:
        assert batches.LINES.work_on(session, batch, 2)
    imports.stop(office.database, Command("stop_import", str(batch)), batch, actor=office.budi)
    with office.database.transaction() as session:  # a worker that was already on its way to the next line
        assert not batches.LINES.work_on(session, batch, 3)
    office.work()
    assert office.states(batch) == {2: "imported", 3: "ready"}
    imports.resume(office.database, Command("resume_import", str(batch)), batch, actor=office.budi)
    office.work()
    assert office.states(batch) == {2: "imported", 3: "imported"}
    assert [case.started_by_id for case in cases(office)] == [office.rina.id, office.budi.id]


def test_nothing_begins_twice_or_before_it_is_judged(office: Importing) -> None:
    batch = office.add(as_csv(line("5000001")))
    with pytest.raises(Conflict):
        office.begin(batch)
    office.work()
    office.begin(batch)
    with pytest.raises(Conflict):
        office.begin(batch)


def test_names_are_sealed_and_dropped_when_their_time_is_over(office: Importing) -> None:
    batch = office.judged(
        as_csv(line("5000001", nama_pelapor="Siti Aminah"), line("5000002", Judul="")), "siti.csv"
    )
    with office.database.transaction() as session:
        row = session.scalars(select(ImportRow).options(undefer(ImportRow.cells)).limit(1)).one()
        assert row.cells is not None
        assert b"Siti" not in row.cells
        session.execute(update(ImportBatch).values(begun_at=clock.now(session) - timedelta(days=29)))
        forget(session, ImportBatch)
        assert session.scalar(select(func.count()).where(ImportRow.cells.is_not(None))) == 2
        session.execute(update(ImportBatch).values(begun_at=clock.now(session) - timedelta(days=31)))
        forget(session, ImportBatch)
        left = ImportRow.cells.is_not(None) | ImportRow.errors.is_not(None)
        assert session.scalar(select(func.count()).where(left)) == 0
        assert session.scalar(select(func.count()).where(ImportBatch.sheet.is_not(None))) == 0
    assert office.state(batch) == "done"
