"""What questions about cases are answered from, questions that are kept, and samples of auditors.

Revision: 0041. Branches of the cases that are there are read from their visits and the diagrams of their versions.
"""

from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import sqlalchemy as sa
from alembic import op

from app import packing
from app.column_types import Document, PackedDocument, UtcDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_OF_ROW = sa.text("id > 0")
_OF_CASE = sa.text("instance_id > 0")
#: (table, name, columns, which rows) of indexes that only questions are planned by.
_INDEXES = (
    ("process_instance", "ix_process_instance_of_version", ("definition_id", "id"), _OF_ROW),
    *(
        ("user_task", f"ix_user_task_asked_{column}", (column, "instance_id"), _OF_CASE)
        for column in ("activity_id", "lane", "unit_code", "closed_by_id")
    ),
    (
        "user_task",
        "ix_user_task_late",
        ("instance_id",),
        sa.text("due_at IS NOT NULL AND closed_at > due_at"),
    ),
    *(
        ("case_fact", f"ix_case_fact_asked_{column}", (column, "instance_id"), _OF_CASE)
        for column in ("received_month", "ended_month", "outcome", "channel")
    ),
    ("history_event", "ix_history_event_at", ("at", "id"), _OF_ROW),
    ("history_event", "ix_history_event_of_type", ("type", "at", "id"), _OF_ROW),
    ("history_event", "ix_history_event_of_actor", ("actor_id", "at", "id"), _OF_ROW),
    (
        "history_event",
        "ix_history_event_identity",
        ("actor_id", "instance_id"),
        sa.text("type = 'identity_shown'"),
    ),
)
_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_AT_ONCE = 2_000


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "case_branch",
        sa.Column("element_id", sa.String(length=255), nullable=False),
        sa.Column("instance_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_case_branch_instance_id")
        ),
        sa.PrimaryKeyConstraint("element_id", "instance_id", name=op.f("pk_case_branch")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_case_branch_of_instance", "case_branch", ["instance_id"])
    op.add_column(
        "process_instance", sa.Column("branches", Document, nullable=False, server_default=sa.text("'[]'"))
    )
    _make_triggers()
    _questions()
    _samples()
    for table, name, columns, which in _INDEXES:
        op.create_index(name, table, list(columns), sqlite_where=which, postgresql_where=which)
    _fill()


def downgrade() -> None:
    """Take back."""
    for table, name, _columns, _which in _INDEXES:
        op.drop_index(name, table)
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name in ("case_branches_new", "case_branches"):
        op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else " ON process_instance"))
        if not sqlite:
            op.execute(f"DROP FUNCTION alur_{name}()")
    op.drop_column("process_instance", "branches")
    for name in ("sampled_case", "audit_sample", "saved_question", "case_branch"):
        op.drop_table(name)


def _make_triggers() -> None:
    """Rows of branches are what the column says, whoever writes it."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    each = "json_each(new.branches)" if sqlite else "jsonb_array_elements_text(new.branches) AS one(value)"
    differs = "IS NOT" if sqlite else "IS DISTINCT FROM"
    add = (
        f"INSERT INTO case_branch (element_id, instance_id) SELECT value, new.id FROM {each}"  # noqa: S608
        " WHERE true ON CONFLICT DO NOTHING;"
    )
    gone = (
        "DELETE FROM case_branch WHERE instance_id = new.id"  # noqa: S608
        f" AND element_id NOT IN (SELECT value FROM {each});"
    )
    _make_trigger("case_branches_new", "INSERT ON process_instance FOR EACH ROW", add)
    changed = "UPDATE OF branches ON process_instance FOR EACH ROW"
    _make_trigger("case_branches", f"{changed} WHEN (new.branches {differs} old.branches)", f"{gone} {add}")


def _make_trigger(name: str, when: str, done: str) -> None:
    run = op.get_bind().exec_driver_sql
    if op.get_bind().dialect.name == "sqlite":
        run(f"CREATE TRIGGER {name} AFTER {when} BEGIN {done} END")
        return
    run(
        f"CREATE OR REPLACE FUNCTION alur_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN {done} RETURN NULL; END $$"
    )
    run(f"CREATE TRIGGER {name} AFTER {when} EXECUTE FUNCTION alur_{name}()")


def _questions() -> None:
    op.create_table(
        "saved_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("saved_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_saved_question_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_question")),
    )
    op.create_index("ix_saved_question_of_owner", "saved_question", ["owner_id"])
    op.create_index("ix_saved_question_shared", "saved_question", ["shared", "id"])


def _samples() -> None:
    op.create_table(
        "audit_sample",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("drawn_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("drawn_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["user.id"], name=op.f("fk_audit_sample_drawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_sample")),
    )
    op.create_index("ix_audit_sample_of", "audit_sample", ["drawn_by_id", "id"])
    op.create_table(
        "sampled_case",
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("found_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("found_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["sample_id"], ["audit_sample.id"], name=op.f("fk_sampled_case_sample_id")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_sampled_case_instance_id")
        ),
        sa.ForeignKeyConstraint(["found_by_id"], ["user.id"], name=op.f("fk_sampled_case_found_by_id")),
        sa.PrimaryKeyConstraint("sample_id", "position", name=op.f("pk_sampled_case")),
    )
    op.create_index("ix_sampled_case_of_instance", "sampled_case", ["instance_id"])


_CASES = sa.table(
    "process_instance",
    sa.column("id", sa.Integer()),
    sa.column("definition_id", sa.Integer()),
    sa.column("visits", PackedDocument(packing.VISITS)),
    sa.column("branches", Document),
)


def _fill() -> None:
    connection, last = op.get_bind(), 0
    of_version = {number: frozenset(_branches(xml)) for number, xml in _diagrams(connection)}
    while True:
        some = sa.select(_CASES).where(_CASES.c.id > last).order_by(_CASES.c.id).limit(_AT_ONCE)
        cases = connection.execute(some).all()
        if not cases:
            return
        rows = [
            {
                "of_id": case.id,
                "taken": sorted(of_version.get(case.definition_id, frozenset()) & case.visits.keys()),
            }
            for case in cases
        ]
        write = sa.update(_CASES).where(_CASES.c.id == sa.bindparam("of_id"))
        connection.execute(write.values(branches=sa.bindparam("taken")), rows)
        last = cases[-1].id


def _diagrams(connection: sa.Connection) -> Iterator[tuple[int, bytes]]:
    query = sa.text(
        "SELECT d.definition_id, r.content FROM definition_file d JOIN resource r ON r.sha256 = d.sha256"
        " WHERE d.kind = 'bpmn'"
    )
    yield from ((row[0], bytes(row[1])) for row in connection.execute(query))


def _branches(xml: bytes) -> Iterator[str]:
    """Flows that leave an element which several leave, and boundary events. Diagrams were checked when deployed."""
    try:
        root = ET.fromstring(xml)  # noqa: S314 no entities: what declares a type was never accepted
    except ET.ParseError:
        return
    flows = list(root.iter(f"{_BPMN}sequenceFlow"))
    leaving = Counter(flow.get("sourceRef") for flow in flows)
    yield from (id_ for flow in flows if leaving[flow.get("sourceRef")] > 1 and (id_ := flow.get("id")))
    yield from (id_ for event in root.iter(f"{_BPMN}boundaryEvent") if (id_ := event.get("id")))
