"""The page as text, and its pictures as SVG."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.base.errors import InvalidDiagram
from app.base.i18n import speaking
from app.engine.drawing import draw_svg
from app.findings import Finding
from tests.drawing_page.examples import REFUSED, SECTIONS, Example
from tests.drawing_page.playing import SHOWN, diagrams, told

_ROOT = Path(__file__).parents[2]
PAGE = _ROOT / "docs" / "what-you-can-draw.md"
PICTURES = _ROOT / "docs" / "pictures" / "drawn"
_CSS = _ROOT / "app" / "web" / "static" / "css" / "diagram.css"
_HEAD = """# What you can draw

Made by `python -m tests.drawing_page` from the diagrams in `tests/diagrams/shown`: each picture, each run and each
finding below is what Alur itself does with the file, and the tests fail when this page no longer says so. Labels are
those of the offices that draw them. What is warned of runs; what is refused says what to do instead.
"""
_REFUSED = """## What is refused

Refused means: nothing is deployed, what ran before stays, and every place is named. A drawing is never half run.
"""


def page() -> str:
    """The whole page."""
    with speaking("en"):
        parts = [_HEAD]
        for title, examples in SECTIONS.items():
            parts += [f"## {title}\n", *[_runs(example) for example in examples]]
        parts += [_REFUSED, *[_refused(example) for example in REFUSED]]
    return "\n".join(parts)


def pictures() -> dict[str, str]:
    """Each picture by its file's name."""
    return {f"{example.file}.svg": _picture(example) for example in every()}


def every() -> Iterator[Example]:
    """All examples in the order of the page."""
    for examples in (*SECTIONS.values(), REFUSED):
        yield from examples


def _runs(example: Example) -> str:
    warned = [finding for diagram in diagrams(example) for finding in diagram.findings]
    run = "\n".join(f"{number}. {line}" for number, line in enumerate(told(example), 1))
    return f"{_opening(example)}\n{run}\n" + (f"\n{_findings('Warned of', warned)}" if warned else "")


def _refused(example: Example) -> str:
    try:
        diagrams(example)
    except InvalidDiagram as refusal:
        return f"{_opening(example)}\n{_findings('Refused', refusal.findings)}"
    raise AssertionError(f"{example.file} runs")


def _opening(example: Example) -> str:
    return f"### {example.title}\n\n![{example.title}](pictures/drawn/{example.file}.svg)\n\n{example.text}\n"


def _findings(word: str, findings: Sequence[Finding]) -> str:
    return "".join(
        f"> {word}: {' '.join(f'{finding.what} {finding.todo}'.split())}\n>\n" for finding in findings
    )[:-2]


def _picture(example: Example) -> str:
    xml = (SHOWN / f"{example.file}.bpmn").read_bytes()
    with speaking("en"):
        return draw_svg(xml, {}, title=example.title, prefix=example.file, css=_css()) + "\n"


def _css() -> str:
    """The rules of the drawing itself, without remarks and those of the frame around it on a page."""
    text = re.sub(r"/\*.*?\*/", "", _CSS.read_text(encoding="utf-8"), flags=re.DOTALL)
    rules = re.sub(r"\s*\.diagram[^{}]*\{[^{}]*\}", "", text)
    return " ".join(rules.split())
