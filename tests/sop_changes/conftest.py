"""A running server, the people of the demo, and the SOP as it is shipped: each test changes it from there."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.reports import Report, answers_for, report, report_values
from tests.serving import Api, Installation, Reply, install
from tests.sop_changes.editing import shipped


@pytest.fixture(scope="package")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with install(tmp_path_factory.mktemp("sop"), forked=True).running() as served:
        yield served
        assert "Traceback" not in served.log, served.log


class Office:
    """The people, each with his own connection to the server."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self._clients: dict[str, Api] = {}

    def __getitem__(self, name: str) -> Api:
        if name not in self._clients:
            self._clients[name] = self.installation.api(name)
        return self._clients[name]

    def deploy(self, *changes: Mapping[str, bytes]) -> dict[str, Any]:
        """The process owner deploys files; what the server found comes back."""
        files = {name: content for change in changes for name, content in change.items()}
        reply = self["pemilik"].upload("/deployments", "files", files)
        assert reply.status == 201, reply.text
        answer: dict[str, Any] = reply.json
        return answer

    def start(self, report_id: str = "SIN-001", **values: Any) -> "Case":
        one = report(report_id)
        # The number of LAPOR! can be used once; ours is given out.
        given = {key: value for key, value in report_values(one).items() if key != "tracking_id"}
        given = {key: value for key, value in {**given, **values}.items() if value is not None}
        reply = self["lapor"].post("/process-instances", {"key": "pengaduan", "variables": given})
        assert reply.status == 201, reply.text
        return Case(self, reply.json, one)

    def fire(self, at: str) -> None:
        self.installation.command("fire", "--at", at)


class Case:
    """A case, and what the officers do with it."""

    def __init__(self, office: Office, started: dict[str, Any], one: Report) -> None:
        self.office, self.report = office, one
        self.id, self.number, self.version = started["id"], started["business_key"], started["version"]

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.office["auditor"].get(f"/process-instances/{self.id}").json
        return found

    @property
    def variables(self) -> dict[str, Any]:
        found: dict[str, Any] = self.office["auditor"].get(f"/process-instances/{self.id}/variables").json
        return found

    def events(self, type_: str) -> list[dict[str, Any]]:
        """What happened, of one type, oldest first."""
        items = self.office["auditor"].get(f"/process-instances/{self.id}/history", limit=200).json["items"]
        return [event for event in items if event["type"] == type_]

    def tasks(self, name: str) -> list[dict[str, Any]]:
        """What is offered to an officer in this case."""
        items: list[dict[str, Any]] = self.office[name].get("/tasks", instance_id=self.id).json["items"]
        return items

    def task(self, name: str) -> dict[str, Any]:
        [found] = self.tasks(name)
        return found

    def send(self, name: str, task: dict[str, Any], content: Mapping[str, Any]) -> Reply:
        return self.office[name].post(f"/tasks/{task['id']}/complete", dict(content))

    def complete(self, name: str, activity_id: str, **values: Any) -> dict[str, Any]:
        """The officer completes the activity with the report's answers, and ``values`` beside them."""
        task = next(task for task in self.tasks(name) if task["activity_id"] == activity_id)
        reply = self.send(name, task, {"variables": answers(activity_id, self.report) | values})
        assert reply.status == 200, reply.text
        answer: dict[str, Any] = reply.json
        return answer

    def go_to(self, activity_id: str) -> "Case":
        """Let the officers work until the case waits at an activity of the shipped SOP."""
        for name, activity in WAY:
            if activity == activity_id:
                return self
            if any(task["activity_id"] == activity for task in self.tasks(name)):
                self.complete(name, activity)
        assert activity_id == "akhir"
        return self

    def picture(self) -> str:
        """The case on its diagram, which can be drawn whatever was changed."""
        reply = self.office["auditor"].get(f"/process-instances/{self.id}/diagram.svg")
        assert reply.status == 200, reply.text
        return reply.text


#: Who does what in a report that goes the straight way.
WAY = (
    ("lapor", "penyaluran"),
    ("upp", "telaahan"),
    ("upp", "konfirmasi"),
    ("upp", "menyalurkan"),
    ("dpupr", "tindak_lanjut"),
    ("upp", "melaporkan"),
)


def answers(activity_id: str, one: Report) -> dict[str, Any]:
    """The report's answers; an activity that a change brought has none."""
    try:
        return answers_for(activity_id, one)
    except KeyError:
        return {}


@pytest.fixture
def office(installation: Installation) -> Office:
    """The people, with the SOP as it is shipped live."""
    people = Office(installation)
    reply = people["pemilik"].upload("/deployments", "files", shipped())
    assert reply.status in {200, 201}, reply.text
    return people


@pytest.fixture
def old(office: Office) -> Case:
    """A case that was open before the change."""
    return office.start()
