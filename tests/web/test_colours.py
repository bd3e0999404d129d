"""The colours of tokens.css: the same wherever they stand twice, and readable on the drawing's paper."""

import re
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "app" / "web" / "static" / "css"
VIEWER = ROOT / "frontend" / "src" / "viewer" / "viewer.css"
LIGHT = ":root,\n.diagram,\n.viewer-board"
SYSTEM, CHOSEN = ':root:not([data-theme="light"])', ':root[data-theme="dark"]'
PAPER = " :is(.diagram, .viewer-board)"

Colours = dict[str, str]


def colours(selector: str) -> Colours:
    """The custom properties that tokens.css gives these elements."""
    [block] = re.findall(
        rf"^ *{re.escape(selector)} {{(.*?)}}", (CSS / "tokens.css").read_text(), re.M | re.S
    )
    return dict(re.findall(r"--([\w-]+): ([^;]+);", block))


@pytest.mark.parametrize("part", ["", PAPER], ids=["pages", "drawings"])
def test_dark_is_the_same_by_system_and_by_choice(part: str) -> None:
    assert colours(SYSTEM + part) == colours(CHOSEN + part) != {}


def test_a_drawing_that_stands_alone_has_the_light_colours() -> None:
    light = colours(LIGHT)
    second_choices = re.findall(r"var\(--([\w-]+), (#\w+|\d+)\)", (CSS / "diagram.css").read_text())

    assert len(second_choices) >= 10
    assert dict(second_choices) == {name: light[name] for name, _choice in second_choices}


def test_drawings_have_no_colours_of_their_own() -> None:
    drawn = re.sub(r"var\(--[\w-]+, #\w+\)", "", (CSS / "diagram.css").read_text()) + VIEWER.read_text()

    assert re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", drawn) == []


@pytest.mark.parametrize("paper", [{}, colours(CHOSEN + PAPER)], ids=["light", "dark"])
def test_a_drawing_is_readable_on_its_paper(paper: Colours) -> None:
    sheet = colours(LIGHT) | paper
    papers = ("card", "sunk", "ok-bg", "info-bg", "danger-bg")
    text = [("ink", under) for under in papers] + [("card", badge) for badge in ("ok", "info", "danger")]
    lines = [("edge", "card"), *product(("muted", "ok", "info", "danger"), ("card", "sunk"))]

    assert {pair for pair in text if contrast(sheet, *pair) < 4.5} == set()
    assert {pair for pair in lines if contrast(sheet, *pair) < 3} == set()


def contrast(sheet: Colours, one: str, other: str) -> float:
    """The ratio as WCAG 2 counts it."""
    dark, light = sorted((_luminance(sheet[one]), _luminance(sheet[other])))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
