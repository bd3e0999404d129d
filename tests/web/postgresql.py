"""The installation of `conftest` on PostgreSQL: fixtures to import."""

import pytest
from flask import Flask

from app.base.db import Database
from app.services.deployment import deployments
from app.services.maintenance import demo
from app.web import create_app
from tests.web.conftest import ReadingClient, sop_files


@pytest.fixture
def office(postgres_database: Database) -> Database:
    with postgres_database.transaction() as session:
        demo.load(session)
        deployments.deploy(session, sop_files(), actor=None)
    return postgres_database


@pytest.fixture
def app(office: Database) -> Flask:
    with office.reading() as session:
        config = session.info["config"]
    app = create_app(config, office)
    app.test_client_class = ReadingClient
    return app
