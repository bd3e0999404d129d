"""What requests tell the security log: who, what, with which session; and what they do not tell."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.base.config import Config
from app.base.db import Database
from app.commands.security_log import write_notes
from app.models import Job, LoginSession, SecurityEvent
from app.services.core import clock, security_notes
from app.services.deployment import deployments
from app.services.instances import instances, messages
from app.services.people import users
from app.services.reporter import tracking
from app.web import create_app
from tests.engine.building import bpmn, catch, end, start
from tests.services.keeping import forget
from tests.web.attachments import actor, attach
from tests.web.conftest import Api, Browser, Case, Traffic
from tests.web.pages import PNG, upload

SignIn = Callable[[str], Browser]


class Log:
    """The security log of an office, with what waits to be written."""

    def __init__(self, office: Database) -> None:
        self.office = office
        self.seen = 0

    def new(self, *kinds: str) -> list[SecurityEvent]:
        """What came since it was last asked, of these kinds or of all."""
        write_notes(self.office)
        with self.office.reading() as session:
            query = select(SecurityEvent).where(SecurityEvent.id > self.seen).order_by(SecurityEvent.id)
            rows = list(session.scalars(query))
        self.seen = max([self.seen, *(row.id for row in rows)])
        return [row for row in rows if not kinds or row.kind in kinds]

    def told(self, *kinds: str) -> list[tuple[str, str, str | None]]:
        return [(row.action, row.outcome, row.target_id) for row in self.new(*kinds)]


@pytest.fixture
def log(office: Database) -> Log:
    found = Log(office)
    found.new()
    return found


def user_id(office: Database, name: str) -> int:
    with office.reading() as session:
        return users.named(session, name).id


def test_signing_in_and_out_stands_in_it_with_session_and_origin_and_no_address(
    log: Log, sign_in: SignIn, office: Database
) -> None:
    browser = sign_in("upp")
    browser.post("/keluar")
    signed_in, signed_out = log.new("session")
    assert {row.actor_id for row in (signed_in, signed_out)} == {user_id(office, "upp")}
    assert (signed_in.action, signed_in.channel, signed_out.action) == ("sign_in", "page", "sign_out")
    assert signed_in.session == signed_out.session
    assert signed_in.source == signed_out.source
    assert len(signed_in.source or "") == 12
    assert "127.0.0.1" not in str(vars(signed_in))


def test_an_installation_may_want_the_addresses_of_officers(
    config: Config, office: Database, log: Log
) -> None:
    app = create_app(replace(config, security_log_addresses=True), office)
    browser = Browser(app.test_client())
    browser.sign_in("upp")
    browser.get("/masuk", query_string={})
    [signed_in] = log.new("session")
    assert signed_in.source == "127.0.0.1"


def test_a_password_typed_as_a_name_is_kept_nowhere_and_nor_is_where_it_came_from(
    log: Log, client: FlaskClient
) -> None:
    browser = Browser(client)
    for name in ("Rahasia-Sekali-99", "upp"):
        browser.get("/masuk")
        browser.post("/masuk", username=name, password="Rahasia-Sekali-99")
    unknown, known = log.new()
    assert (unknown.outcome, unknown.target_id, unknown.source) == ("wrong", None, None)
    assert (known.outcome, known.target_id, bool(known.source)) == ("wrong", "upp", True)
    assert "rahasia" not in str([vars(unknown), vars(known)]).casefold()


def test_a_session_that_rested_or_lasted_too_long_stands_in_it(
    log: Log, sign_in: SignIn, office: Database
) -> None:
    for name, over in (
        ("upp", {"seen_at": timedelta(minutes=31)}),
        ("lapor", {"created_at": timedelta(hours=13)}),
    ):
        sign_in(name)
        with office.transaction() as session:
            times = {column: clock.real() - age for column, age in over.items()}
            mine = LoginSession.user_id == users.named(session, name).id
            session.execute(update(LoginSession).where(mine).values(**times))
    log.new()
    with office.transaction() as session:
        forget(session, LoginSession)
    assert log.told("session") == [("session_ended", "idle", "upp"), ("session_ended", "expired", "lapor")]


def test_who_is_disabled_loses_sessions_and_tokens_and_both_stand_in_it(
    log: Log, sign_in: SignIn, api: Callable[[str], Api], office: Database
) -> None:
    sign_in("upp")
    program = api("upp")
    with office.transaction() as session:
        users.disable(session, users.named(session, "upp").id, actor=None)
    assert ("session_ended", "disabled", "upp") in log.told("session")
    assert program.get("/tasks").status_code == 401
    assert log.told("session") == [("token", "revoked", "upp")]


def test_a_token_that_never_was_leaves_no_trace(log: Log, app: Flask) -> None:
    assert Api(app.test_client(), "alur_Rahasia").get("/tasks").status_code == 401
    assert log.new() == []


def test_refusals_by_rights_stand_in_it(log: Log, sign_in: SignIn, case: Case, office: Database) -> None:
    officer = sign_in("dlh")
    log.new()
    assert officer.get("/pengguna").status_code == 403
    assert officer.get(f"/perkara/{case.id}?q=Siti+rahasia").status_code == 404
    assert officer.get("/tidak-ada").status_code == 404
    assert case.api("dlh").get(f"/process-instances/{case.id}").status_code == 404
    found = log.new("refusal")
    assert [(row.action, row.outcome, row.target_id, row.channel) for row in found] == [
        ("users.listed", "not_allowed", None, "page"),
        ("casefile.show", "not_found", str(case.id), "page"),
        ("api-api.api-process-instances.detail", "not_found", str(case.id), "api"),
    ]
    assert {row.actor_id for row in found} == {user_id(office, "dlh")}
    assert "Siti" not in str([vars(row) for row in found])


def test_a_forged_form_stands_in_it(log: Log, sign_in: SignIn, case: Case) -> None:
    browser = sign_in("lapor")
    log.new()
    browser.token = "palsu"
    assert browser.post(f"/perkara/{case.id}/catatan", text="x").status_code == 400
    assert log.told("refusal") == [("casefile.note", "csrf", str(case.id))]


def test_what_strangers_are_refused_tells_nothing_of_them(log: Log, client: FlaskClient) -> None:
    for _turn in range(5):
        client.post("/lacak", data={"number": "Siti", "code": "1"})
        client.post("/keluar")
    found = log.new()
    assert {(row.action, row.outcome) for row in found} == {
        ("tracking.knock", "csrf"),
        ("auth.sign_out", "csrf"),
    }
    assert len(found) == 2  # once a minute, however many they send
    assert {(row.actor_id, row.source, row.session) for row in found} == {(None, None, None)}


# Reading -----------------------------------------------------------------------------------------------------------


def test_every_way_to_read_a_case_stands_in_it(
    app: Flask, case: Case, office: Database, log: Log, sign_in: SignIn, api: Callable[[str], Api]
) -> None:
    """Whoever adds an address that shows a case says so; see `noting.case_read`."""
    with office.reading() as session:
        clock_id = session.scalars(select(Job.id).where(Job.instance_id == case.id)).first()
    given = {"instance_id": case.id, "task_id": case.task("lapor")["id"], "clock_id": clock_id}
    reading = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]
    reading = [rule for rule in reading if rule.arguments & given.keys()]
    rules = [rule for rule in reading if rule.arguments <= given.keys()]
    # The case waits for no message: of that page the next test asks.
    assert {rule.endpoint for rule in reading} - {rule.endpoint for rule in rules} == {"waits.show"}
    assert len(rules) >= 9
    browser, program, unseen = sign_in("lapor"), api("lapor"), []
    for rule in rules:
        security_notes._notes.pop(office)  # what was noted before is noted again
        log.new()
        path = rule.build(given, append_unknown=False)[1]
        is_api = path.startswith("/api/v1")
        answer = program.get(path.removeprefix("/api/v1")) if is_api else browser.get(path)
        assert answer.status_code in (200, 303), path
        if [(row.target_kind, row.target_id) for row in log.new("reading")] != [("instance", str(case.id))]:
            unseen.append(path)
    assert unseen == []


def test_the_page_of_a_message_that_a_case_waits_for_stands_in_it(
    log: Log, sign_in: SignIn, office: Database
) -> None:
    shapes = [start("mulai"), catch("tunggu", message="surat"), end("selesai")]
    lanes = {"LAPOR ! – SP4N": "mulai tunggu selesai"}
    lapor = actor(office, "lapor")
    with office.transaction() as session:
        drawn = bpmn(shapes, "mulai > tunggu > selesai", lanes=lanes, key="uji", name="Uji")
        deployments.deploy(session, {"uji.bpmn": drawn}, actor=None)
        case_id = instances.start(session, "uji", {}, actor=lapor).instance.id
        wait_id = messages.waiting(session, case_id)[0].id
    assert sign_in("lapor").get(f"/perkara/{case_id}/pesan-ditunggu/{wait_id}").status_code == 200
    assert [row.target_id for row in log.new("reading")] == [str(case_id)]


@pytest.mark.parametrize("name", ["lapor", "pemilik", "auditor", "admin"])
def test_whoever_reads_a_case_stands_in_it_once_in_a_quarter_of_an_hour(
    log: Log, sign_in: SignIn, case: Case, office: Database, name: str
) -> None:
    browser = sign_in(name)
    for _turn in range(3):
        browser.get(f"/perkara/{case.id}")
    [row] = log.new("reading")
    assert (row.actor_id, row.target_id) == (user_id(office, name), str(case.id))


def test_a_case_that_a_refused_form_shows_counts_as_read(log: Log, sign_in: SignIn, case: Case) -> None:
    browser = sign_in("pemilik")
    refused = browser.post(f"/perkara/{case.id}/batalkan", reason="")
    assert refused.status_code == 422
    assert case.report["judul"] in refused.text
    assert log.told("reading") == [("instance", "done", str(case.id))]


def test_reading_a_case_writes_nothing_while_it_is_answered(
    sign_in: SignIn, case: Case, traffic: Traffic, office: Database
) -> None:
    browser = sign_in("lapor")
    traffic.clear()
    browser.get(f"/perkara/{case.id}")
    assert traffic.commits == 0
    assert not [text for text in traffic.statements if "security_event" in text]
    assert write_notes(office) >= 1
    assert traffic.commits == 1


# Files -------------------------------------------------------------------------------------------------------------


def test_files_up_and_down_stand_in_it(log: Log, sign_in: SignIn, case: Case, office: Database) -> None:
    assert case.complete("lapor").status_code == 200
    browser = sign_in("upp")
    open_file, private_file = (
        attach(office, case, "a.png", PNG),
        attach(office, case, "b.png", PNG, private=True),
    )
    log.new()
    assert browser.get(f"/lampiran/{open_file}").status_code == 200
    assert browser.get(f"/lampiran/{private_file}").status_code == 403
    assert browser.post(f"/lampiran/{private_file}").status_code == 200
    assert browser.get("/proses/1/berkas/pengaduan.bpmn").status_code == 200
    found = log.new("file", "identity", "refusal")
    assert {(row.kind, row.action, row.target_id, row.part) for row in found} == {
        ("file", "download", str(case.id), open_file),
        ("refusal", "files.download", None, None),
        ("identity", "identity_shown", str(case.id), private_file),
        ("file", "download", str(case.id), private_file),
        ("file", "deployed_file", "1", None),
    }
    assert case.api("lapor").upload("/files", "file", {"Siti Aminah.png": PNG}).status_code == 201
    [row] = log.new("file")
    assert (row.action, row.actor_id, row.channel) == ("upload", user_id(office, "lapor"), "api")
    assert "Siti" not in str(vars(row))


# Reporters ---------------------------------------------------------------------------------------------------------


def test_look_ups_by_reporters_tell_the_case_and_nothing_of_who_asks(
    log: Log, client: FlaskClient, case: Case, office: Database
) -> None:
    with office.transaction() as session:
        code = tracking.issue(session, case.id, actor=actor(office, "lapor"))
    log.new()
    browser = Browser(client)
    number = case.started["business_key"]
    for typed, secret in ((number, "1111222233334444"), ("Siti Aminah", "1111222233334444"), (number, code)):
        browser.get("/lacak")
        browser.post("/lacak", number=typed, code=secret)
    browser.get("/lacak/laporan")
    found = log.new()
    assert [(row.kind, row.action, row.outcome, row.target_id) for row in found] == [
        ("reporter", "look_up", "done", str(case.id)),  # with its own transaction, before what was noted
        ("reporter", "look_up", "wrong", str(case.id)),
        ("reporter", "look_up", "wrong", None),
    ]
    assert {(row.actor_id, row.session, row.source, row.channel) for row in found} == {
        (None, None, None, "public")
    }
    assert code.replace(" ", "") not in str([vars(row) for row in found])


def test_an_officer_on_the_reporters_page_is_told_as_nobody(log: Log, sign_in: SignIn, case: Case) -> None:
    browser = sign_in("lapor")
    log.new()
    browser.get("/lacak")
    browser.post("/lacak", number=case.started["business_key"], code="1")
    assert [(row.actor_id, row.session, row.source) for row in log.new()] == [(None, None, None)]


def test_no_column_of_the_log_can_hold_what_was_typed(office: Database, log: Log, sign_in: SignIn) -> None:
    browser = sign_in("admin")
    canary = "Canary-Siti-08123"
    browser.get("/pengguna", query_string={"q": canary})
    browser.post("/pengguna/baru", name=canary, full_name=canary, email=canary)
    browser.post("/pengguna/unit-baru", code=f"{canary},", name=canary)
    browser.get(f"/pengguna/unit/{canary}")
    browser.post(f"/pengguna/libur/{canary}/hapus")
    browser.get(f"/lampiran/{canary}")
    browser.get(f"/tugas/{canary}")
    browser.post("/kata-sandi", old=canary, new="kuda baterai x", repeat="kuda baterai x")
    browser.post("/laporan/baru", key=canary)
    upload(browser, "/proses", {}, [("files", f"{canary}.bpmn", canary.encode())])
    found = log.new()
    assert found
    assert canary.casefold() not in str([vars(row) for row in found]).casefold()
