"""Before an answer ends a case the page asks, once, and says as what; programs are asked where they want it."""

import html
import re
from collections.abc import Callable

import pytest

from app.base.db import Database
from app.models import ProcessInstance
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.tasks import drafts
from tests.engine.building import bpmn, end, exclusive, flow, start, user
from tests.services.office import form, text
from tests.web.cases import actor, task_of
from tests.web.conftest import Api, Browser
from tests.web.tasks.selecting import QUEUE, boxes, send

SignIn = Callable[[str], Browser]
SAYS_SO = "Ya, akhiri perkara"


def deciding() -> dict[str, bytes]:
    """isi → ditolak, dicabut, or lanjut by what is written; lanjut → selesai whatever is written."""
    nodes = [
        start("mulai"), user("isi", form="isi"), exclusive("arah"), user("lanjut", form="isi"),
        end("ditolak", name="Laporan ditolak"), end("dicabut", name="Laporan dicabut"), end("selesai"),
    ]  # fmt: skip
    flows = [
        "mulai > isi > arah\nlanjut > selesai",
        *(flow("arah", to, condition=f'=hasil = "{to}"') for to in ("ditolak", "dicabut", "lanjut")),
    ]
    lanes = {"LAPOR ! – SP4N": "mulai isi arah lanjut ditolak dicabut selesai"}
    return {"pilih.bpmn": bpmn(nodes, flows, lanes=lanes, key="pilih"), "isi.form": form(text("hasil"))}


@pytest.fixture
def cases(office: Database) -> list[int]:
    with office.transaction() as session:
        deployments.deploy(session, deciding(), actor=None)
    begun = []
    for _number in range(2):
        with office.transaction() as session:
            begun.append(instances.start(session, "pilih", {}, actor=actor(session, "lapor")).instance.id)
    return begun


def state_of(office: Database, case_id: int) -> tuple[str, str | None]:
    with office.reading() as session:
        row = session.get_one(ProcessInstance, case_id)
        return row.state, row.end_name


def hidden(page: str) -> list[str]:
    return re.findall(r'name="akhir:" value="([^"]*)"', page)


def test_an_answer_that_ends_the_case_is_asked_about_once_with_what_ends(
    sign_in: SignIn, office: Database, cases: list[int]
) -> None:
    lapor, task = sign_in("lapor"), task_of(office, cases[0])
    asked = lapor.post(f"/tugas/{task.id}", hasil="ditolak")
    words = html.unescape(asked.text)
    assert asked.status_code == 409
    assert "berakhir: Laporan ditolak. Tugas belum diselesaikan." in words
    assert SAYS_SO in words
    assert 'value="ditolak"' in asked.text
    assert hidden(asked.text) == ["ditolak"]
    assert state_of(office, cases[0])[0] == "active"
    with office.reading() as session:
        kept = drafts.load(session, actor(session, "lapor"), f"task:{task.id}")
        assert kept is not None
        assert kept.values["values"]["hasil"] == "ditolak"
    done = lapor.post(f"/tugas/{task.id}", hasil="ditolak", **{"akhir:": "ditolak"})
    assert done.status_code == 303
    assert state_of(office, cases[0]) == ("ended", "Laporan ditolak")


def test_another_answer_is_asked_about_again_and_one_that_leads_on_is_not(
    sign_in: SignIn, office: Database, cases: list[int]
) -> None:
    lapor, task = sign_in("lapor"), task_of(office, cases[0])
    other = lapor.post(f"/tugas/{task.id}", hasil="dicabut", **{"akhir:": "ditolak"})
    assert (other.status_code, hidden(other.text)) == (409, ["dicabut"])
    on = lapor.post(f"/tugas/{task.id}", hasil="lanjut", **{"akhir:": "dicabut"})
    assert on.status_code == 303
    following = task_of(office, cases[0])
    assert following.activity_id == "lanjut"
    assert SAYS_SO not in lapor.get(f"/tugas/{following.id}").text
    last = lapor.post(f"/tugas/{following.id}", hasil="apa saja")
    assert last.status_code == 303  # no gateway chose: every answer leads there
    assert state_of(office, cases[0])[0] == "ended"


def test_several_tasks_of_one_form_are_asked_about_once(
    sign_in: SignIn, office: Database, cases: list[int]
) -> None:
    lapor = sign_in("lapor")
    page = send(lapor, "complete", boxes(lapor.get(QUEUE)))
    rows = boxes(page)
    assert len(rows) == 2
    asked = lapor.post("/tugas/pilihan/selesaikan", hasil="ditolak", **{"pilih:": rows, "next": QUEUE})
    assert (asked.status_code, hidden(asked.text)) == (409, ["ditolak"])
    assert "Laporan ditolak" in html.unescape(asked.text)
    assert SAYS_SO in asked.text
    assert {state_of(office, one)[0] for one in cases} == {"active"}
    sent = {"pilih:": boxes(asked), "akhir:": "ditolak", "next": QUEUE}
    done = lapor.post("/tugas/pilihan/selesaikan", hasil="ditolak", **sent)
    assert done.status_code == 200
    assert {state_of(office, one) for one in cases} == {("ended", "Laporan ditolak")}


def test_programs_are_asked_where_they_want_to_be(
    api: Callable[[str], Api], office: Database, cases: list[int]
) -> None:
    first, second = (task_of(office, one).id for one in cases)
    body = {"variables": {"hasil": "ditolak"}}
    refused = api("lapor").post(f"/tasks/{first}/complete", {**body, "ask_end": True})
    assert (refused.status_code, refused.json["code"]) == (409, "ends_case")
    assert state_of(office, cases[0])[0] == "active"
    on = api("lapor").post(f"/tasks/{first}/complete", {"variables": {"hasil": "lanjut"}, "ask_end": True})
    assert on.status_code == 200
    ended = api("lapor").post(f"/tasks/{second}/complete", body)
    assert (ended.status_code, ended.json["instance"]["state"]) == (200, "ended")
