"""Alembic's environment: it migrates the connection that `services.maintenance.migrations` hands it."""

from alembic import context

import app.models  # noqa: F401 fills the metadata
from app.base.db import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    version_table=context.config.attributes["version_table"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    user_module_prefix="app.base.column_types.",
)
with context.begin_transaction():
    context.run_migrations()
