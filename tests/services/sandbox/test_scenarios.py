"""A run is kept as a file beside the diagram, and played whenever the draft is checked and before it is published."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.base.config import Config
from app.base.db import Database
from app.base.errors import Conflict, InvalidDiagram, InvalidForm
from app.commands import studio
from app.commands.deployment.deployments import sync_folders
from app.commands.sandbox import scenarios as scenario_commands
from app.commands.sandbox.scenarios import keep_scenario, play_scenarios
from app.commands.transaction import Command
from app.findings import Finding
from app.models import DefinitionFile
from app.services.core import settings
from app.services.definitions import definitions
from app.services.deployment import deployments, versions
from app.services.sandbox import scenarios
from app.services.sandbox.outcomes import OpenPlace, Outcome, Told
from app.services.sandbox.scenarios import ScenariosDiffer, Words
from app.services.studio import archives, draft_files, new_drafts
from tests.services.office import Office, form, procedure, saw, text
from tests.services.sandbox.playing import BEGUN, Trial, complete, start, wait

FILE = "selesai-di-unit.scenario"
ZONE = ZoneInfo("Asia/Jakarta")
PERIKSA = {"task": "periksa", "lane": "Loket", "due": "2026-11-05T16:00:00+07:00"}


@pytest.fixture
def trial(sqlite_database: Database) -> Trial:
    """A draft with one scenario: late, then sent to the unit, which finishes."""
    office = Office(sqlite_database)
    trial = Trial(sqlite_database, office.owner, procedure())
    trial.play(
        start(pelapor="Orang Karangan"), wait(2026, 11, 6), complete("periksa", hasil="cukup", unit="A")
    )
    trial.play(complete("kerjakan"))
    keep(trial, "Selesai di unit")
    return trial


def keep(trial: Trial, name: str) -> str:
    done = keep_scenario(
        trial.database, Command("keep_scenario", str(trial.id), uuid4().hex), trial.id, name,
        seen=trial.run.revision, actor=trial.owner,
    )  # fmt: skip
    return str(done["file"])


def contents(trial: Trial) -> dict[str, bytes]:
    with trial.database.reading() as session:
        return draft_files.contents(session, trial.id)


def played(trial: Trial, seconds: float = 60.0) -> list[Finding]:
    with trial.database.reading() as session:
        config = settings.config(session)
        return play_scenarios(
            trial.database, session, draft_files.contents(session, trial.id), config, seconds=seconds
        )


def differences(trial: Trial) -> list[tuple[str, str]]:
    return [(one.code, one.params["difference"]) for one in played(trial)]


def publish(trial: Trial, *, despite: bool = False) -> None:
    studio.publish_draft(
        trial.database, Command("publish_draft", str(trial.id), uuid4().hex), trial.id, "Perbup",
        actor=trial.owner, despite=despite, seen=saw(trial.database, trial.id),
        answer=lambda _session, _done: {},
    )  # fmt: skip


def kept_files(database: Database) -> set[str]:
    """The scenarios of the version in force."""
    with database.reading() as session:
        live = definitions.latest(session, "uji")
        assert live is not None
        query = select(DefinitionFile.name).where(DefinitionFile.definition_id == live.id)
        return set(session.scalars(query.where(DefinitionFile.kind == "scenario")))


def test_a_run_is_kept_as_a_file_that_people_can_read(trial: Trial) -> None:
    told = json.loads(contents(trial)[FILE])
    assert (told["scenario"], told["process"], told["begins"]) == (
        "Selesai di unit",
        "uji",
        "2026-11-02T09:00:00+07:00",
    )
    begun, late, sent, done = told["steps"]
    assert begun["values"] == {"judul": "Lampu mati", "pelapor": "Orang Karangan"}
    assert begun["then"] == {
        "open": [PERIKSA],
        "changed": [{"judul": "Lampu mati", "nomor": "UJI-2026-00001"}],
    }
    assert late["then"]["fired"] == [{"timer": "lewat", "at": "2026-11-05T16:00:00+07:00"}]
    assert late["then"]["notices"][0]["to"] == ["Loket"]
    assert sent["then"]["open"] == [{"task": "kerjakan", "lane": "Unit", "unit": "A"}]
    assert done["then"] == {"ended": [{"at": "selesai"}]}
    assert differences(trial) == []


def test_it_is_the_same_file_for_the_same_run(trial: Trial) -> None:
    before = contents(trial)[FILE]
    keep(trial, "Selesai di unit")
    assert contents(trial)[FILE] == before


def test_the_first_difference_is_told(trial: Trial) -> None:
    moved = procedure(lanes={"Loket": "terima cukup lewat ingat ditegur selesai", "Unit": "kerjakan periksa"})
    trial.save("uji.bpmn", moved["uji.bpmn"])
    [(code, told)] = differences(trial)
    assert code == "scenario_differs"
    assert told == (
        "langkah 1 (Perkara dimulai): tugas “Periksa” seharusnya terbuka pada lajur Loket, "
        "tetapi terbuka pada lajur Unit"
    )
    trial.save("uji.bpmn", procedure(after="5 hari kerja")["uji.bpmn"])
    [(_code, told)] = differences(trial)
    assert "tenggat tugas “Periksa” seharusnya 5 Nov 2026, 16.00 WIB, tetapi 9 Nov 2026, 16.00 WIB" in told


def test_a_case_that_gets_stuck_is_an_error_and_other_steps_a_difference(trial: Trial) -> None:
    trial.save("uji.bpmn", procedure(condition='=hasil = "bagus"')["uji.bpmn"])
    [(code, told)] = differences(trial)
    assert code == "scenario_stuck"
    assert told.startswith("langkah 3 (Periksa diselesaikan): di “Cukup?”: ")
    with pytest.raises(InvalidDiagram) as stuck:
        publish(trial, despite=True)
    assert not isinstance(stuck.value, ScenariosDiffer)
    trial.save("uji.bpmn", procedure()["uji.bpmn"])
    trial.save("periksa.form", form(text("hasil", required=True), text("alasan", required=True)))
    [(code, told)] = differences(trial)
    assert code == "scenario_differs"
    assert "Alasan" in told


def test_a_draft_whose_scenario_differs_is_published_only_despite_that(trial: Trial) -> None:
    trial.save("uji.bpmn", procedure(after="5 hari kerja")["uji.bpmn"])
    with pytest.raises(ScenariosDiffer) as differing:
        publish(trial)
    assert [one.code for one in differing.value.findings] == ["scenario_differs"]
    publish(trial, despite=True)
    assert kept_files(trial.database) == {FILE}


def test_scenarios_are_versioned_with_the_process_and_carried_over(trial: Trial) -> None:
    publish(trial)
    assert kept_files(trial.database) == {FILE}
    with trial.database.transaction() as session:  # an upload that knows nothing of scenarios
        deployments.deploy(session, {"uji.bpmn": procedure(after="4 hari kerja")["uji.bpmn"]}, actor=None)
    assert kept_files(trial.database) == {FILE}
    with trial.database.transaction() as session:
        live = definitions.latest(session, "uji")
        assert live is not None
        draft_id = new_drafts.begin_from_version(session, live.id, actor=trial.owner).id
        assert FILE in draft_files.contents(session, draft_id)
        draft_files.remove(session, draft_id, FILE, actor=trial.owner)
    trial.id = draft_id
    publish(trial)
    assert kept_files(trial.database) == set()
    with trial.database.reading() as session:
        prepared = versions.prepare_reinstatement(session, live.id, reason="Salah", actor=trial.owner)
    assert FILE in prepared.versions[0].files


def test_a_scenario_alone_makes_a_version_of_its_process(trial: Trial) -> None:
    content = contents(trial)[FILE]
    with trial.database.transaction() as session:
        done = deployments.deploy(session, {FILE: content}, actor=None)
    assert [one.definition.key for one in done.definitions] == ["uji"]
    assert kept_files(trial.database) == {FILE}
    other = content.replace(b'"process": "uji"', b'"process": "lain"')
    with trial.database.reading() as session:
        found = deployments.check_files(session, {"uji.bpmn": procedure()["uji.bpmn"], FILE: other})
    assert ("file_not_used", "warning") in {(one.code, one.severity) for one in found}


def test_watched_folders_take_scenarios_along(trial: Trial) -> None:
    files = {**procedure(after="4 hari kerja"), FILE: contents(trial)[FILE]}
    report = sync_folders(trial.database, files)
    assert [one for one in report.findings if one.severity == "error"] == []
    assert kept_files(trial.database) == {FILE}


def test_archives_take_scenarios_along(trial: Trial) -> None:
    files = contents(trial)
    assert archives.unpack({"draf.zip": archives.pack(files)}) == files


def _expecting(then: str) -> bytes:
    """A scenario of one step that expects this."""
    step = f'{{"do": "start", "process": "uji", "then": {then}}}'
    return f'{{"begins": "2026-11-02T09:00+07:00", "steps": [{step}]}}'.encode()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "bukan JSON"),
        (b"[]", "bukan JSON dengan nama dan nilai"),
        (b'{"steps": 7}', "bukan daftar"),
        (b'{"steps": [], "begins": "kemarin"}', "“begins” bukan waktu"),
        (b'{"steps": [{"do": "wait", "until": "lusa"}]}', "langkah 1: “until” bukan waktu"),
        (b"[" * 100_000, "bukan JSON"),
        (b'{"x": ' + b"[" * 900 + b"]" * 900 + b"}", "bukan JSON"),
        (rb'{"scenario": "\ud800", "steps": []}', "bukan JSON"),
        (b'{"steps": [], "begins": "0001-01-01T00:00+07:00"}', "“begins” bukan waktu"),
        (b'{"steps": [], "begins": "9999-12-31T23:59-12:00"}', "“begins” bukan waktu"),
        (b'{"steps": [{"do": "wait", "until": "9999-12-31T23:59-12:00"}]}', "“until” bukan waktu"),
        (b'{"steps": [{"do": ["start"]}]}', "“do” bukan salah satu"),
        (b'{"steps": [{"do": {}}]}', "“do” bukan salah satu"),
        *(
            (_expecting(then), f"langkah 1: “{key}” tidak dapat dibaca")
            for key, then in (
                ("waits", '{"waits": [{"case": {"a": 1}, "event": "x"}]}'),
                ("ended", '{"ended": [{"case": [1], "at": "x"}]}'),
                ("ended", '{"ended": [{"at": ["x"]}]}'),
                ("changed", '{"changed": [{"case": [1]}]}'),
                ("open", '{"open": ["periksa"]}'),
            )
        ),
        (_expecting('{"open": {"task": "periksa"}}'), "langkah 1: “then” tidak memuat"),
    ],
)
def test_what_cannot_be_read_is_told_and_no_error(trial: Trial, content: bytes, told: str) -> None:
    trial.save("rusak.scenario", content)
    [finding] = played(trial)
    assert (finding.code, finding.severity, finding.file) == (
        "scenario_unreadable",
        "warning",
        "rusak.scenario",
    )
    assert told in finding.what


def test_more_scenarios_than_there_is_time_for_are_said_not_to_be_played(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenario_commands, "_verdicts", {})
    assert [one.code for one in played(trial, seconds=-1.0)] == ["scenario_not_run"]


def test_what_stopped_or_has_no_name_is_not_kept(trial: Trial) -> None:
    with pytest.raises(InvalidForm):
        keep(trial, " ?! ")
    seen = trial.run.revision
    trial.begin()
    with pytest.raises(InvalidForm, match="bukan skenario"):
        keep(trial, "Kosong")
    trial.play(start(), complete("periksa", hasil="entah"))
    with pytest.raises(InvalidForm, match="bukan skenario"):
        keep(trial, "Gagal")
    with pytest.raises(Conflict):
        keep_scenario(
            trial.database, Command("keep_scenario", str(trial.id), "lama"), trial.id, "Lama", seen=seen,
            actor=trial.owner,
        )  # fmt: skip


def test_without_a_database_scenarios_are_played_too(config: Config, trial: Trial) -> None:
    """A unit that the office has is a unit that this knows nothing of: told as a difference, not as a failure."""
    found = play_scenarios(None, None, contents(trial), config)
    assert [one.code for one in found] == ["scenario_differs"]
    assert "untuk unit A, tetapi untuk seluruh lajur" in found[0].what


def outcome(**given: Any) -> Outcome:
    tasks = (OpenPlace(1, "a", "L", "U", datetime(2026, 11, 5, 9, tzinfo=UTC)),)
    notices = (Told("s", ("L",), "Awas"),)
    plain = {"tasks": tasks, "waits": (OpenPlace(1, "m"),), "changed": {1: {"x": 1}}, "notices": notices}
    return Outcome(BEGUN, **{**plain, "fired": ((BEGUN, "t"),), **given})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda o: o["open"].append({"task": "b", "lane": "M"}), "tugas “B” seharusnya terbuka pada lajur M"),
        (lambda o: o.pop("open"), "tugas “A” pada lajur L terbuka, padahal"),
        (lambda o: o["open"][0].update(lane="M"), "lajur M, tetapi terbuka pada lajur L"),
        (lambda o: o["open"][0].pop("unit"), "untuk unit seluruh lajur, tetapi untuk U"),
        (lambda o: o["open"][0].pop("due"), "seharusnya tidak ada, tetapi 5 Nov"),
        (lambda o: o.update(ended=[{"at": "e"}]), "seharusnya berakhir di “E”, tetapi masih berjalan"),
        (lambda o: o["waits"].append({"event": "n"}), "seharusnya menunggu “N”"),
        (lambda o: o.pop("waits"), "menunggu “M”, padahal"),
        (lambda o: o["fired"][0].update(at="2026-11-03T09:00:00+07:00"), "tenggat “T” seharusnya tiba 3 Nov"),
        (lambda o: o.pop("fired"), "tenggat “T” tiba 2 Nov"),
        (lambda o: o["changed"][0].update(x=2), "isian “x” seharusnya 2, tetapi 1"),
        (lambda o: o["changed"][0].update(y=None), "isian “y” seharusnya null, tetapi tidak berubah"),
        (lambda o: o.pop("changed"), "isian “x” seharusnya tidak berubah, tetapi 1"),
        (lambda o: o["notices"][0].update(to=["M"]), "pemberitahuan kepada M seharusnya dikirim"),
        (lambda o: o.pop("notices"), "pemberitahuan kepada L dikirim, padahal"),
    ],
)
def test_every_kind_of_difference_is_told(change: Callable[[Any], object], told: str) -> None:
    words, came = Words({one: one.upper() for one in "abemnst"}, ZONE), outcome()
    expected = scenarios.expectation(came, ZONE)
    assert scenarios.difference(expected, came, words) == ""
    change(expected)
    assert told in scenarios.difference(expected, came, words)


def test_an_end_is_compared_with_the_end_that_was_reached() -> None:
    words = Words({}, ZONE)
    ended = outcome(ended=((1, "z"),))
    expected = scenarios.expectation(ended, ZONE)
    assert "berakhir di “y”, tetapi berakhir di “z”" in scenarios.difference(
        {**expected, "ended": [{"at": "y"}]}, ended, words
    )
    assert "padahal seharusnya masih berjalan" in scenarios.difference(
        {key: value for key, value in expected.items() if key != "ended"}, ended, words
    )


def test_odd_expectations_are_compared_without_harm() -> None:
    words = Words({}, ZONE)
    odd = {
        "open": [7, {"task": None, "due": 5}],
        "ended": "x",
        "changed": [{"x": []}],
        "notices": [{"to": 7}],
    }
    assert scenarios.difference(odd, outcome(), words)


def test_times_that_no_calendar_has_are_told_as_they_stand(trial: Trial) -> None:
    then = '{"open": [{"task": "periksa", "lane": "Loket", "due": "0001-01-01T00:00+12:00"}]}'
    whole = _expecting(then).replace(b'"then"', b'"values": {"judul": "Jalan"}, "then"')
    trial.save("jauh.scenario", whole)
    finding = next(one for one in played(trial) if one.file == "jauh.scenario")
    assert finding.code == "scenario_differs"
    assert "0001-01-01T00:00+12:00" in finding.what
