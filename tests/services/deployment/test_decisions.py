"""Decisions of a deployment: what they may read and set, and what the history tells of them."""

from typing import Any

import pytest
from sqlalchemy import select

from app.base.errors import ExecutionFailed, InvalidDiagram
from app.history import standing
from app.models import HistoryEvent, ProcessInstance
from app.services.definitions import details
from app.services.definitions.definitions import latest, version
from app.services.deployment import deployments
from app.services.instances import instances
from tests.engine.building import bpmn, end, rule, start, user
from tests.engine.decision_files import decision, file, given, grid, knowledge, literal
from tests.services.office import Office, form, text

SCORE = decision("nilai", grid(("judul",), ("skor",), ('"Lampu mati"', "2"), ("-", "1"), policy="FIRST"))
RESULT = decision("hasil", literal("ganda(nilai) + 1"), needs="nilai", calls="ganda")
TYPED = (
    '<itemDefinition name="tNama"><typeRef>string</typeRef><allowedValues><text>"a"</text></allowedValues>'
    "</itemDefinition>"
)
DOUBLE = knowledge("ganda", "x", literal("x * 2"))


def files(*parts: str, decides: str = "hasil") -> dict[str, bytes]:
    """terima → putus (by the decision) → kerjakan."""
    nodes = [start("terima", form="ajukan"), rule("putus", decision=decides), user("kerjakan"), end()]
    diagram = bpmn(
        nodes,
        "terima > putus > kerjakan > end",
        lanes={"Loket": "terima putus kerjakan end"},
        key="putusan",
    )
    return {
        "putusan.bpmn": diagram,
        "ajukan.form": form(text("judul"), text("pelapor", private=True)),
        "aturan.dmn": file(*parts),
    }


def deploy(office: Office, content: dict[str, bytes]) -> deployments.Deployment:
    with office.database.transaction() as session:
        return deployments.deploy(session, content, actor=office.owner)


def begin(office: Office, **values: Any) -> ProcessInstance:
    with office.database.transaction() as session:
        return instances.start(
            session, "putusan", {"judul": "Lampu mati", **values}, actor=office.rina
        ).instance


def refusals(office: Office, *parts: str, **options: Any) -> dict[str, int | None]:
    with pytest.raises(InvalidDiagram) as caught:
        deploy(office, files(*parts, **options))
    return {f.code: f.line for f in caught.value.findings if f.severity == "error"}


def test_the_history_says_which_rules_fired_with_which_inputs_what_was_needed_included(
    office: Office,
) -> None:
    deploy(office, files(RESULT, SCORE, DOUBLE))
    case = begin(office)

    with office.database.reading() as session:
        query = select(HistoryEvent).where(
            HistoryEvent.instance_id == case.id, HistoryEvent.type == "table_decided"
        )
        data = session.scalars(query).one().data
    assert {name: value for name, value in data.items() if name != standing.KEY} == {
        "decision": "hasil",
        "rules": [],
        "inputs": {"nilai": 2},
        "values": {"hasil": 5},
        "needed": [{"decision": "nilai", "rules": ["r1"], "inputs": {"judul": "Lampu mati"}, "value": 2}],
    }
    assert case.variables["hasil"] == 5


@pytest.mark.parametrize(
    "parts",
    [
        (decision("hasil", grid(("judul",), ("x",), ("-", "pelapor"))),),
        (decision("hasil", grid(("judul",), ("x",), ("? = pelapor", "1"))),),
        (decision("hasil", grid(("pelapor",), ("x",), ("-", "1"))),),
        (decision("hasil", grid(("judul = pelapor",), ("x",), ("-", "1"))),),
        (decision("hasil", grid(("judul",), ("x / pelapor",), ('"a"', "1"))),),
        (decision("hasil", literal("nilai"), needs="nilai"), decision("nilai", literal("pelapor"))),
        (decision("hasil", literal("[{a: 1}][pelapor = a]")),),
        (decision("hasil", literal("f(1)"), calls="f"), knowledge("f", "x", literal("pelapor"))),
        (TYPED, decision("hasil", literal("1"), needs="?p"), given("p", "pelapor", "tNama")),
        (
            decision(
                "hasil",
                f"<context><contextEntry><variable name='a'/>{literal('pelapor')}</contextEntry></context>",
            ),
        ),
    ],
    ids=range(10),
)
def test_no_part_of_a_decision_may_read_a_private_field(office: Office, parts: tuple[str, ...]) -> None:
    assert "private_field_read" in refusals(office, *parts)


def test_a_name_that_only_a_needed_decision_reads_must_be_set_somewhere_too(office: Office) -> None:
    parts = (decision("hasil", literal("nilai"), needs="nilai"), decision("nilai", literal("judull")))

    assert "name_never_set" in refusals(office, *parts)


def test_a_text_without_quotes_is_found_in_its_cell_and_a_misspelled_heading_in_its_column(
    office: Office,
) -> None:
    rows = (("-", "DPUPR"), ('= "Lampu mati"', '"DLH"'))
    parts = (
        decision("hasil", literal("unit"), needs="unit"),
        decision("unit", grid(("judull",), ("u",), *rows)),
    )

    with pytest.raises(InvalidDiagram) as caught:
        deploy(office, files(*parts))

    cell, column = [finding for finding in caught.value.findings if finding.severity == "error"]
    assert (column.code, column.params["variable"], column.file) == (
        "column_name_never_set",
        "judull",
        "aturan.dmn",
    )
    assert (cell.code, cell.params["variable"], cell.params["row"]) == ("cell_name_never_set", "DPUPR", "1")
    assert 'tanda kutip ganda: "DPUPR"' in cell.todo
    lines = files(*parts)["aturan.dmn"].decode().splitlines()
    assert "rule" in lines[(cell.line or 0) - 1]


def test_what_is_needed_is_no_name_that_somebody_must_set(office: Office) -> None:
    assert deploy(office, files(RESULT, SCORE, DOUBLE)).definitions[0].created


def test_a_result_that_cannot_be_a_variable_is_refused_where_a_task_asks_for_it(office: Office) -> None:
    table = decision("hasil", grid(("judul",), ("dua kata",), ("-", "1")))
    found = refusals(office, table)

    assert found["decision_result_name"] is not None
    needed = table.replace('id="hasil" name="hasil"', 'id="awal" name="awal"')
    assert (
        deploy(office, files(needed, decision("hasil", literal("awal"), needs="awal"))).definitions[0].created
    )


def test_warnings_about_a_table_are_kept_with_the_version(office: Office) -> None:
    rows = (("-", "1"), ('"a"', "2"))
    [done] = deploy(
        office, files(decision("hasil", grid(("judul",), ("x",), *rows, policy="FIRST")))
    ).definitions

    assert "table_rule_never" in {found["code"] for found in done.definition.findings}


def test_a_value_that_is_not_allowed_stops_the_case_and_leaves_nothing(office: Office) -> None:
    deploy(office, files(decision("hasil", grid(('judul = "a", "b"',), ("x",), ("-", "1")))))
    with pytest.raises(ExecutionFailed) as caught:
        begin(office)

    assert "Lampu mati" in caught.value.detail


def test_all_decisions_of_a_file_can_be_looked_at(office: Office) -> None:
    deploy(office, files(RESULT, SCORE, DOUBLE))
    with office.database.reading() as session:
        definition = latest(session, "putusan")
        assert definition is not None
        found = details.tables(version(session, definition.id))

    assert [(one.id, used) for one, used in found] == [("hasil", ["Putus"]), ("nilai", [])]
