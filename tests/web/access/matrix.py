"""The table of who may do what, as `matrix.txt` has it, and as the application answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from werkzeug.routing import Rule

from tests.web.access.bodies import IN_BODY, QUERIES, Asked, body_of
from tests.web.access.place import PEOPLE, Answer, Place

TABLE = Path(__file__).with_name("matrix.txt")
#: Shown or done; where nobody is signed in, to the door.
PAGE, ACTS, DOOR = "page", "acts", "door"
_DOORS = ("/masuk", "/lacak")
_KEY_WIDTHS = (7, 48, 9)


@dataclass(frozen=True)
class Row:
    """What becomes of a request: method, endpoint and kind of object, and the verdict for each of `PEOPLE`."""

    method: str
    endpoint: str
    kind: str
    verdicts: Mapping[str, str]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.method, self.endpoint, self.kind

    def __str__(self) -> str:
        """As a line of the table."""
        head = "".join(text.ljust(width) for text, width in zip(self.key, _KEY_WIDTHS, strict=True))
        return head + "".join(self.verdicts[name].ljust(7) for name in PEOPLE).rstrip()


def heading() -> str:
    """The table's first line."""
    return str(Row("#", "endpoint", "object", {name: name for name in PEOPLE}))


def rows() -> list[Row]:
    """The rows of the table."""
    found = []
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            method, endpoint, kind, *verdicts = line.split()
            assert len(verdicts) == len(PEOPLE), f"{len(PEOPLE)} verdicts are wanted: {line}"
            found.append(Row(method, endpoint, kind, dict(zip(PEOPLE, verdicts, strict=True))))
    return found


def wanted(place: Place) -> Iterator[tuple[Rule, str, str]]:
    """Every route, method and kind of object that there is."""
    for rule in place.app.url_map.iter_rules():
        about = place.about(rule) or IN_BODY.get(rule.endpoint, "")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            for kind in place.kinds(rule, about):
                yield rule, method, kind


def ask(
    place: Place,
    rule: Rule,
    method: str,
    kind: str,
    person: str,
    *,
    csrf: str | None = None,
    bearer: bool = True,
) -> Answer:
    """Ask for it as this person; with another token of forms, or without his token of the API."""
    path = place.path(rule, kind)
    if rule.endpoint in QUERIES:
        path += f"?{QUERIES[rule.endpoint]}"
    body = body_of(rule, method, Asked(place, person, kind), csrf)
    return place.send(person, method, path, bearer=bearer, **body)


def verdict_of(method: str, answer: Answer) -> str:
    """The word of the table for an answer."""
    led = answer.location.partition("?")[0]
    if answer.status == 401 or (answer.status in (302, 303) and led in _DOORS and not answer.changed):
        return DOOR
    if answer.status >= 400:
        return str(answer.status)
    told = {"history_event"} if method == "GET" and answer.is_file else set()
    return ACTS if answer.changed - told else PAGE


def answered(place: Place, rule: Rule, method: str, kind: str) -> tuple[Row, Mapping[str, Answer]]:
    """The row as the application answers it now, and what came."""
    answers = {person: ask(place, rule, method, kind, person) for person in PEOPLE}
    verdicts = {person: verdict_of(method, answer) for person, answer in answers.items()}
    return Row(method, rule.endpoint, kind, verdicts), answers
