"""One noun, one name, on every floor: whoever changes the page of tasks looks for `tasks` on each."""

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.house.rooms import FLOORS, ROOT, lines_of_nouns, noun_of

#: Rooms of app that are no floor; and what has no room among the services: how programs ask, who may what, and the
#: security log, which every command writes and so lies in core.
_ROOMS = {"base", "bpmnio", "engine", "findings", "forms", "history", "web", "work"}
_OTHERS = {"api", "access", "security_log"}
_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
_KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


def test_nouns_of_every_floor_are_those_of_the_services() -> None:
    found = lines_of_nouns()
    nouns = {noun for noun, floors in found.items() if floors["services"]} - {""}
    assert 25 < len(nouns) < 31
    others = {noun: [floor for floor in FLOORS if floors[floor]] for noun, floors in found.items()}
    assert {
        noun: floors
        for noun, floors in others.items()
        if noun and noun not in nouns | _OTHERS and (noun not in _ROOMS or set(floors) - {"locale", "models"})
    } == {}


def test_what_one_noun_says_stands_in_its_catalogue() -> None:
    """What several say stands in core."""
    said: dict[object, set[str]] = {}
    for file, _line, message, _comments, context in extract_from_dir(
        ROOT / "app", method_map=_METHODS, keywords=_KEYWORDS
    ):
        first = message if isinstance(message, str) else message[0]
        said.setdefault((context, first), set()).add(noun_of(file))
    wrong = {}
    for path in (ROOT / "app/locale/en").glob("*.po"):
        with path.open("rb") as file:
            told = [(one.context, one.id if isinstance(one.id, str) else one.id[0]) for one in read_po(file)]
        wrong |= {
            (path.stem, key): nouns
            for key in told
            if (nouns := said.get(key)) and path.stem not in (nouns if len(nouns) == 1 else {*nouns, "core"})
        }
    assert wrong == {}
