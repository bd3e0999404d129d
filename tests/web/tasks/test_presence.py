"""Who has a task open: told to colleagues who may see it, for a minute, with few writes."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, update

from app.base.db import Database
from app.models import TaskPresence
from app.services.core import clock
from tests.services.counting import statements
from tests.web.cases import task_of
from tests.web.conftest import Browser, Case

SignIn = Callable[[str], Browser]


def test_who_has_a_task_open_is_told_to_others_for_a_minute(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    here = f"/tugas/{task_of(office, case.id).id}"
    lapor, owner = sign_in("lapor"), sign_in("admin")
    lapor.get(here)
    assert lapor.post(f"{here}/hadir").json == {"words": ""}
    assert owner.post(f"{here}/hadir").json == {"words": "Admin LAPOR! sedang membuka tugas ini."}
    owner.get(here)
    assert "Admin LAPOR! sedang membuka tugas ini." in owner.get(here).text
    assert "dibuka Admin LAPOR!" in owner.get("/tugas?tab=open").text
    with office.transaction() as session:
        session.execute(update(TaskPresence).values(seen_at=clock.now(session) - timedelta(seconds=61)))
    assert owner.post(f"{here}/hadir").json == {"words": ""}


def test_a_sign_is_written_once_in_half_a_minute_and_never_by_who_may_not_see_the_task(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    here = f"/tugas/{task_of(office, case.id).id}/hadir"
    lapor = sign_in("lapor")
    lapor.get("/tugas?tab=queue")
    lapor.post(here)
    with statements(office) as sent:
        lapor.post(here)
    assert not [one for one in sent if "INSERT INTO task_presence" in str(one)]
    assert sign_in("dlh").post(here).status_code == 404
    sign_in("auditor").post(here)
    with office.reading() as session:
        assert len(session.scalars(select(TaskPresence)).all()) == 1
