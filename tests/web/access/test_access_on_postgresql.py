"""Every page and request once on PostgreSQL, which production is told to use: what SQLite lets pass fails here."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, islice

import pytest
from werkzeug.routing import Rule

from app.base.db import Database
from app.services.deployment import deployments
from app.services.maintenance import demo
from app.web import create_app
from tests.web.access.furnishing import Furnishing
from tests.web.access.matrix import ACTS, PAGE, ask, rows, verdict_of, wanted
from tests.web.access.place import Place
from tests.web.conftest import ReadingClient, sop_files


@pytest.fixture
def place(postgres_database: Database) -> Iterator[Place]:
    config = replace(postgres_database._info["config"], allow_time_travel=True)
    postgres_database._info["config"] = config
    with postgres_database.transaction() as session:
        demo.load(session)
        deployments.deploy(session, sop_files(), actor=None)
    app = create_app(config, postgres_database)
    app.test_client_class = ReadingClient
    place = Furnishing(app, config, postgres_database).furnish()
    place.verifies = False  # what the record says is the same on both
    yield place
    place.close()


def test_every_route_answers_on_postgresql_as_the_table_says(place: Place) -> None:
    """Each once, as the first for whom it acts, else who sees a page. Pages are drawn."""
    wrong, asked = [], set[str]()
    for rule, method, kind, person, verdict in _requests(place):
        answer = ask(place, rule, method, kind, person)
        asked.add(rule.endpoint)
        if verdict_of(method, answer) != verdict:
            wrong.append(
                f"{method} {rule.endpoint} {kind}, {person}: {answer.status}, {sorted(answer.changed)}"
            )
    assert wrong == [], "\n".join(wrong)
    assert len(asked) > 300


def _requests(place: Place) -> Iterator[tuple[Rule, str, str, str, str]]:
    """Of each route and method the object for which most is done, who asks, and what the table says."""
    judged = {row.key: row for row in rows()}
    for (rule, method), group in groupby(wanted(place), key=lambda one: one[:2]):
        told = {kind: judged[method, rule.endpoint, kind].verdicts for _rule, _method, kind in group}
        ways = (
            (rule, method, kind, person, verdict)
            for verdict in (ACTS, PAGE)
            for kind, verdicts in told.items()
            for person, given in verdicts.items()
            if given == verdict
        )
        yield from islice(ways, 1)
