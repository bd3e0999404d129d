"""Taking back: an earlier version in force again, one withdrawn, a process retired and resumed."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.base.config import Config
from app.base.errors import Conflict, InvalidDiagram, InvalidForm, NotAllowed, NotFound
from app.commands.deployment import deployments as commands
from app.commands.transaction import Command
from app.history.events.deployment import DefinitionDeployed, ProcessResumed, ProcessRetired, VersionWithdrawn
from app.models import Job, ProcessDefinition, ProcessInstance
from app.services.core import history
from app.services.definitions import catalogue, definitions
from app.services.deployment import deployments, versions
from tests.engine.building import bpmn, end, node, timer, user
from tests.services.migration import moving
from tests.services.office import Office, form, procedure, saw, text

REASON = "Keliru"


def deploy(office: Office, files: dict[str, bytes] | None = None, **changes: Any) -> int:
    """Deploy, and return the id of the first version that came of it."""
    with office.database.transaction() as session:
        done = deployments.deploy(session, files or procedure(**changes), actor=office.owner)
        return done.definitions[0].definition.id


def command(name: str, definition_id: int) -> Command:
    return Command(name, str(definition_id), f"{name} {definition_id}", {"reason": REASON})


def reinstate(office: Office, definition_id: int, reason: str = REASON) -> Any:
    return commands.reinstate_version(
        office.database,
        command("reinstate_version", definition_id),
        definition_id,
        reason,
        actor=office.owner,
        seen=saw(office.database).versions,
        answer=lambda _session, done: {
            "id": done.definitions[0].definition.id if done.definitions else None,
            "proposal": done.proposal.id if done.proposal else None,
        },
    )


def act(office: Office, do: Any, definition_id: int, reason: str = REASON) -> Any:
    name = do.__name__
    seen = {"seen": saw(office.database).versions} if do is commands.resume_process else {}
    return do(
        office.database, command(name, definition_id), definition_id, reason, actor=office.owner, **seen
    )


def live(office: Office, key: str = "uji") -> ProcessDefinition | None:
    with office.database.reading() as session:
        return definitions.latest(session, key)


def told(office: Office) -> list[Any]:
    with office.database.reading() as session:
        page = history.outside_instances(session, actor=office.owner)
        return [entry.event for entry in page.items]


def timed(every: str = "R/P1D") -> dict[str, bytes]:
    begun = node("startEvent", "mulai", inside=timer(every, kind="timeCycle"))
    shapes = [begun, user("periksa"), end("selesai")]
    flows = ["mulai > periksa > selesai"]
    lanes = {"Loket": "mulai periksa selesai"}
    return {"harian.bpmn": bpmn(shapes, flows, lanes=lanes, key="harian")}


def jobs(office: Office) -> set[int | None]:
    with office.database.reading() as session:
        return set(session.scalars(select(Job.definition_id).where(Job.instance_id.is_(None))))


def test_an_earlier_version_is_in_force_again_as_a_new_one(office: Office) -> None:
    first = live(office)
    assert first is not None
    second = deploy(office, after="5 hari kerja")
    instance = office.start()
    again = reinstate(office, first.id)
    now = live(office)
    assert now is not None
    assert (now.id, now.version, now.reason) == (again["id"], 3, REASON)
    assert now.checksum == first.checksum
    assert instance.definition_id == second
    assert office.start().definition_id == now.id
    event = told(office)[0]
    assert isinstance(event, DefinitionDeployed)
    assert "uji.bpmn" in event.files
    assert event == DefinitionDeployed(
        key="uji", version=3, definition_id=now.id, reinstates=first.id, reason=REASON, files=event.files
    )
    assert reinstate(office, first.id) == again  # sent twice


def test_what_is_in_force_is_not_put_in_force_again(office: Office) -> None:
    first = live(office)
    assert first is not None
    with pytest.raises(Conflict, match="sama dengan yang berlaku"):
        reinstate(office, first.id)
    with pytest.raises(NotFound):
        reinstate(office, 77)


def test_an_earlier_version_that_opens_identity_waits_for_a_second_person(
    office: Office, config: Config
) -> None:
    opened = {"terima.form": form(text("nomor"), text("judul", required=True), text("pelapor"))}
    open_ = deploy(office, {**procedure(), **opened})
    deploy(office)
    office.database._info["config"] = replace(config, four_eyes="identity")
    assert reinstate(office, open_)["proposal"] == 1
    now = live(office)
    assert now is not None
    assert now.version == 3


def test_a_version_without_cases_is_withdrawn_and_its_number_is_not_used_again(office: Office) -> None:
    first = live(office)
    assert first is not None
    second = deploy(office, after="5 hari kerja")
    assert act(office, commands.withdraw_version, second) == {"version": 1, "id": first.id}
    now = live(office)
    assert now is not None
    assert now.id == first.id
    assert told(office)[0] == VersionWithdrawn(
        key="uji", version=2, definition_id=second, reason=REASON, instead=1
    )
    assert office.start().definition_id == first.id
    third = deploy(office, after="7 hari kerja")
    with office.database.reading() as session:
        row = definitions.get(session, third)
        assert row.version == 3
        before = versions.before(session, row)
    assert before is not None
    assert before.id == first.id  # not the one that was withdrawn


def test_a_version_with_cases_is_not_withdrawn(office: Office) -> None:
    second = deploy(office, after="5 hari kerja")
    office.start()
    with pytest.raises(Conflict, match="Sudah ada perkara pada versi 2"):
        act(office, commands.withdraw_version, second)
    with pytest.raises(Conflict, match="tidak berlaku"):
        act(office, commands.withdraw_version, 1)


def test_a_version_that_cases_moved_to_or_are_to_move_to_is_not_withdrawn(office: Office) -> None:
    case = office.start()
    moved = deploy(office, after="5 hari kerja")
    batch = moving.begin(office, moved, case)
    with pytest.raises(Conflict):
        act(office, commands.withdraw_version, moved)
    moving.work(office)
    moving.undo(office, batch)
    with pytest.raises(Conflict, match="Sudah ada perkara pada versi 2"):
        act(office, commands.withdraw_version, moved)


def test_a_version_is_not_withdrawn_while_a_case_begins_on_it(office: Office) -> None:
    for days in range(5, 8):
        newest = deploy(office, after=f"{days} hari kerja")
        together = threading.Barrier(2)

        def withdraw(newest: int = newest, together: threading.Barrier = together) -> None:
            together.wait()
            with suppress(Conflict):
                act(office, commands.withdraw_version, newest)

        def begin(together: threading.Barrier = together) -> None:
            together.wait()
            with suppress(NotFound, Conflict):
                office.start()

        with ThreadPoolExecutor(2) as pool:
            for one in (pool.submit(withdraw), pool.submit(begin)):
                one.result()
        with office.database.reading() as session:
            cases = session.query(ProcessInstance).where(ProcessInstance.definition_id == newest).count()
            assert not (session.get_one(ProcessDefinition, newest).withdrawn and cases)


def test_where_two_decide_no_earlier_version_comes_in_force_by_one(office: Office, config: Config) -> None:
    first = deploy(office)
    newest = deploy(office, after="5 hari kerja")
    office.database._info["config"] = replace(config, four_eyes="all")
    with pytest.raises(Conflict, match="orang kedua"):
        act(office, commands.withdraw_version, newest)
    act(office, commands.retire_process, newest)
    with pytest.raises(Conflict, match="orang kedua"):
        act(office, commands.resume_process, first)
    act(office, commands.resume_process, newest)
    now = live(office)
    assert now is not None
    assert now.id == newest


def test_withdrawing_the_only_version_leaves_no_process_to_start(office: Office) -> None:
    only = deploy(office, timed())
    assert act(office, commands.withdraw_version, only) == {"version": None, "id": None}
    assert live(office, "harian") is None
    with pytest.raises(Conflict, match="sudah ditarik"):
        act(office, commands.resume_process, only)


def test_no_case_of_a_retired_process_begins_and_running_ones_go_on(office: Office) -> None:
    first = live(office)
    assert first is not None
    instance = office.start()
    act(office, commands.retire_process, first.id)
    assert live(office) is None
    with pytest.raises(NotFound):
        office.start()
    assert office.open_task(instance).activity_id == "periksa"
    assert told(office)[0] == ProcessRetired(key="uji", version=1, definition_id=first.id, reason=REASON)
    with office.database.reading() as session:
        assert [one.id for one in catalogue.retired(session)] == [first.id]
        assert catalogue.page(session).items == []
    act(office, commands.resume_process, first.id)
    assert office.start().definition_id == first.id
    assert told(office)[0] == ProcessResumed(key="uji", version=1, definition_id=first.id, reason=REASON)
    with office.database.reading() as session:
        assert catalogue.retired(session) == []
    with office.database.transaction() as session, pytest.raises(Conflict, match="tidak diakhiri"):
        versions.resume(session, first.id, (), reason=REASON, actor=office.owner, seen=())


def test_a_retired_process_takes_no_new_version_until_it_is_resumed(office: Office) -> None:
    first = live(office)
    assert first is not None
    act(office, commands.retire_process, first.id)
    with pytest.raises(InvalidDiagram) as refused:
        deploy(office, after="5 hari kerja")
    assert refused.value.findings[0].code == "process_retired"
    act(office, commands.resume_process, first.id)
    deploy(office, after="5 hari kerja")


def test_timed_starts_follow_what_is_in_force(office: Office) -> None:
    first, second = deploy(office, timed()), deploy(office, timed("R/P2D"))
    assert jobs(office) == {second}
    act(office, commands.withdraw_version, second)
    assert jobs(office) == {first}
    act(office, commands.retire_process, first)
    assert jobs(office) == set()
    act(office, commands.resume_process, first)
    assert jobs(office) == {first}


def test_only_process_owners_take_back_and_say_why(office: Office) -> None:
    first = live(office)
    assert first is not None
    for do in (commands.withdraw_version, commands.retire_process, commands.resume_process):
        for actor in (office.rina, office.admin, office.auditor):
            seen = {"seen": [first.id]} if do is commands.resume_process else {}
            with pytest.raises(NotAllowed):
                do(office.database, Command("x", "", None), first.id, REASON, actor=actor, **seen)
        with pytest.raises(InvalidForm, match="Tulis alasannya"):
            act(office, do, first.id, " ")
        with pytest.raises(NotFound):
            act(office, do, 77)
