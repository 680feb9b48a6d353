"""Alembic's entry: runs on the connection it is handed, in that connection's transaction."""

from alembic import context
from sqlmodel import SQLModel

from tpi_cli.store import tables  # noqa: F401 - registers the tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
