"""Every page, as whoever sees it: no violation in axe, light and dark; nothing sticks out of a phone.

With ALUR_SHOTS=folder each page is photographed, light, dark and at 360 px: look at them.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from app.web import create_app
from tests.journeys.conftest import People
from tests.journeys.hands import sideways
from tests.journeys.office import Office, opened
from tests.journeys.people import Person
from tests.journeys.scene import Scene, play
from tests.journeys.visits import NO_PAGES, VISITS, Visit
from tests.serving import Installation

_AXE = Axe().axe_script
#: Without preloading: it copies style sheets into the page, which the policy refuses. Dark differs in colours alone.
_RULES = {"light": "", "dark": "runOnly: ['cat.color'],"}
_RUN = "axe.run(document, {%s preload: false, resultTypes: ['violations']})"
_WIDE, _PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


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


def look(person: Person, visit: Visit, scene: Scene, who: str) -> list[str]:
    """Open a page, do what the visit does there, and return what is wrong with it."""
    page, answered = person.page, list[int]()
    page.on("response", lambda answer: answered.append(answer.status) if _is_document(answer, page) else None)
    person.visit(visit.path.format(**scene.words))
    if visit.act is not None:
        visit.act(person, scene)
    problems = [] if answered[-1] == visit.status else [f"answered {answered[-1]}"]
    person.drawn()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        problems += [f"{scheme}: {problem}" for problem in violations(page, _RULES[scheme])]
        photograph(person, visit, f"{who}-{scheme}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(_PHONE)
    problems += sideways(page)
    photograph(person, visit, f"{who}-phone")
    page.set_viewport_size(_WIDE)
    return [f"{visit.name}: {problem}" for problem in problems]


def _is_document(answer: Any, page: Page) -> bool:
    return answer.request.resource_type == "document" and answer.frame == page.main_frame


def violations(page: Page, rules: str) -> list[str]:
    """What axe finds wrong."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    found = page.evaluate(_RUN % rules)["violations"]
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for one in found
        for node in one["nodes"][:3]
    ]


def photograph(person: Person, visit: Visit, how: str) -> None:
    folder = os.environ.get("ALUR_SHOTS")
    if folder:
        name = re.sub(r"\W+", "-", f"{visit.name}-{how}").strip("-")
        person.photograph(Path(folder) / f"{name}.png")
