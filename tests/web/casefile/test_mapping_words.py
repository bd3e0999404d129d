"""How a case's page tells of data that was carried into a step and out of it."""

from types import SimpleNamespace
from typing import Any

from app.services.casefile.vocabulary import Vocabulary
from app.web import sentences
from tests.history.entries import stored


def told(type_: str, data: dict[str, Any]) -> Any:
    version: Any = SimpleNamespace(
        program=SimpleNamespace(tables={}),
        forms={},
        diagram=SimpleNamespace(nodes={"isi": SimpleNamespace(name="Isi")}, questions={}, properties={}),
    )
    return stored(type_, data, activity_id="isi").describe(Vocabulary(version))


def test_what_a_step_begins_with_is_told_with_its_warnings(app: Any) -> None:
    with app.test_request_context():
        sentence = told(
            "inputs_mapped", {"given": {"judul": "Lampu"}, "warnings": ["Variable 'x' not found"]}
        )
    assert sentences.html(sentence.title) == "Data dibawa ke <b>Isi</b>"
    assert sentence.changes == (("judul", None, "Lampu"),)
    assert sentence.lines == (("Peringatan", "Variable 'x' not found"),)


def test_what_comes_out_of_a_step_is_told_with_what_was_there_before(app: Any) -> None:
    with app.test_request_context():
        sentence = told("outputs_mapped", {"values": {"jumlah": 3}, "old": {"jumlah": 2}})
    assert sentences.html(sentence.title) == "Data dibawa dari <b>Isi</b>"
    assert sentence.changes == (("jumlah", "2", "3"),)
