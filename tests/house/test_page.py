"""docs/house.md is about the house as it stands, but for a little; and how lines are counted for it."""

from pathlib import Path

from tests.house.rooms import FLOORS, ROOT, lines_of_nouns


def _on_the_page() -> dict[str, set[str]]:
    """Noun → floors on which the page has lines of it."""
    text = (ROOT / "docs" / "house.md").read_text()
    [head, _rule, *rows] = text.partition("floor by floor\n\n")[2].partition("\n\n")[0].splitlines()
    floors = [one.strip() for one in head.strip("|").split("|")][1:]
    assert floors == list(FLOORS)
    cells = [[one.strip() for one in row.strip("|").split("|")] for row in rows]
    return {
        noun: {floor for floor, lines in zip(floors, lines_, strict=True) if lines}
        for noun, *lines_ in cells
        if noun not in {"(none)", "**all**"}
    }


def test_the_page_of_the_house_is_about_this_house() -> None:
    """Whoever adds a file need not make it anew. Where this fails: `make house`; its diff tells what became of it."""
    there = {(noun, floor) for noun, of in lines_of_nouns().items() if noun for floor in of}
    told = {(noun, floor) for noun, of in _on_the_page().items() for floor in of}
    assert len(there ^ told) <= len(there) / 10, sorted(there ^ told)


def test_a_noun_is_counted_on_each_floor_by_its_own_lines(tmp_path: Path) -> None:
    for name, lines in {
        "app/web/kites/pages.py": 3,
        "app/web/serving/server.py": 2,
        "app/web/static/dist/kites.py": 9,
        "app/web/templates/kites/kite.html": 4,
        "app/services/kites/__init__.py": 1,
        "app/services/winds.py": 5,
        "app/history/events/kites.py": 6,
        "tests/services/kites/test_kites.py": 8,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n" * lines)
    found = lines_of_nouns(tmp_path)
    kites = {"web": 3, "templates": 4, "services": 1, "history": 6, "tests": 8}
    assert found["kites"] == kites
    assert (found["winds"], found[""]) == ({"services": 5}, {"web": 2})
