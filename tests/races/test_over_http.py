"""Two officers at the same moment over HTTP, on a real server: 409 tells the slower one who was faster."""

from pathlib import Path

import pytest

from tests.races.together import Racers
from tests.reports import answers_for, report, report_values
from tests.serving import Api, Reply, install

pytestmark = pytest.mark.slow

ONE = report("SIN-002")
FULL_NAMES = {"upp": "Petugas UPP", "koordinator": "Ketua Tim Koordinasi"}


def test_one_of_two_completions_over_http_is_told_who_was_faster(tmp_path: Path, pair: Racers) -> None:
    with install(tmp_path, forked=True).running(worker=False) as served:
        lapor = served.api("lapor")
        officers = {name: served.api(name) for name in FULL_NAMES}
        for _n in range(20):
            task_id = _waiting_task(lapor, officers["upp"])
            replies = [outcome.value for outcome in pair.run(*_both(officers, task_id))]
            assert sorted(reply.status for reply in replies) == [200, 409], [reply.text for reply in replies]
            winner = list(officers)[replies.index(min(replies, key=lambda reply: reply.status))]
            [lost] = [reply for reply in replies if reply.status == 409]
            assert FULL_NAMES[winner] in lost.json["detail"]


def _waiting_task(lapor: Api, upp: Api) -> str:
    """A new report that waits in the lane that both officers work in."""
    values = {"key": "pengaduan", "variables": report_values(ONE)}
    case = lapor.post("/process-instances", values).json["id"]
    [task] = lapor.get("/tasks", instance_id=case).json["items"]
    lapor.post(f"/tasks/{task['id']}/complete", {"variables": answers_for("penyaluran", ONE)})
    [task] = upp.get("/tasks", instance_id=case).json["items"]
    task_id: str = task["id"]
    return task_id


def _both(officers: dict[str, Api], task_id: str) -> list[object]:
    def complete(api: Api) -> Reply:
        return api.post(f"/tasks/{task_id}/complete", {"variables": answers_for("telaahan", ONE)})

    return [lambda api=api: complete(api) for api in officers.values()]
