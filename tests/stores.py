"""The store a test runs on: a SQLite file, or with DESKBELL_TEST_STORE=postgresql a clean PostgreSQL database.

Migrating takes longer than most tests, so each pytest process migrates once. On SQLite every test begins with a copy of one file;
on PostgreSQL a process makes a few databases of its own, empties them between uses and drops them at its end.
"""

import atexit
import os
import re
import shutil
import tempfile
from collections import OrderedDict
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine

from server.store.database import Database
from server.store.migrations import bring_up_to_date
from tests import postgres

POSTGRES = os.environ.get("DESKBELL_TEST_STORE", "sqlite") == "postgresql"
"""Whether the suite runs on PostgreSQL."""
on_sqlite_only = pytest.mark.skipif(POSTGRES, reason="about the SQLite file itself")
_KEPT = 3
"""Databases before the one unused for longest is emptied and used again: a house may be closed and opened once more."""
_NOTE = ".database-url"
_places: OrderedDict[str, Path] = OrderedDict()
"""Name → the folder it was last used for; the least recently used first."""


def url_at(folder: Path) -> str:
    """The database of the installation in `folder`, for `Settings.database_url`: the same one each time, also in a child process."""
    if not POSTGRES:
        return f"sqlite:///{sqlite_at(folder)}"
    address = postgres.url()
    if address is None:
        pytest.exit("DESKBELL_TEST_STORE=postgresql, and no PostgreSQL answers: run `make postgres`", returncode=1)
    return postgres_at(folder, address)


def sqlite_at(folder: Path) -> Path:
    """The SQLite file of `folder`; where there is none yet, one with all tables and no row."""
    path = folder / "deskbell.db"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(_migrated_file(), path)
    return path


@cache
def _migrated_file() -> Path:
    place = Path(tempfile.mkdtemp(prefix="deskbell-empty-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    engine = create_engine(f"sqlite:///{place / 'empty.db'}")
    with engine.begin() as connection:
        bring_up_to_date(connection)
    engine.dispose()
    return place / "empty.db"


def everything_in(database: Database) -> bytes:
    """All that lies in the store, as a thief would find it: the file with its log, or every row of every table."""
    if not database.shared:
        return database.path.read_bytes() + database.path.with_name(f"{database.path.name}-wal").read_bytes()
    found = b""
    with psycopg.connect(database.url, autocommit=True) as connection:
        for (table,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
            with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as rows:
                found += b"".join(bytes(row) for row in rows)
    return found


def postgres_at(folder: Path, address: str) -> str:
    """The PostgreSQL database of `folder`, clean when it is asked for first. address: where databases can be made."""
    note = folder / _NOTE
    if note.exists():
        return note.read_text(encoding="utf-8")
    with psycopg.connect(address, autocommit=True) as server:
        name = _free(server) or _made(server, address)
    _places[name] = folder
    _places.move_to_end(name)
    url = urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
    _empty(url)
    folder.mkdir(parents=True, exist_ok=True)
    note.write_text(url, encoding="utf-8")
    return url


def _free(server: psycopg.Connection[tuple[object, ...]]) -> str | None:
    """The database nobody is connected to that was used longest ago, once there are enough."""
    if len(_places) < _KEPT:
        return None
    busy = {str(row[0]) for row in server.execute("SELECT DISTINCT datname FROM pg_stat_activity WHERE datname IS NOT NULL")}
    name = next((one for one in _places if one not in busy), None)
    if name is not None:
        (_places[name] / _NOTE).unlink(missing_ok=True)
    return name


def _made(server: psycopg.Connection[tuple[object, ...]], address: str) -> str:
    if not _places:
        _clear_away(server)
        atexit.register(_drop_ours, address)
    name = f"deskbell_test_{os.getpid()}_{len(_places)}"
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return name


def _empty(url: str) -> None:
    """Every row of every table, but not the tables: making those again takes a second."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        orders = [sql.SQL("DELETE FROM {}").format(sql.Identifier(row[0])) for row in found.fetchall()]
        if orders:
            # Foreign keys of libraries' own tables need not hold on the way.
            connection.execute(sql.SQL("; ").join([sql.SQL("SET session_replication_role = replica"), *orders]))


def _clear_away(server: psycopg.Connection[tuple[object, ...]]) -> None:
    """What processes that were killed have left behind."""
    for (name,) in server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'deskbell_test_%'").fetchall():
        process = re.fullmatch(r"deskbell_test_(\d+)_\d+", str(name))
        if process and not Path(f"/proc/{process[1]}").exists():
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(str(name))))


def _drop_ours(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as server:
        for name in _places:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
