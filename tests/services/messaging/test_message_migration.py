"""Messages under way when revision 0009 comes: none is lost, and copies become one message."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, Table, insert, inspect, select, text

from app.db import Database
from app.models import InstanceMessage, Job, OutboxMessage, Partner
from app.services.maintenance import migrations
from tests.services.migrating import go_back

AT = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)


def add(connection: Connection, table: str, **row: Any) -> None:
    """Add a row to a table as it stands."""
    connection.execute(insert(Table(table, MetaData(), autoload_with=connection)), row)


def under_way(connection: Connection) -> None:
    """Two linked cases; an answer drawn to two places, a letter that nobody was found for, and a word of two copies
    of which the first is kept for its receiver and the other was not tried yet."""
    add(connection, "process_definition", id=1, key="dinas", version=1, name="Dinas", deployed_at=AT,
        findings=[], lane_groups={})  # fmt: skip
    for number in (1, 2):
        add(connection, "process_instance", id=number, definition_id=1, key="dinas", business_key=str(number),
            state="active", engine_state=b"", variables={}, visits={}, started_at=AT, revision=1,
            subject="", category="", unit_code="", area="")  # fmt: skip
    add(connection, "partner", instance_id=1, partner_id=2, rounds=["r"], told={}, since=AT)
    copies = [
        ("a", "tunggu", 0, "sent", None), ("b", "lagi", 0, "kept", None), ("c", "surat", 1, "kept", None),
        ("d", "kabar", 2, "kept", 2), ("e", "kabar_lagi", 2, "sent", None), ("f", "pos", 3, "kept", 2),
    ]  # fmt: skip
    for id_, target, seconds, state, receiver in copies:
        sent = AT + timedelta(seconds=seconds)
        add(connection, "case_message", id=id_, sender_id=1, activity_id="jawab", flow_id=id_, name="Jawaban",
            key="kecamatan", target=target, business_key="1", rounds=[], values={}, trail={}, sent_at=sent,
            state=state, receiver_id=receiver,
            reason="nobody" if state == "kept" and receiver is None else None)  # fmt: skip
        add(connection, "job", id=id_, message_id=id_, activity_id=target, opened_at=AT, due_at=sent,
            run_at=None if state == "kept" else sent, deadline={}, trail={}, retries=3)  # fmt: skip


@pytest.fixture
def migrated(database: Database) -> Database:
    """A database in which messages were under way when the revision came."""
    with database.transaction() as session:
        connection = session.connection()
        migrations.build(connection, "0008")
        under_way(connection)
        migrations.finish(connection)
    return database


def jobs_of(database: Database) -> dict[str, datetime | None]:
    """When the job of each message runs."""
    with database.reading() as session:
        return {job.id: job.run_at for job in session.scalars(select(Job).order_by(Job.id))}


def test_copies_of_a_message_become_one_and_what_nobody_was_found_for_is_tried_again(
    migrated: Database,
) -> None:
    with migrated.reading() as session:
        messages = session.scalars(select(InstanceMessage).order_by(InstanceMessage.id)).all()
        assert [(one.id, one.targets) for one in messages] == [
            ("a", {"tunggu": "Jawaban", "lagi": "Jawaban"}),
            ("c", {"surat": "Jawaban"}),
            ("d", {"kabar": "Jawaban", "kabar_lagi": "Jawaban"}),
            ("f", {"pos": "Jawaban"}),
        ]
        assert session.scalars(select(Partner)).one().rounds == ["r"]
    jobs = jobs_of(migrated)
    assert (jobs["a"], jobs["c"]) == (AT, AT + timedelta(seconds=1))


def test_a_message_that_got_another_target_does_not_rest_till_the_first_is_waited_for(
    migrated: Database,
) -> None:
    jobs = jobs_of(migrated)
    assert jobs["d"] == AT + timedelta(seconds=2)
    assert jobs["f"] is None, "what was kept and got no other target rests as before"


def test_both_revisions_go_back_and_come_again_with_what_is_under_way(migrated: Database) -> None:
    with migrated.transaction() as session:
        connection = session.connection()
        add(connection, "outbox_message", instance_id=1, activity_id="jawab", body={"code": "task_opened"},
            audience={}, queued_at=AT, attempts=0, task_id="t")  # fmt: skip
        go_back(connection, "0008")
        rows = connection.execute(text("SELECT id, target, reason FROM case_message ORDER BY id")).all()
        several = {"a": ("tunggu", "lagi"), "d": ("kabar", "kabar_lagi")}  # of which one is left
        assert [row.id for row in rows] == ["a", "c", "d", "f"]
        assert all(row.target in several.get(row.id, ("surat", "pos")) for row in rows)
        go_back(connection, "0007")
        columns = {column["name"] for column in inspect(connection).get_columns("outbox_message")}
        assert "task_id" not in columns
        migrations.finish(connection)
    with migrated.reading() as session:
        messages = session.scalars(select(InstanceMessage).order_by(InstanceMessage.id)).all()
        assert {one.id: one.targets for one in messages} == {row.id: {row.target: "Jawaban"} for row in rows}
        assert [job.message_id for job in session.scalars(select(Job).order_by(Job.id))] == [
            "a",
            "c",
            "d",
            "f",
        ]
        assert session.scalars(select(OutboxMessage)).one().task_id is None
