"""Every way to open identity × every way a version comes into force, or a case comes to it: one judgement."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.base.db import Database
from app.base.errors import Conflict
from app.commands import studio
from app.commands.deployment import deployments as commands
from app.commands.transaction import Command
from app.models import ProcessDefinition, ProcessInstance
from app.services.core import clock
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.deployment import deployments, folder_watch, identity_openings, plans, unstored
from app.services.migration import effects
from app.services.migration.decisions import Decisions
from app.services.studio import new_drafts, titles
from tests.engine.building import boundary, bpmn, end, exclusive, flow, rule, send, start, user
from tests.engine.decision_tables import dmn
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
    identity_openings.UNASKED: {"identity_disclosed"},
    identity_openings.ALTERED: {"identity_disclosed"},
    identity_openings.UNMASKED: {"identity_unmasked"},
    identity_openings.HANDED: {"identity_handed_over"},
}
_CLOSED = "=rahasia = true"
_MASKED = {"type": "textarea", "key": "cerita", "label": "Cerita", "id": "Cerita"}
_READABLE = {**_MASKED, "properties": {"samarkan": "tidak"}}
_PATTERN = {**_MASKED, "type": "textfield", "validate": {"pattern": ".*", "patternErrorMessage": "x"}}
_ROWS = {"type": "dynamiclist", "id": "L", "path": "saksi", "label": "Saksi"}
_ASKED = {"type": "checkbox", "key": "rahasia", "label": "Rahasiakan", "id": "Rahasia"}

_KIND = {
    "type": "radio",
    "id": "Golongan",
    "key": "golongan",
    "label": "Golongan",
    "values": [{"value": "warga", "label": "Warga"}, {"value": "pejabat", "label": "Pejabat"}],
}
_OF_OFFICIALS = {"tertutup": '=golongan = "pejabat"', "lain": _KIND}
_ONLY_OTHERS = [{"value": "warga", "label": "Warga"}, {"value": "Pejabat", "label": "Pejabat"}]
_GROUP = {"type": "group", "id": "G", "label": "Kerahasiaan"}


def _group(**more: Any) -> Mapping[str, Any]:
    return {**_GROUP, **more, "components": [_ASKED]}


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
    "identitas tertutup is asked out of sight": Way(
        identity_openings.ALTERED,
        "rahasia",
        {"asked": {**_ASKED, "conditional": {"hide": "=true"}}},
        {"tertutup": _CLOSED},
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
#: Each way to set otherwise what the condition of ``identitas tertutup`` reads, or what decides that: what changes,
#: and what stood there before; the field that is told of, where it is another.
ALTERED: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any], str]] = {
    "hidden": ({"asked": {**_ASKED, "conditional": {"hide": "=true"}}}, {}, ""),
    "hidden in the later form": ({"asked later": {**_ASKED, "conditional": {"hide": "=true"}}}, {}, ""),
    "hidden by what else is typed": ({"asked": {**_ASKED, "conditional": {"hide": '=judul != "x"'}}}, {}, ""),
    "in a group that is hidden": ({"asked": _group(conditional={"hide": "=true"})}, {}, ""),
    "in a group in a group that is hidden": (
        {"asked": {**_GROUP, "id": "H", "conditional": {"hide": "=true"}, "components": [_group()]}},
        {},
        "",
    ),
    "in a group that was shown": (
        {"asked": _group(conditional={"hide": "=true"})},
        {"asked": _group()},
        "",
    ),
    "hidden in another case": (
        {"asked": {**_ASKED, "conditional": {"hide": '=judul != "x"'}}},
        {"asked": {**_ASKED, "conditional": {"hide": '=judul = "x"'}}},
        "",
    ),
    "read only": ({"asked": {**_ASKED, "readonly": True}}, {}, ""),
    "read only at times": ({"asked": {**_ASKED, "readonly": '=judul != "x"'}}, {}, ""),
    "disabled": ({"asked": {**_ASKED, "disabled": True}}, {}, ""),
    "read only and answered": ({"asked": {**_ASKED, "readonly": True, "defaultValue": False}}, {}, ""),
    "answered before": ({"asked later": {**_ASKED, "defaultValue": False}}, {}, ""),
    "asked anew later": ({"asked later": {**_ASKED, "properties": {"tanya ulang": "ya"}}}, {}, ""),
    "must be filled in": ({"asked": {**_ASKED, "validate": {"required": True}}}, {}, ""),
    "text instead of a tick": ({"asked": {**_ASKED, "type": "textfield"}}, {}, ""),
    "worked out": (
        {
            "asked": {
                "type": "expression",
                "id": "R",
                "key": "rahasia",
                "expression": "=false",
                "computeOn": "change",
            }
        },
        {},
        "",
    ),
    "asked by one element more": ({"form of kerjakan": "periksa"}, {}, ""),
    "an option gone": ({"lain": {**_KIND, "values": _KIND["values"][:1]}}, _OF_OFFICIALS, "golongan"),
    "an option with another value": ({"lain": {**_KIND, "values": _ONLY_OTHERS}}, _OF_OFFICIALS, "golongan"),
    "an option chosen before": ({"lain": {**_KIND, "defaultValue": "warga"}}, _OF_OFFICIALS, "golongan"),
    "options that data give": (
        {
            "lain": {key: one for key, one in _KIND.items() if key != "values"}
            | {"valuesExpression": '=["warga"]'}
        },
        _OF_OFFICIALS,
        "golongan",
    ),
    "text that may not be as long": (
        {"lain": {**_KIND, "type": "textfield", "values": None, "validate": {"maxLength": 5}}},
        {**_OF_OFFICIALS, "lain": {**_KIND, "type": "textfield", "values": None}},
        "golongan",
    ),
    "a table gives it": ({"table": "rahasia"}, {"table": "kelas"}, ""),
    "a table is there that gives it": ({"table": "rahasia"}, {}, ""),
    "another table": ({"table": "rahasia", "decides": "false"}, {"table": "rahasia"}, ""),
    "what its table reads is hidden": (
        {"lain": {**_KIND, "conditional": {"hide": "=true"}}},
        {"table": "rahasia", "reads": "golongan", "lain": _KIND},
        "golongan",
    ),
    "what its condition reads is hidden": (
        {"lain": {**_KIND, "conditional": {"hide": "=true"}}},
        {"asked": {**_ASKED, "conditional": {"hide": '=golongan != "pejabat"'}}, "lain": _KIND},
        "golongan",
    ),
    "a message brings it": ({"message": True}, {}, ""),
    "an element sets it": ({"set": "rahasia"}, {}, ""),
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
    "what identitas tertutup reads looks otherwise": (
        {"tertutup": _CLOSED},
        {
            "tertutup": _CLOSED,
            "asked": _group(),
            "asked later": {**_ASKED, "id": "X", "label": "Sembunyikan nama?", "description": "Bila perlu"},
        },
    ),
    "options of what identitas tertutup reads stand in another order": (
        _OF_OFFICIALS,
        {**_OF_OFFICIALS, "lain": {**_KIND, "values": [*reversed(_KIND["values"])]}},
    ),
    "a table that gives what identitas tertutup reads stays": (
        {"tertutup": _CLOSED, "table": "rahasia"},
        {"tertutup": _CLOSED, "table": "rahasia"},
    ),
    "what identitas tertutup does not read is hidden": (
        {"tertutup": _CLOSED},
        {"tertutup": _CLOSED, "cerita": {**_MASKED, "conditional": {"hide": "=true"}}},
    ),
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
    later = {"form": changes["form of kerjakan"]} if "form of kerjakan" in changes else {}
    nodes = [
        start("terima", form="terima"),
        user("periksa", form="periksa", properties=changes.get("task", {})),
        user("kerjakan", extensions=_sets(changes["set"]) if "set" in changes else "", **later),
        end("selesai"),
    ]
    table = changes.get("table")
    if table:
        nodes.append(rule("nilai", decision="rute"))
        lanes = {**lanes, first: f"{lanes[first]} nilai"}
    nodes += [end("disusul")] if "message" in changes else []
    if "message" in changes:
        nodes.append(boundary("susulan", "periksa", message="Susulan"))
    nodes.append(boundary("lewat", "periksa", after=after, properties={"tenggat": "ya"}))
    carried = {"isi pesan": changes["pool"]} if changes.get("pool") else {}
    nodes += [send("ingat", properties=carried), end("ditegur"), exclusive("cukup", name="Cukup?")]
    flows = [
        "susulan > disusul" if "message" in changes else "",
        "terima > periksa > nilai > cukup" if table else "terima > periksa > cukup",
        "lewat > ingat > ditegur\nkerjakan > selesai",
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
    fields += [changes.get("asked", _ASKED)] if changes.get("asks", True) else []
    fields += [changes["lain"]] if "lain" in changes else []
    files["terima.form"] = form(*fields)
    files["periksa.form"] = form(
        text("hasil", required=True), text("unit"), changes.get("asked later", _ASKED)
    )
    if table:
        rows = [("-", changes.get("decides", "true"))]
        reads = changes.get("reads", "judul")
        files["rute.dmn"] = dmn(*rows, output=f'name="{table}"', reads=reads)
    return files


def _sets(variable: str) -> str:
    """An output of Camunda 8."""
    return (
        f'<zeebe:ioMapping xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">'
        f'<zeebe:output source="=false" target="{variable}"/></zeebe:ioMapping>'
    )


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
        command("publish_draft"),
        draft_id,
        "Perlu",
        actor=office.owner,
        seen=saw(office.database, draft_id),
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
        command("reinstate_version"),
        opened.id,
        "Keliru",
        actor=office.owner,
        seen=saw(office.database).versions,
        answer=lambda _session, done: {"proposal": done.proposal is not None},
    )
    assert done["proposal"]


def act(office: Office, do: Any, definition_id: int) -> None:
    seen = {"seen": saw(office.database).versions} if do is commands.resume_process else {}
    do(office.database, command(do.__name__), definition_id, "Keliru", actor=office.owner, **seen)


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


def test_each_way_to_set_otherwise_what_closes_identity_is_found_and_waits(office: Office) -> None:
    for number, (way, (after, more, key)) in enumerate(ALTERED.items(), 4):
        before = {"tertutup": _CLOSED, **more}
        four_eyes(office, "")
        kept = deploy(office, drawn(after=f"{number} hari kerja", **before))
        four_eyes(office, "identity")
        found = upload(office, drawn(after=f"{number} hari kerja", **{**before, **after}))
        assert found == [(identity_openings.ALTERED, key or "rahasia", "warning")], way
        assert in_force(office).id == kept.id, way


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
