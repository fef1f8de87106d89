"""A PostgreSQL database of its own for one measurement, dropped afterwards."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg

SERVERS = ("postgresql://postgres@127.0.0.1:5432/postgres", "postgresql://postgres@127.0.0.1:54329/postgres")


@asynccontextmanager
async def fresh_database() -> AsyncIterator[str | None]:
    """Its address, or None where no server answers. `DESKBELL_TEST_POSTGRES` names another server."""
    named = os.environ.get("DESKBELL_TEST_POSTGRES")
    for server in (named,) if named else SERVERS:
        try:
            connection = await asyncpg.connect(server, timeout=3)
        except (OSError, TimeoutError, asyncpg.PostgresError):
            continue
        name = f"deskbell_bench_{secrets.token_hex(4)}"
        try:
            await connection.execute(f'CREATE DATABASE "{name}"')
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            await connection.close()
        return
    yield None
