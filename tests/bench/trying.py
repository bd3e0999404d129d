"""A run of a draft of the SOP, 30 steps long: its next step in a sandbox that is held, and all of it anew."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.base.config import ROOT, from_environment
from app.commands.sandbox import sandboxes
from app.commands.sandbox.sandboxes import Scene
from app.services.sandbox import materials
from app.services.sandbox.office import OfficeFacts
from app.services.sandbox.steps import Step
from tests.bench.figures import Series, row
from tests.reports import answers_for, report, report_values

BEGUN = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
ROUNDS = 10
_TASKS = ("penyaluran", "telaahan", "konfirmasi", "menyalurkan")


def measure(folder: Path) -> None:
    scene, first, next_step, anew = _scene(folder), Series(), Series(), Series()
    steps = _steps()
    with first.timing(), sandboxes.HELD.played(scene, BEGUN, steps):
        pass
    for number in range(ROUNDS):
        for count in range(len(steps) - 6, len(steps) + 1):
            at = BEGUN + timedelta(seconds=number)  # no other round's sandbox
            if count == len(steps) - 6:
                with anew.timing(), sandboxes.HELD.played(scene, at, steps[:count]) as world:
                    assert world.stop is None, world.stop
            else:
                with next_step.timing(), sandboxes.HELD.played(scene, at, steps[:count]):
                    pass
    row("try a draft: 30 steps in a new process", first)
    row("the next step of a run that is held", next_step)
    row("", f"{next_step.cpu}")
    row("24 steps played anew", anew)
    row("", f"{anew.cpu}")


def _scene(folder: Path) -> Scene:
    files = {
        path.name: path.read_bytes()
        for part in ("processes", "forms")
        for path in (ROOT / part).iterdir()
        if path.suffix in {".bpmn", ".dmn", ".form"}
    }
    config = from_environment({"ALUR_DATA_DIR": str(folder / "data")})
    units = tuple((code, code, None, None, "") for code in ("DPUPR", "SETDA-ORG"))
    return Scene(materials.playable_files(None, files), OfficeFacts(units), config)


def _steps() -> list[Step]:
    """Five cases, each to its unit, and a day between the fourth and fifth step of each."""
    one, found = report("SIN-001"), list[Step]()
    for case in range(1, 6):
        values = {**report_values(one), "tracking_id": f"900000{case}"}
        found.append(Step("start", process="pengaduan", values=values))
        found += [Step("complete", case=case, element=e, values=answers_for(e, one)) for e in _TASKS]
        found.append(Step("wait", until=BEGUN + timedelta(days=case)))
    return found
