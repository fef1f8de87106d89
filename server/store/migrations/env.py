"""Alembic's entry: migrations run on the connection the store hands in, or on a file named with `-x path=`."""

from alembic import context
from sqlalchemy import create_engine

from server.store.tables import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    connection = create_engine(f"sqlite:///{context.get_x_argument(as_dictionary=True)['path']}").connect()
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=False, render_as_batch=True)
context.run_migrations()
