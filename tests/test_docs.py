"""The maps in the docs lead to what is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
DECISIONS = ROOT / "docs" / "decisions"


def test_each_decision_stands_once_in_the_index() -> None:
    named = re.findall(r"\[(\d+)\]\(([\w-]+\.md)\)", (DECISIONS / "README.md").read_text())
    there = sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))
    assert sorted(name for _number, name in named) == there
    assert all(int(number) == int(name[:4]) for number, name in named)


def test_the_table_of_where_to_change_what_names_what_is_there() -> None:
    text = (ROOT / "README.md").read_text()
    table = text.partition("**Where to change what.**")[2].partition("| to change |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1:-1] for line in table.splitlines()[2:]]
    wrong = []
    for _what, folder, there in rows:
        [at] = re.findall(r"`([^`]+/)`", folder)
        for name in [at, *re.findall(r"`([\w/.-]+(?:/|\.py|\.html))`", there)]:
            if not (ROOT / name).exists() and not (ROOT / at / name).exists():
                wrong.append(name)
    assert len(rows) >= 7
    assert not wrong


def test_docs_link_to_what_is_there() -> None:
    wrong = []
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text()):
            if not (path.parent / target).exists():
                wrong.append(f"{path.relative_to(ROOT)}: {target}")
    assert not wrong


def test_words_of_ours_are_few_and_lead_to_what_is_there() -> None:
    text = (ROOT / "docs/glossary.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    assert 15 < len(rows) <= 25
    named = [name for row in rows for name in re.findall(r"`((?:app|tests)/[^`]+)`", row)]
    assert [name for name in named if not (ROOT / name).exists()] == []
