"""A repeated key is answered only while its sender may still do, or see, what the first one did."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, update

from app.base.db import Database
from app.models import User, membership
from app.services.people import users
from tests.attack.prepared import KEY, commands, send
from tests.services.office import procedure
from tests.web.conftest import Api

Clients = Callable[[str], Api]


def strip(office: Database, name: str) -> None:
    """Take lanes and roles away from a user; his token stays."""
    with office.transaction() as session:
        user = users.named(session, name)
        session.execute(delete(membership).where(membership.c.user_id == user.id))
        bare: dict[str, Any] = dict.fromkeys(("is_admin", "is_process_owner"), False)
        session.execute(update(User).where(User.id == user.id).values(**bare))


@pytest.mark.parametrize(
    "end",
    [
        "/process-instances",
        "/complete",
        "/claim",
        "/release",
        "/retry",
        "/messages",
        "/process-instances/{instance_id}",
    ],
)
def test_who_lost_the_right_is_not_told_again(api: Clients, office: Database, end: str) -> None:
    [command] = [one for one in commands(api, office) if one.path.endswith(end)]
    sender = api(command.by)
    if end == "/release":
        assert sender.post(f"/tasks/{command.ids['task_id'][0]}/claim").status_code == 200
    first = send(sender, command)
    assert first.status_code in (200, 201), first.text
    again = send(sender, command)
    assert again.status_code == first.status_code, again.text
    strip(office, command.by)
    refused = send(sender, command)
    assert refused.status_code in (403, 404), refused.text


def test_who_became_an_auditor_is_not_told_of_his_upload_again(api: Clients, office: Database) -> None:
    lapor = api("lapor")
    assert lapor.upload("/files", "file", {"a.pdf": b"%PDF-1"}, key=KEY).status_code == 201
    with office.transaction() as session:
        users.named(session, "lapor").is_auditor = True
    assert lapor.upload("/files", "file", {"a.pdf": b"%PDF-1"}, key=KEY).status_code == 403


def test_whoever_asks_again_learns_of_his_upload_though_the_form_is_closed(
    api: Clients, office: Database
) -> None:
    """The answer may be lost, and the last form that takes files may be sent by another meanwhile."""
    lapor = api("lapor")
    first = lapor.upload("/files", "file", {"a.pdf": b"%PDF-1"}, key=KEY)
    strip(office, "lapor")
    again = lapor.upload("/files", "file", {"a.pdf": b"%PDF-1"}, key=KEY)
    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert lapor.upload("/files", "file", {"a.pdf": b"%PDF-1"}, key="another").status_code == 403


def test_who_owns_no_processes_any_more_is_not_told_of_his_deployment_again(
    api: Clients, office: Database
) -> None:
    owner, files = api("pemilik"), procedure()
    assert owner.upload("/deployments", "files", files, key=KEY).status_code == 201
    assert owner.upload("/deployments", "files", files, key=KEY).status_code == 201
    strip(office, "pemilik")
    assert owner.upload("/deployments", "files", files, key=KEY).status_code == 403
