"""How a case's page tells a decision: each that was made, its inputs and the rules that fired."""

from types import SimpleNamespace
from typing import Any

import pytest

from app.services.casefile.vocabulary import Vocabulary
from app.web.definitions import definitions
from tests.engine.decision_files import SCORE, decision, grid, literal, read
from tests.history.entries import stored


def told(data: dict[str, Any], *parts: str) -> Any:
    """The sentence for a ``table_decided`` event with this data."""
    tables, nodes = read(*parts), {"putus": SimpleNamespace(name="Putus")}
    version: Any = SimpleNamespace(
        program=SimpleNamespace(tables=tables),
        forms={},
        diagram=SimpleNamespace(nodes=nodes, questions={}, properties={}),
    )
    entry = stored("table_decided", data, activity_id="putus")
    return entry.describe(Vocabulary(version))


def test_what_was_needed_is_told_first_with_its_rules_and_its_result(app: Any) -> None:
    needed = {"decision": "nilai", "rules": ["r2"], "inputs": {"umur": 30}, "value": 2}
    data = {
        "decision": "hasil",
        "rules": [],
        "inputs": {"nilai": 2},
        "values": {"hasil": 20},
        "needed": [needed],
    }
    with app.test_request_context():
        sentence = told(data, SCORE, decision("hasil", literal("nilai * 10"), needs="nilai", name="Putusan"))

    assert sentence.lines == (
        ("Keputusan", "nilai"),
        ("Masukan", "umur: 30"),
        ("Aturan baris 2", "umur: >= 20"),
        ("Hasil", "2"),
        ("Keputusan", "Putusan"),
        ("Masukan", "nilai: 2"),
    )
    assert sentence.reason == "hasil: 20"


def test_rules_are_told_in_the_order_of_their_results(app: Any) -> None:
    data = {"decision": "nilai", "rules": ["r2", "r1"], "inputs": {"umur": 30}, "values": {"skor": [2, 1]}}
    with app.test_request_context():
        sentence = told(data, SCORE)

    assert [heading for heading, _text in sentence.lines] == ["Masukan", "Aturan baris 2", "Aturan baris 1"]


def test_an_event_from_before_decisions_could_need_others_reads_as_it_did(app: Any) -> None:
    data = {"decision": "nilai", "rules": ["r1"], "inputs": {"umur": 3}, "values": {"skor": 1}}
    with app.test_request_context():
        sentence = told(data, SCORE)

    assert sentence.lines == (("Masukan", "umur: 3"), ("Aturan baris 1", "umur: < 20"))


@pytest.mark.parametrize(
    ("policy", "aggregation", "words"),
    [
        ("UNIQUE", "", "Paling banyak satu baris boleh cocok."),
        ("COLLECT", "", "Hasil semua baris yang cocok."),
        ("COLLECT", "MAX", "Hasil terbesar dari semua baris yang cocok."),
    ],
)
def test_a_page_says_which_rules_count(policy: str, aggregation: str, words: str, app: Any) -> None:
    table = grid(("n",), ("x",), ("-", "1"), policy=policy, aggregation=aggregation)
    with app.test_request_context():
        assert definitions.policy(read(decision("t", table))["t"]) == words
