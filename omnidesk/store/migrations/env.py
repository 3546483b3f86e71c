"""Runs the migrations on the connection that `store.migrate` hands over, within its transaction."""

from alembic import context
from sqlmodel import SQLModel

from omnidesk.store import tables  # noqa: F401  declares the tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
