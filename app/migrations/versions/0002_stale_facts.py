"""Which cases have facts that are older than their events: the trigger that moves a chain marks it.

Revision: 0002, after 0001.
"""

# ruff: noqa: S608 - constants
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOVED = "instance_id = coalesce(NEW.instance_id, 0)"
_IN_SQLITE = f"""
CREATE TRIGGER head_moved AFTER INSERT ON history_event BEGIN
UPDATE event_chain SET count = NEW.number, head = NEW.hash, last_id = NEW.id, stale = NEW.instance_id IS NOT NULL
WHERE {_MOVED};
INSERT INTO event_chain (instance_id, count, head, last_id, stale)
SELECT coalesce(NEW.instance_id, 0), NEW.number, NEW.hash, NEW.id, NEW.instance_id IS NOT NULL
WHERE NOT EXISTS (SELECT 1 FROM event_chain WHERE {_MOVED}); END
"""
_IN_POSTGRESQL = """
CREATE OR REPLACE FUNCTION alur_head_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
INSERT INTO event_chain (instance_id, count, head, last_id, stale)
SELECT coalesce(NEW.instance_id, 0), NEW.number, NEW.hash, NEW.id, NEW.instance_id IS NOT NULL
ON CONFLICT (instance_id) DO UPDATE SET count = excluded.count, head = excluded.head, last_id = excluded.last_id,
stale = excluded.stale; RETURN NULL; END $$
"""
#: What an older release did not count, or not as this one does.
_NOT_COUNTED = """
UPDATE event_chain SET stale = true WHERE instance_id IN (SELECT i.id FROM process_instance i
LEFT JOIN case_fact f ON f.instance_id = i.id WHERE f.variant IS NULL)
"""


def upgrade() -> None:
    """Apply."""
    run, is_sqlite = op.get_bind().exec_driver_sql, op.get_bind().dialect.name == "sqlite"
    op.add_column("event_chain", sa.Column("stale", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_event_chain_stale",
        "event_chain",
        ["instance_id"],
        sqlite_where=sa.text("stale = 1"),
        postgresql_where=sa.text("stale"),
    )
    if is_sqlite:
        run("DROP TRIGGER head_moved")
    run(_IN_SQLITE if is_sqlite else _IN_POSTGRESQL)
    run(_NOT_COUNTED)
