"""One Chromium for all journeys; for each test, or a module of them, an office of its own, and people in it."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from app.services.deployment.bundle_builder import collect
from tests.chromium import launch
from tests.journeys.hands import Mouse
from tests.journeys.office import Office, opened
from tests.journeys.people import Person
from tests.serving import Installation, install
from tests.sop_changes.editing import shipped

_FAILED = pytest.StashKey[bool]()

People = Callable[..., Person]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every journey is slow and needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know that their test failed."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Not for longer than the journeys: while it runs, V8 in this process refuses to. So conditions of the SOP, which
    journeys read from the database, are read before, and what V8 says of them is remembered."""
    collect(None, shipped())
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Demo data and the SOP, made once and copied for each office."""
    made = install(tmp_path_factory.mktemp("template"), forked=True)
    made.database.engine.dispose()
    return made


@pytest.fixture
def office(tmp_path: Path, template: Installation) -> Iterator[Office]:
    with opened(template, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared_office(tmp_path_factory: pytest.TempPathFactory, template: Installation) -> Iterator[Office]:
    """One for all tests of a module that leave it as they found it, or keep to cases of their own."""
    with opened(template, tmp_path_factory.mktemp("shared")) as made:
        yield made


@pytest.fixture
def people(
    chromium: Browser, office: Office, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[People]:
    """Make a person: ``people("upp")`` is signed in, ``people()`` is nobody yet; ``hands`` and browser as wished."""
    made: list[Person] = []

    def person(name: str = "", hands: type[Any] = Mouse, **browser: Any) -> Person:
        wishes = {
            "viewport": {"width": 1280, "height": 900},
            "locale": "id-ID",
            "timezone_id": "Asia/Jakarta",
        }
        context = chromium.new_context(base_url=office.base_url, **(wishes | browser))
        context.set_default_timeout(10_000)
        one = Person(context, office.base_url, hands)
        made.append(one)
        if name:
            one.sign_in(name)
        return one

    yield person
    problems = []
    for place, one in enumerate(made):
        if request.node.stash.get(_FAILED, False):
            print(office.installation.log, f"{one.page.url}: {one.photograph(tmp_path / f'{place}.png')}")
        problems += one.leave()
    assert not problems, "\n".join(problems)
