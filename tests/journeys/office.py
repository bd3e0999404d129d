"""An office for journeys: an installation that serves, its demo users, and cases that got as far as a test needs."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.reports import answers_for, report, report_values, unit_of
from tests.serving import Api, Installation

#: Who works where in the SOP as it is shipped; the unit's own officer does `tindak_lanjut`.
OFFICERS = {
    "penyaluran": "lapor",
    "telaahan": "upp",
    "konfirmasi": "upp",
    "menyalurkan": "upp",
    "melaporkan": "upp",
}
UNIT_OFFICERS = {"DPUPR": "dpupr", "DISHUB": "dishub", "DLHPRKP": "dlh", "INSP": "inspektorat"}


class Office:
    """An installation that serves, and who works in it without a browser."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.base_url = f"http://127.0.0.1:{installation.port}"
        self._apis: dict[str, Api] = {}

    def api(self, name: str, method: str, path: str, content: Any = None) -> Any:
        """Call the API for a demo user; an error fails the test."""
        if name not in self._apis:
            self._apis[name] = self.installation.api(name)
        client = self._apis[name]
        calls = {"GET": client.get, "POST": client.post, "DELETE": client.delete}
        reply = calls[method](path, **({} if content is None else {"content": content}))
        assert reply.status < 300, f"{method} {path}: {reply.status} {reply.text}"
        return reply.json

    def case(self, report_id: str, *, until: str = "penyaluran", number: str = "") -> dict[str, Any]:
        """Start a synthetic report and let officers work until ``until`` is the next activity; "" is to the end.

        ``number``: instead of its own, where it comes more than once.
        """
        variables = report_values(report(report_id)) | ({"tracking_id": number} if number else {})
        content = {"key": "pengaduan", "variables": variables}
        case: dict[str, Any] = self.api("lapor", "POST", "/process-instances", content)
        self.drive(case["business_key"], report_id, until=until)
        return case

    def drive(
        self, number: str, report_id: str, *, until: str = "", passes: Mapping[str, int] | None = None
    ) -> None:
        """Let officers work on a case until ``until`` is the next activity; "" is to its end, or where it waits.

        ``passes``: how often each activity was passed already.
        """
        seen = dict(passes or {})
        while (task := self.task(number)) and task["activity_id"] != until:
            activity = task["activity_id"]
            seen[activity] = seen.get(activity, 0) + 1
            values = answers_for(activity, report(report_id), seen[activity])
            officer = officer_for(activity, report_id, seen[activity])
            self.api(officer, "POST", f"/tasks/{task['id']}/complete", {"variables": values})

    def task(self, number: str) -> dict[str, Any] | None:
        """The open task of a case; None when it waits or has ended."""
        found: Sequence[dict[str, Any]] = self.api("auditor", "GET", f"/tasks?business_key={number}")["items"]
        return next((task for task in found if task["state"] == "open"), None)


@contextmanager
def opened(
    template: Installation, folder: Path, *, worker: bool = True, **environment: str
) -> Iterator[Office]:
    """Copy the template's data and serve it until the block ends; what the server stumbled over fails the test."""
    shutil.copytree(template.folder / "data", folder / "data")
    with Installation(folder, environment, forked=True).running(worker=worker) as installation:
        yield Office(installation)
    assert "Traceback" not in installation.log, installation.log


def officer_for(activity_id: str, report_id: str, pass_no: int = 1) -> str:
    """The demo user who does this activity for this report."""
    if activity_id == "tindak_lanjut":
        return UNIT_OFFICERS[unit_of(report(report_id), pass_no)]
    return OFFICERS[activity_id]
