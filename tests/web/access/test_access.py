"""Who may do what: the table `matrix.txt` against the application, request by request.

The rows were judged one by one against what the services, docs/ and the design say. A new route fails
`test_every_route_has_its_rows`, which prints what the application answers to it now: judge that, then add it.
"""

import shutil
from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from app.base.config import from_environment
from app.base.db import Database
from app.services.core import settings
from app.web import create_app
from tests.web.access.bodies import CHANGES_NOTHING
from tests.web.access.eventless import EVENTLESS, UNTOLD_FILES
from tests.web.access.furnishing import Furnishing
from tests.web.access.matrix import ACTS, DOOR, Row, answered, ask, heading, rows, wanted
from tests.web.access.place import PEOPLE, Place
from tests.web.conftest import ReadingClient, Template

#: Refused: nothing but notes of it may be left.
_REFUSALS = {DOOR, "403", "404"}
#: Answers to requests that nobody would send: then `bodies.py` is wrong, or the application.
_NO_VERDICTS = {400, 405, 413, 415, 429, 500}
#: What leads on with a forged form, and changes nothing: whoever stands at the door is signed out already.
_FORGED = {("auth.sign_out", "nobody"): 303}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, template: Template) -> Iterator[Place]:
    # The clock may be moved: then whoever asks for the time asks the database, in the middle of every command.
    folder = str(tmp_path_factory.mktemp("access"))
    config = from_environment({"ALUR_DATA_DIR": folder, "ALUR_ALLOW_TIME_TRAVEL": "1"})
    shutil.copy(template.path, config.data_dir / "alur.sqlite3")
    info = {"config": config, "versions": dict(template.versions), "office": {}}
    database = Database(config.database_url, info=info)
    app = create_app(config, database)
    app.test_client_class = ReadingClient
    place = Furnishing(app, config, database).furnish()
    with pytest.MonkeyPatch.context() as patched:
        # Pages are drawn by other tests: here it counts whether there is one.
        patched.setattr("flask.templating._render", lambda *_given: "")
        patched.setattr(app.jinja_env, "get_or_select_template", lambda *_given, **_more: None)
        # Whoever verifies reads the processes anew: those that are put back are the same each time.
        read = dict(database._info["versions"])
        patched.setattr(settings, "versions_held", lambda: dict(read))
        yield place
    place.close()
    database.engine.dispose()


def test_every_route_has_its_rows(place: Place) -> None:
    judged = {row.key for row in rows()}
    missing = [
        answered(place, rule, method, kind)[0]
        for rule, method, kind in wanted(place)
        if (method, rule.endpoint, kind) not in judged
    ]
    told = "\n".join(map(str, (heading(), *missing)))
    assert missing == [], (
        "These have no row in tests/web/access/matrix.txt. What the application answers now stands below: judge each "
        f"line, mend what is wrong, and add it. What a form sends: bodies.py.\n{told}"
    )


def test_every_row_has_its_route(place: Place) -> None:
    known = {(method, rule.endpoint, kind) for rule, method, kind in wanted(place)}
    found = rows()
    gone = [row.key for row in found if row.key not in known]
    assert gone == [], "tests/web/access/matrix.txt has rows of what is no more: take them out"
    assert len({row.key for row in found}) == len(found), "a row stands there twice"


def test_everybody_gets_what_the_table_says(place: Place) -> None:
    judged = {row.key: row for row in rows()}
    wrong: list[str] = []
    acting, telling = set(), set()
    taken, untold = set(), set()
    for rule, method, kind in wanted(place):
        row = judged.get((method, rule.endpoint, kind))
        if row is not None:
            found, answers = answered(place, rule, method, kind)
            wrong += _differences(row, found)
            for person, answer in answers.items():
                if found.verdicts[person] == ACTS:
                    acting.add(rule.endpoint)
                    if "history_event" in answer.changed:
                        telling.add(rule.endpoint)
                if answer.is_file:
                    (taken if "history_event" in answer.changed else untold).add(rule.endpoint)
                told = {"history_event"} if answer.is_file else set()
                if answer.changed - told and (method == "GET" or found.verdicts[person] in _REFUSALS):
                    wrong.append(
                        f"{row.key}: {person} looks or is refused, and changed {sorted(answer.changed)}"
                    )
                assert answer.status not in _NO_VERDICTS, (row.key, person, answer)
                assert not answer.faults, (row.key, person, "the record does not verify after it", answer)
    assert wrong == [], "\n".join(wrong)
    silent = {endpoint: EVENTLESS.get(endpoint, "") for endpoint in sorted(acting - telling)}
    assert silent == dict(EVENTLESS), (
        "what changes something leaves an event, or eventless.py says why it does not"
    )
    unsaid = {endpoint: UNTOLD_FILES.get(endpoint, "") for endpoint in sorted(untold)}
    assert unsaid == dict(UNTOLD_FILES), (
        "what is handed out as a file leaves an event, or eventless.py says why it does not"
    )
    assert taken, "no file was handed out at all"


def _differences(row: Row, found: Row) -> Iterator[str]:
    for person, verdict in row.verdicts.items():
        if verdict != found.verdicts[person]:
            yield f"{row.key}: {person} ({PEOPLE[person]}) gets {found.verdicts[person]}, not {verdict}"


def test_each_request_that_may_change_something_does_so_for_somebody() -> None:
    """Else what refuses everybody may be the form that is sent, and no right."""
    acted = {row.endpoint for row in rows() if ACTS in row.verdicts.values()}
    changing = {row.endpoint for row in rows() if row.method != "GET"}
    assert changing - acted == set(CHANGES_NOTHING), (
        "bodies.py: send what is accepted, or say why there is nothing"
    )


def test_no_other_site_changes_anything_with_somebodys_browser(place: Place) -> None:
    """Each change by a page, as somebody who may do it, without the token of its forms and with another's."""
    for rule, method, kind, person in _changes(place):
        for token in ("", place.people["audit" if person != "audit" else "lapor"].csrf):
            if rule.rule.startswith("/api/"):
                answer = ask(place, rule, method, kind, person, csrf=token, bearer=False)
                assert answer.status == 401, (rule.endpoint, "a session of a browser opens the API")
            else:
                answer = ask(place, rule, method, kind, person, csrf=token)
                assert answer.status == _FORGED.get((rule.endpoint, person), 400), (rule.endpoint, person)
            assert not answer.changed, (rule.endpoint, person, answer)


def _changes(place: Place) -> Iterator[tuple[Rule, str, str, str]]:
    """Each request that may change something, and the first for whom it does, else whom it answers."""
    judged = {row.key: row for row in rows()}
    for rule, method, kind in wanted(place):
        row = judged.get((method, rule.endpoint, kind))
        if method != "GET" and row is not None and kind != "none":
            verdicts = row.verdicts
            may = [name for name in PEOPLE if verdicts[name] == ACTS] or [
                n for n in PEOPLE if verdicts[n] != DOOR
            ]
            if may:
                yield rule, method, kind, may[0]
