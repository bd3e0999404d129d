"""What a check of a deployment takes: of the SOP, and at the bound of what is looked at."""

from pathlib import Path

from app.engine.reading import reader
from app.engine.state_space.search import explore
from app.services.deployment import deployments
from tests.bench.figures import repeat, row
from tests.engine.building import bpmn, end, node, parallel, start, user
from tests.sop import DIAGRAM
from tests.sop_changes.editing import shipped


def measure(_folder: Path) -> None:
    sop = shipped()
    row("check of the SOP", repeat(20, lambda _n: deployments.check_files(None, sop) and None), "≤ 300 ms")
    [diagram] = reader.read_diagrams(DIAGRAM.read_bytes())
    row("the states that its cases may come to", repeat(20, lambda _n: explore(diagram) and None), "≤ 50 ms")
    [large] = reader.read_diagrams(_large())
    row("more states than are looked at", repeat(10, lambda _n: explore(large) and None), "≤ 250 ms")


def _large() -> bytes:
    """Seven branches of four steps, and inclusive gateways to which it may matter where each of them is."""
    steps = [user(f"u{branch}_{step}") for branch in range(7) for step in range(4)]
    ways = [f"f > u{branch}_0 > u{branch}_1 > u{branch}_2 > u{branch}_3 > j" for branch in range(7)]
    nodes = [start("mulai"), parallel("f"), parallel("j"), *steps, user("x"), user("y"), end("z")]
    nodes += [node("inclusiveGateway", "g"), node("inclusiveGateway", "h")]
    return bpmn(nodes, [*ways, "mulai > f\nj > g > x > h > z\ng > y > h"])
