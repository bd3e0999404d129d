"""docs/asvs.md names what exists, has each requirement of levels 1 and 2 once, and counts its shares rightly."""

import re
from collections import Counter
from pathlib import Path

from tests.attack.lists import ROOT, names_in

TABLE = (ROOT / "docs" / "asvs.md").read_text("utf-8")
ROWS = re.findall(
    r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| (met|n/a|open) \| (.+) \|$", TABLE, re.MULTILINE
)
#: How many requirements ASVS 5.0.0 has of each level.
MANY = {"1": 70, "2": 183}


def shares() -> dict[str, int]:
    """How many of each level are met, or do not apply."""
    good = Counter(level for _id, level, _words, verdict, _by in ROWS if verdict != "open")
    return {level: good[level] for level in MANY}


def test_each_requirement_of_both_levels_is_in_the_table_once() -> None:
    assert Counter(level for _id, level, *_rest in ROWS) == MANY
    assert (
        len({id_ for id_, *_rest in ROWS}) == len(ROWS) == len(re.findall(r"^\| \d+\.", TABLE, re.MULTILINE))
    )


def test_level_1_is_whole_and_of_level_2_little_is_open() -> None:
    good = shares()
    assert good["1"] == MANY["1"]
    assert good["2"] >= 0.95 * MANY["2"]
    share = f"{100 * good['2'] / MANY['2']:.1f}"
    assert (
        f"Level 1: {good['1']} of 70 met or not applicable. Level 2: {good['2']} of 183 ({share} %)." in TABLE
    )
    assert f"Not applicable are {sum(verdict == 'n/a' for *_row, verdict, _by in ROWS)} of both." in TABLE


def test_every_test_and_every_place_that_the_table_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TABLE)
    assert len(named) > 100
    for file, test in set(named):
        assert not test or test in names_in(ROOT / file), f"{file}::{test}"
    places: set[str] = set(re.findall(r"`((?:app|docs|frontend|tests)/[\w/.-]+)`", TABLE))
    assert len(places) > 10
    assert [place for place in places if not Path(ROOT, place).exists()] == []


def test_what_is_met_or_open_says_by_what() -> None:
    for id_, _level, words, _verdict, by in ROWS:
        assert len(words) > 3, id_
        assert len(by) > 5, id_


def test_the_security_page_leads_to_the_table() -> None:
    assert "(docs/asvs.md)" in (ROOT / "SECURITY.md").read_text("utf-8")
