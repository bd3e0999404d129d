"""What undoes what, as files say it: by associations, flows, event sub-processes, and not at all."""

from app.engine.running.execution import Program
from tests.engine.building import Shape, bpmn, end, inside, node, start, user
from tests.engine.case import Case
from tests.engine.read_files import errors, read, warnings

ASKS = "<bpmn:compensateEventDefinition/>"
TIE = '<bpmn:association id="a" sourceRef="b" targetRef="lepas"/>'


def edge(id: str = "b", on: str = "pesan") -> Shape:
    return node("boundaryEvent", id, attachedToRef=on, inside=ASKS)


def undoing(id: str = "lepas") -> Shape:
    return node("userTask", id, isForCompensation="true")


def trip(*more: Shape, flows: str = "", tie: str = TIE, last: str = ASKS) -> bytes:
    nodes = [start(), user("pesan"), node("endEvent", "urung", inside=last), *more]
    return bpmn(nodes, f"start > pesan > urung\n{flows}", inside=tie)


def played(xml: bytes) -> list[str]:
    """What is open after each step, every open task being done in order."""
    case, found = Case(Program(read(xml), {})), []
    while not case.ended:
        found += case.open
        case.complete(case.open[0])
    return found


def test_an_association_says_what_undoes() -> None:
    assert played(trip(edge(), undoing())) == ["pesan", "lepas"]
    assert warnings(trip(edge(), undoing())) == []


def test_an_association_drawn_the_other_way_says_it_too() -> None:
    turned = TIE.replace('sourceRef="b" targetRef="lepas"', 'sourceRef="lepas" targetRef="b"')
    assert played(trip(edge(), undoing(), tie=turned)) == ["pesan", "lepas"]


def test_a_flow_says_what_undoes_and_what_follows_belongs_to_it() -> None:
    xml = trip(edge(), user("lepas"), user("kabari"), flows="b > lepas > kabari", tie="")
    assert played(xml) == ["pesan", "lepas", "kabari"]


def test_what_undoes_may_be_a_sub_process() -> None:
    held = inside(start("dalam"), user("satu"), user("dua"), flows="dalam > satu > dua")
    xml = trip(edge(), node("subProcess", "lepas", inside=held, isForCompensation="true"))
    assert played(xml) == ["pesan", "satu", "dua"]


def test_two_events_may_ask_for_the_same() -> None:
    held = inside(start("dalam"), user("satu"), flows="dalam > satu")
    again = node("intermediateThrowEvent", "dulu", inside=ASKS)
    shapes = [
        edge(),
        node("subProcess", "lepas", inside=held, isForCompensation="true"),
        again,
        user("ulang"),
    ]
    nodes = [start(), user("pesan"), node("endEvent", "urung", inside=ASKS), *shapes]
    case = Case(Program(read(bpmn(nodes, "start > pesan > dulu > ulang > urung", inside=TIE)), {}))
    for _turn in range(3):
        case.complete(case.open[0])
    assert case.ended


def test_a_named_activity_alone_is_undone() -> None:
    other = '<bpmn:association id="a2" sourceRef="c" targetRef="buang"/>'
    shapes = [start(), user("pesan"), user("bayar"), edge(), edge("c", "bayar"), undoing(), undoing("buang")]
    last = node("endEvent", "urung", inside='<bpmn:compensateEventDefinition activityRef="pesan"/>')
    xml = bpmn([*shapes, last], "start > pesan > bayar > urung", inside=TIE + other)
    assert played(xml) == ["pesan", "bayar", "lepas"]
    assert warnings(xml) == ["compensation_unused"]


def test_a_sub_process_is_undone_by_the_event_sub_process_in_it() -> None:
    begins = node("startEvent", "bila", inside=ASKS)
    undoes = node(
        "subProcess",
        "balik",
        triggeredByEvent="true",
        inside=inside(begins, user("lepas"), flows="bila > lepas"),
    )
    held = inside(start("awal"), user("pesan"), end("akhir"), undoes, flows="awal > pesan > akhir")
    last = node("endEvent", "urung", inside=ASKS)
    xml = bpmn([start(), node("subProcess", "paket", inside=held), last], "start > paket > urung")
    assert played(xml) == ["pesan", "lepas"]


def test_giving_a_transaction_up_undoes_what_was_done_in_it() -> None:
    up = node("endEvent", "menyerah", inside="<bpmn:cancelEventDefinition/>")
    held = inside(start("awal"), user("pesan"), edge(), undoing(), up, flows="awal > pesan > menyerah") + TIE
    caught = node("boundaryEvent", "batal", attachedToRef="paket", inside="<bpmn:cancelEventDefinition/>")
    nodes = [start(), node("transaction", "paket", inside=held), caught, user("kabari"), end()]
    assert played(bpmn(nodes, "start > paket > end\nbatal > kabari")) == ["pesan", "lepas", "kabari"]


def test_what_is_not_said_is_told() -> None:
    assert "compensation_without_handler" in warnings(trip(edge(), tie=""))
    assert "compensation_of_nothing" in warnings(trip())
    assert "compensation_unused" in warnings(trip(undoing(), tie=""))
    assert "compensation_unused" in warnings(trip(edge(), undoing(), last=""))
    begins = node("startEvent", "bila", inside=ASKS)
    undoes = node(
        "subProcess",
        "balik",
        triggeredByEvent="true",
        inside=inside(begins, user("lepas"), flows="bila > lepas"),
    )
    assert played(trip(undoes, tie="")) == ["pesan"]


def test_a_marked_step_that_flows_lead_to_is_a_plain_one() -> None:
    nodes = [start(), undoing("pesan"), end()]
    xml = bpmn(nodes, "start > pesan > end")
    assert warnings(xml) == ["compensation_joined"]
    assert played(xml) == ["pesan"]


def test_what_undoes_and_lies_on_the_way_too_stays_there_and_is_told() -> None:
    xml = trip(edge(), undoing(), flows="pesan > lepas > urung")
    assert set(warnings(xml)) >= {"compensation_without_handler"}
    assert "lepas" in read(xml).nodes


def asking(id: str, of: str = "") -> Shape:
    return node(
        "intermediateThrowEvent", id, inside=ASKS.replace("/>", f' activityRef="{of}"/>') if of else ASKS
    )


def test_what_undoes_does_not_undo_itself_when_it_asks_for_that() -> None:
    held = inside(start("dalam"), asking("lagi", "pesan"), user("satu"), flows="dalam > lagi > satu")
    xml = trip(edge(), node("subProcess", "lepas", inside=held, isForCompensation="true"))
    assert played(xml) == ["pesan", "satu"]
    assert "compensation_of_nothing" in warnings(xml)


def test_undoings_without_end_are_refused() -> None:
    """Each event has what undoes each task of its own, with the undoings in that."""
    nodes, ties, ways = [start()], list[str](), ["start"]
    for n in range(8):
        again = [
            asking(f"x{n}"),
            asking(f"y{n}"),
            user(f"t{n}"),
            edge(f"c{n}", f"t{n}"),
            user(f"u{n}", isForCompensation="true"),
        ]
        held = inside(start(f"s{n}"), *again, flows=f"s{n} > t{n} > x{n} > y{n}")
        held += f'<bpmn:association id="i{n}" sourceRef="c{n}" targetRef="u{n}"/>'
        nodes += [user(f"p{n}"), edge(f"b{n}", f"p{n}")]
        nodes.append(node("subProcess", f"h{n}", inside=held, isForCompensation="true"))
        ties.append(f'<bpmn:association id="a{n}" sourceRef="b{n}" targetRef="h{n}"/>')
        ways.append(f"p{n}")
    ways += [f"z{n}" for n in range(80)]
    nodes += [asking(f"z{n}") for n in range(80)]
    xml = bpmn([*nodes, end()], " > ".join([*ways, "end"]), inside="".join(ties))
    assert "compensation_too_large" in errors(xml)
