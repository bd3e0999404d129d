"""Every page, as whoever sees it, looked at as `looking` does."""

from collections.abc import Iterator

import pytest

from app.web import create_app
from tests.journeys.conftest import People
from tests.journeys.looking import look
from tests.journeys.office import Office, opened
from tests.journeys.scene import Scene, play
from tests.journeys.visits import NO_PAGES, VISITS
from tests.serving import Installation


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, template: Installation) -> Iterator[Office]:
    named = {"ALUR_OFFICE": "Pemerintah Kabupaten Wonogiri", "ALUR_OFFICE_PHONE": "(0273) 000-000"}
    with opened(template, tmp_path_factory.mktemp("busy"), **named) as made:
        yield made


@pytest.fixture(scope="module")
def scene(office: Office) -> Scene:
    return play(office)


@pytest.mark.parametrize("name", VISITS, ids=lambda name: name or "nobody")
def test_pages_are_accessible_and_fit(name: str, people: People, scene: Scene) -> None:
    person = people(name)
    person.expects(403, 404, 422)
    problems = [problem for visit in VISITS[name] for problem in look(person, visit, scene, name)]
    assert not problems, "\n".join(problems)


def test_every_page_is_visited(office: Office) -> None:
    app = create_app(office.installation.config)
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    pages = {rule.endpoint for rule in rules if not rule.rule.startswith("/api/")}
    visited = {visit.endpoint for visits in VISITS.values() for visit in visits} - {""}
    assert pages - set(NO_PAGES) == visited
