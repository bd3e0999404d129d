"""Deploying: nothing costly while others cannot write, and nothing stored that was prepared from what has changed."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app import worker
from app.base.config import Config
from app.base.db import Database
from app.base.errors import InvalidDiagram, InvalidForm, KeyReused
from app.commands.deployment import deployments as commands
from app.commands.deployment.deployments import deploy_files, deploy_upload, sync_folders
from app.commands.transaction import Command
from app.models import LaneGroup, ProcessDefinition, Resource, WatchedFile
from app.services.deployment import deployments, folder_watch, resources
from app.services.deployment.deployments import Outdated
from app.services.maintenance import housekeeping
from tests.engine.building import bpmn, end, node, start, timer, user
from tests.services.office import Office, add_user, form, procedure, saw, text
from tests.write_locks import write_locks


@pytest.fixture
def office(furnished: Office) -> Office:
    return furnished


def diagrams(count: int, key: str = "p") -> dict[str, bytes]:
    """As many processes, each with its lanes and a form; each begins by a form or every day by itself."""
    files = {}
    for n in range(count):
        name = f"{key}{n}"
        nodes = [
            start("mulai", form=name),
            node("startEvent", "tiap_hari", inside=timer("R/P1D", kind="timeCycle")),
            user("periksa", form=name),
            end("selesai"),
        ]
        lanes = {f"Loket {name}": "mulai tiap_hari periksa", "Unit": "selesai"}
        flows = "mulai > periksa > selesai\ntiap_hari > periksa"
        files[f"{name}.bpmn"] = bpmn(nodes, flows, lanes=lanes, key=name, name=name)
        files[f"{name}.form"] = form(text("judul"))
    return files


def versions(database: Database) -> dict[str, int]:
    with database.reading() as session:
        rows = session.execute(
            select(ProcessDefinition.key, ProcessDefinition.version).order_by(ProcessDefinition.id)
        )
        return {key: version for key, version in rows}


def _answer(_session: Any, done: deployments.Deployment) -> dict[str, Any]:
    return {"versions": [one.definition.version for one in done.definitions]}


def uploaded(office: Office, files: Mapping[str, bytes], key: str = "k") -> dict[str, Any]:
    command = Command("deploy", "", key, sorted(files))
    given = {"actor": office.owner, "seen": saw(office.database).versions}
    return deploy_upload(office.database, command, files, answer=_answer, **given)


@pytest.mark.parametrize("way", ["upload", "command line", "folders"])
def test_nothing_is_read_checked_or_evaluated_while_others_cannot_write(office: Office, way: str) -> None:
    files = diagrams(20)
    with write_locks() as seen:
        if way == "upload":
            uploaded(office, files)
        elif way == "command line":
            deploy_files(office.database, files, actor=None)
        else:
            sync_folders(office.database, files)
            assert sync_folders(office.database, files) == folder_watch.Report()
    assert seen.costly == []
    assert len(seen.seconds) == 1
    assert versions(office.database) == {"uji": 1, **{f"p{n}": 1 for n in range(20)}}


def test_the_worker_looks_at_the_folders_in_the_same_way(
    office: Office, config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, content in procedure(after="4 hari kerja").items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.setattr(folder_watch, "read_folders", lambda _config: {
        path.name: path.read_bytes() for path in tmp_path.iterdir() if path.suffix in {".bpmn", ".form"}
    })  # fmt: skip
    said: list[str] = []
    with write_locks() as seen:
        assert worker.look(office.database, config, said.append)
    assert said[0] == "Diterapkan: uji versi 2"
    assert seen.costly == []


def test_a_parser_inside_of_the_transaction_would_be_noticed(office: Office) -> None:
    with write_locks() as seen, office.database.transaction() as session:
        deployments.deploy(session, diagrams(1), actor=None)
    assert {"XML", "form"} <= set(seen.costly)


def test_the_statements_do_not_grow_with_the_number_of_diagrams(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    event.listen(
        office.database.engine, "before_cursor_execute", lambda _c, _u, text, *_rest: counted.append(text)
    )
    needed = []
    for count in (2, 40):
        with office.database.reading() as session:
            prepared = deployments.prepare(session, diagrams(count, f"q{count}_"))
        counted.clear()
        with office.database.transaction() as session:
            deployments.store(session, prepared, actor=None, seen=None)
        needed.append(len(counted))
    assert needed[1] <= needed[0] + 2


def another_version(session: Session, number: int) -> None:
    deployments.deploy(session, procedure(after=f"{number + 10} hari kerja"), actor=None)


def another_officer(session: Session, number: int) -> None:
    add_user(session, f"baru{number}", "Loket")


def meanwhile(
    office: Office, monkeypatch: pytest.MonkeyPatch, times: int, happens: Callable[[Session, int], None]
) -> list[int]:
    """Let something happen after each of the first ``times`` preparations."""
    rounds: list[int] = []
    prepare = deployments.prepare

    def slow(*given: Any, **named: Any) -> Any:
        prepared = prepare(*given, **named)
        rounds.append(len(rounds))
        if len(rounds) <= times:
            with office.database.transaction() as session:
                happens(session, len(rounds))
        return prepared

    monkeypatch.setattr(commands, "deployments", SimpleNamespace(**{**vars(deployments), "prepare": slow}))
    return rounds


def test_what_was_prepared_from_an_older_version_is_prepared_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = meanwhile(office, monkeypatch, 1, another_version)
    done = deploy_files(office.database, procedure(after="5 hari kerja"), actor=None)
    assert [one.definition.version for one in done.definitions] == [3]
    assert len(rounds) == 2


def test_it_is_not_prepared_for_ever(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = meanwhile(office, monkeypatch, 99, another_version)
    with pytest.raises(Outdated):
        deploy_files(office.database, procedure(after="5 hari kerja"), actor=None)
    assert len(rounds) == 3


def test_a_lane_that_others_work_in_meanwhile_is_told_of_as_it_is(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    lanes = {"Loket": "terima periksa cukup lewat ingat ditegur selesai", "Bidang": "kerjakan"}
    rounds = meanwhile(office, monkeypatch, 1, another_officer)
    deploy_files(office.database, procedure(lanes=lanes), actor=None)
    assert len(rounds) == 2
    with office.database.reading() as session:
        ties = session.scalars(select(LaneGroup).where(LaneGroup.process_key == "uji"))
        assert {tie.group.name for tie in ties} == {"Loket", "Bidang"}


def test_two_looks_at_once_do_not_undo_each_other(office: Office) -> None:
    files = procedure(after="7 hari kerja")
    with office.database.reading() as session:
        late = folder_watch.prepare(session, files)
    sync_folders(office.database, {**files, "rusak.form": b"{"})
    with pytest.raises(Outdated), office.database.transaction() as session:
        folder_watch.store(session, late)
    with office.database.reading() as session:
        assert session.get(WatchedFile, "rusak.form") is not None


def test_a_repeated_upload_gets_its_first_answer_without_being_checked_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = procedure(after="8 hari kerja")
    assert uploaded(office, files) == {"versions": [2]}
    monkeypatch.setattr(deployments, "prepare", None)
    assert uploaded(office, files) == {"versions": [2]}
    with pytest.raises(KeyReused):
        uploaded(office, {"lain.bpmn": b""})


def test_megabytes_are_written_ahead_in_pieces(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    files = diagrams(8)
    monkeypatch.setattr(resources, "_AT_ONCE_BYTES", max(map(len, files.values())))
    with write_locks() as seen:
        deploy_files(office.database, files, actor=None)
    assert len(seen.seconds) > 4
    assert len(versions(office.database)) == 9


def test_what_was_written_ahead_and_never_put_in_force_is_removed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "_AT_ONCE_BYTES", 1)
    with office.database.reading() as session:
        before = set(session.scalars(select(Resource.sha256)))
    rounds = meanwhile(office, monkeypatch, 99, another_officer)
    with pytest.raises(Outdated):
        deploy_files(office.database, diagrams(2), actor=None)
    assert len(rounds) == 3
    with office.database.transaction() as session:
        assert set(session.scalars(select(Resource.sha256))) > before
        housekeeping.delete_unused(session)
        assert set(session.scalars(select(Resource.sha256))) == before


def test_a_refused_upload_stores_nothing_and_holds_no_lock(office: Office) -> None:
    with write_locks() as seen, pytest.raises(InvalidDiagram):
        uploaded(office, {"uji.bpmn": b"<"})
    assert seen.seconds == []


@pytest.mark.parametrize(
    ("count", "size", "told"), [(301, 1, "Paling banyak 300 berkas"), (1, 20_000_001, "paling besar 20 MB")]
)
def test_a_deployment_has_a_most_number_of_files_and_bytes(count: int, size: int, told: str) -> None:
    deployments.require_few(300, 20_000_000)
    with pytest.raises(InvalidForm, match=told):
        deployments.require_few(count, size)
