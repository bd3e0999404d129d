"""The database keeps the record in order: events are only added at the end of their chains, heads only move on, and
the events of a case can be removed only once its destruction is recorded.

Revision: 0044. Whoever owns the tables can take guards away; a role that does not cannot: see docs/evidence.md.
"""

# ruff: noqa: S608 - constants
import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

#: What a permit to redact never covers.
_LASTING = ("id", "instance_id", "type", "at", "actor_id", "activity_id", "number", "hash")
_REFUSED = "history is never changed"
#: Triggers that this revision adds, with their tables.
_ADDED = (
    ("history_added_in_order", "history_event"),
    ("head_moves_on", "event_chain"),
    ("head_kept", "event_chain"),
    ("sealed_moves_on", "sealed_head"),
    ("sealed_kept", "sealed_head"),
    ("checkpoint_added_in_order", "checkpoint"),
)
_BEFORE = ("history_not_changed", "history_not_removed", "head_moved")


def upgrade() -> None:
    """Apply."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        _guard_postgresql(connection)
    else:
        _guard_sqlite(connection)


def downgrade() -> None:
    """Take back: the guards are those of revision 0043 again."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for name, table in (
            *_ADDED,
            ("head_not_emptied", "event_chain"),
            ("sealed_not_emptied", "sealed_head"),
        ):
            op.execute(f"DROP TRIGGER {name} ON {table}")
        for name in ("history_added", "head_moves_on", "sealed_moves_on", "checkpoint_added"):
            op.execute(f"DROP FUNCTION alur_{name}()")
        _kept_before(connection)
        return
    for name, _table in _ADDED:
        op.execute(f"DROP TRIGGER {name}")
    for name in _BEFORE:
        op.execute(f"DROP TRIGGER {name}")
    _sqlite_before(connection)


# SQLite -------------------------------------------------------------------------------------------------------------


def _guard_sqlite(connection: sa.Connection) -> None:
    run = connection.exec_driver_sql
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    chain = "event_chain WHERE instance_id = coalesce(NEW.instance_id, 0)"
    destroyed = "EXISTS (SELECT 1 FROM event_chain WHERE instance_id = {} AND destroyed_at IS NOT NULL)"
    permit = "EXISTS (SELECT 1 FROM history_permit WHERE instance_id = OLD.instance_id AND action = '{}')"
    lasting = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _LASTING)
    for name in _BEFORE:
        run(f"DROP TRIGGER {name}")
    # A row that replaces another one fires no trigger of DELETE, but this one.
    run(
        "CREATE TRIGGER history_added_in_order BEFORE INSERT ON history_event WHEN NEW.instance_id = 0 "
        f"OR NEW.hash IS NULL OR NEW.number IS NOT coalesce((SELECT count FROM {chain}), 0) + 1 "
        f"OR EXISTS (SELECT 1 FROM history_event WHERE id = NEW.id) OR {destroyed.format('NEW.instance_id')} {refuse}"
    )
    run(
        "CREATE TRIGGER history_not_changed BEFORE UPDATE ON history_event "
        f"WHEN NOT {permit.format('UPDATE')} OR {lasting} OR NEW.salt IS NOT NULL OR NEW.redacted IS NULL "
        f"OR (OLD.redacted IS NOT NULL AND NEW.redacted IS NOT OLD.redacted) {refuse}"
    )
    run(
        "CREATE TRIGGER history_not_removed BEFORE DELETE ON history_event "
        f"WHEN NOT {permit.format('DELETE')} OR NOT {destroyed.format('OLD.instance_id')} {refuse}"
    )
    moved = "instance_id = coalesce(NEW.instance_id, 0)"
    run(
        "CREATE TRIGGER head_moved AFTER INSERT ON history_event BEGIN "
        f"UPDATE event_chain SET count = NEW.number, head = NEW.hash, last_id = NEW.id WHERE {moved}; "
        "INSERT INTO event_chain (instance_id, count, head, last_id) "
        "SELECT coalesce(NEW.instance_id, 0), NEW.number, NEW.hash, NEW.id "
        f"WHERE NOT EXISTS (SELECT 1 FROM event_chain WHERE {moved}); END"
    )
    run(
        "CREATE TRIGGER head_moves_on BEFORE UPDATE ON event_chain WHEN NEW.instance_id IS NOT OLD.instance_id "
        "OR OLD.destroyed_at IS NOT NULL OR NOT (NEW.count = OLD.count + 1 AND NEW.last_id > OLD.last_id "
        "AND NEW.destroyed_at IS NULL OR NEW.count = OLD.count AND NEW.head = OLD.head "
        f"AND NEW.last_id = OLD.last_id) {refuse}"
    )
    run(f"CREATE TRIGGER head_kept BEFORE DELETE ON event_chain {refuse}")
    run(
        "CREATE TRIGGER sealed_moves_on BEFORE UPDATE ON sealed_head WHEN NEW.instance_id IS NOT OLD.instance_id "
        f"OR NEW.count <= OLD.count OR NEW.checkpoint_id <= OLD.checkpoint_id {refuse}"
    )
    run(f"CREATE TRIGGER sealed_kept BEFORE DELETE ON sealed_head {refuse}")
    run(
        "CREATE TRIGGER checkpoint_added_in_order BEFORE INSERT ON checkpoint "
        f"WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM checkpoint) {refuse}"
    )


def _sqlite_before(connection: sa.Connection) -> None:
    run = connection.exec_driver_sql
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    permit = "EXISTS (SELECT 1 FROM history_permit WHERE instance_id = OLD.instance_id AND action = '{}')"
    lasting = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _LASTING)
    run(
        "CREATE TRIGGER history_not_changed BEFORE UPDATE ON history_event "
        f"WHEN NOT {permit.format('UPDATE')} OR {lasting} {refuse}"
    )
    run(
        "CREATE TRIGGER history_not_removed BEFORE DELETE ON history_event "
        f"WHEN NOT {permit.format('DELETE')} {refuse}"
    )
    run(
        "CREATE TRIGGER head_moved AFTER INSERT ON history_event WHEN NEW.number IS NOT NULL BEGIN "
        "INSERT INTO event_chain (instance_id, count, head, last_id) "
        "SELECT coalesce(NEW.instance_id, 0), NEW.number, NEW.hash, NEW.id WHERE true ON CONFLICT (instance_id) "
        "DO UPDATE SET count = excluded.count, head = excluded.head, last_id = excluded.last_id; END"
    )


# PostgreSQL ---------------------------------------------------------------------------------------------------------


def _guard_postgresql(connection: sa.Connection) -> None:
    run = connection.exec_driver_sql
    _function(
        connection,
        "history_added",
        "IF NEW.instance_id = 0 OR NEW.hash IS NULL OR NEW.number IS DISTINCT FROM coalesce((SELECT c.count "
        "FROM event_chain c WHERE c.instance_id = coalesce(NEW.instance_id, 0)), 0) + 1 OR EXISTS (SELECT 1 "
        "FROM event_chain c WHERE c.instance_id = NEW.instance_id AND c.destroyed_at IS NOT NULL) "
        "THEN {refuse} END IF; RETURN NEW;",
    )
    run(
        "CREATE TRIGGER history_added_in_order BEFORE INSERT ON history_event "
        "FOR EACH ROW EXECUTE FUNCTION alur_history_added()"
    )
    lasting = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _LASTING)
    _function(
        connection,
        "history_kept",
        "IF NOT EXISTS (SELECT 1 FROM history_permit p WHERE p.instance_id = OLD.instance_id AND p.action = TG_OP) "
        "THEN {refuse} END IF; IF TG_OP = 'DELETE' THEN IF NOT EXISTS (SELECT 1 FROM event_chain c "
        "WHERE c.instance_id = OLD.instance_id AND c.destroyed_at IS NOT NULL) THEN {refuse} END IF; RETURN OLD; "
        f"END IF; IF {lasting} OR NEW.salt IS NOT NULL OR NEW.redacted IS NULL "
        "OR (OLD.redacted IS NOT NULL AND NEW.redacted <> OLD.redacted) THEN {refuse} END IF; RETURN NEW;",
    )
    # That a case is destroyed is recorded before, among what happened last outside of cases.
    _function(
        connection,
        "head_moves_on",
        "IF NEW.instance_id <> OLD.instance_id OR OLD.destroyed_at IS NOT NULL OR NOT (NEW.count = OLD.count + 1 "
        "AND NEW.last_id > OLD.last_id AND NEW.destroyed_at IS NULL OR NEW.count = OLD.count "
        "AND NEW.head = OLD.head AND NEW.last_id = OLD.last_id) THEN {refuse} END IF; "
        "IF NEW.destroyed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM (SELECT e.type, e.data FROM history_event e "
        "WHERE e.instance_id IS NULL ORDER BY e.id DESC LIMIT 20) latest WHERE latest.type = 'case_destroyed' "
        "AND latest.data ->> 'instance' = OLD.instance_id::text AND latest.data ->> 'events' = OLD.count::text "
        "AND latest.data ->> 'head' = encode(OLD.head, 'hex')) THEN {refuse} END IF; RETURN NEW;",
    )
    run(
        "CREATE TRIGGER head_moves_on BEFORE UPDATE ON event_chain "
        "FOR EACH ROW EXECUTE FUNCTION alur_head_moves_on()"
    )
    _function(
        connection,
        "sealed_moves_on",
        "IF NEW.instance_id <> OLD.instance_id OR NEW.count <= OLD.count OR NEW.checkpoint_id <= OLD.checkpoint_id "
        "THEN {refuse} END IF; RETURN NEW;",
    )
    run(
        "CREATE TRIGGER sealed_moves_on BEFORE UPDATE ON sealed_head "
        "FOR EACH ROW EXECUTE FUNCTION alur_sealed_moves_on()"
    )
    _function(
        connection,
        "checkpoint_added",
        "IF NEW.id <> (SELECT coalesce(max(c.id), 0) + 1 FROM checkpoint c) THEN {refuse} END IF; RETURN NEW;",
    )
    run(
        "CREATE TRIGGER checkpoint_added_in_order BEFORE INSERT ON checkpoint "
        "FOR EACH ROW EXECUTE FUNCTION alur_checkpoint_added()"
    )
    for name, table in (("head", "event_chain"), ("sealed", "sealed_head")):
        run(f"CREATE TRIGGER {name}_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION alur_kept()")
        run(
            f"CREATE TRIGGER {name}_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION alur_kept()"
        )
        run(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC")


def _function(connection: sa.Connection, name: str, body: str, *, bound: bool = True) -> None:
    """A function of a trigger. It finds its tables in this schema, whatever tables a role makes for a session."""
    preparer = connection.dialect.identifier_preparer
    schema = preparer.quote(connection.scalar(sa.text("SELECT current_schema()")) or "public")
    refuse = f"RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'insufficient_privilege';"
    path = f"SET search_path = {schema}, pg_temp" if bound else ""
    connection.exec_driver_sql(
        f"CREATE OR REPLACE FUNCTION alur_{name}() RETURNS trigger LANGUAGE plpgsql {path} AS "
        f"$$ BEGIN {body.format(refuse=refuse)} END $$"
    )


def _kept_before(connection: sa.Connection) -> None:
    lasting = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _LASTING)
    _function(
        connection,
        "history_kept",
        "IF NOT EXISTS (SELECT 1 FROM history_permit WHERE instance_id = OLD.instance_id AND action = TG_OP) "
        f"THEN {{refuse}} END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; IF {lasting} "
        "THEN {refuse} END IF; RETURN NEW;",
        bound=False,
    )
