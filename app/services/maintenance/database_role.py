"""The rights of a PostgreSQL role under which Alur runs without owning its tables: it cannot turn off what guards the
record, nor empty or rewrite it.

The owner keeps the tables and runs upgrades; the role works. What it may do with the record:

- add events at the end of their chains; change of them only what an erasure of identity clears, and remove those of a
  case whose destruction is recorded, each as the triggers let it, which it can neither drop nor turn off;
- lock the head of a chain, note that facts follow it, and mark it once as destroyed; the head itself is moved by a
  trigger in the owner's name;
- add the next checkpoint, move on what was sealed to it, and note that it left the house.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm, NotReady
from app.base.i18n import _

#: What the role may do with tables of the record; of any other it may read, add, change and remove rows.
_RECORD = {
    "history_event": "SELECT, INSERT, DELETE, UPDATE (data, salt, redacted)",
    "event_chain": "SELECT, UPDATE (destroyed_at, stale)",
    "checkpoint": "SELECT, INSERT, UPDATE (sent_at, not_sent)",
    "sealed_head": "SELECT, INSERT, UPDATE (count, head, checkpoint_id)",
    "security_event": "SELECT, INSERT, DELETE",
    "schema_revision": "SELECT",
}
_ROWS = "SELECT, INSERT, UPDATE, DELETE"


def restrict(session: Session, role: str) -> None:
    """Give a role what Alur needs, and take from it all else. To be run as the owner, and again after each upgrade.

    Raises:
        NotReady: the database is none of PostgreSQL, or whoever is connected does not own the tables.
        InvalidForm: there is no such role, or it could pass over what guards the record.
    """
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        raise NotReady(_("Peran basis data hanya ada pada PostgreSQL."))
    _require_fit(connection, role)
    quoted = connection.dialect.identifier_preparer.quote(role)
    for statement in _statements(connection, quoted):
        connection.execute(text(statement))


def _require_fit(connection: Connection, role: str) -> None:
    query = text(
        "SELECT rolsuper OR rolbypassrls, pg_has_role(rolname, current_user, 'MEMBER') OR rolname = current_user "
        "FROM pg_roles WHERE rolname = :role"
    )
    found = connection.execute(query, {"role": role}).one_or_none()
    if found is None:
        message = _("Peran {role} tidak ada. Buat dulu dengan CREATE ROLE … LOGIN.", role=role)
        raise InvalidForm(message, {"role": message})
    if any(found):
        message = _(
            "Peran {role} memiliki tabelnya, atau dapat melewati penjaganya. Pilih peran lain.", role=role
        )
        raise InvalidForm(message, {"role": message})
    owners = text(
        "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'history_event' "
        "AND pg_has_role(current_user, tableowner, 'MEMBER')"
    )
    if not connection.scalar(owners):
        raise NotReady(_("Jalankan perintah ini sebagai pemilik tabel (ALUR_DATABASE_URL)."))


def _statements(connection: Connection, role: str) -> Iterator[str]:
    schema = connection.dialect.identifier_preparer.quote(
        connection.scalar(text("SELECT current_schema()")) or ""
    )
    tables = connection.scalars(
        text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    ).all()
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}"
    yield f"REVOKE CREATE ON SCHEMA {schema} FROM {role}, PUBLIC"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
    for table in tables:
        quoted = connection.dialect.identifier_preparer.quote(table)
        yield f"REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER ON {quoted} FROM PUBLIC"
        yield f"GRANT {_RECORD.get(table, _ROWS)} ON {quoted} TO {role}"
    yield f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"
    # What an upgrade adds can be used at once.
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {_ROWS} ON TABLES TO {role}"
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {role}"
    yield f"ALTER FUNCTION alur_head_moved() SECURITY DEFINER SET search_path = {schema}, pg_temp"
