"""Statements that run in the loop, beside the two that go to the thread: one who gives up on either leaves nothing behind."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from server.store.sqlite import SqliteDatabase


async def test_whoever_gives_up_waiting_for_a_locked_file_leaves_no_transaction_open(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "deskbell.db")
    await database.open()
    other = sqlite3.connect(tmp_path / "deskbell.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")

        async def write() -> None:
            async with database.writing() as tx:
                await tx.execute(text("DELETE FROM events"))

        waiting = asyncio.create_task(write())
        await asyncio.sleep(0.2)
        waiting.cancel()
        await asyncio.sleep(0.05)
        other.execute("ROLLBACK")
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await write()
        other.execute("BEGIN IMMEDIATE")  # nobody of ours holds the file
        other.execute("ROLLBACK")
    finally:
        other.close()
        await database.close()


async def test_of_many_who_write_at_once_nothing_is_lost_whoever_is_cut_off(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "deskbell.db")
    await database.open()
    kept: set[str] = set()

    async def write(name: str) -> None:
        async with database.writing() as tx:
            await tx.execute(
                text("INSERT INTO emitted (brand, id, name, data, at) VALUES ('b', :id, 'n', '{}', '2026-01-01')"), {"id": name}
            )
            await asyncio.sleep(0)
        kept.add(name)

    tasks = [asyncio.create_task(write(f"e{n}")) for n in range(120)]
    await asyncio.sleep(0.01)
    for task in tasks[::3]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with database.reading() as tx:
        found = {row.id for row in await tx.execute(text("SELECT id FROM emitted"))}
    assert kept <= found
    assert {f"e{n}" for n in range(120) if n % 3} <= kept
    await write("afterwards")
    await database.close()
