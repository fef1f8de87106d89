"""Whether a turn costs the same in a house that has grown: from one conversation to 100,000, from ten clauses to 10,000."""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from sqlalchemy import insert

from agent.conversation import ConversationState
from evals.bench.figures import Spread
from evals.bench.house import House, open_house
from evals.bench.outside import WORLD, Ports, free_ports, outside
from evals.bench.turns import CLOSINGS, OPENINGS
from server.store.database import Database
from server.store.records import written
from server.store.tables import conversations, events, inbox, outbox, turns

CONVERSATIONS = 100_000
CLAUSES = 10_000
TURNS = 120
CHUNK = 5_000
ASKED = ("Can I change the size of my last order?", "cancel #1042 please", "where is my order?", "how long do refunds take?")


async def measure(stored: int = CONVERSATIONS, clauses: int = CLAUSES) -> list[str]:
    """The printed lines."""
    async with outside(free_ports()) as ports:
        async with open_house(ports) as house:
            few = await _turns(house, 0)
            await _fill(house.installation.database, stored)
            many = await _turns(house, 1)
        small = await _with_clauses(ports, 10)
        large = await _with_clauses(ports, clauses)
    return [
        few.line("own time, an empty house", "ms"),
        many.line(f"own time beside {stored:,} conversations", "ms", _times(few, many)),
        small.line("own time over 10 clauses", "ms"),
        large.line(f"own time over {clauses:,} clauses", "ms", _times(small, large)),
    ]


def _times(before: Spread, after: Spread) -> str:
    return f"× {after.median / before.median:.2f}, goal ≤ 1.3"


async def _turns(house: House, series: int) -> Spread:
    """Own milliseconds of turns whose words were never said before in this process."""
    shoppers = [(await house.shopper("ana.torres@example.com"), text) for text in ASKED]
    house.answered.clear()
    for turn in range(TURNS):
        shopper, text = shoppers[turn % len(shoppers)]
        await shopper.ask(f"{OPENINGS[turn % 12]}{text}{CLOSINGS[(turn // 12 + 7 * series) % 14]}{' ' * series}")
    return Spread.of([one.own_ms for one in house.answered])


async def _fill(database: Database, count: int) -> None:
    """Conversations with one answered message each, a year's worth, as rows."""
    state, begun = written(ConversationState, ConversationState(locale="en", disclosed=True)), datetime.now(UTC) - timedelta(days=60)
    for start in range(0, count, CHUNK):
        rows = range(start, min(start + CHUNK, count))
        at = begun + timedelta(seconds=start)
        async with database.writing() as tx:
            await tx.execute(
                insert(conversations),
                [
                    dict(brand="northbay", id=f"old-{n}", channel="sms", contact=f"+1202{n:07d}", address=f"+1202{n:07d}", state=state)
                    | dict(opened_at=at, seen_at=at, inbound_at=at, fence=1, arrived=1, last_seq=2)
                    for n in rows
                ],
            )
            message = dict(brand="northbay", signal="said", text="how long do refunds take?", at=at, position=1, seq=1)
            await tx.execute(
                insert(inbox), [message | dict(provider="sms", message=f"SMold{n}", conversation=f"old-{n}", turn=f"t-{n}") for n in rows]
            )
            body = '{"seq":1,"ref":"x","author":"shopper","text":"how long do refunds take?","blocks":[]}'
            await tx.execute(
                insert(events),
                [
                    dict(brand="northbay", conversation=f"old-{n}", seq=seq, kind="message", body=body, at=at)
                    for n in rows
                    for seq in (1, 2)
                ],
            )
            turn = dict(
                brand="northbay", fence=1, reading="{}", shopper="{}", evidence="x" * 1500, terms="t", config="c", now=at, outcomes="[]"
            )
            turn |= dict(facts="[]", signal="said", state_before="{}", model_calls=0, queries=0, cost=0, timings="{}", at=at)
            await tx.execute(insert(turns), [turn | dict(id=f"t-{n}", conversation=f"old-{n}") for n in rows])
            sent = dict(brand="northbay", channel="sms", body="{}", state="sent", seq=2, at=at, due_at=at, sending_at=at, attempts=1)
            await tx.execute(insert(outbox), [sent | dict(ref=f"r-t-{n}", conversation=f"old-{n}", provider_ref=f"SMout{n}") for n in rows])


async def _with_clauses(ports: Ports, count: int) -> Spread:
    with tempfile.TemporaryDirectory(prefix="deskbell-bench-") as folder:
        world = _world(Path(folder), count)
        async with open_house(ports, world=world) as house:
            return await _turns(house, 2 if count > 10 else 3)


def _world(folder: Path, clauses: int) -> Path:
    """The demo brand with as many clauses of policy, plain prose that no rule comes of."""
    given = yaml.safe_load(WORLD.read_text(encoding="utf-8"))
    per_page = min(clauses, 50)
    given["policies"] = [
        {"id": f"page-{page}", "locale": "en", "text": "\n\n".join(_section(page * per_page + n) for n in range(per_page))}
        for page in range(clauses // per_page)
    ]
    path = folder / "world.yaml"
    path.write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    return path


def _section(number: int) -> str:
    materials: Sequence[str] = ("linen", "wool", "cotton", "cork", "oak", "brass", "clay", "felt", "hemp", "glass")
    places: Sequence[str] = ("workshop", "mill", "studio", "yard", "harbour", "market", "garden")
    first, second, place = materials[number % 10], materials[number // 10 % 10], places[number % 7]
    return (
        f"## About {first} and {second}, note {number}\n\nOur {place} works with {first} and {second}; lot {number} has a story of its own."
    )


if __name__ == "__main__":
    counts = int(os.environ.get("CONVERSATIONS", CONVERSATIONS)), int(os.environ.get("CLAUSES", CLAUSES))
    print("\n".join(asyncio.run(measure(*counts))))
