"""A draft is played in a sandbox: by the real services, at the times of its own clock, with nothing real touched."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.base.config import ROOT
from app.base.db import Database, MemoryDatabase
from app.base.errors import Conflict, InvalidDiagram, InvalidForm, NotAllowed, NotFound
from app.commands.sandbox import sandbox, sandboxes
from app.commands.transaction import Command
from app.models import SandboxRun, Unit
from app.services.sandbox import choices, office, views
from app.services.sandbox.outcomes import OpenPlace
from app.services.sandbox.steps import Step, steps_of
from app.services.studio import drafts
from tests.engine.building import boundary, bpmn, end, exclusive, flow, send, user
from tests.engine.building import start as start_event
from tests.reports import answers_for, report, report_values
from tests.services.office import Office, form, procedure, text
from tests.services.sandbox.playing import BEGUN, Trial, checksums, complete, start, wait
from tests.services.worker_jobs import letters

#: What playing may write in the real database: the run, that a command came, and that it was done.
OWN = ("sandbox_run", "idempotency_record", "security_event")


@pytest.fixture
def trial(office: Office) -> Trial:
    return Trial(office.database, office.owner, procedure())


@pytest.fixture
def sqlite_trial(sqlite_database: Database) -> Trial:
    """For what does not depend on the real database."""
    office = Office(sqlite_database)
    return Trial(sqlite_database, office.owner, procedure())


def places(trial: Trial) -> list[tuple[str, str, str]]:
    return [(one.element, one.lane, one.unit) for one in trial.outcomes[-1].tasks]


def test_every_lane_is_played_and_the_case_ends(trial: Trial) -> None:
    opened = trial.play(start())
    due = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)  # three working days later, when the office closes
    assert opened.tasks == (OpenPlace(1, "periksa", "Loket", "", due),)
    assert opened.changed == {1: {"judul": "Lampu mati", "nomor": "UJI-2026-00001"}}
    sent_on = trial.play(complete("periksa", hasil="cukup", unit="A"))
    assert places(trial) == [("kerjakan", "Unit", "A")]
    assert sent_on.changed == {1: {"hasil": "cukup", "unit": "A"}}
    assert any(one.to == ("Unit", "A") for one in sent_on.notices)
    ended = trial.play(complete("kerjakan"))
    assert (ended.tasks, ended.ended) == ((), ((1, "selesai"),))


def test_nothing_real_is_touched_but_the_run(trial: Trial) -> None:
    before = checksums(trial.database, *OWN)
    trial.play(start(pelapor="Orang karangan"), wait(2026, 11, 20))
    trial.play(complete("periksa", hasil="cukup", unit="A"))
    trial.keep(1)
    trial.begin()
    assert checksums(trial.database, *OWN) == before
    assert not Path(":memory:").exists()
    assert not Path(":memory:.lock").exists()


def test_a_deadline_fires_while_the_clock_runs(trial: Trial) -> None:
    trial.play(start())
    following = trial.look(choices.next_timer)
    assert (following.name, following.at) == ("Periksa: Lewat", datetime(2026, 11, 5, 9, 0, tzinfo=UTC))
    late = trial.play(Step("wait", until=following.at))
    assert late.fired == ((following.at, "lewat"),)
    assert [one.element for one in late.notices] == ["ingat"]
    file = trial.look(lambda session: views.case_file(session, 1))
    assert file.instance.visits["lewat"] == 1
    [task] = file.tasks
    assert task.overdue_at == following.at
    assert trial.play(wait(2026, 12, 24)).fired == ()


def test_going_back_forgets_what_came_after(trial: Trial) -> None:
    trial.play(start(), complete("periksa", hasil="kurang"), complete("periksa", hasil="cukup", unit="A"))
    trial.keep(1)
    assert places(trial) == [("periksa", "Loket", "")]
    trial.play(complete("periksa", hasil="cukup"))
    assert places(trial) == [("kerjakan", "Unit", "")]
    trial.begin(datetime(2027, 1, 4, 2, 0, tzinfo=UTC))
    assert trial.run.steps == ()
    assert trial.outcomes == []


def test_another_process_plays_the_same_from_the_row(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    trial.play(
        start(), complete("periksa", hasil="kurang"), wait(2026, 11, 6), complete("periksa", hasil="cukup")
    )
    held = trial.outcomes
    monkeypatch.setattr(sandboxes, "HELD", sandboxes.Sandboxes())
    assert trial.outcomes == held


def test_values_that_the_form_refuses_are_no_step(trial: Trial) -> None:
    trial.play(start())
    with pytest.raises(InvalidForm) as refused:
        trial.play(complete("periksa"))
    assert set(refused.value.errors) == {"hasil"}
    with pytest.raises(Conflict, match="tidak sedang terbuka"):
        trial.play(complete("kerjakan"))
    assert len(trial.run.steps) == 1


def test_where_the_diagram_fails_the_run_stops_until_the_step_is_taken_back(trial: Trial) -> None:
    trial.play(start(), complete("periksa", hasil="entah"))
    stop = trial.stop
    assert stop is not None
    assert (stop.number, stop.kind, stop.element) == (2, "failed", "cukup")
    assert places(trial) == [("periksa", "Loket", "")]
    trial.keep(1)
    assert trial.stop is None


def test_a_changed_draft_is_played_with_the_same_steps(trial: Trial) -> None:
    trial.play(start(), complete("periksa", hasil="cukup"))
    trial.save("uji.bpmn", procedure(condition='=hasil = "bagus"')["uji.bpmn"])
    stop = trial.stop
    assert stop is not None
    assert (stop.number, stop.kind) == (2, "failed")
    trial.save("periksa.form", form(text("hasil", required=True), text("alasan", required=True)))
    stop = trial.stop
    assert stop is not None
    assert (stop.kind, set(stop.errors)) == ("invalid", {"alasan"})


def test_a_draft_with_errors_is_not_played(trial: Trial) -> None:
    trial.save("uji.bpmn", b"<kosong/>")
    with pytest.raises(InvalidDiagram):
        trial.play(start())


def test_a_draft_without_a_form_that_is_in_force_is_played_with_that(office: Office) -> None:
    files = {"uji.bpmn": procedure()["uji.bpmn"]}
    trial = Trial(office.database, office.owner, files)
    trial.play(start(), complete("periksa", hasil="cukup"))
    assert places(trial) == [("kerjakan", "Unit", "")]


def test_two_windows_do_not_go_on_with_one_run(trial: Trial) -> None:
    seen = trial.run.revision
    trial.play(start())
    with pytest.raises(Conflict, match="di jendela lain"):
        sandbox.play_step(
            trial.database, Command("play_step", str(trial.id), "lain"), trial.id, start(), seen=seen,
            actor=trial.owner,
        )  # fmt: skip
    with pytest.raises(Conflict, match="di jendela lain"):
        sandbox.keep_steps(
            trial.database, Command("go_back", str(trial.id), "lain"), trial.id, 0, seen=seen, actor=trial.owner,
        )  # fmt: skip


def test_a_repeated_step_is_done_once(trial: Trial) -> None:
    command = Command("play_step", str(trial.id), "sama", start().as_dict())
    seen = trial.run.revision
    for _again in range(2):
        sandbox.play_step(trial.database, command, trial.id, start(), seen=seen, actor=trial.owner)
    assert len(trial.run.steps) == 1


def test_runs_of_two_owners_are_played_at_once(trial: Trial, office: Office) -> None:
    other = Trial(office.database, office.owner, procedure(after="1 hari kerja"))

    def play(one: Trial) -> list[str]:
        one.play(start(), wait(2026, 11, 4), complete("periksa", hasil="cukup", unit="A"))
        return [element for came in one.outcomes for _at, element in came.fired]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(play, (trial, other))) == [[], ["lewat"]]
    assert [len(one.run.steps) for one in (trial, other)] == [3, 3]


def test_only_process_owners_try_drafts_and_each_has_a_run_of_his_own(trial: Trial, office: Office) -> None:
    trial.play(start())
    with pytest.raises(NotAllowed), sandbox.played_run(trial.database, trial.id, actor=office.rina):
        pass
    with office.database.transaction() as session:
        drafts.discard(session, trial.id, actor=office.owner)
    with pytest.raises(Conflict), sandbox.played_run(trial.database, trial.id, actor=office.owner):
        pass
    with pytest.raises(NotFound), sandbox.played_run(trial.database, 77, actor=office.owner):
        pass


def test_the_office_of_a_sandbox_holds_units_and_days_off_and_no_person(trial: Trial) -> None:
    trial.play(start())
    people = trial.look(lambda session: {actor.full_name for actor in office.players(session).values()})
    assert people == {"Loket", "Unit", "Ketua"}
    units = trial.look(lambda session: {unit.code for unit in session.query(Unit)})
    assert units == {"A", "B"}


def test_a_lane_sees_the_identity_that_it_would_see(trial: Trial) -> None:
    trial.play(start(pelapor="Orang Karangan"))

    def seen() -> object:
        return trial.look(lambda session: views.identity_for(session, choices.choices_of(session)[0]))

    found = seen()
    assert found == views.Identity("Loket", True, [("pelapor", "Orang Karangan")])
    trial.play(complete("periksa", hasil="cukup", unit="A"))
    assert seen() == views.Identity("Unit", False, [("pelapor", None)])


def test_a_sample_stands_for_a_file(sqlite_trial: Trial) -> None:
    picker = {"type": "filepicker", "key": "surat", "label": "Surat", "multiple": True, "accept": ".pdf"}
    sqlite_trial.save("periksa.form", form(text("hasil", required=True), picker, text("unit")))
    sqlite_trial.play(start(), complete("periksa", hasil="cukup", surat=["contoh.pdf"]))
    file = sqlite_trial.look(lambda session: views.case_file(session, 1))
    assert file.file_names == {"contoh-1": "contoh.pdf"}
    assert sqlite_trial.outcomes[-1].changed[1]["surat"] == ["contoh-1"]
    sqlite_trial.keep(1)
    with pytest.raises(InvalidForm):
        sqlite_trial.play(complete("periksa", hasil="cukup", surat=["contoh.exe"]))


def test_an_endless_reminder_stops_the_clock_and_not_the_site(
    sqlite_trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandboxes, "MOST_FIRED", 5)
    daily = boundary("tiap", "a", after="setiap hari", kind="timeCycle")
    diagram = bpmn(
        [start_event("awal"), user("a"), daily, send("ingat"), end("y"), end("z")],
        ["awal > a > z\ntiap > ingat > y"],
        lanes={"L": "awal a tiap ingat y z"},
        key="uji",
        name="Uji",
    )
    sqlite_trial.save("uji.bpmn", diagram)
    sqlite_trial.play(Step("start", process="uji"))
    with pytest.raises(Conflict, match="terlalu banyak"):
        sqlite_trial.play(wait(2027, 11, 2))
    assert sqlite_trial.play(wait(2026, 11, 4)).fired != ()


def test_a_run_that_takes_too_long_stops(sqlite_trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandboxes, "MOST_SECONDS", 0.0)
    monkeypatch.setattr(sandboxes, "HELD", sandboxes.Sandboxes())
    with pytest.raises((Conflict, InvalidDiagram)):
        sqlite_trial.play(start(), wait(2026, 11, 9))


def test_a_run_has_an_end(sqlite_trial: Trial) -> None:
    with pytest.raises(InvalidForm, match="terlalu besar"):
        sqlite_trial.play(start(judul="x" * 500_000))
    with pytest.raises(InvalidForm, match="sejak tahun 2000"):
        sqlite_trial.begin(datetime(1990, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "raw",
    [
        {},
        "abc",
        [{}],
        [{"do": "hapus"}],
        [{"do": "complete", "element": 7}],
        [{"do": "complete", "case": "1"}],
        [{"do": "complete", "case": True}],
        [{"do": "complete", "values": []}],
        [{"do": "wait"}],
        [{"do": "wait", "until": "2026-12-01T09:00"}],
        [{"do": "start"}] * 201,
    ],
)
def test_what_is_no_run_is_refused(raw: object) -> None:
    with pytest.raises(InvalidForm):
        steps_of(raw)


def test_steps_are_plain_data() -> None:
    steps = (start(), complete("periksa", 2, hasil="cukup"), wait(2026, 11, 9))
    told = [step.as_dict() for step in steps]
    assert told[1] == {"do": "complete", "element": "periksa", "occurrence": 2, "values": {"hasil": "cukup"}}
    assert steps_of(told) == steps


def test_tasks_of_one_element_are_told_apart(sqlite_trial: Trial) -> None:
    """Two tokens in one task; each has its own place in the order in which they opened."""
    diagram = bpmn(
        [start_event("awal"), exclusive("g"), user("a"), user("b"), end("z")],
        ["awal > g", flow("g", "a", condition="=true"), flow("g", "b"), "a > z\nb > z"],
        lanes={"L": "awal g a b z"},
        key="uji",
        name="Uji",
    )
    sqlite_trial.save("uji.bpmn", diagram)
    sqlite_trial.play(Step("start", process="uji"), Step("start", process="uji"))
    assert [(one.case, one.element) for one in sqlite_trial.outcomes[-1].tasks] == [(1, "a"), (2, "a")]
    came = sqlite_trial.play(Step("complete", case=2, element="a"))
    assert came.ended == ((2, "z"),)


def test_an_image_is_loaded_over_what_was_there() -> None:
    database = MemoryDatabase()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
    empty = database.image()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
    database.load(empty, {})
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == 0
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def sop() -> dict[str, bytes]:
    folders = (ROOT / "processes", ROOT / "forms")
    return {path.name: path.read_bytes() for folder in folders for path in folder.iterdir()}


def test_the_whole_sop_is_played_to_day_70_with_its_deadline(sqlite_database: Database) -> None:
    office = Office(sqlite_database)
    with sqlite_database.transaction() as session:
        for code in ("DPUPR", "SETDA-ORG"):
            session.add(Unit(code=code, name=code))
    trial = Trial(sqlite_database, office.owner, sop())
    one = report("SIN-001")
    before = checksums(sqlite_database, *OWN)
    trial.play(Step("start", process="pengaduan", values=report_values(one)))
    for element in ("penyaluran", "telaahan", "konfirmasi", "menyalurkan"):
        trial.play(complete(element, **answers_for(element, one)))
    assert places(trial) == [("tindak_lanjut", "UPT", "DPUPR")]
    [task] = trial.outcomes[-1].tasks
    assert task.due is not None
    late = trial.play(wait(2027, 2, 15))
    assert (late.at - BEGUN).days > 70
    assert [at for at, _element in late.fired][-1] == task.due
    assert len(late.fired) == 4  # three reminders, and the deadline itself
    assert trial.look(lambda session: views.case_file(session, 1)).tasks[0].overdue_at == task.due
    trial.play(complete("tindak_lanjut", **answers_for("tindak_lanjut", one)))
    ended = trial.play(complete("melaporkan", **answers_for("melaporkan", one)))
    assert len(ended.ended) == 1
    assert checksums(sqlite_database, *OWN) == before


def test_what_was_typed_into_a_run_is_sealed(trial: Trial) -> None:
    trial.play(start(pelapor="Orang Karangan"))
    with trial.database.reading() as session:
        row = session.get_one(SandboxRun, (trial.id, trial.owner.id))
        assert b"Karangan" not in bytes(row.steps)
    assert trial.run.steps[0].values["pelapor"] == "Orang Karangan"


def test_a_job_of_a_worker_is_played_as_its_lane(office: Office) -> None:
    trial = Trial(office.database, office.owner, letters())
    trial.play(start("surat", judul="Izin"))
    [waits] = [one for one in trial.look(choices.choices_of) if one.step.do == "message"]
    done = trial.play(replace(waits.step, values={"nomor_surat": "7"}))
    assert places(trial) == [("arsip", "Loket", "")]
    assert done.changed == {1: {"nomor_surat": "7"}}
