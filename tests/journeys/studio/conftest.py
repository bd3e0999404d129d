"""One office for all journeys through the studio: each begins a draft of its own."""

from collections.abc import Iterator

import pytest

from tests.journeys.office import Office, opened
from tests.serving import Installation


@pytest.fixture(scope="package")
def office(tmp_path_factory: pytest.TempPathFactory, template: Installation) -> Iterator[Office]:
    with opened(template, tmp_path_factory.mktemp("studio")) as made:
        yield made
