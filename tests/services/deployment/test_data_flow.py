"""Along every way through a diagram: where something that one element does is certain."""

import pytest

from app.engine.diagram import Diagram, Flow, Node
from app.engine.reading import reader
from app.services.deployment.data_flow import EMPTY, FILLED, DataFlow, State
from tests.engine.building import Shape, boundary, bpmn, end, exclusive, inside, node, parallel, start, user


class Filling(DataFlow):
    """The element ``isi`` fills it in, ``hapus`` empties it."""

    def entering(self, node: Node, before: State) -> State:
        return before

    def leaving(self, node: Node, inside: State, before: State) -> State:
        return {"isi": FILLED, "hapus": EMPTY}.get(node.id, inside)

    def skipping(self, node: Node, before: State) -> State:
        return before

    def following(self, flow: Flow, before: State) -> State:
        return FILLED if flow.name == "terisi" else before


def read(nodes: list[Shape], flows: str) -> Diagram:
    [diagram] = reader.read_diagrams(bpmn([start("mulai"), *nodes, user("tugas"), end("selesai")], flows))
    return diagram


def certain(nodes: list[Shape], flows: str) -> bool:
    return Filling(read(nodes, flows)).opened["tugas"] is FILLED


@pytest.mark.parametrize(
    ("gateway", "flows", "is_certain"),
    [
        (exclusive, "mulai > isi > tugas > selesai", True),
        (exclusive, "mulai > isi > hapus > tugas > selesai", False),
        (exclusive, "mulai > f > isi > j > tugas > selesai\nf > lain > j", False),
        (parallel, "mulai > f > isi > j > tugas > selesai\nf > lain > j", True),
        (parallel, "mulai > f > isi\nf > tugas > selesai", False),
        (exclusive, "mulai > isi > f > tugas > selesai\nf > lain > f", True),
        (exclusive, "mulai > isi > f > tugas > selesai\nf > hapus > f", False),
        (exclusive, "mulai > f > isi > tugas > selesai\nf > hapus > isi", True),
    ],
)
def test_what_holds_on_every_way_is_certain(gateway: object, flows: str, is_certain: bool) -> None:
    shapes = [user("isi"), user("hapus"), user("lain"), gateway("f"), gateway("j")]  # type: ignore[operator]
    used = [shape for shape in shapes if shape.id in flows.replace("\n", " > ").split(" > ")]
    assert certain(used, flows) is is_certain


def test_an_event_on_a_boundary_knows_what_was_known_before() -> None:
    host = [user("isi"), boundary("lewat", "isi", after="3 hari"), end("usai")]
    assert not certain(host, "mulai > isi > usai\nlewat > tugas > selesai")
    assert certain([user("lain"), boundary("lewat", "lain", after="3 hari"), user("isi"), end("usai")],
                   "mulai > isi > lain > usai\nlewat > tugas > selesai")  # fmt: skip


def test_a_sub_process_hands_on_what_all_its_ends_know() -> None:
    held = [start("s"), user("isi"), exclusive("g"), user("hapus"), end("e1"), end("e2")]
    for flows, is_certain in (
        ("s > isi > g > e1\ng > e2", True),
        ("s > isi > g > e1\ng > hapus > e2", False),
    ):
        parts = [one for one in held if one.id in flows.replace("\n", " > ").split(" > ")]
        bagian = node("subProcess", "bagian", inside=inside(*parts, flows=flows))
        assert certain([bagian], "mulai > bagian > tugas > selesai") is is_certain


def test_the_ways_are_the_shortest_one_for_each_arrow_and_none_through_the_element_itself() -> None:
    nodes = [exclusive("f"), user("a"), user("b"), user("isi"), exclusive("g")]
    diagram = read(nodes, "mulai > f > a > tugas > g > selesai\nf > b > tugas\nf > isi > tugas\ng > b")
    ways = Filling(diagram).ways("tugas")
    assert [[step.node.id for step in way] for way in ways] == [["mulai", "f", "a"], ["mulai", "f", "b"]]
