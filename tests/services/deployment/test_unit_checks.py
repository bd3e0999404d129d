"""A task for officers of one unit that opens before the unit is chosen: a deployment says so, and on which ways."""

import time
from collections.abc import Sequence
from typing import Any

import pytest

from app.base.config import ROOT
from app.base.i18n import speaking
from app.findings import Finding, title
from app.services.deployment import deployments
from tests.engine.building import (
    Shape,
    boundary,
    bpmn,
    catch,
    end,
    exclusive,
    flow,
    inclusive,
    inside,
    node,
    parallel,
    rule,
    start,
    user,
)
from tests.engine.decision_tables import dmn
from tests.services.office import Office, add_user, form, text
from tests.sop_changes.editing import Drawing

UNIT = {"unit": "unit"}
#: The task that is for one unit.
GOAL = user("tindak", properties=UNIT)
CHOICE = text("unit", required=True)
OPTIONAL = text("unit")
HIDDEN = CHOICE | {"conditional": {"hide": '=hasil != "cukup"'}}


def found_in(
    nodes: Sequence[Shape], flows: str | Sequence[str], *fields: dict[str, Any], **files: bytes
) -> list[Finding]:
    """What a check says of tasks without a unit; ``fields`` are those of ``isian.form``."""
    drawn = bpmn([start("mulai"), *nodes, GOAL, end("selesai")], flows)
    given = {"p.bpmn": drawn, "isian.form": form(*(fields or (CHOICE,))), **_named(files)}
    found = deployments.check_files(None, given)
    assert not [one for one in found if one.severity == "error"], [one.text for one in found]
    return [one for one in found if one.code in {"unit_not_chosen", "unit_perhaps_not_chosen"}]


def _named(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name.replace("_", "."): content for name, content in files.items()}


def asked(*fields: dict[str, Any]) -> list[Finding]:
    """With a form before the task."""
    return found_in([user("pilih", form="isian")], "mulai > pilih > tindak > selesai", *fields)


def sop() -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for folder in ("processes", "forms")
        for path in (ROOT / folder).iterdir()
    }


def test_the_sop_gives_no_warning() -> None:
    assert list(deployments.check_files(None, sop())) == []


def test_a_task_of_the_sop_dragged_to_the_units_is_warned_of_with_the_way_and_who_would_see_it(
    office: Office,
) -> None:
    with office.database.transaction() as session:
        add_user(session, "upt1", "UPT", units=("A",))
        add_user(session, "upt2", "UPT", units=("A", "B"))
        add_user(session, "upt3", "UPT")
        add_user(session, "upt4", "UPT", units=("C",), is_auditor=True)  # works in no lane
    drawing = Drawing()
    drawing.move("lajur_upt", "konfirmasi", "tenggat_konfirmasi")
    with office.database.reading() as session:
        found = deployments.check_files(session, {**sop(), **drawing.saved()})
    [one] = [one for one in found if one.code == "unit_not_chosen"]
    assert (one.severity, one.element_id, one.file) == ("warning", "konfirmasi", "pengaduan.bpmn")
    assert one.params["ways"] == "Mulai → Penyaluran Pengaduan → Telaahan Lanjutan"
    assert "“unit_tujuan”" in one.what
    assert "3 petugas dari 2 unit pada lajur “UPT”" in one.what
    with speaking("en"):
        assert "officers of the lane “UPT” (people: 3, units: 2)" in one.what
        assert "required field" in one.todo


def test_without_a_database_the_lane_is_named(office: Office) -> None:
    drawing = Drawing()
    drawing.move("lajur_upt", "konfirmasi", "tenggat_konfirmasi")
    [one] = deployments.check_files(None, {**sop(), **drawing.saved()})
    assert "semua petugas lajur “UPT”, dari unit mana pun" in one.what


def test_every_way_on_which_nothing_fills_the_unit_in_is_named() -> None:
    nodes = [
        exclusive("g", name="Jelas?"),
        user("pilih", form="isian"),
        user("catat", name="Catat dulu"),
        exclusive("h", name="Mendesak?"),
        user("lapor"),
    ]
    ways = ["mulai > g", flow("g", "pilih", name="ya"), flow("g", "catat", name="tidak"), "catat > h"]
    ways += [flow("h", "tindak", name="ya"), flow("h", "lapor", name="tidak")]
    ways += ["pilih > tindak\nlapor > tindak > selesai"]
    [one] = found_in(nodes, ways)
    assert one.params["ways"] == (
        "Mulai → Jelas? (tidak) → Catat dulu → Mendesak? (ya); "
        "Mulai → Jelas? (tidak) → Catat dulu → Mendesak? (tidak) → Lapor"
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ((CHOICE,), None),
        ((OPTIONAL,), "unit_perhaps_not_chosen"),
        ((HIDDEN, text("hasil")), "unit_perhaps_not_chosen"),
        ((OPTIONAL | {"defaultValue": "A"},), None),
        ((CHOICE | {"disabled": True},), "unit_perhaps_not_chosen"),
        ((text("lain", required=True),), "unit_not_chosen"),
        (({"type": "group", "components": [{"id": "u", **CHOICE}]},), None),
    ],
    ids=str,
)
def test_a_field_counts_where_it_must_be_filled_in(
    fields: tuple[dict[str, Any], ...], code: str | None
) -> None:
    assert [one.code for one in asked(*fields)] == ([code] if code else [])


def test_fields_of_two_forms_count_where_one_shows_whenever_the_other_does_not() -> None:
    nodes = [user("pilih", form="isian"), user("lagi", form="lagi")]
    for condition, warned in (('=hasil = "cukup"', False), ('=hasil = "kurang"', True)):
        rest = form(CHOICE | {"conditional": {"hide": condition}})
        ways = "mulai > pilih > lagi > tindak > selesai"
        assert bool(found_in(nodes, ways, HIDDEN, text("hasil"), lagi_form=rest)) is warned


def test_where_a_field_may_stay_empty_the_task_that_asks_for_it_is_named() -> None:
    [one] = asked(OPTIONAL)
    assert one.params["perhaps"] == "Pilih"
    assert "di Pilih ia boleh tetap kosong" in one.what
    assert title(one.code).endswith("belum tentu terisi")


@pytest.mark.parametrize(
    ("to_goal", "away", "warned"),
    [
        ('=hasil = "cukup"', '=hasil = "kurang"', False),
        ('=hasil = "cukup" and jenis = "a"', '=hasil = "kurang"', False),
        (None, '=hasil != "cukup"', False),  # the default flow
        ("=unit != null", '=hasil = "kurang"', False),
        ('=unit = "A" or unit = "B"', '=hasil = "kurang"', False),
        ('=hasil = "kurang"', '=hasil = "cukup"', True),
        ('=hasil in ("cukup", "kurang")', '=hasil = "lain"', True),
        ('=jenis = "a"', '=hasil = "kurang"', True),
        ('=unit = "A" or jenis = "b"', '=hasil = "kurang"', True),
        ('=hasil = jenis', '=hasil = "kurang"', True),
    ],
)  # fmt: skip
def test_a_field_that_is_asked_for_where_the_way_leads_to_the_task_counts(
    to_goal: str | None, away: str, warned: bool
) -> None:
    nodes = [user("pilih", form="isian"), exclusive("g", default="ke_tindak"), end("lain")]
    ways = ["mulai > pilih > g", flow("g", "tindak", condition=to_goal, id="ke_tindak")]
    if to_goal:
        nodes[1] = exclusive("g", default="ke_lain")
    ways += [flow("g", "lain", condition=None if to_goal else away, id="ke_lain"), "tindak > selesai"]
    if not to_goal:
        nodes[1] = exclusive("g", default="ke_tindak")
    assert bool(found_in(nodes, ways, HIDDEN, text("hasil"), text("jenis"))) is warned


def test_what_showed_the_field_no_longer_tells_once_it_was_asked_anew() -> None:
    again = form(text("hasil"))
    nodes = [user("pilih", form="isian"), user("lagi", form="lagi"), exclusive("g"), end("lain")]
    ways = [
        "mulai > pilih > lagi > g",
        flow("g", "tindak", condition='=hasil = "cukup"'),
        flow("g", "lain", condition='=hasil = "kurang"'),
        "tindak > selesai",
    ]
    assert found_in(nodes, ways, HIDDEN, text("hasil"), lagi_form=again)


def test_a_later_field_that_may_stay_empty_takes_nothing_back_unless_it_opens_empty() -> None:
    nodes = [user("pilih", form="isian"), user("lagi", form="lagi")]
    ways = "mulai > pilih > lagi > tindak > selesai"
    anew = OPTIONAL | {"properties": {"tanya ulang": "ya"}}
    assert not found_in(nodes, ways, lagi_form=form(OPTIONAL))
    assert found_in(nodes, ways, lagi_form=form(anew))


@pytest.mark.parametrize(
    ("rows", "policy", "warned"),
    [
        ((('"x"', '"A"'), ("-", '"B"')), "FIRST", False),
        ((('"x"', '"A"'),), "FIRST", True),
        ((('"x"', '"A"'), ("-", "null")), "FIRST", True),
        ((("-", '"A"'),), "COLLECT", True),
    ],
)
def test_a_table_counts_that_gives_something_whatever_it_is_asked(
    rows: tuple[tuple[str, str], ...], policy: str, warned: bool
) -> None:
    table = dmn(*rows, policy=policy, reads="jenis", output='name="unit"')
    nodes = [user("catat", form="isian"), rule("saran", decision="rute")]
    found = found_in(nodes, "mulai > catat > saran > tindak > selesai", text("jenis"), rute_dmn=table)
    assert [one.params["perhaps"] for one in found] == (["Saran"] if warned else [])


def test_only_what_lies_on_all_ways_together_counts() -> None:
    halves = [parallel("f"), user("pilih", form="isian"), user("catat"), parallel("j")]
    both = "mulai > f > pilih > j > tindak > selesai\nf > catat > j"
    assert not found_in(halves, both)
    assert [
        one.params["ways"] for one in found_in(halves[:3], "mulai > f > pilih\nf > catat > tindak > selesai")
    ] == ["Mulai → F → Catat"]
    some = [inclusive("f"), user("pilih", form="isian"), user("catat", form="isian"), inclusive("j")]
    ways = ["mulai > f", flow("f", "pilih", condition="=true"), flow("f", "catat", condition="=true")]
    ways += ["pilih > j > tindak > selesai\ncatat > j"]
    assert not found_in(some, ways)
    some[2] = user("catat")
    assert found_in(some, ways)


def test_a_loop_back_is_no_way_around_the_choice() -> None:
    nodes = [user("pilih", form="isian"), exclusive("g")]
    ways = [
        "mulai > pilih > tindak > g",
        flow("g", "pilih", name="ulang"),
        flow("g", "selesai", name="cukup"),
    ]
    assert not found_in(nodes, ways)


def test_what_a_deadline_leads_to_knows_nothing_of_what_its_task_asks() -> None:
    nodes = [
        user("pilih", form="isian"),
        boundary("lewat", "pilih", after="3 hari", name="Lewat"),
        end("usai"),
    ]
    [one] = found_in(nodes, "mulai > pilih > usai\nlewat > tindak > selesai")
    assert one.params["ways"] == "Mulai → Pilih → Lewat"


def test_a_form_at_the_start_and_a_message_with_one_count() -> None:
    begun = bpmn([start("mulai", form="isian"), GOAL, end("selesai")], "mulai > tindak > selesai")
    assert _codes({"p.bpmn": begun, "isian.form": form(CHOICE)}) == []
    waits = [catch("kabar", message="kabar", form="isian")]
    assert not found_in(waits, "mulai > kabar > tindak > selesai")
    assert found_in(waits, "mulai > kabar > tindak > selesai", OPTIONAL)
    bare = [catch("kabar", message="kabar")]  # brings what it brings
    assert not found_in(bare, "mulai > kabar > tindak > selesai")


def test_a_sub_process_counts_by_its_own_ways_and_not_by_reminders_beside_them() -> None:
    asks = inside(
        start("s"),
        user("pilih", form="isian"),
        boundary("lewat", "pilih", after="3 hari"),
        end("diingatkan"),
        end("e"),
        flows="s > pilih > e\nlewat > diingatkan",
    )
    ways = "mulai > bagian > tindak > selesai"
    assert not found_in([node("subProcess", "bagian", inside=asks)], ways)
    assert found_in([node("subProcess", "bagian", inside=asks)], ways, OPTIONAL)


def test_a_task_in_a_sub_process_is_reached_through_it() -> None:
    held = inside(start("s"), user("dalam", properties=UNIT), end("e"), flows="s > dalam > e")
    part = node("subProcess", "bagian", inside=held)
    found = found_in([part, user("pilih", form="isian")], "mulai > bagian > pilih > tindak > selesai")
    assert [(one.element_id, one.params["ways"]) for one in found] == [("dalam", "Mulai → Bagian → S")]
    assert not found_in([part, user("pilih", form="isian")], "mulai > pilih > bagian > tindak > selesai")


EACH = (
    '<bpmn:multiInstanceLoopCharacteristics isSequential="false" camunda:collection="daftar"'
    ' camunda:elementVariable="{element}"/>'
)


def test_a_task_for_each_unit_of_a_list_has_its_unit() -> None:
    drawn = [
        start("mulai", form="isian"),
        user("tindak", properties=UNIT, inside=EACH.format(element="unit")),
    ]
    listed = {"p.bpmn": bpmn([*drawn, end("selesai")], "mulai > tindak > selesai")}
    listed["isian.form"] = form(text("daftar"))
    assert _codes(listed) == []
    drawn[1] = user("tindak", properties=UNIT, inside=EACH.format(element="satu"))
    listed["p.bpmn"] = bpmn([*drawn, end("selesai")], "mulai > tindak > selesai")
    assert _codes(listed) == ["unit_not_chosen"]


def test_a_task_that_is_done_for_each_of_a_list_is_perhaps_done_for_none() -> None:
    nodes = [user("catat", form="catat"), user("pilih", form="isian", inside=EACH.format(element="satu"))]
    ways = "mulai > catat > pilih > tindak > selesai"
    assert found_in(nodes, ways, catat_form=form(text("daftar")))


@pytest.mark.parametrize(
    ("source", "warned"),
    [
        ('source="pilihan"', False),
        ('source="catatan"', True),
        ("sourceExpression=\"${'A'}\"", False),
    ],
)
def test_a_mapping_counts_as_what_it_is_set_from(source: str, warned: bool) -> None:
    extensions = f'<camunda:in {source} target="unit"/><camunda:out source="x" target="y"/>'
    call = node("callActivity", "panggil", calledElement="lain", extensions=extensions)
    called = bpmn([start("s"), user("dalam", properties=UNIT), end("e")], "s > dalam > e", key="lain")
    caller = bpmn(
        [start("mulai", form="isian"), call, end("selesai")], "mulai > panggil > selesai", key="induk"
    )
    files = {"induk.bpmn": caller, "lain.bpmn": called}
    files["isian.form"] = form(text("pilihan", required=True), text("catatan"))
    told = [one for one in deployments.check_files(None, files) if one.code.startswith("unit_")]
    # By itself the called process has nobody to ask, called it has what it is given.
    assert [one.caller for one in told if one.caller is None] == [None]
    ways = {one.params["ways"] for one in told}
    assert (any("Panggil" in way for way in ways)) is warned


def test_a_question_in_a_lane_of_units_is_warned_of_too() -> None:
    nodes = [start("mulai"), user("catat"), exclusive("g", name="Lanjut?"), end("a"), end("b")]
    lanes = {"Loket": "mulai catat", "Unit": "g a b"}
    drawn = bpmn(nodes, "mulai > catat > g > a\ng > b", lanes=lanes, lane_properties={"Unit": UNIT})
    [one] = [one for one in deployments.check_files(None, {"p.bpmn": drawn}) if one.code.startswith("unit_")]
    assert (one.element_id, one.params["ways"]) == ("g", "Mulai → Catat")


def test_long_ways_and_many_are_cut() -> None:
    steps = [user(f"u{n}") for n in range(20)]
    [one] = found_in(steps, "mulai > " + " > ".join(step.id for step in steps) + " > tindak > selesai")
    assert one.params["ways"] == "Mulai → U0 → U1 → U2 → … → U16 → U17 → U18 → U19"
    many = [exclusive("g", name="Mana?"), *(user(f"u{n}") for n in range(5))]
    ways = ["mulai > g", *(flow("g", f"u{n}", name=str(n)) for n in range(5))]
    ways += [f"u{n} > tindak" for n in range(5)] + ["tindak > selesai"]
    [one] = found_in(many, ways)
    assert one.params["ways"].endswith("; …")
    assert one.params["ways"].count(";") == 3


def test_a_diagram_full_of_units_is_looked_at_in_moments() -> None:
    steps = [user(f"u{n}", properties={"unit": f"unit{n}"}) for n in range(290)]
    order = [step.id for step in reversed(steps)]
    drawn = bpmn([start("mulai"), *steps, end("selesai")], "mulai > " + " > ".join(order) + " > selesai")
    began = time.process_time()
    found = _codes({"p.bpmn": drawn})
    assert time.process_time() - began < 3
    assert set(found) == {"unit_not_chosen"}


def _codes(files: dict[str, bytes]) -> list[str]:
    found = deployments.check_files(None, files)
    assert not [one for one in found if one.severity == "error"], [one.text for one in found]
    return [one.code for one in found if one.code.startswith("unit_")]
