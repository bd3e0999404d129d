"""Whose inbox a lane's tasks go to: the lane's name says it, also after lanes were renamed."""

from collections.abc import Mapping

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from app.base.errors import NotAllowed
from app.findings import Finding
from app.models import Group, HistoryEvent, LaneGroup, ProcessInstance, User, UserTask
from app.services.core import access
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.instances import instances
from tests.engine.building import bpmn, end, start, user
from tests.services.office import LANES, Office, add_user, procedure

OWN = ("lane_renamed", "lane_renamed_apart", "lane_group_changed")


def deploy(office: Office, *files: Mapping[str, bytes]) -> list[Finding]:
    """Deploy; the same is found without deploying."""
    given = {name: content for one in files for name, content in one.items()}
    with office.database.reading() as session:
        foreseen = list(deployments.check_files(session, given))
    with office.database.transaction() as session:
        done = deployments.deploy(session, given, actor=office.owner)
    assert foreseen == list(done.findings)
    return [finding for finding in done.findings if finding.code in OWN]


def told(found: list[Finding]) -> list[tuple[str, str, str, str]]:
    return [(one.code, one.params["before"], one.params["after"], one.params["officers"]) for one in found]


def named(loket: str, unit: str) -> dict[str, bytes]:
    """The procedure with its first and second lane under these names; their ids stay."""
    files = procedure(lanes={loket: LANES["Loket"], unit: LANES["Unit"]})
    files["uji.bpmn"] = files["uji.bpmn"].replace(b'"identitas" value="Loket"', b'"identitas" value="lane_1"')
    return files


def small(key: str, **lanes: str) -> dict[str, bytes]:
    """Another process, its lanes by name: ids of the nodes in it."""
    nodes = [start("mulai"), user("catat"), end("selesai")]
    return {f"{key}.bpmn": bpmn(nodes, "mulai > catat > selesai", lanes=lanes, key=key)}


def begin(office: Office, actor: Actor, key: str = "uji") -> ProcessInstance:
    values = {"judul": "Lampu mati"} if key == "uji" else {}
    with office.database.transaction() as session:
        now = access.actor_of(session.get_one(User, actor.id))  # with the groups of the moment
        return instances.start(session, key, values, actor=now).instance


def who_may_take(office: Office, case: ProcessInstance) -> set[str]:
    """The names of those to whom the case's open task is offered."""
    found = set()
    with office.database.reading() as session:
        for person in session.scalars(select(User)):
            mine = access.offered(access.actor_of(person))
            if session.scalars(
                select(UserTask).where(UserTask.instance_id == case.id, UserTask.state == "open", mine)
            ).all():
                found.add(person.name)
    return found


def members(office: Office) -> dict[str, set[str]]:
    """Who belongs to which group."""
    with office.database.reading() as session:
        people = session.scalars(select(User).options(selectinload(User.groups))).all()
        every = session.scalars(select(Group.name))
        return {name: {one.name for one in people if name in [g.name for g in one.groups]} for name in every}


def test_two_lanes_that_swap_their_names_swap_their_officers(office: Office) -> None:
    before = begin(office, office.rina)
    found = deploy(office, named("Unit", "Loket"))
    assert told(found) == [
        ("lane_group_changed", "Loket", "Unit", "2"),
        ("lane_group_changed", "Unit", "Loket", "2"),
    ]
    assert [(one.element_id, one.file, bool(one.line)) for one in found] == [
        ("lane_1", "uji.bpmn", True),
        ("lane_2", "uji.bpmn", True),
    ]
    after = begin(office, office.dinas_a)
    assert office.open_task(after).lane == "Unit"
    assert who_may_take(office, after) == {"dina", "beni"}
    assert who_may_take(office, before) == {"rina", "budi"}
    with pytest.raises(NotAllowed):
        begin(office, office.rina)


def test_a_new_name_on_a_known_lane_keeps_its_officers_under_that_name(office: Office) -> None:
    before = begin(office, office.rina)
    found = deploy(office, named("Loket Depan", "Unit"))
    assert told(found) == [("lane_renamed", "Loket", "Loket Depan", "2")]
    assert "Loket Depan" in found[0].what
    assert "2 orang" in found[0].what
    assert members(office) == {
        "Ketua": {"ketua"},
        "Loket Depan": {"rina", "budi"},
        "Unit": {"dina", "beni"},
    }
    after = begin(office, office.rina)
    assert office.open_task(after).lane == "Loket Depan"
    assert who_may_take(office, after) == who_may_take(office, before) == {"rina", "budi"}
    with office.database.transaction() as session:  # who comes or goes later does so for running cases, too
        add_user(session, "sari", "Loket Depan")
    assert who_may_take(office, before) == {"rina", "budi", "sari"}


def test_what_a_deployment_does_to_groups_is_in_the_record(office: Office) -> None:
    deploy(office, named("Loket Depan", "Unit"))
    with office.database.reading() as session:
        event = session.scalars(select(HistoryEvent).where(HistoryEvent.type == "group_renamed")).one()
        assert (event.actor_id, event.data) == (
            office.owner.id,
            {"before": "Loket", "after": "Loket Depan", "officers": 2},
        )


def test_a_version_that_stands_and_one_that_goes_back_move_nobody(office: Office) -> None:
    deploy(office, named("Loket Depan", "Unit"))
    assert deploy(office, named("Loket Depan", "Unit")) == []
    assert told(deploy(office, procedure())) == [("lane_renamed", "Loket Depan", "Loket", "2")]
    assert members(office)["Loket"] == {"rina", "budi"}


def test_a_renaming_in_a_chain_follows_the_names_that_there_are(office: Office) -> None:
    found = deploy(office, named("Unit", "Dinas"))
    assert told(found) == [
        ("lane_group_changed", "Loket", "Unit", "2"),
        ("lane_renamed_apart", "Unit", "Dinas", "2"),
    ]
    assert members(office) == {
        "Ketua": {"ketua"},
        "Loket": {"rina", "budi"},
        "Unit": {"dina", "beni"},
        "Dinas": {"dina", "beni"},
    }
    assert who_may_take(office, begin(office, office.dinas_a)) == {"dina", "beni"}


def test_a_lane_that_takes_the_name_of_a_deleted_one_gets_its_officers(office: Office) -> None:
    files = procedure(lanes={"Unit": f"{LANES['Loket']} {LANES['Unit']}"})
    files["uji.bpmn"] = files["uji.bpmn"].replace(b'"identitas" value="Loket"', b'"identitas" value="lane_1"')
    assert told(deploy(office, files)) == [("lane_group_changed", "Loket", "Unit", "2")]
    assert who_may_take(office, begin(office, office.dinas_b)) == {"dina", "beni"}


def test_a_group_that_another_process_uses_keeps_its_name(office: Office) -> None:
    deploy(office, small("lain", Loket="mulai catat selesai"))
    assert told(deploy(office, named("Loket Depan", "Unit"))) == [
        ("lane_renamed_apart", "Loket", "Loket Depan", "2")
    ]
    assert members(office)["Loket"] == members(office)["Loket Depan"] == {"rina", "budi"}
    with office.database.transaction() as session:
        sari = add_user(session, "sari", "Loket Depan")
    assert who_may_take(office, begin(office, office.rina, "lain")) == {"rina", "budi"}
    assert who_may_take(office, begin(office, sari)) == {"rina", "budi", "sari"}
    follows = deploy(office, small("lain", **{"Loket Depan": "mulai catat selesai"}))
    assert told(follows) == [("lane_group_changed", "Loket", "Loket Depan", "3")]
    assert who_may_take(office, begin(office, sari, "lain")) == {"rina", "budi", "sari"}


def test_processes_that_rename_a_lane_together_rename_its_group_once(office: Office) -> None:
    deploy(office, small("lain", Loket="mulai catat selesai"))
    renamed = small("lain", **{"Loket Depan": "mulai catat selesai"})
    found = deploy(office, named("Loket Depan", "Unit"), renamed)
    assert [(one.file, one.code) for one in found] == [
        ("uji.bpmn", "lane_renamed"),
        ("lain.bpmn", "lane_renamed"),
    ]
    assert members(office).keys() == {"Ketua", "Loket Depan", "Unit"}
    assert who_may_take(office, begin(office, office.budi, "lain")) == {"rina", "budi"}


def test_a_group_that_coordinates_a_lane_keeps_its_name(office: Office) -> None:
    lanes = {"Ketua": "mulai catat selesai"}
    deploy(office, small("lain", **lanes))
    found = deploy(office, small("lain", Pimpinan="mulai catat selesai"))
    assert told(found) == [("lane_renamed_apart", "Ketua", "Pimpinan", "1")]
    assert members(office)["Ketua"] == members(office)["Pimpinan"] == {"ketua"}


def test_two_lanes_of_one_group_that_get_names_of_their_own_both_keep_its_officers(office: Office) -> None:
    files = {"dua.bpmn": _two("Loket", "Loket")}
    deploy(office, files)
    found = deploy(office, {"dua.bpmn": _two("Loket Kiri", "Loket Kanan")})
    assert [one.code for one in found] == ["lane_renamed_apart", "lane_renamed_apart"]
    assert members(office)["Loket Kiri"] == members(office)["Loket Kanan"] == {"rina", "budi"}


def test_a_lane_that_loses_its_name_keeps_its_officers_and_one_that_gets_it_back_too(office: Office) -> None:
    nameless = small("lain", Loket="mulai catat selesai")
    named_again = nameless["lain.bpmn"].replace(b'name="Loket"', b'name="Meja"')
    deploy(office, nameless)
    assert deploy(office, {"lain.bpmn": nameless["lain.bpmn"].replace(b'name="Loket"', b"")}) == []
    case = begin(office, office.rina, "lain")
    assert (office.open_task(case).lane, who_may_take(office, case)) == ("lane_1", {"rina", "budi"})
    assert told(deploy(office, {"lain.bpmn": named_again})) == [("lane_renamed_apart", "Loket", "Meja", "2")]
    assert who_may_take(office, begin(office, office.rina, "lain")) == {"rina", "budi"}


def test_a_process_without_lanes_that_gets_another_name_keeps_its_officers(office: Office) -> None:
    nodes = [start("mulai"), user("catat"), end("selesai")]
    drawn = [
        bpmn(nodes, "mulai > catat > selesai", key="cuti", name=name) for name in ("Cuti", "Cuti Pegawai")
    ]
    deploy(office, {"cuti.bpmn": drawn[0]})
    with office.database.transaction() as session:
        add_user(session, "sari", "Cuti")
    assert told(deploy(office, {"cuti.bpmn": drawn[1]})) == [("lane_renamed", "Cuti", "Cuti Pegawai", "1")]
    assert members(office)["Cuti Pegawai"] == {"sari"}


def test_a_lane_drawn_anew_under_an_id_of_long_ago_is_a_new_lane(office: Office) -> None:
    everything = f"{LANES['Loket']} {LANES['Unit']}"
    deploy(office, procedure(lanes={"Loket": everything}))
    assert deploy(office, named("Loket", "Bagian Hukum")) == []
    assert members(office)["Bagian Hukum"] == set()
    assert members(office)["Unit"] == {"dina", "beni"}


def test_what_an_earlier_release_tied_by_the_id_follows_the_name_from_the_next_version_on(
    office: Office,
) -> None:
    with office.database.transaction() as session:
        unit = select(Group.id).where(Group.name == "Unit").scalar_subquery()
        session.execute(update(LaneGroup).where(LaneGroup.lane_id == "lane_1").values(group_id=unit))
    found = deploy(office, procedure(after="5 hari kerja"))
    assert told(found) == [("lane_group_changed", "Unit", "Loket", "2")]
    assert who_may_take(office, begin(office, office.rina)) == {"rina", "budi"}


def _two(first: str, second: str) -> bytes:
    nodes = [start("mulai"), user("catat"), user("simpan"), end("selesai")]
    lanes = {"Satu": "mulai catat", "Dua": "simpan selesai"}
    drawn = bpmn(nodes, "mulai > catat > simpan > selesai", lanes=lanes, key="dua")
    return drawn.replace(b'name="Satu"', f'name="{first}"'.encode()).replace(
        b'name="Dua"', f'name="{second}"'.encode()
    )
