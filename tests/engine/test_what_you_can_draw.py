"""The page "What you can draw" says what is so: pictures, runs, warnings and refusals are made anew and compared."""

from tests.drawing_page.page import PAGE, PICTURES, every, page, pictures
from tests.drawing_page.playing import SHOWN

_AGAIN = "it is no longer so; write it anew by: python -m tests.drawing_page"


def test_the_page_tells_what_happens() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), _AGAIN


def test_the_pictures_are_those_of_the_diagrams() -> None:
    kept = {path.name: path.read_text(encoding="utf-8") for path in PICTURES.glob("*.svg")}
    assert kept == pictures(), _AGAIN


def test_every_diagram_that_is_shown_is_on_the_page_once() -> None:
    files = [example.file for example in every()]
    assert sorted(files) == sorted(path.stem for path in SHOWN.glob("*.bpmn"))
