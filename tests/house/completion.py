"""What one completion of a task passes: modules and functions of app, by page and by API, with warm caches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType

from flask.testing import FlaskClient

from app.services.people import api_tokens, users
from app.web import create_app
from tests.bench.figures import office_for
from tests.bench.over_http import ONE, WHO, next_task, post, sign_in, typed, values_of
from tests.house.rooms import ROOT
from tests.reports import answers_for
from tests.serving import form_in

_APP = f"{ROOT / 'app'}/"


@dataclass
class Passed:
    """What a call passed: functions by file and name; comprehensions and lambdas belong to where they stand."""

    functions: set[tuple[str, str]] = field(default_factory=set)

    @property
    def modules(self) -> set[str]:
        """Their files."""
        return {file for file, _name in self.functions}

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Note every function of app that the block enters."""
        codes = set[CodeType]()

        def note(frame: FrameType, event: str, _arg: object) -> None:
            if event == "call":
                codes.add(frame.f_code)

        sys.setprofile(note)
        try:
            yield
        finally:
            sys.setprofile(None)
        self.functions |= {
            (code.co_filename, code.co_qualname)
            for code in codes
            if code.co_filename.startswith(_APP) and not code.co_name.startswith("<")
        }


def passed(folder: Path) -> dict[str, Passed]:
    """ "page" and "API" → what the completion passed that passed most, of the tasks of one case of the SOP."""
    office = office_for(folder)
    with office.database.transaction() as session:
        tokens = {n: api_tokens.issue(session, users.named(session, n), actor=None) for n in WHO.values()}
    app = create_app(office.config, office.database)
    clients = {name: app.test_client() for name in tokens}
    for name, client in clients.items():
        sign_in(client, name)

    def by_page(name: str, task: dict[str, str]) -> Passed:
        path, found = f"/tugas/{task['id']}", Passed()
        action, hidden = form_in(clients[name].get(path).text, path)
        with found.recording():
            answer = clients[name].post(action, data=hidden | typed(task["activity_id"]))
        assert answer.status_code == 303, answer.text
        return found

    def by_api(name: str, task: dict[str, str]) -> Passed:
        body, found = {"variables": answers_for(task["activity_id"], ONE)}, Passed()
        with found.recording():
            post(api, tokens[name], f"/tasks/{task['id']}/complete", body)
        return found

    api = app.test_client()
    ways: dict[str, Callable[[str, dict[str, str]], Passed]] = {"page": by_page, "API": by_api}
    most = {}
    for n, (way, complete) in enumerate(ways.items()):
        for number in (9_999_990 + n, 9_999_980 + n):  # the first one warms what is kept
            found = list(_completions(api, tokens, number, complete))
        most[way] = max(found, key=lambda one: len(one.functions))
    office.database.engine.dispose()
    return most


def _completions(
    api: FlaskClient, tokens: dict[str, str], number: int, complete: Callable[[str, dict[str, str]], Passed]
) -> Iterator[Passed]:
    post(api, tokens["lapor"], "/process-instances", {"key": "pengaduan", "variables": values_of(number)})
    while (found := next_task(api, tokens, number)) is not None:
        yield complete(*found)
