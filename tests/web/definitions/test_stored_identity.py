"""A version that reads identity where today's checks refuse it: its cases go on, and what reads it sees nothing."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.models import HistoryEvent, ProcessInstance
from app.services.deployment import deployments, form_checks
from tests.engine.building import bpmn, end, start, user
from tests.forms.schemas import component, hide, schema
from tests.web.conftest import Api, Browser
from tests.web.pages import words_of

LANE = "UPP K/L/D"
KEY = "bocor"
PRIVATE = {"properties": {"pribadi": "ya"}}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def spelling(where: str, **more: Any) -> list[dict[str, Any]]:
    """36 boxes, each ticked, and hidden unless the name begins with its letter."""
    return [
        component(
            "checkbox",
            f"{where}_{letter}".lower(),
            defaultValue=True,
            **hide(f'=not(starts with(upper case({{at: this}}.at.nama_pelapor), "{letter}"))'),
            **more,
        )
        for letter in LETTERS
    ]


def leaky() -> dict[str, bytes]:
    """Everything that the attack tried: it stores the name, spells it, in what is open and in what is identity."""
    asked = [
        component("textfield", "judul"),
        component("textfield", "nama_pelapor", **PRIVATE),
        component("expression", "salinan", expression="=_this_.nama_pelapor"),
        component("expression", "semua", expression="=get entries(this)"),
        component(
            "expression", "nanti", expression='=get value(this, "nama_pelapor")', computeOn="presubmit"
        ),
        *spelling("huruf"),
        *spelling("rahasia", **PRIVATE),
        component("expression", "ada", expression='=if nama_pelapor = "Kenari" then "x" else ""', **PRIVATE),
    ]
    again = [
        component("textfield", "nama_pelapor"),
        component("expression", "lagi", expression="=nama_pelapor"),
    ]
    nodes = [start("catat", form="catat"), user("periksa", form="periksa"), user("telaah"), end("selesai")]
    diagram = bpmn(
        nodes,
        "catat > periksa > telaah > selesai",
        lanes={LANE: "catat periksa telaah selesai"},
        properties={"perihal": "judul", "identitas": LANE},
        key=KEY,
        name="Bocor",
    )
    forms = {"catat.form": schema(*asked), "periksa.form": schema(*again)}
    return {f"{KEY}.bpmn": diagram, **{name: json.dumps(one).encode() for name, one in forms.items()}}


@pytest.fixture
def leaking(office: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with office.transaction() as session, monkeypatch.context() as older:
        older.setattr(form_checks, "check_identity_fields", lambda _bundle: ())
        deployments.deploy(session, leaky(), actor=None)


def test_a_deployment_refuses_each_of_these_places(office: Database) -> None:
    with office.reading() as session:
        found = deployments.check_files(session, leaky())
    places = {one.element_id for one in found if one.code == "form_identity_acts"}
    boxes = {f"huruf_{letter}".lower() for letter in LETTERS}
    assert places == {"salinan", "semua", "nanti", "lagi", *boxes}


def run(upp: Api, name: str) -> int:
    """A case that begins with this name, asked for it again, and stands at its last task."""
    given = {"judul": "Jalan", "nama_pelapor": name}
    case: int = upp.post("/process-instances", {"key": KEY, "variables": given}).json["id"]
    [task] = upp.get("/tasks", instance_id=case).json["items"]
    done = upp.post(f"/tasks/{task['id']}/complete", {"variables": {"nama_pelapor": name}})
    assert done.status_code == 200, done.text
    return case


@pytest.mark.usefixtures("leaking")
def test_two_names_leave_the_same_behind(
    office: Database, api: Callable[[str], Api], sign_in: Callable[[str], Browser]
) -> None:
    upp = api("upp")  # one session: events tell from which
    first, second = run(upp, "Kenari"), run(upp, "Budi Santoso")
    with office.reading() as session:
        held = [session.get_one(ProcessInstance, case).variables for case in (first, second)]
        query = select(HistoryEvent).order_by(HistoryEvent.id)
        told = [
            [row.data for row in session.scalars(query.where(HistoryEvent.instance_id == case))]
            for case in (first, second)
        ]
    assert plain(held[0]) == plain(held[1])
    assert plain(told[0]) == plain(told[1])
    for name in ("upp", "auditor", "pemilik", "admin"):
        pages = [sign_in(name).get(f"/perkara/{case}") for case in (first, second)]
        assert [page.status_code for page in pages] in ([200, 200], [404, 404])
        if pages[0].status_code == 200:
            assert "Kenari" not in pages[0].text
            assert plain(words_of(pages[0])) == plain(words_of(pages[1]))


@pytest.mark.usefixtures("leaking")
def test_who_may_see_the_identity_still_does(
    api: Callable[[str], Api], sign_in: Callable[[str], Browser]
) -> None:
    case = run(api("upp"), "Kenari")
    browser = sign_in("upp")
    browser.get(f"/perkara/{case}")
    shown = browser.post(f"/perkara/{case}/identitas")
    assert "Kenari" in words_of(shown)
    assert "Rahasia k Ya" in words_of(shown)
    assert "Rahasia b –" in words_of(shown)
    told = words_of(sign_in("auditor").get(f"/perkara/{case}"))
    assert "Rahasia b" in told
    assert "Rahasia k" in told


def plain(value: Any) -> str:
    """Without what differs between any two cases: ids, numbers, times."""
    return re.sub(
        r"[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "·", json.dumps(value, default=str, sort_keys=True)
    )
