"""Bring the database's tables to the current shape."""

import re
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from app.base.db import Base, Database
from app.base.errors import NotReady
from app.base.i18n import _
from app.services.definitions import outlines

_SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"
_LOCK = 7_031_965  # any number of ours; two starting processes must not migrate at once
#: The table that says at which revision a database stands.
_STANDING = "schema_revision"
#: What alembic calls it, and what it was called until the first release. Those revisions had the same numbers.
_BEFORE = "alembic_version"


def upgrade(database: Database) -> bool:
    """Apply what is missing, one transaction for all. Return whether there was anything to do.

    Raises:
        NotReady: the tables have a shape that this version of Alur does not know, or no longer; nothing was changed.
    """
    with database.transaction() as session:
        connection = session.connection()
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        revision = current(connection)
        if revision != newest():
            _require_known(revision)
            _run(connection, "head")
        outlines.fill(session)
        return revision != newest()


def is_current(session: Session) -> bool:
    """Whether the tables have the shape that the code expects.

    Raises:
        NotReady: a newer version of Alur shaped them, or one from before the first release.
    """
    revision = current(session.connection())
    _require_known(revision)
    return revision == newest()


def build(connection: Connection, revision: str) -> None:
    """Give a database whose tables are in the current shape, and hold nothing, the shape of an older revision."""
    Base.metadata.drop_all(connection)
    connection.execute(text(f"DROP TABLE {_STANDING}"))
    _run(connection, revision)


def finish(connection: Connection) -> None:
    """Apply what is missing, within the transaction of ``connection``."""
    _run(connection, "head")


def current(connection: Connection) -> str | None:
    """The revision that the database stands at; None where it holds nothing yet.

    Raises:
        NotReady: it was made before the first release.
    """
    tables = inspect(connection)
    if tables.has_table(_STANDING):
        revision: str | None = connection.scalar(text(f"SELECT version_num FROM {_STANDING}"))  # noqa: S608
        return revision
    if tables.has_table(_BEFORE):
        raise NotReady(
            _(
                "Basis data ini dibuat sebelum rilis pertama Alur; bentuknya tidak dapat diperbarui, dan ia tidak "
                "diubah. Mulailah dengan ALUR_DATA_DIR atau basis data yang baru."
            )
        )
    return None


def newest() -> str:
    """The revision that the code expects: the one that no other comes after."""
    head: str
    [head] = known() - _named("down_revision")
    return head


def known() -> set[str]:
    """Every revision from the first to the newest."""
    return _named("revision")


def _require_known(revision: str | None) -> None:
    """Refuse a database that a newer version migrated: there is no way back, and its tables may mean other things."""
    if revision is not None and revision not in known():
        raise NotReady(
            _(
                "Basis data ini dibentuk oleh versi Alur yang lebih baru (skema {revision}) dan tidak diubah; "
                "jalankan versi itu, atau pulihkan cadangan dari sebelum pembaruan.",
                revision=revision,
            )
        )


def _named(name: str) -> set[str]:
    scripts = "\n".join(path.read_text() for path in (_SCRIPTS / "versions").glob("*.py"))
    return set(re.findall(rf'^{name} = "(\w+)"', scripts, re.MULTILINE))


def _run(connection: Connection, revision: str) -> None:
    # Imported where it is needed, which is once in a while: it costs 10 MB that a process would keep.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes |= {"connection": connection, "version_table": _STANDING}
    command.upgrade(config, revision)
