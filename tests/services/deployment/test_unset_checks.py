"""Variables that are read on some way before anybody was asked: a deployment says so, names the way, and no more."""

import time
from collections.abc import Sequence
from typing import Any

import pytest

from app.base.errors import ExecutionFailed
from app.base.i18n import speaking
from app.engine.reading.reader import read_diagrams
from app.engine.running.execution import Program
from app.findings import Finding
from tests.engine.building import (
    Shape,
    boundary,
    bpmn,
    catch,
    end,
    exclusive,
    flow,
    inside,
    marker,
    node,
    parallel,
    rule,
    send,
    start,
    user,
)
from tests.engine.case import Case
from tests.engine.decision_tables import dmn
from tests.services.deployment.found import found, of_codes
from tests.services.office import form, text

CODES = ("unset_in", "perhaps_unset_in")
ASKED = form(text("perlu", required=True))
CHECKED = form({"type": "radio", "key": "hasil", "label": "Hasil cek", "values": [
    {"label": "Baik", "value": "baik"}, {"label": "Buruk", "value": "buruk"}]})  # fmt: skip
GOOD, BAD = '=hasil = "baik"', '=hasil = "buruk"'


def told(nodes: Sequence[Shape], flows: str | Sequence[str], **files: bytes) -> list[Finding]:
    return found(nodes, flows, CODES, **files)


def past(*conditions: str | None, asks: bytes = CHECKED) -> list[Finding]:
    """A check that is made only if needed, and a gateway behind it."""
    nodes = [
        start("mulai", form="awal"),
        exclusive("g", name="Perlu dicek?"),
        user("cek", form="cek"),
        exclusive("m", name=""),
        exclusive("h", name="Bagaimana?", **({} if conditions[1] else {"default": "lain"})),
        end("a"),
        end("b"),
    ]
    flows = [
        "mulai > g",
        flow("g", "cek", condition='=perlu = "ya"', name="ya"),
        flow("g", "m", condition='=perlu != "ya"', name="tidak"),
        "cek > m > h",
        flow("h", "a", condition=conditions[0]),
        flow("h", "b", condition=conditions[1], id="lain"),
    ]
    return told(nodes, flows, awal_form=ASKED, cek_form=asks)


def test_a_condition_on_what_was_not_asked_on_one_way_is_warned_of_with_that_way() -> None:
    [one] = past(GOOD, None)
    assert (one.code, one.severity, one.element_id, one.file) == (
        "unset_in_condition",
        "warning",
        "h",
        "p.bpmn",
    )
    assert one.what == (
        "“Bagaimana?” menguji hasil (“Hasil cek”), yang pada jalan ini belum ditanyakan kepada siapa pun: Mulai → "
        "Perlu dicek? (tidak). Isinya di sana kosong (null)."
    )
    with speaking("en"):
        assert "tests hasil (“Hasil cek”), for which nobody has been asked on this way" in one.what
        assert "Ask for “hasil” before that on every way" in one.todo


@pytest.mark.parametrize(
    ("conditions", "warned"),
    [
        ((GOOD, None), True),
        (('=hasil != "buruk"', None), True),
        (("=hasil = null or " + GOOD[1:], None), False),
        ((GOOD, "=hasil = null"), False),
        (('=get or else(hasil, "x") = "baik"', None), False),
        (("=is defined(hasil) and " + GOOD[1:], None), False),
        (('=perlu = "ya" and hasil = "baik"', None), False),
        (('=hasil = "baik" and hasil != "x"', None), True),
        (('=(if null = hasil then "x" else hasil) = "baik"', None), False),
        (('=perlu = "ya"', None), False),
    ],
)
def test_who_wrote_what_holds_where_it_is_empty_is_not_warned(
    conditions: tuple[str, str | None], warned: bool
) -> None:
    assert bool(past(*conditions)) is warned


@pytest.mark.parametrize(
    "changes",
    [{}, {"validate": {"required": True}}, {"conditional": {"hide": '=lain = "x"'}}, {"readonly": True}],
    ids=["may be empty", "required", "hidden at times", "only shown"],
)
def test_a_field_that_was_asked_counts_whether_or_not_it_was_filled_in(changes: dict[str, Any]) -> None:
    asks = form({**text("hasil"), **changes}, text("lain"))
    nodes = [start("mulai", form="isian"), exclusive("h", default="lain"), end("a"), end("b")]
    flows = ["mulai > h", flow("h", "a", condition=GOOD), flow("h", "b", id="lain")]
    files = {"isian_form": asks}
    assert bool(told(nodes, flows, **files)) is ("readonly" in changes)


def test_a_table_is_warned_of_by_what_decides_in_it() -> None:
    nodes = [
        start("mulai", form="awal"),
        exclusive("g", default="lewati"),
        user("cek", form="cek"),
        exclusive("m"),
        rule("putus", decision="rute"),
        end("z"),
    ]
    flows = [
        "mulai > g",
        flow("g", "cek", condition='=perlu = "ya"'),
        flow("g", "m", id="lewati"),
        "cek > m > putus > z",
    ]
    files = {"awal_form": ASKED, "cek_form": CHECKED}
    for rows, warned in (((('"baik"', '"A"'),), True), ((('"baik"', '"A"'), ("null", '"B"')), False)):
        table = dmn(*rows, policy="FIRST", reads="hasil", output='name="unit"')
        assert [one.code for one in told(nodes, flows, rute_dmn=table, **files)] == [
            "unset_in_table"
        ] * warned


def test_a_column_that_is_tested_beside_others_alone_says_nothing_by_itself() -> None:
    """Where the other says "ya" it was asked for."""
    nodes = [
        start("mulai", form="awal"),
        exclusive("g", default="lewati"),
        user("cek", form="cek"),
        exclusive("m"),
        rule("putus", decision="rute"),
        end("z"),
    ]
    flows = ["mulai > g", flow("g", "cek", condition='=perlu = "ya"'), flow("g", "m", id="lewati")]
    flows.append("cek > m > putus > z")
    column = (
        b'<input label="Perlu"><inputExpression typeRef="string"><text>perlu</text></inputExpression></input>'
    )
    for cell, warned in ((b'"ya"', False), (b"-", True)):
        table = dmn(('"baik"', '"A"'), policy="FIRST", reads="hasil", output='name="unit"')
        table = table.replace(b"<output ", column + b"<output ", 1)
        table = table.replace(
            b"<outputEntry>", b"<inputEntry><text>" + cell + b"</text></inputEntry><outputEntry>"
        )
        files = {"awal_form": ASKED, "cek_form": CHECKED, "rute_dmn": table}
        assert bool(told(nodes, flows, **files)) is warned


DAYS = {"type": "number", "key": "lama", "label": "Lama"}


@pytest.mark.parametrize(
    ("text", "required", "code"),
    [
        ('=duration("P" + string(lama) + "D")', True, None),
        ('=duration("P" + string(lama) + "D")', False, "perhaps_unset_in_timer"),
        ('=if lama = 3 then "3 hari" else "5 hari"', False, None),
    ],
)
def test_a_timer_is_warned_of_where_it_would_stop_the_case(
    text: str, required: bool, code: str | None
) -> None:
    nodes = [
        start("mulai", form="isian"),
        user("tugas"),
        boundary("lewat", "tugas", after=text),
        end("a"),
        end("z"),
    ]
    asks = form({**DAYS, "validate": {"required": required}})
    drawn = bpmn(nodes, "mulai > tugas > z\nlewat > a")
    warned = of_codes({"p.bpmn": drawn, "isian.form": asks}, CODES)
    assert [one.code for one in warned] == ([code] if code else [])
    program = Program(read_diagrams(drawn)[0], {})
    if "if" in text:
        assert Case(program).open == ["tugas"]
    else:
        with pytest.raises(ExecutionFailed):
            Case(program)


def test_a_timer_on_what_nobody_asked_for_on_the_way_is_told_as_such() -> None:
    nodes = [
        start("mulai", form="awal"),
        exclusive("g", name="Perlu?", default="lewati"),
        user("cek", form="isian"),
        exclusive("m", name=""),
        catch("tunggu", after='=duration("P" + string(lama) + "D")'),
        end("z"),
    ]
    flows = [
        "mulai > g",
        flow("g", "cek", condition='=perlu = "ya"'),
        flow("g", "m", id="lewati"),
        "cek > m > tunggu > z",
    ]
    [one] = told(nodes, flows, awal_form=ASKED, isian_form=form({**DAYS, "validate": {"required": True}}))
    assert (one.code, one.params["way"]) == ("unset_in_timer", "Mulai → Perlu?")


@pytest.mark.parametrize(
    ("asks", "code"),
    [
        (text("daftar"), "perhaps_unset_in_rounds"),
        (
            {"type": "taglist", "key": "daftar", "label": "Daftar", "values": [{"label": "A", "value": "A"}]},
            None,
        ),
        ({"type": "number", "key": "daftar", "label": "Daftar"}, "perhaps_unset_in_rounds"),
        ({"type": "number", "key": "daftar", "label": "Daftar", "defaultValue": 2}, None),
    ],
    ids=["text", "choices", "number", "default"],
)
def test_rounds_for_each_of_a_list_are_warned_of_where_it_may_be_missing(
    asks: dict[str, Any], code: str | None
) -> None:
    each = marker(camunda__collection="daftar", camunda__elementVariable="satu")
    nodes = [start("mulai", form="isian"), user("tugas", inside=each), end("z")]
    drawn = bpmn(nodes, "mulai > tugas > z")
    warned = of_codes({"p.bpmn": drawn, "isian.form": form(asks)}, CODES)
    assert [one.code for one in warned] == ([code] if code else [])
    with pytest.raises(ExecutionFailed):
        Case(Program(read_diagrams(drawn)[0], {}))


def test_what_rounds_collect_is_set_behind_them_even_where_there_was_none() -> None:
    each = marker('<bpmn:outputDataItem id="o" name="setuju"/><bpmn:loopDataOutputRef>semua</bpmn:loopDataOutputRef>',
                  camunda__collection="daftar", camunda__elementVariable="satu")  # fmt: skip
    nodes = [
        start("mulai", form="isian"),
        user("tugas", inside=each, form="nilai"),
        exclusive("g", default="d"),
        end("a"),
        end("z"),
    ]
    flows = ["mulai > tugas > g", flow("g", "a", condition="=count(semua) > 2"), flow("g", "z", id="d")]
    chosen = {"type": "taglist", "key": "daftar", "label": "D", "values": [{"label": "A", "value": "A"}]}
    files = {"isian_form": form(chosen), "nilai_form": form(text("setuju"))}
    assert told(nodes, flows, **files) == []


def test_a_mapping_is_warned_of_by_what_it_reads() -> None:
    given = '<camunda:inputParameter name="y">${hasil}</camunda:inputParameter>'
    given = f"<camunda:inputOutput>{given}</camunda:inputOutput>"
    nodes = [
        start("mulai"),
        parallel("f"),
        user("cek", form="cek"),
        user("tugas", extensions=given),
        end("a"),
        end("z"),
    ]
    ways = "mulai > f > cek > a\nf > tugas > z"
    [one] = told(nodes, ways, cek_form=CHECKED)
    assert (one.code, one.params["way"]) == ("unset_in_mapping", "Mulai → F")
    assert told(nodes, "mulai > cek > tugas > z\nmulai > f > a", cek_form=CHECKED) == []


def test_an_output_reads_what_its_own_task_asked_and_the_outputs_before_it() -> None:
    out = '<camunda:outputParameter name="{}">${{{}}}</camunda:outputParameter>'
    given = f"<camunda:inputOutput>{out.format('y', 'hasil')}{out.format('z', 'y')}</camunda:inputOutput>"
    assert (
        told(
            [start("mulai"), user("cek", form="cek", extensions=given), end("z")],
            "mulai > cek > z",
            cek_form=CHECKED,
        )
        == []
    )


def test_the_receiver_of_a_message_and_the_units_that_are_told_are_looked_at() -> None:
    nodes = [
        start("mulai"),
        send("kabari", properties={"untuk": "unit", "unit": "hasil"}),
        node("endEvent", "kirim", message="kabar", properties={"nomor penerima": "hasil"}),
        user("cek", form="cek"),
    ]
    before = told(nodes, "mulai > kabari > cek > kirim", cek_form=CHECKED)
    assert [one.code for one in before] == ["unset_in_told_unit"]
    after = told([*nodes, end("z")], "mulai > kabari > kirim\nmulai > cek > z", cek_form=CHECKED)
    assert {one.code for one in after} == {"unset_in_told_unit", "unset_in_receiver"}


def test_what_a_branch_beside_sets_is_no_help_and_what_all_set_is() -> None:
    nodes = [
        start("mulai", form="awal"),
        parallel("f"),
        user("cek", form="cek"),
        exclusive("g", name="Lanjut?", default="d"),
        parallel("j"),
        end("a"),
        end("z"),
    ]
    beside = ["mulai > f > cek > a\nf > g", flow("g", "z", condition=GOOD), flow("g", "a", id="d")]
    [one] = told([n for n in nodes if n.id != "j"], beside, awal_form=ASKED, cek_form=CHECKED)
    assert one.params["way"] == "Mulai → F"
    joined = ["mulai > f > cek > j > g\nf > j", flow("g", "z", condition=GOOD), flow("g", "a", id="d")]
    assert told(nodes, joined, awal_form=ASKED, cek_form=CHECKED) == []


def test_a_message_without_a_form_brings_what_it_brings_and_a_clock_nothing() -> None:
    rest = [user("cek", form="cek"), exclusive("g", default="d"), end("a"), end("z")]
    flows = [flow("g", "a", condition=GOOD), flow("g", "z", id="d"), "cek > z"]
    by_message = [catch("kabar", message="kabar"), *rest]
    assert (
        told([start("mulai"), *by_message], ["mulai > kabar > g\nmulai > cek", *flows], cek_form=CHECKED)
        == []
    )
    by_clock = [catch("kabar", after="3 hari"), *rest]
    assert told([start("mulai"), *by_clock], ["mulai > kabar > g\nmulai > cek", *flows], cek_form=CHECKED)


def test_the_way_back_to_a_question_counts_the_first_time_too() -> None:
    nodes = [start("mulai"), exclusive("g", name="Ulang?", default="d"), user("cek", form="cek"), end("z")]
    flows = ["mulai > g\ncek > g", flow("g", "z", condition=GOOD), flow("g", "cek", id="d")]
    [one] = told(nodes, flows, cek_form=CHECKED)
    assert one.params["way"] == "Mulai"


def test_what_is_kept_in_a_task_is_not_set_behind_it() -> None:
    mapped = '<zeebe:ioMapping><zeebe:output source="=lain" target="lain"/></zeebe:ioMapping>'
    rest = [exclusive("g", default="d"), end("a"), end("z")]
    flows = ["mulai > bagian > g", flow("g", "a", condition=GOOD), flow("g", "z", id="d")]
    for extensions, warned in (("", False), (mapped, True)):
        asks = user("cek", form="cek", extensions=extensions)
        part = node("subProcess", "bagian", inside=inside(start("s"), asks, end("e"), flows="s > cek > e"))
        files = {"cek_form": form(text("hasil"), text("lain"))}
        assert bool(told([start("mulai"), part, *rest], flows, **files)) is warned


def test_names_that_nothing_sets_are_left_to_their_own_finding() -> None:
    nodes = [start("mulai"), exclusive("g", default="d"), end("a"), end("z")]
    flows = ["mulai > g", flow("g", "a", condition=GOOD), flow("g", "z", id="d")]
    every = found(nodes, flows, ("",))
    assert [one.code for one in every] == ["name_perhaps_never_set"]


def test_a_diagram_full_of_conditions_is_looked_at_in_moments() -> None:
    count = 70
    nodes: list[Shape] = [start("mulai"), end("z")]
    flows = ["mulai > g0"]
    for number in range(count):
        nodes += [exclusive(f"g{number}", default=f"d{number}"), user(f"u{number}", form=f"f{number}")]
        onward = f"g{number + 1}" if number + 1 < count else "z"
        flows += [
            flow(f"g{number}", f"u{number}", condition=f'=v{(number + 1) % count} = "x"'),
            flow(f"g{number}", onward, id=f"d{number}"),
            f"u{number} > {onward}",
        ]
    files = {f"f{number}_form": form(text(f"v{number}")) for number in range(count)}
    began = time.process_time()
    assert len(told(nodes, flows, **files)) == count
    assert time.process_time() - began < 5  # of which the forms take most


SEALED = '<camunda:in source="perlu" target="perlu"/>'


def called(*after: Shape) -> dict[str, bytes]:
    """A process that asks on one way alone, and reads behind both; one that calls it, and goes on with ``after``."""
    shapes = [
        start("s"),
        exclusive("pilih", name="Perlu?"),
        user("cek", form="cek"),
        exclusive("m", name=""),
        exclusive("h", name="Hasil?", default="lain"),
        end("a"),
        end("b"),
    ]
    flows = [
        "s > pilih > cek > m > h",
        flow("pilih", "m", name="tidak"),
        flow("h", "a", condition=GOOD),
        flow("h", "b", id="lain"),
    ]
    call = node("callActivity", "panggil", calledElement="anak", extensions=SEALED)
    caller = bpmn(
        [start("mulai", form="awal"), call, *after, end("z")],
        " > ".join(["mulai", "panggil", *(one.id for one in after), "z"]),
        key="induk",
    )
    return {
        "anak.bpmn": bpmn(shapes, flows, key="anak"),
        "induk.bpmn": caller,
        "awal.form": ASKED,
        "cek.form": CHECKED,
    }


def test_what_a_called_process_reads_too_early_is_told_once_in_its_own_words() -> None:
    [one] = of_codes(called(), CODES)
    assert (one.file, one.element_id, one.caller) == ("anak.bpmn", "h", None)
    assert one.params["way"] == "S → Perlu? (tidak)"


def test_what_is_not_handed_over_to_a_called_process_is_told_of_the_call_alone() -> None:
    sent = called(user("tanya", form="luar"))
    sent["anak.bpmn"] = sent["anak.bpmn"].replace(b"hasil", b"luar")
    sent["luar.form"] = form(text("luar"))
    codes = [one.code for one in of_codes(sent, (*CODES, "name_not"))]
    assert codes == ["name_not_handed_over"]
