"""The priority of a case, which its process names, and what lists can be narrowed to by it.

Revision: 0028. No process named one before, so that there is nothing to fill in.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

#: What lists of a group can be narrowed to: name of the value, and column of the case. See migration 0012.
_VALUES_OF = (
    ("category", "category"),
    ("case_unit", "unit_code"),
    ("area", "area"),
    ("key", "key"),
    ("priority", "priority"),
)
_VALUE_CHANGED = ("category", "unit_code", "area", "priority")
_VALUES = """
INSERT INTO filter_value (group_id, unit_code, name, value, label)
SELECT v.group_id, v.unit_code, n.name, n.value, n.value
  FROM {visible} AS v JOIN ({values}) AS n ON n.id = v.instance_id
  WHERE n.value <> '' AND v.instance_id = {instance_id}
ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    """Apply."""
    op.add_column("process_instance", sa.Column("priority", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_process_instance_of_priority", "process_instance", ["priority", "id"])
    running = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_process_instance_running_priority",
        "process_instance",
        ["priority", "id"],
        sqlite_where=running,
        postgresql_where=running,
    )
    _make_triggers(_VALUES_OF, _VALUE_CHANGED)


def downgrade() -> None:
    """Take back."""
    _make_triggers(_VALUES_OF[:-1], _VALUE_CHANGED[:-1])
    op.execute("DELETE FROM filter_value WHERE name = 'priority'")
    for name in ("running", "of"):
        op.drop_index(f"ix_process_instance_{name}_priority", "process_instance")
    op.drop_column("process_instance", "priority")


def _make_triggers(values: tuple[tuple[str, str], ...], changed: tuple[str, ...]) -> None:
    """Make the triggers anew that add what lists can be narrowed to."""
    of_case = _done(values, "instance_visibility", "new.id")
    new = "(SELECT new.group_id AS group_id, new.unit_code AS unit_code, new.instance_id AS instance_id)"
    of_visibility = _done(values, new, "new.instance_id")
    differs = "IS NOT" if op.get_bind().dialect.name == "sqlite" else "IS DISTINCT FROM"
    when = " OR ".join(f"new.{column} {differs} old.{column}" for column in changed)
    of = f"UPDATE OF {', '.join(changed)} ON process_instance FOR EACH ROW"
    _make_trigger("instance_values", "process_instance", f"{of} WHEN ({when})", of_case)
    seen = "INSERT ON instance_visibility FOR EACH ROW"
    _make_trigger("instance_seen", "instance_visibility", seen, of_visibility)


def _done(values: tuple[tuple[str, str], ...], visible: str, instance_id: str) -> str:
    selects = " UNION ALL ".join(
        f"SELECT id, '{name}' AS name, {column} AS value FROM process_instance WHERE id = {instance_id}"  # noqa: S608
        for name, column in values
    )
    return _VALUES.format(visible=visible, values=selects, instance_id=instance_id)


def _make_trigger(name: str, table: str, when: str, done: str) -> None:
    run = op.get_bind().exec_driver_sql
    if op.get_bind().dialect.name == "sqlite":
        run(f"DROP TRIGGER {name}")
        run(f"CREATE TRIGGER {name} AFTER {when} BEGIN {done} END")
        return
    run(f"DROP TRIGGER {name} ON {table}")
    run(
        f"CREATE OR REPLACE FUNCTION alur_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN {done} RETURN NULL; END $$"
    )
    run(f"CREATE TRIGGER {name} AFTER {when} EXECUTE FUNCTION alur_{name}()")
