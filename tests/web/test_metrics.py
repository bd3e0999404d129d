"""Figures for Prometheus: who may read them, what they count, and that no person is in them."""

import json
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from app.base import log_safety
from app.base.config import Config, from_environment
from app.base.db import Database
from app.base.errors import NotReady
from app.models import OutboxMessage, Work
from app.services.core import clock
from app.services.maintenance import condition, heartbeat
from app.web import create_app
from app.web.serving.metrics import Counts
from tests.web.conftest import Browser, Case, Traffic

SignIn = Callable[[str], Browser]
TOKEN = "0123456789abcdef0123"
_LINE = re.compile(r'[a-z_]+(\{([a-z_]+="[^"\n]*",?)*\})? -?[0-9.e+-]+')


def figures(client: FlaskClient, **headers: str) -> dict[str, float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.status_code
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_it_is_the_text_format_of_prometheus(client: FlaskClient) -> None:
    client.get("/masuk")
    answer = client.get("/metrics")
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    told = {line.split(" ")[2] for line in lines if line.startswith("# TYPE ")}
    for line in lines:
        assert line.startswith(("# HELP ", "# TYPE ")) or _LINE.fullmatch(line), line
        if not line.startswith("#"):
            name = re.split(r"[{ ]", line)[0]
            assert re.sub(r"_(bucket|sum|count)$", "", name) in told | {name} & told, line


def test_requests_are_counted_by_endpoint_method_and_status(own_app: Flask) -> None:
    client = own_app.test_client()
    key = 'alur_requests_total{endpoint="auth.sign_in",method="GET",status="200",process="0"}'
    before = figures(client).get(key, 0)
    for _again in range(3):
        client.get("/masuk")
    client.get("/tidak-ada")
    after = figures(client)
    assert after[key] - before == 3
    assert after['alur_requests_total{endpoint="none",method="GET",status="404",process="0"}'] >= 1
    assert after['alur_request_seconds_bucket{kind="page",le="+Inf",process="0"}'] >= 4


def test_what_waits_is_told(client: FlaskClient, case: Case, office: Database) -> None:
    with office.transaction() as session:
        heartbeat.beat(session)
        queued = clock.now(session) - timedelta(hours=1)
        session.execute(delete(OutboxMessage))
        session.add(OutboxMessage(body={}, audience={}, queued_at=queued))
    told = figures(client)
    assert (told["alur_open_tasks"], told["alur_overdue_tasks"]) == (1, 0)
    assert told["alur_jobs_waiting"] >= 1
    assert told["alur_outbox_waiting"] == 1
    assert told["alur_outbox_age_seconds"] >= 3_600
    assert 0 <= told["alur_worker_age_seconds"] < 60
    assert told["alur_search_lag"] >= 1
    assert told["alur_disk_free_bytes"] > 0


def test_other_work_is_told_when_nobody_begins_it_and_when_it_failed(
    client: FlaskClient, case: Case, office: Database
) -> None:
    assert (figures(client)["alur_work_late"], figures(client)["alur_work_late_seconds"]) == (0, 0)
    hour_ago = clock.real() - timedelta(hours=1)
    with office.transaction() as session:
        for key, values in {
            "late": {},
            "held": {"holder": "a"},
            "failed": {"tries": 1, "error": "NotReady"},
        }.items():
            session.add(Work(kind="imports", key=key, lane=1, due_at=hour_ago, **values))
    told = figures(client)
    assert (told["alur_work_late"], told["alur_work_failing"]) == (2, 1)
    assert told["alur_work_late_seconds"] >= 3_600


def test_a_scrape_costs_the_same_whatever_there_is(office: Database, traffic: Traffic, case: Case) -> None:
    traffic.clear()
    with office.reading() as session:
        condition.measure(session)
    assert len(traffic.statements) <= 4


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer falsch"}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": ""}],
)
def test_with_a_token_only_who_sends_it_reads(
    config: Config, office: Database, headers: dict[str, str]
) -> None:
    client = create_app(replace(config, metrics_token=TOKEN), office).test_client()
    assert client.get("/metrics", headers=headers).status_code == 404
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_without_one_no_other_machine_reads(config: Config, office: Database) -> None:
    client = create_app(config, office).test_client()
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    served = create_app(replace(config, base_url="https://alur.example.go.id"), office).test_client()
    assert served.get("/metrics").status_code == 404


def test_no_address_name_or_number_is_in_them(client: FlaskClient, sign_in: SignIn, case: Case) -> None:
    browser = sign_in("upp")
    browser.get("/perkara/1")
    browser.get("/tugas?q=kenari-rahasia")
    text = client.get("/metrics").text
    for word in ("kenari-rahasia", "127.0.0.1", "upp", "/perkara/1", "/tugas"):
        assert word not in text


def test_each_process_has_a_place_of_its_own(tmp_path: Path) -> None:
    one, other = Counts(tmp_path), Counts(tmp_path)
    for counts in (one, other):
        counts.add("auth.sign_in", "GET", 200, 0.01)
    assert sorted(path.name for path in tmp_path.glob("*.json")) == ["0.json", "1.json"]
    one.close()
    following = Counts(tmp_path)
    following.add("tasks.listed", "GET", 200, 0.01)
    assert json.loads((tmp_path / "0.json").read_text())["requests"] == {"tasks.listed GET 200": 1}
    for counts in (other, following):
        counts.close()


def test_a_token_that_one_could_guess_is_refused(tmp_path: Path) -> None:
    for text in ("kurang", "a" * 19, "é" * 30):
        with pytest.raises(NotReady) as refused:
            from_environment({"ALUR_DATA_DIR": str(tmp_path), "ALUR_METRICS_TOKEN": text})
        assert text not in str(refused.value)


def test_a_line_of_the_json_log_holds_no_data() -> None:
    def fail(secret: str) -> None:
        raise ValueError(secret)

    logger = logging.getLogger("uji")
    try:
        fail("Kenari pelapor")
    except ValueError as error:
        record = logger.makeRecord(
            "uji", 40, "f", 1, "case %s: %s", (7, error), (ValueError, error, error.__traceback__)
        )
    line = log_safety.JsonLines().format(record)
    told = json.loads(line)
    assert "Kenari" not in line
    assert "\n" not in line
    assert (told["message"], told["error"], told["level"]) == ("case 7: ValueError", "ValueError", "error")
    assert told["trace"][-1].endswith(" fail")


def test_with_json_each_request_is_a_line_without_its_address(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger=log_safety.REQUESTS):
        client.get("/lacak?nomor=kenari")
    line = log_safety.JsonLines().format(caplog.records[-1])
    assert json.loads(line)["endpoint"] == "tracking.door"
    assert "kenari" not in line
