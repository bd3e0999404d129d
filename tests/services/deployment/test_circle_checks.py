"""Circles in which nothing waits: foreseen where they are certain, named to who finds the case stopped."""

import ast
import re
from pathlib import Path

import pytest

from app.base.config import ROOT
from app.base.errors import ExecutionFailed
from app.base.i18n import speaking
from app.findings import Finding
from app.services.deployment import deployments
from tests.engine.building import (
    Shape,
    boundary,
    bpmn,
    catch,
    end,
    exclusive,
    flow,
    inside,
    node,
    rule,
    send,
    start,
    user,
)
from tests.engine.case import Case
from tests.engine.decision_files import decision, file, grid
from tests.services.deployment.found import found
from tests.services.office import form, text

ISIAN = form(text("lengkap"))


def told(nodes: list[Shape], flows: list[str], **files: bytes) -> list[Finding]:
    return found(nodes, flows, ["automatic_circle"], isian_form=ISIAN, **files)


CHECKED = [
    start("mulai", form="isian"),
    exclusive("gabung", name=""),
    send("beri_tahu", name="Beri tahu pelapor"),
    exclusive("cukup", name="Data lengkap?"),
    end("selesai"),
]
BACK = [
    "mulai > gabung > beri_tahu > cukup",
    flow("cukup", "selesai", condition='=lengkap = "ya"'),
    flow("cukup", "gabung", name="belum"),
]


def test_a_circle_without_any_wait_is_foreseen_with_its_elements() -> None:
    [one] = told(CHECKED, BACK)
    assert (one.severity, one.element_id) == ("warning", "beri_tahu")
    assert "lewat Beri tahu pelapor → Data lengkap?" in one.what
    with speaking("en"):
        assert "goes round without end" in one.what


@pytest.mark.parametrize("what", ["a task", "a table that decides anew"])
def test_a_circle_that_something_ends_is_not_foreseen(what: str) -> None:
    between = user("lengkapi", form="isian") if what == "a task" else rule("nilai", decision="nilai")
    flows = [BACK[0], BACK[1], flow("cukup", between.id), f"{between.id} > gabung"]
    decides = decision("nilai", grid(("lengkap",), ("lengkap",), ("-", '"ya"'), policy="FIRST"))
    files = {} if what == "a task" else {"nilai_dmn": file(decides)}
    assert told([*CHECKED, between], flows, **files) == []


def test_a_gateway_that_people_answer_is_a_wait() -> None:
    flows = [BACK[0], flow("cukup", "selesai", name="ya"), flow("cukup", "gabung", name="belum")]
    assert told(CHECKED, flows) == []


LATE = {"dihitung sejak": "pembukaan pertama"}


def led_back(flows: str, *between: Shape, on: str = "kerja", **marks: str) -> list[Finding]:
    """What is said of a deadline on ``on`` where its flow leads as told."""
    edge = boundary("batas", on, after="10 hari kerja", name="Batas kerja", properties=marks or LATE)
    shapes = [start("mulai"), user("kerja"), edge, *between, end("selesai")]
    shapes += [one for one in (send("ingat"), end("lewat")) if one.id in flows]
    files = {"p.bpmn": bpmn(shapes, ["mulai > kerja > selesai", *flows.split(";")])}
    return [one for one in deployments.check_files(None, files) if one.code == "first_opening_circle"]


def test_a_deadline_from_the_first_opening_must_not_lead_back_at_once() -> None:
    [one] = led_back("batas > ingat > kerja")
    assert (one.severity, one.element_id) == ("error", "batas")
    assert "“Batas kerja” dihitung sejak pembukaan pertama" in one.text
    assert "kembali ke “Kerja”" in one.text
    with speaking("en"):
        assert "leads back to “Kerja”" in one.what
    within = inside(start("awal"), send("catat"), end("usai"), flows="awal > catat > usai")
    sub = node("subProcess", "urus", inside=within)
    assert led_back("batas > urus > kerja", sub)
    for flows, between in (
        ("batas > ingat > lewat", ()),
        ("batas > tinjau > kerja", (user("tinjau"),)),
        ("batas > jeda > kerja", (catch("jeda", after="1 hari"),)),
    ):
        assert led_back(flows, *between) == []
    assert led_back("batas > ingat > kerja", tenggat="ya") == []  # each opening starts it anew


CIRCLE = """
start a
user b name=Periksa
send s name="Kirim pemberitahuan"
xor g name="Sudah lengkap?"
xor m
end e
a -> b -> m -> s -> g
g -> m ? true
g -> e *
"""


def test_the_incident_names_the_elements_and_what_to_do() -> None:
    with pytest.raises(ExecutionFailed) as error:
        Case(CIRCLE).complete("b")
    assert "“Sudah lengkap?”, “m”, “Kirim pemberitahuan”" in str(error.value)
    assert "Periksa" not in str(error.value)
    assert "Taruh tugas orang" in str(error.value)
    assert (error.value.detail, error.value.limit) == ("", "automatic_loop")


def test_no_failure_tells_people_a_word_of_the_program() -> None:
    """What stands in ``detail`` is stored with an incident and read by people: a limit's name is none of it."""
    wrong = []
    for path in sorted(Path(ROOT / "app").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "ExecutionFailed":
                wrong += [
                    f"{path.name}:{call.lineno}"
                    for one in call.keywords
                    if one.arg == "detail" and re.search(r"['\"]\w*_\w*['\"]", ast.unparse(one.value))
                ]
    assert wrong == []
