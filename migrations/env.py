"""Runs migrations on the connection it is given, inside that connection's transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from bot.history.tables import METADATA

connection: Connection = context.config.attributes["connection"]
# SQLite's DDL is transactional, which Alembic does not take for granted: a killed upgrade leaves nothing half done.
context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
