"""States as earlier releases stored them load, go on and finish. A release adds a sample; none is ever changed.

``python -m tests.engine.running.test_frozen_states NAME`` writes one of today to tests/samples/states/NAME.json.
"""

import base64
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.engine import decisions
from app.engine.reading import reader
from app.engine.running.execution import Program
from tests.engine.case import Case
from tests.engine.drawn import program
from tests.engine.scopes import BOUNDED, CALL, ROUNDS

FOLDER = Path(__file__).parents[2] / "samples" / "states"
SAMPLES = sorted(FOLDER.glob("*.json"))
#: What a case of the SOP is asked on the way from its start to "Selesai".
SOP_ANSWERS: dict[str, dict[str, Any]] = {
    "penyaluran": {},
    "telaahan": {},
    "konfirmasi": {"data_lengkap": "lengkap", "kesimpulan": "ditindaklanjuti UPT"},
    "menyalurkan": {"unit_tujuan": "DPUPR"},
    "tindak_lanjut": {"hasil": "selesai"},
    "melaporkan": {},
}


def _sop(xml: bytes, dmn: bytes) -> Program:
    [diagram] = reader.read_diagrams(xml)
    return Program(
        diagram, {table.id: table for table in decisions.read_decisions(dmn, file="rute-unit.dmn")}
    )


def _resumed(case_: dict[str, Any], sop: Program) -> Case:
    case = Case.__new__(Case)
    case.program = program(case_["drawn"]) if "drawn" in case_ else sop
    case.now = datetime.fromisoformat(case_["now"])
    case.tasks, case.messages = dict(case_["tasks"]), dict(case_["messages"])
    case.state, case.variables = base64.b64decode(case_["state"]), case_["variables"]
    case.timers, case.types, case.ended = {}, [], False
    return case


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_case_stored_by_an_earlier_release_goes_on_to_its_end(path: Path) -> None:
    sample = json.loads(path.read_text("utf-8"))
    sop = _sop(sample["xml"].encode(), sample["dmn"].encode())
    assert sample["cases"]
    for entry in sample["cases"]:
        case = _resumed(entry, sop)
        for _step in range(30):
            if case.ended:
                break
            task, activity = next(iter(case.tasks.items()))
            case.complete_task(task, **entry["answers"].get(activity, {}))
        assert case.ended, entry["name"]


def _entry(name: str, case: Case, answers: dict[str, Any], **source: str) -> dict[str, Any]:
    return {
        "name": name,
        **source,
        "now": case.now.isoformat(),
        "state": base64.b64encode(case.state).decode(),
        "variables": case.variables,
        "tasks": case.tasks,
        "messages": case.messages,
        "answers": answers,
    }


def _today() -> dict[str, Any]:
    xml, dmn = Path("processes/pengaduan.bpmn").read_text(), Path("processes/rute-unit.dmn").read_text()
    sop = _sop(xml.encode(), dmn.encode())
    entries = []
    case = Case(sop, {"kategori": "Jalan Berlubang"})
    while not case.ended:
        entries.append(_entry(f"sop at {case.open}", case, SOP_ANSWERS))
        [activity] = case.open
        case.complete(activity, **SOP_ANSWERS[activity])
    rounds = ROUNDS.format(how="")
    case = Case(rounds, {"unit": ["A", "B"]})
    case.complete("minta", jawab="x")
    entries.append(_entry("rounds", case, {"minta": {"jawab": "y"}}, drawn=rounds))
    bounded = BOUNDED.format(how="nonint")
    case = Case(bounded)
    case.wait(days=4)
    entries.append(_entry("sub-process with a fired timer", case, {}, drawn=bounded))
    called = CALL.format(how='give:x="n" take:hasil="y" sealed keeps')
    case = Case(called, {"n": 1})
    case.complete("a", y=2)
    entries.append(_entry("called process with variables of its own", case, {}, drawn=called))
    mapped = ROUNDS.format(how='give:judul="u" take:jawab="isi" keeps')
    case = Case(mapped, {"unit": ["A", "B"]})
    case.complete("minta", isi="x")
    entries.append(_entry("rounds with mappings", case, {"minta": {"isi": "y"}}, drawn=mapped))
    return {"xml": xml, "dmn": dmn, "cases": entries}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{sys.argv[1]}.json").write_text(
        json.dumps(_today(), indent=1, ensure_ascii=False) + "\n", "utf-8"
    )
