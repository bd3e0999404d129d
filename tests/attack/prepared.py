"""An office with work in it for every command of the API, and what each command takes."""

from collections.abc import Callable, Iterator
from typing import Any

from werkzeug.test import TestResponse

from app.base.db import Database
from app.services.deployment import deployments, proposals
from app.services.deployment.proposals import Proposed
from tests.attack.making.requests import Command
from tests.reports import answers_for, report, report_values
from tests.services.office import add_user, form, procedure, text
from tests.web.conftest import Api, Case

#: Cases that wait for their first task. Their report has no number of its own: each gets the next of ours.
CASES = 12
KEY = "kunci-yang-diulang"
REPORT = "SIN-002"


def commands(api: Callable[[str], Api], office: Database) -> tuple[Command, ...]:
    """Every operation of the OpenAPI document that changes something."""
    sound, ids = _sound(api, office)
    return tuple(_commands(api("auditor"), sound, ids))


def send(api: Api, command: Command) -> TestResponse:
    """Send a command as it is taken, under a key that is always the same."""
    path = command.path.removeprefix("/api/v1")
    for name, values in command.ids.items():
        path = path.replace(f"{{{name}}}", values[0])
    return (api.post if command.method == "POST" else api.delete)(path, command.sound, key=KEY)


def _commands(
    reader: Api, sound: dict[str, tuple[str, Any, str]], ids: dict[str, tuple[str, ...]]
) -> Iterator[Command]:
    for path, methods in reader.get("/openapi.json").json["paths"].items():
        if "/jobs/" in path:  # a worker's, who is no person: tests/web/api/test_jobs.py
            continue
        for method in methods.keys() & {"post", "put", "patch", "delete"}:
            by, body, files = next(given for end, given in sound.items() if path.endswith(end))
            needed = {name: value for name, value in ids.items() if f"{{{name}}}" in path}
            yield Command(method.upper(), path, by, body, needed, files)


def _sound(
    api: Callable[[str], Api], office: Database
) -> tuple[dict[str, tuple[str, Any, str]], dict[str, tuple[str, ...]]]:
    """By the path's end who may do it, what he would send, and the field of its files; and ids for paths."""
    one, waiting = report(REPORT), _waiting(api)
    cases = [_started(api) for _n in range(CASES)]
    tasks = {case.task("lapor")["id"]: case for case in cases}
    message = {"name": "data pelengkap diterima", "variables": answers_for("data_pelengkap", one)}
    start = {"key": "pengaduan", "variables": report_values(one)}
    done = {"variables": answers_for(cases[0].task("lapor")["activity_id"], one), "answers": {}}
    sound: dict[str, tuple[str, Any, str]] = {
        "/deployments": ("pemilik", {}, "files"),
        "/files": ("lapor", {}, "file"),
        "/claim": ("lapor", {}, ""),
        "/release": ("lapor", {}, ""),
        "/complete": ("lapor", done, ""),
        "/undo": ("lapor", {}, ""),
        "/retry": ("pemilik", {}, ""),
        "/approve": ("pemilik", {}, ""),
        "/reject": ("pemilik", {}, ""),
        "/messages": ("upp", {**message, "business_key": waiting.started["business_key"]}, ""),
        "/reopen": ("pemilik", {"activity_id": "penyaluran", "reason": "keliru"}, ""),
        "/process-instances": ("lapor", start, ""),
        "/process-instances/{instance_id}": ("pemilik", {"reason": "keliru"}, ""),
    }
    ids = {
        "task_id": tuple(tasks),
        "instance_id": tuple(str(case.id) for case in (*cases, waiting)),
        "incident_id": (_incident(api, office),),
        "proposal_id": (_proposal(office),),
    }
    return sound, ids


def _proposal(office: Database) -> str:
    """Id of a deployment that waits for a second person."""
    files = {"terima.form": form(text("nomor"), text("judul", required=True), text("pelapor"))}
    with office.transaction() as session:
        new = deployments.prepare(session, files).new
        base = {one.key: one.newest.version for one in new if one.newest is not None}
        proposed = Proposed(files, {}, base, no_longer_identity=["Pelapor"], findings=[])
        return str(proposals.propose(session, proposed, actor=None).id)


def _started(api: Callable[[str], Api]) -> Case:
    one = report(REPORT)
    answer = api("lapor").post("/process-instances", {"key": "pengaduan", "variables": report_values(one)})
    assert answer.status_code == 201, answer.text
    return Case(api, answer.json, one)


def _waiting(api: Callable[[str], Api]) -> Case:
    """A case that waits for the reporter's message."""
    case = _started(api)
    for name in ("lapor", "upp", "upp"):
        answer = case.complete(name)
        assert answer.status_code == 200, answer.text
    return case


def _incident(api: Callable[[str], Api], office: Database) -> str:
    """Id of the incident of a task with whose answer the diagram cannot go on."""
    with office.transaction() as session:
        deployments.deploy(session, procedure(), actor=None)
        add_user(session, "rina", "Loket")
    started = api("rina").post("/process-instances", {"key": "uji", "variables": {"judul": "Lampu mati"}})
    [task] = api("rina").get("/tasks", instance_id=started.json["id"]).json["items"]
    api("rina").post(f"/tasks/{task['id']}/complete", {"variables": {"hasil": "entah"}})
    [incident] = api("pemilik").get("/incidents").json["items"]
    return str(incident["id"])
