"""Every way to open identity × every way a version comes into force, or a case comes to it: one judgement."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.commands import deployments as commands
from app.commands import studio
from app.commands.transaction import Command
from app.db import Database
from app.errors import Conflict
from app.models import ProcessDefinition, ProcessInstance
from app.services.core import clock
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.deployment import deployments, folder_watch, identity_openings, plans, unstored
from app.services.migration import effects
from app.services.migration.decisions import Decisions
from app.services.studio import new_drafts, titles
from tests.engine.building import boundary, bpmn, end, exclusive, flow, send, start, user
from tests.engine.pools import dinas, pools
from tests.services.migration import moving
from tests.services.office import LANES, Office, form, procedure, saw, text

Files = dict[str, bytes]


@dataclass(frozen=True)
class Way:
    """What opens identity: the finding's code, and the element that it names."""

    code: str
    element: str
    changes: Mapping[str, Any]
    before: Mapping[str, Any] = field(default_factory=dict)


#: What keeps a case from moving there.
MOVES: Mapping[str, set[str]] = {
    identity_openings.FIELD: {"identity_dropped"},
    identity_openings.LANE: {"identity_shown"},
    identity_openings.COORDINATOR: {"identity_shown"},
    identity_openings.GONE: {"identity_unmasked"},
    identity_openings.UNIT: {"identity_shown"},
    identity_openings.CLOSING: {"identity_disclosed"},
    identity_openings.UNASKED: set(),  # it was asked already
    identity_openings.UNMASKED: {"identity_unmasked"},
    identity_openings.HANDED: {"identity_handed_over"},
}
_CLOSED = "=rahasia = true"
_MASKED = {"type": "textarea", "key": "cerita", "label": "Cerita", "id": "Cerita"}
_READABLE = {**_MASKED, "properties": {"samarkan": "tidak"}}
_PATTERN = {**_MASKED, "type": "textfield", "validate": {"pattern": ".*", "patternErrorMessage": "x"}}
_ROWS = {"type": "dynamiclist", "id": "L", "path": "saksi", "label": "Saksi"}
_ASKED = {"type": "checkbox", "key": "rahasia", "label": "Rahasiakan", "id": "Rahasia"}

_RENAMED = {"Meja depan": LANES["Loket"], "Unit": LANES["Unit"]}
_ONE_GROUP = {"Loket": LANES["Loket"], "LOKET": LANES["Unit"]}

WAYS: Mapping[str, Way] = {
    "a field is marked no more": Way(identity_openings.FIELD, "pelapor", {"pelapor": text("pelapor")}),
    "a field gets another key and no mark": Way(
        identity_openings.FIELD, "nama", {"pelapor": {**text("nama"), "id": "Pelapor"}}
    ),
    "identitas names one lane more": Way(identity_openings.LANE, "lane_2", {"identitas": "Loket, Unit"}),
    "identitas names another lane": Way(identity_openings.LANE, "lane_2", {"identitas": "Unit"}),
    "lanes that trade names": Way(
        identity_openings.LANE,
        "lane_1",
        {"lanes": {"Unit": LANES["Loket"], "Loket": LANES["Unit"]}, "identitas": "lane_1"},
        {"identitas": "lane_1"},
    ),
    "a lane gets a coordinator": Way(
        identity_openings.COORDINATOR, "lane_1", {"koordinator": "Unit"}, {"koordinator": "Ketua"}
    ),
    "who coordinates a closed case works in a lane now": Way(
        identity_openings.LANE,
        "lane_2",
        {"identitas": "Loket, Unit"},
        {"tertutup": _CLOSED, "koordinator": "Unit"},
    ),
    "a lane is for one unit no more": Way(identity_openings.UNIT, "lane_1", {"unit": ""}, {"unit": "unit"}),
    "a lane is for another unit": Way(identity_openings.UNIT, "lane_1", {"unit": "lain"}, {"unit": "unit"}),
    "a lane is renamed, and for one unit no more": Way(
        identity_openings.UNIT,
        "lane_1",
        {"lanes": _RENAMED, "identitas": "Meja depan", "unit": ""},
        {"unit": "unit"},
    ),
    "a task is for another unit": Way(
        identity_openings.UNIT, "lane_1", {"task": {"unit": "judul"}}, {"unit": "unit"}
    ),
    "another lane of the same people is for one unit no more": Way(
        identity_openings.UNIT,
        "lane_2",
        {"unit of second": ""},
        {"lanes": _ONE_GROUP, "unit": "unit", "unit of second": "unit"},
    ),
    "identitas is removed": Way(identity_openings.GONE, "uji", {"identitas": ""}),
    "identitas tertutup is removed": Way(
        identity_openings.CLOSING, "uji", {"tertutup": ""}, {"tertutup": _CLOSED}
    ),
    "identitas tertutup holds in fewer cases": Way(
        identity_openings.CLOSING,
        "uji",
        {"tertutup": '=rahasia = true and judul = "Ya"'},
        {"tertutup": _CLOSED},
    ),
    "identitas tertutup is asked no more": Way(
        identity_openings.UNASKED, "rahasia", {"asks": False}, {"tertutup": _CLOSED}
    ),
    "samarkan = tidak": Way(identity_openings.UNMASKED, "cerita", {"cerita": _READABLE}),
    "samarkan = tidak on a field that is new": Way(
        identity_openings.UNMASKED, "lain", {"lain": {**_READABLE, "key": "lain", "id": "Lain"}}
    ),
    "samarkan = tidak under another key": Way(
        identity_openings.UNMASKED, "kisah", {"cerita": {**_READABLE, "key": "kisah"}}
    ),
    "a pattern that lets all through": Way(identity_openings.UNMASKED, "cerita", {"cerita": _PATTERN}),
    "samarkan = tidak in a row": Way(
        identity_openings.UNMASKED,
        "saksi.cerita",
        {"lain": {**_ROWS, "components": [{**_READABLE, "id": "Kata"}]}},
        {"lain": {**_ROWS, "components": [{**_MASKED, "id": "Kata"}]}},
    ),
    "a message goes to another process": Way(identity_openings.HANDED, "ingat", {"pool": ""}),
    "a message carries a marked field": Way(
        identity_openings.HANDED, "ingat", {"pool": "judul, pelapor"}, {"pool": "judul"}
    ),
}
#: What changes and opens nothing, with what stood there before.
HARMLESS: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "another deadline": ({}, {}),
    "fewer lanes": ({"identitas": "Loket, Unit"}, {"identitas": "Loket"}),
    "a lane is for one unit": ({}, {"unit": "unit"}),
    "a lane says for which unit its tasks say": ({"task": {"unit": "unit"}}, {"unit": "unit"}),
    "a lane that sees no identity is for one unit no more": ({"unit of second": "unit"}, {}),
    "a lane that was renamed": (
        {},
        {"lanes": {"Meja depan": LANES["Loket"], "Unit": LANES["Unit"]}, "identitas": "Meja depan"},
    ),
    "identitas tertutup is added": ({}, {"tertutup": _CLOSED}),
    "text is masked again": ({"cerita": _READABLE}, {"cerita": _MASKED}),
    "text stays as readable as it was": ({"cerita": _READABLE}, {"cerita": _READABLE}),
    "a new field that says nothing": ({}, {"lain": {**_MASKED, "key": "lain", "id": "Lain"}}),
    "a field is marked": ({"pelapor": text("pelapor")}, {"pelapor": text("pelapor", private=True)}),
    "a message says what it carries": ({"pool": ""}, {"pool": "judul"}),
    "who coordinated sees it in a lane, and nothing is closed": (
        {"koordinator": "Unit"},
        {"koordinator": "Unit", "identitas": "Loket, Unit"},
    ),
}


def drawn(after: str = "3 hari kerja", **changes: Any) -> Files:
    """The procedure of the office, with what it says of identity changed."""
    lanes = changes.get("lanes", LANES)
    properties = {"nomor": "nomor", "perihal": "judul", "awalan nomor": "UJI"}
    properties["identitas"] = changes.get("identitas", "Loket")
    properties["identitas tertutup"] = changes.get("tertutup", "")
    files = procedure(after=after, lanes=lanes)
    first, second = lanes
    drawn_lanes = {
        first: {"koordinator": changes.get("koordinator", "Ketua"), "unit": changes.get("unit", "")}
    }
    drawn_lanes |= {second: {"unit": changes.get("unit of second", "")}}
    drawn_lanes = {lane: {key: one for key, one in said.items() if one} for lane, said in drawn_lanes.items()}
    nodes = [
        start("terima", form="terima"),
        user("periksa", form="periksa", properties=changes.get("task", {})),
        user("kerjakan"),
        end("selesai"),
    ]
    nodes.append(boundary("lewat", "periksa", after=after, properties={"tenggat": "ya"}))
    carried = {"isi pesan": changes["pool"]} if changes.get("pool") else {}
    nodes += [send("ingat", properties=carried), end("ditegur"), exclusive("cukup", name="Cukup?")]
    flows = [
        "terima > periksa > cukup\nlewat > ingat > ditegur\nkerjakan > selesai",
        flow("cukup", "kerjakan", condition='=hasil = "cukup"'),
        flow("cukup", "periksa", condition='=hasil = "kurang"'),
    ]
    diagram = bpmn(
        nodes,
        flows,
        lanes=lanes,
        lane_properties=drawn_lanes,
        properties={name: value for name, value in properties.items() if value},
        key="uji",
        name="Prosedur uji",
    )
    files["uji.bpmn"] = pools([diagram, dinas()], "ingat > usulan_masuk") if "pool" in changes else diagram
    files |= {"telaah.form": form(text("putusan"))} if "pool" in changes else {}
    pelapor = changes.get("pelapor", {**text("pelapor", private=True), "id": "Pelapor"})
    fields = [text("nomor"), text("judul", required=True), pelapor, changes.get("cerita", _MASKED)]
    fields += [_ASKED] if changes.get("asks", True) else []
    fields += [changes["lain"]] if "lain" in changes else []
    files["terima.form"] = form(*fields)
    files["periksa.form"] = form(text("hasil", required=True), text("unit"), _ASKED)
    return files


def deploy(office: Office, files: Files) -> ProcessDefinition:
    with office.database.transaction() as session:
        done = deployments.deploy(session, files, actor=office.owner).definitions
        [made] = [one.definition for one in done if one.created and one.definition.key == "uji"]
        return made


def in_force(office: Office) -> ProcessDefinition:
    with office.database.reading() as session:
        found = definitions.latest(session, "uji")
    assert found is not None
    return found


def command(name: str) -> Command:
    return Command(name, "", uuid4().hex, {})


def draft(office: Office, files: Files) -> int:
    with office.database.transaction() as session:
        title = titles.title_of(files)
        return new_drafts.begin_from_files(session, files, title=title, actor=office.owner).id


def publish(office: Office, draft_id: int, at: datetime | None = None) -> int:
    done = studio.publish_draft(
        office.database,
        draft_id,
        "Perlu",
        actor=office.owner,
        seen=saw(office.database, draft_id),
        command=command("publish_draft"),
        answer=lambda _session, done: {"proposal": done.proposal.id if done.proposal else 0},
        at=at,
    )
    proposal: int = done["proposal"]
    return proposal


def upload(office: Office, files: Files) -> list[tuple[str, str | None, str]]:
    """Deploy, and return what is told of identity: codes, elements and how grave it is."""
    with office.database.transaction() as session:
        found = deployments.deploy(session, files, actor=office.owner).findings
    return [(one.code, one.element_id, one.severity) for one in found if one.code in identity_openings.CODES]


def by_folder(office: Office, files: Files) -> None:
    with office.database.transaction() as session:
        folder_watch.sync(session, files)


def at_a_date(office: Office, files: Files) -> None:
    """Planned while one person was enough, due when two are needed."""
    four_eyes(office, "")
    with office.database.reading() as session:
        at = clock.now(session) + timedelta(hours=1)
    waits = publish(office, draft(office, files), at)
    four_eyes(office, "identity")
    with office.database.reading() as session, pytest.raises(Conflict, match="orang kedua"):
        plans.prepare(session, waits)


def reinstate(office: Office, opened: ProcessDefinition) -> None:
    done = commands.reinstate_version(
        office.database,
        opened.id,
        "Keliru",
        actor=office.owner,
        seen=saw(office.database).versions,
        command=command("reinstate_version"),
        answer=lambda _session, done: {"proposal": done.proposal is not None},
    )
    assert done["proposal"]


def act(office: Office, do: Any, definition_id: int) -> None:
    seen = {"seen": saw(office.database).versions} if do is commands.resume_process else {}
    given = {"actor": office.owner, "command": command(do.__name__), **seen}
    do(office.database, definition_id, "Keliru", **given)


def four_eyes(office: Office, which: Any) -> None:
    office.database._info["config"] = replace(office.database._info["config"], four_eyes=which)


def obstacles(office: Office, target: Version, case: ProcessInstance) -> set[str]:
    with office.database.reading() as session:
        [verdict] = effects.dry_run(session, target, [case.id], Decisions(), actor=office.owner)
        return {one.code for one in verdict.obstacles}


def of_draft(office: Office, files: Files) -> Version:
    with office.database.reading() as session:
        return unstored.unstored_versions(session, files).versions["uji"]


@pytest.fixture
def office(sqlite_database: Database) -> Office:
    return Office(sqlite_database)


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_open_identity_is_found_and_waits_however_it_comes_in_force(
    office: Office, way: str
) -> None:
    what = WAYS[way]
    opening, closing = drawn(**{**what.before, **what.changes}), drawn(**what.before)
    deploy(office, closing)
    assert upload(office, opening) == [(what.code, what.element, "warning")]
    opened = in_force(office)
    kept = deploy(office, closing)
    case = office.start(rahasia=True, cerita="Ada.")

    four_eyes(office, "identity")
    assert upload(office, opening) == [(what.code, what.element, "warning")]
    commands.deploy_files(office.database, opening, actor=None)
    by_folder(office, opening)
    assert publish(office, draft(office, opening))
    at_a_date(office, opening)
    reinstate(office, opened)
    act(office, commands.retire_process, kept.id)
    with pytest.raises(Conflict, match="orang kedua"):
        act(office, commands.resume_process, opened.id)
    act(office, commands.resume_process, kept.id)
    assert in_force(office).id == kept.id

    for target in (moving.version(office, opened.id), of_draft(office, opening)):
        assert obstacles(office, target, case) == MOVES[what.code]


@pytest.mark.parametrize("way", WAYS)
def test_no_version_is_withdrawn_for_one_that_opens_identity(office: Office, way: str) -> None:
    what = WAYS[way]
    deploy(office, drawn(**{**what.before, **what.changes}))
    mistaken = deploy(office, drawn(**what.before))
    four_eyes(office, "identity")
    with pytest.raises(Conflict, match="orang kedua"):
        act(office, commands.withdraw_version, mistaken.id)
    assert in_force(office).id == mistaken.id


@pytest.mark.parametrize("change", HARMLESS)
def test_what_opens_nothing_comes_in_force_by_one_person(office: Office, change: str) -> None:
    before, after = HARMLESS[change]
    deploy(office, drawn(**before))
    case = office.start()
    four_eyes(office, "identity")
    assert upload(office, drawn(after="5 hari kerja", **after)) == []
    target = in_force(office)
    assert target.version == 3
    assert obstacles(office, moving.version(office, target.id), case) <= {"identity_open"}


def test_where_identity_waits_what_opens_nothing_is_withdrawn_and_resumed_by_one(office: Office) -> None:
    first = in_force(office)
    mistaken = deploy(office, procedure(after="5 hari kerja"))
    four_eyes(office, "identity")
    act(office, commands.withdraw_version, mistaken.id)
    assert in_force(office).id == first.id
    newest = deploy(office, procedure(after="7 hari kerja"))
    act(office, commands.retire_process, newest.id)
    act(office, commands.resume_process, first.id)
    assert in_force(office).id == first.id


def test_after_a_version_that_nobody_can_read_whoever_sees_identity_is_new(office: Office) -> None:
    with office.database.reading() as session:
        rules = identity_openings.rules_of(definitions.version(session, in_force(office).id))
    found = [(one.code, one.name) for one in identity_openings.openings(None, rules)]
    assert found == [(identity_openings.LANE, "Loket")]
