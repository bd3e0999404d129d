"""docs/security-tests.md names tests that exist, every class of payload, and every module of attacks."""

import re

from tests.attack.diagram_places import DIAGRAM
from tests.attack.lists import ROOT, names_in
from tests.attack.payloads import CLASSES
from tests.attack.places import FORM, TABLE

LIST = (ROOT / "docs" / "security-tests.md").read_text("utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", LIST)


def test_every_test_that_the_list_names_exists() -> None:
    assert len(NAMED) > 60
    for file, test in NAMED:
        assert (ROOT / file).is_file(), file
        assert not test or (test.startswith("test_") and test in names_in(ROOT / file)), f"{file}::{test}"


def test_every_module_of_attacks_is_in_the_list() -> None:
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests" / "attack").glob("test_*.py")}
    assert modules - {file for file, _test in NAMED} == set()


def test_every_class_of_payload_is_in_the_list() -> None:
    rows = set(re.findall(r"^\| ([a-z ]+) \|", LIST, re.MULTILINE))
    assert set(CLASSES) - rows == set()


def test_the_list_counts_the_places() -> None:
    said = re.search(r"(\d+) of a diagram .*?(\d+) of a form .*?(\d+) of a table", LIST, re.DOTALL)
    assert said is not None
    assert [int(count) for count in said.groups()] == [len(DIAGRAM), len(FORM), len(TABLE)]


def test_the_security_page_leads_to_the_list() -> None:
    assert "(docs/security-tests.md)" in (ROOT / "SECURITY.md").read_text("utf-8")
