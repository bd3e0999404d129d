"""A revision after the newest, as a later release brings one."""

import shutil
from pathlib import Path

import pytest

from app.services.maintenance import migrations

_LATER = """
import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = "{newest}"


def upgrade():
    op.add_column("setting", sa.Column("mood", sa.String(), nullable=False, server_default="new"))
"""


def add_revision(monkeypatch: pytest.MonkeyPatch, folder: Path) -> str:
    """Let this test's program know one more: it gives each setting a ``mood``. Return its number."""
    newest = migrations.newest()
    number = f"{int(newest) + 1:04}"
    scripts = Path(shutil.copytree(migrations._SCRIPTS, folder / "migrations"))
    (scripts / "versions" / f"{number}_moods.py").write_text(_LATER.format(number=number, newest=newest))
    monkeypatch.setattr(migrations, "_SCRIPTS", scripts)
    return number
