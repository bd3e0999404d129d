"""Messages under way when revision 0009 comes: none is lost, and copies become one message."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, MetaData, Table, insert, select

from app.db import Database
from app.models import InstanceMessage, Job, Partner
from app.services.maintenance import migrations

AT = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)


def add(connection: Connection, table: str, **row: Any) -> None:
    """Add a row to a table as it stands."""
    connection.execute(insert(Table(table, MetaData(), autoload_with=connection)), row)


def under_way(connection: Connection) -> None:
    """Two linked cases; an answer drawn to two places, and a letter that nobody was found for."""
    add(connection, "process_definition", id=1, key="dinas", version=1, name="Dinas", deployed_at=AT,
        findings=[], lane_groups={})  # fmt: skip
    for number in (1, 2):
        add(connection, "process_instance", id=number, definition_id=1, key="dinas", business_key=str(number),
            state="active", engine_state=b"", variables={}, visits={}, started_at=AT, revision=1,
            subject="", category="", unit_code="", area="")  # fmt: skip
    add(connection, "partner", instance_id=1, partner_id=2, rounds=["r"], told={}, since=AT)
    copies = [("a", "tunggu", 0, "sent"), ("b", "lagi", 0, "kept"), ("c", "surat", 1, "kept")]
    for id_, target, seconds, state in copies:
        sent = AT + timedelta(seconds=seconds)
        add(connection, "case_message", id=id_, sender_id=1, activity_id="jawab", flow_id=id_, name="Jawaban",
            key="kecamatan", target=target, business_key="1", rounds=[], values={}, trail={}, sent_at=sent,
            state=state, reason="nobody" if state == "kept" else None)  # fmt: skip
        add(connection, "job", id=id_, message_id=id_, activity_id=target, opened_at=AT, due_at=sent,
            run_at=None if state == "kept" else sent, deadline={}, trail={}, retries=3)  # fmt: skip


def test_copies_of_a_message_become_one_and_what_nobody_was_found_for_is_tried_again(
    database: Database,
) -> None:
    with database.transaction() as session:
        connection = session.connection()
        migrations.build(connection, "0008")
        under_way(connection)
        migrations.finish(connection)
    with database.reading() as session:
        messages = session.scalars(select(InstanceMessage).order_by(InstanceMessage.id)).all()
        assert [(one.id, one.targets) for one in messages] == [
            ("a", {"tunggu": "Jawaban", "lagi": "Jawaban"}),
            ("c", {"surat": "Jawaban"}),
        ]
        jobs = session.scalars(select(Job).order_by(Job.id)).all()
        assert [(job.id, job.run_at) for job in jobs] == [("a", AT), ("c", AT + timedelta(seconds=1))]
        assert session.scalars(select(Partner)).one().rounds == ["r"]
