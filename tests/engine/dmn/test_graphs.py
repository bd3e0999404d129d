"""Decisions that need decisions, input data and knowledge."""

from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as given_by
from hypothesis import settings
from hypothesis import strategies as st

from app.base.errors import AppError, InvalidDiagram
from app.engine import decisions
from tests.engine.decision_files import (
    SCORE,
    decide,
    decision,
    file,
    given,
    grid,
    knowledge,
    literal,
    read,
    value,
)
from tests.engine.decision_tables import NOW, refused


def test_what_a_decision_needs_is_decided_first_whatever_the_order_of_the_file() -> None:
    second = decision("hasil", literal("nilai * 10"), needs="nilai")

    for parts in ((second, SCORE), (SCORE, second)):
        assert decide("hasil", *parts, umur=30).outputs == {"hasil": 20}


def test_it_may_be_read_by_name_by_id_and_as_camunda_does_by_its_output() -> None:
    for name in ("nilai", "skor"):
        assert (
            decide("hasil", SCORE, decision("hasil", literal(name), needs="nilai"), umur=1).ruling.value == 1
        )
    spaced = decision("d1", literal("1"), name="Nilai Awal")
    assert (
        decide("hasil", spaced, decision("hasil", literal("Nilai Awal + d1"), needs="d1")).ruling.value == 2
    )


def test_a_decision_is_made_once_for_all_that_need_it() -> None:
    left, right = (decision(id, literal("nilai + 1"), needs="nilai") for id in ("kiri", "kanan"))
    decided = decide(
        "hasil", SCORE, left, right, decision("hasil", literal("kiri + kanan"), needs="kiri kanan"), umur=1
    )

    assert decided.ruling.value == 4
    assert [one.decision.id for one in decided.needed] == ["nilai", "kiri", "kanan"]


def test_the_history_gets_rules_and_inputs_of_what_was_needed() -> None:
    decided = decide(
        "hasil", SCORE, decision("hasil", literal("nilai * lain"), needs="nilai"), umur=30, lain=3
    )
    [needed] = decided.needed

    assert needed.as_dict() == {"decision": "nilai", "rules": ["r2"], "inputs": {"umur": 30}}
    assert decided.ruling.as_dict() == {"decision": "hasil", "rules": [], "inputs": {"lain": 3, "nilai": 2}}


def test_a_result_of_several_outputs_is_a_context_to_the_next() -> None:
    first = decision("awal", grid(("n",), ("a", "b c"), ("-", "1", "2")))

    assert (
        decide(
            "hasil", first, decision("hasil", literal("awal.a + awal.b c"), needs="awal"), n=0
        ).ruling.value
        == 3
    )


@pytest.mark.parametrize(
    ("parts", "way"),
    [
        ((decision("a", literal("b"), needs="b"), decision("b", literal("a"), needs="a")), "a → b → a"),
        ((decision("a", literal("1"), needs="a"),), "a → a"),
        (
            (
                decision("a", literal("f(1)"), calls="f"),
                knowledge("f", "x", literal("g(x)"), calls="g"),
                knowledge("g", "x", literal("f(x)"), calls="f"),
            ),
            "f → g → f",
        ),
    ],
)
def test_what_needs_itself_is_refused_with_the_way_round(parts: tuple[str, ...], way: str) -> None:
    with pytest.raises(InvalidDiagram) as caught:
        read(*parts)

    [finding] = caught.value.findings
    assert (finding.code, finding.params["way"], finding.line) == ("requirement_cycle", way, 1)


def test_input_data_is_read_by_name_and_one_of_several_words_from_a_variable_of_that_name() -> None:
    parts = (decision("hasil", literal("Biaya Total * 2"), needs="?b"), given("b", "Biaya Total", "number"))

    assert decide("hasil", *parts, biaya_total=4).ruling.value == 8
    assert decisions.variable_names(read(*parts)["hasil"]) == {"biaya_total"}


def test_names_with_signs_in_them_are_names_where_the_file_knows_them() -> None:
    parts = (decision("hasil", literal("untung-rugi + 1"), needs="?u"), given("u", "untung-rugi", "number"))

    assert decide("hasil", *parts, untung_rugi=4).ruling.value == 5
    assert decisions.variable_names(read(*parts)["hasil"]) == {"untung_rugi"}


def test_a_result_of_several_words_sets_a_variable_of_that_name() -> None:
    assert read(decision("d", literal("1"), name="Biaya Total", type="number"))["d"].sets == ("biaya_total",)


def test_knowledge_is_a_function_that_may_call_another() -> None:
    parts = (
        knowledge("dua kali".replace(" ", "_"), "x", literal("x * 2")),
        knowledge("empat", "x", literal("dua_kali(dua_kali(x))"), calls="dua_kali"),
    )

    assert (
        decide("hasil", decision("hasil", literal("empat(n) + 1"), calls="empat"), *parts, n=3).ruling.value
        == 13
    )


def test_a_table_may_call_knowledge_in_headings_tests_and_results() -> None:
    table = grid(("ganda(n)",), ("x",), ("> ganda(2)", "ganda(n) + 1"), ("-", "0"), policy="FIRST")
    parts = (decision("hasil", table, calls="ganda"), knowledge("ganda", "x", literal("x * 2")))

    assert decide("hasil", *parts, n=3).ruling.value == 7
    assert decide("hasil", *parts, n=2).ruling.value == 0


def test_dates_stay_dates_from_input_data_to_the_last_decision() -> None:
    parts = (
        given("lahir", type="date"),
        decision("dewasa", literal('lahir + duration("P17Y")'), needs="?lahir", type="date"),
        decision("hasil", literal('dewasa < date("2026-11-24")'), needs="dewasa"),
        decision(
            "umum",
            grid(("dewasa",), ("x",), ('< date("2026-11-24")', "true"), ("-", "false"), policy="FIRST"),
            needs="dewasa",
        ),
    )

    for id in ("hasil", "umum"):
        assert decide(id, *parts, lahir="2009-11-23").ruling.value is True
        assert decide(id, *parts, lahir="2009-11-25").ruling.value is False


def test_dates_inside_lists_and_contexts_are_dates_too() -> None:
    types = (
        '<itemDefinition name="tBerkas"><itemComponent name="tgl"><typeRef>date</typeRef></itemComponent>'
        "</itemDefinition>"
        '<itemDefinition name="tSemua" isCollection="true"><typeRef>tBerkas</typeRef></itemDefinition>'
    )
    logic = literal('count(berkas[item.tgl > date("2026-01-01")])')
    parts = (types, given("berkas", type="tSemua"), decision("hasil", logic, needs="?berkas"))

    assert (
        decide("hasil", *parts, berkas=[{"tgl": "2026-01-02"}, {"tgl": "2025-12-31"}, {}]).ruling.value == 1
    )
    assert decide("hasil", *parts, berkas=[]).ruling.value == 0


def test_functions_are_not_remembered_past_their_own_text_or_the_clock() -> None:
    def at(logic: str, now: datetime) -> object:
        found = read(decision("hasil", literal("f(1)"), calls="f"), knowledge("f", "x", literal(logic)))[
            "hasil"
        ]
        return decisions.decide(found, {"n": 5}, now=now).ruling.value

    morning, next_day = (datetime(2026, 11, day, 9, tzinfo=ZoneInfo("Asia/Jakarta")) for day in (24, 25))
    assert [at("x + 1", morning), at("x + 2", morning)] == [2, 3]
    assert [at("string(today())", morning), at("string(today())", next_day)] == ["2026-11-24", "2026-11-25"]


MANY_SERVICES = (
    *(
        f'<decisionService id="s{n}" name="s{n}"><outputDecision href="#d89"/></decisionService>'
        for n in range(60)
    ),
    *(decision(f"d{n}", literal("1"), needs=f"d{n - 1}" if n else "") for n in range(90)),
)
MANY_CALLS = (
    *(decision(f"d{n}", literal("1"), needs=f"d{n - 1}" if n else "", calls="f") for n in range(60)),
    knowledge("f", "x", literal("1"), calls=" ".join(f"f{n}" for n in range(90))),
    *(knowledge(f"f{n}", "x", literal("1")) for n in range(90)),
)


def test_names_and_mentions_are_of_everything_that_is_needed() -> None:
    parts = (
        SCORE,
        knowledge("f", "x", literal("x + rahasia")),
        decision("hasil", literal("f(nilai) + lain + daftar[nik = 1][1]"), needs="nilai", calls="f"),
    )
    found = read(*parts)["hasil"]

    assert decisions.variable_names(found) == {"umur", "rahasia", "lain", "daftar"}
    assert decisions.mentions(found) == {"umur", "rahasia", "lain", "daftar", "nik"}


def test_input_data_that_is_checked_is_mentioned_even_if_nothing_reads_it() -> None:
    types = (
        '<itemDefinition name="tN"><typeRef>string</typeRef><allowedValues><text>"a"</text></allowedValues>'
        "</itemDefinition>"
    )
    parts = (types, given("nik", type="tN"), decision("hasil", literal("1"), needs="?nik"))

    assert "nik" in decisions.mentions(read(*parts)["hasil"])


@pytest.mark.parametrize(
    ("parts", "codes"),
    [
        ((decision("a", literal("1"), calls="tiada"),), {"requirement_unknown"}),
        ((decision("a", literal("1"), needs="?b"), decision("b", literal("1"))), {"requirement_unknown"}),
        (
            (decision("a", literal("1"), calls="s"), '<decisionService id="s" name="s"/>'),
            {"expression_missing"},
        ),
        ((decision("a", literal("1")), knowledge("f", "x", literal("1"), kind="Java")), {"function_kind"}),
        ((decision("a", literal("1")), knowledge("f", "x", "")), {"expression_missing"}),
        ((decision("a", literal("1 +")),), {"literal_syntax"}),
        ((decision("a", literal("")),), {"expression_missing"}),
        (tuple(decision(f"d{n}", literal("1")) for n in range(2001)), {"table_too_many"}),
        (
            tuple(decision(f"d{n}", literal("1"), needs=f"d{n + 1}" if n < 100 else "") for n in range(101)),
            {"table_too_deep"},
        ),
        (
            tuple(decision(f"d{n}", literal("1"), needs=f"d{n - 1}" if n else "") for n in range(300)),
            {"table_too_deep"},
        ),
        (MANY_CALLS, {"table_too_much"}),
        (MANY_SERVICES, {"table_too_much"}),
        (
            (
                decision("a", literal("1"), calls="f0"),
                *(knowledge(f"f{n}", "x", literal("1"), calls=f"f{n + 1}") for n in range(3000)),
            ),
            {"table_too_many"},
        ),
    ],
)
def test_what_cannot_run_is_refused(parts: tuple[str, ...], codes: set[str]) -> None:
    assert refused(file(*parts)) == codes


PLACES = grid(("nilai = 1, 2",), ("x = 3, 1 / 3", "y"), ("> 1", "f(3)", "4"), policy="OUTPUT ORDER")
BOX = f"<context><contextEntry>{literal('f(x: 1)')}</contextEntry></context>"
WHOLE = file(
    '<itemDefinition name="tT"><itemComponent name="tgl"><typeRef>date</typeRef></itemComponent></itemDefinition>',
    given("g", "Data Awal", "tT"),
    SCORE,
    decision("hasil", PLACES, needs="nilai", calls="f"),
    decision("kotak", BOX, needs="?g hasil", calls="f", type="tT"),
    knowledge("f", "x", grid(("x",), ("h",), ("not(2)", "1"), policy="FIRST")),
)


@settings(max_examples=150, deadline=None)
@given_by(st.data())
def test_no_damage_to_any_part_raises_anything_but_findings(data: st.DataObject) -> None:
    content = bytearray(WHOLE)
    for _cut in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=4))
    with suppress(AppError):
        for found in decisions.read_decisions(bytes(content), file="x.dmn"):
            decisions.mentions(found)
            decisions.decide(found, {"umur": 30, "data_awal": {"tgl": "2026-01-01"}}, now=NOW)


def test_the_undamaged_file_runs() -> None:
    found = {one.id: one for one in decisions.read_decisions(WHOLE, file="x.dmn")}

    assert decisions.decide(found["hasil"], {"umur": 30}, now=NOW).outputs == {"hasil": [{"x": 1, "y": 4}]}


def test_hundreds_of_small_decisions_in_one_file_are_read() -> None:
    found = read(*(decision(f"d{n}", literal(str(n))) for n in range(400)))

    assert decisions.decide(found["d399"], {}, now=NOW).ruling.value == 399


def service(id: str, made: str, given: str = "") -> str:
    """``made``: ids of its decisions; ``given``: of decisions, and of input data with a ``?`` before."""
    parts = "".join(f'<outputDecision href="#{one}"/>' for one in made.split())
    parts += "".join(
        f'<inputD{"ata" if one[0] == "?" else "ecision"} href="#{one.lstrip("?")}"/>' for one in given.split()
    )
    return f'<decisionService id="{id}" name="{id}">{parts}</decisionService>'


SERVICE = (
    service("layanan", "keluar", "masuk ?umur"),
    decision("keluar", literal("tengah + 1"), needs="tengah"),
    decision("tengah", literal("masuk * 100 + umur"), needs="masuk ?umur"),
    decision("masuk", literal("7")),
    given("umur"),
)


@pytest.mark.parametrize("call", ["layanan(3, 2)", "layanan(masuk: 2, umur: 3)"])
def test_a_decision_service_is_called_with_its_data_and_then_its_decisions(call: str) -> None:
    assert value(literal(call), *SERVICE, calls="layanan") == 204


def test_a_service_of_several_decisions_gives_them_by_name() -> None:
    parts = (service("s", "a b"), decision("a", literal("1")), decision("b", literal("a + 1"), needs="a"))

    assert value(literal("s()"), *parts, calls="s") == {"a": 1, "b": 2}


def test_a_service_whose_decision_calls_knowledge_takes_it_along() -> None:
    parts = (
        service("s", "a"),
        decision("a", literal("f(4)"), calls="f"),
        knowledge("f", "x", literal("x * 2")),
    )

    assert value(literal("s()"), *parts, calls="s") == 8


def test_a_service_can_be_decided_itself() -> None:
    assert decide("layanan", *SERVICE, umur=3, masuk=2).outputs == {"layanan": 204}


@pytest.mark.parametrize(
    ("parts", "code", "ids"),
    [
        ((decision("", literal("1"), name="Apa Saja"),), "table_id_missing", ["apa_saja"]),
        ((decision("a", literal("1")), decision("a", literal("2"))), "table_id_other", ["a", "a_2"]),
    ],
)
def test_ids_that_nothing_uses_are_no_reason_to_refuse(
    parts: tuple[str, ...], code: str, ids: list[str]
) -> None:
    found = read(*parts)

    assert list(found) == ids
    assert [one.code for one in found[ids[-1]].findings] == [code]


def test_an_id_that_stands_twice_and_is_needed_is_refused() -> None:
    parts = (decision("a", literal("1")), decision("a", literal("2")), decision("b", literal("a"), needs="a"))

    assert refused(file(*parts)) == {"table_id_twice"}


def test_an_import_is_told_and_only_what_needs_it_refused() -> None:
    other = '<import name="lain" namespace="https://lain.example"/>'
    needs = (
        '<informationRequirement><requiredDecision href="https://lain.example#a"/></informationRequirement>'
    )

    [one] = read(other, decision("a", literal("1"))).values()

    assert [found.code for found in one.findings] == ["dmn_import_unread"]
    assert refused(file(other, decision("a", literal("1")), decision("b", needs + literal("a")))) == {
        "requirement_unknown",
        "dmn_import_unread",
    }


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("256 instance of t255", True),
        ('"a" instance of t255', False),
        ("[1, 2] instance of tDaftar", True),
        ('["a"] instance of tDaftar', False),
        ('{n: 1, tgl: date("2026-01-02")} instance of tIsi', True),
        ("{n: 1} instance of tIsi", False),
        ("[[1]] instance of list<tDaftar>", True),
        ('"1 instance of t255" instance of string', True),
        ('"1 instance of t255" = "1 instance of " + "t255"', True),
    ],
)
def test_the_types_of_the_file_stand_behind_instance_of(text: str, holds: bool) -> None:
    types = (
        '<itemDefinition name="t255"><typeRef>number</typeRef><allowedValues><text>[0..255]</text></allowedValues>'
        '</itemDefinition><itemDefinition name="tDaftar" isCollection="true"><typeRef>number</typeRef>'
        '</itemDefinition><itemDefinition name="tIsi"><itemComponent name="n"><typeRef>t255</typeRef></itemComponent>'
        '<itemComponent name="tgl"><typeRef>date</typeRef></itemComponent></itemDefinition>'
    )

    assert value(literal(text), types) is holds


@pytest.mark.parametrize("parts", [service("s", ""), service("s", "tiada"), service("s", "a", "?tiada")])
def test_a_service_that_nobody_calls_may_be_half_drawn(parts: str) -> None:
    assert list(read(parts, decision("a", literal("1")))) == ["a"]


def test_a_decision_without_logic_that_nothing_needs_is_told_and_left_out() -> None:
    found = read(decision("a", literal("1")), decision("kosong", ""))

    assert list(found) == ["a"]
    assert [one.code for one in found["a"].findings] == ["decision_without_logic"]
    assert refused(file(decision("a", literal("1"), needs="kosong"), decision("kosong", ""))) == {
        "decision_without_logic"
    }
