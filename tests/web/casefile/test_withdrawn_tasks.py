"""How a case's page tells of a task that was taken away, in both languages."""

from types import SimpleNamespace
from typing import Any

import pytest

from app.base.i18n import speaking
from app.engine.diagram import Loop, Node, Timer
from app.services.casefile.vocabulary import Vocabulary
from app.web import sentences
from tests.history.entries import stored


def drawn(id: str, kind: str, name: str = "", **given: Any) -> Node:
    return Node(id=id, kind=kind, name=name, lane_id="", **given)


NODES = {
    node.id: node
    for node in (
        drawn("telaah", "userTask", "Telaah"),
        drawn("habis", "boundaryEvent", timer=Timer("duration", "3 hari")),
        drawn("tepat", "boundaryEvent", "Batas waktu", timer=Timer("duration", "P3D")),
        drawn("batal", "endEvent", "Batal", terminate=True),
        drawn("minta", "userTask", "Minta pendapat", loop=Loop("parallel", "unit", until="cukup")),
    )
}


def told(cause: str) -> Any:
    diagram = SimpleNamespace(nodes=NODES, questions={})
    version: Any = SimpleNamespace(program=SimpleNamespace(tables={}), forms={}, diagram=diagram)
    data = {"task": "1", "cause": cause}
    sentence = stored("task_cancelled", data, activity_id="telaah").describe(Vocabulary(version))
    return sentences.html(sentence.title), sentence.reason


@pytest.mark.parametrize(
    ("cause", "indonesian", "english"),
    [
        ("habis", "Waktunya habis: 3 hari.", "Its time is up: 3 hari."),
        ("tepat", "Waktunya habis: Batas waktu.", "Its time is up: Batas waktu."),
        ("batal", "Perkara berjalan lewat Batal.", "The case went on by way of Batal."),
        (
            "minta",
            "Syarat selesai Minta pendapat sudah terpenuhi.",
            "The completion condition of Minta pendapat holds.",
        ),
        ("hilang", "", ""),
    ],
)
def test_what_took_a_task_away_is_told_in_both_languages(
    app: Any, cause: str, indonesian: str, english: str
) -> None:
    with app.test_request_context(), speaking("id"):
        assert told(cause) == ("<b>Telaah</b> ditutup tanpa diselesaikan", indonesian)
    with app.test_request_context(), speaking("en"):
        assert told(cause) == ("<b>Telaah</b> closed without being completed", english)
