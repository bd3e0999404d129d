"""What is kept to answer a repeated key holds no words of a case: they may be masked, or erased, meanwhile."""

from collections.abc import Callable

import pytest

from app.base.db import Database
from app.models import ProcessInstance
from app.services.casefile import masking
from app.services.core.access import actor_of
from app.services.people import users
from tests.attack.prepared import commands, send
from tests.canaries.crawling import in_database
from tests.web.conftest import Api

Clients = Callable[[str], Api]
NAME = "Karto Suwiryo"


@pytest.mark.parametrize(
    "end", ["/process-instances", "/complete", "/messages", "/process-instances/{instance_id}"]
)
def test_a_repeat_is_told_what_stands_in_the_case_now(api: Clients, office: Database, end: str) -> None:
    [command] = [one for one in commands(api, office) if one.path.endswith(end)]
    first = send(api(command.by), command)
    assert first.status_code in (200, 201), first.text
    told = first.json.get("instance", first.json)
    with office.reading() as session:
        subject = session.get_one(ProcessInstance, told["id"]).subject
    assert told["subject"] == subject
    word = max(subject.split(), key=len)
    kept = in_database(office, {word.lower()})[word.lower()]
    assert "idempotency_record.result" not in kept
    with office.transaction() as session:
        masking.mark(session, told["id"], [word], "nama orang", actor=actor_of(users.named(session, "lapor")))
    again = send(api(command.by), command)
    assert again.status_code == first.status_code, again.text
    assert word not in again.text
    assert "[kata •••" in again.json.get("instance", again.json)["subject"]
