"""One office for all journeys through the studio: each begins a draft of its own."""

from collections.abc import Iterator

import pytest

from app.services.people import users
from tests.journeys.office import Office, opened
from tests.serving import Installation


@pytest.fixture(scope="package")
def office(tmp_path_factory: pytest.TempPathFactory, template: Installation) -> Iterator[Office]:
    with opened(template, tmp_path_factory.mktemp("studio")) as made:
        yield made


@pytest.fixture(autouse=True)
def _in_indonesian(office: Office) -> None:
    """Who chose English in the journey before speaks Indonesian again."""
    with office.installation.database.transaction() as session:
        users.named(session, "pemilik").language = "id"
