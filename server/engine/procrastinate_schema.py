"""Procrastinate's own tables: made at the first start, brought up to date at a later one, by one process at a time."""

from pathlib import Path

import psycopg
from procrastinate.schema import SchemaManager

from server.store.database import StoreUnusable

_LOCK = 0x_DE5C_BE11
"""Advisory: processes that start together wait for the one that got here first."""
_PATIENCE_S = 10


async def prepare(url: str) -> None:
    """Apply the schema, or those of its migrations that came after the one noted on its main table.

    url: `postgresql://…`. Raises StoreUnusable.
    """
    known = migrations()
    try:
        async with await psycopg.AsyncConnection.connect(url, connect_timeout=_PATIENCE_S) as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            last = await _last_applied(connection)
            if last is None:
                await connection.execute(SchemaManager.get_schema().encode())
            else:
                for one in known:
                    if one.name > last:
                        await connection.execute(one.read_bytes())
            if last != known[-1].name:
                await connection.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{known[-1].name}'".encode())
    except psycopg.Error as error:
        raise StoreUnusable(f"the tables that carry wakes cannot be made: {error}") from error


def migrations() -> list[Path]:
    """Its migration files in the order in which they are applied; their names begin with the version."""
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


async def _last_applied(connection: "psycopg.AsyncConnection[tuple[object, ...]]") -> str | None:
    """The last migration the tables know; None where there are no tables."""
    row = await (await connection.execute("SELECT to_regclass('procrastinate_jobs')::oid::int")).fetchone()
    if row is None or row[0] is None:
        return None
    noted = await (await connection.execute("SELECT obj_description(%s, 'pg_class')", [row[0]])).fetchone()
    return str(noted[0]) if noted and noted[0] else migrations()[-1].name
